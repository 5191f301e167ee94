// The lesson of the open scenario, step by step: what to look at, a question to predict, and the answer of the run.
//
// A step with a time stands at it: going on runs the simulation until there, and playing on from a step stops at the
// next one. A question is answered by the run itself, as soon as it has come far enough; until then no answer exists.
// The run can be steered freely all the while, and begun anew at any step. What is told is in the language of the
// lessons; the document is not touched.
#pragma once

#include <QWidget>
#include <vector>

#include "base/time.h"
#include "io/translation.h"

class QCheckBox;
class QLabel;
class QPushButton;

namespace faultline {

class Document;
class LessonLanguage;
class LessonPage;
class Progress;
class RunBridge;
class Selection;
class StepBar;
struct LessonAnswer;
struct LessonStep;

class LessonPanel : public QWidget {
  Q_OBJECT

 public:
  LessonPanel(Document& document, Selection& selection, RunBridge& run, Progress& progress, LessonLanguage& language,
              QWidget* parent = nullptr);

  bool hasLesson() const;
  std::size_t step() const { return step_; }
  bool isAnswered() const;
  // The words of the answers with what the run says of each, once it has.
  QStringList answerTexts() const;
  // Where a step stands: its own time, or that of the nearest one before it that has one.
  SimTime timeOf(std::size_t step) const;

 public Q_SLOTS:
  void goOn();    // the next step
  void goBack();
  void goTo(int step);
  void predict(int choice);
  void reveal();  // runs until the run can answer, then shows what it says
  void startHere();  // runs anew up to this step

 Q_SIGNALS:
  void lessonChanged(bool hasLesson);
  // The run stopped at a step: there is something to read.
  void reached();

 private:
  // What somebody has said and asked to see, by step.
  struct Try {
    int predicted = -1;
    bool wantsAnswer = false, answered = false;
  };
  const std::vector<LessonStep>& lesson() const;
  const LessonStep* current() const;
  QString told(const std::string& english) const;
  void begin();
  void retell();
  void enter(std::size_t step);
  void stand();
  void showStep();
  void highlight();
  void showAnswer(const LessonAnswer& answer);
  void followRun();
  void forgetAnswers();
  void answerIfPossible();
  void aim();
  void refreshButtons();

  Document& document_;
  Selection& selection_;
  RunBridge& run_;
  Progress& progress_;
  LessonLanguage& language_;
  Translation texts_;
  QString name_;  // what progress knows the lesson by
  std::size_t step_ = 0;
  std::size_t stop_ = 0;  // the step that playing on stops at; 0 for none
  bool isBegun_ = false;  // who only opened a file is not stopped
  std::vector<Try> tries_;
  StepBar* bar_;
  LessonPage* page_;
  QLabel* none_;
  QCheckBox* stops_;
  QPushButton *again_, *back_, *reveal_, *onward_;
};

}  // namespace faultline
