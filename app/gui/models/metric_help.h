// What the metrics mean that every node and edge has, and why they matter; kinds explain their own.
#pragma once

#include <QString>
#include <string_view>

#include "model/descriptor.h"

namespace faultline {

// `metric` is the part of a column's name behind the node or edge: "queue", "latency_p99", "read.p50". `kind` may be
// null.
QString metricHelp(const ComponentInfo* kind, std::string_view metric);
// The kind's own descriptor; null for the metrics that every node has.
const MetricInfo* findMetric(const ComponentInfo* kind, std::string_view metric);
// "Latency p99", for people.
QString metricLabel(std::string_view metric);

}  // namespace faultline
