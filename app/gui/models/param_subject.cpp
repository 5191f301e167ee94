#include "gui/models/param_subject.h"

#include <algorithm>

#include "gui/document/alert_edits.h"
#include "gui/document/param_path.h"
#include "gui/models/param_values.h"
#include "model/actions.h"
#include "model/catalog.h"
#include "model/edge_policy.h"
#include "model/scenario_params.h"

namespace faultline {

namespace {

using Names = std::vector<std::string>;
using paths::readAt;
using paths::writtenAt;

bool isSameTable(std::span<const ParamInfo> a, std::span<const ParamInfo> b) {
  return a.size() == b.size() &&
         (a.data() == b.data() || std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) {
            return std::string_view(x.name) == y.name && x.type == y.type && isSameTable(x.fields, y.fields);
          }));
}

bool isSameParam(const ParamInfo& a, const ParamInfo& b) {
  const auto sameWords = [](const ChoiceInfo& x, const ChoiceInfo& y) { return std::string_view(x.name) == y.name; };
  return std::string_view(a.name) == b.name && a.type == b.type && a.optional == b.optional &&
         a.perClass == b.perClass &&
         std::equal(a.choices.begin(), a.choices.end(), b.choices.begin(), b.choices.end(), sameWords) &&
         isSameTable(a.fields, b.fields);
}

}  // namespace

std::string ParamSubject::key() const {
  std::string key = std::to_string(static_cast<int>(kind_));
  for (const std::string& name : names_) key += '\n' + name;
  return key;
}

ParamSubject::View ParamSubject::view(const Scenario& scenario) const {
  View view;
  const auto addWritten = [&](std::span<const ParamInfo> params, const ValueMap& written, const ValueMap* inherited,
                              const auto& make) {
    View::Owner owner{params, &written, inherited, make, make(), make(), make(), {}};
    if (inherited != nullptr) {
      assignSound(params, *inherited, owner.base.get(), nullptr);
      assignSound(params, *inherited, owner.actual.get(), nullptr);
    }
    assignSound(params, written, owner.actual.get(), &owner.unusable);
    view.owners_.push_back(std::move(owner));
  };
  const auto addWhole = [&](std::span<const ParamInfo> params, std::shared_ptr<void> fresh,
                            std::shared_ptr<void> actual) {
    view.owners_.push_back({params, nullptr, nullptr, nullptr, fresh, fresh, std::move(actual), {}});
  };
  switch (kind_) {
    case Kind::Scenario: {
      // Only the plain fields are read: the rest of a large scenario need not be copied.
      auto actual = std::make_shared<Scenario>();
      for (const ParamInfo& info : scenarioParams()) info.assign(actual.get(), info.read(&scenario));
      addWhole(scenarioParams(), std::make_shared<Scenario>(), std::move(actual));
      break;
    }
    case Kind::Class:
      if (const RequestClass* c = scenario.findClass(names_[0]))
        addWhole(requestClassParams(), std::make_shared<RequestClass>(), std::make_shared<RequestClass>(*c));
      break;
    case Kind::Region:
      if (const GroupSpec* region = scenario.findRegion(names_[0]))
        addWhole(regionParams(), std::make_shared<GroupSpec>(), std::make_shared<GroupSpec>(*region));
      break;
    case Kind::Alert: {
      const std::span<const AlertSpec> alerts = alertSpecs(scenario);
      if (alertIndex() >= alerts.size()) break;
      const AlertSpec& alert = alerts[alertIndex()];
      // What a rule watches has no default, and the default rules are as they are.
      const AlertSpec fresh{alert.when, scenario.alerts ? AlertSpec{}.window : alert.window};
      addWhole(alertParams(), std::make_shared<AlertSpec>(fresh), std::make_shared<AlertSpec>(alert));
      break;
    }
    case Kind::Nodes:
      for (const std::string& name : names_)
        if (const NodeSpec* node = scenario.findNode(name))
          if (const ComponentInfo* info = findKind(node->kind))
            addWritten(info->params, node->params, &node->inherited, info->makeParams);
      break;
    case Kind::Edges:
      for (const EdgeSpec& edge : scenario.edges)
        if (std::find(names_.begin(), names_.end(), edge.name()) != names_.end())
          addWritten(edgePolicyParams(), edge.policy, nullptr,
                     [] { return std::shared_ptr<void>(std::make_shared<EdgePolicy>()); });
      break;
  }
  return view;
}

