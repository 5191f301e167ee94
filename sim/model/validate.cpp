#include "model/validate.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/quantity.h"
#include "model/catalog.h"
#include "model/price.h"
#include "model/problem.h"
#include "model/scenario_params.h"
#include "model/validation.h"
#include "model/value_check.h"

namespace faultline {
namespace {

// What an instance costs at least: its queues, counters and histograms.
constexpr double kBytesPerInstance = 1024;

void checkMembers(std::span<const ParamInfo> params, const void* object, const std::string& path,
                  const Scenario& scenario, Diagnostics& problems) {
  for (const ParamInfo& p : params)
    if (const Value value = p.read(object); value.isSet())
      checkValue(p, value, path.empty() ? p.name : path + "." + p.name, scenario, problems);
}

template <class T>
void checkNames(const std::vector<T>& list, const std::string& section, const std::string& what,
                Diagnostics& problems) {
  std::set<std::string_view> seen;
  for (const T& item : list) {
    const std::string path = section + "." + item.name;
    if (!isIdentifier(item.name)) problems.push_back(errorAt(path, quoted(item.name) + " is not a name", kNameRule));
    if (!seen.insert(item.name).second)
      problems.push_back(errorAt(path, "there are two " + what + " called " + quoted(item.name)));
  }
}

std::vector<GroupSpec> groupsOf(const Scenario& scenario, std::string_view kind) {
  std::vector<GroupSpec> groups;
  for (const GroupSpec& group : scenario.groups)
    if (group.kind == kind) groups.push_back(group);
  return groups;
}

double physicalMemory() {
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? static_cast<double>(pages) * static_cast<double>(size) : 1e18;
}

std::string inGibibytes(double bytes) { return formatNumber(std::round(bytes / 0x1p30 * 10) / 10) + "GiB"; }

// Whether every parameter is of a type and in a range that makeParams may take.
bool isSound(const ScenarioIndex& index, std::size_t node) {
  if (index.kinds[node] == nullptr) return false;
  Diagnostics problems;
  checkFields(index.kinds[node]->params, index.scenario.nodes[node].params, "", index.scenario, problems);
  return problems.empty();
}

void checkTogether(const ScenarioIndex& index, std::size_t n, const std::string& path, Diagnostics& problems) {
  const ComponentInfo* kind = index.kinds[n];
  if (kind->check == nullptr || !isSound(index, n)) return;
  std::vector<std::pair<std::string, std::string>> found;
  kind->check(makeParams(*kind, index.scenario.nodes[n].allParams()).get(), found);
  for (const auto& [param, message] : found)
    problems.push_back(errorAt(param.empty() ? path : path + "." + param, message));
}

}  // namespace

bool leavesMetrics(const Diagnostics& problems) {
  constexpr std::string_view kApart[] = {"timeline", "expect",   "alerts",  "lesson",     "challenge", "notes",
                                         "layout",   "recorded", "regions", "duration",   "warmup",    "sample",
                                         "seed",     "limits",   "name",    "description"};
  return std::all_of(problems.begin(), problems.end(), [&](const Diagnostic& d) {
    if (d.severity != Diagnostic::Severity::Error) return true;
    const std::string_view path = d.path;
    if (path.starts_with("nodes.")) {
      // A parameter of a node; only what it costs decides on a column.
      const std::size_t dot = path.find('.', sizeof "nodes.");
      const std::string_view param = dot == path.npos ? std::string_view{} : path.substr(dot + 1);
      return !param.empty() && param != "kind" && param != kPriceName && param != kCallPriceName;
    }
    return std::any_of(std::begin(kApart), std::end(kApart),
                       [&](std::string_view section) { return path.starts_with(section); });
  });
}

std::string pathOf(const EdgeSpec& edge) { return "edges." + edge.name(); }

ScenarioIndex::ScenarioIndex(const Scenario& s) : scenario(s) {
  for (std::size_t i = 0; i < s.nodes.size(); ++i) {
    nodes.try_emplace(s.nodes[i].name, i);
    kinds.push_back(findKind(s.nodes[i].kind));
  }
  leaving.resize(s.nodes.size());
  for (std::size_t i = 0; i < s.edges.size(); ++i) {
    const auto from = nodes.find(s.edges[i].from), to = nodes.find(s.edges[i].to);
    if (from == nodes.end() || to == nodes.end()) continue;
    Diagnostics problems;
    checkFields(edgePolicyParams(), s.edges[i].policy, "", s, problems);
    leaving[from->second].push_back(arrows.size());
    arrows.push_back({from->second, to->second, i, problems.empty() ? edgePolicy(s.edges[i].policy) : EdgePolicy{}});
  }
}

void validateTop(const Scenario& scenario, Diagnostics& problems) {
  checkMembers(scenarioParams(), &scenario, "", scenario, problems);
  if (scenario.warmup >= scenario.duration && scenario.duration > Duration{0})  // a run of no time is refused as such
    problems.push_back(errorAt("warmup", "the warm-up of " + formatDuration(scenario.warmup) +
                                             " does not end before the run does, after " +
                                             formatDuration(scenario.duration)));
}

void validateLayout(const Scenario& scenario, Diagnostics& problems) {
  std::vector<std::string_view> known;
  for (const NodeSpec& n : scenario.nodes) known.push_back(n.name);
  const std::set<std::string_view> nodes(known.begin(), known.end());
  for (const auto& [node, place] : scenario.layout)
    if (!nodes.contains(node))
      problems.push_back(errorAt("layout." + node, "there is no node " + quoted(node), suggestion(node, known)));
}

void validateNotes(const Scenario& scenario, Diagnostics& problems) {
  for (std::size_t i = 0; i < scenario.notes.size(); ++i)
    if (scenario.notes[i].text.empty())
      problems.push_back(errorAt("notes[" + std::to_string(i) + "].text", "the note has no text"));
}

void validateClasses(const Scenario& scenario, Diagnostics& problems) {
  checkNames(scenario.classes, "classes", "request classes", problems);
  double sum = 0;
  for (const RequestClass& c : scenario.classes) {
    const std::string path = "classes." + c.name;
    checkMembers(requestClassParams(), &c, path, scenario, problems);
    if (c.name == kDefaultClass)
      problems.push_back(
          errorAt(path, "a request class cannot be called \"default\"", "that word stands for all other classes"));
    sum += c.weight;
  }
  if (!scenario.classes.empty() && !(sum > 0))
    problems.push_back(errorAt("classes", "the weights of the request classes add up to nothing"));
}

void validateHosts(const Scenario& scenario, Diagnostics& problems) {
  checkNames(groupsOf(scenario, "host"), "hosts", "hosts", problems);
  std::unordered_map<std::string_view, std::string_view> hostOf;
  std::vector<std::string_view> known;
  for (const NodeSpec& node : scenario.nodes) known.push_back(node.name);
  const std::set<std::string_view> nodes(known.begin(), known.end());
  for (const GroupSpec& group : scenario.groups) {
    if (group.kind != "host") continue;
    const std::string path = "hosts." + group.name;
    checkMembers(hostParams(), &group, path, scenario, problems);
    if (group.members.empty())
      problems.push_back(errorAt(path + ".members", "the host " + quoted(group.name) + " has no members"));
    for (std::size_t i = 0; i < group.members.size(); ++i) {
      const std::string& member = group.members[i];
      const std::string place = path + ".members[" + std::to_string(i) + "]";
      if (!nodes.contains(member))
        problems.push_back(errorAt(place, "there is no node " + quoted(member), suggestion(member, known)));
      else if (const auto [first, isNew] = hostOf.try_emplace(member, group.name);
               !isNew && first->second != group.name)
        problems.push_back(
            errorAt(place, "the node " + quoted(member) + " is already on the host " + quoted(first->second)));
    }
  }
  for (const NodeSpec& node : scenario.nodes) {
    const auto host = hostOf.find(node.name);
    const std::string_view listed = host != hostOf.end() ? host->second : std::string_view{};
    if (!node.group.empty() && node.group != listed)
      problems.push_back(errorAt("nodes." + node.name, "the node " + quoted(node.name) + " says that it is on " +
                                                           quoted(node.group) + ", which does not list it"));
  }
}

namespace {

// A link is written once, or twice alike.
void checkLinks(const Scenario& scenario, const GroupSpec& region, const std::string& path, Diagnostics& problems) {
  std::vector<std::string_view> known;
  for (const GroupSpec& other : scenario.groups)
    if (other.kind == "region" && other.name != region.name) known.push_back(other.name);
  for (const auto& [name, link] : region.links) {
    const std::string place = path + ".links." + name;
    const GroupSpec* other = scenario.findRegion(name);
    if (name == region.name) {
      problems.push_back(errorAt(place, quoted(name) + " has a link to itself"));
    } else if (other == nullptr) {
      problems.push_back(errorAt(place, "there is no region " + quoted(name), suggestion(name, known)));
    } else {
      for (const auto& [back, same] : other->links)
        if (back == region.name && !(same == link))
          problems.push_back(errorAt(place, "the link between " + quoted(region.name) + " and " + quoted(name) + " is written twice, and not alike"));
    }
  }
}

}  // namespace

void validateRegions(const Scenario& scenario, Diagnostics& problems) {
  const std::vector<GroupSpec> regions = groupsOf(scenario, "region");
  checkNames(regions, "regions", "regions", problems);
  std::vector<std::string_view> known;
  for (const NodeSpec& node : scenario.nodes) known.push_back(node.name);
  std::unordered_map<std::string_view, std::string_view> regionOf;
  for (const GroupSpec& region : regions) {
    const std::string path = "regions." + region.name;
    checkMembers(regionParams(), &region, path, scenario, problems);
    if (scenario.findNode(region.name) != nullptr)
      problems.push_back(errorAt(path, "a node is called " + quoted(region.name) + " too", "actions name both, so give one another name"));
    if (region.members.empty()) problems.push_back(errorAt(path + ".members", "the region " + quoted(region.name) + " has no members"));
    for (std::size_t i = 0; i < region.members.size(); ++i) {
      const std::string& member = region.members[i];
      const std::string place = path + ".members[" + std::to_string(i) + "]";
      if (scenario.findNode(member) == nullptr)
        problems.push_back(errorAt(place, "there is no node " + quoted(member), suggestion(member, known)));
      else if (const auto [first, isNew] = regionOf.try_emplace(member, region.name); !isNew)
        problems.push_back(errorAt(place, "the node " + quoted(member) + " is already in the region " + quoted(first->second)));
    }
    checkLinks(scenario, region, path, problems);
  }
}

void validateNodes(const ScenarioIndex& index, Diagnostics& problems) {
  const Scenario& scenario = index.scenario;
  checkNames(scenario.nodes, "nodes", "nodes", problems);
  std::vector<std::string_view> known;
  for (const ComponentInfo* kind : catalog()) known.emplace_back(kind->kind);
  for (std::size_t i = 0; i < scenario.nodes.size() && problems.size() < kMostFindings; ++i) {
    const NodeSpec& node = scenario.nodes[i];
    const std::string path = "nodes." + node.name;
    if (index.kinds[i] == nullptr) {
      problems.push_back(errorAt(path + ".kind", "unknown kind " + quoted(node.kind), suggestion(node.kind, known)));
      continue;
    }
    checkFields(index.kinds[i]->params, node.params, path, scenario, problems);
    checkTogether(index, i, path, problems);
  }
}

void validateMemory(const ScenarioIndex& index, Diagnostics& problems) {
  const double available = physicalMemory();
  double total = 0;
  for (std::size_t i = 0; i < index.kinds.size(); ++i) {
    const ComponentInfo* kind = index.kinds[i];
    if (kind == nullptr || (kind->memoryBytes == nullptr && kind->instances == nullptr) || !isSound(index, i)) continue;
    const std::shared_ptr<void> params = makeParams(*kind, index.scenario.nodes[i].allParams());
    double bytes = kind->memoryBytes != nullptr ? kind->memoryBytes(params.get()) : 0;
    if (kind->instances != nullptr) bytes += kBytesPerInstance * static_cast<double>(kind->instances(params.get()));
    total += bytes;
    if (!(bytes <= available))
      problems.push_back(
          errorAt("nodes." + index.scenario.nodes[i].name,
                  "needs about " + inGibibytes(bytes) + " of memory, and this machine has " + inGibibytes(available)));
  }
  if (!hasErrors(problems) && !(total <= available))
    problems.push_back(errorAt("nodes", "the nodes together need about " + inGibibytes(total) +
                                            " of memory, and this machine has " + inGibibytes(available)));
}

// More than anybody draws or simulates in one run; keeps the time of all checks bounded.
void checkSizes(const Scenario& scenario, Diagnostics& problems) {
  const auto check = [&](std::size_t size, std::size_t most, const char* section, const char* what) {
    if (size > most)
      problems.push_back(
          errorAt(section, std::to_string(size) + " " + what + " are too many, the most is " + std::to_string(most)));
  };
  check(scenario.nodes.size(), 10'000, "nodes", "nodes");
  check(scenario.edges.size(), 100'000, "edges", "edges");
  check(scenario.timeline.size(), 10'000, "timeline", "actions");
  check(scenario.expect.size(), 1'000, "expect", "expectations");
  check(scenario.notes.size(), 1'000, "notes", "notes");
  check(scenario.classes.size(), 1'000, "classes", "request classes");
  if (scenario.alerts) check(scenario.alerts->size(), 100, "alerts", "alerts");
  check(scenario.lesson.size(), 1'000, "lesson", "steps");
  if (!scenario.recorded) return;
  check(scenario.recorded->phases.size(), 1'000, "recorded.phases", "phases");
  check(scenario.recorded->compare.size(), 1'000, "recorded.compare", "rows");
}

Diagnostics validate(const Scenario& scenario, const Diagnostics& found) {
  Diagnostics problems;
  checkSizes(scenario, problems);
  if (!problems.empty()) return problems;
  const ScenarioIndex index(scenario);
  validateTop(scenario, problems);
  validateClasses(scenario, problems);
  validateNotes(scenario, problems);
  validateGraph(index, problems);
  // Everything else is about nodes, and that there are none was said.
  if (scenario.nodes.empty()) return problems;
  validateHosts(scenario, problems);
  validateRegions(scenario, problems);
  validateNodes(index, problems);
  validateEdges(index, problems);
  validateLayout(scenario, problems);
  validateTimeline(scenario, problems);
  validateRecorded(scenario, problems);
  Diagnostics known = found;
  known.insert(known.end(), problems.begin(), problems.end());
  const Doubts doubts(scenario, known);
  validateExpectations(scenario, doubts, problems);
  validateAlerts(scenario, doubts, problems);
  validateTeaching(scenario, doubts, problems);
  if (leavesMetrics(known)) validateRecordedMetrics(scenario, problems);
  validateMemory(index, problems);
  return problems;
}

}  // namespace faultline
