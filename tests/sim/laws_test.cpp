// The laws of the model (sim/README.md) hold in every scenario of the library.
#include <QTest>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/simulation.h"
#include "io/yaml_reader.h"
#include "metrics/report.h"
#include "model/catalog.h"
#include "model/edge_policy.h"
#include "support/bookkeeper.h"

using namespace faultline;

namespace {

// Long scenarios are cut: the laws hold at every instant.
constexpr Duration kLongest = seconds(200);
// So are busy ones.
constexpr std::uint64_t kMostEvents = 25'000;

std::vector<std::string> scenarioFiles() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(FAULTLINE_SOURCE_DIR "/scenarios"))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

Scenario readAndCut(const QString& file) {
  Result<Scenario> read = readScenarioFile(file.toStdString());
  for (const Diagnostic& d : read.diagnostics) qWarning("%s", toString(d).c_str());
  if (!read.ok()) qFatal("%s cannot be read", qPrintable(file));
  Scenario& scenario = read.value;
  scenario.duration = std::min(scenario.duration, kLongest);
  Simulation simulation(scenario);
  while (simulation.now() < scenario.duration && simulation.events() < kMostEvents)
    if (simulation.advanceTo(simulation.now() + seconds(1)) != Simulation::Status::Running) break;
  scenario.duration = simulation.now();
  scenario.warmup = std::min(scenario.warmup, Duration{scenario.duration.ns / 4});
  std::erase_if(scenario.timeline, [&](const Action& a) { return a.at > scenario.duration; });
  return scenario;
}

std::uint64_t sum(const std::vector<std::pair<std::string, std::uint64_t>>& counts) {
  std::uint64_t n = 0;
  for (const auto& [name, count] : counts) n += count;
  return n;
}

const Scenario& load(const QString& file) {
  static std::map<QString, Scenario> known;
  const auto [place, isNew] = known.try_emplace(file);
  if (isNew) place->second = readAndCut(file);
  return place->second;
}

// How long after an action its end comes.
Duration spanOf(const Action& action) {
  const Value* span = action.args.find("for");
  return span != nullptr ? *span->as<Duration>() : Duration{};
}

// The same from the first instant on: what is observed is then what is counted.
Scenario loadWithoutWarmup(const QString& file) {
  Scenario scenario = load(file);
  scenario.warmup = {};
  return scenario;
}

// Nothing is planned any more from some instant on.
Scenario quietAfter(SimTime when, Scenario scenario) {
  std::erase_if(scenario.timeline, [&](const Action& a) { return a.at + std::max(Duration{}, spanOf(a)) >= when; });
  return scenario;
}

// Levels and sums as the calls themselves give them.
class Witness : public Bookkeeper {
 public:
  void onArrive(SimTime at, NodeId node, CallId id, const Call& call) override {
    Bookkeeper::onArrive(at, node, id, call);
    change(node, at, 1);
    probes[node] += call.has(kProbe);
    if (call.operation != 0) byOperation[call.operation].insert({node, call.arrived, call.operation});
  }
  void onAnswer(SimTime at, NodeId node, CallId id, const Call& call) override {
    Bookkeeper::onAnswer(at, node, id, call);
    change(node, at, -1);
    const Held place{node, call.arrived, call.operation};
    if (abandoned.erase(place) > 0) ++burned;
    if (const auto open = byOperation.find(call.operation); open != byOperation.end()) {
      open->second.erase(place);
      if (open->second.empty()) byOperation.erase(open);
    }
    lastAnswer[node] = at;
  }
  void onReturn(SimTime at, NodeId caller, CallId id, const Call& call, bool timedOut) override {
    Bookkeeper::onReturn(at, caller, id, call, timedOut);
    if (!timedOut) return;
    if (const auto open = byOperation.find(call.operation); open != byOperation.end())
      for (const Held& place : open->second)
        if (std::get<1>(place) == call.arrived) abandoned.insert(place);
  }
  void onOperation(SimTime at, NodeId node, CallId id, const Call& call, bool finished) override {
    Bookkeeper::onOperation(at, node, id, call, finished);
    if (!finished) return;
    // What was asked for a failed operation and is not answered goes on without it.
    if (call.failure != 0)
      if (const auto open = byOperation.find(call.operation); open != byOperation.end())
        for (const Held& place : open->second) abandoned.insert(place);
    (call.failure == 0 ? okNs : failedNs) += static_cast<double>(at.ns - call.born);
  }
  // Call-nanoseconds at a node until `end`.
  double integral(NodeId node, SimTime end) {
    change(node, end, 0);
    return levels[node].sum;
  }

