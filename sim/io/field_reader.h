// Reading a tree by descriptor tables. Collects problems with places, and remembers where every path was written, so
// that checks that know only paths can be shown in the file.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "io/yaml_tree.h"
#include "model/descriptor.h"

namespace faultline {

class FieldReader {
 public:
  // `baseDir` is where CSV files are looked for.
  explicit FieldReader(std::string baseDir) : baseDir_(std::move(baseDir)) {}

  // One value. Unset, with a problem, when the text is not of the type.
  std::optional<Value> readValue(const ParamInfo& info, const YamlNode& node, const std::string& path);
  // A map of fields. Keys in `others` are left to the caller.
  ValueMap readFields(std::span<const ParamInfo> params, const YamlNode& node, const std::string& path,
                      std::span<const std::string_view> others = {});

  // Requires the kind; adds a problem otherwise.
  bool isMap(const YamlNode& node, const std::string& path, std::string_view expected);
  bool isList(const YamlNode& node, const std::string& path, std::string_view expected);
  bool isText(const YamlNode& node, const std::string& path, std::string_view expected);

  void fail(YamlPlace place, const std::string& path, std::string message, std::string hint = {});
  void setPlace(const std::string& path, YamlPlace place) { places_.try_emplace(path, place); }
  // As setPlace, for a text in quotes inside which checks count columns; replaces what was set.
  void setTextPlace(const std::string& path, YamlPlace place) {
    ++place.column;
    places_.insert_or_assign(path, place);
  }
  const std::string& baseDir() const { return baseDir_; }
  // Where the path, or what is nearest above it, was written.
  YamlPlace placeOf(std::string_view path) const;
  // Whether a problem was already found there, above it, or in an item of the list there.
  bool hasFailed(std::string_view path) const;

  Diagnostics problems;

 private:
  std::optional<Value> readList(const ParamInfo& info, const YamlNode& node, const std::string& path);
  std::optional<Value> readPoints(const ParamInfo& info, const YamlNode& node, const std::string& path);
  std::optional<Value> readPointsFile(const YamlNode& node, const std::string& path);
  std::optional<Value> readTable(const ParamInfo& info, const YamlNode& node, const std::string& path);
  std::optional<Value> readByClass(const ParamInfo& info, const YamlNode& node, const std::string& path);

  std::string baseDir_;
  std::unordered_map<std::string, YamlPlace> places_;
  std::set<std::string, std::less<>> failed_;
};

}  // namespace faultline
