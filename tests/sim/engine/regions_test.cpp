// Regions: latency between groups of nodes, a zone that fails, partitions, and traffic that moves elsewhere.
#include <QtTest>
#include <cmath>
#include <string>

#include "io/yaml_writer.h"
#include "support/run.h"

using namespace faultline;

namespace {

QByteArray text(double value) { return QByteArray::number(value, 'g', 9); }

std::string system(const char* regions, const char* timeline = "",
                   const char* edges = "  - users -> app\n  - app -> db\n", const char* users = "") {
  std::string t = "faultline: 1\nname: t\nduration: 60s\nregions:\n";
  t += regions;
  t += "nodes:\n  users: {kind: client, arrivals: constant, rate: 100/s, ";
  t += users;
  t += "}\n  app: {kind: service, workers: 1000, work: 1ms}\n  db: {kind: database, work: 1ms}\n";
  const std::string_view arrows(edges);
  if (arrows.find("app2") != arrows.npos) t += "  app2: {kind: service, workers: 1000, work: 1ms}\n";
  if (arrows.find("lb") != arrows.npos)
    t += "  lb: {kind: load_balancer, health_check: {every: 1s, timeout: 1s, fall: 2, rise: 2}}\n";
  t += "edges:\n";
  t += edges;
  t += "timeline: [";
  t += timeline;
  t += "]\n";
  return t;
}

const char* kTwo = "  eu: {members: [app], links: {us: {latency: 40ms}}}\n  us: {members: [db]}\n";
const char* kSpread = "  - users -> lb\n  - lb -> app\n  - lb -> app2: {backup: true}\n  - app -> db\n";

double msOf(Duration d) { return d.milliseconds(); }
double failures(Simulation& run, int from, int to) {
  run.advanceTo(seconds(from));
  const double before = static_cast<double>(run.summary().requests.failed);
  run.advanceTo(seconds(to));
  return static_cast<double>(run.summary().requests.failed) - before;
}

}  // namespace

class RegionsTest : public QObject {
  Q_OBJECT

 private slots:
  // There and back once, in whichever region the link is written; edges keep their own latency beside it.
  void aCallBetweenRegionsTakesTheLink_data() {
    QTest::addColumn<QByteArray>("regions");
    QTest::addColumn<QByteArray>("edges");
    QTest::addColumn<double>("expected");
    const QByteArray plain = "  - users -> app\n  - app -> db\n";
    QTest::newRow("link") << QByteArray(kTwo) << plain << 82.0;
    QTest::newRow("link of the other")
        << QByteArray("  eu: {members: [app]}\n  us: {members: [db], links: {eu: {latency: 40ms}}}\n") << plain << 82.0;
    QTest::newRow("to all") << QByteArray(
                                   "  eu: {members: [app], latency: 10ms}\n  us: {members: [db], latency: 40ms}\n")
                            << plain << 82.0;
    QTest::newRow("with the edge's") << QByteArray(kTwo)
                                     << QByteArray("  - users -> app\n  - app -> db: {latency: 5ms}\n") << 92.0;
    QTest::newRow("same region") << QByteArray("  eu: {members: [app, db], latency: 40ms}\n") << plain << 2.0;
    QTest::newRow("no region") << QByteArray("  eu: {members: [app], latency: 40ms}\n") << plain << 2.0;
    QTest::newRow("distribution")
        << QByteArray("  eu: {members: [app]}\n  us: {members: [db], latency: \"uniform(30ms, 50ms)\"}\n") << plain
        << 82.0;
  }
  void aCallBetweenRegionsTakesTheLink() {
    QFETCH(QByteArray, regions);
    QFETCH(QByteArray, edges);
    QFETCH(double, expected);
    const Summary s = runText(system(regions.constData(), "", edges.constData()));
    const double mean = s.requests.okLatency.meanNs() / 1e6;
    QVERIFY2(std::abs(mean - expected) < 0.01 * expected + 0.1, text(mean));
  }