  struct Level {
    std::int64_t value = 0, since = 0;
    double sum = 0;
  };
  std::map<NodeId, Level> levels;
  std::map<NodeId, std::uint64_t> probes;
  std::map<NodeId, SimTime> lastAnswer;
  std::set<Held> abandoned;
  std::map<std::uint32_t, std::set<Held>> byOperation;
  std::uint64_t burned = 0;
  double okNs = 0, failedNs = 0;

 private:
  void change(NodeId node, SimTime at, std::int64_t by) {
    Level& level = levels[node];
    level.sum += static_cast<double>(level.value) * static_cast<double>(at.ns - level.since);
    level.since = at.ns;
    level.value += by;
  }
};

// One watched run of each scenario serves several laws.
struct Witnessed {
  Scenario scenario;
  Witness witness;
  Summary summary;
};
Witnessed& witnessed(const QString& file) {
  static std::map<QString, Witnessed> runs;
  const auto [place, isNew] = runs.try_emplace(file);
  Witnessed& run = place->second;
  if (!isNew) return run;
  run.scenario = loadWithoutWarmup(file);
  Simulation simulation(run.scenario);
  simulation.observe(&run.witness);
  simulation.runToEnd();
  run.summary = simulation.summary();
  return run;
}

// When each call that was at a node at `from` was answered.
class Departures : public Observer {
 public:
  Departures(NodeId node, SimTime from) : node_(node), from_(from) {}
  void onAnswer(SimTime at, NodeId node, CallId, const Call& call) override {
    if (node == node_ && call.arrived <= from_.ns && at > from_) times[{call.arrived, call.operation}] = at;
  }
  std::map<std::pair<std::int64_t, std::uint32_t>, SimTime> times;

 private:
  NodeId node_;
  SimTime from_;
};

std::ptrdiff_t leaving(const Scenario& scenario, NodeId node) {
  return std::count_if(scenario.edges.begin(), scenario.edges.end(),
                       [&](const EdgeSpec& e) { return e.from == scenario.nodes[node].name; });
}

bool near(double a, double b, double relative) {
  return std::abs(a - b) <= relative * std::max(std::abs(a), std::abs(b));
}

// One of the last nodes, which ask few others, that is at work.
std::optional<NodeId> workingNode(const Scenario& scenario, const Frame& frame) {
  std::optional<NodeId> found;
  for (NodeId n = 0; n < frame.nodes.size(); ++n) {
    if (frame.nodes[n].busy == 0 || findKind(scenario.nodes[n].kind)->buffers) continue;
    if (!found || leaving(scenario, n) < leaving(scenario, *found)) found = n;
  }
  return found;
}

