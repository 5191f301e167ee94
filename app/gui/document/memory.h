// Where the program keeps what it remembers from one start to the next. Empty paths: it remembers nothing, as in tests.
#pragma once

#include <QSettings>
#include <QString>

namespace faultline {

struct Memory {
  QString settingsFile;    // recent files, windows; may be lost without harm
  QString recoveryFolder;  // unsaved work
  QString progressFile;    // how far somebody is in the lessons; the command line keeps it, too

  // Below the user's folders for settings and for state (XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_DATA_HOME).
  static Memory ofUser();
  bool isKept() const { return !settingsFile.isEmpty(); }
  // REQUIRES isKept().
  QSettings settings() const { return QSettings(settingsFile, QSettings::IniFormat); }
};

}  // namespace faultline
