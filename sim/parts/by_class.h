// A distribution for each request class, resolved once from names to class numbers.
#pragma once

#include <vector>

#include "engine/component.h"

namespace faultline {

// By name, before a run.
inline const Distribution& distributionOf(const PerClass& from, std::string_view className) {
  for (const auto& [name, d] : from.byClass)
    if (name == className) return d;
  return from.base;
}

class ByClass {
 public:
  ByClass() = default;
  ByClass(const Context& ctx, const PerClass& from) : table_(ctx.classCount(), from.base) {
    for (std::uint32_t c = 0; c < ctx.classCount(); ++c)
      for (const auto& [name, d] : from.byClass)
        if (name == ctx.requestClass(static_cast<std::uint16_t>(c)).name) table_[c] = d;
    for (const Distribution& d : table_) anyNonZero_ |= !d.isZero();
  }
  const Distribution& of(std::uint16_t klass) const { return table_[klass]; }
  bool isZero() const { return !anyNonZero_; }

 private:
  std::vector<Distribution> table_;
  bool anyNonZero_ = false;
};

}  // namespace faultline
