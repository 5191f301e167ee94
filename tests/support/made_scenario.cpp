#include "support/made_scenario.h"

#include <algorithm>
#include <vector>

#include "model/actions.h"
#include "model/catalog.h"
#include "model/edge_policy.h"
#include "model/validate.h"

namespace faultline {
namespace {

// Replicas that never acknowledge in time are sent the same writes for ever.
constexpr std::uint32_t kSomeOfTheirOwn = 30;
// Nodes that are busy with themselves would take too long to be judged.
constexpr std::uint64_t kDrainEvents = 30'000;
constexpr Duration kActiveTime = seconds(3);
constexpr Duration kRoomToDrain = minutes(40);

const ComponentInfo& originator() {
  return **std::find_if(catalog().begin(), catalog().end(), [](const ComponentInfo* k) { return k->originates; });
}

// A node that needs nobody and answers when its work is done.
const ComponentInfo& leaf() {
  return **std::find_if(catalog().begin(), catalog().end(), [](const ComponentInfo* k) {
    return k->inputs != PortUse::None && k->outputs != PortUse::Required && !k->buffers && k->instances != nullptr;
  });
}

ValueMap timeoutPolicy(Duration timeout) {
  ValueMap policy;
  policy.set("timeout", timeout);
  return policy;
}

class ScenarioMaker {
 public:
  explicit ScenarioMaker(std::uint64_t seed) : values_(seed, "scenario") {
    s_.name = "made " + std::to_string(seed);
    s_.seed = seed;
    s_.duration = kActiveTime + kRoomToDrain;
    s_.maxCallsInFlight = 3000;
  }

  std::optional<Scenario> make() {
    addClasses();
    addNodes();
    addEdges();
    addHosts();
    addTimeline();
    for (int round = 0; round < 6; ++round) {
      const Diagnostics problems = validate(s_);
      if (!hasErrors(problems)) return s_;
      drop(problems);
    }
    return std::nullopt;
  }

 private:
  const ComponentInfo& kindOf(std::size_t node) const { return *findKind(s_.nodes[node].kind); }

  void addClasses() {
    const std::size_t count = values_.below(4);
    for (std::size_t i = 0; i < count; ++i) {
      RequestClass c;
      c.name = "class" + std::to_string(i);
      c.weight = 1 + static_cast<double>(values_.below(5));
      c.effect = values_.chance(0.4) ? Effect::Write : Effect::Read;
      c.key = *values_.ordinary({.type = ParamType::KeySpace}, {}, s_).as<std::string>();
      if (values_.chance(0.5)) c.objective = milliseconds(100);
      c.priority = static_cast<std::int64_t>(values_.below(3));
      s_.classes.push_back(c);
    }
  }

  void addNode(const ComponentInfo& kind) {
    static constexpr std::string_view kTexts[] = {"alpha", "beta"};
    NodeSpec node;
    node.name = std::string(kind.kind) + std::to_string(s_.nodes.size());
    node.kind = kind.kind;
    s_.nodes.push_back(node);
    s_.nodes.back().params = values_.ordinaryFields(kind.params, defaultsOf(kind), s_, 0.3, kTexts);
  }

  void addNodes() {
    addNode(originator());
    const std::size_t more = 1 + values_.below(6);
    for (std::size_t i = 0; i < more; ++i) addNode(*catalog()[values_.below(catalog().size())]);
    addNode(leaf());
  }

  bool mayCall(std::size_t from, std::size_t to) const {
    const ComponentInfo& caller = kindOf(from);
    if (from == to || caller.outputs == PortUse::None || kindOf(to).inputs == PortUse::None) return false;
    if (s_.findEdge(s_.nodes[from].name, s_.nodes[to].name) != nullptr) return false;
    if (caller.control != nullptr && kindOf(to).instances == nullptr) return false;
    return !caller.singleOutput || !calls(from);
  }
  bool calls(std::size_t node) const {
    return std::any_of(s_.edges.begin(), s_.edges.end(),
                       [&](const EdgeSpec& e) { return e.from == s_.nodes[node].name; });
  }

