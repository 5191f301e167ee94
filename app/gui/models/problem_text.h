// The first of some problems as a sentence for people.
#pragma once

#include <QString>

#include "base/diagnostic.h"

namespace faultline {

// "there is no db (did you mean db_1?)". REQUIRES at least one problem.
QString firstProblem(const Diagnostics& problems);

}  // namespace faultline
