#include <QDockWidget>
#include <QDropEvent>
#include <QFileDialog>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/canvas_view.h"
#include "gui/file_commands.h"
#include "gui/main_window.h"
#include "gui/models/problems_model.h"
#include "gui/panels/problems_panel.h"
#include "gui/side_panels.h"

using namespace faultline;

namespace {

constexpr const char* kShop = R"(faultline: 1
name: shop
nodes:
  users: {kind: client, rate: 10/s}
  app: {kind: service}
edges:
  - users -> app
)";
constexpr const char* kBroken = R"(faultline: 1
nodes:
  users: {kind: client, rate: quick}
  app: {kind: service}
)";

QByteArray contentOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// Answers the next question with the button of this text, and remembers what was asked.
class Answer : public QObject {
 public:
  explicit Answer(const QString& button) : button_(button) {
    connect(&timer_, &QTimer::timeout, this, [this] {
      auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
      if (box == nullptr) return;
      timer_.stop();
      asked_ = box->text();
      for (QAbstractButton* candidate : box->buttons()) {
        offered_ << candidate->text().remove(QLatin1Char('&'));
        if (offered_.last() == button_) return candidate->click();
      }
      box->reject();
    });
    timer_.start(5);
  }
  bool wasAsked() const { return !asked_.isEmpty(); }
  QString asked() const { return asked_; }

 private:
  QString button_, asked_;
  QStringList offered_;
  QTimer timer_;
};

// Chooses a file in the next file dialog.
class Choice : public QObject {
 public:
  explicit Choice(const QString& path) {
    connect(&timer_, &QTimer::timeout, this, [this, path] {
      auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
      if (dialog == nullptr) return;
      timer_.stop();
      dialog->selectFile(path);
      QMetaObject::invokeMethod(dialog, "accept");
    });
    timer_.start(5);
  }

 private:
  QTimer timer_;
};

}  // namespace

class FilesTest : public QObject {
  Q_OBJECT

  QTemporaryDir* folder_ = nullptr;
  MainWindow* window_ = nullptr;

  Memory memory() { return {folder_->filePath("studio.ini"), folder_->filePath("recovery"), {}}; }
  Document& document() { return window_->document(); }
  QString write(const QString& name, const QByteArray& content) {
    const QString path = folder_->filePath(name);
    QFile file(path);
    if (file.open(QIODevice::WriteOnly)) file.write(content);
    return path;
  }
  void edit() { document().apply("Seed", edits::setSetting("seed=77")); }
  void trigger(Command command) { window_->actions()[command]->trigger(); }
  void reopen() {
    delete window_;
    window_ = new MainWindow(memory());
    window_->show();
  }

 private slots:
  void initTestCase() { QCoreApplication::setAttribute(Qt::AA_DontUseNativeDialogs); }
  void init() {
    folder_ = new QTemporaryDir;
    window_ = new MainWindow(memory());
    window_->show();
  }
  void cleanup() {
    delete window_;
    window_ = nullptr;
    delete folder_;
  }

  void aFileIsDroppedOnTheWindowOrTheCanvas() {
    for (const char* name : {"a.yaml", "b.yml"}) {
      const QString path = write(QLatin1String(name), kShop);
      QWidget* target = QLatin1String(name) == QLatin1String("a.yaml") ? window_ : window_->canvas().viewport();
      QMimeData data;
      data.setUrls({QUrl::fromLocalFile(path)});
      QDragEnterEvent enter({50, 60}, Qt::CopyAction, &data, Qt::LeftButton, {});
      QCoreApplication::sendEvent(target, &enter);
      QVERIFY(enter.isAccepted());
      QDropEvent drop(QPointF(50, 60), Qt::CopyAction, &data, Qt::LeftButton, {});
      QCoreApplication::sendEvent(target, &drop);
      QTRY_COMPARE(document().filePath(), path);
    }
    QMimeData other;
    other.setUrls({QUrl::fromLocalFile(write("picture.png", "x"))});
    QDragEnterEvent enter({50, 60}, Qt::CopyAction, &other, Qt::LeftButton, {});
    enter.ignore();
    QCoreApplication::sendEvent(window_, &enter);
    QVERIFY(!enter.isAccepted());
  }