  void connect(std::size_t from, std::size_t to) {
    EdgeSpec edge{s_.nodes[from].name, s_.nodes[to].name, {}};
    const EdgePolicy usual;
    ValueMap defaults;
    for (const ParamInfo& p : edgePolicyParams()) defaults.set(p.name, p.read(&usual));
    edge.policy = values_.ordinaryFields(edgePolicyParams(), defaults, s_, 0.12);
    if (values_.chance(0.8)) edge.policy.set("timeout", milliseconds(20 + static_cast<int>(values_.below(800))));
    if (values_.chance(0.8)) edge.policy.erase("loss");
    if (const auto* parallel = edge.policy.find("parallel"); parallel && *parallel->as<std::int64_t>() > 3)
      edge.policy.set("parallel", 3);
    if (edge.policy.find("times")) edge.policy.set("times", Distribution::uniform(0, 3));
    if (const Value* hedge = edge.policy.find("hedge")) {
      ValueMap fields = *hedge->as<ValueMap>();
      fields.erase(values_.chance(0.5) ? "after" : "percentile");
      edge.policy.set("hedge", fields);
    }
    addCondition(edge);
    addQuery(edge, to);
    s_.edges.push_back(edge);
  }

  void addCondition(EdgeSpec& edge) {
    if (values_.chance(0.1)) edge.policy.set("when", "chance(40%)");
    for (const EdgeSpec& earlier : s_.edges) {
      if (earlier.from != edge.from || !values_.chance(0.3)) continue;
      edge.policy.set("when", (values_.chance(0.7) ? "miss(" : "hit(") + earlier.to + ")");
      edge.policy.set("step", edgePolicy(earlier.policy).step + 1);
    }
  }

  void addQuery(EdgeSpec& edge, std::size_t to) {
    if (const std::vector<std::string> known = queriesOf(to); !known.empty() && values_.chance(0.8))
      edge.policy.set("query", known[values_.below(known.size())]);
  }

  std::vector<std::string> queriesOf(std::size_t node) const {
    const ComponentInfo& kind = kindOf(node);
    if (kind.queryNames == nullptr) return {};
    return kind.queryNames(makeParams(kind, s_.nodes[node].params).get());
  }

  // Arrows lead from earlier to later nodes, except some that leave a buffer.
  void addEdges() {
    const std::size_t count = s_.nodes.size();
    for (std::size_t to = 1; to < count; ++to)
      for (int tries = 0; tries < 3; ++tries)
        if (const std::size_t from = values_.below(to); mayCall(from, to) && (tries == 0 || values_.chance(0.4)))
          connect(from, to);
    for (std::size_t node = 0; node < count; ++node) {
      const bool isCalled =
          std::any_of(s_.edges.begin(), s_.edges.end(), [&](const EdgeSpec& e) { return e.to == s_.nodes[node].name; });
      if (!isCalled && mayCall(0, node)) connect(0, node);
      if (!calls(node) && kindOf(node).outputs == PortUse::Required) connect(node, count - 1);
      if (kindOf(node).buffers && node > 1 && values_.chance(0.3))
        if (const std::size_t back = 1 + values_.below(node - 1); mayCall(node, back)) {
          connect(node, back);
          s_.edges.back().policy.set("latency", Distribution::exponential(3e6));  // no endless work in no time
        }
    }
  }

  void addHosts() {
    if (!values_.chance(0.3)) return;
    GroupSpec host;
    host.name = "box";
    host.cores = 1 + static_cast<std::int64_t>(values_.below(4));
    for (NodeSpec& node : s_.nodes) {
      if (findKind(node.kind)->originates || !values_.chance(0.5)) continue;
      node.group = host.name;
      host.members.push_back(node.name);
    }
    if (!host.members.empty()) s_.groups.push_back(host);
  }

  void addTimeline() {
    const std::size_t count = values_.below(7);
    for (std::size_t i = 0; i < count; ++i) addAction();
    std::stable_sort(s_.timeline.begin(), s_.timeline.end(),
                     [](const Action& a, const Action& b) { return a.at < b.at; });
  }

  void addAction() {
    Action action;
    action.at = milliseconds(200 + static_cast<int>(values_.below(2600)));
    const std::size_t node = values_.below(s_.nodes.size());
    const ComponentInfo& kind = kindOf(node);
    const std::size_t verb = values_.below(commonVerbs().size() + 2 * kind.actions.size());
    if (verb >= commonVerbs().size())
      return addOwnAction(action, node, kind.actions[(verb - commonVerbs().size()) / 2]);
    const VerbInfo& info = commonVerbs()[verb];
    action.verb = info.name;
    action.args = values_.ordinaryFields(info.fields, {}, s_, 0.5);
    if (info.target == ActionTarget::Node) action.target = s_.nodes[node].name;
    if (info.target == ActionTarget::Node && kind.instances != nullptr && values_.chance(0.2)) action.target += "[0]";
    if (info.target == ActionTarget::Edge && !s_.edges.empty())
      action.target = s_.edges[values_.below(s_.edges.size())].name();
    if (info.target == ActionTarget::Text) action.target = "a comment";
    if (info.target == ActionTarget::Parameter && !aim(action, node, kind)) return;
    if (action.args.find("factor")) action.args.set("factor", 0.1 + values_.luck().uniform() * 4);
    s_.timeline.push_back(action);
  }

