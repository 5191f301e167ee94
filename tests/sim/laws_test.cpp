// The laws of the model (sim/README.md) hold in every scenario of the library.
#include <QTest>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "engine/simulation.h"
#include "io/yaml_reader.h"
#include "model/catalog.h"
#include "support/bookkeeper.h"

using namespace faultline;

namespace {

// Long scenarios are cut: the laws hold at every instant.
constexpr Duration kLongest = seconds(400);

std::vector<std::string> scenarioFiles() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(FAULTLINE_SOURCE_DIR "/scenarios"))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

Scenario load(const QString& file) {
  Result<Scenario> read = readScenarioFile(file.toStdString());
  for (const Diagnostic& d : read.diagnostics) qWarning("%s", toString(d).c_str());
  if (!read.ok()) qFatal("%s cannot be read", qPrintable(file));
  read.value.duration = std::min(read.value.duration, kLongest);
  return read.value;
}

std::uint64_t sum(const std::vector<std::pair<std::string, std::uint64_t>>& counts) {
  std::uint64_t n = 0;
  for (const auto& [name, count] : counts) n += count;
  return n;
}

std::uint64_t fingerprintOf(const Scenario& scenario) {
  Simulation simulation(scenario);
  simulation.runToEnd();
  return simulation.fingerprint();
}

}  // namespace

class LawsTest : public QObject {
  Q_OBJECT

  static void everyScenario() {
    QTest::addColumn<QString>("file");
    for (const std::string& file : scenarioFiles())
      QTest::newRow(std::filesystem::path(file).stem().c_str()) << QString::fromStdString(file);
  }

 private slots:
  void theBooksBalance_data() { everyScenario(); }
  void theBooksBalance() {
    QFETCH(QString, file);
    Simulation simulation(load(file));
    simulation.runToEnd();
    const Summary s = simulation.summary();
    QVERIFY(s.requests.offered > 0);
    const auto balanced = [](const OperationSummary& o) {
      return o.inFlight >= 0 && o.offered == o.ok + o.failed + static_cast<std::uint64_t>(o.inFlight) &&
             sum(o.byReason) == o.failed && o.degraded <= o.ok && o.goodput <= o.ok && o.late <= o.failed;
    };
    QVERIFY(balanced(s.requests));
    for (const OperationSummary& o : s.classes) QVERIFY2(balanced(o), o.name.c_str());
    for (const NodeSummary& n : s.nodes) {
      const auto began = static_cast<std::int64_t>(n.arrivals) + n.inFlightAtStart;
      const auto ended = static_cast<std::int64_t>(n.ok + n.failed) + n.inFlight;
      QVERIFY2(began == ended, n.name.c_str());
      QVERIFY2(n.utilization >= 0 && n.utilization <= 1 + 1e-9, n.name.c_str());
    }
    for (const SeriesColumn& c : simulation.series().columns)
      for (double v : c.values) QVERIFY2(!std::isinf(v), c.name.c_str());
  }

  void aCallEndsExactlyOnce_data() { everyScenario(); }
  void aCallEndsExactlyOnce() {
    QFETCH(QString, file);
    Simulation simulation(load(file));
    Bookkeeper books;
    simulation.observe(&books);
    simulation.runToEnd();
    QCOMPARE(books.answeredTwice, 0u);
    QCOMPARE(books.fromTheFuture, 0u);
    QVERIFY(books.balanced());
    std::uint64_t arrivals = 0, answers = 0, held = 0;
    for (const auto& [node, n] : books.arrivals) arrivals += n;
    for (const auto& [node, n] : books.answers) answers += n;
    for (const auto& [call, n] : books.held) held += n;
    QCOMPARE(arrivals, answers + held);
  }

  // No server is used twice: a caller holds what it holds, and there is no more than there is.
  void nobodyHoldsMoreThanThereIs_data() { everyScenario(); }
  void nobodyHoldsMoreThanThereIs() {
    QFETCH(QString, file);
    const Scenario scenario = load(file);
    Simulation simulation(scenario);
    for (SimTime at = milliseconds(700); at < scenario.duration; at += milliseconds(700)) {
      simulation.advanceTo(at);
      const Frame frame = simulation.frame();
      for (std::size_t n = 0; n < frame.nodes.size(); ++n) {
        const NodeFrame& node = frame.nodes[n];
        QVERIFY2(node.inFlight >= 0 && node.queue >= 0 && node.busy >= 0, scenario.nodes[n].name.c_str());
        // Work that began before a reduction of servers is finished: only then may busy exceed servers.
        if (scenario.timeline.empty() && node.servers > 0)
          QVERIFY2(node.busy <= node.servers, scenario.nodes[n].name.c_str());
      }
    }
  }

