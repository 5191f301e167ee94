// The words for themes in settings and on the command line.
#pragma once

#include <QString>

#include "gui/style/theme.h"

namespace faultline {

QString themeName(Theme::Mode mode);
// System for any other word.
Theme::Mode themeNamed(const QString& name);

}  // namespace faultline
