// What every kind of the catalog promises, whatever it models: a sane descriptor, balanced books, repeatable runs, and
// that no fault or change of a parameter breaks it. A new kind is checked by being in the catalog.
#include <QTest>
#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "engine/component.h"
#include "engine/simulation.h"
#include "io/reference.h"
#include "io/yaml_reader.h"
#include "io/yaml_writer.h"
#include "model/actions.h"
#include "model/catalog.h"
#include "model/edge_policy.h"
#include "model/metric_columns.h"
#include "model/validate.h"
#include "model/value_check.h"
#include "support/made_scenario.h"
#include "support/trouble.h"

using namespace faultline;

namespace {

constexpr Duration kPatience = minutes(5);

bool isSnakeCase(std::string_view name) {
  return !name.empty() && name[0] >= 'a' && name[0] <= 'z' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool isSentence(std::string_view text) {
  return text.size() > 5 && (text.ends_with('.') || text.ends_with(')')) &&
         !(text[0] >= 'a' && text[0] <= 'z' && text.find(' ') == std::string_view::npos);
}

// What is wrong with a list of named, explained things; empty when nothing is.
template <class List>
std::string flawOf(const List& list) {
  std::set<std::string> seen;
  for (const auto& item : list) {
    if (!isSnakeCase(item.name)) return std::string(item.name) + " is not in snake_case";
    if (!seen.insert(item.name).second) return std::string(item.name) + " is there twice";
    if (!isSentence(item.help)) return std::string(item.name) + " is not explained: " + item.help;
  }
  return {};
}

std::string flawOfParams(std::span<const ParamInfo> params) {
  if (std::string flaw = flawOf(params); !flaw.empty()) return flaw;
  for (const ParamInfo& p : params) {
    const std::string name = p.name;
    if (std::string(p.label).empty()) return name + " has no label";
    if (!(allowedRange(p).min <= allowedRange(p).max)) return name + " has an empty range";
    if (p.type == ParamType::Choice && p.choices.size() < 2) return name + " leaves no choice";
    if (std::string flaw = flawOf(p.choices); !flaw.empty()) return name + ": " + flaw;
    const bool hasFields = p.type == ParamType::Group || p.type == ParamType::Table;
    if (hasFields != !p.fields.empty()) return name + " has fields, or none, against its type";
    if (std::string flaw = flawOfParams(p.fields); !flaw.empty()) return name + "." + flaw;
  }
  return {};
}

std::uint64_t fingerprintAt(const Scenario& scenario, SimTime until) {
  Simulation simulation(scenario);
  simulation.advanceTo(until);
  return simulation.fingerprint();
}

ValueMap args(std::initializer_list<std::pair<const char*, Value>> entries) {
  ValueMap map;
  for (const auto& [name, value] : entries) map.set(name, value);
  return map;
}

}  // namespace

#define VERIFY_QUIET(text)                        \
  do {                                            \
    const std::string trouble_ = (text);          \
    QVERIFY2(trouble_.empty(), trouble_.c_str()); \
  } while (false)

class ContractTest : public QObject {
  Q_OBJECT

  static void everyKind() {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < catalog().size(); ++i) QTest::newRow(catalog()[i]->kind) << static_cast<int>(i);
  }
  static const ComponentInfo& fetchKind() {
    const int index = *static_cast<int*>(QTest::qData("index", QMetaType::Int));
    return *catalog()[static_cast<std::size_t>(index)];
  }

 private slots:
  void descriptorIsComplete_data() { everyKind(); }
  void descriptorIsComplete() {
    const ComponentInfo& kind = fetchKind();
    QVERIFY(isSnakeCase(kind.kind));
    QVERIFY(!std::string(kind.label).empty());
    const std::set<std::string> categories{"traffic", "routing", "compute", "data", "messaging", "resilience"};
    QVERIFY2(categories.contains(kind.category), kind.category);
    QVERIFY(isSentence(kind.summary));
    QVERIFY2(std::string(kind.help).size() > 100, "the help does not say what is modelled and left out");
    QVERIFY(kind.makeParams != nullptr && kind.create != nullptr);
    QVERIFY(kind.inputs != PortUse::None || kind.outputs != PortUse::None);
    VERIFY_QUIET(flawOfParams(kind.params));
    VERIFY_QUIET(flawOf(kind.metrics));
    VERIFY_QUIET(flawOf(kind.reasons));
    VERIFY_QUIET(flawOf(kind.actions));
  }