  void whatCannotBeOpenedLeavesTheDocument() {
    QVERIFY(window_->files().open(write("a.yaml", kShop)));
    const Scenario before = document().scenario();
    QVERIFY(!window_->files().open(folder_->filePath("missing.yaml")));
    QVERIFY(!window_->files().open(folder_->path()));
    QVERIFY(document().scenario() == before);
  }

  void whatIsOpenedIsInSight() {
    window_->resize(1200, 800);
    for (const char* name : {"missing_index_cascade.yaml", "systems/url_shortener.yaml", "foundations/bulkhead.yaml"}) {
      QVERIFY(window_->files().open(QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/") + QLatin1String(name)));
      CanvasView& canvas = window_->canvas();
      const auto content = [&] { return canvas.mapFromScene(canvas.canvas().contentRect()).boundingRect(); };
      // The content has a margin of more than this.
      const auto isInSight = [&] { return canvas.viewport()->rect().adjusted(-8, -8, 8, 8).contains(content()); };
      (void)QTest::qWaitFor(isInSight);
      QVERIFY2(isInSight(), qPrintable(QStringLiteral("%1: %2 x %3 in %4 x %5 at %6").arg(QLatin1String(name)).arg(content().width()).arg(content().height()).arg(canvas.viewport()->width()).arg(canvas.viewport()->height()).arg(canvas.zoom())));
      QVERIFY(content().width() > canvas.viewport()->width() / 3);
    }
  }

  void unsavedChangesAreAskedFor() {
    const QString path = write("a.yaml", kShop), other = write("b.yaml", kShop);
    QVERIFY(window_->files().open(path));
    edit();
    {
      Answer cancel(QStringLiteral("Cancel"));
      window_->files().openAsking(other);
      QVERIFY(cancel.wasAsked());
      QCOMPARE(document().filePath(), path);
      QVERIFY(document().isModified());
    }
    {
      Answer cancel(QStringLiteral("Cancel"));
      QVERIFY(!window_->close());
      QVERIFY(cancel.wasAsked() && window_->isVisible());
    }
    {
      Answer save(QStringLiteral("Save"));
      window_->files().openAsking(other);
      QVERIFY(save.wasAsked());
      QCOMPARE(document().filePath(), other);
      QVERIFY(contentOf(path).contains("seed: 77"));
    }
    edit();
    {
      Answer discard(QStringLiteral("Discard"));
      trigger(Command::New);
      QVERIFY(discard.wasAsked());
      QVERIFY(document().filePath().isEmpty());
      QCOMPARE(contentOf(other), QByteArray(kShop));
    }
    Answer none(QStringLiteral("Cancel"));
    QVERIFY(window_->close());
    QVERIFY(!none.wasAsked());
  }

  void recentFilesComeBack() {
    const QString a = write("a.yaml", kShop), b = write("b.yaml", kShop), c = write("c.yaml", kShop);
    for (const QString& path : {a, b, c, a}) QVERIFY(window_->files().open(path));
    QVERIFY(QFile::remove(b));
    reopen();
    QCOMPARE(window_->files().recentFiles().paths(), (QStringList{a, c}));
    QMenu* menu = window_->actions()[Command::OpenRecent]->menu();
    Q_EMIT menu->aboutToShow();
    QVERIFY(menu->actions()[1]->text().contains(QStringLiteral("c")));
    menu->actions()[1]->trigger();
    QCOMPARE(document().filePath(), c);
    for (int i = 0; i < 15; ++i) QVERIFY(window_->files().open(write(QStringLiteral("n%1.yaml").arg(i), kShop)));
    QCOMPARE(static_cast<int>(window_->files().recentFiles().paths().size()), RecentFiles::kMost);
    window_->files().recentFiles().clear();
    QVERIFY(!window_->actions()[Command::OpenRecent]->isEnabled());
  }

  void aDamagedFileShowsWhatIsValidAndIsLeftAlone() {
    const QString path = write("broken.yaml", kBroken);
    QVERIFY(window_->files().open(path));
    QVERIFY(document().scenario().findNode("app") != nullptr);
    QVERIFY(document().isDamaged());
    QVERIFY(window_->sidePanels().problems().isVisible());
    QVERIFY(window_->sidePanels().problems().model().errors() > 0);
    edit();
    {
      Answer overwrite(QStringLiteral("Overwrite"));  // is not offered
      trigger(Command::Save);
      QVERIFY(overwrite.asked().contains(QStringLiteral("could not be read")));
    }
    QCOMPARE(contentOf(path), QByteArray(kBroken));
    const QString elsewhere = folder_->filePath("mended.yaml");
    {
      Answer answer(QStringLiteral("Save as…"));
      Choice choice(elsewhere);
      trigger(Command::Save);
    }
    QCOMPARE(contentOf(path), QByteArray(kBroken));
    QVERIFY(contentOf(elsewhere).contains("seed: 77"));
    QVERIFY(!document().isDamaged() && !document().isModified());
  }

  void savingAsksBeforeItLosesSomething_data() {
    QTest::addColumn<QString>("what");
    QTest::newRow("comments") << "comments";
    QTest::newRow("changed outside") << "somebody else";
  }
  void savingAsksBeforeItLosesSomething() {
    QFETCH(QString, what);
    const bool isOutside = what == QLatin1String("somebody else");
    QByteArray content = QByteArray(isOutside ? "" : "# mine\n") + kShop;
    const QString path = write("a.yaml", content);
    QVERIFY(window_->files().open(path));
    edit();
    if (isOutside) write("a.yaml", content += "\n");
    {
      Answer cancel(QStringLiteral("Cancel"));
      trigger(Command::Save);
      QVERIFY2(cancel.asked().contains(what), qPrintable(cancel.asked()));
    }
    QCOMPARE(contentOf(path), content);
    {
      Answer overwrite(QStringLiteral("Overwrite"));
      trigger(Command::Save);
      QVERIFY(overwrite.wasAsked());
    }
    QVERIFY(contentOf(path).contains("seed: 77"));
    // And then no more.
    document().apply("Seed", edits::setSetting("seed=78"));
    Answer none(QStringLiteral("Cancel"));
    trigger(Command::Save);
    QVERIFY(!none.wasAsked());
    QVERIFY(contentOf(path).contains("seed: 78"));
  }

  void aScenarioOfTheLibraryIsNotOverwrittenByTheWay() {
    const QString path = QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/foundations/jitter.yaml");
    const QByteArray before = contentOf(path);
    QVERIFY(window_->files().open(path));
    edit();
    Answer cancel(QStringLiteral("Cancel"));
    trigger(Command::Save);
    QVERIFY(cancel.asked().contains(QStringLiteral("come with Faultline")));
    QCOMPARE(contentOf(path), before);
  }

  void saveAsGivesTheNameAnEnding() {
    QVERIFY(window_->files().open(write("a.yaml", kShop)));
    Choice choice(folder_->filePath("copy"));
    trigger(Command::SaveAs);
    QCOMPARE(document().filePath(), folder_->filePath("copy.yaml"));
    QVERIFY(contentOf(folder_->filePath("copy.yaml")).contains("name: shop"));
  }

  void docksStandWhereTheyStood() {
    const auto dock = [this](const char* name) { return window_->findChild<QDockWidget*>(QLatin1String(name)); };
    QVERIFY(dock("charts")->isVisible() && !dock("source")->isVisible());
    dock("charts")->toggleViewAction()->trigger();
    trigger(Command::ShowSource);
    QVERIFY(!dock("charts")->isVisible() && dock("source")->isVisible());
    QVERIFY(window_->close());
    reopen();
    QVERIFY(!dock("charts")->isVisible() && dock("source")->isVisible());
    QVERIFY(window_->actions()[Command::ShowSource]->isChecked());
    trigger(Command::ResetPanels);
    QVERIFY(dock("charts")->isVisible() && !dock("source")->isVisible());
    QVERIFY(!window_->actions()[Command::ShowSource]->isChecked());
  }

  void withoutMemoryNothingIsWritten() {
    MainWindow window;
    QVERIFY(window.files().open(write("a.yaml", kShop)));
    window.document().apply("Seed", edits::setSetting("seed=3"));
    window.files().autosave().flush();
    QVERIFY(window.files().autosave().file().isEmpty());
    QVERIFY(window.document().save(folder_->filePath("b.yaml")).isEmpty());
    QVERIFY(window.close());
  }
};

QTEST_MAIN(FilesTest)
#include "files_test.moc"
