// A workshop in one panel: the clock of the round, the seat, what is guessed while faults are hidden, and the
// scoreboard.
#pragma once

#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableWidget;

namespace faultline {

class Selection;
class Workshop;

class WorkshopPanel : public QWidget {
  Q_OBJECT

 public:
  WorkshopPanel(Workshop& workshop, Selection& selection, QWidget* parent = nullptr);

 Q_SIGNALS:
  // What may need to ask first is the window's.
  void sitWanted(const QString& name, bool hidesFaults);
  void revealWanted();
  void leaveWanted();
  void boardWanted();

 private:
  QWidget* buildSeat();
  QWidget* buildGuess();
  QWidget* buildRound();
  void connectAll();
  void guess();
  void showSelection();
  void offerVerbs();
  void refresh();
  void refreshBoard();

  Workshop& workshop_;
  Selection& selection_;
  QWidget *free_, *taken_, *guessing_;
  QLabel *clock_, *clockHint_, *who_, *outcome_, *boardName_, *nobody_;
  QLineEdit* name_;
  QCheckBox* hides_;
  QPushButton *sit_, *leave_, *reveal_, *guess_, *choose_, *open_;
  QComboBox *place_, *verb_;
  QSpinBox* minutes_;
  QTableWidget* table_;
};

}  // namespace faultline
