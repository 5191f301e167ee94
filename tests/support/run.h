// Runs scenario texts for tests of components and whole systems.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/simulation.h"
#include "io/yaml_reader.h"
#include "metrics/summary.h"

namespace faultline {

// The scenario of a text that must be valid; the program ends with the diagnostics when it is not.
Scenario scenarioOf(std::string_view yaml);
// The diagnostics of a text, one a line; empty for a valid one.
std::string problemsOf(std::string_view yaml);
Summary runText(std::string_view yaml);
Summary runText(std::string_view yaml, std::uint64_t seed);

// Parts of a summary by name; the program ends when there is no such part.
const NodeSummary& nodeOf(const Summary& summary, std::string_view name);
const EdgeSummary& edgeOf(const Summary& summary, std::string_view from, std::string_view to);
const MetricSummary& metricOf(const NodeSummary& node, std::string_view name);
// 0 for a reason that did not occur.
std::uint64_t countOf(const OperationSummary& operations, std::string_view reason);

}  // namespace faultline
