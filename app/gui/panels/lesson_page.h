// What a lesson says at one of its steps: the story first, then the step, its question with the answers on offer, and
// what the run says of them.
#pragma once

#include <QWidget>
#include <vector>

class QLabel;
class QPushButton;
class QRadioButton;
class QVBoxLayout;

namespace faultline {

class LessonPage : public QWidget {
  Q_OBJECT

 public:
  explicit LessonPage(QWidget* parent = nullptr);

  // Above the first step; without a name there is none. `resumeAt` is the step to go on with, from 1; 0 for none.
  void showStory(const QString& name, const QString& story, int resumeAt);
  struct Words {
    QString title, place, text, question;
    QStringList choices;
  };
  // `predicted` is the answer that was chosen, -1 for none.
  void showStep(const Words& words, int predicted);
  void showAnswer(const std::vector<bool>& isRight, const QString& outcome);
  void choose(int choice);
  QStringList answerTexts() const;

 Q_SIGNALS:
  void chosen(int choice);
  void resumeWanted();

 private:
  QLabel *name_, *story_, *title_, *place_, *text_, *question_, *outcome_;
  QPushButton* resume_;
  QVBoxLayout* choices_;
  std::vector<QRadioButton*> buttons_;
};

}  // namespace faultline
