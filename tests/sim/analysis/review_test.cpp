// One design for each finding of a review, and a design without any.
#include <QtTest>

#include "analysis/review.h"
#include "io/yaml_reader.h"
#include "support/run.h"

using namespace faultline;

namespace {

// Everything twice, everything bounded.
constexpr const char* kSound = R"(
faultline: 1
nodes:
  users: {kind: client, rate: 100/s, timeout: 5s}
  app: {kind: service, instances: 2, workers: 16, queue_capacity: 32, work: 4ms}
  copy: {kind: replica, instances: 2, connections: 40, connection_timeout: 1s, work: 5ms}
edges:
  - users -> app
  - app -> copy: {timeout: 1s, pool: {size: 20, acquire_timeout: 500ms}}
)";

std::string withChange(const char* from, const char* to) {
  std::string text = kSound;
  const std::size_t at = text.find(from);
  if (at == std::string::npos) qFatal("no %s", from);
  return text.replace(at, std::string_view(from).size(), to);
}

std::string withFastCopy(std::string text) {
  const std::string slow = "work: 5ms";
  return text.replace(text.find(slow), slow.size(), "work: 1ms");
}

std::vector<Finding> risksOf(const std::string& yaml) {
  std::vector<Finding> findings = review(scenarioOf(yaml));
  std::erase_if(findings, [](const Finding& f) { return !f.isRisk; });
  return findings;
}

const Finding* findingOf(const std::vector<Finding>& findings, const char* check) {
  for (const Finding& f : findings)
    if (f.check == check) return &f;
  return nullptr;
}

std::string listOf(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& f : findings) text += f.check + ": " + f.what + "\n";
  return text;
}

}  // namespace

class ReviewTest : public QObject {
  Q_OBJECT
 private slots:
  // There are 2 to the power of 40 ways to the last column.
  void manyWaysAreReviewedAtOnce() {
    std::string text = "faultline: 1\nnodes:\n  users: {kind: client, rate: 10/s, timeout: 300ms}\n";
    std::string edges = "edges:\n  - users -> n0_0\n";
    for (int x = 0; x < 40; ++x)
      for (int y = 0; y < 2; ++y) {
        const std::string here = "n" + std::to_string(x) + "_" + std::to_string(y);
        text += "  " + here + ": {kind: service, instances: 2}\n";
        for (int next = 0; next < 2 && x < 39; ++next)
          edges += "  - " + here + " -> n" + std::to_string(x + 1) + "_" + std::to_string(next) +
                   (x == 38 && y == 1 ? ": {timeout: 10s}\n" : "\n");
      }
    const std::vector<Finding> risks = risksOf(text + edges + "  - users -> n0_1\n");
    const auto timeouts = std::count_if(risks.begin(), risks.end(), [](const Finding& f) {
      return f.check == "timeout_inversion";
    });
    // All arrows between services: the patience of the users reaches the last of them.
    QCOMPARE(static_cast<int>(timeouts), 39 * 4);
  }

  // Work that grows with the square of the nodes would take longer than the test may.
  void longChainsAndWideLayersAreReviewed() {
    std::string nodes = "faultline: 1\nnodes:\n  users: {kind: client, rate: 10/s}\n",
                edges = "edges:\n  - users -> n0\n";
    for (int n = 0; n < 8000; ++n) {
      nodes += "  n" + std::to_string(n) + ": {kind: service, workers: 2, work: 4ms}\n";
      if (n > 0) edges += "  - n" + std::to_string(n - 1) + " -> n" + std::to_string(n) + ": {retry: {max: 1}}\n";
    }
    const std::vector<Finding> chain = review(scenarioOf(nodes + edges));
    QVERIFY(findingOf(chain, "synchronous_depth")->what.find("8000 calls in a row") != std::string::npos);
    QVERIFY(findingOf(chain, "synchronous_depth")->what.size() < 200);  // not all of their names
    QVERIFY(findingOf(chain, "retry_amplification")->what.size() < 200);
    QCOMPARE(findingOf(chain, "capacity")->path, std::string("nodes.n0"));

    nodes = "faultline: 1\nnodes:\n  users: {kind: client, rate: 10/s}\n", edges = "edges:\n";
    for (int layer = 0; layer < 40; ++layer)
      for (int n = 0; n < 50; ++n) {
        const std::string here = "n" + std::to_string(layer) + "_" + std::to_string(n);
        nodes += "  " + here + ": {kind: service, instances: 2, work: 1ms, workers: 500}\n";
        if (layer == 0) edges += "  - users -> " + here + "\n";
        for (int step : {0, 1, 7})
          if (layer < 39)
            edges += "  - " + here + " -> n" + std::to_string(layer + 1) + "_" + std::to_string((n + step) % 50) + "\n";
      }
    QVERIFY(findingOf(review(scenarioOf(nodes + edges)), "synchronous_depth")->what.find("40 calls in a row") !=
            std::string::npos);
  }