  bool aim(Action& action, std::size_t node, const ComponentInfo& kind) {
    const bool atEdge = !s_.edges.empty() && values_.chance(0.3);
    const std::span<const ParamInfo> params = atEdge ? edgePolicyParams() : kind.params;
    const ParamInfo& param = params[values_.below(params.size())];
    const EdgePolicy usual;
    const Value old = atEdge ? param.read(&usual) : param.read(kind.makeParams().get());
    const Value to = values_.ordinary(param, old, s_);
    if (!to.isSet()) return false;
    action.target = (atEdge ? s_.edges[values_.below(s_.edges.size())].name() : s_.nodes[node].name) + "." + param.name;
    action.args.set("to", to);
    return true;
  }

  void addOwnAction(Action& action, std::size_t node, const ActionInfo& info) {
    action.verb = info.name;
    action.target = s_.nodes[node].name;
    const std::vector<std::string> queries = queriesOf(node);
    const std::vector<std::string_view> names(queries.begin(), queries.end());
    action.args = values_.ordinaryFields(info.fields, {}, s_, 0.6, names);
    s_.timeline.push_back(action);
  }

  // Takes out what validation objects to: parameters, policies and actions that do not fit together.
  void drop(const Diagnostics& problems) {
    for (std::size_t i = s_.timeline.size(); i-- > 0;)
      if (isAbout(problems, "timeline[" + std::to_string(i) + "]"))
        s_.timeline.erase(s_.timeline.begin() + static_cast<std::ptrdiff_t>(i));
    for (NodeSpec& node : s_.nodes)
      if (isAbout(problems, "nodes." + node.name)) node.params = {};
    for (EdgeSpec& edge : s_.edges)
      if (isAbout(problems, "edges." + edge.name())) {
        // The latency stays: without it a circle would turn endlessly in no time.
        const Value* latency = edge.policy.find("latency");
        ValueMap kept;
        if (latency) kept.set("latency", *latency);
        edge.policy = kept;
      }
  }
  static bool isAbout(const Diagnostics& problems, const std::string& place) {
    return std::any_of(problems.begin(), problems.end(), [&](const Diagnostic& d) {
      return d.severity == Diagnostic::Severity::Error && d.path.starts_with(place) &&
             (d.path.size() == place.size() || d.path[place.size()] == '.');
    });
  }

