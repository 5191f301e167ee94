// The verbs of the timeline that every node or edge understands. Kinds add their own (ComponentInfo::actions).
//
// In YAML: `{at: 2min, crash: app[1]}`, `{at: 60s, slow: db, factor: 5, for: 20s}`,
// `{at: 30s, set: db.connections, to: 50, over: 10s}`, `{at: 60s, cut: "app -> db"}`, `{at: 10s, traffic: users, factor: 3}`,
// `{at: 0s, note: "the table passes the threshold"}`, and for a verb of a kind `{at: 60s, drop_index: db, query: by_email}`.
// `for: D` undoes a fault D later.
#pragma once

#include <span>
#include <string_view>

#include "model/descriptor.h"

namespace faultline {

enum class ActionTarget { None, Node, Edge, Parameter, Text };

struct VerbInfo {
  const char* name;
  ActionTarget target;
  std::span<const ParamInfo> fields;
  const char* help;
};

// set, crash, restart, pause, resume, slow, errors, cut, refuse, mend, slow_edge, loss, traffic, deploy, scale, note.
std::span<const VerbInfo> commonVerbs();
const VerbInfo* findVerb(std::string_view name);

}  // namespace faultline
