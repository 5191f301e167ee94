// Every way to change a scenario: plain functions from scenario to scenario, for Document::apply.
//
// An edit that can never be right (a name in use, a value out of range, an arrow into a node that cannot be called) is
// refused: it returns errors and the document stays as it was. A design that is only incomplete is accepted; Document
// lists what is missing and `canRun` is false meanwhile. Edits compose with `together`.
//
// Nodes are named by name, edges by EdgeSpec::name(), actions by their index in the timeline.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "model/scenario.h"

namespace faultline {

// Changes the scenario, or says why not; what it did to the scenario then does not count.
using Edit = std::function<Diagnostics(Scenario&)>;

namespace edits {

using Names = std::vector<std::string>;
using Places = std::vector<std::pair<std::string, Point>>;

// "app", or "app_2", "app_3", ... when that is taken. Characters that names must not have become underscores.
std::string freeName(const Scenario& scenario, const std::string& wanted);
// Where a node's card has its centre; empty when the layout does not say.
const Point* placeOf(const Scenario& scenario, const std::string& node);

Edit together(std::vector<Edit> edits);

// --- the graph
Edit addNode(NodeSpec node, Point place);
// The second and further arrows between the same two nodes need a label: see freeLabel.
Edit connect(std::string from, std::string to, ValueMap policy = {}, std::string label = {});
// Empty for the first arrow between two nodes, "other", "other_2" and so on for further ones.
std::string freeLabel(const Scenario& scenario, const std::string& from, const std::string& to);
// Why an arrow would be refused, empty when it is legal: what lights up while one is drawn.
std::string whyNotConnect(const Scenario& scenario, const std::string& from, const std::string& to,
                          const std::string& label = {});
// With the nodes go their edges, their places and the actions on them.
Edit remove(Names nodes, Names edges);
// Everything that names the node follows: edges, actions, conditions, expectations.
Edit rename(std::string from, std::string to);
// Another label for an arrow, or none; what names the arrow follows.
Edit relabel(std::string edge, std::string label);
Edit move(Places places);
// A layered layout of all nodes, or of these only.
Edit arrange(Names nodes = {});
// Copies with the edges among them, `offset` away. `added` gets the new names.
Edit duplicate(Names nodes, Point offset, Names* added = nullptr);

// --- values. `path` leads through groups and tables: "queries.by_email.rows". An unset value gives the default back.
Edit setParam(Names nodes, std::string path, Value value);
Edit setEdgePolicy(Names edges, std::string path, Value value);
// The scenario's own fields as `--set` takes them: "seed=8", "duration=5min", "name=Shop".
Edit setSetting(std::string assignment);

// --- clipboard: fragments are scenario files, so they can be mailed, edited and pasted anywhere.
// Regions come along when all their members do.
std::string copy(const Scenario& scenario, const Names& nodes, const std::vector<std::size_t>& notes = {});
// The centre of what is pasted comes to `centre`. `added` gets the names of nodes, which may differ from those in the
// text; notes come last among those of the scenario.
Edit paste(std::string yaml, Point centre, Names* added = nullptr);

// --- the timeline, which stays in order of time
Edit addAction(Action action);
Edit changeAction(std::size_t index, Action action);
Edit moveAction(std::size_t index, SimTime to);
Edit removeActions(std::vector<std::size_t> indexes);

}  // namespace edits
}  // namespace faultline
