#include "gui/pictures.h"

#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QPainter>
#include <QTabWidget>
#include <QTextStream>
#include <QTimer>

#include "gui/canvas/canvas_view.h"
#include "gui/document/drawing_edits.h"
#include "gui/main_window.h"
#include "gui/models/library.h"
#include "gui/panels/branch.h"
#include "gui/panels/chart_panel.h"
#include "gui/panels/gallery_dialog.h"
#include "gui/panels/inspector_panel.h"
#include "gui/side_panels.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr QSize kWindow{1600, 1000};
constexpr int kPatienceMs = 120'000, kGap = 8, kTallCharts = 560;
constexpr int kLibrary = 100;     // scenarios at least
constexpr int kSettleMs = 1'500;  // charts are drawn one for each frame
// In the middle of the incident; where a branch leaves it, and what is done there.
constexpr SimTime kIncident = seconds(152), kBranch = seconds(170), kEnd = seconds(600);

void settle(int ms = kSettleMs) {
  QEventLoop loop;
  QTimer::singleShot(ms, &loop, &QEventLoop::quit);
  loop.exec();
}

class Photographer {
 public:
  explicit Photographer(const QString& folder) : folder_(folder) {}

  bool work() {
    const QString flagship = QDir(scenarioFolder()).filePath(QStringLiteral("missing_index_cascade.yaml"));
    if (!QDir().mkpath(folder_) || !window_.openFile(flagship)) return fail(flagship);
    window_.resize(kWindow);
    window_.show();
    return gallery() && incident() && inspector() && drawing() && branch();
  }

 private:
  bool fail(const QString& what) {
    QTextStream(stderr) << "faultline-studio: no picture: " << what << '\n';
    return false;
  }

  bool reach(SimTime time) {
    window_.run().runUntil(time);
    QElapsedTimer clock;
    clock.start();
    while (window_.run().now() < time) {
      if (clock.elapsed() > kPatienceMs) return fail(QStringLiteral("the run does not get there"));
      settle(20);
    }
    settle();
    return true;
  }

  bool take(QWidget& widget, const char* name, Theme::Mode mode) {
    Theme::instance().setMode(mode);
    settle();
    const QString path = QDir(folder_).filePath(QLatin1String(name));
    return widget.grab().save(path) || fail(path);
  }

  // All drawings are on the cards then.
  bool gallery() {
    Theme::instance().setMode(Theme::Mode::Light);
    window_.actions()[Command::Gallery]->trigger();
    auto* gallery = window_.findChild<GalleryDialog*>();
    if (gallery == nullptr) return fail(QStringLiteral("there is no gallery"));
    QElapsedTimer clock;
    for (clock.start(); gallery->list().model()->rowCount() < kLibrary; settle(20))
      if (clock.elapsed() > kPatienceMs) return fail(QStringLiteral("the library is not read"));
    settle();
    const bool done = take(*gallery, "gallery_light.png", Theme::Mode::Light);
    gallery->close();
    return done;
  }

  bool incident() {
    window_.selection().set({"db"});
    return reach(kIncident) && take(window_, "studio_dark.png", Theme::Mode::Dark) &&
           take(window_, "studio_light.png", Theme::Mode::Light);
  }

  bool inspector() {
    InspectorPanel& panel = window_.sidePanels().inspector();
    window_.selection().set({"app"});
    const QSize before = panel.size();
    for (int tab = 0; tab < panel.tabs().count(); ++tab) {
      panel.tabs().setCurrentIndex(tab);
      settle(300);
      sides_ << panel.grab();
    }
    panel.tabs().setCurrentIndex(0);
    const auto count = static_cast<int>(sides_.size());
    QPixmap all(QSize((before.width() + kGap) * count - kGap, before.height()) * panel.devicePixelRatioF());
    all.setDevicePixelRatio(panel.devicePixelRatioF());
    all.fill(colorOf(Tone::Line));
    QPainter painter(&all);
    for (int i = 0; i < count; ++i) painter.drawPixmap(i * (before.width() + kGap), 0, sides_[i]);
    painter.end();
    const QString path = QDir(folder_).filePath(QStringLiteral("inspector_light.png"));
    return all.save(path) || fail(path);
  }

  // Regions and a note, on the canvas alone.
  bool drawing() {
    Document& document = window_.document();
    document.apply({}, edits::group({"lb", "app"}, "front"));
    document.apply({}, edits::group({"db", "photo_worker"}, "back"));
    document.apply(
        {}, edits::addNote({"The table grows past 10 M rows at 02:05.\nNothing else is scripted.", {-60, -120}}));
    window_.selection().clear();
    window_.canvas().fitAll();
    const bool done = take(window_.canvas(), "canvas_dark.png", Theme::Mode::Dark);
    while (document.undoStack()->canUndo()) document.undoStack()->undo();
    return done;
  }

  bool branch() {
    window_.run().reset();
    if (!reach(kEnd)) return false;
    auto* branch = window_.findChild<Branch*>();
    auto* charts = window_.findChild<ChartPanel*>();
    if (branch == nullptr || charts == nullptr) return fail(QStringLiteral("there are no charts"));
    window_.resizeDocks({window_.findChild<QDockWidget*>(QStringLiteral("charts"))}, {kTallCharts}, Qt::Vertical);
    branch->start(kBranch);
    window_.document().apply({}, edits::addAction({kBranch + seconds(10),
                                                   "create_index",
                                                   "db",
                                                   {{{"query", Value("by_email")}, {"work", Value(seconds(8))}}}}));
    return reach(kEnd) && take(*charts, "branch_dark.png", Theme::Mode::Dark);
  }

  QString folder_;
  MainWindow window_;
  QList<QPixmap> sides_;
};

}  // namespace

bool takePictures(const QString& folder) { return Photographer(folder).work(); }

}  // namespace faultline