  void namesDoNotCollide_data() { everyKind(); }
  void namesDoNotCollide() {
    const ComponentInfo& kind = fetchKind();
    for (const MetricInfo& m : kind.metrics) {
      QVERIFY2(!std::string(m.unit).empty(), m.name);
      if (m.type != MetricType::Ratio) continue;
      QVERIFY2(kind.metrics[m.numerator].type == MetricType::Counter, m.name);
      QVERIFY2(kind.metrics[m.denominator].type == MetricType::Counter, m.name);
    }
    for (const ReasonInfo& r : kind.reasons) {
      QVERIFY2(r.outcome != Outcome::Ok, r.name);
      for (const ReasonInfo& common : commonReasons()) QVERIFY2(std::string(common.name) != r.name, r.name);
    }
    for (const ActionInfo& a : kind.actions) {
      QVERIFY2(findVerb(a.name) == nullptr, a.name);
      VERIFY_QUIET(flawOfParams(a.fields));
    }
    std::set<std::string> columns;
    for (const MetricColumn& column : metricColumns(designAround(kind)))
      QVERIFY2(columns.insert(column.name).second, column.name.c_str());
    columns.insert(std::string(kSubject) + ".cpu");  // wherever cores are shared
    QVERIFY(!kind.headline.empty());
    for (const char* name : kind.headline) QVERIFY2(columns.contains(std::string(kSubject) + "." + name), name);
  }

  void referenceNamesEverything_data() { everyKind(); }
  void referenceNamesEverything() {
    const ComponentInfo& kind = fetchKind();
    const std::string page = referenceFor(kind.kind);
    for (const ParamInfo& p : kind.params) QVERIFY2(page.find(p.name) != std::string::npos, p.name);
    for (const MetricInfo& m : kind.metrics) QVERIFY2(page.find(m.name) != std::string::npos, m.name);
    for (const ReasonInfo& r : kind.reasons) QVERIFY2(page.find(r.name) != std::string::npos, r.name);
    for (const ActionInfo& a : kind.actions) QVERIFY2(page.find(a.name) != std::string::npos, a.name);
  }

  void defaultsAreValid_data() { everyKind(); }
  void defaultsAreValid() {
    const ComponentInfo& kind = fetchKind();
    for (const bool withTargets : {false, true}) {
      const Scenario s = designAround(kind, withTargets);
      for (const Diagnostic& d : validate(s)) QVERIFY2(d.severity != Diagnostic::Severity::Error, toString(d).c_str());
    }
    // Defaults, written out, are as valid as defaults left out.
    Diagnostics problems;
    const Scenario s = designAround(kind);
    for (const auto& [name, value] : defaultsOf(kind).entries)
      checkValue(*findParam(kind.params, name), value, name, s, problems);
    for (const Diagnostic& d : problems) QVERIFY2(false, toString(d).c_str());
  }

