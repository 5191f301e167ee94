// Which parameters are one number with a unit: what can be bounded, stepped and ramped.
//
// Thread safety: pure function.
#pragma once

#include "model/descriptor.h"

namespace faultline {

constexpr bool isQuantity(ParamType type) {
  switch (type) {
    case ParamType::Count:
    case ParamType::Number:
    case ParamType::Ratio:
    case ParamType::Rate:
    case ParamType::Bytes:
    case ParamType::Bandwidth:
    case ParamType::Duration:
      return true;
    default:
      return false;
  }
}

}  // namespace faultline
