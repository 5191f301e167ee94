// What an arrow costs and does, where no component has a say in it.
#include <QtTest>
#include <cmath>
#include <string>

#include "support/run.h"

using namespace faultline;

namespace {

std::string system(const std::string& users, const std::string& app, const std::string& edge,
                   const std::string& rest = "") {
  return "faultline: 1\nname: t\nduration: 60s\nclasses: {all: {request_size: 12500B, response_size: 25000B}}\nnodes:\n"
         "  users: {kind: client, arrivals: constant, " +
         users + "}\n  app: {kind: service, " + app + "}\n" +
         (rest.find("-> db") == std::string::npos ? "" : "  db: {kind: database, work: 5ms}\n") +
         "edges:\n  - users -> app: {" + edge + "}\n" + rest;
}

}  // namespace

class EdgePolicyTest : public QObject {
  Q_OBJECT

 private slots:
  // 10 Mbit/s: 12.5 kB take 10 ms there, 25 kB 20 ms back.
  void bandwidthIsSharedByMessages() {
    const std::string app = "workers: 1000, work: 1ms", edge = "bandwidth: 10Mbit/s";
    const double ms = runText(system("rate: 1/s", app, edge)).requests.okLatency.meanNs() / 1e6;
    QVERIFY2(std::abs(ms - 31) < 0.01, QByteArray::number(ms));
    // Fifty answers a second fill the line; more of them wait for it.
    const Summary full = runText(system("rate: 60/s", app, edge));
    QVERIFY2(std::abs(static_cast<double>(full.requests.ok) / 60 - 50) < 0.2, QByteArray::number(full.requests.ok));
    QVERIFY(full.requests.okLatency.quantile(0.99) > seconds(9));
  }

  // A deadline that travels spares the database the work for users who are gone.
  void deadlinesTravel_data() {
    QTest::addColumn<QByteArray>("policy");
    QTest::addColumn<bool>("spares");
    QTest::newRow("it travels") << QByteArray("propagate_deadline: true") << true;
    QTest::newRow("it stays") << QByteArray("propagate_deadline: false") << false;
  }
  void deadlinesTravel() {
    QFETCH(QByteArray, policy);
    QFETCH(bool, spares);
    const std::string edge = policy.toStdString();
    const Summary s = runText(
        system("rate: 30/s, timeout: 200ms", "workers: 1, work: 60ms", edge, "  - app -> db: {" + edge + "}\n"));
    QVERIFY(s.requests.failed > 500);
    QCOMPARE(countOf(s.requests, "users.timeout"), s.requests.failed);  // what users see is the same
    std::uint64_t refused = 0;
    for (const auto& [reason, count] : nodeOf(s, "db").byReason)
      if (reason == "deadline_exceeded") refused = count;
    QCOMPARE(refused > 100, spares);
    QCOMPARE(nodeOf(s, "db").failed, refused);
  }

  // Three retries each are four times the load; a budget of a tenth keeps them to a tenth.
  void aBudgetLimitsRetries_data() {
    QTest::addColumn<QByteArray>("budget");
    QTest::addColumn<double>("attemptsPerCall");
    QTest::newRow("none") << QByteArray("") << 4.0;
    QTest::newRow("a tenth") << QByteArray(", budget: 10%") << 1.1;
    QTest::newRow("nothing") << QByteArray(", budget: 0%") << 1.0;
  }
  void aBudgetLimitsRetries() {
    QFETCH(QByteArray, budget);
    QFETCH(double, attemptsPerCall);
    const Summary s = runText(system("rate: 100/s, until: 50s", "workers: 1000, work: 1ms",
                                     "retry: {max: 3, backoff: constant, base: 50ms" + budget.toStdString() + "}",
                                     "timeline:\n  - {at: 0s, errors: app, ratio: 100%}\n"));
    const EdgeSummary& edge = edgeOf(s, "users", "app");
    const double measured = static_cast<double>(edge.attempts) / static_cast<double>(edge.calls);
    QVERIFY2(std::abs(measured - attemptsPerCall) < 0.01, QByteArray::number(measured));  // and a few to begin with
    QCOMPARE(edge.retries, edge.attempts - edge.calls);
  }

  // Lost one way or the other: 1 - 0.9^2 of the calls end with the caller's timeout.
  void lossIsFeltAsATimeout() {
    const Summary s =
        runText(system("rate: 200/s", "workers: 1000, work: 1ms", "latency: 1ms, loss: 10%, timeout: 100ms"));
    const double share = static_cast<double>(s.requests.failed) / static_cast<double>(s.requests.offered);
    QVERIFY2(std::abs(share - 0.19) < 0.01, QByteArray::number(share));
    QCOMPARE(countOf(s.requests, "users.timeout"), s.requests.failed);
  }

  // What is optional degrades the answer and fails nothing; what is not fails it.
  void whatIsOptionalDegrades_data() {
    QTest::addColumn<QByteArray>("optional");
    QTest::newRow("optional") << QByteArray("true");
    QTest::newRow("needed") << QByteArray("false");
  }
  void whatIsOptionalDegrades() {
    QFETCH(QByteArray, optional);
    const Summary s = runText(
        system("rate: 10/s, until: 50s", "work: 1ms", "",
               "  - app -> db: {optional: " + optional.toStdString() + "}\ntimeline:\n  - {at: 0s, crash: db}\n"));
    const bool degrades = optional == "true";
    QCOMPARE(s.requests.degraded, degrades ? s.requests.offered : 0);
    QCOMPARE(s.requests.failed, degrades ? 0 : s.requests.offered);
  }

  // Fire and forget: the sender is done at once, and never learns that it went wrong.
  void whatIsSentIsNotAwaited() {
    const Summary s = runText(system("rate: 10/s, until: 50s", "work: 1ms", "",
                                     "  - app -> db: {mode: send}\ntimeline:\n  - {at: 30s, crash: db}\n"));
    QCOMPARE(s.requests.ok, s.requests.offered);
    QVERIFY(std::abs(s.requests.okLatency.meanNs() / 1e6 - 1) < 0.01);
    QVERIFY(nodeOf(s, "db").ok > 290 && nodeOf(s, "db").failed > 190);
  }
};

QTEST_APPLESS_MAIN(EdgePolicyTest)
#include "edge_policy_test.moc"
