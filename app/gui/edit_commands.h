// What the commands of the Edit menu do to the document, with canvas, selection and clipboard.
#pragma once

#include <QObject>
#include <QPointF>

#include "base/diagnostic.h"
#include "gui/document/edits.h"

namespace faultline {

class MainWindow;

class EditCommands : public QObject {
  Q_OBJECT

 public:
  explicit EditCommands(MainWindow& window);

  // Which of the commands can be given now.
  void refresh();

 private:
  void connectClipboard();
  void connectDrawing();
  void copy();
  edits::Names chosenNodes() const;
  void paste();
  void remove();
  void duplicate();
  void group();
  void ungroup();
  void warn(const Diagnostics& problems);

  MainWindow& window_;
};

}  // namespace faultline