  ValueSource values_;
  Scenario s_;
};

// Calls of the nodes' own that are open even if nothing is asked of anyone, such as a link to a replica, at most.
std::uint32_t openWhenIdle(Scenario scenario) {
  scenario.timeline.clear();
  Simulation idle(scenario);
  ValueMap none;
  none.set("factor", 0.0);
  for (const NodeSpec& node : scenario.nodes)
    if (findKind(node.kind)->originates) idle.apply({{}, "traffic", node.name, none});
  std::uint32_t most = 0;
  for (int i = 0; i < 60; ++i) {
    idle.advanceTo(minutes(4) + milliseconds(970) * i);
    most = std::max(most, idle.callsInFlight());
  }
  return most;
}

void endLoadAndFaults(Simulation& simulation) {
  const Scenario& scenario = simulation.scenario();
  const Frame frame = simulation.frame();
  ValueMap none;
  none.set("factor", 0.0);
  for (std::size_t n = 0; n < scenario.nodes.size(); ++n) {
    const NodeSpec& node = scenario.nodes[n];
    if (findKind(node.kind)->originates) simulation.apply({{}, "traffic", node.name, none});
    if (frame.nodes[n].down > 0) simulation.apply({{}, "restart", node.name, {}});
    simulation.apply({{}, "resume", node.name, {}});
  }
  for (const EdgeSpec& edge : scenario.edges) simulation.apply({{}, "mend", edge.name(), {}});
}

}  // namespace

ValueMap defaultsOf(const ComponentInfo& kind) {
  ValueMap map;
  const std::shared_ptr<void> params = kind.makeParams();
  for (const ParamInfo& p : kind.params)
    if (Value value = p.read(params.get()); value.isSet()) map.set(p.name, std::move(value));
  return map;
}

Scenario designAround(const ComponentInfo& kind, bool withTargets) {
  Scenario s;
  s.name = std::string("around a ") + kind.kind;
  s.duration = kActiveTime + kRoomToDrain;
  s.maxCallsInFlight = 3000;
  RequestClass read, write;
  read.name = "reading";
  read.weight = 3;
  read.key = "zipf(0.99, 500)";
  write.name = "writing";
  write.effect = Effect::Write;
  write.key = "zipf(0.99, 500)";
  s.classes = {read, write};
  ValueSource values(1, kind.kind);
  const NodeSpec subject{kSubject, kind.kind, "", values.ordinaryFields(kind.params, defaultsOf(kind), s, 0)};
  if (kind.inputs != PortUse::None) {
    s.nodes.push_back({"users", originator().kind, "", {}});
    s.edges.push_back({"users", kSubject, timeoutPolicy(milliseconds(500))});
  } else if (!kind.originates) {
    // It works beside the way of the calls.
    s.nodes.push_back({"users", originator().kind, "", {}});
    s.edges.push_back({"users", "behind", timeoutPolicy(milliseconds(500))});
  }
  s.nodes.push_back(subject);
  const bool calls = kind.outputs == PortUse::Required || (kind.outputs == PortUse::Optional && withTargets);
  for (const char* name : {"behind", "beside"}) {
    if (!calls || (kind.singleOutput && s.nodes.back().name == "behind")) continue;
    s.nodes.push_back({name, leaf().kind, "", {}});
    s.edges.push_back({kSubject, name, timeoutPolicy(milliseconds(300))});
  }
  return s;
}

bool trySubjectParams(Scenario& scenario, const ValueMap& params) {
  const auto subject =
      std::find_if(scenario.nodes.begin(), scenario.nodes.end(), [](const NodeSpec& n) { return n.name == kSubject; });
  subject->params = params;
  return !hasErrors(validate(scenario));
}

std::optional<Scenario> randomScenario(std::uint64_t seed) { return ScenarioMaker(seed).make(); }

bool mayWaitForEver(const Scenario& scenario) {
  const bool loses = std::any_of(scenario.timeline.begin(), scenario.timeline.end(), [](const Action& a) {
    return a.verb == "cut" || a.verb == "loss" || a.target.ends_with(".loss") || a.target.ends_with(".timeout");
  });
  return std::any_of(scenario.edges.begin(), scenario.edges.end(), [&](const EdgeSpec& edge) {
    const EdgePolicy policy = edgePolicy(edge.policy);
    return !policy.timeout && (loses || policy.loss.value > 0);
  });
}

void advanceWithin(Simulation& simulation, SimTime until, std::uint64_t mostEvents) {
  constexpr int kSteps = 60;
  const SimTime from = simulation.now();
  for (int i = 1; i <= kSteps && simulation.events() < mostEvents; ++i)
    if (simulation.advanceTo({from.ns + (until - from).ns * i / kSteps}) != Simulation::Status::Running) return;
}

std::string leftOver(Simulation& simulation, const Bookkeeper& books, Duration patience) {
  const Scenario& scenario = simulation.scenario();
  // Twice, because a fault of the timeline may end after the first time, and with it the load come back.
  endLoadAndFaults(simulation);
  const std::uint64_t mostEvents = simulation.events() + kDrainEvents;
  advanceWithin(simulation, simulation.now() + seconds(70), mostEvents);
  endLoadAndFaults(simulation);
  const SimTime start = simulation.now();
  advanceWithin(simulation, start + patience, mostEvents);
  if (simulation.now() < start + patience) return {};  // stopped at a limit
  if (books.operationsInFlight() > 0) return std::to_string(books.operationsInFlight()) + " operations in flight";
  for (const auto& [call, count] : books.held)
    if (std::get<1>(call) <= start.ns)
      return "a call that " + scenario.nodes[std::get<0>(call)].name + " has held since before the end";
  const bool buffers = std::any_of(scenario.nodes.begin(), scenario.nodes.end(),
                                   [](const NodeSpec& n) { return findKind(n.kind)->buffers; });
  // What a node does for itself (probes, heartbeats) comes and goes; what a buffer holds may be tried again for ever.
  std::uint32_t fewest = simulation.callsInFlight();
  for (int i = 0; i < 40 && fewest > 0; ++i) {
    simulation.advanceTo(simulation.now() + milliseconds(97));
    fewest = std::min(fewest, simulation.callsInFlight());
  }
  if (fewest > 0 && !buffers && fewest > openWhenIdle(scenario) + kSomeOfTheirOwn)
    return std::to_string(fewest) + " records of calls";
  return {};
}

}  // namespace faultline
