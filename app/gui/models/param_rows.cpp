#include "gui/models/param_rows.h"

#include <algorithm>

namespace faultline {

namespace {

class RowList {
 public:
  RowList(const Scenario& scenario, const std::set<std::string>& closed) : scenario_(scenario), closed_(closed) {}

  void addSection(int number, const ParamSection& section) {
    section_ = number;
    int depth = 0;
    if (!section.title.isEmpty()) {
      ParamRow heading = make(ParamRow::Kind::Section, {}, {}, 0);
      heading.label = section.title;
      heading.isRemovable = section.isRemovable;
      rows_.push_back(heading);
      if (!heading.isOpen) return;
    }
    view_ = section.subject.view(scenario_);
    for (const ParamInfo& info : view_.common()) add(info, info.name, depth);
  }

  std::vector<ParamRow> take() { return std::move(rows_); }

 private:
  ParamRow make(ParamRow::Kind kind, const ParamInfo& info, const std::string& path, int depth) const {
    ParamRow row;
    row.kind = kind;
    row.section = section_;
    row.depth = depth;
    row.path = path;
    row.info = info;
    row.label = QString::fromUtf8(info.label);
    row.isOpen = !closed_.contains(row.key());
    return row;
  }

  void add(const ParamInfo& info, const std::string& path, int depth) {
    switch (info.type) {
      case ParamType::Group:
        return addGroup(info, path, depth);
      case ParamType::Table:
        return addTable(info, path, depth);
      default:
        return addValue(info, path, depth);
    }
  }

  void addFields(const ParamInfo& parent, const std::string& path, int depth) {
    for (ParamInfo field : parent.fields) {
      field.fixed = field.fixed || parent.fixed;
      add(field, path + "." + field.name, depth);
    }
  }

  void addGroup(const ParamInfo& info, const std::string& path, int depth) {
    ParamRow row = make(ParamRow::Kind::Group, info, path, depth);
    row.state = view_.state(path);
    // Of several owners all must have it before its fields can be edited together.
    row.isPresent = !view_.rowsOfAll(path).empty() || hasMapEverywhere(path);
    rows_.push_back(row);
    if (row.isPresent && row.isOpen) addFields(info, path, depth + 1);
  }

  bool hasMapEverywhere(const std::string& path) const {
    const ParamState state = view_.state(path);
    return state.value.as<ValueMap>() != nullptr && !state.isMixed;
  }

  void addTable(const ParamInfo& info, const std::string& path, int depth) {
    ParamRow row = make(ParamRow::Kind::Table, info, path, depth);
    row.state = view_.state(path);
    rows_.push_back(row);
    if (!row.isOpen) return;
    for (const std::string& name : view_.rowsOfAll(path)) {
      ParamRow entry = make(ParamRow::Kind::TableRow, info, path + "." + name, depth + 1);
      entry.label = QString::fromStdString(name);
      entry.isRemovable = true;
      entry.state = view_.state(entry.path);
      rows_.push_back(entry);
      if (entry.isOpen) addFields(info, entry.path, depth + 2);
    }
  }

  void addValue(const ParamInfo& info, const std::string& path, int depth) {
    ParamRow row = make(ParamRow::Kind::Value, info, path, depth);
    row.state = view_.state(path);
    std::vector<std::string> classes;
    if (info.perClass) {
      classes = view_.classesOfAny(path);
      for (const RequestClass& c : scenario_.classes)
        if (std::find(classes.begin(), classes.end(), c.name) == classes.end()) row.freeClasses.push_back(c.name);
    }
    rows_.push_back(row);
    ParamInfo one = info;
    one.perClass = false;
    for (const std::string& name : classes) {
      ParamRow own = make(ParamRow::Kind::ClassValue, one, path + "." + name, depth + 1);
      own.label = QString::fromStdString(name);
      own.isRemovable = true;
      own.state = view_.state(own.path);
      rows_.push_back(own);
    }
  }

  const Scenario& scenario_;
  const std::set<std::string>& closed_;
  ParamSubject::View view_;
  int section_ = 0;
  std::vector<ParamRow> rows_;
};

}  // namespace

bool ParamRow::hasSameForm(const ParamRow& other) const {
  return kind == other.kind && section == other.section && depth == other.depth && path == other.path &&
         info.type == other.info.type && info.fields.data() == other.info.fields.data() &&
         info.choices.data() == other.info.choices.data() && info.optional == other.info.optional &&
         info.range.min == other.info.range.min && info.range.max == other.info.range.max &&
         isPresent == other.isPresent && isOpen == other.isOpen && isRemovable == other.isRemovable &&
         label == other.label && freeClasses == other.freeClasses;
}

std::vector<ParamRow> paramRows(const Scenario& scenario, const std::vector<ParamSection>& sections,
                                const std::set<std::string>& closed) {
  RowList list(scenario, closed);
  for (std::size_t i = 0; i < sections.size(); ++i) list.addSection(static_cast<int>(i), sections[i]);
  return list.take();
}

Value shownValue(const ParamRow& row) {
  const ValueMap* byClass = row.info.perClass ? row.state.value.as<ValueMap>() : nullptr;
  if (byClass == nullptr) return row.state.value;
  const Value* base = byClass->find(kDefaultClass);
  return base == nullptr ? Value{} : *base;
}

}  // namespace faultline
