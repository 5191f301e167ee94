// Shows the language that lessons are told in, and offers the others. Hidden where there is only one.
#pragma once

#include <QToolButton>

namespace faultline {

class LessonLanguage;

class LanguageButton : public QToolButton {
  Q_OBJECT

 public:
  explicit LanguageButton(LessonLanguage& language, QWidget* parent = nullptr);

 private:
  void refresh();

  LessonLanguage& language_;
};

}  // namespace faultline
