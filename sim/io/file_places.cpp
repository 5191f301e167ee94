#include "io/file_places.h"

#include <filesystem>

#include "model/catalog.h"

namespace faultline {

void keepFiles(Scenario& scenario, const std::string& from, const std::string& to) {
  namespace fs = std::filesystem;
  std::error_code error;
  const auto whole = [&](const fs::path& path) { return fs::weakly_canonical(fs::absolute(path, error), error); };
  const fs::path source = whole(from.empty() ? "." : from), target = whole(to);
  const auto move = [&](const std::string& name) {
    return name.empty() || fs::path(name).is_absolute() ? name
                                                        : (source / name).lexically_proximate(target).generic_string();
  };
  if (scenario.recorded) {
    scenario.recorded->file = move(scenario.recorded->file);
    scenario.recorded->envelope = move(scenario.recorded->envelope);
  }
  for (NodeSpec& node : scenario.nodes)
    if (const ComponentInfo* kind = findKind(node.kind))
      for (const ParamInfo& info : kind->params) {
        const Value* value = info.isTraceFile ? node.params.find(info.name) : nullptr;
        if (const std::string* name = value != nullptr ? value->as<std::string>() : nullptr)
          node.params.set(info.name, Value(move(*name)));
      }
}

}  // namespace faultline
