// How models write numbers: with functions that they are given, because they do not know the window's style.
#pragma once

#include <QString>
#include <string>

#include "base/time.h"

namespace faultline {

struct NumberText {
  QString (*value)(double number, const std::string& unit);
  QString (*clock)(SimTime time);
};

}  // namespace faultline