  void parametersAreBoundToTheirOwnMembers_data() { everyKind(); }
  void parametersAreBoundToTheirOwnMembers() {
    const ComponentInfo& kind = fetchKind();
    const Scenario s = designAround(kind);
    const ValueMap defaults = defaultsOf(kind);
    ValueSource values(3, kind.kind);
    static constexpr std::string_view kTexts[] = {"alpha"};
    for (const ParamInfo& p : kind.params)
      for (int i = 0; i < 10; ++i) {
        const Value* usual = defaults.find(p.name);
        const Value value = values.ordinary(p, usual ? *usual : Value(), s, kTexts);
        if (!value.isSet()) continue;
        const std::shared_ptr<void> params = kind.makeParams();
        p.assign(params.get(), value);
        if (p.type != ParamType::Group && p.type != ParamType::Table) QVERIFY2(p.read(params.get()) == value, p.name);
        // Reading it and assigning that changes nothing, and no other parameter has moved.
        const Value read = p.read(params.get());
        p.assign(params.get(), read);
        QVERIFY2(p.read(params.get()) == read, p.name);
        for (const ParamInfo& other : kind.params)
          if (&other != &p) QVERIFY2(other.read(params.get()) == other.read(kind.makeParams().get()), other.name);
      }
  }

  void parametersRoundTripThroughYaml_data() { everyKind(); }
  void parametersRoundTripThroughYaml() {
    const ComponentInfo& kind = fetchKind();
    const Scenario design = designAround(kind);
    const ValueMap defaults = defaultsOf(kind);
    ValueSource values(5, kind.kind);
    static constexpr std::string_view kTexts[] = {"alpha", "beta"};
    int trips = 0;
    for (const ParamInfo& p : kind.params)
      for (int i = 0; i < 6; ++i) {
        const Value* usual = defaults.find(p.name);
        const Value value = values.ordinary(p, usual ? *usual : Value(), design, kTexts);
        if (!value.isSet()) continue;
        Scenario s = design;
        ValueMap params = s.findNode(kSubject)->params;
        params.set(p.name, value);
        if (!trySubjectParams(s, params)) continue;  // needs another one beside it
        const std::string text = writeScenario(s);
        const Result<Scenario> back = readScenarioText(text, "written.yaml");
        for (const Diagnostic& d : back.diagnostics)
          QVERIFY2(d.severity != Diagnostic::Severity::Error, (toString(d) + "\n" + text).c_str());
        QVERIFY2(back.value == s, text.c_str());
        ++trips;
      }
    QVERIFY2(trips >= 3 * static_cast<int>(kind.params.size()), "too few parameters could be tried");
  }

  void everyMetricAppears_data() { everyKind(); }
  void everyMetricAppears() {
    const ComponentInfo& kind = fetchKind();
    const Scenario s = designAround(kind);
    Simulation simulation(s);
    simulation.advanceTo(seconds(2));
    std::vector<std::string> promised, shown;
    for (const MetricColumn& column : metricColumns(s)) promised.push_back(column.name + " " + column.unit);
    for (const SeriesColumn& column : simulation.series().columns) {
      QCOMPARE(column.values.size(), simulation.series().times.size());
      // What comes with the first failure is known, too.
      if (!laterColumn(s, column.name) || column.name.find('[') != std::string::npos)
        shown.push_back(column.name + " " + column.unit);
    }
    std::sort(promised.begin(), promised.end());
    std::sort(shown.begin(), shown.end());
    QVERIFY(promised == shown);
    const Summary summary = simulation.summary();
    const auto node = std::find_if(summary.nodes.begin(), summary.nodes.end(),
                                   [](const NodeSummary& n) { return n.name == kSubject; });
    const std::span<const MetricInfo> metrics = metricsOf(s, *s.findNode(kSubject), kind);
    QVERIFY(kind.metricCount != nullptr || metrics.size() == kind.metrics.size());
    QCOMPARE(node->metrics.size(), metrics.size());
    for (std::size_t m = 0; m < metrics.size(); ++m)
      QCOMPARE(QString::fromStdString(node->metrics[m].name), QString(metrics[m].name));
    QCOMPARE(simulation.frame().nodes[0].gauges.size(), findKind(s.nodes[0].kind)->metrics.size());
  }

