// What the program's exit status says.
#pragma once

namespace faultline::cli {

inline constexpr int kFine = 0;
// An expectation failed, or the run stopped before its end because it grew without bound.
inline constexpr int kFailed = 1;
// Bad input or usage, or output that cannot be written.
inline constexpr int kBadInput = 2;
// Ended by a signal: this plus its number, so 130 for Ctrl-C.
inline constexpr int kSignalled = 128;

}  // namespace faultline::cli
