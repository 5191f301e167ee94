// The workshop beside the canvas: its panel, the round's clock in the status bar, and what has to be asked before a
// scenario is put away or comes back.
#pragma once

#include <QObject>

class QDockWidget;
class QLabel;

namespace faultline {

class Challenge;
class MainWindow;
class Workshop;
class WorkshopPanel;

class WorkshopCommands : public QObject {
  Q_OBJECT

 public:
  WorkshopCommands(MainWindow& window, Challenge& challenge);

  Workshop& workshop() { return *workshop_; }
  WorkshopPanel& panel() { return *panel_; }

 Q_SIGNALS:
  // Something was done here that brought other panels to the front.
  void wanted();

 private:
  void sit(const QString& name, bool hidesFaults);
  void reveal();
  void leave();
  void chooseBoard();
  void showClock();

  MainWindow& window_;
  Workshop* workshop_;
  WorkshopPanel* panel_;
  QLabel* clock_;
};

}  // namespace faultline
