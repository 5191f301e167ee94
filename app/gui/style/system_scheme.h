// Whether the desktop wants dark windows. Qt 6.4 does not say, so the desktop portal is asked over D-Bus (key
// org.freedesktop.appearance color-scheme); without a portal, the lightness of the system's palette decides.
#pragma once

#include <functional>

class QObject;
class QPalette;

namespace faultline {

// REQUIRES the palette of a program that has not set its own.
bool systemPrefersDark(const QPalette& systemPalette);
// Calls back on the window's thread whenever the desktop changes its mind, as long as `receiver` lives.
void onSystemSchemeChange(QObject* receiver, std::function<void(bool dark)> callback);

}  // namespace faultline
