// The lesson of the open scenario, step by step: what to look at, a question to predict, and the answer of the run.
//
// A step with a time stands at it: going on runs the simulation until there. A question is answered by the run itself, as
// soon as it has come far enough; until then no answer exists. The run can be steered freely all the while.
#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "base/time.h"

class QLabel;
class QPushButton;
class QRadioButton;
class QVBoxLayout;

namespace faultline {

class Document;
class RunBridge;
class Selection;
struct LessonStep;

class LessonPanel : public QWidget {
  Q_OBJECT

 public:
  LessonPanel(Document& document, Selection& selection, RunBridge& run, QWidget* parent = nullptr);

  bool hasLesson() const;
  std::size_t step() const { return step_; }
  bool isAnswered() const { return answered_; }
  // The words of the answers with what the run says of each, once it has.
  QStringList answerTexts() const;

 public Q_SLOTS:
  void goOn();    // the next step
  void goBack();
  void predict(int choice);
  void reveal();  // runs until the run can answer, then shows what it says

 Q_SIGNALS:
  void lessonChanged(bool hasLesson);

 private:
  const LessonStep* current() const;
  void begin();
  void showStep();
  void highlight();
  void showQuestion(const LessonStep& step);
  void answerIfPossible();
  void refreshButtons();

  Document& document_;
  Selection& selection_;
  RunBridge& run_;
  std::size_t step_ = 0;
  int predicted_ = -1;
  bool wantsAnswer_ = false, answered_ = false;
  QLabel *count_, *title_, *text_, *question_, *outcome_;
  QVBoxLayout* choices_;
  std::vector<QRadioButton*> buttons_;
  QPushButton *back_, *reveal_, *next_;
};

}  // namespace faultline
