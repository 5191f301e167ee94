// The edits of a ParamSubject: what is written, given back and left out.
#include <algorithm>

#include "gui/document/alert_edits.h"
#include "gui/document/param_path.h"
#include "gui/models/param_subject.h"
#include "gui/models/param_values.h"
#include "io/value_text.h"
#include "model/actions.h"
#include "model/problem.h"
#include "model/scenario_params.h"
#include "model/value_check.h"

namespace faultline {

namespace {

using Names = std::vector<std::string>;
using paths::eraseAt;
using paths::writtenAt;

template <class T>
T* named(std::vector<T>& list, const std::string& name) {
  for (T& item : list)
    if (item.name == name) return &item;
  return nullptr;
}

ValueMap* writtenOf(Scenario& scenario, ParamSubject::Kind kind, const std::string& owner) {
  if (kind == ParamSubject::Kind::Nodes) {
    NodeSpec* node = named(scenario.nodes, owner);
    return node == nullptr ? nullptr : &node->params;
  }
  for (EdgeSpec& edge : scenario.edges)
    if (edge.name() == owner) return &edge.policy;
  return nullptr;
}

Diagnostics gone(const std::string& owner) {
  return {errorAt(owner, "there is no " + faultline::quoted(owner) + " any more")};
}

// The rows as they are written, in the preset, or by default: without the fields that only have their defaults.
ValueMap rowsOf(const ValueMap* written, const ValueMap* inherited, const Value& effective, const Names& path) {
  for (const ValueMap* source : {written, inherited}) {
    const Value* rows = source != nullptr ? writtenAt(*source, path) : nullptr;
    if (rows != nullptr && rows->as<ValueMap>() != nullptr) return *rows->as<ValueMap>();
    if (source != nullptr && source->find(path[0]) != nullptr) break;
  }
  const ValueMap* map = effective.as<ValueMap>();
  return map == nullptr ? ValueMap{} : *map;
}

}  // namespace

Edit ParamSubject::set(const std::string& owner, const std::string& path, Value value) const {
  return kind_ == Kind::Nodes ? edits::setParam({owner}, path, std::move(value))
                              : edits::setEdgePolicy({owner}, path, std::move(value));
}

Diagnostics ParamSubject::writeOne(Scenario& scenario, const std::string& owner, const std::string& path,
                                   const Value& value) const {
  ValueMap* written = writtenOf(scenario, kind_, owner);
  const View view = ParamSubject(kind_, {owner}).view(scenario);
  if (written == nullptr || view.owners_.empty()) return gone(owner);
  const View::Owner& present = view.owners_[0];
  const Names names = pathNames(path);
  const ParamInfo* top = findParam(present.params, names[0]);
  if (top == nullptr) return set(owner, path, value)(scenario);  // says what there is
  const ParameterPlace place = findParameter(present.params, names);
  if (place.info != nullptr && place.info->isTraceFile && value.as<std::string>() != nullptr)
    return edits::setSetting(owner + "." + path + "=" +
                             quotedForYaml(*value.as<std::string>()))(scenario);  // reads the file
  // One field of a group that the preset gives, or that is there by default: its neighbours stay as they are.
  const ParamState whole = view.state(names[0]);
  if (names.size() > 1 && written->find(names[0]) == nullptr) {
    if (const Value* inherited = present.inherited != nullptr ? present.inherited->find(names[0]) : nullptr)
      written->set(names[0], *inherited);
    else if (top->type == ParamType::Group && top->optional && whole.value.isSet())
      written->set(names[0], whole.value);
  }
  // One value for all classes, where some have their own: that of the others.
  if (place.info != nullptr && place.info->perClass && !place.ofClass && value.as<Distribution>() != nullptr &&
      view.state(path).value.as<ValueMap>() != nullptr)
    return set(owner, path + "." + kDefaultClass, value)(scenario);
  if (value.isSet()) return set(owner, path, value)(scenario);
  if (place.info != nullptr && !place.info->optional) return set(owner, path, value)(scenario);
  if (!view.state(path).fallback.isSet()) return resetOne(scenario, owner, path);
  setParameter(present.params, present.fresh.get(), *written, names, {});
  return {};
}

// Regions hold all values, and no setting names them.
Diagnostics ParamSubject::writeRegion(Scenario& scenario, const std::string& path, const Value& value) const {
  const auto region = std::find_if(scenario.groups.begin(), scenario.groups.end(), [&](const GroupSpec& group) {
    return group.kind == "region" && group.name == names_[0];
  });
  if (region == scenario.groups.end()) return gone(names_[0]);
  const Names names = pathNames(path);
  const ParamInfo* top = findParam(regionParams(), names[0]);
  if (top == nullptr || findParameter(regionParams(), names).info == nullptr)
    return {errorAt(path, "a region has no " + faultline::quoted(path))};
  const GroupSpec fresh;
  ValueMap values;
  values.set(names[0], top->read(&*region));
  setParameter(regionParams(), &fresh, values, names, value);
  const Value* whole = values.find(names[0]);
  const Value wanted = whole != nullptr ? *whole : top->read(&fresh);
  Diagnostics problems;
  checkValue(*top, wanted, "regions." + names_[0] + '.' + names[0], scenario, problems);
  if (const ValueList* list = wanted.as<ValueList>(); list != nullptr && list->empty() && top->required)
    problems.push_back(errorAt("regions." + names_[0] + '.' + names[0], "a region needs members"));
  if (!hasErrors(problems)) top->assign(&*region, wanted);
  return problems;
}

Diagnostics ParamSubject::writeAlert(Scenario& scenario, const std::string& path, const Value& value) const {
  const std::span<const AlertSpec> alerts = alertSpecs(scenario);
  const ParamInfo* info = findParam(alertParams(), path);
  if (info == nullptr || alertIndex() >= alerts.size()) return gone(path);
  Diagnostics problems;
  checkValue(*info, value, "alerts[" + names_[0] + "]." + path, scenario, problems);
  if (hasErrors(problems)) return problems;
  AlertSpec changed = alerts[alertIndex()];
  info->assign(&changed, value);
  return edits::changeAlert(alertIndex(), changed)(scenario);
}

Diagnostics ParamSubject::resetOne(Scenario& scenario, const std::string& owner, const std::string& path) const {
  ValueMap* written = writtenOf(scenario, kind_, owner);
  const View view = ParamSubject(kind_, {owner}).view(scenario);
  if (written == nullptr || view.owners_.empty()) return gone(owner);
  const View::Owner& present = view.owners_[0];
  const Names names = pathNames(path);
  if (written->find(names[0]) == nullptr) return {};
  if (names.size() == 1) {
    written->erase(path);
    return {};
  }
  ValueMap changed = *written;
  eraseAt(present.params, changed, names);
  const Value* inherited = present.inherited != nullptr ? writtenAt(*present.inherited, names) : nullptr;
  if (inherited != nullptr && present.inherited->find(names[0])->as<ValueMap>() != nullptr)
    setParameter(present.params, present.fresh.get(), changed, names, *inherited);
  const Value* top = changed.find(names[0]);
  const Value* presetTop = present.inherited != nullptr ? present.inherited->find(names[0]) : nullptr;
  const bool isAsBefore = top == nullptr || (presetTop != nullptr && *top == *presetTop);
  if (isAsBefore) {
    written->erase(names[0]);
    return {};
  }
  return set(owner, names[0], *top)(scenario);
}

Diagnostics ParamSubject::writeTable(Scenario& scenario, const std::string& owner, const std::string& path,
                                     ValueMap rows) const {
  if (kind_ == Kind::Region) return writeRegion(scenario, path, Value(std::move(rows)));
  return writeOne(scenario, owner, path, Value(std::move(rows)));
}

Edit ParamSubject::write(std::string path, Value value) const {
  const ParamSubject subject = *this;
  return [=](Scenario& scenario) -> Diagnostics {
    if (subject.kind_ == Kind::Region) return subject.writeRegion(scenario, path, value);
    if (subject.kind_ == Kind::Alert) return subject.writeAlert(scenario, path, value);
    if (subject.kind_ == Kind::Scenario || subject.kind_ == Kind::Class) {
      const View view = subject.view(scenario);
      if (view.owners_.empty()) return gone(subject.names_[0]);
      const ParameterPlace place = findParameter(view.owners_[0].params, pathNames(path));
      const std::string owner = subject.kind_ == Kind::Class ? subject.names_[0] + "." : std::string();
      return edits::setSetting(owner + path + "=" + formatFlow(place.info, value))(scenario);
    }
    for (const std::string& owner : subject.names_)
      if (Diagnostics problems = subject.writeOne(scenario, owner, path, value); hasErrors(problems)) return problems;
    return {};
  };
}

Edit ParamSubject::reset(std::string path) const {
  const ParamSubject subject = *this;
  return [=](Scenario& scenario) -> Diagnostics {
    if (subject.kind_ != Kind::Nodes && subject.kind_ != Kind::Edges) {
      const View view = subject.view(scenario);
      if (view.owners_.empty()) return gone(subject.names_[0]);
      return subject.write(path, view.state(path).fallback)(scenario);
    }
    for (const std::string& owner : subject.names_)
      if (Diagnostics problems = subject.resetOne(scenario, owner, path); hasErrors(problems)) return problems;
    return {};
  };
}

Edit ParamSubject::addRow(std::string table, std::string row) const {
  const ParamSubject subject = *this;
  return [=](Scenario& scenario) -> Diagnostics {
    for (const std::string& owner : subject.names_) {
      const View view = ParamSubject(subject.kind_, {owner}).view(scenario);
      if (view.owners_.empty()) return gone(owner);
      const Names names = pathNames(table);
      const ParameterPlace place = findParameter(view.owners_[0].params, names);
      ValueMap rows = rowsOf(view.owners_[0].written, view.owners_[0].inherited, view.state(table).value, names);
      if (!isIdentifier(row))
        return {errorAt(table + "." + row, faultline::quoted(row) + " is not a name", "use letters, digits and _")};
      if (rows.find(row) != nullptr)
        return {errorAt(table + "." + row, "there is a row " + faultline::quoted(row) + " already")};
      const Value defaults = view.groupDefaults(table + "." + row);
      rows.set(row, leastRow(place.info->fields, defaults));
      if (Diagnostics problems = subject.writeTable(scenario, owner, table, std::move(rows)); hasErrors(problems))
        return problems;
    }
    return {};
  };
}

Edit ParamSubject::removeRow(std::string table, std::string row) const {
  const ParamSubject subject = *this;
  return [=](Scenario& scenario) -> Diagnostics {
    for (const std::string& owner : subject.names_) {
      const View view = ParamSubject(subject.kind_, {owner}).view(scenario);
      if (view.owners_.empty()) return gone(owner);
      ValueMap rows =
          rowsOf(view.owners_[0].written, view.owners_[0].inherited, view.state(table).value, pathNames(table));
      rows.erase(row);
      if (Diagnostics problems = subject.writeTable(scenario, owner, table, std::move(rows)); hasErrors(problems))
        return problems;
    }
    return {};
  };
}

}  // namespace faultline