std::vector<ParamInfo> ParamSubject::View::common() const {
  std::vector<ParamInfo> all;
  if (owners_.empty()) return all;
  for (const ParamInfo& info : owners_[0].params) {
    const bool isEverywhere = std::all_of(owners_.begin() + 1, owners_.end(), [&](const Owner& owner) {
      const ParamInfo* same = findParam(owner.params, info.name);
      return same != nullptr && isSameParam(info, *same);
    });
    if (isEverywhere) all.push_back(info);
  }
  // What one kind fixes or makes required is so for all of them.
  for (ParamInfo& info : all)
    for (const Owner& owner : owners_) {
      const ParamInfo* same = findParam(owner.params, info.name);
      info.fixed = info.fixed || same->fixed;
      info.required = info.required || same->required;
      info.range = {std::max(info.range.min, same->range.min), std::min(info.range.max, same->range.max)};
    }
  return all;
}

Value ParamSubject::View::fallback(const Owner& owner, const Names& path) const {
  const std::span<const std::string> names(path);
  const auto parent = names.first(names.size() - 1);
  if (parent.empty() || readAt(owner.params, owner.base.get(), parent).as<ValueMap>() != nullptr)
    return readAt(owner.params, owner.base.get(), names);
  const ParamInfo* top = findParam(owner.params, names[0]);
  if (top == nullptr || owner.make == nullptr || (top->type != ParamType::Group && top->type != ParamType::Table))
    return readAt(owner.params, owner.base.get(), names);  // of one class
  // Inside a row or a group that is not there by default: the defaults of its own fields.
  const std::shared_ptr<void> probe = owner.make();
  top->assign(probe.get(), paths::skeleton(names.subspan(1)));
  return readAt(owner.params, probe.get(), names);
}

ParamState ParamSubject::View::state(const std::string& path) const {
  const Names names = pathNames(path);
  ParamState state;
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    const Owner& owner = owners_[i];
    const Value value = readAt(owner.params, owner.actual.get(), names);
    if (i > 0) {
      state.isMixed = state.isMixed || !(value == state.value);
    } else {
      state.value = value;
      state.fallback = fallback(owner, names);
    }
    ParamSource source = ParamSource::Default;
    if (owner.written == nullptr) {
      if (!(value == fallback(owner, names))) source = ParamSource::Written;
    } else if (writtenAt(*owner.written, names) != nullptr) {
      source = ParamSource::Written;
    } else if (owner.inherited != nullptr && owner.written->find(names[0]) == nullptr &&
               writtenAt(*owner.inherited, names) != nullptr) {
      source = ParamSource::Preset;
    }
    state.source = std::max(state.source, source);
    if (names.size() == 1)
      for (const auto& [name, text] : owner.unusable)
        if (name == path) state.unusable = text;
  }
  return state;
}

Value ParamSubject::View::groupDefaults(const std::string& path) const {
  Names names = pathNames(path);
  if (owners_.empty() || owners_[0].make == nullptr) return {};
  const ParameterPlace place = findParameter(owners_[0].params, names);
  if (place.info == nullptr) return {};
  ValueMap fields;
  names.emplace_back();
  for (const ParamInfo& field : place.info->fields) {
    names.back() = field.name;
    if (Value value = fallback(owners_[0], names); value.isSet()) fields.set(field.name, std::move(value));
  }
  return Value(std::move(fields));
}

std::vector<std::string> ParamSubject::View::rowsOfAll(const std::string& path) const {
  const Names names = pathNames(path);
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    const Value value = readAt(owners_[i].params, owners_[i].actual.get(), names);
    const ValueMap* map = value.as<ValueMap>();
    if (map == nullptr) return {};
    if (i == 0)
      for (const auto& entry : map->entries) rows.push_back(entry.first);
    else
      std::erase_if(rows, [&](const std::string& row) { return map->find(row) == nullptr; });
  }
  return rows;
}

std::vector<std::string> ParamSubject::View::classesOfAny(const std::string& path) const {
  const Names names = pathNames(path);
  std::vector<std::string> classes;
  for (const Owner& owner : owners_) {
    const Value value = readAt(owner.params, owner.actual.get(), names);
    const ValueMap* map = value.as<ValueMap>();
    if (map == nullptr) continue;
    for (const auto& entry : map->entries)
      if (entry.first != kDefaultClass && std::find(classes.begin(), classes.end(), entry.first) == classes.end())
        classes.push_back(entry.first);
  }
  return classes;
}

}  // namespace faultline
