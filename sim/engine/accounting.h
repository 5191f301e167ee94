// What nodes use and cost: shared by the windows of the series and the summary of a run.
#pragma once

#include <algorithm>

#include "engine/engine.h"

namespace faultline {

// Core-seconds so far.
inline double cpuUsed(const NodeState& node, SimTime now) {
  if (node.host) return node.host->usedBy(node.context.node(), now);
  double used = 0;
  for (const Instance& i : node.instances)
    if (i.ownCpu) used += i.ownCpu->usedBy(node.context.node(), now);
  return used;
}

inline double valueOf(const NodeState& node, const ParamInfo* param) {
  return param ? *param->read(node.params.get()).as<double>() : 0;
}

inline bool hasPrice(const NodeState& node) {
  return valueOf(node, node.price) > 0 || valueOf(node, node.callPrice) > 0;
}

// What a number of instances, on average, and calls in each second cost in an hour.
inline double costPerHour(const NodeState& node, double instances, double callsPerSecond) {
  return valueOf(node, node.price) * instances + valueOf(node, node.callPrice) * callsPerSecond * 3600 / 1e6;
}

}  // namespace faultline
