#include "io/trace_loader.h"

#include "base/trace.h"
#include "model/catalog.h"
#include "model/problem.h"

namespace faultline {

Diagnostics loadTraces(Scenario& scenario, std::string_view baseDir) {
  Diagnostics problems;
  for (const NodeSpec& node : scenario.nodes) {
    const ComponentInfo* kind = findKind(node.kind);
    if (kind == nullptr) continue;
    for (const ParamInfo& info : kind->params) {
      const Value* value = info.isTraceFile ? node.params.find(info.name) : nullptr;
      const std::string* file = value ? value->as<std::string>() : nullptr;
      if (file == nullptr || file->empty() || scenario.findTrace(*file) != nullptr) continue;
      TraceResult read = readTraceFile(baseDir, *file);
      if (read.trace)
        scenario.traces.push_back({*file, std::move(read.trace)});
      else
        problems.push_back(
            errorAt("nodes." + node.name + "." + info.name, quoted(*file) + " cannot be replayed", read.problem));
    }
  }
  return problems;
}

}  // namespace faultline
