// Makes up parameter values from their descriptors, so that a test of all kinds need not know one of them.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/random.h"
#include "model/descriptor.h"
#include "model/scenario.h"

namespace faultline {

class ValueSource {
 public:
  ValueSource(std::uint64_t seed, std::string_view purpose) : luck_(seed, "values", purpose) {}

  RandomStream& luck() { return luck_; }
  bool chance(double p) { return luck_.chance(p); }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(luck_.below(n)); }

  // A value of ordinary size that the descriptor allows: near `usual` where that is set. Unset where nothing can be
  // made up (the name of a file, a text with a meaning of its own). `names` are what a Text may hold.
  Value ordinary(const ParamInfo& info, const Value& usual, const Scenario& scenario,
                 std::span<const std::string_view> names = {});
  // Ordinary values for a share of the parameters (all required ones among them). `defaults` may be null.
  ValueMap ordinaryFields(std::span<const ParamInfo> params, const ValueMap& defaults, const Scenario& scenario,
                          double share, std::span<const std::string_view> names = {});

 private:
  double near(double usual, const ParamInfo& info);
  Distribution distribution(double mean);
  Value list(const ParamInfo& info, const Scenario& scenario);

  RandomStream luck_;
};

// The end of what the descriptor allows; unset where a type has no order.
Value extremeValue(const ParamInfo& info, bool greatest, const Scenario& scenario);

}  // namespace faultline