  void callsAreAnsweredOnceAndNothingIsLeft_data() { everyKind(); }
  void callsAreAnsweredOnceAndNothingIsLeft() {
    for (const bool withTargets : {false, true}) {
      Run run(designAround(fetchKind(), withTargets));
      run.go(seconds(2));
      QVERIFY(run.books.operationsEnded > 50);
      VERIFY_QUIET(troubleIn(run));
      for (const NodeSummary& n : run.simulation.summary().nodes) QVERIFY2(n.utilization <= 1 + 1e-9, n.name.c_str());
      VERIFY_QUIET(leftOver(run.simulation, run.books, kPatience));
      VERIFY_QUIET(troubleIn(run));
    }
  }

  void anOperationCostsFewEvents_data() { everyKind(); }
  void anOperationCostsFewEvents() {
    Simulation simulation(designAround(fetchKind()));
    simulation.advanceTo(seconds(3));
    QVERIFY(simulation.events() < 40 * simulation.summary().requests.offered);
  }

  void runsRepeatHoweverTheyAreWatched_data() { everyKind(); }
  void runsRepeatHoweverTheyAreWatched() {
    Scenario s = designAround(fetchKind());
    s.duration = seconds(2);
    const std::uint64_t expected = fingerprintAt(s, s.duration);
    QCOMPARE(fingerprintAt(s, s.duration), expected);
    s.sample = milliseconds(33);
    Run watched(s);
    for (SimTime at = milliseconds(71); at < s.duration; at += milliseconds(71)) {
      watched.simulation.advanceTo(at);
      (void)watched.simulation.frame();
      (void)watched.simulation.summary();
    }
    watched.simulation.runToEnd();
    QCOMPARE(watched.simulation.fingerprint(), expected);
    ++s.seed;
    QVERIFY(fingerprintAt(s, s.duration) != expected);
  }

  // Each verb that every node understands, and each of the kind's own, with arguments made up from their descriptors.
  void faultsAndActionsAreSurvived_data() { everyKind(); }
  void faultsAndActionsAreSurvived() {
    const ComponentInfo& kind = fetchKind();
    Scenario design = designAround(kind);
    std::vector<std::pair<std::string, std::span<const ParamInfo>>> verbs;
    for (const VerbInfo& v : commonVerbs())
      if (v.target == ActionTarget::Node) verbs.emplace_back(v.name, v.fields);
    for (const ActionInfo& a : kind.actions) verbs.emplace_back(a.name, a.fields);
    ValueSource values(7, kind.kind);
    for (const auto& [verb, fields] : verbs)
      for (int variant = 0; variant < 3; ++variant) {
        Scenario s = design;
        ValueMap given = values.ordinaryFields(fields, {}, s, variant * 0.5);
        if (given.find("factor")) given.set("factor", variant == 0 ? 0.5 : 3.0);
        s.timeline.push_back({milliseconds(900), verb, kSubject, given});
        if (hasErrors(validate(s))) continue;                               // not for this kind
        s.timeline.push_back({milliseconds(1700), verb, kSubject, given});  // and once more on top
        Run run(s);
        run.go(seconds(3));
        VERIFY_QUIET(troubleIn(run).empty() ? "" : verb + ": " + troubleIn(run));
        const std::string rest = leftOver(run.simulation, run.books, kPatience);
        VERIFY_QUIET(rest.empty() ? "" : verb + " leaves " + rest);
        VERIFY_QUIET(troubleIn(run).empty() ? "" : verb + ", later: " + troubleIn(run));
      }
  }

