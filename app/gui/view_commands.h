// What the View menu does to the canvas and to the look of the window.
#pragma once

#include <QObject>

#include "gui/document/memory.h"

namespace faultline {

class CanvasView;
class MainWindow;

class ViewCommands : public QObject {
  Q_OBJECT

 public:
  // `memory` keeps the theme.
  ViewCommands(MainWindow& window, const Memory& memory);

 private:
  void connectZoom();
  void connectThemes();
  void connectPresenter();

  MainWindow& window_;
  CanvasView& canvas_;
  const Memory memory_;
};

}  // namespace faultline
