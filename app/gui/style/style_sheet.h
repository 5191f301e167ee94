// What the palette cannot say about widgets: radii, lines, tabs. One text for the whole program.
#pragma once

#include <QString>

namespace faultline {

class Theme;

QString styleSheet(const Theme& theme);

}  // namespace faultline
