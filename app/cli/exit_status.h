// What the program's exit status says.
#pragma once

namespace faultline::cli {

inline constexpr int kFine = 0;
// The answer is no: an expectation failed or a run stopped early (run, verify), a recorded fingerprint or a lesson does
// not hold (verify), there are risks (review), a challenge is not mastered (grade), a guess is wrong (guess).
inline constexpr int kFailed = 1;
// Bad input or usage, or output that cannot be written.
inline constexpr int kBadInput = 2;
// Ended by a signal: this plus its number, so 130 for Ctrl-C.
inline constexpr int kSignalled = 128;

}  // namespace faultline::cli
