// The part of the reference that says which columns a time series has and what they mean.
#pragma once

#include <string>

namespace faultline {

// Markdown. Thread safety: pure function.
std::string seriesReference();

}  // namespace faultline
