#include <QtTest>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "support/run.h"

using namespace faultline;

namespace {

struct Arrival {
  double at;
  std::uint16_t instance;
  std::uint32_t key;
  bool probe;
};

// Who received which call, by name of the node.
class Arrivals : public Observer {
 public:
  explicit Arrivals(const std::string& yaml) : simulation(scenarioOf(yaml)) {
    simulation.observe(this);
    simulation.runToEnd();
    summary = simulation.summary();
  }
  void onArrive(SimTime now, NodeId node, CallId, const Call& call) override {
    const std::string& name = simulation.nodeNames()[node];
    all.emplace_back(name, Arrival{now.seconds(), call.instance, call.key, call.has(kProbe)});
  }
  std::vector<Arrival> at(const std::string& node) const {
    std::vector<Arrival> result;
    for (const auto& [name, arrival] : all)
      if (name == node) result.push_back(arrival);
    return result;
  }

  Simulation simulation;
  std::vector<std::pair<std::string, Arrival>> all;
  Summary summary;
};

// A client, a balancer and a service.
std::string system(const std::string& client, const std::string& balancer, const std::string& service,
                   const std::string& duration, const std::string& rest = {}) {
  return "faultline: 1\nname: t\nduration: " + duration + "\nnodes:\n  users: {kind: client, " + client +
         "}\n  lb: {kind: load_balancer, " + balancer + "}\n  app: {kind: service, " + service +
         "}\nedges:\n  - users -> lb\n  - lb -> app\n" + rest;
}

double meanSeconds(const Summary& summary) { return summary.requests.okLatency.meanNs() / 1e9; }

double metric(const Summary& summary, const char* name) { return metricOf(nodeOf(summary, "lb"), name).value; }

void compareWithin(double actual, double expected, double relative) {
  QVERIFY2(std::fabs(actual - expected) <= relative * expected,
           qPrintable(QString("%1, expected %2").arg(actual).arg(expected)));
}

std::uint64_t arrivalsBetween(const std::vector<Arrival>& arrivals, int instance, double from, double to) {
  std::uint64_t n = 0;
  for (const Arrival& a : arrivals) n += a.instance == instance && !a.probe && a.at >= from && a.at < to;
  return n;
}

constexpr const char* kThreeWeighted = R"(
faultline: 1
name: t
duration: 14.5s
nodes:
  users: {kind: client, rate: 1/s, arrivals: constant}
  lb: {kind: load_balancer, algorithm: weighted_round_robin}
  a: {kind: service}
  b: {kind: service}
  c: {kind: service}
edges:
  - users -> lb
  - lb -> a: {weight: 5}
  - lb -> b
  - lb -> c
)";

}  // namespace

class LoadBalancerTest : public QObject {
  Q_OBJECT

 private slots:
  // nginx commit "Upstream: smooth weighted round-robin balancing" (2012).
  void weightsOfEdges() {
    const Arrivals run(kThreeWeighted);
    std::string sequence;
    for (const auto& [node, arrival] : run.all)
      if (node != "lb") sequence += node;
    QCOMPARE(sequence, std::string("aabacaaaabacaa"));
  }

  void allInstancesOfAllEdgesAreTargets() {
    const Summary s = runText(R"(
faultline: 1
name: t
duration: 100.5s
nodes:
  users: {kind: client, rate: 10/s, arrivals: constant}
  lb: {kind: load_balancer}
  a: {kind: service, instances: 3}
  b: {kind: service, instances: 2}
edges: [users -> lb, lb -> a, lb -> b]
)");
    for (std::uint64_t n : nodeOf(s, "a").instanceArrivals) QCOMPARE(n, std::uint64_t{201});
    for (std::uint64_t n : nodeOf(s, "b").instanceArrivals) QCOMPARE(n, std::uint64_t{201});
    QCOMPARE(metric(s, "healthy"), 5.0);
  }

