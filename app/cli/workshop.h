// What a workshop's commands share: tries that go to the scoreboard.
#pragma once

#include "cli/commands.h"
#include "teaching/scoreboard.h"

namespace faultline::cli {

// Adds a try of the seat, now, where there is a scoreboard. The exit status.
int keepTry(const WorkshopOptions& options, Try t);

}  // namespace faultline::cli
