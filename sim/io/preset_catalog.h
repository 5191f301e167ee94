// Named parameter sets of the kinds: PostgreSQL is a database with such and such figures.
//
// Each preset is one file of resources/presets, which the build embeds, so that the programs find them wherever they
// are installed. Every figure has a source, and every preset says what it leaves out.
//
// Thread safety: the list is built at its first use and immutable from then on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "model/value.h"

namespace faultline {

struct Preset {
  std::string name;       // as scenarios write it
  std::string label;      // as people read it
  std::string kind;
  std::string summary;    // what it stands for, in one sentence
  std::string leavesOut;  // what of the real thing it does not show
  std::vector<std::string> sources;  // where the figures come from
  ValueMap params;        // what differs from the kind's defaults
};

// All presets, ordered by kind as in the catalog and then by name.
const std::vector<Preset>& presets();
// Null for an unknown name.
const Preset* findPreset(std::string_view name);

// One preset from the text of its file. Errors have places in the text.
Result<Preset> readPreset(std::string_view text, const std::string& fileName);

}  // namespace faultline
