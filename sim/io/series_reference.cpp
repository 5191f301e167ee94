#include "io/series_reference.h"

#include "model/common_reasons.h"
#include "model/metric_columns.h"

namespace faultline {

std::string seriesReference() {
  std::string ofInstances;
  for (const InstanceMetric& m : kInstanceMetrics)
    ofInstances += (ofInstances.empty() ? "`" : ", `") + std::string(m.name) + "`";
  std::string out =
      "## Time series: `timeline.csv`, charts, alerts and expectations\n\nA row a sample; counts are rates per second, "
      "levels "
      "means over the sample. What seldom happens has a column from its first sample on, with zero before.\n\n"
      "| column | meaning |\n|---|---|\n"
      "| `NODE.METRIC` | Of a node; the metrics of its kind stand with the kind. |\n"
      "| `NODE.CLASS.METRIC` | Of one class of the operations that a node starts, where there are several classes. |\n"
      "| `FROM -> TO.METRIC` | Of an edge. |\n"
      "| `NODE[0].METRIC` | Of an instance, where a node has several: " +
      ofInstances + ". The first " + std::to_string(kMostInstances) + " of a node have them, and no more than " +
      std::to_string(kMostInstancesOfAll) +
      " of a scenario; one that is added while the run goes on has them from then on. |\n"
      "| `NODE.failed.REASON` | Failures that were born at the node: calls that it held, or gave up waiting for. A "
      "retry may "
      "have mended them. |\n"
      "| `NODE.failed.PLACE.REASON` | Operations that a node started and that failed, by the node where they died and "
      "why; "
      "they add up to `NODE.failed`. |\n"
      "| `NODE.CLASS.failed.PLACE.REASON` | The same of one class. |\n\n"
      "Reasons stand with the kinds; these are common to all:\n\n| reason of failure | outcome | meaning "
      "|\n|---|---|---|\n";
  for (const ReasonInfo& r : commonReasons())
    out += "| `" + std::string(r.name) + "` | " + toString(r.outcome) + " | " + r.help + " |\n";
  return out + '\n';
}

}  // namespace faultline