  void aSoundDesignHasNoRisks() {
    const std::vector<Finding> risks = risksOf(kSound);
    QVERIFY2(risks.empty(), listOf(risks).c_str());
  }

  void finds_data() {
    QTest::addColumn<QByteArray>("yaml");
    QTest::addColumn<QByteArray>("check");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<bool>("mends");
    const auto row = [](const char* name, const std::string& yaml, const char* check, const char* path, bool mends) {
      QTest::newRow(name) << QByteArray::fromStdString(yaml) << QByteArray(check) << QByteArray(path) << mends;
    };
    row("one instance", withChange("instances: 2, workers", "instances: 1, workers"), "single_point_of_failure", "nodes.app", true);
    row("retries that multiply",
        withChange("  - users -> app\n  - app -> copy: {timeout: 1s,",
                   "  - users -> app: {timeout: 4500ms, retry: {max: 2}}\n  - app -> copy: {timeout: 400ms, retry: {max: 2},"),
        "retry_amplification", "edges.app -> copy.retry", true);
    row("callee waits longer", withChange("timeout: 1s, pool", "timeout: 20s, pool"), "timeout_inversion",
        "edges.app -> copy.timeout", true);
    row("no timeout at all", withChange("timeout: 1s, pool", "pool"), "timeout_inversion", "edges.app -> copy", true);
    row("pool too large", withChange("size: 20", "size: 100"), "pool_larger_than_target", "edges.app -> copy.pool.size", true);
    row("unbounded queue", withChange("queue_capacity: 32, ", ""), "service.queue_capacity", "nodes.app.queue_capacity", true);
    row("unbounded wait", withChange("connection_timeout: 1s, ", ""), "replica.connection_timeout", "nodes.copy.connection_timeout", true);
    row("no health check", withChange("edges:\n  - users -> app", "  lb: {kind: load_balancer}\nedges:\n  - users -> lb\n  - lb -> app"),
        "load_balancer.health_check", "nodes.lb.health_check", true);
    row("breaker without fallback",
        withChange("edges:\n  - users -> app", "  cb: {kind: circuit_breaker}\nedges:\n  - users -> cb\n  - cb -> app"),
        "circuit_breaker.fallback", "nodes.cb.fallback", true);
    const std::string queued = withChange(
        "edges:", "  jobs: {kind: queue, capacity: 1k}\n  worker: {kind: service, instances: 2, queue_capacity: 5}\nedges:\n"
                  "  - app -> jobs\n  - jobs -> worker");
    row("no dead letters", queued, "queue.max_receives", "nodes.jobs.max_receives", true);
    row("circle through a queue", queued + "  - worker -> jobs\n", "cycle", "nodes.jobs", false);
    row("unreachable",
        withChange("edges:", "  old: {kind: queue, capacity: 1k, max_receives: 3}\n  idle: {kind: service}\nedges:\n  - old -> idle\n"
                             "  - idle -> old"),
        "unreachable", "nodes.old", false);
    row("fast behind a cache", withFastCopy(
        withChange("edges:\n  - users -> app\n  - app -> copy: {",
                   "  memo: {kind: cache, capacity: 10k}\nedges:\n  - users -> app\n  - app -> memo: {step: 1, timeout: 1s}\n"
                   "  - app -> copy: {step: 2, when: miss(memo), ")),
        "cache_before_something_fast", "nodes.memo", false);
    row("overload", withChange("rate: 100/s", "rate: 90k/s"), "capacity", "nodes.app", false);
    row("missing index",
        withChange("work: 5ms}", "queries: {q: {index: false}}}"), "replica.queries.q.index", "nodes.copy.queries.q.index", true);
    row("deep",
        "faultline: 1\nnodes:\n  u: {kind: client}\n  a: {kind: service}\n  b: {kind: service}\n  c: {kind: service}\n  d: {kind: service}\n"
        "  e: {kind: service}\nedges: [u -> a, a -> b, b -> c, c -> d, d -> e]\n",
        "synchronous_depth", "nodes.u", false);
  }
  void finds() {
    QFETCH(QByteArray, yaml);
    QFETCH(QByteArray, check);
    QFETCH(QByteArray, path);
    QFETCH(bool, mends);
    const std::vector<Finding> all = review(scenarioOf(yaml.toStdString()));
    const Finding* f = findingOf(all, check.constData());
    QVERIFY2(f != nullptr, listOf(all).c_str());
    QCOMPARE(QByteArray::fromStdString(f->path), path);
    QVERIFY(!f->what.empty() && !f->why.empty());
    QCOMPARE(!f->mend.empty(), mends);
    // It is not said of the sound design.
    if (f->isRisk) QVERIFY(findingOf(risksOf(kSound), check.constData()) == nullptr);
    if (!mends) return;
    // What is proposed can be set, and the finding is gone.
    Scenario mended = scenarioOf(yaml.toStdString());
    const Diagnostics problems = applySetting(mended, f->mend);
    QVERIFY2(problems.empty(), (f->mend + (problems.empty() ? "" : toString(problems.front()))).c_str());
    QVERIFY2(findingOf(review(mended), check.constData()) == nullptr, f->mend.c_str());
  }