  void aLinkMayLoseMessages() {
    const Summary s = runText(system("  eu: {members: [app]}\n  us: {members: [db], links: {eu: {loss: 10%}}}\n", "",
                                     "  - users -> app\n  - app -> db: {timeout: 100ms}\n"));
    // Either way may lose it: 1 - 0.9^2.
    const double share = static_cast<double>(s.requests.failed) / static_cast<double>(s.requests.offered);
    QVERIFY2(std::abs(share - 0.19) < 0.02, text(share));
  }

  // The primary's region fails; the replica of the other region takes over. From then on statements go there, and when
  // the region comes back, it does not take the new primary down with it.
  void aPromotedReplicaServesFromWhereItStands() {
    Simulation run(scenarioOf(
        "faultline: 1\nname: t\nduration: 60s\nregions:\n  eu: {members: [app, copy], links: {us: {latency: 40ms}}}\n"
        "  us: {members: [db]}\nnodes:\n  users: {kind: client, arrivals: constant, rate: 100/s}\n"
        "  app: {kind: service, workers: 1000, work: 1ms}\n"
        "  db: {kind: database, work: 1ms, failover: {check_every: 1s, fall: 1, promotion_time: 1s}}\n"
        "  copy: {kind: replica}\nedges:\n  - users -> app\n  - app -> db\n  - db -> copy\n"
        "timeline: [{at: 20s, crash: us, for: 20s}]\n"));
    run.advanceTo(seconds(19));
    QVERIFY2(std::abs(run.summary().requests.okLatency.meanNs() / 1e6 - 82) < 0.1,
             text(run.summary().requests.okLatency.meanNs()));
    run.advanceTo(seconds(23));
    run.restartMeasuring();
    run.runToEnd();
    QVERIFY2(std::abs(run.summary().requests.okLatency.meanNs() / 1e6 - 2) < 0.1,
             text(run.summary().requests.okLatency.meanNs()));
    QCOMPARE(run.summary().requests.failed, std::uint64_t{0});
  }

  // A node that moved fails with the region where it stands now.
  void aPromotedReplicaFailsWithItsRegion() {
    const std::string design =
        "faultline: 1\nname: t\nduration: 60s\nregions:\n  eu: {members: [copy], links: {us: {latency: 40ms}}}\n"
        "  us: {members: [db]}\nnodes:\n  users: {kind: client, arrivals: constant, rate: 100/s, until: 59s}\n"
        "  db: {kind: database, work: 1ms, failover: {check_every: 1s, fall: 1, promotion_time: 1s}}\n"
        "  copy: {kind: replica}\nedges:\n  - users -> db: {timeout: 500ms}\n  - db -> copy\ntimeline:\n"
        "  - {at: 10s, failover: db}\n";
    const auto failedAfter = [&](const char* fault) {
      Simulation run(scenarioOf(design + fault));
      return failures(run, 20, 60);
    };
    QCOMPARE(failedAfter("  - {at: 30s, pause: us, for: 10s}\n"), 0.0);
    QVERIFY(failedAfter("  - {at: 30s, pause: eu, for: 10s}\n") > 900);
    // Back where it was drawn.
    const char* back = "  - {at: 15s, failover: db, promotion_time: 0s, back: true}\n";
    QVERIFY(failedAfter((back + std::string("  - {at: 30s, pause: us, for: 10s}\n")).c_str()) > 900);
  }

  void aRegionFailsWithAllItsNodes() {
    Simulation run(scenarioOf(system(kTwo, "{at: 20s, crash: us, for: 10s}")));
    QCOMPARE(failures(run, 0, 19), 0.0);
    QVERIFY2(std::abs(failures(run, 20, 30) - 1000) < 12, text(1));
    QVERIFY(failures(run, 31, 60) < 1);
  }

