# Embeds resources/presets/*.yaml, so that the programs find the presets wherever they are installed. Sets
# FAULTLINE_PRESET_SOURCE to the generated file; configuring runs again when a preset changes.
file(GLOB preset_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/resources/presets/*.yaml)
set(entries "")
foreach(file IN LISTS preset_files)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR} ${file})
  string(APPEND entries "    {\"${name}\", R\"preset(${text})preset\"},\n")
endforeach()
set(FAULTLINE_PRESET_SOURCE ${CMAKE_BINARY_DIR}/generated/preset_texts.cpp)
file(CONFIGURE OUTPUT ${FAULTLINE_PRESET_SOURCE} @ONLY CONTENT [=[
#include "io/preset_texts.h"

namespace faultline {
namespace {
constexpr PresetText kTexts[] = {
@entries@};
}  // namespace

std::span<const PresetText> presetTexts() { return kTexts; }

}  // namespace faultline
]=])
