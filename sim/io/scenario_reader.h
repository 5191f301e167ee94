// The sections of a scenario file: from tree to value. Nothing outside the reader of files needs this.
#pragma once

#include "io/field_reader.h"
#include "model/scenario.h"

namespace faultline {

// Fills the scenario with everything that can be understood; the rest becomes problems of the reader.
void readScenarioTree(const YamlNode& root, Scenario& scenario, FieldReader& reader);

// One edge or chain: "a -> b -> c". Empty when the text is neither.
std::vector<std::string> namesOfChain(std::string_view text);

void readEdges(const YamlNode& node, Scenario& scenario, FieldReader& reader);
// REQUIRES that nodes and edges were read: the verbs and the types of values depend on them.
void readTimeline(const YamlNode& node, Scenario& scenario, FieldReader& reader);
// REQUIRES that nodes, edges and classes were read: measures name them.
void readRecorded(const YamlNode& node, Scenario& scenario, FieldReader& reader);
// In teaching_reader.cpp.
void readLesson(const YamlNode& node, Scenario& scenario, FieldReader& reader);
void readChallenge(const YamlNode& node, Scenario& scenario, FieldReader& reader);

}  // namespace faultline
