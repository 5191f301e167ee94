// What a kind, a preset, an arrow or the scenario is, in words, as Markdown: generated from the descriptors.
#pragma once

#include <QString>

#include "model/descriptor.h"
#include "model/scenario.h"

namespace faultline {

QString aboutKind(const ComponentInfo& kind);
QString aboutPreset(const std::string& name);  // empty for an unknown one
QString aboutEdges();
QString aboutRegions();
QString aboutScenario(const Scenario& scenario);

}  // namespace faultline
