// The summary of a run as JSON.
#include "io/summary_json.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include "support/run.h"

using namespace faultline;

namespace {

QJsonObject jsonOf(const char* yaml) {
  return QJsonDocument::fromJson(QByteArray::fromStdString(summaryJson(runText(yaml), {}))).object();
}

const char* const kCacheAside = R"(faultline: 1
name: x
duration: 60s
classes: {page: {key: uniform(100)}, other: {key: uniform(100)}}
nodes:
  users: {kind: client, rate: 100/s}
  app: {kind: service, workers: 100, work: 0ms}
  cache: {kind: cache, strategy: aside, ttl: 2s}
  db: {kind: service, workers: 1, work: 4ms}
edges:
  - users -> app
  - app -> cache: {step: 1, latency: 0.5ms}
  - app -> db.first: {step: 2, when: miss(cache)}
  - app -> db.second: {step: 3, when: miss(cache)}
)";

}  // namespace

class SummaryJsonTest : public QObject {
  Q_OBJECT
 private slots:
  void tellsCachedFromFetched();
  void tellsNothingApartWithoutACache();
  void namesEdges();
  void saysHowLongQueuesAreNow();
};

void SummaryJsonTest::tellsCachedFromFetched() {
  const QJsonObject j = jsonOf(kCacheAside);
  for (const QJsonObject& latency :
       {j["latency_ms"].toObject(), j["classes"].toObject().value("page").toObject().value("latency_ms").toObject(),
        j["nodes"]["users"]["latency_ms"].toObject(),
        j["nodes"]["users"]["classes"]["page"]["latency_ms"].toObject()}) {
    const QJsonObject cached = latency["cached"].toObject(), fetched = latency["fetched"].toObject();
    QVERIFY(cached["count"].toInt() > 0 && fetched["count"].toInt() > 0);
    QCOMPARE(cached["count"].toInt() + fetched["count"].toInt(), latency["ok"]["count"].toInt());
    QVERIFY(cached["max"].toDouble() < 2);
    QVERIFY(fetched["p50"].toDouble() > 8);
  }
}

void SummaryJsonTest::tellsNothingApartWithoutACache() {
  const QJsonObject j = jsonOf(R"(faultline: 1
name: x
duration: 10s
nodes: {users: {kind: client, rate: 10/s}, app: {kind: service}}
edges: [users -> app]
)");
  QVERIFY(j["latency_ms"]["ok"].isObject());
  QVERIFY(!j["latency_ms"].toObject().contains("cached"));
}

void SummaryJsonTest::namesEdges() {
  const QJsonArray edges = jsonOf(kCacheAside)["edges"].toArray();
  QCOMPARE(edges[2]["name"].toString(), QString("app -> db.first"));
  QCOMPARE(edges[3]["to"].toString(), QString("db"));
  QCOMPARE(edges[3]["attempts_per_call"].toDouble(), 1.0);
}

void SummaryJsonTest::saysHowLongQueuesAreNow() {
  // 20/s for 10 s, of which one worker does 10/s: a straight line to a hundred.
  const QJsonObject j = jsonOf(R"(faultline: 1
name: x
duration: 10s
nodes:
  users: {kind: client, rate: 20/s, arrivals: constant}
  app: {kind: service, workers: 1, work: 100ms}
edges: [users -> app]
)");
  const QJsonObject queue = j["nodes"].toObject().value("app").toObject().value("queue_depth").toObject();
  QVERIFY(std::abs(queue["last"].toInt() - 100) <= 2);
  QVERIFY(std::abs(queue["mean"].toDouble() - 50) <= 2);
}

QTEST_APPLESS_MAIN(SummaryJsonTest)
#include "summary_json_test.moc"
