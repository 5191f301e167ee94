#include "gui/models/param_subject.h"

#include <algorithm>

#include "io/value_text.h"
#include "model/actions.h"
#include "model/catalog.h"
#include "model/edge_policy.h"
#include "model/problem.h"
#include "model/scenario_params.h"
#include "model/value_check.h"

namespace faultline {

namespace {

using Names = std::vector<std::string>;

// What stands at the end of a path below a value; unset when nothing does.
Value below(const Value& top, std::span<const std::string> path) {
  const Value* value = &top;
  for (const std::string& name : path) {
    const ValueMap* map = value->as<ValueMap>();
    // A parameter that could vary by class and does not has only its default.
    if (map == nullptr) return value->isSet() && name == kDefaultClass ? *value : Value{};
    value = map->find(name);
    if (value == nullptr) return {};
  }
  return *value;
}

Value readAt(std::span<const ParamInfo> params, const void* object, std::span<const std::string> path) {
  const ParamInfo* info = findParam(params, path[0]);
  return info == nullptr ? Value{} : below(info->read(object), path.subspan(1));
}

// Whether something is written at the end of a path.
const Value* writtenAt(const ValueMap& map, std::span<const std::string> path) {
  const Value* value = map.find(path[0]);
  for (std::size_t i = 1; value != nullptr && i < path.size(); ++i) {
    const ValueMap* inner = value->as<ValueMap>();
    if (inner == nullptr) return path[i] == kDefaultClass && i + 1 == path.size() ? value : nullptr;
    value = inner->find(path[i]);
  }
  return value;
}

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

template <class T>
T* named(std::vector<T>& list, const std::string& name) {
  for (T& item : list)
    if (item.name == name) return &item;
  return nullptr;
}

// Whether a parameter struct can be told the value. Names that are not there any more, and figures out of range, can be
// held and shown: a file with errors is shown too.
bool canHold(const ParamInfo& info, const Value& value) {
  const auto holdsFields = [](std::span<const ParamInfo> fields, const Value& map) {
    const ValueMap* values = map.as<ValueMap>();
    if (values == nullptr) return false;
    return std::all_of(fields.begin(), fields.end(), [&](const ParamInfo& field) {
      const Value* written = values->find(field.name);
      return written == nullptr || canHold(field, *written);
    });
  };
  const auto all = [&](const auto& test) {
    const ValueMap* map = value.as<ValueMap>();
    return map != nullptr &&
           std::all_of(map->entries.begin(), map->entries.end(), [&](const auto& e) { return test(e.second); });
  };
  if (!value.isSet()) return info.optional;
  switch (info.type) {
    case ParamType::Flag:
      return value.as<bool>() != nullptr;
    case ParamType::Count:
      return value.as<std::int64_t>() != nullptr;
    case ParamType::Number:
    case ParamType::Ratio:
    case ParamType::Rate:
    case ParamType::Bytes:
    case ParamType::Bandwidth:
      return value.as<double>() != nullptr;
    case ParamType::Duration:
      return value.as<Duration>() != nullptr;
    case ParamType::Distribution:
    case ParamType::CountDistribution:
      return value.as<Distribution>() != nullptr ||
             (info.perClass && all([](const Value& v) { return v.as<Distribution>() != nullptr; }) &&
              value.as<ValueMap>()->find(kDefaultClass) != nullptr);
    case ParamType::Choice: {
      const std::string* word = value.as<std::string>();
      return word != nullptr && std::any_of(info.choices.begin(), info.choices.end(),
                                            [&](const ChoiceInfo& choice) { return *word == choice.name; });
    }
    case ParamType::Text:
    case ParamType::NodeName:
    case ParamType::KeySpace:
      return value.as<std::string>() != nullptr;
    case ParamType::ClassList:
    case ParamType::TextList: {
      const ValueList* list = value.as<ValueList>();
      return list != nullptr &&
             std::all_of(list->begin(), list->end(), [](const Value& v) { return v.as<std::string>() != nullptr; });
    }
    case ParamType::Group:
      return holdsFields(info.fields, value);
    case ParamType::Table:
      return all([&](const Value& row) { return holdsFields(info.fields, row); });
    case ParamType::Points: {
      const ValueList* list = value.as<ValueList>();
      return list != nullptr && std::all_of(list->begin(), list->end(), [](const Value& v) {
               const ValueList* point = v.as<ValueList>();
               return point != nullptr && point->size() == 2 && (*point)[0].as<Duration>() && (*point)[1].as<double>();
             });
    }
  }
  return false;
}

void assignSound(std::span<const ParamInfo> params, const ValueMap& values, void* object,
                 std::vector<std::pair<std::string, std::string>>* unusable) {
  for (const auto& [name, value] : values.entries) {
    const ParamInfo* info = findParam(params, name);
    if (info == nullptr) continue;
    if (canHold(*info, value))
      info->assign(object, value);
    else if (unusable != nullptr)
      unusable->emplace_back(name, formatFlow(info, value));
  }
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

// Removes what is at the end of a path; rows of tables and optional groups stay when nothing is left in them, as their
// being there says something.
void eraseAt(std::span<const ParamInfo> params, ValueMap& values, std::span<const std::string> path) {
  const ParamInfo* info = findParam(params, path[0]);
  Value* value = nullptr;
  for (auto& [name, v] : values.entries)
    if (name == path[0]) value = &v;
  if (value == nullptr) return;
  ValueMap* inner = value->as<ValueMap>();
  if (path.size() == 1 || inner == nullptr) {
    values.erase(path[0]);
    return;
  }
  if (info != nullptr && info->type == ParamType::Group) {
    eraseAt(info->fields, *inner, path.subspan(1));
    if (inner->empty() && !info->optional) values.erase(path[0]);
  } else if (info != nullptr && info->type == ParamType::Table) {
    if (path.size() == 2)
      inner->erase(path[1]);
    else if (Value* row = const_cast<Value*>(inner->find(path[1])); row != nullptr && row->as<ValueMap>() != nullptr)
      eraseAt(info->fields, *row->as<ValueMap>(), path.subspan(2));
  } else {
    inner->erase(path[1]);  // of one class
    if (inner->entries.size() == 1 && inner->find(kDefaultClass) != nullptr)
      *value = Value(*inner->find(kDefaultClass));
  }
}

// A map that has nothing but the way to the last name but one, so that reading it back gives the defaults there.
Value skeleton(std::span<const std::string> path) {
  ValueMap map;
  if (path.size() > 1) map.set(path[0], skeleton(path.subspan(1)));
  return Value(std::move(map));
}

}  // namespace

std::vector<std::string> pathNames(const std::string& path) {
  std::vector<std::string> names(1);
  for (char c : path) {
    if (c == '.')
      names.emplace_back();
    else
      names.back() += c;
  }
  return names;
}

std::string pathOf(std::span<const std::string> names) {
  std::string path;
  for (const std::string& name : names) path += (path.empty() ? "" : ".") + name;
  return path;
}

Value leastRow(std::span<const ParamInfo> fields, const Value& defaults) {
  ValueMap row;
  const ValueMap* read = defaults.as<ValueMap>();
  for (const ParamInfo& field : fields)
    if (const Value* value = read != nullptr && field.required ? read->find(field.name) : nullptr)
      row.set(field.name, *value);
  return Value(std::move(row));
}

std::string ParamSubject::key() const {
  std::string key = std::to_string(static_cast<int>(kind_));
  for (const std::string& name : names_) key += '\n' + name;
  return key;
}

// ------------------------------------------------------------- reading

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
  top->assign(probe.get(), skeleton(names.subspan(1)));
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

// ------------------------------------------------------------- editing

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

namespace {

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

Edit ParamSubject::write(std::string path, Value value) const {
  const ParamSubject subject = *this;
  return [=](Scenario& scenario) -> Diagnostics {
    if (subject.kind_ == Kind::Region) return subject.writeRegion(scenario, path, value);
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
