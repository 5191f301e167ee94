// Where the window and its docks stand, kept between starts, and the way back to how they come.
#pragma once

#include <QByteArray>

#include "gui/document/memory.h"

class QMainWindow;

namespace faultline {

class WindowState {
 public:
  // REQUIRES a window with all its docks, as they are to come.
  WindowState(QMainWindow& window, Memory memory);

  void restore();
  void save() const;
  // All docks as they come.
  void reset();

 private:
  QMainWindow& window_;
  Memory memory_;
  QByteArray initial_;
};

}  // namespace faultline