  void theRunIsTheSameHoweverItIsWatched_data() { everyScenario(); }
  void theRunIsTheSameHoweverItIsWatched() {
    QFETCH(QString, file);
    Scenario scenario = load(file);
    const std::uint64_t expected = fingerprintOf(scenario);
    QCOMPARE(fingerprintOf(scenario), expected);

    Scenario otherSampling = scenario;
    otherSampling.sample = milliseconds(137);
    QCOMPARE(fingerprintOf(otherSampling), expected);

    Simulation stepped(scenario);
    Bookkeeper books;
    stepped.observe(&books);
    for (SimTime at = milliseconds(333); at < scenario.duration; at += milliseconds(333)) {
      stepped.advanceTo(at);
      (void)stepped.frame();
      if (at.ns % 7 == 0) (void)stepped.summary();
    }
    stepped.runToEnd();
    QCOMPARE(stepped.fingerprint(), expected);

    std::uint64_t beside[2] = {};
    std::thread first([&] { beside[0] = fingerprintOf(scenario); });
    std::thread second([&] { beside[1] = fingerprintOf(scenario); });
    first.join();
    second.join();
    QCOMPARE(beside[0], expected);
    QCOMPARE(beside[1], expected);

    scenario.seed += 1;
    QVERIFY(fingerprintOf(scenario) != expected);
  }

  // Totals do not depend on the sampling interval either.
  void summariesDoNotDependOnSampling_data() { everyScenario(); }
  void summariesDoNotDependOnSampling() {
    QFETCH(QString, file);
    Scenario scenario = load(file);
    Simulation coarse(scenario);
    coarse.runToEnd();
    scenario.sample = milliseconds(251);
    Simulation fine(scenario);
    fine.runToEnd();
    const Summary a = coarse.summary(), b = fine.summary();
    QCOMPARE(a.requests.ok, b.requests.ok);
    QCOMPARE(a.requests.okLatency.meanNs(), b.requests.okLatency.meanNs());
    for (std::size_t n = 0; n < a.nodes.size(); ++n) {
      QCOMPARE(a.nodes[n].utilization, b.nodes[n].utilization);
      QCOMPARE(a.nodes[n].queueMean, b.nodes[n].queueMean);
      QCOMPARE(a.nodes[n].queueMax, b.nodes[n].queueMax);
      if (!a.nodes[n].okLatency.empty())
        QCOMPARE(a.nodes[n].okLatency.quantile(0.99).ns, b.nodes[n].okLatency.quantile(0.99).ns);
    }
  }

  // Luck belongs to a node and a purpose: a stranger in the graph changes nobody else's run.
  void aStrangerChangesNobodysLuck_data() { everyScenario(); }
  void aStrangerChangesNobodysLuck() {
    QFETCH(QString, file);
    const Scenario scenario = load(file);
    Scenario larger = scenario;
    ValueMap rate;
    rate.set("rate", 50.0);
    larger.nodes.insert(larger.nodes.begin(), {"stranger_users", "client", "", rate});
    larger.nodes.push_back({"stranger", "service", "", {}});
    larger.edges.insert(larger.edges.begin(), {"stranger_users", "stranger", {}});
    Simulation a(scenario), b(larger);
    a.runToEnd();
    b.runToEnd();
    const Summary before = a.summary(), after = b.summary();
    for (std::size_t n = 0; n < before.nodes.size(); ++n) {
      const NodeSummary& x = before.nodes[n];
      const NodeSummary& y = after.nodes[n + 1];
      QCOMPARE(QString::fromStdString(x.name), QString::fromStdString(y.name));
      QCOMPARE(x.arrivals, y.arrivals);
      QCOMPARE(x.ok, y.ok);
      QCOMPARE(x.failed, y.failed);
      if (!x.okLatency.empty()) QCOMPARE(x.okLatency.meanNs(), y.okLatency.meanNs());
    }
  }

  // Every change is an action at a simulated time: an improvised session, saved, replays to the bit.
  void anImprovisedSessionReplays_data() { everyScenario(); }
  void anImprovisedSessionReplays() {
    QFETCH(QString, file);
    Scenario scenario = load(file);
    const auto target = std::find_if(scenario.nodes.begin(), scenario.nodes.end(),
                                     [](const NodeSpec& n) { return !findKind(n.kind)->originates; });
    QVERIFY(target != scenario.nodes.end());
    const SimTime third{scenario.duration.ns / 3 + 12'345};
    Simulation live(scenario);
    ValueMap slow;
    slow.set("factor", 3.0);
    live.advanceTo(third);
    const SimTime slowed = live.schedule({{}, "slow", target->name, slow});
    live.advanceTo(third + seconds(1));
    const SimTime crashed = live.schedule({{}, "crash", target->name, {}});
    live.advanceTo(third + seconds(2));
    // Callers whose calls the crash lost may try again at this very instant.
    const SimTime restarted = live.schedule({{}, "restart", target->name, {}});
    live.runToEnd();
    QVERIFY(live.fingerprint() != fingerprintOf(scenario));

    scenario.timeline.push_back({slowed, "slow", target->name, slow});
    scenario.timeline.push_back({crashed, "crash", target->name, {}});
    scenario.timeline.push_back({restarted, "restart", target->name, {}});
    QCOMPARE(fingerprintOf(scenario), live.fingerprint());
  }
};

QTEST_APPLESS_MAIN(LawsTest)
#include "laws_test.moc"
