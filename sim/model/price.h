// What a node costs by the hour: the same two parameters wherever somebody sends a bill.
//
// A kind that is paid for has `price` among its parameters, `call_price`, or both; the sampler finds them by name, so that
// a new kind needs nothing else. Cost = price x instances + call_price x calls / 1e6, in whatever currency is written.
// Leaves out: what data costs that is stored or moved, discounts, and the hour that a started one is charged as.
#pragma once

#include "model/descriptor.h"

namespace faultline {

inline constexpr const char* kPriceName = "price";
inline constexpr const char* kCallPriceName = "call_price";

// Of a member `double price = 0` and `double callPrice = 0`.
template <auto Member>
constexpr ParamInfo priceParam() {
  return param<Member>(kPriceName, "Price", range(0, 1e6), "What one instance costs in an hour, in any currency.");
}
template <auto Member>
constexpr ParamInfo callPriceParam() {
  return param<Member>(kCallPriceName, "Price of calls", range(0, 1e6), "What a million calls cost, in any currency.");
}

}  // namespace faultline
