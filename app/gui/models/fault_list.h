// What can be done to some nodes and edges while they run: the verbs of the timeline and the kinds' own.
//
// Thread safety: pure functions. Complexity: one validation of the scenario for each verb.
#pragma once

#include <QString>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "model/descriptor.h"
#include "model/scenario.h"

namespace faultline {

struct FaultEntry {
  std::string verb;
  QString label;  // "Slow edge"
  QString help;
  std::span<const ParamInfo> fields;
  std::vector<std::string> targets;  // the selected nodes or edges that understand it
  std::string why;                   // when none of them does: why not
  bool isOfKind = false;             // a verb of the kind itself
};

// In the order of the verb table, then those of the kinds. Verbs that nothing selected could ever understand are left
// out.
std::vector<FaultEntry> faultEntries(const Scenario& scenario, const std::vector<std::string>& nodes,
                                     const std::vector<std::string>& edges);

// A value to begin with for what must be given; unset for the rest.
Value firstValue(const Scenario& scenario, const std::string& target, const ParamInfo& field);

// What is wrong with an action, as validation says; empty for nothing.
Diagnostics checkAction(const Scenario& scenario, const Action& action);

// How many instances a node has by its parameters.
std::int64_t instancesOf(const Scenario& scenario, const std::string& node);

}  // namespace faultline
