// The rows of the inspector, generated from descriptors: one for each parameter, group, row of a table and class.
//
// Thread safety: pure functions. Complexity: linear in the parameters of what is shown.
#pragma once

#include <QString>
#include <set>
#include <string>
#include <vector>

#include "gui/models/param_subject.h"

namespace faultline {

struct ParamRow {
  enum class Kind {
    Section,     // a heading: some nodes, some edges, a request class
    Value,       // one parameter
    Group,       // its fields follow; an optional one can be absent
    Table,       // its rows follow
    TableRow,    // one row; its fields follow
    ClassValue,  // what one request class has instead of the parameter's value
  };

  Kind kind = Kind::Value;
  int section = 0;  // index of the subject
  int depth = 0;
  std::string path;
  ParamInfo info;
  QString label;
  ParamState state;
  bool isPresent = true;  // of a group
  bool isOpen = true;     // of what has rows beneath it
  bool isRemovable = false;
  std::vector<std::string> freeClasses;  // of a parameter that may vary by class: those that do not yet

  std::string key() const { return std::to_string(section) + ' ' + path; }
  // Equal when an editor made for one row can show the other.
  bool hasSameForm(const ParamRow& other) const;
};

struct ParamSection {
  QString title;  // empty for the only one
  ParamSubject subject;
  bool isRemovable = false;
};

// `closed` holds the keys of what was closed.
std::vector<ParamRow> paramRows(const Scenario& scenario, const std::vector<ParamSection>& sections,
                                const std::set<std::string>& closed);

// The value of a row in its editor: that of the other classes where some have their own.
Value shownValue(const ParamRow& row);

}  // namespace faultline
