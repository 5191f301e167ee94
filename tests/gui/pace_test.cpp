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

// Notes how long the thread works on each event, with all that follows from it, until it could look at the next one.
class TimedApplication : public QApplication {
 public:
  using QApplication::QApplication;

  bool notify(QObject* receiver, QEvent* event) override {
    if (depth_ > 0) return QApplication::notify(receiver, event);
    const QByteArray what =
        QByteArray(receiver->metaObject()->className()) + ", event " + QByteArray::number(event->type());
    ++depth_;
    const double start = threadSeconds();
    const bool done = QApplication::notify(receiver, event);
    const double ms = (threadSeconds() - start) * 1e3;
    --depth_;
    if (times_.empty() || ms > longest_) {
      longest_ = ms;
      where_ = what;
    }
    times_.push_back(ms);
    return done;
  }

  void begin() {
    times_.clear();
    longest_ = 0;
    depth_ = 0;  // what the test itself does is not an event
  }
  void report(const char* what) {
    std::vector<double> sorted = times_;
    std::sort(sorted.begin(), sorted.end());
    const auto share = [&](double p) {
      return sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size() - 1))];
    };
    const auto over = std::count_if(sorted.begin(), sorted.end(), [](double ms) { return ms > 50; });
    qInfo("%s: %zu events, the longest pause %.1f ms (%s), 99 %% below %.1f ms, %lld over 50 ms", what, sorted.size(),
          longest_, where_.constData(), share(0.99), static_cast<long long>(over));
  }
  std::size_t events() const { return times_.size(); }

 private:
  int depth_ = 0;
  double longest_ = 0;
  QByteArray where_;
  std::vector<double> times_;
};

TimedApplication& timed() { return static_cast<TimedApplication&>(*qApp); }

}  // namespace

class PaceTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::instance().install(*qApp); }

  void theWindowAnswersAtTheGreatestSpeed() {
    Desk desk(kFlagship, {1600, 1000});
    desk.window.run().setSpeed(kMaxSpeed);
    desk.document.apply("", edits::setSetting("duration=60min"));
    QTest::qWait(200);
    timed().begin();
    desk.give(Command::Play);
    QTest::qWait(2500);
    QVERIFY(timed().events() > 20);
    timed().report("As fast as possible");
  }

  void theWindowAnswersWhileItIsEdited() {
    Desk desk(kFlagship, {1600, 1000});
    desk.window.run().setSpeed(50);
    desk.give(Command::Play);
    QTest::qWait(200);
    timed().begin();
    for (int i = 0; i < 10; ++i) {
      desk.document.apply("", edits::setParam({"db"}, "connections", Value(std::int64_t{60 + i})));
      desk.dragAndDrop(desk.centreOf("cache"), desk.centreOf("cache") + QPoint(i % 2 == 0 ? 24 : -24, 0));
      QTest::qWait(40);
      desk.window.run().viewAt(seconds(1 + i));
    }
    QVERIFY(timed().events() > 20);
    timed().report("Edited, dragged and scrubbed at 50 times");
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
    qInfo("%zu nodes and %zu arrows: opened in %lld ms, painted after %lld ms, %.0f ms of the processor",
          desk.scene.nodes().size(), desk.scene.edges().size(), static_cast<long long>(opened),
          static_cast<long long>(timer.elapsed()), (threadSeconds() - cpu) * 1e3);
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

int main(int argc, char** argv) {
  TimedApplication application(argc, argv);
  PaceTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "pace_test.moc"
