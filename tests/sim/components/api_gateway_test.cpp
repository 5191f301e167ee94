#include <QtTest>
#include <cmath>
#include <string>

#include "support/run.h"

using namespace faultline;

namespace {

const std::string kTwoClasses = "classes:\n  read: {share: 50%}\n  order: {share: 50%, effect: write}\n";
const std::string kFree = "work: 0s, auth: 0s, logging: 0s";

// A client, a gateway, and instant services a and b behind it; `edges` has the arrows out of the gateway.
std::string system(const std::string& client, const std::string& gateway, const std::string& duration,
                   const std::string& edges = "  - gate -> a\n", const std::string& timeline = {},
                   const std::string& in = "{}", const std::string& classes = {}) {
  std::string text = "faultline: 1\nname: t\nduration: ";
  text += duration + "\n" + classes;
  text += "nodes:\n  users: {kind: client, arrivals: constant, " + client + "}\n  gate: {kind: api_gateway, " +
          gateway + "}\n";
  for (const char* name : {"a", "b"})
    if (edges.find(std::string("-> ") + name) != std::string::npos)
      text += std::string("  ") + name + ": {kind: service, work: 0s, workers: 100000}\n";
  text += "edges:\n  - users -> gate: " + in + "\n" + edges;
  if (!timeline.empty()) text += "timeline:\n" + timeline;
  return text;
}

const NodeSummary& gate(const Summary& s) { return nodeOf(s, "gate"); }
double value(const Summary& s, const char* metric) { return metricOf(gate(s), metric).value; }
double near(double measured, double expected) { return std::fabs(measured / expected - 1); }

}  // namespace

class ApiGatewayTest : public QObject {
  Q_OBJECT

 private slots:
  // What a call costs here: taking it in, the check, the log line; nothing else adds to an instant service.
  void costs() {
    const Summary s = runText(system("rate: 100/s", "work: 1ms, auth: 2ms, logging: 500us", "60.05s"));
    QCOMPARE(s.requests.okLatency.meanNs(), 3.5e6);
    QVERIFY(near(gate(s).busyMean, 100 * 3.5e-3) < 0.01);
    QCOMPARE(value(s, "auth_checks"), static_cast<double>(s.requests.offered));
    // By class.
    const Summary byClass = runText(system("rate: 100/s", "work: 0s, auth: {default: 1ms, order: 4ms}, logging: 0s",
                                           "60.05s", "  - gate -> a\n", {}, "{}", kTwoClasses));
    QCOMPARE(byClass.classes[0].okLatency.meanNs(), 1e6);
    QCOMPARE(byClass.classes[1].okLatency.meanNs(), 4e6);
  }