  // Exact or published results; tolerances are for about four standard deviations of runs of this length.
  void queueingTheory_data() {
    QTest::addColumn<QString>("algorithm");
    QTest::addColumn<int>("instances");
    QTest::addColumn<QString>("rate");
    QTest::addColumn<QString>("work");
    QTest::addColumn<QString>("duration");
    QTest::addColumn<double>("mean");
    QTest::addColumn<double>("meanTolerance");
    QTest::addColumn<double>("p99");
    QTest::addColumn<double>("p99Tolerance");
    const auto row = [](const char* name, const char* algorithm, int instances, const char* rate, const char* work,
                        const char* duration) -> QTestData& {
      return QTest::newRow(name) << algorithm << instances << rate << work << duration;
    };
    // Four M/M/1 by Poisson splitting.
    row("random", "random", 4, "64/s", "exponential(50ms)", "6000s") << 0.250 << 0.062 << 1.15129255 << 0.14;
    // Each backend is E4/M/1.
    row("round robin", "round_robin", 4, "64/s", "exponential(50ms)", "6000s")
        << 0.163369181 << 0.077 << 0.752342879 << 0.093;
    // Symmetric shortest queue: Haight (1958), Kingman (1961).
    row("shortest queue", "least_connections", 2, "1600/s", "exponential(1ms)", "240s")
        << 0.00295573662 << 0.061 << 0.0130843977 << 0.098;
    // Supermarket model; the mean is that of n = 100, the quantile that of the fixed point, 2 % below n = 100.
    row("two of a hundred", "two_choices", 100, "9000/s", "exponential(10ms)", "40s")
        << 0.026618 << 0.03 << 0.089 << 0.05;
  }
  void queueingTheory() {
    QFETCH(QString, algorithm);
    QFETCH(int, instances);
    QFETCH(QString, rate);
    QFETCH(QString, work);
    QFETCH(QString, duration);
    QFETCH(double, mean);
    QFETCH(double, meanTolerance);
    QFETCH(double, p99);
    QFETCH(double, p99Tolerance);
    const std::string yaml =
        system("rate: " + rate.toStdString(), "algorithm: " + algorithm.toStdString(),
               "workers: 1, instances: " + std::to_string(instances) + ", work: " + work.toStdString(),
               duration.toStdString());
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
      const Summary s = runText(yaml, seed);
      compareWithin(meanSeconds(s), mean, meanTolerance);
      compareWithin(s.requests.okLatency.quantile(0.99).seconds(), p99, p99Tolerance);
    }
  }

  // M/M/1 and E2/M/1: the mean is the same for processor sharing. LINE tutorial 4 prints 0.66 and 0.57.
  void processorSharing() {
    const std::string service = "instances: 2, workers: 1000, cores: 1, work: exponential(500ms)";
    for (const std::uint64_t seed : {1u, 2u}) {
      compareWithin(meanSeconds(runText(system("rate: 1/s", "algorithm: random", service, "200000s"), seed)), 2.0 / 3,
                    0.02);
      compareWithin(meanSeconds(runText(system("rate: 1/s", "algorithm: round_robin", service, "200000s"), seed)),
                    0.577350269, 0.02);
    }
  }

  // ewma leaves a slow instance nearly alone, which rotation does not.
  void ewmaAvoidsASlowInstance() {
    const std::string slow = "timeline:\n  - {at: 0s, slow: \"app[0]\", factor: 10}\n";
    const Summary s = runText(system("rate: 200/s", "algorithm: ewma", "instances: 4", "100s", slow));
    const auto& n = nodeOf(s, "app").instanceArrivals;
    QVERIFY(n[0] * 5 < n[1]);
    QVERIFY(n[0] > 0);
  }

  // ngx_http_upstream_round_robin.c: A is tried until it has failed three times, then once in each 30 s; with the
  // client's first request one second after the start.
  void nginxDeadPeer_data() {
    QTest::addColumn<QString>("clock");
    QTest::newRow("exact") << "false";
    QTest::newRow("whole seconds") << "true";
  }
  void nginxDeadPeer() {
    QFETCH(QString, clock);
    const Arrivals run(R"(
faultline: 1
name: t
duration: 300.5s
nodes:
  users: {kind: client, rate: 1/s, arrivals: constant}
  lb: {kind: load_balancer, algorithm: weighted_round_robin,
       passive: {max_fails: 3, fail_timeout: 30s, whole_seconds: )" +
                       clock.toStdString() + R"(}, next_upstream: {on: [unavailable]}}
  a: {kind: service}
  b: {kind: service}
edges: [users -> lb, lb -> a, lb -> b]
timeline:
  - {at: 0s, crash: a}
)");
    std::vector<int> times;
    for (const Arrival& a : run.at("a")) times.push_back(static_cast<int>(std::lround(a.at)) - 1);
    const std::vector<int> expected{0, 2, 4, 36, 68, 100, 132, 164, 196, 228, 260, 292};
    QCOMPARE(times, expected);
    QCOMPARE(run.summary.requests.failed, std::uint64_t{0});
    QCOMPARE(run.summary.requests.ok, std::uint64_t{300});
    QCOMPARE(metric(run.summary, "next_upstream"), 12.0);
    QCOMPARE(metric(run.summary, "ejections"), 1.0);
    QCOMPARE(metricOf(nodeOf(run.summary, "lb"), "healthy").last, 1.0);
  }

  void ejectionEndsWithASuccessfulTrial() {
    const Summary s = runText(system("rate: 10/s", "passive: {max_fails: 1, fail_timeout: 5s}", "instances: 2", "60s",
                                     "timeline:\n  - {at: 10s, crash: \"app[0]\", for: 12s}\n"));
    // One failure ejects, trials after 5 and 10 seconds fail, the one after 15 seconds succeeds.
    QCOMPARE(s.requests.failed, std::uint64_t{3});
    QCOMPARE(metric(s, "ejections"), 1.0);
    QCOMPARE(metricOf(nodeOf(s, "lb"), "healthy").last, 2.0);
  }

  // A crashed instance has no calls outstanding, so it attracts them all, until probes take it out.
  void idleDeadTargetAttractsUntilProbesEndIt_data() {
    QTest::addColumn<QString>("algorithm");
    for (const char* a : {"least_connections", "ewma", "two_choices"}) QTest::newRow(a) << a;
  }
  void idleDeadTargetAttractsUntilProbesEndIt() {
    QFETCH(QString, algorithm);
    const std::string crash = "timeline:\n  - {at: 10s, crash: \"app[0]\"}\n";
    const std::string service = "instances: 3, workers: 8, work: exponential(20ms)";
    const std::string balancer = "algorithm: " + algorithm.toStdString();
    const Summary without = runText(system("rate: 600/s", balancer, service, "60s", crash));
    const double failedAfterCrash = static_cast<double>(without.requests.failed) / 50 / 600;
    QVERIFY2(failedAfterCrash > 0.45, qPrintable(QString::number(failedAfterCrash)));
    const Summary with =
        runText(system("rate: 600/s", balancer + ", health_check: {every: 1s, timeout: 500ms, fall: 2, rise: 2}",
                       service, "60s", crash));
    // It is out after at most two probes.
    QVERIFY(with.requests.failed > 0);
    QVERIFY(with.requests.failed < 600 * 2.1);
    QCOMPARE(metric(with, "marked_down"), 1.0);
    QCOMPARE(metricOf(nodeOf(with, "lb"), "healthy").last, 2.0);
  }

  void probesFallAndRise() {
    const Arrivals run(system("rate: 30/s", "health_check: {every: 2s, timeout: 1s, fall: 3, rise: 2}", "instances: 3",
                              "100s", "timeline:\n  - {at: 20.1s, crash: \"app[1]\", for: 30s}\n"));
    const std::vector<Arrival> app = run.at("app");
    // Probes of instance 1 are sent at 2/3 s and every 2 s: the third after the crash at 24.67 s, the second after
    // the restart at 52.67 s.
    QVERIFY(arrivalsBetween(app, 1, 22.0, 24.6) > 0);
    QCOMPARE(arrivalsBetween(app, 1, 24.7, 52.6), std::uint64_t{0});
    QVERIFY(arrivalsBetween(app, 1, 52.7, 54.0) > 0);
    std::vector<double> probes;
    for (const Arrival& a : app)
      if (a.probe && a.instance == 1) probes.push_back(a.at);
    QCOMPARE(probes.size(), std::size_t{50});
    QVERIFY(std::fabs(probes[0] - 2.0 / 3) < 1e-6);
    QVERIFY(std::fabs(probes[10] - 20 - 2.0 / 3) < 1e-6);
    QCOMPARE(metric(run.summary, "probes"), 151.0);  // instance 0 also at 100 s
    QCOMPARE(metric(run.summary, "probe_failures"), 15.0);
    QCOMPARE(metric(run.summary, "ejections"), 0.0);
  }

  // Probes are traffic: one worker that is busy for longer than the probe waits makes a busy target a dead one.
  void probesWaitInTheQueueLikeUsers() {
    const std::string service = "instances: 1, workers: 1, work: 100ms";
    const std::string check = "health_check: {every: 1s, timeout: 200ms, fall: 2, rise: 1}";
    const Summary idle = runText(system("rate: 1/s", check, service, "60s"));
    QCOMPARE(metric(idle, "marked_down"), 0.0);
    QCOMPARE(nodeOf(idle, "app").arrivals, idle.requests.offered + 61);  // from 0 to 60 s
    const Summary busy = runText(system("rate: 15/s, arrivals: constant", check, service, "60s"));
    QVERIFY(metric(busy, "marked_down") >= 1);
    QVERIFY(countOf(busy.requests, "lb.no_healthy_target") > 0);
  }

  // An answer that comes after the probe's timeout is no success, whichever probe is waiting by then.
  void lateProbesCountAsFailed() {
    std::string slow =
        system("rate: 1/s", "health_check: {every: 1s, timeout: 1s, fall: 2, rise: 2}", "instances: 1", "60s");
    slow.replace(slow.find("lb -> app"), 9, "lb -> app: {latency: 700ms}");
    const Summary late = runText(slow);
    QCOMPARE(metric(late, "marked_down"), 1.0);
    QCOMPARE(metricOf(nodeOf(late, "lb"), "healthy").last, 0.0);
  }

  void probesSurviveACutAndAPause() {
    for (const char* fault : {"cut: lb -> app", "pause: app"}) {
      const Summary s = runText(system("rate: 10/s", "health_check: {every: 1s, timeout: 500ms}", "instances: 2", "60s",
                                       std::string("timeline:\n  - {at: 10s, ") + fault + ", for: 20s}\n"));
      QCOMPARE(metric(s, "marked_down"), 2.0);
      QCOMPARE(metricOf(nodeOf(s, "lb"), "healthy").last, 2.0);
      QVERIFY(countOf(s.requests, "lb.no_healthy_target") > 100);
    }
  }

  void withAllTargetsOutItRefusesOrFailsOpen() {
    const std::string crash = "timeline:\n  - {at: 0s, crash: app}\n";
    const std::string check = "health_check: {every: 1s, timeout: 500ms, fall: 1}";
    const Summary closed = runText(system("rate: 10/s, arrivals: constant", check, "instances: 2", "60s", crash));
    QVERIFY(countOf(closed.requests, "lb.no_healthy_target") >= 590);
    const Summary open =
        runText(system("rate: 10/s, arrivals: constant", check + ", fail_open: true", "instances: 2", "60s", crash));
    QCOMPARE(countOf(open.requests, "lb.no_healthy_target"), std::uint64_t{0});
    QCOMPARE(countOf(open.requests, "app.connection_refused"), open.requests.failed);
    QVERIFY(metric(open, "failed_open") >= 590);
    QVERIFY(metric(closed, "failed_open") == 0);
  }

  // nginx forgives all when none is left: the next requests are tried again.
  void allEjectedAreForgiven() {
    const Summary s = runText(system("rate: 10/s, arrivals: constant", "passive: {max_fails: 1, fail_timeout: 1h}",
                                     "instances: 2", "60.05s", "timeline:\n  - {at: 0s, crash: app, for: 30.05s}\n"));
    // Of three requests two reach a dead target and the third is refused.
    QCOMPARE(countOf(s.requests, "app.connection_refused"), std::uint64_t{200});
    QCOMPARE(countOf(s.requests, "lb.no_healthy_target"), std::uint64_t{100});
    QCOMPARE(s.requests.ok, std::uint64_t{300});
  }

  void nextUpstream_data() {
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QString>("effect");
    QTest::addColumn<QString>("fault");
    QTest::addColumn<double>("failedShare");
    QTest::newRow("off") << "round_robin"
                         << "read"
                         << "{at: 0s, crash: \"app[0]\"}" << 1.0 / 3;
    QTest::newRow("reads") << "round_robin, next_upstream: {}"
                           << "read"
                           << "{at: 0s, crash: \"app[0]\"}" << 0.0;
    QTest::newRow("writes") << "round_robin, next_upstream: {}"
                            << "write"
                            << "{at: 0s, crash: \"app[0]\"}" << 1.0 / 3;
    QTest::newRow("writes too") << "round_robin, next_upstream: {retry_writes: true}"
                                << "write"
                                << "{at: 0s, crash: \"app[0]\"}" << 0.0;
    QTest::newRow("errors are answers") << "round_robin, next_upstream: {}"
                                        << "read"
                                        << "{at: 0s, errors: \"app[0]\", ratio: 1}" << 1.0 / 3;
    QTest::newRow("errors too") << "round_robin, next_upstream: {on: [error]}"
                                << "read"
                                << "{at: 0s, errors: \"app[0]\", ratio: 1}" << 0.0;
    QTest::newRow("one try") << "round_robin, next_upstream: {tries: 1}"
                             << "read"
                             << "{at: 0s, crash: \"app[0]\"}" << 1.0 / 3;
    QTest::newRow("two tries, two dead") << "round_robin, next_upstream: {tries: 2}"
                                         << "read"
                                         << "{at: 0s, crash: app, fraction: 66%}" << 0.5;
    QTest::newRow("all tries, two dead") << "round_robin, next_upstream: {}"
                                         << "read"
                                         << "{at: 0s, crash: app, fraction: 66%}" << 0.0;
    QTest::newRow("all dead") << "round_robin, next_upstream: {}"
                              << "read"
                              << "{at: 0s, crash: app}" << 1.0;
  }
  void nextUpstream() {
    QFETCH(QString, policy);
    QFETCH(QString, effect);
    QFETCH(QString, fault);
    QFETCH(double, failedShare);
    const Summary s = runText(system(
        "rate: 10/s, arrivals: constant", "algorithm: " + policy.toStdString(), "instances: 3", "90.05s",
        "classes:\n  all: {effect: " + effect.toStdString() + "}\ntimeline:\n  - " + fault.toStdString() + "\n"));
    QCOMPARE(s.requests.offered, std::uint64_t{900});
    compareWithin(static_cast<double>(s.requests.failed) / 900, failedShare, 0.01);
  }

  void answersOfHeldCallsArePassedOn() {
    for (const char* policy : {"algorithm: round_robin", "next_upstream: {}"}) {
      std::string yaml = system("rate: 10/s", policy, "instances: 2", "20s");
      yaml.insert(yaml.find("edges:"), "  side: {kind: service}\n");
      yaml += "  - app -> side: {optional: true}\ntimeline:\n  - {at: 0s, crash: side}\n";
      const Summary s = runText(yaml);
      QVERIFY(s.requests.ok > 100);
      QCOMPARE(s.requests.degraded, s.requests.ok);
    }
  }

  // Balancer and breaker hand on what a cache behind them says, also where they make calls of their own.
  void fetchedAnswersAreHandedOn() {
    for (const char* policy : {"algorithm: round_robin", "algorithm: least_connections", "next_upstream: {}"})
      for (const char* edge : {"{}", "{pool: {size: 50}}"}) {
        const Summary s = runText(std::string(R"(
faultline: 1
name: t
duration: 20.05s
classes:
  all: {key: sequential(1k)}
nodes:
  users: {kind: client, rate: 10/s, arrivals: constant}
  guard: {kind: circuit_breaker}
  lb: {kind: load_balancer, )") + policy + R"(}
  cache: {kind: cache, strategy: read_through}
  db: {kind: service}
edges:
  - users -> guard
  - guard -> lb: )" + edge + R"(
  - lb -> cache: )" + edge + R"(
  - cache -> db
)");
        QCOMPARE(s.requests.ok, std::uint64_t{200});
        QCOMPARE(s.requests.fetchedLatency.count(), std::uint64_t{200});
      }
  }

  void drainedInstancesGetNoCalls() {
    const std::string deploy = "timeline:\n  - {at: 10s, deploy: app, drain: 2s, boot: 5s}\n";
    for (const char* policy : {"algorithm: round_robin", "algorithm: least_connections", "next_upstream: {}"}) {
      const Arrivals run(system("rate: 50/s", policy, "instances: 3", "60s", deploy));
      QCOMPARE(run.summary.requests.failed, std::uint64_t{0});
      for (int i = 0; i < 3; ++i)
        QCOMPARE(arrivalsBetween(run.at("app"), i, 10.01 + 7 * i, 16.99 + 7 * i), std::uint64_t{0});
      QVERIFY(arrivalsBetween(run.at("app"), 0, 20, 30) > 0);
      QCOMPARE(metricOf(nodeOf(run.summary, "lb"), "healthy").last, 3.0);
    }
  }

  void slowStartAfterAReturn() {
    const std::string crash = "timeline:\n  - {at: 10s, crash: \"app[0]\", for: 10s}\n";
    const std::string check = "health_check: {every: 1s, timeout: 500ms, fall: 1, rise: 1}";
    const Arrivals slow(system("rate: 100/s", check + ", slow_start: 20s", "instances: 2", "60s", crash));
    const Arrivals fast(system("rate: 100/s", check, "instances: 2", "60s", crash));
    const std::vector<Arrival> s = slow.at("app"), f = fast.at("app");
    // The mean weight over the first 4 of 20 s is about a tenth.
    QVERIFY(arrivalsBetween(s, 0, 20, 24) * 5 < arrivalsBetween(s, 1, 20, 24));
    QVERIFY(arrivalsBetween(f, 0, 20, 24) * 2 > arrivalsBetween(f, 1, 20, 24));
    compareWithin(static_cast<double>(arrivalsBetween(s, 0, 45, 60)),
                  static_cast<double>(arrivalsBetween(s, 1, 45, 60)), 0.01);
  }

  void hashesFollowKeysAndARingMovesOnlyToTheNewOne() {
    for (const char* algorithm : {"key_hash", "consistent_hash"}) {
      const Arrivals run(
          system("rate: 1000/s, arrivals: constant", std::string("algorithm: ") + algorithm, "instances: 5, work: 0s",
                 "20s", "classes:\n  all: {key: sequential(1k)}\ntimeline:\n  - {at: 10.0005s, scale: app, to: 6}\n"));
      std::map<std::uint32_t, std::uint16_t> before, after;
      for (const Arrival& a : run.at("app")) {
        auto& places = a.at < 10.0005 ? before : after;
        const auto [place, isNew] = places.try_emplace(a.key, a.instance);
        QVERIFY(isNew || place->second == a.instance);
      }
      QCOMPARE(before.size(), std::size_t{1000});
      int toNew = 0, between = 0;
      for (const auto& [key, instance] : after) {
        if (instance == before.at(key)) continue;
        ++(instance == 5 ? toNew : between);
      }
      QVERIFY(toNew > 80 && toNew < 260);
      if (std::string(algorithm) == "consistent_hash")
        QCOMPARE(between, 0);
      else
        QVERIFY(between > 500);
    }
  }

  void instancesThatAreScaledAwayGetNoCalls() {
    const Arrivals run(system("rate: 50/s", "health_check: {every: 1s, timeout: 500ms}", "instances: 4", "60s",
                              "timeline:\n  - {at: 20s, scale: app, to: 2}\n  - {at: 40s, scale: app, to: 5}\n"));
    const std::vector<Arrival> app = run.at("app");
    QCOMPARE(run.summary.requests.failed, std::uint64_t{0});
    QCOMPARE(arrivalsBetween(app, 3, 20.01, 40), std::uint64_t{0});
    QVERIFY(arrivalsBetween(app, 3, 40, 60) > 150);
    QVERIFY(arrivalsBetween(app, 4, 40, 60) > 150);
    int probes = 0;
    for (const Arrival& a : app) {
      probes += a.probe && a.instance == 4;
      QVERIFY(!(a.probe && a.instance == 3 && a.at > 20.01 && a.at < 40));
    }
    QCOMPARE(probes, 20);
  }

  void capacityOfTheBalancer() {
    const Summary s = runText(system("rate: 100/s", "max_connections: 10", "workers: 1000, work: 1s", "60s"));
    QVERIFY(countOf(s.requests, "lb.overloaded") > 4000);
    QVERIFY(nodeOf(s, "lb").inFlightMean > 9);
    // Erlang's loss formula with 100 erlangs on 10 circuits: 90.1 % are refused; deterministic holding times give the
    // same.
    compareWithin(static_cast<double>(s.requests.failed) / static_cast<double>(s.requests.offered), 0.901, 0.03);
  }

  // M/D/1 at half load: a call waits half of its service time on average.
  void workOfTheBalancer() {
    const Summary s = runText(system("rate: 50/s", "work: 10ms, workers: 1", "work: 0s, workers: 1000", "4000s"));
    compareWithin(meanSeconds(s), 0.015, 0.02);
    compareWithin(nodeOf(s, "lb").utilization, 0.5, 0.02);
    compareWithin(nodeOf(s, "lb").service.meanNs(), 1e7, 0.001);
    compareWithin(nodeOf(s, "lb").wait.meanNs(), 0.5e7, 0.04);
    const Summary full = runText(system("rate: 200/s", "work: 10ms, workers: 1, queue_capacity: 5", "work: 0s", "60s"));
    QVERIFY(countOf(full.requests, "lb.queue_full") > 5000);
    QVERIFY(full.requests.ok > 5900);
    const Summary free = runText(system("rate: 50/s", "workers: 1", "work: 0s", "60s"));
    QCOMPARE(nodeOf(free, "lb").service.count(), std::uint64_t{0});
  }

  void messagesArePassedOn() {
    std::string yaml = system("rate: 10/s, arrivals: constant", "algorithm: round_robin", "instances: 2", "60.05s");
    for (const char* policy : {"algorithm: round_robin", "algorithm: least_connections", "next_upstream: {}"}) {
      std::string text = yaml;
      text.replace(text.find("algorithm: round_robin"), 22, policy);
      text.replace(text.find("users -> lb"), 11, "users -> front\n  - front -> lb: {mode: send}");
      text.insert(text.find("  lb:"), "  front: {kind: service}\n");
      const Summary s = runText(text);
      QCOMPARE(nodeOf(s, "app").ok, std::uint64_t{600});
      QCOMPARE(s.requests.ok, std::uint64_t{600});
    }
  }

  // Whatever ends a call, it no longer counts as outstanding; else one target would be shunned for ever.
  void outstandingCallsAreForgotten_data() {
    QTest::addColumn<QString>("client");
    QTest::addColumn<QString>("edge");
    QTest::newRow("timeout of the client") << "{timeout: 20ms}"
                                           << "{}";
    QTest::newRow("cancelled by the client") << "{timeout: 20ms, cancel: true}"
                                             << "{}";
    QTest::newRow("timeout of the target") << "{}"
                                           << "{timeout: 20ms}";
    QTest::newRow("lost") << "{}"
                          << "{timeout: 20ms, loss: 5%}";
    QTest::newRow("pool") << "{}"
                          << "{pool: {size: 1, acquire_timeout: 1ms, max_waiting: 2}}";
    QTest::newRow("pool and cancel") << "{timeout: 20ms, cancel: true}"
                                     << "{pool: {size: 1}, timeout: 30ms, cancel: true}";
    QTest::newRow("hedge") << "{}"
                           << "{hedge: {after: 10ms}}";
    QTest::newRow("retry") << "{}"
                           << "{timeout: 20ms, retry: {max: 1}}";
  }
  void outstandingCallsAreForgotten() {
    QFETCH(QString, client);
    QFETCH(QString, edge);
    for (const char* policy : {"", ", next_upstream: {}"}) {
      std::string yaml =
          system("rate: 100/s", std::string("algorithm: least_connections") + policy,
                 "instances: 3, workers: 2, work: exponential(15ms)", "120s",
                 "timeline:\n  - {at: 20s, pause: \"app[0]\", for: 5s}\n  - {at: 40s, crash: \"app[1]\", for: 5s}\n");
      yaml.replace(yaml.find("users -> lb"), 11, "users -> lb: " + client.toStdString());
      yaml.replace(yaml.find("lb -> app"), 9, "lb -> app: " + edge.toStdString());
      const Arrivals run(yaml);
      const std::vector<Arrival> app = run.at("app");
      std::uint64_t all = 0;
      for (int i = 0; i < 3; ++i) all += arrivalsBetween(app, i, 60, 120);
      for (int i = 0; i < 3; ++i)
        compareWithin(static_cast<double>(arrivalsBetween(app, i, 60, 120)), static_cast<double>(all) / 3, 0.12);
    }
  }

  void aCrashOfTheBalancerIsOverAfterItsRestart() {
    for (const char* policy :
         {"algorithm: round_robin", "algorithm: least_connections, next_upstream: {}, passive: {}", "work: 1ms"}) {
      const Arrivals run(system(
          "rate: 100/s, arrivals: constant",
          std::string(policy) + ", health_check: {every: 1s, timeout: 500ms, fall: 2, rise: 2}", "instances: 3",
          "60.005s", "timeline:\n  - {at: 10s, crash: lb, for: 10s}\n  - {at: 30s, crash: \"app[0]\", for: 10s}\n"));
      const Summary& s = run.summary;
      QVERIFY(countOf(s.requests, "lb.connection_refused") >= 999);
      QCOMPARE(metricOf(nodeOf(s, "lb"), "healthy").last, 3.0);
      QCOMPARE(metric(s, "marked_down"), 1.0);
      QVERIFY(arrivalsBetween(run.at("app"), 0, 50, 60) > 250);
      for (const Arrival& a : run.at("app")) QVERIFY(!(a.probe && a.at > 10.001 && a.at < 20));
    }
  }

  void parametersMayChangeWhileItRuns() {
    const Arrivals run(system("rate: 100/s", "algorithm: round_robin",
                              "instances: 2, workers: 2, work: exponential(15ms)", "80s",
                              "timeline:\n  - {at: 20s, set: lb.algorithm, to: least_connections}\n"
                              "  - {at: 30s, set: lb.health_check, to: {every: 1s, timeout: 500ms, fall: 1, rise: 1}}\n"
                              "  - {at: 40s, crash: \"app[0]\", for: 10s}\n"
                              "  - {at: 60s, set: lb.algorithm, to: round_robin}\n"
                              "  - {at: 61s, set: lb.max_connections, to: 1}\n"));
    QCOMPARE(metric(run.summary, "marked_down"), 1.0);
    QCOMPARE(arrivalsBetween(run.at("app"), 0, 41.1, 49.9), std::uint64_t{0});
    QVERIFY(arrivalsBetween(run.at("app"), 0, 52, 60) > 200);
    QVERIFY(countOf(run.summary.requests, "lb.overloaded") > 100);
  }

  void parametersMustFit() {
    QVERIFY(problemsOf(system("rate: 1/s", "health_check: {every: 1s, timeout: 2s}", "instances: 1", "1s"))
                .find("timeout is longer") != std::string::npos);
    QVERIFY(problemsOf(system("rate: 1/s", "algorithm: key_hash, slow_start: 2s", "instances: 1", "1s"))
                .find("start slowly") != std::string::npos);
    QVERIFY(problemsOf(system("rate: 1/s", "next_upstream: {on: [errors]}", "instances: 1", "1s")).find("error") !=
            std::string::npos);
  }
};

QTEST_APPLESS_MAIN(LoadBalancerTest)
#include "load_balancer_test.moc"
