// Figures, not limits: how long the window's thread is away at the greatest load, and how fast large systems open.
#include <time.h>

#include <QTemporaryDir>

#include "gui/desk.h"
#include "gui/lattice.h"
#include "gui/style/theme.h"
#include "io/yaml_writer.h"

using namespace faultline;

namespace {

// Of the window's thread alone: what others do on a busy machine does not count.
double threadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Asks to be called as often as possible, and notes how long the event loop was away meanwhile.
class Heartbeat {
 public:
  Heartbeat() {
    QObject::connect(&timer_, &QTimer::timeout, qApp, [this] { beat(); });
    clock_.start();
    timer_.start(0);
  }
  void report(const char* what) const {
    std::vector<double> sorted = pauses_;
    std::sort(sorted.begin(), sorted.end());
    const auto share = [&](double p) { return sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size() - 1))]; };
    const auto over = std::count_if(sorted.begin(), sorted.end(), [](double ms) { return ms > 50; });
    qInfo("%s, looked at %zu times: the window's thread was busy without a break for at most %.1f ms (99.9 %% below %.1f ms, %lld over 50 ms), %.0f ms by the wall clock", what, sorted.size(),
          sorted.back(), share(0.999), static_cast<long long>(over), longest_);
  }
  std::size_t beats() const { return pauses_.size(); }

 private:
  void beat() {
    const double now = threadSeconds();
    pauses_.push_back((now - last_) * 1e3);
    longest_ = std::max(longest_, static_cast<double>(clock_.nsecsElapsed()) / 1e6);
    clock_.start();
    last_ = now;
  }

  QTimer timer_;
  QElapsedTimer clock_;
  double last_ = threadSeconds(), longest_ = 0;
  std::vector<double> pauses_;
};

}  // namespace

class PaceTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::instance().install(*qApp); }

  void theWindowAnswersAtTheGreatestSpeed() {
    Desk desk(kFlagship, {1600, 1000});
    desk.window.run().setSpeed(kMaxSpeed);
    QTest::qWait(100);
    Heartbeat heart;
    desk.give(Command::Play);
    QVERIFY(QTest::qWaitFor([&] { return desk.window.run().state() == RunState::Finished; }, 4 * kPatienceMs));
    QVERIFY(heart.beats() > 1);
    heart.report("the flagship as fast as possible");
  }

  void theWindowAnswersWhileItIsEdited() {
    Desk desk(kFlagship, {1600, 1000});
    desk.window.run().setSpeed(50);
    desk.give(Command::Play);
    QTest::qWait(100);
    Heartbeat heart;
    for (int i = 0; i < 10; ++i) {
      desk.document.apply("", edits::setParam({"db"}, "connections", Value(std::int64_t{60 + i})));
      desk.dragAndDrop(desk.centreOf("cache"), desk.centreOf("cache") + QPoint(i % 2 == 0 ? 24 : -24, 0));
      QTest::qWait(40);
    }
    desk.window.run().viewAt(seconds(5));
    QTest::qWait(40);
    QVERIFY(heart.beats() > 1);
    heart.report("the flagship at 50 times, edited, dragged and scrubbed");
  }

  void largeSystemsOpen() {
    QTemporaryDir folder;
    QVERIFY(folder.isValid());
    const QString path = folder.filePath(QStringLiteral("lattice.yaml"));
    {
      QFile file(path);
      QVERIFY(file.open(QIODevice::WriteOnly));
      file.write(QByteArray::fromStdString(writeScenario(lattice(40, 50))));
    }
    Desk desk(QString(), {1600, 1000});
    const double cpu = threadSeconds();
    QElapsedTimer timer;
    timer.start();
    QVERIFY(desk.window.openFile(path));
    const auto opened = timer.elapsed();
    desk.port()->repaint();
    qInfo("%zu nodes and %zu arrows: opened in %lld ms, painted after %lld ms, %.0f ms of the processor", desk.scene.nodes().size(),
          desk.scene.edges().size(), static_cast<long long>(opened), static_cast<long long>(timer.elapsed()), (threadSeconds() - cpu) * 1e3);
    QCOMPARE(desk.scene.nodes().size(), std::size_t{2000});
  }

  void aLargeCanvasMoves() {
    Desk desk(QString(), {1600, 1000});
    desk.document.reset(lattice(20, 25));
    QCOMPARE(desk.scene.nodes().size(), std::size_t{500});
    QCOMPARE(desk.scene.edges().size(), std::size_t{1000});
    desk.window.run().runUntil(seconds(5));
    QVERIFY(QTest::qWaitFor([&] { return desk.window.run().now() == seconds(5); }, kPatienceMs));
    desk.port()->repaint();
    constexpr int kFrames = 30;
    const double cpu = threadSeconds();
    for (int i = 0; i < kFrames; ++i) desk.port()->repaint();
    const double frame = (threadSeconds() - cpu) * 1e3 / kFrames;
    qInfo("500 nodes and 1000 arrows: %.1f ms a frame in software, %.0f frames a second", frame, 1000 / frame);
    QVERIFY(frame > 0);
  }
};

QTEST_MAIN(PaceTest)
#include "pace_test.moc"