  // M/D/c capacity: workers / (cost of a call).
  void capacity() {
    const Summary s =
        runText(system("rate: 1k/s", "workers: 2, work: 2ms, auth: 1ms, logging: 1ms, queue_capacity: 50", "60s"));
    QVERIFY(gate(s).utilization > 0.99);
    // Full queues cost log lines first, as a refused call costs nothing.
    const double logged = static_cast<double>(s.requests.ok) - value(s, "unlogged");
    QVERIFY(near((static_cast<double>(s.requests.ok) * 3 + logged) / 60'000, 2) < 0.01);
    QCOMPARE(countOf(s.requests, "gate.queue_full"), s.requests.failed);
    const Summary limited = runText(system("rate: 100/s", kFree + ", max_connections: 10", "60s", "  - gate -> a\n",
                                           "  - {at: 10s, pause: a, for: 10s}\n"));
    QVERIFY(countOf(limited.requests, "gate.overloaded") > 980 && countOf(limited.requests, "gate.overloaded") < 1000);
  }

  // The gateway does not hold a worker while a slow service answers.
  void slowServicesHoldNoWorkers() {
    const Summary s = runText(system("rate: 100/s", "workers: 1, work: 1ms, auth: 0s, logging: 1ms", "60s",
                                     "  - gate -> a\n", "  - {at: 0s, set: a.work, to: 5s}\n"));
    QCOMPARE(s.requests.failed, std::uint64_t{0});
    QVERIFY(gate(s).inFlightMean > 400);
    QVERIFY(near(gate(s).busyMean, 0.2) < 0.1);
  }

  // Authentication at the gateway is paid once for a user and TTL; in each of three services it is paid three times.
  void rememberedUsersNeedNoCheck() {
    const std::string client = "rate: 100/s, users: 10";
    const Summary s = runText(system(client, "work: 0s, auth: 1ms, logging: 0s, auth_ttl: 30s", "59s"));
    QVERIFY(value(s, "auth_checks") <= 20 && value(s, "auth_checks") >= 10);
    QCOMPARE(value(s, "auth_checks") + value(s, "auth_remembered"), static_cast<double>(s.requests.offered));
    // Each instance remembers for itself.
    const Summary four =
        runText(system(client, "instances: 4, work: 0s, auth: 1ms, logging: 0s, auth_ttl: 60s", "59s"));
    QVERIFY(value(four, "auth_checks") > 35 && value(four, "auth_checks") <= 40);
    const Summary crashed = runText(system(client, "work: 0s, auth: 1ms, logging: 0s, auth_ttl: 60s", "59s",
                                           "  - gate -> a\n", "  - {at: 30s, crash: gate, for: 1s}\n"));
    QCOMPARE(value(crashed, "auth_checks"), 20.0);
  }

  void gatewayAgainstPerServiceAuthentication() {
    const auto yaml = [](bool atGateway) {
      const std::string own = atGateway ? "1ms" : "3ms";  // 2 ms of it to check the token
      std::string text =
          "faultline: 1\nname: t\nduration: 60s\nnodes:\n  users: {kind: client, arrivals: constant, rate: 50/s}\n";
      text +=
          std::string("  gate: {kind: api_gateway, work: 0s, logging: 0s, auth: ") + (atGateway ? "2ms" : "0s") + "}\n";
      for (const char* name : {"a", "b", "c"})
        text += std::string("  ") + name + ": {kind: service, work: " + own + "}\n";
      return text + "edges:\n  - users -> gate\n  - gate -> a\n  - a -> b: {step: 1}\n  - a -> c: {step: 2}\n";
    };
    QCOMPARE(runText(yaml(true)).requests.okLatency.meanNs(), 5e6);
    QCOMPARE(runText(yaml(false)).requests.okLatency.meanNs(), 9e6);
  }

  void badCredentials() {
    const Summary s = runText(system("rate: 1k/s", kFree + ", unauthorized: 20%", "60s"));
    QVERIFY(near(static_cast<double>(s.requests.failed), 0.2 * 60'000) < 0.03);
    QCOMPARE(countOf(s.requests, "gate.unauthorized"), s.requests.failed);
    QCOMPARE(nodeOf(s, "a").arrivals, s.requests.ok);
  }

  // The check is a call to another node: it takes its time, as a read, and what fails there fails the request.
  void authenticationNode() {
    const std::string gateway = kFree + ", auth_node: b";
    const std::string edges = "  - gate -> a\n  - gate -> b: {latency: 5ms}\n";
    const Summary s = runText(system("rate: 100/s, until: 60s", gateway, "60.05s", edges, {}, "{}", kTwoClasses));
    QCOMPARE(s.requests.okLatency.meanNs(), 10e6);
    QCOMPARE(nodeOf(s, "b").arrivals, s.requests.offered);
    QCOMPARE(nodeOf(s, "a").arrivals, s.requests.offered);
    const Summary once = runText(system("rate: 100/s, until: 60s, users: 1", gateway + ", auth_ttl: 1h", "60s", edges));
    QCOMPARE(nodeOf(once, "b").arrivals, std::uint64_t{1});
    const Summary down =
        runText(system("rate: 100/s, until: 60s", gateway, "60.05s", edges, "  - {at: 30s, crash: b}\n"));
    QCOMPARE(countOf(down.requests, "b.connection_refused"), down.requests.failed);
    QVERIFY(near(static_cast<double>(down.requests.failed), 3000) < 0.01);
    QCOMPARE(nodeOf(down, "a").arrivals, down.requests.ok);
    // Who was let in before does not notice.
    const Summary remembered = runText(system("rate: 100/s, until: 60s, users: 1", gateway + ", auth_ttl: 1h", "60s",
                                              edges, "  - {at: 30s, crash: b}\n"));
    QCOMPARE(remembered.requests.failed, std::uint64_t{0});
  }

  void routesByClass() {
    const std::string edges = "  - gate -> a: {for: [read]}\n  - gate -> b: {for: [order]}\n";
    const Summary s = runText(system("rate: 1k/s", kFree, "20s", edges, {}, "{}", kTwoClasses));
    QCOMPARE(nodeOf(s, "a").arrivals, s.classes[0].offered);
    QCOMPARE(nodeOf(s, "b").arrivals, s.classes[1].offered);
    const Summary none =
        runText(system("rate: 1k/s", kFree, "20s", "  - gate -> a: {for: [read]}\n", {}, "{}", kTwoClasses));
    QCOMPARE(countOf(none.requests, "gate.no_route"), none.classes[1].offered);
    QCOMPARE(none.classes[0].failed, std::uint64_t{0});
  }

  // One call in twenty goes to the canary.
  void canary() {
    const Summary s =
        runText(system("rate: 1k/s", kFree, "60s", "  - gate -> a: {weight: 95}\n  - gate -> b: {weight: 5}\n"));
    QVERIFY(near(static_cast<double>(nodeOf(s, "b").arrivals), 3000) < 0.08);
    QCOMPARE(nodeOf(s, "a").arrivals + nodeOf(s, "b").arrivals, s.requests.offered);
  }

  // Copies for a log pipeline, of which nobody waits for the answer, nor minds its failure.
  void logShipping() {
    const std::string edges = "  - gate -> a\n  - gate -> b: {mode: send, latency: 100ms}\n";
    const Summary s =
        runText(system("rate: 100/s", kFree + ", unauthorized: 10%", "60.05s", edges, "  - {at: 30s, crash: b}\n"));
    QCOMPARE(countOf(s.requests, "gate.unauthorized"), s.requests.failed);
    QCOMPARE(s.requests.okLatency.meanNs(), 0.0);
    QVERIFY(near(static_cast<double>(nodeOf(s, "b").arrivals), 6000) < 0.01);
  }

  // 100 at once and 10 a second for each client; instances that count for themselves admit more.
  void limitForEachClient_data() {
    QTest::addColumn<QString>("limit");
    QTest::addColumn<int>("instances");
    QTest::addColumn<double>("admitted");
    QTest::newRow("user") << "{}" << 1 << 2 * 700.0;
    QTest::newRow("all") << "{per: all}" << 1 << 700.0;
    QTest::newRow("class") << "{per: class, rate: 1/s}" << 1 << 2 * 160.0;
    QTest::newRow("four instances") << "{}" << 4 << 4 * 2 * 700.0;
    QTest::newRow("four instances, shared") << "{counters: shared}" << 4 << 2 * 700.0;
  }
  void limitForEachClient() {
    QFETCH(QString, limit);
    QFETCH(int, instances);
    QFETCH(double, admitted);
    const std::string gateway = kFree + ", limit: " + limit.toStdString() + ", instances: " + std::to_string(instances);
    const Summary s =
        runText(system("rate: 400/s, users: 2", gateway, "60s", "  - gate -> a\n", {}, "{}", kTwoClasses));
    QVERIFY2(near(static_cast<double>(s.requests.ok), admitted) < 0.01, qPrintable(QString::number(s.requests.ok)));
    QCOMPARE(countOf(s.requests, "gate.rate_limited"), s.requests.failed);
    QCOMPARE(value(s, "limited"), static_cast<double>(s.requests.failed));
  }

  void retryAfterIsHonoured() {
    const Summary s = runText(system("rate: 2/s, batch: 2, operations: 20, users: 1",
                                     kFree + ", limit: {burst: 1, rate: 2.5/s}", "60s", "  - gate -> a\n", {},
                                     "{retry: {max: 10, backoff: constant, base: 10ms, on: [rejected]}}"));
    QCOMPARE(s.requests.failed, std::uint64_t{0});
    QCOMPARE(edgeOf(s, "users", "gate").retries, std::uint64_t{10});
  }

  // A balancer's probes are answered by the gateway itself.
  void healthChecksEndHere() {
    const Summary s = runText(
        "faultline: 1\nname: t\nduration: 61s\nnodes:\n  users: {kind: client, rate: 10/s}\n  lb: {kind: "
        "load_balancer, health_check: {every: 1s, timeout: 1s}}\n"
        "  gate: {kind: api_gateway, limit: {burst: 1, rate: 0.001/s, per: all}}\n  a: {kind: service}\n"
        "edges:\n  - users -> lb\n  - lb -> gate\n  - gate -> a\n");
    QCOMPARE(metricOf(nodeOf(s, "lb"), "probe_failures").value, 0.0);
    QVERIFY(metricOf(nodeOf(s, "lb"), "probes").value > 59);
    QCOMPARE(nodeOf(s, "a").arrivals, std::uint64_t{1});
  }

  void answersComeBackAsTheyAre() {
    const Summary s = runText(
        "faultline: 1\nname: t\nduration: 20s\nclasses:\n  r: {key: uniform(10)}\nnodes:\n  users: {kind: client, "
        "rate: 100/s}\n  gate: {kind: api_gateway}\n"
        "  c: {kind: cache}\n  a: {kind: service}\nedges:\n  - users -> gate\n  - gate -> c\n  - c "
        "-> a\n");
    QCOMPARE(s.requests.fetchedLatency.count() >= 10 && s.requests.fetchedLatency.count() < 30, true);
  }

  void cancelledCalls() {
    const std::string cancels = "{timeout: 50ms, cancel: true}";
    // Of four at once two are answered, the third is cancelled at work and the fourth in the queue.
    const Summary s =
        runText(system("rate: 40/s, batch: 4, until: 60s", "workers: 1, work: 20ms, auth: 0s, logging: 0s", "61s",
                       "  - gate -> a\n", {}, cancels));
    QCOMPARE(gate(s).inFlight, std::int64_t{0});
    QCOMPARE(s.requests.ok, s.requests.failed);
    QVERIFY(near(gate(s).busyMean, 10 * 0.050 * 60 / 61) < 0.02);
    // While the authentication node is asked.
    const Summary asking = runText(system("rate: 100/s", kFree + ", auth_node: b", "60s",
                                          "  - gate -> a\n  - gate -> b: {latency: 1s}\n", {}, cancels));
    QCOMPARE(asking.requests.ok, std::uint64_t{0});
    QCOMPARE(nodeOf(asking, "a").arrivals, std::uint64_t{0});
    QVERIFY(gate(asking).inFlight < 10);
  }

  void parametersMayChangeWhileItRuns() {
    const Summary s =
        runText(system("rate: 100/s", kFree + ", limit: {burst: 1, rate: 10/s, per: all}", "40s", "  - gate -> a\n",
                       "  - {at: 20s, set: gate.limit.rate, to: 50/s}\n  - {at: 30s, set: gate.workers, to: 2}\n"));
    QVERIFY(near(static_cast<double>(s.requests.ok), 200 + 1000) < 0.01);
  }

  void badParametersAreExplained_data() {
    QTest::addColumn<QString>("gateway");
    QTest::addColumn<QString>("message");
    QTest::newRow("auth_node") << "auth_node: nobody"
                               << "nobody";
    QTest::newRow("share") << "unauthorized: 120%"
                           << "unauthorized";
    QTest::newRow("limit") << "limit: {rates: 1/s}"
                           << "rate";
  }
  void badParametersAreExplained() {
    QFETCH(QString, gateway);
    QFETCH(QString, message);
    const std::string problems = problemsOf(system("rate: 1/s", gateway.toStdString(), "1s"));
    QVERIFY2(problems.find(message.toStdString()) != std::string::npos, problems.c_str());
  }
};

QTEST_APPLESS_MAIN(ApiGatewayTest)
#include "api_gateway_test.moc"
