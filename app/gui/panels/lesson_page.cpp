#include "gui/panels/lesson_page.h"

#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

#include "gui/panels/choice_button.h"

namespace faultline {

namespace {

QLabel* wrapped(QWidget* parent, const char* name) {
  auto* label = new QLabel(parent);
  label->setObjectName(QString::fromLatin1(name));
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

QLabel* heading(QWidget* parent, const char* name) {
  QLabel* label = wrapped(parent, name);
  QFont font = label->font();
  font.setBold(true);
  label->setFont(font);
  return label;
}

void say(QLabel* label, const QString& text) {
  label->setText(text);
  label->setVisible(!text.isEmpty());
}

}  // namespace

LessonPage::LessonPage(QWidget* parent) : QWidget(parent) {
  name_ = heading(this, "lessonScenario");
  story_ = wrapped(this, "lessonStory");
  title_ = heading(this, "lessonTitle");
  place_ = wrapped(this, "muted");
  text_ = wrapped(this, "lessonText");
  text_->setTextFormat(Qt::MarkdownText);
  question_ = heading(this, "lessonQuestion");
  outcome_ = wrapped(this, "lessonOutcome");
  resume_ = new QPushButton(this);
  resume_->setObjectName(QStringLiteral("resumeLesson"));
  connect(resume_, &QPushButton::clicked, this, &LessonPage::resumeWanted);
  choices_ = new QVBoxLayout;
  auto* content = new QVBoxLayout(this);
  content->setContentsMargins(0, 4, 0, 4);
  for (QWidget* w : std::initializer_list<QWidget*>{name_, story_, resume_, title_, place_, text_, question_})
    content->addWidget(w);
  content->addLayout(choices_);
  content->addWidget(outcome_);
  content->addStretch();
}

void LessonPage::showStory(const QString& name, const QString& story, int resumeAt) {
  say(name_, name);
  say(story_, name.isEmpty() ? QString() : story);
  resume_->setVisible(resumeAt > 0);
  resume_->setText(tr("Go on with step %1").arg(resumeAt));
}

void LessonPage::showStep(const Words& words, int predicted) {
  say(title_, words.title);
  say(place_, words.place);
  say(text_, words.text);
  say(question_, words.question);
  say(outcome_, {});
  for (QRadioButton* button : buttons_) {
    button->hide();
    button->deleteLater();
  }
  buttons_.clear();
  for (const QString& choice : words.choices) {
    auto* button = new ChoiceButton(choice, this);
    const auto index = static_cast<int>(buttons_.size());
    connect(button, &QRadioButton::clicked, this, [this, index] { Q_EMIT chosen(index); });
    choices_->addWidget(button);
    button->setChecked(index == predicted);
    buttons_.push_back(button);
  }
}

void LessonPage::choose(int choice) { buttons_[static_cast<std::size_t>(choice)]->setChecked(true); }

void LessonPage::showAnswer(const std::vector<bool>& isRight, const QString& outcome) {
  for (std::size_t i = 0; i < buttons_.size(); ++i) {
    buttons_[i]->setText((isRight[i] ? QStringLiteral("\u2713  ") : QStringLiteral("\u2717  ")) + buttons_[i]->text());
    // To be read, not to be chosen any more; what is disabled would be grey.
    buttons_[i]->setAttribute(Qt::WA_TransparentForMouseEvents);
    buttons_[i]->setFocusPolicy(Qt::NoFocus);
    QFont font = buttons_[i]->font();
    font.setBold(isRight[i]);
    buttons_[i]->setFont(font);
  }
  say(outcome_, outcome);
}

QStringList LessonPage::answerTexts() const {
  QStringList texts;
  for (const QRadioButton* button : buttons_) texts << button->text();
  return texts;
}

}  // namespace faultline
