// The challenge of the open scenario: what is to be reached and within which limits, hints one at a time, and the grade
// over seeds that nobody has seen.
#pragma once

#include <QWidget>

#include "io/translation.h"

class QLabel;
class QPushButton;

namespace faultline {

class Challenge;
class Document;
class LessonLanguage;
class WorkBar;

class ChallengePanel : public QWidget {
  Q_OBJECT

 public:
  ChallengePanel(Document& document, Challenge& challenge, LessonLanguage& language, QWidget* parent = nullptr);

  // How many hints are shown.
  std::size_t hints() const { return hints_; }
  QPushButton& hintButton() { return *hint_; }
  QPushButton& gradeButton() { return *grade_; }

 private:
  void build();
  void begin();
  void retell();
  void refresh();
  void refreshHints();
  void refreshState();
  QString limits() const;
  QString objectives() const;
  QString verdict() const;
  QString row(int mark, const QString& text, const QString& figure) const;

  Document& document_;
  Challenge& challenge_;
  LessonLanguage& language_;
  Translation texts_;
  std::size_t hints_ = 0;
  QLabel *name_, *story_, *limits_, *objectives_, *hintTexts_, *verdict_;
  QPushButton *hint_, *grade_;
  WorkBar* work_;
};

}  // namespace faultline
