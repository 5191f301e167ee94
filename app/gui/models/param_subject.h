// Whose parameters are shown and edited together: nodes, edges, the scenario itself, a request class, a region or the
// rule of an alert.
//
// A parameter is named by its path through groups, rows of tables and classes: "queries.by_email.rows". Everything
// follows from the descriptors; no kind is known by name.
//
// Thread safety: values and functions without state. Complexity: linear in the owners times the size of their
// parameters.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gui/document/edits.h"
#include "gui/models/param_values.h"
#include "model/descriptor.h"

namespace faultline {

enum class ParamSource { Default, Preset, Written };

// What is known of a parameter of all owners together.
struct ParamState {
  Value value;     // that counts, of the first owner; unset where there is none
  Value fallback;  // that a reset would give
  ParamSource source = ParamSource::Default;
  bool isMixed = false;  // the owners differ
  std::string unusable;  // the text of what is written, when it is not of the parameter's type or breaks a rule
};

class ParamSubject {
 public:
  enum class Kind { Scenario, Nodes, Edges, Class, Region, Alert };

  static ParamSubject scenario() { return {Kind::Scenario, {}}; }
  static ParamSubject nodes(std::vector<std::string> names) { return {Kind::Nodes, std::move(names)}; }
  static ParamSubject edges(std::vector<std::string> names) { return {Kind::Edges, std::move(names)}; }
  static ParamSubject requestClass(std::string name) { return {Kind::Class, {std::move(name)}}; }
  static ParamSubject region(std::string name) { return {Kind::Region, {std::move(name)}}; }

  // By its index in alertSpecs.
  static ParamSubject alert(std::size_t index) { return {Kind::Alert, {std::to_string(index)}}; }

  Kind kind() const { return kind_; }
  const std::vector<std::string>& names() const { return names_; }
  std::string key() const;  // tells subjects apart
  std::size_t alertIndex() const { return std::stoul(names_[0]); }  // REQUIRES an alert

  // All owners with their tables and values, for reading many parameters at once. Points into the scenario.
  class View {
   public:
    // The parameters that all owners have, in the order of the first one.
    std::vector<ParamInfo> common() const;
    ParamState state(const std::string& path) const;
    // The keys below a path that all owners have (rows of a table), or that one of them has (classes of a parameter).
    std::vector<std::string> rowsOfAll(const std::string& path) const;
    std::vector<std::string> classesOfAny(const std::string& path) const;
    // The fields of an optional group as they are when it is put in, whether or not it is there.
    Value groupDefaults(const std::string& path) const;
    std::size_t owners() const { return owners_.size(); }

   private:
    friend class ParamSubject;
    struct Owner {
      std::span<const ParamInfo> params;
      const ValueMap* written = nullptr;    // null for those that hold all values: scenario, class, region, alert
      const ValueMap* inherited = nullptr;  // of the preset
      std::function<std::shared_ptr<void>()> make;
      std::shared_ptr<void> fresh;   // the kind's defaults
      std::shared_ptr<void> base;    // and the preset
      std::shared_ptr<void> actual;  // and what is written
      std::vector<std::pair<std::string, std::string>> unusable;
    };
    Value fallback(const Owner& owner, const std::vector<std::string>& path) const;
    std::vector<Owner> owners_;
  };
  View view(const Scenario& scenario) const;

  // --- edits of all owners at once, for Document::apply. They read the scenario that they are applied to.
  // An unset value says "none" where the parameter is optional.
  Edit write(std::string path, Value value) const;
  // Gives the preset's value back, else the default.
  Edit reset(std::string path) const;
  // Rows of a table; a new one has the defaults of its fields.
  Edit addRow(std::string table, std::string row) const;
  Edit removeRow(std::string table, std::string row) const;

 private:
  ParamSubject(Kind kind, std::vector<std::string> names) : kind_(kind), names_(std::move(names)) {}
  Diagnostics writeOne(Scenario& scenario, const std::string& owner, const std::string& path, const Value& value) const;
  Diagnostics writeRegion(Scenario& scenario, const std::string& path, const Value& value) const;
  Diagnostics writeAlert(Scenario& scenario, const std::string& path, const Value& value) const;
  Diagnostics resetOne(Scenario& scenario, const std::string& owner, const std::string& path) const;
  Diagnostics writeTable(Scenario& scenario, const std::string& owner, const std::string& path, ValueMap rows) const;
  Edit set(const std::string& owner, const std::string& path, Value value) const;

  Kind kind_;
  std::vector<std::string> names_;
};

}  // namespace faultline
