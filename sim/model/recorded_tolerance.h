// How far a simulated figure may be from a recorded one.
//
// Thread safety: values and a pure function.
#pragma once

#include <optional>
#include <string>

#include "model/expectation.h"

namespace faultline {

struct Tolerance {
  bool isShare = false;  // of the recorded figure; otherwise in the base unit of what is measured
  double most = 0;
};

// "5%" is a share of the recorded figure whatever is measured; a quantity must be one of the dimension.
inline std::optional<Tolerance> parseTolerance(const std::string& text, Dimension dimension) {
  const bool isShare = text.ends_with('%');
  const auto most = quantityOf(text, isShare ? Dimension::Number : dimension);
  if (!most || *most < 0) return std::nullopt;
  return Tolerance{isShare, *most};
}

}  // namespace faultline
