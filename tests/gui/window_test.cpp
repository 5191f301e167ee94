// The window itself: what gives way when it is small, and what its bar of the run can do.
#include "gui/desk.h"
#include "gui/narrow_window.h"
#include "gui/panels/inspector_panel.h"
#include "gui/panels/param_form.h"
#include "gui/panels/param_help.h"
#include "gui/panels/timeline_panel.h"
#include "gui/panels/timeline_track.h"
#include "gui/style/theme.h"

using namespace faultline;

class WindowTest : public QObject {
  Q_OBJECT

  static QDockWidget* dock(Desk& desk, const char* name) { return desk.window.findChild<QDockWidget*>(QLatin1String(name)); }

 private slots:
  void initTestCase() { Theme::instance().install(*qApp); }

  void theCanvasKeepsHalfOfANarrowWindow_data() {
    QTest::addColumn<int>("width");
    for (const int width : {800, 1000, 1100, 1280}) QTest::addRow("%d", width) << width;
  }
  void theCanvasKeepsHalfOfANarrowWindow() {
    QFETCH(int, width);
    Desk desk(kFlagship, {width, 760});
    QTRY_VERIFY2_WITH_TIMEOUT(2 * desk.view.width() >= width - 20, qPrintable(QString::number(desk.view.width())), kPatienceMs);
    // Nothing is lost: the palette is a tab there.
    QVERIFY(!dock(desk, "paletteDock")->isHidden());
    QVERIFY(dock(desk, "inspectorDock")->widget()->isVisible());
  }

  // Commands that have no room in the bar are behind an arrow that can be seen, on either ground.
  void whatDoesNotFitIntoTheBarIsBehindAnArrow() {
    Desk desk(kFlagship, {900, 760});
    auto* more = desk.window.findChild<QToolButton*>(QStringLiteral("qt_toolbar_ext_button"));
    QTRY_VERIFY(more->isVisible());
    for (const Theme::Mode mode : {Theme::Mode::Dark, Theme::Mode::Light}) {
      Theme::instance().setMode(mode);
      const QImage drawn = more->grab().toImage();
      const int ground = qGray(colorOf(Tone::Panel).rgb());
      int marked = 0;
      for (int y = 0; y < drawn.height(); ++y)
        for (int x = 0; x < drawn.width(); ++x)
          marked += qAlpha(drawn.pixel(x, y)) > 128 && std::abs(qGray(drawn.pixel(x, y)) - ground) > 100;
      QVERIFY2(marked > 4, qPrintable(QString::number(marked)));
    }
    Theme::instance().setMode(Theme::Mode::System);
  }

  // A design that can run is not one without risks: the bar says both.
  void theStatusBarCountsRisks() {
    Desk desk(kFlagship, {1600, 1000});
    auto* count = desk.window.findChild<QLabel*>(QStringLiteral("problemCount"));
    QTRY_VERIFY2_WITH_TIMEOUT(count->text().startsWith("no problems") && count->text().endsWith(" risks"),
                              qPrintable(count->text()), kPatienceMs);
  }

  void aLowInspectorKeepsItsForm() {
    Desk desk(kFlagship, {1100, 700});
    ParamForm& form = desk.window.sidePanels().inspector().form();
    QTRY_VERIFY2(form.height() > 150, qPrintable(QString::number(form.height())));
    desk.window.resize(1600, 1100);
    QTRY_VERIFY(desk.window.sidePanels().inspector().help().isVisible());
  }

  void panelsComeBackWhenThereIsRoom() {
    Desk desk(kFlagship, {1300, 760});
    QDockWidget* palette = dock(desk, "paletteDock");
    QVERIFY(desk.window.dockWidgetArea(palette) == Qt::LeftDockWidgetArea);
    desk.window.resize(820, 760);
    QTRY_VERIFY(desk.window.dockWidgetArea(palette) == Qt::RightDockWidgetArea);
    QVERIFY(desk.window.tabifiedDockWidgets(dock(desk, "inspectorDock")).contains(palette));
    desk.window.resize(1300, 760);
    QTRY_VERIFY(desk.window.dockWidgetArea(palette) == Qt::LeftDockWidgetArea);
    QVERIFY(palette->widget()->isVisible());
    QVERIFY(desk.window.tabifiedDockWidgets(palette).contains(dock(desk, "problemsDock")));
    QVERIFY(!desk.window.tabifiedDockWidgets(dock(desk, "inspectorDock")).contains(palette));
  }

  void theSeedIsSetInTheBar() {
    Desk desk;
    auto* seed = desk.window.findChild<QLineEdit*>(QStringLiteral("seed"));
    QVERIFY(seed != nullptr);
    const std::uint64_t before = desk.document.scenario().seed;
    QCOMPARE(seed->text(), QString::number(before));
    seed->setFocus();
    seed->selectAll();
    QTest::keyClicks(seed, QStringLiteral("42x"));
    QTest::keyClick(seed, Qt::Key_Return);
    QCOMPARE(desk.document.scenario().seed, std::uint64_t{42});
    QTest::keyClick(seed, Qt::Key_Up);
    QCOMPARE(desk.document.scenario().seed, std::uint64_t{43});
    QCOMPARE(seed->text(), QStringLiteral("43"));
    desk.document.undoStack()->setIndex(0);
    QCOMPARE(seed->text(), QString::number(before));
  }

  void anAlertLeadsToItsRule() {
    Desk desk(kFlagship, {1600, 1000});
    desk.window.run().runUntil(seconds(150));
    QVERIFY(QTest::qWaitFor([&] { return desk.window.run().now() == seconds(150); }, kPatienceMs));
    desk.selection.set({"db"});
    auto* timeline = desk.window.findChild<TimelinePanel*>();
    const auto& entries = timeline->model().entries();
    const auto alert = std::find_if(entries.begin(), entries.end(), [](const auto& entry) { return entry.alert >= 0; });
    QVERIFY(alert != entries.end());
    const QPoint place =
        timeline->track().places().alertOf(static_cast<std::size_t>(alert - entries.begin())).center().toPoint();
    QTest::mouseDClick(&timeline->track(), Qt::LeftButton, {}, place);
    QVERIFY(desk.selection.isEmpty());
    auto* line = qobject_cast<QLineEdit*>(QApplication::focusWidget());
    QVERIFY(line != nullptr);
    QTRY_COMPARE(line->visibleRegion().boundingRect().size(), line->size());
  }

  void noHintIsCutShortForPresenters() {
    Desk desk;
    auto* hint = desk.window.findChild<QLabel*>(QStringLiteral("hint"));
    Theme::instance().setScale(Theme::kPresenterScale);
    QTRY_VERIFY(hint->width() >= hint->fontMetrics().horizontalAdvance(hint->text()));
    Theme::instance().setScale(1);
  }
};

QTEST_MAIN(WindowTest)
#include "window_test.moc"
