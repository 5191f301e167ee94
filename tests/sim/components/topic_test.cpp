// Behaviour of the topic: one publication, a copy for every subscriber.
#include <QtTest>
#include <string>

#include "support/run.h"

using namespace faultline;

namespace {

double metric(const Summary& s, const char* name) { return metricOf(nodeOf(s, "events"), name).value; }
QByteArray text(double value) { return QByteArray::number(value, 'g', 9); }

std::string system(const char* topic, const std::string& rest, const char* timeline = "") {
  std::string text =
      "faultline: 1\nname: t\nduration: 100s\nclasses: {placed: {share: 75%, effect: write, key: uniform(1k)}, "
      "viewed: {share: 25%, key: uniform(1k)}}\n"
      "nodes:\n  users: {kind: client, arrivals: constant, rate: 40/s}\n  events: {kind: topic";
  text += topic;
  text += "}\n";
  text += rest;
  text += "timeline: [";
  text += timeline;
  text += "]\n";
  return text;
}
std::string two(const char* edges) {
  std::string text =
      "  mail: {kind: service, work: 1ms}\n  stock: {kind: service, work: 1s, workers: 100, instances: 2}\n"
      "edges:\n  - users -> events\n";
  text += edges;
  return text;
}

}  // namespace

class TopicTest : public QObject {
  Q_OBJECT

 private slots:
  void everySubscriberGetsACopy() {
    const Summary s = runText(system("", two("  - events -> mail\n  - events -> stock\n")));
    const double published = metric(s, "published");
    QCOMPARE(metric(s, "deliveries"), 2 * published);
    QCOMPARE(static_cast<double>(nodeOf(s, "mail").arrivals), published);
    QCOMPARE(static_cast<double>(nodeOf(s, "stock").arrivals), published);
    // The publisher does not wait for the slow one.
    QVERIFY(s.requests.okLatency.quantile(0.99) < milliseconds(1));
    QVERIFY(metricOf(nodeOf(s, "events"), "outstanding").last > 30);
  }

  void subscriptionsFilter() {
    const Summary s =
        runText(system("", two("  - events -> mail: {for: [placed]}\n  - events -> stock: {when: chance(10%)}\n")));
    const double share = static_cast<double>(nodeOf(s, "mail").arrivals) / metric(s, "published");
    QVERIFY2(std::abs(share - 0.75) < 0.03, text(share));
    const double sampled = static_cast<double>(nodeOf(s, "stock").arrivals) / metric(s, "published");
    QVERIFY2(std::abs(sampled - 0.1) < 0.02, text(sampled));
    QCOMPARE(metric(s, "deliveries") + metric(s, "filtered"), 2 * metric(s, "published"));
    QVERIFY(metric(s, "unsubscribed") > 0);
  }

  void aBroadcastReachesEveryInstance() {
    const Summary s = runText(system(", reach: instances", two("  - events -> stock\n  - events -> mail\n")));
    QCOMPARE(static_cast<double>(nodeOf(s, "stock").arrivals), 2 * metric(s, "published"));
    QCOMPARE(static_cast<double>(nodeOf(s, "mail").arrivals), metric(s, "published"));
  }

  // One subscriber is down: the other and the publisher do not notice, the copies are gone.
  void aFailedDeliveryIsGoneUnlessAQueueKeepsIt() {
    const char* down = "{at: 20s, crash: mail, for: 30s}";
    const Summary lost = runText(system("", two("  - events -> mail\n  - events -> stock\n"), down));
    QVERIFY2(std::abs(metric(lost, "failed_deliveries") - 1200) < 5, text(metric(lost, "failed_deliveries")));
    QCOMPARE(lost.requests.failed, 0u);
    const std::string queue = "  inbox: {kind: queue}\n";
    const Summary kept =
        runText(system("", queue + two("  - events -> inbox\n  - inbox -> mail\n  - events -> stock\n"), down));
    QCOMPARE(metric(kept, "failed_deliveries"), 0.0);
    QVERIFY(static_cast<double>(nodeOf(kept, "mail").ok) >= metric(kept, "published") - 2);
  }

  void retriesOfTheEdgeTryAgain() {
    const Summary s = runText(
        system("", two("  - events -> stock\n  - events -> mail: {retry: {max: 3, backoff: constant, base: 1s}}\n"),
               "{at: 20s, crash: mail, for: 2s}"));
    QCOMPARE(metric(s, "failed_deliveries"), 0.0);
    QVERIFY(edgeOf(s, "events", "mail").retries > 80);
  }

  void slowConsumersLoseCopies() {
    const Summary s = runText(system(", max_outstanding: 10", two("  - events -> mail\n  - events -> stock\n")));
    // Ten outstanding of one second each are ten a second.
    QVERIFY2(std::abs(metric(s, "dropped") - 3000) < 20, text(metric(s, "dropped")));
    QCOMPARE(static_cast<double>(nodeOf(s, "mail").arrivals), metric(s, "published"));
  }

  void aCrashLosesTheCopiesUnderWay() {
    const Summary s =
        runText(system("", two("  - events -> mail\n  - events -> stock\n"), "{at: 50.01s, crash: events, for: 1s}"));
    QVERIFY2(std::abs(metric(s, "lost") - 40) <= 1, text(metric(s, "lost")));
    QVERIFY(s.requests.failed >= 39);
  }
};

QTEST_APPLESS_MAIN(TopicTest)
#include "topic_test.moc"
