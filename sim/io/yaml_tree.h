// YAML text as a small tree with positions, built within hard bounds.
//
// The library's own node graph accepts duplicate keys silently, resolves aliases without limit and loses positions, so
// the tree is built from its parser's events. Aliases share their target; the size of what they expand to is counted
// before anything walks over it. Never throws.
//
// One rule goes beyond YAML: inside { } and [ ] a comma between round brackets belongs to the text, so that
// `{key: zipf(0.99, 200k)}` means what it looks like.
//
// Complexity: linear in the text. Thread safety: functions without state; a finished tree is immutable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostic.h"

namespace faultline {

struct YamlPlace {
  int line = 0;    // from 1
  int column = 0;  // from 1, in bytes
};

struct YamlNode;
using YamlPointer = std::shared_ptr<const YamlNode>;

struct YamlNode {
  enum class Kind { Null, Text, List, Map };

  Kind kind = Kind::Null;
  YamlPlace place;
  std::string text;
  bool isPlain = true;   // not in quotes
  std::size_t size = 1;  // nodes below and including this one, aliases expanded
  std::vector<YamlPointer> items;
  std::vector<std::pair<YamlPointer, YamlPointer>> entries;  // keys are texts, each once

  const YamlNode* find(std::string_view key) const;
};

struct YamlDocument {
  YamlPointer root;  // null when the text cannot be read at all
  Diagnostics problems;
};

// Problems have places in bytes and no file name. A document with problems may still have a tree of what could be read.
YamlDocument readYaml(std::string_view text);

// Columns as an editor counts them: characters instead of bytes.
void useCharacterColumns(std::string_view text, Diagnostics& problems);

}  // namespace faultline
