// What became of one line of `expect:`.
#pragma once

#include <string>

namespace faultline {

struct ExpectationResult {
  std::string text;  // as written
  bool passed = false;
  std::string measured;  // the values that were compared
};

}  // namespace faultline
