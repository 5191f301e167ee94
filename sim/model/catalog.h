// The list of component kinds, in the order of the palette.
#pragma once

#include <span>
#include <string_view>

#include "model/descriptor.h"

namespace faultline {

std::span<const ComponentInfo* const> catalog();
// Null for an unknown kind.
const ComponentInfo* findKind(std::string_view kind);

}  // namespace faultline
