#include <QDockWidget>
#include <QLabel>
#include <QtTest>

#include "gui/canvas/canvas_view.h"
#include "gui/file_commands.h"
#include "gui/main_window.h"
#include "gui/panels/guide_overlay.h"
#include "gui/style/theme.h"

using namespace faultline;

class GuideTest : public QObject {
  Q_OBJECT

  MainWindow* window_ = nullptr;

 private slots:
  void initTestCase() { Theme::instance().install(*qobject_cast<QApplication*>(QCoreApplication::instance())); }
  void init() {
    window_ = new MainWindow;
    window_->resize(1400, 900);
    window_->show();
    QVERIFY(QTest::qWaitForWindowActive(window_));
  }
  void cleanup() {
    Theme::instance().setScale(1);
    delete window_;
  }

  void everyPartHasALabelOfItsOwn_data() {
    QTest::addColumn<QSize>("size");
    QTest::addColumn<double>("scale");
    QTest::newRow("large") << QSize(1600, 1000) << 1.0;
    QTest::newRow("small") << QSize(1100, 760) << 1.0;
    QTest::newRow("presenter") << QSize(1600, 1000) << Theme::kPresenterScale;
  }
  void everyPartHasALabelOfItsOwn() {
    QFETCH(QSize, size);
    QFETCH(double, scale);
    Theme::instance().setScale(scale);
    window_->resize(size);
    QTest::keyClick(window_, Qt::Key_F1);
    QVERIFY(window_->guide().isVisible());
    QCOMPARE(window_->guide().size(), window_->size());
    const QList<QRect> places = window_->guide().places();
    QCOMPARE(places.size(), 6);
    for (int i = 0; i < places.size(); ++i) {
      QVERIFY2(!places[i].isEmpty(), qPrintable(QString::number(i)));
      QVERIFY2(window_->rect().contains(places[i]), qPrintable(QString::number(i)));
      for (int k = 0; k < i; ++k)
        QVERIFY2(!places[i].intersects(places[k]), qPrintable(QStringLiteral("%1 and %2").arg(k).arg(i)));
    }
  }

  void anyKeyOrClickLiftsIt() {
    GuideOverlay& guide = window_->guide();
    window_->actions()[Command::Guide]->trigger();
    QVERIFY(guide.isVisible());
    QTest::keyClick(&guide, Qt::Key_Escape);
    QVERIFY(!guide.isVisible());
    window_->actions()[Command::Guide]->trigger();
    QTest::mouseClick(&guide, Qt::LeftButton);
    QVERIFY(!guide.isVisible());
    window_->actions()[Command::Guide]->trigger();
    window_->actions()[Command::Guide]->trigger();
    QVERIFY(!guide.isVisible());
    // No command happens behind the veil.
    window_->actions()[Command::Guide]->trigger();
    QTest::keyClick(&guide, Qt::Key_Slash);
    QVERIFY(!guide.isVisible());
    QVERIFY(QApplication::activePopupWidget() == nullptr);
  }

  void theVeilFollowsTheWindow() {
    window_->actions()[Command::Guide]->trigger();
    window_->resize(1200, 800);
    QTRY_COMPARE(window_->guide().size(), window_->size());
  }

  void aPresenterHasLargerType() {
    auto* clock = window_->findChild<QLabel*>(QStringLiteral("clock"));
    const double before = clock->font().pointSizeF(), base = QApplication::font().pointSizeF();
    QAction* presenter = window_->actions()[Command::Presenter];
    QVERIFY(presenter->isCheckable() && !presenter->isChecked());
    auto* palette = window_->findChild<QDockWidget*>(QStringLiteral("paletteDock"));
    const int room = window_->canvas().width();
    presenter->trigger();
    QVERIFY(presenter->isChecked());
    QVERIFY(palette->isHidden());
    QTRY_VERIFY(window_->canvas().width() > room);  // the system is what is shown
    QCOMPARE(clock->font().pointSizeF(), before * Theme::kPresenterScale);
    QCOMPARE(QApplication::font().pointSizeF(), base * Theme::kPresenterScale);
    presenter->trigger();
    QVERIFY(palette->isVisible());
    QCOMPARE(clock->font().pointSizeF(), before);
    QCOMPARE(QApplication::font().pointSizeF(), base);
  }
};

QTEST_MAIN(GuideTest)
#include "guide_test.moc"