// When what a node held at an instant left it, its work being slowed from then on.
auto departures(const Scenario& scenario, SimTime when, NodeId node, double factor) {
  Simulation simulation(scenario);
  simulation.advanceTo(when);
  Departures seen(node, when);
  simulation.observe(&seen);
  ValueMap args;
  args.set("factor", factor);
  simulation.apply({{}, "slow", scenario.nodes[node].name, args});
  simulation.advanceTo(when + minutes(2));
  return seen.times;
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

  // Law 2: what is shown follows from calls that were made and held, not from a formula of its own.
  void whatIsShownFollowsFromCalls_data() { everyScenario(); }
  void whatIsShownFollowsFromCalls() {
    QFETCH(QString, file);
    Witnessed& run = witnessed(file);
    const Scenario& scenario = run.scenario;
    Witness& witness = run.witness;
    const Summary& s = run.summary;
    const double ns = static_cast<double>(s.simulated.ns);
    for (std::size_t n = 0; n < s.nodes.size(); ++n) {
      const NodeSummary& node = s.nodes[n];
      const ComponentInfo& kind = *findKind(node.kind);
      if (!kind.originates)
        QVERIFY2(near(node.inFlightMean * ns, witness.integral(static_cast<NodeId>(n), s.simulated), 1e-6),
                 node.name.c_str());
      for (std::size_t m = 0; m < kind.metrics.size(); ++m) {
        const MetricInfo& info = kind.metrics[m];
        if (info.type != MetricType::Ratio || std::isnan(node.metrics[m].value)) continue;
        const double ratio = node.metrics[info.numerator].value / node.metrics[info.denominator].value;
        QVERIFY2(near(node.metrics[m].value, ratio, 1e-9), info.name);
      }
    }
    for (const EdgeSummary& edge : s.edges) {
      if (!edge.pooled) continue;
      const auto& policy = *std::find_if(scenario.edges.begin(), scenario.edges.end(),
                                         [&](const EdgeSpec& e) { return e.from == edge.from && e.to == edge.to; });
      const auto caller =
          std::find_if(s.nodes.begin(), s.nodes.end(), [&](const NodeSummary& n) { return n.name == edge.from; });
      const std::int64_t size = edgePolicy(policy.policy).pool->size * static_cast<std::int64_t>(caller->instances);
      QVERIFY2(edge.inUseMax <= size, edge.from.c_str());
      // Somebody waits only when every connection is held.
      if (edge.waitingMax > 0) QVERIFY2(edge.inUseMax >= edgePolicy(policy.policy).pool->size, edge.from.c_str());
    }
  }

  // Law 4: what a caller gave up is worked on all the same, and is never counted as its success.
  void abandonedWorkStillBurns_data() { everyScenario(); }
  void abandonedWorkStillBurns() {
    QFETCH(QString, file);
    Witnessed& run = witnessed(file);
    Witness& witness = run.witness;
    const Summary& s = run.summary;
    // Who gave up before the end is still held, or was answered after that.
    for (const Bookkeeper::Held& call : witness.abandoned) QVERIFY(witness.held.contains(call));
    for (const EdgeSummary& edge : s.edges) QVERIFY2(edge.ok + edge.failed <= edge.attempts, edge.from.c_str());
    QVERIFY(s.requests.ok + s.requests.failed <= s.requests.offered);
    if (witness.burned == 0) QSKIP("nobody gives up here");
  }

  // Law 5: probes are calls like others at the node that they ask.
  void healthChecksAreTraffic_data() { everyScenario(); }
  void healthChecksAreTraffic() {
    QFETCH(QString, file);
    Witnessed& run = witnessed(file);
    Witness& witness = run.witness;
    const Summary& s = run.summary;
    std::uint64_t probes = 0;
    for (std::size_t n = 0; n < s.nodes.size(); ++n) {
      const auto id = static_cast<NodeId>(n);
      QCOMPARE(s.nodes[n].arrivals, witness.arrivals[id]);
      probes += witness.probes[id];
    }
    if (probes == 0) QSKIP("nobody probes here");
    // A node that hangs does not answer probes either.
    const auto probed = std::max_element(witness.probes.begin(), witness.probes.end(),
                                         [](const auto& a, const auto& b) { return a.second < b.second; });
    const SimTime third{s.simulated.ns / 3};
    Simulation hung(quietAfter(third, loadWithoutWarmup(file)));
    Witness there;
    hung.observe(&there);
    hung.advanceTo(third);
    hung.apply({{}, "pause", s.nodes[probed->first].name, {}});
    hung.advanceTo(third + seconds(10));  // before anybody who heals it starts it again
    QVERIFY(there.lastAnswer[probed->first] <= third);
  }

  // Law 6: a slowdown re-scales the work in progress; a crash ends at once what was held.
  void faultsActOnWorkInProgress_data() { everyScenario(); }
  void faultsActOnWorkInProgress() {
    QFETCH(QString, file);
    const Scenario scenario = loadWithoutWarmup(file);
    Simulation search(scenario);
    // Who is busy may only be waiting for others, so several instants are tried.
    constexpr int kMostTries = 8;
    int tries = 0;
    bool anyLeft = false;
    for (SimTime at{scenario.duration.ns / 3}; at < scenario.duration && tries < kMostTries; at += milliseconds(7)) {
      search.advanceTo(at);
      const std::optional<NodeId> node = workingNode(scenario, search.frame());
      if (!node) continue;
      ++tries;
      const Scenario quiet = quietAfter(at, scenario);
      const auto usual = departures(quiet, at, *node, 1), slowed = departures(quiet, at, *node, 10);
      anyLeft |= !usual.empty();
      const bool later = std::any_of(usual.begin(), usual.end(), [&](const auto& left) {
        const auto slow = slowed.find(left.first);  // it may not have left by the end
        return slow == slowed.end() || slow->second > left.second + (left.second - at);
      });
      if (!later) continue;

      Simulation crashed(quiet);
      Witness books;
      crashed.observe(&books);
      crashed.advanceTo(at);
      const std::uint64_t answers = books.answers[*node], held = books.arrivals[*node] - answers;
      crashed.apply({{}, "crash", scenario.nodes[*node].name, {}});
      QCOMPARE(books.answers[*node], answers + held);
      return;
    }
    if (tries == 0) QSKIP("nobody is found at work there");
    if (!anyLeft) QSKIP("what is at work there goes on for minutes");
    QFAIL("the work in progress took no longer");
  }

  // Law 10: latency runs from the intended send time to the last byte, retries included; each population for itself.
  void latencyIsWhatTheUserFelt_data() { everyScenario(); }
  void latencyIsWhatTheUserFelt() {
    QFETCH(QString, file);
    const Witnessed& run = witnessed(file);
    const Witness& witness = run.witness;
    const OperationSummary& r = run.summary.requests;
    QCOMPARE(r.okLatency.count(), r.ok);
    QCOMPARE(r.failedLatency.count(), r.failed);
    QCOMPARE(r.cachedLatency.count() + r.fetchedLatency.count(), r.ok);
    QVERIFY(near(r.okLatency.meanNs() * static_cast<double>(r.ok), witness.okNs, 1e-6));
    if (r.failed > 0) QVERIFY(near(r.failedLatency.meanNs() * static_cast<double>(r.failed), witness.failedNs, 1e-6));
    QVERIFY(!knownQuantileMs(r.okLatency, 1 - 0.5 / static_cast<double>(r.ok)));
    if (r.ok >= 2000) QVERIFY(knownQuantileMs(r.okLatency, 0.99).has_value());
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
    std::vector<Action> improvised;
    const auto act = [&](Duration after, const char* verb, const ValueMap& args) {
      live.advanceTo(third + after);
      Action action{live.now(), verb, target->name, args};
      action.at = live.schedule(action);
      improvised.push_back(action);
    };
    act({}, "slow", slow);
    act(seconds(1), "crash", {});
    act(seconds(2), "restart", {});
    live.runToEnd();
    QVERIFY(live.fingerprint() != fingerprintOf(scenario));
    scenario.timeline.insert(scenario.timeline.end(), improvised.begin(), improvised.end());
    QCOMPARE(fingerprintOf(scenario), live.fingerprint());
  }
};

QTEST_APPLESS_MAIN(LawsTest)
#include "laws_test.moc"
