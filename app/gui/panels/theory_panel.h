// What queueing theory says of the selected node beside what the run measured.
#pragma once

#include <QWidget>

class QLabel;
class QTreeView;

namespace faultline {

class Diagnosis;
class RunBridge;
class Selection;
class StudyRequest;
class TheoryModel;

class TheoryPanel : public QWidget {
  Q_OBJECT

 public:
  TheoryPanel(Selection& selection, RunBridge& run, Diagnosis& diagnosis, QWidget* parent = nullptr);

  TheoryModel& model() { return *model_; }

 private:
  void showStudy();
  void showState();

  Selection& selection_;
  Diagnosis& diagnosis_;
  TheoryModel* model_;
  QTreeView* view_;
  QLabel *title_, *note_;
  StudyRequest* request_;
};

}  // namespace faultline
