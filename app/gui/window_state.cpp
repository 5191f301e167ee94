#include "gui/window_state.h"

#include <QMainWindow>

namespace faultline {

namespace {

// Another number when docks come or go: what was kept with other docks does not fit.
constexpr int kVersion = 1;

QString geometryKey() { return QStringLiteral("window/geometry"); }
QString docksKey() { return QStringLiteral("window/docks"); }

}  // namespace

WindowState::WindowState(QMainWindow& window, Memory memory)
    : window_(window), memory_(std::move(memory)), initial_(window.saveState(kVersion)) {}

void WindowState::restore() {
  if (!memory_.isKept()) return;
  const QSettings settings = memory_.settings();
  window_.restoreGeometry(settings.value(geometryKey()).toByteArray());
  window_.restoreState(settings.value(docksKey()).toByteArray(), kVersion);
}

void WindowState::save() const {
  if (!memory_.isKept()) return;
  QSettings settings(memory_.settingsFile, QSettings::IniFormat);
  settings.setValue(geometryKey(), window_.saveGeometry());
  settings.setValue(docksKey(), window_.saveState(kVersion));
}

void WindowState::reset() { window_.restoreState(initial_, kVersion); }

}  // namespace faultline
