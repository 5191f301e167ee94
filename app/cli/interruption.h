// Ctrl-C (SIGINT) and SIGTERM as a question that a run asks between its steps.
//
// The first signal is remembered, a second one ends the program at once. Signal state belongs to the process, so only
// the program's main thread installs it; asking is safe from any thread.
#pragma once

namespace faultline::cli {

void watchForInterruption();
// The signal that arrived, or 0.
int interruption();

}  // namespace faultline::cli
