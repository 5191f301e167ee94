// What validation says about scenarios that no file could hold, or that the editor builds.
#include "model/validate.h"

#include <QtTest>

#include "model/value_check.h"
#include "sim/model/fake_catalog.h"

using namespace faultline;

namespace {

Scenario small() {
  Scenario s;
  s.nodes = {{"users", "source", "", {}}, {"app", "worker", "", {}}, {"db", "store", "", {}}};
  s.edges = {{"users", "app", {}}, {"app", "db", {}}};
  s.classes.emplace_back().name = "view";
  return s;
}

QStringList messages(const Scenario& s) {
  QStringList list;
  for (const Diagnostic& d : validate(s)) list << QString::fromStdString(d.path + ": " + d.message);
  return list;
}

}  // namespace

class ValidateTest : public QObject {
  Q_OBJECT
 private slots:
  void acceptsSmallScenario() { QCOMPARE(messages(small()), QStringList()); }
  void duplicateNodes() {
    Scenario s = small();
    s.nodes.push_back({"app", "worker", "", {}});
    QVERIFY(messages(s).contains("nodes.app: there are two nodes called \"app\""));
  }
  void valuesOfTheWrongType() {
    Scenario s = small();
    s.nodes[1].params.set("instances", Value("many"));
    s.edges[0].policy.set("timeout", Value(true));
    QCOMPARE(messages(s), (QStringList{"nodes.app.instances: instances must be a count like 3, 200k or 9.5M",
                                       "edges.users -> app.timeout: timeout must be a duration like 8ms, 2s or 5min"}));
  }
  void notANumber() {
    Scenario s = small();
    s.nodes[0].params.set("rate", Value(std::nan("")));
    QCOMPARE(messages(s), QStringList("nodes.users.rate: rate must be between 0/s and 1M/s, but it is not a number"));
    s.nodes[0].params.set("rate", Value(std::numeric_limits<double>::infinity()));
    QCOMPARE(messages(s), QStringList("nodes.users.rate: rate must be between 0/s and 1M/s, but it is infinite"));
  }
  void memory() {
    Scenario s = small();
    s.nodes[2].params.set("keys", Value(std::int64_t{900'000'000'000'000}));
    QCOMPARE(messages(s).size(), 1);
    QVERIFY(messages(s)[0].startsWith("nodes.db: needs about 83819031.7GiB of memory, and this machine has "));
  }
  void timelineOutOfOrder() {
    Scenario s = small();
    s.timeline = {{seconds(5), "note", "b", {}}, {seconds(4), "note", "a", {}}};
    QCOMPARE(messages(s), QStringList("timeline[1].at: the actions are not in order of time"));
  }
  void lateActionsAreAWarning() {
    Scenario s = small();
    s.timeline = {{minutes(6), "note", "late", {}}};
    QCOMPARE(messages(s), QStringList("timeline[0].at: happens at 6min, after the run ends at 5min"));
    QVERIFY(!hasErrors(validate(s)));
  }
  void hostsAgreeWithTheirNodes() {
    Scenario s = small();
    s.nodes[1].group = "box";
    QCOMPARE(messages(s).size(), 1);
    s.groups = {{.name = "box", .cores = 2, .members = {"app"}}};
    QCOMPARE(messages(s), QStringList());
  }
  void cyclesThroughBuffersAndSendsAreLegal() {
    Scenario s = small();
    s.nodes.push_back({"jobs", "buffer", "", {}});
    s.edges.push_back({"app", "jobs", {}});
    s.edges.push_back({"jobs", "app", {}});
    QCOMPARE(messages(s), QStringList());
    s.nodes.back().kind = "worker";
    QCOMPARE(messages(s), QStringList("edges.jobs -> app: calls go round in a circle: app -> jobs -> app"));
    s.edges.back().policy.set("mode", Value("send"));
    QCOMPARE(messages(s), QStringList());
  }
  void cyclesOfDifferentClassesAreNone() {
    Scenario s = small();
    s.classes.emplace_back().name = "upload";
    s.nodes.push_back({"other", "worker", "", {}});
    s.edges.push_back({"app", "other", ValueMap{{{"for", Value(ValueList{Value("view")})}}}});
    s.edges.push_back({"other", "app", ValueMap{{{"for", Value(ValueList{Value("upload")})}}}});
    QCOMPARE(messages(s), QStringList());
    s.edges.back().policy.erase("for");
    QCOMPARE(messages(s).size(), 1);
  }
  void conditionsNeedAnEarlierStep() {
    Scenario s = small();
    s.nodes.push_back({"cache", "worker", "", {}});
    s.edges.push_back({"app", "cache", {}});
    s.edges[1].policy.set("when", Value("miss(cache)"));
    QCOMPARE(messages(s), QStringList("edges.app -> db.when: the call to \"cache\" is not made before this one"));
    s.edges[1].policy.set("step", Value(2));
    QCOMPARE(messages(s), QStringList());
  }
  void tooManyNodes() {
    Scenario s = small();
    s.nodes.resize(10'001);
    QCOMPARE(messages(s), QStringList("nodes: 10001 nodes are too many, the most is 10000"));
  }
  void longChainsNeedNoStack() {
    Scenario s = small();
    s.nodes.resize(9'999, {"", "worker", "", {}});
    for (std::size_t i = 3; i < s.nodes.size(); ++i) {
      s.nodes[i].name = "n" + std::to_string(i);
      s.edges.push_back({i == 3 ? "app" : s.nodes[i - 1].name, s.nodes[i].name, {}});
    }
    QCOMPARE(messages(s), QStringList());
  }
  void nearestName_data() {
    QTest::addColumn<QString>("written");
    QTest::addColumn<QString>("nearest");
    QTest::newRow("same letters") << "timeuot"
                                  << "timeout";
    QTest::newRow("missing letter") << "insances"
                                    << "instances";
    QTest::newRow("one letter of two") << "dc"
                                       << "db";
    QTest::newRow("too far") << "surprise"
                             << "";
    QTest::newRow("empty") << ""
                           << "";
    QTest::newRow("very long") << QString(100, 'a') << "";
  }
  void nearestName() {
    QFETCH(QString, written);
    QFETCH(QString, nearest);
    const std::string_view known[] = {"timeout", "instances", "db", "connections"};
    QCOMPARE(QString::fromStdString(faultline::nearestName(written.toStdString(), known)), nearest);
  }
};

QTEST_APPLESS_MAIN(ValidateTest)
#include "validate_test.moc"