  void capacityIsThatOfTheFirstBottleneck() {
    const std::vector<Finding> all = review(scenarioOf(kSound));
    const Finding* f = findingOf(all, "capacity");
    QVERIFY(f != nullptr);
    // 2 x 16 workers of 4 ms could serve 8,000/s, 2 x 40 connections of 5 ms 16,000/s.
    QVERIFY2(f->what.find("8k/s") != std::string::npos, f->what.c_str());
    QCOMPARE(f->nodes, std::vector<std::size_t>{1});
  }

  // A balancer's targets stand in for each other: none of them is a single point of failure, and their capacities add.
  void routersHaveAlternatives() {
    const std::string yaml =
        "faultline: 1\nnodes:\n  u: {kind: client}\n  lb: {kind: load_balancer}\n  a: {kind: service, workers: 10, work: 10ms}\n"
        "  b: {kind: service, workers: 10, work: 10ms}\nedges: [u -> lb, lb -> a, lb -> b]\n";
    const std::vector<Finding> all = review(scenarioOf(yaml));
    for (const Finding& f : all)
      if (f.check == "single_point_of_failure") QCOMPARE(f.path, std::string("nodes.lb"));
    QVERIFY(findingOf(all, "capacity")->what.find("2k/s") != std::string::npos);
  }

  void placesAreFoundInTheFile() {
    const QString file = QDir::tempPath() + "/faultline_review_test.yaml";
    QFile out(file);
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(withChange("size: 20", "size: 100").c_str());
    out.close();
    const Result<Scenario> read = readScenarioFile(file.toStdString());
    const std::vector<Finding> all = review(read.value);
    Diagnostics places = placedInFile(file.toStdString(), {diagnosticOf(*findingOf(all, "pool_larger_than_target"))});
    QCOMPARE(places[0].line, 9);
    QVERIFY(places[0].column > 1);
    QCOMPARE(QString::fromStdString(places[0].file), file);
    QFile::remove(file);
  }
};

QTEST_APPLESS_MAIN(ReviewTest)
#include "review_test.moc"