  void faultsMayNameARegion() {
    const Summary slow = runText(system(kTwo, "{at: 0s, slow: us, factor: 11}"));
    QVERIFY2(std::abs(msOf(slow.requests.okLatency.quantile(0.5)) - 92) < 1,
             text(msOf(slow.requests.okLatency.quantile(0.5))));
    const Summary errors = runText(system(kTwo, "{at: 0s, errors: us, ratio: 30%}"));
    const double share = static_cast<double>(errors.requests.failed) / static_cast<double>(errors.requests.offered);
    QVERIFY2(std::abs(share - 0.3) < 0.03, text(share));
  }

  // Both sides live and cannot hear each other; the end of one partition leaves the other.
  void aPartitionCutsBothWays_data() {
    QTest::addColumn<QByteArray>("action");
    QTest::addColumn<double>("lost");
    QTest::newRow("from the other") << QByteArray("{at: 20s, partition: us, from: eu, for: 10s}") << 1000.0;
    QTest::newRow("named from the other side") << QByteArray("{at: 20s, partition: eu, from: us, for: 10s}") << 1000.0;
    QTest::newRow("from all") << QByteArray("{at: 20s, partition: us, for: 10s}") << 1000.0;
    QTest::newRow("from a third") << QByteArray("{at: 20s, partition: us, from: asia, for: 10s}") << 0.0;
    QTest::newRow("two, one ends")
        << QByteArray("{at: 20s, partition: us, for: 5s}, {at: 20s, partition: us, from: eu, for: 10s}") << 1000.0;
    QTest::newRow("rejoined") << QByteArray("{at: 20s, partition: us}, {at: 30s, rejoin: us}") << 1000.0;
  }
  void aPartitionCutsBothWays() {
    QFETCH(QByteArray, action);
    QFETCH(double, lost);
    std::string regions = kTwo;
    regions += "  asia: {members: [users]}\n";
    const std::string timeline = action.toStdString();
    Simulation run(
        scenarioOf(system(regions.c_str(), timeline.c_str(), "  - users -> app\n  - app -> db: {timeout: 500ms}\n")));
    run.runToEnd();
    QVERIFY2(std::abs(static_cast<double>(run.summary().requests.failed) - lost) < 12,
             text(static_cast<double>(run.summary().requests.failed)));
    QCOMPARE(edgeOf(run.summary(), "app", "db").timeouts, run.summary().requests.failed);
  }

  // Health checks find the failed zone, the backup region serves, from farther away; then the traffic comes back.
  void trafficFailsOver() {
    Simulation run(scenarioOf(system(
        "  edge: {members: [lb], links: {us: {latency: 40ms}}}\n  eu: {members: [app]}\n  us: {members: [app2, db]}\n",
        "{at: 20s, crash: eu, for: 20s}",
        "  - users -> lb\n  - lb -> app\n  - lb -> app2: {backup: true}\n  - app -> db\n")));
    QCOMPARE(failures(run, 0, 19), 0.0);
    QCOMPARE(nodeOf(run.summary(), "app2").ok, nodeOf(run.summary(), "app2").arrivals);
    // Two failed checks of one second.
    const double outage = failures(run, 20, 24);
    QVERIFY2(outage > 90 && outage < 310, text(outage));
    QCOMPARE(failures(run, 24, 40), 0.0);
    run.advanceTo(seconds(39));
    QVERIFY2(std::abs(run.series().find("users.p50")->values.back() - 81) < 2,
             text(run.series().find("users.p50")->values.back()));
    const double inUs = static_cast<double>(nodeOf(run.summary(), "app2").arrivals);
    QVERIFY(inUs > 1500);
    run.runToEnd();
    QVERIFY(run.series().find("users.p50")->values.back() < 3);
    QCOMPARE(failures(run, 60, 60), 0.0);
  }

