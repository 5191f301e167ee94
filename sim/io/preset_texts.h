// The files of resources/presets as the build embedded them; cmake/embed_presets.cmake writes the definition.
#pragma once

#include <span>

namespace faultline {

struct PresetText {
  const char* file;
  const char* text;
};
std::span<const PresetText> presetTexts();

}  // namespace faultline
