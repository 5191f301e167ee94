// The verbs of the timeline that every node or edge understands. Kinds add their own (ComponentInfo::actions).
//
// In YAML: `{at: 2min, crash: app[1]}`, `{at: 60s, slow: db, factor: 5, for: 20s}`,
// `{at: 30s, set: db.connections, to: 50, over: 10s}`, `{at: 60s, cut: "app -> db"}`, `{at: 10s, traffic: users,
// factor: 3}`,
// `{at: 0s, note: "the table passes the threshold"}`, and for a verb of a kind `{at: 60s, drop_index: db, query:
// by_email}`. `for: D` undoes a fault D later. What follows the verb is Action::target (of a note its text), the rest
// Action::args. Instances count from 0.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/descriptor.h"
#include "model/scenario.h"

namespace faultline {

enum class ActionTarget { None, Node, Edge, Parameter, Region, Text };

struct VerbInfo {
  const char* name;
  ActionTarget target;
  std::span<const ParamInfo> fields;
  const char* help;
};

// set, crash, restart, pause, resume, slow, errors, cut, refuse, mend, slow_edge, loss, partition, rejoin, traffic,
// deploy, scale, note. Those up to errors, set apart, may name a region instead of a node and then hit all its members.
// The field `to` of `set` has the type of the parameter that is set; its entry here only names it.
std::span<const VerbInfo> commonVerbs();
const VerbInfo* findVerb(std::string_view name);
// Whether the verb may name a region instead of a node.
bool appliesToRegions(std::string_view verb);
const ActionInfo* findAction(std::span<const ActionInfo> actions, std::string_view name);

// "app" or "app[1]". Empty when the text is neither.
struct NodeTarget {
  std::string node;
  std::optional<std::int64_t> instance;
  bool operator==(const NodeTarget&) const = default;
};
std::optional<NodeTarget> parseNodeTarget(std::string_view text);

// "app -> db" or "app -> db.label". Empty when the text is not an arrow between two names.
struct EdgeTarget {
  std::string from, to;
  std::string label;  // see EdgeSpec
  bool operator==(const EdgeTarget&) const = default;
};
std::optional<EdgeTarget> parseEdgeTarget(std::string_view text);

// "db.queries.by_email.rows", "app -> db.retry.max" or "app -> db.label.retry.max": who owns a parameter, and the way down
// to it. The first name behind an arrow is a label when it is no parameter of an edge and others follow.
struct ParameterTarget {
  std::string owner;  // a node, or the name of an edge when isEdge
  bool isEdge = false;
  std::vector<std::string> path;  // at least one name
  bool operator==(const ParameterTarget&) const = default;
};
std::optional<ParameterTarget> parseParameterTarget(std::string_view text);

// Walks through groups, rows of tables and, for a parameter that varies by class, class names.
// `live` is false as soon as one name on the way is fixed. Null when a name on the way does not exist; rows and class
// names are not looked up here.
struct ParameterPlace {
  const ParamInfo* info = nullptr;
  bool live = true;
  bool ofClass = false;              // the last name is a request class: the value is one distribution
  bool ofRow = false;                // the last name is a row of a table: the value is that row
  std::size_t reached = 0;           // names of the path that were understood
  std::span<const ParamInfo> scope;  // where the next name was looked for
};
ParameterPlace findParameter(std::span<const ParamInfo> params, std::span<const std::string> path);

// Stores a value at the end of a path in `values`, and makes the maps on the way that are missing. `defaults` is a
// parameter struct with the kind's defaults: it says what the other classes keep when one class gets a value of its
// own. REQUIRES a path that findParameter understands.
void setParameter(std::span<const ParamInfo> params, const void* defaults, ValueMap& values,
                  std::span<const std::string> path, Value value);

// What a verb expects when it is used on this target: one of the common verbs, or one of the target's kind. The kinds
// of the nodes are looked up in the catalog. Empty when neither knows the verb.
struct VerbUse {
  ActionTarget target = ActionTarget::None;
  std::span<const ParamInfo> fields;
};
std::optional<VerbUse> findVerbUse(const Scenario& scenario, std::string_view verb, std::string_view target);
// Whether any kind of the catalog has this verb.
bool isVerbOfAnyKind(std::string_view verb);
// Every verb there is, for suggestions.
std::vector<std::string_view> allVerbs();

// The parameter that `set` names, in the kind of its node or in the policy of edges. `info` is null when there is none.
ParameterPlace findParameter(const Scenario& scenario, const ParameterTarget& target);
// The descriptor of the value that may stand at a place: one distribution where the place is a request class.
ParamInfo valueInfo(const ParameterPlace& place);

}  // namespace faultline
