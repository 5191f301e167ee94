#include "gui/style/theme_name.h"

namespace faultline {

QString themeName(Theme::Mode mode) {
  switch (mode) {
    case Theme::Mode::Dark:
      return QStringLiteral("dark");
    case Theme::Mode::Light:
      return QStringLiteral("light");
    case Theme::Mode::System:
      break;
  }
  return QStringLiteral("system");
}

Theme::Mode themeNamed(const QString& name) {
  for (const Theme::Mode mode : {Theme::Mode::Dark, Theme::Mode::Light})
    if (name == themeName(mode)) return mode;
  return Theme::Mode::System;
}

}  // namespace faultline
