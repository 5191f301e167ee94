#include "model/common_reasons.h"

#include <iterator>

namespace faultline {

std::span<const ReasonInfo> commonReasons() {
  static constexpr ReasonInfo kReasons[] = {
      {"timeout", Outcome::Timeout, "This caller's timeout for the call expired."},
      {"connection_refused", Outcome::Unavailable, "The target was down."},
      {"connection_lost", Outcome::Unavailable, "The target crashed, or the connection broke, while it held the call."},
      {"no_target", Outcome::Unavailable, "There was no target to call."},
      {"pool_exhausted", Outcome::Rejected, "No pooled connection became free in time, or too many calls waited."},
      {"deadline_exceeded", Outcome::Timeout, "The operation's deadline had passed before work on it began."},
      {"injected_error", Outcome::Error, "The fault `errors` of the timeline."},
      {"cancelled", Outcome::Error, "The caller had given up and asked to stop."},
  };
  static_assert(std::size(kReasons) == static_cast<std::size_t>(CommonReason::kCount));
  return kReasons;
}

const ReasonInfo* findReason(const ComponentInfo& kind, std::string_view name) {
  for (const std::span<const ReasonInfo> reasons : {commonReasons(), kind.reasons})
    for (const ReasonInfo& reason : reasons)
      if (name == reason.name) return &reason;
  return nullptr;
}

}  // namespace faultline
