#include "gui/desk.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"
#include "model/catalog.h"

using namespace faultline;

class CanvasTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::instance().install(*qApp); }

  void theCanvasMirrorsTheDocument() {
    Desk desk;
    QCOMPARE(desk.scene.nodes().size(), desk.window.document().scenario().nodes.size());
    QCOMPARE(desk.scene.edges().size(), desk.window.document().scenario().edges.size());
    desk.window.document().apply("", edits::addNode({"spare", "service", {}, {}}, {100, 200}));
    QCOMPARE(desk.scene.node("spare")->pos(), QPointF(100, 200));
    desk.window.document().apply("", edits::connect("spare", "db"));
    QVERIFY(desk.scene.edge("spare -> db") != nullptr);
    desk.window.document().apply("", edits::rename("spare", "extra"));
    QVERIFY(desk.scene.node("spare") == nullptr && desk.scene.edge("extra -> db") != nullptr);
    desk.window.document().apply("", edits::remove({"extra"}, {}));
    QVERIFY(desk.scene.node("extra") == nullptr && desk.scene.edge("extra -> db") == nullptr);
    while (desk.window.document().undoStack()->canUndo()) desk.window.document().undoStack()->undo();
    QCOMPARE(desk.scene.edges().size(), desk.window.document().scenario().edges.size());
  }

  void openingShowsEverything() {
    Desk desk(kFlagship, {1600, 1000});
    for (const auto& [name, node] : desk.scene.nodes()) {
      const QRect card = desk.view.viewportTransform().mapRect(node->sceneCard()).toRect();
      QVERIFY2(desk.port()->rect().contains(card), name.c_str());
    }
    QVERIFY(desk.view.zoom() > 0.6);
  }

  void clicksSelect() {
    Desk desk;
    Selection& selection = desk.window.selection();
    desk.click(desk.centreOf("db"));
    QCOMPARE(selection.onlyNode(), std::string("db"));
    desk.click(desk.centreOf("app"), Qt::ShiftModifier);
    QCOMPARE(selection.nodes(), (Selection::Names{"app", "db"}));
    desk.click(desk.centreOf("db"), Qt::ShiftModifier);
    QCOMPARE(selection.nodes(), (Selection::Names{"app"}));
    desk.click(desk.viewPoint(desk.scene.edge("app -> db")->at(0.5)));
    QCOMPARE(selection.onlyEdge(), std::string("app -> db"));
    desk.click({3, 3});
    QVERIFY(selection.isEmpty());
  }

  void aDragMovesByOneEntry() {
    Desk desk;
    Document& document = desk.window.document();
    const Scenario before = document.scenario();
    const QPointF start = desk.scene.node("cache")->pos();
    const QPoint from = desk.centreOf("cache"), to = from + QPoint(40, -60);
    desk.drag(from, to);
    QVERIFY(document.scenario() == before);  // nothing is said before the release
    QVERIFY(desk.scene.node("cache")->pos() != start);
    desk.drop(to);
    QCOMPARE(document.undoStack()->count(), 1);
    QCOMPARE(document.undoStack()->undoText(), QStringLiteral("Move cache"));
    const Point* place = edits::placeOf(document.scenario(), "cache");
    QCOMPARE(QPointF(place->x, place->y), desk.scene.node("cache")->pos());
    QCOMPARE(std::fmod(place->x, 12.0), 0.0);  // the grid caught it
    document.undoStack()->undo();
    QCOMPARE(desk.scene.node("cache")->pos(), start);
    QVERIFY(document.scenario() == before);
  }

  void escapeLeavesNoTrace() {
    Desk desk;
    const QPointF start = desk.scene.node("db")->pos();
    const QPoint from = desk.centreOf("db");
    desk.drag(from, from + QPoint(80, 80));
    QVERIFY(desk.scene.node("db")->pos() != start);
    QTest::keyClick(&desk.view, Qt::Key_Escape);
    QCOMPARE(desk.scene.node("db")->pos(), start);
    desk.drop(from + QPoint(80, 80));
    QCOMPARE(desk.window.document().undoStack()->count(), 0);
  }

  void theRubberBandSelects() {
    Desk desk;
    const QRectF app = desk.scene.node("app")->sceneCard(), lb = desk.scene.node("lb")->sceneCard();
    const QRectF both = (app | lb).adjusted(-4, -20, 4, 20);
    desk.drag(desk.viewPoint(both.topLeft()), desk.viewPoint(both.bottomRight()));
    desk.drop(desk.viewPoint(both.bottomRight()));
    QCOMPARE(desk.window.selection().nodes(), (Selection::Names{"app", "lb"}));
    QVERIFY(desk.window.document().undoStack()->count() == 0);
  }

  void deletingAndPastingAreCommands() {
    Desk desk;
    Document& document = desk.window.document();
    desk.click(desk.centreOf("cache"));
    desk.window.actions()[Command::Copy]->trigger();
    QVERIFY(QApplication::clipboard()->text().startsWith(QStringLiteral("faultline: 1")));
    desk.window.actions()[Command::Delete]->trigger();
    QVERIFY(document.scenario().findNode("cache") == nullptr);
    desk.window.actions()[Command::Paste]->trigger();
    QVERIFY(document.scenario().findNode("cache") != nullptr);
    QCOMPARE(desk.window.selection().onlyNode(), std::string("cache"));
    desk.window.actions()[Command::Duplicate]->trigger();
    QVERIFY(document.scenario().findNode("cache_2") != nullptr);
    for (int i = 0; i < 3; ++i) desk.window.actions()[Command::Undo]->trigger();
    QVERIFY(!document.undoStack()->canUndo());
    QCOMPARE(document.scenario().edges.size(), desk.scene.edges().size());
  }

  void theWheelZoomsAtThePointer() {
    Desk desk;
    const QPointF at(300.5, 210.25);
    const QPointF before = desk.view.viewportTransform().inverted().map(at);
    for (int i = 0; i < 20; ++i) {
      QWheelEvent wheel(at, desk.view.viewport()->mapToGlobal(at), {}, {0, i < 12 ? 120 : -120}, Qt::NoButton,
                        Qt::NoModifier, Qt::NoScrollPhase, false);
      QApplication::sendEvent(desk.view.viewport(), &wheel);
    }
    const QPointF after = desk.view.viewportTransform().inverted().map(at);
    QVERIFY2(QLineF(before, after).length() < 1e-6, qPrintable(QString::number(QLineF(before, after).length())));
  }

  void framesShowWhereItHurts() {
    Desk desk;
    QCOMPARE(desk.scene.node("db")->health(), Health::Idle);
    desk.window.run().runUntil(seconds(150));
    QVERIFY(QTest::qWaitFor([&] { return desk.window.run().now() == seconds(150); }, kPatienceMs));
    QCOMPARE(desk.scene.node("users")->health(), Health::Failing);
    QCOMPARE(desk.scene.node("feed_readers")->health(), Health::Ok);
    desk.window.run().viewAt(seconds(100));
    QCOMPARE(desk.scene.node("users")->health(), Health::Ok);
    // All wait: none is answered and none has failed yet.
    desk.window.run().runUntil(seconds(170));
    QVERIFY(QTest::qWaitFor([&] { return desk.window.run().now() == seconds(170); }, kPatienceMs));
    const int ok = desk.window.run().column("users.ok"), failed = desk.window.run().column("users.failed");
    bool wasStalled = false;
    for (SimTime at = seconds(140); at < seconds(170); at += seconds(1)) {
      desk.window.run().viewAt(at);
      const Shown& shown = desk.window.run().shown();
      if (shown.value(ok) > 0 || shown.value(failed) > 0) continue;
      wasStalled = true;
      QCOMPARE(desk.scene.node("users")->health(), Health::Degraded);
    }
    QVERIFY(wasStalled);
  }

  void aLongValueDoesNotCoverItsName() {
    Desk desk;
    desk.window.run().runUntil(seconds(345));
    QVERIFY(QTest::qWaitFor([&] { return desk.window.run().now() == seconds(345); }, 2 * kPatienceMs));
    const QFontMetricsF name(Theme::instance().font(faultline::Type::Base)),
        figure(Theme::instance().font(faultline::Type::Headline));
    int shortened = 0;
    for (int second = 130; second < 345; ++second) {
      desk.window.run().viewAt(seconds(second));
      for (const auto& [node, item] : desk.scene.nodes()) {
        const double width = name.horizontalAdvance(item->label()) + figure.horizontalAdvance(item->value());
        QVERIFY2(width < NodeItem::kWidth - 24, qPrintable(item->label() + item->value()));
        shortened += item->label().contains(QChar(0x2026));
      }
    }
    QVERIFY(shortened > 0);
  }

  void aWindowWithHistoryCloses() {
    MainWindow window;
    window.openFile(kFlagship);
    window.show();
    window.document().apply("", edits::move({{"db", {1, 2}}}));
    QVERIFY(window.document().undoStack()->canUndo());
    // Its end is the test.
  }

  void everyKindHasAGlyph() {
    for (const ComponentInfo* kind : catalog()) {
      const QPixmap own = Theme::instance().glyph(kind->kind, Qt::white, 24, 1);
      QVERIFY(!own.isNull());
      const QPixmap none = Theme::instance().glyph("no such kind", Qt::white, 24, 1);
      QVERIFY2(own.toImage() != none.toImage(), kind->kind);
    }
  }

  void theThemeSwitchesLive() {
    Desk desk;
    Theme::instance().setMode(Theme::Mode::Dark);
    const QImage dark = desk.view.viewport()->grab().toImage();
    Theme::instance().setMode(Theme::Mode::Light);
    const QImage light = desk.view.viewport()->grab().toImage();
    QCOMPARE(dark.pixelColor(2, 2), QColor("#12151a"));
    QCOMPARE(light.pixelColor(2, 2), QColor("#f3f5f8"));
    Theme::instance().setMode(Theme::Mode::System);
  }

  void numbersReadWell_data() {
    QTest::addColumn<double>("number");
    QTest::addColumn<QString>("unit");
    QTest::addColumn<QString>("text");
    QTest::newRow("ms") << 15.34 << "ms"
                        << "15.3 ms";
    QTest::newRow("s") << 6200. << "ms"
                       << "6.2 s";
    QTest::newRow("minutes") << 221'000. << "ms"
                             << "3 min 41 s";
    QTest::newRow("us") << 0.8 << "ms"
                        << "800 µs";
    QTest::newRow("rate") << 228.4 << "/s"
                          << "228/s";
    QTest::newRow("high rate") << 12'345. << "/s"
                               << "12.3 k/s";
    QTest::newRow("ratio") << 0.412 << "ratio"
                           << "41.2 %";
    QTest::newRow("count") << 8412. << "messages"
                           << "8 412";
    QTest::newRow("small") << 0.0005 << "messages"
                           << "0.0005";
    QTest::newRow("large") << 9'500'000. << "1"
                           << "9.5 M";
    QTest::newRow("unknown") << std::nan("") << "ms"
                             << "–";
    QTest::newRow("zero") << 0. << "/s"
                          << "0/s";
  }
  void numbersReadWell() {
    QFETCH(double, number);
    QFETCH(QString, unit);
    QFETCH(QString, text);
    QString shown = format::value(number, unit.toStdString());
    QCOMPARE(shown.replace(QChar(0x2009), QLatin1Char(' ')).replace(QChar(0x202f), QLatin1Char(' ')), text);
  }
};

QTEST_MAIN(CanvasTest)
#include "canvas_test.moc"
