// What would have prevented the incident: changes of the design ranked by what they would have saved, ready to be applied.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QTreeView;

namespace faultline {

class Branch;
class Diagnosis;
class Document;
class Prevention;
class PreventionModel;
class RunBridge;
class WorkBar;

class PreventionPanel : public QWidget {
  Q_OBJECT

 public:
  PreventionPanel(Document& document, RunBridge& run, Branch& branch, Diagnosis& diagnosis, QWidget* parent = nullptr);

  PreventionModel& model() { return *model_; }
  QTreeView& view() { return *view_; }
  // Tries the changes, after an explanation if there is none of the present run.
  void find();
  void applyCurrent();

 private:
  void showResult();
  void showState();
  void runAgain();
  void onStudy();
  QString headline() const;

  Document& document_;
  RunBridge& run_;
  Branch& branch_;
  Diagnosis& diagnosis_;
  Prevention* prevention_;
  PreventionModel* model_;
  QTreeView* view_;
  QLabel *title_, *note_;
  QPushButton *find_, *apply_, *again_;
  WorkBar* work_;
  QString said_;         // about the last change that was applied
  bool wanted_ = false;    // as soon as there is an explanation
  bool outdated_ = false;  // what was found is of the run before
};

}  // namespace faultline