  void aBackupIsLeftAlone_data() {
    QTest::addColumn<QByteArray>("algorithm");
    for (const char* a : {"round_robin", "weighted_round_robin", "random", "least_connections", "two_choices", "ewma",
                          "user_hash", "key_hash", "consistent_hash"})
      QTest::newRow(a) << QByteArray(a);
  }
  void aBackupIsLeftAlone() {
    QFETCH(QByteArray, algorithm);
    std::string yaml = system("  eu: {members: [app]}\n", "{at: 30s, crash: app}", kSpread);
    yaml.replace(yaml.find("health_check: {"), 0, "algorithm: " + algorithm.toStdString() + ", ");
    Simulation run(scenarioOf(yaml));
    run.advanceTo(seconds(30));
    QVERIFY(nodeOf(run.summary(), "app").ok > 2'990);
    const std::uint64_t probes = nodeOf(run.summary(), "app2").arrivals;
    QVERIFY(probes < 40);
    run.runToEnd();
    QVERIFY(nodeOf(run.summary(), "app2").ok > 2'700);
  }

  void regionsRoundTrip() {
    const Scenario s =
        scenarioOf(system("  eu: {members: [app, lb], latency: 3ms, links: {us: {latency: 40ms, loss: 1%}}}\n  us: "
                          "{members: [db, app2]}\n",
                          "{at: 20s, partition: us, from: eu, for: 10s}, {at: 40s, crash: eu}", kSpread));
    QCOMPARE(s.groups.size(), 2u);
    const std::string written = writeScenario(s);
    QVERIFY2(scenarioOf(written) == s, written.c_str());
  }

  void mistakesAreExplained_data() {
    QTest::addColumn<QByteArray>("regions");
    QTest::addColumn<QByteArray>("timeline");
    QTest::addColumn<QByteArray>("message");
    const QByteArray two(kTwo);
    QTest::newRow("no such node") << QByteArray("  eu: {members: [ap]}\n") << QByteArray()
                                  << QByteArray("there is no node \"ap\"");
    QTest::newRow("in two") << QByteArray("  eu: {members: [app]}\n  us: {members: [app]}\n") << QByteArray()
                            << QByteArray("is already in the region \"eu\"");
    QTest::newRow("no such region")
        << QByteArray("  eu: {members: [app], links: {uss: {latency: 1ms}}}\n  us: {members: [db]}\n") << QByteArray()
        << QByteArray("did you mean \"us\"");
    QTest::newRow("itself") << QByteArray("  eu: {members: [app], links: {eu: {latency: 1ms}}}\n") << QByteArray()
                            << QByteArray("has a link to itself");
    QTest::newRow("twice") << QByteArray(
                                  "  eu: {members: [app], links: {us: {latency: 1ms}}}\n  us: {members: [db], links: "
                                  "{eu: {latency: 2ms}}}\n")
                           << QByteArray() << QByteArray("written twice, and not alike");
    QTest::newRow("a node's name") << QByteArray("  app: {members: [db]}\n") << QByteArray()
                                   << QByteArray("a node is called \"app\" too");
    QTest::newRow("empty") << QByteArray("  eu: {members: []}\n") << QByteArray() << QByteArray("has no members");
    QTest::newRow("unknown key") << QByteArray("  eu: {members: [app], cores: 2}\n") << QByteArray()
                                 << QByteArray("cores");
    QTest::newRow("partition of nothing")
        << two << QByteArray("{at: 1s, partition: uk}") << QByteArray("there is no region \"uk\"");
    QTest::newRow("from itself") << two << QByteArray("{at: 1s, partition: us, from: us}")
                                 << QByteArray("cannot be cut off from itself");
    QTest::newRow("from nothing") << two << QByteArray("{at: 1s, partition: us, from: uu}")
                                  << QByteArray("did you mean \"eu\"");
    QTest::newRow("deploy a region") << two << QByteArray("{at: 1s, deploy: us}")
                                     << QByteArray("there is no node \"us\"");
  }
  void mistakesAreExplained() {
    QFETCH(QByteArray, regions);
    QFETCH(QByteArray, timeline);
    QFETCH(QByteArray, message);
    const std::string found = problemsOf(system(regions.constData(), timeline.constData()));
    QVERIFY2(found.find(message.toStdString()) != std::string::npos, found.c_str());
  }
};

QTEST_APPLESS_MAIN(RegionsTest)
#include "regions_test.moc"
