// Names inside a scenario: what a name may be, what refers to a node by name, and how all of it follows a new name.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "model/scenario.h"

namespace faultline {

// Errors when the text is no name, or one that is taken.
Diagnostics checkNewName(const Scenario& scenario, const std::string& name);

// REQUIRES a node `from` and no node `to`.
void renameNode(Scenario& scenario, const std::string& from, const std::string& to);
// Errors when the text is no label, or one that another arrow between the same nodes has.
Diagnostics checkNewLabel(const Scenario& scenario, const EdgeSpec& edge, const std::string& label);
// REQUIRES an edge of the scenario, and a label that is free.
void relabelEdge(Scenario& scenario, const EdgeSpec& edge, const std::string& label);
void renameInParams(NodeSpec& node, const std::string& from, const std::string& to);
void renameInPolicy(EdgeSpec& edge, const std::string& from, const std::string& to);

// The node or edge an action is about; empty for notes and for the whole run.
std::string targetOf(const Scenario& scenario, const Action& action);

}  // namespace faultline