  void nothingHappensAfterACrash_data() { everyKind(); }
  void nothingHappensAfterACrash() {
    const Scenario s = designAround(fetchKind());
    Run run(s);
    run.go(seconds(1));
    run.simulation.apply({{}, "crash", kSubject, {}});
    const auto subject = static_cast<NodeId>(s.findNode(kSubject) - s.nodes.data());
    const std::uint64_t begun = run.books.operationsBegun;
    run.go(seconds(3));
    if (findKind(s.nodes[subject].kind)->originates) QCOMPARE(run.books.operationsBegun, begun);
    QVERIFY(!run.books.lastStart.contains(subject) || run.books.lastStart[subject] <= seconds(1));
    for (const auto& [call, count] : run.books.held) QVERIFY(std::get<0>(call) != subject);
    run.simulation.apply({{}, "restart", kSubject, {}});
    run.simulation.restartMeasuring();
    // What comes in batches may come late.
    for (SimTime until = seconds(6); until <= kPatience && run.simulation.summary().requests.ok <= 50;
         until += minutes(1))
      run.go(until, 180'000);
    QVERIFY2(run.simulation.summary().requests.ok > 50, "it does not work again after a restart");
  }

  void whoHangsAnswersNothing_data() { everyKind(); }
  void whoHangsAnswersNothing() {
    const Scenario s = designAround(fetchKind());
    Run run(s);
    run.go(seconds(1));
    run.simulation.apply({{}, "pause", kSubject, {}});
    const auto subject = static_cast<NodeId>(s.findNode(kSubject) - s.nodes.data());
    const std::uint64_t answers = run.books.answers[subject];
    run.go(seconds(3));
    QCOMPARE(run.books.answers[subject], answers);
    VERIFY_QUIET(troubleIn(run));
    VERIFY_QUIET(leftOver(run.simulation, run.books, kPatience));
  }

  // A restart of what runs loses its memory, but no one must work twice as hard because of it.
  void restartingWhatRunsChangesNoRate_data() { everyKind(); }
  void restartingWhatRunsChangesNoRate() {
    SimTime until = seconds(21);
    const auto offered = [&until](const Scenario& s, bool restarted) {
      Simulation simulation(s);
      simulation.advanceTo(seconds(1));
      if (restarted) simulation.apply({{}, "restart", kSubject, {}});
      simulation.restartMeasuring();
      simulation.advanceTo(until);
      return static_cast<double>(simulation.summary().requests.offered);
    };
    const Scenario s = designAround(fetchKind());
    double usual = offered(s, false);
    for (; usual < 50 && until < kPatience; usual = offered(s, false)) until += minutes(1);
    const double restarted = offered(s, true);
    QVERIFY2(std::abs(restarted - usual) < 0.2 * usual,
             qPrintable(QString("%1 instead of %2").arg(restarted).arg(usual)));
  }

  void noTrafficIsNoTrouble_data() { everyKind(); }
  void noTrafficIsNoTrouble() {
    Scenario s = designAround(fetchKind());
    for (const NodeSpec& node : s.nodes)
      if (findKind(node.kind)->originates) s.timeline.push_back({{}, "traffic", node.name, args({{"factor", 0.0}})});
    Run run(s);
    run.go(seconds(20));
    QCOMPARE(run.books.operationsBegun, 0u);
    VERIFY_QUIET(troubleIn(run));
    QCOMPARE(run.simulation.now(), seconds(20));
  }

  void extremesAreSurvived_data() { everyKind(); }
  void extremesAreSurvived() {
    const ComponentInfo& kind = fetchKind();
    constexpr double kMostMemory = 256e6;
    for (const ParamInfo& p : kind.params)
      for (const bool greatest : {false, true}) {
        Scenario s = designAround(kind);
        s.maxCallsInFlight = 500;
        const Value value = extremeValue(p, greatest, s);
        if (!value.isSet()) continue;
        ValueMap params = s.findNode(kSubject)->params;
        params.set(p.name, value);
        if (!trySubjectParams(s, params)) continue;
        if (kind.memoryBytes && kind.memoryBytes(makeParams(kind, params).get()) > kMostMemory) continue;
        Run run(s);
        run.go(milliseconds(1500), 8000);
        VERIFY_QUIET(troubleIn(run).empty() ? "" : std::string(p.name) + ": " + troubleIn(run));
      }
  }

  // Each parameter that may change while it runs, changed twice; the saved session repeats to the bit.
  void liveChangesReplay_data() { everyKind(); }
  void liveChangesReplay() {
    const ComponentInfo& kind = fetchKind();
    const ValueMap defaults = defaultsOf(kind);
    ValueSource values(11, kind.kind);
    for (const ParamInfo& p : kind.params) {
      if (!p.live()) continue;
      Scenario s = designAround(kind);
      s.duration = milliseconds(1500);
      const Value* usual = defaults.find(p.name);
      std::vector<Action> changes;
      for (const int at : {400, 900}) {
        const Value to = values.ordinary(p, usual ? *usual : Value(), s);
        const Action change{milliseconds(at), "set", std::string(kSubject) + "." + p.name, args({{"to", to}})};
        Scenario changed = s;
        changed.timeline = {change};
        if (to.isSet() && !hasErrors(validate(changed))) changes.push_back(change);
      }
      Run live(s);
      for (const Action& change : changes) {
        live.simulation.advanceTo(change.at);
        live.simulation.apply(change);
      }
      live.simulation.runToEnd();
      VERIFY_QUIET(troubleIn(live).empty() ? "" : std::string(p.name) + ": " + troubleIn(live));
      s.timeline = live.simulation.actions();
      QVERIFY2(fingerprintAt(s, s.duration) == live.simulation.fingerprint(), p.name);
    }
  }

  void fixedParametersCannotBeSet_data() { everyKind(); }
  void fixedParametersCannotBeSet() {
    const ComponentInfo& kind = fetchKind();
    const ValueMap defaults = defaultsOf(kind);
    for (const ParamInfo& p : kind.params) {
      Scenario s = designAround(kind);
      ValueSource values(13, p.name);
      const Value* usual = defaults.find(p.name);
      const Value to = values.ordinary(p, usual ? *usual : Value(), s);
      if (!to.isSet()) continue;
      s.timeline.push_back({seconds(1), "set", std::string(kSubject) + "." + p.name, args({{"to", to}})});
      QVERIFY2(hasErrors(validate(s)) != p.live(), p.name);
    }
  }

  // No latency at all, and answers that take longer than anybody waits.
  void slowAndLossyArrowsAreSurvived_data() { everyKind(); }
  void slowAndLossyArrowsAreSurvived() {
    for (const double latency : {0.0, 2e6, 60e9})
      for (const double loss : {0.0, 0.3, 1.0}) {
        Scenario s = designAround(fetchKind());
        for (EdgeSpec& edge : s.edges) {
          edge.policy.set("latency", Distribution::constant(latency));
          edge.policy.set("loss", loss);
          edge.policy.set("timeout", milliseconds(400));
        }
        Run run(s);
        run.go(seconds(2));
        VERIFY_QUIET(troubleIn(run));
        VERIFY_QUIET(leftOver(run.simulation, run.books, kPatience));
      }
  }

  // Each of the policies that an arrow can have, on every arrow, with a fault behind it.
  void everyCallPolicyIsSurvived_data() { everyKind(); }
  void everyCallPolicyIsSurvived() {
    const EdgePolicy usual;
    ValueSource values(17, fetchKind().kind);
    for (const ParamInfo& p : edgePolicyParams()) {
      Scenario s = designAround(fetchKind());
      for (EdgeSpec& edge : s.edges) {
        Value value = values.ordinary(p, p.read(&usual), s);
        if (ValueMap* fields = value.as<ValueMap>(); fields && fields->find("after")) fields->erase("percentile");
        if (value.isSet()) edge.policy.set(p.name, value);
      }
      if (hasErrors(validate(s))) continue;
      s.timeline.push_back({seconds(1), "errors", kSubject, args({{"ratio", 0.5}, {"for", seconds(1)}})});
      Run run(s);
      run.go(seconds(2));
      VERIFY_QUIET(troubleIn(run).empty() ? "" : std::string(p.name) + ": " + troubleIn(run));
      const std::string rest = leftOver(run.simulation, run.books, kPatience);
      VERIFY_QUIET(rest.empty() ? "" : std::string(p.name) + " leaves " + rest);
    }
  }
};

QTEST_APPLESS_MAIN(ContractTest)
#include "contract_test.moc"
