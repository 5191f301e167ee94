#include "gui/panels/lesson_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "analysis/lesson.h"
#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/run/run_bridge.h"

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

}  // namespace

LessonPanel::LessonPanel(Document& document, Selection& selection, RunBridge& run, QWidget* parent)
    : QWidget(parent), document_(document), selection_(selection), run_(run) {
  setObjectName(QStringLiteral("lessonPanel"));
  auto* page = new QWidget(this);
  count_ = wrapped(page, "muted");
  title_ = heading(page, "lessonTitle");
  text_ = wrapped(page, "lessonText");
  text_->setTextFormat(Qt::MarkdownText);
  question_ = heading(page, "lessonQuestion");
  outcome_ = wrapped(page, "lessonOutcome");
  choices_ = new QVBoxLayout;
  back_ = new QPushButton(tr("Back"), this);
  reveal_ = new QPushButton(tr("Run and see"), this);
  reveal_->setToolTip(tr("Runs on until the question can be answered, and shows what the run says."));
  next_ = new QPushButton(tr("Next"), this);

  auto* content = new QVBoxLayout(page);
  for (QWidget* w : {count_, title_, text_, question_}) content->addWidget(w);
  content->addLayout(choices_);
  content->addWidget(outcome_);
  content->addStretch();
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setWidget(page);
  auto* bar = new QHBoxLayout;
  bar->addWidget(back_);
  bar->addStretch();
  bar->addWidget(reveal_);
  bar->addWidget(next_);
  auto* layout = new QVBoxLayout(this);
  layout->addWidget(scroll, 1);
  layout->addLayout(bar);

  connect(back_, &QPushButton::clicked, this, &LessonPanel::goBack);
  connect(reveal_, &QPushButton::clicked, this, &LessonPanel::reveal);
  connect(next_, &QPushButton::clicked, this, &LessonPanel::goOn);
  connect(&document_, &Document::replaced, this, &LessonPanel::begin);
  connect(&run_, &RunBridge::samplesGrew, this, &LessonPanel::answerIfPossible);
  connect(&run_, &RunBridge::statusChanged, this, &LessonPanel::answerIfPossible);
  connect(&run_, &RunBridge::finished, this, &LessonPanel::answerIfPossible);
  begin();
}

bool LessonPanel::hasLesson() const { return !document_.scenario().lesson.empty(); }

const LessonStep* LessonPanel::current() const {
  const std::vector<LessonStep>& lesson = document_.scenario().lesson;
  return step_ < lesson.size() ? &lesson[step_] : nullptr;
}

void LessonPanel::begin() {
  step_ = 0;
  showStep();
  Q_EMIT lessonChanged(hasLesson());
}

void LessonPanel::goOn() {
  if (step_ + 1 >= document_.scenario().lesson.size()) return;
  ++step_;
  showStep();
  highlight();
  if (const LessonStep* step = current(); step->at && run_.now() < *step->at) run_.runUntil(*step->at);
}

void LessonPanel::goBack() {
  if (step_ == 0) return;
  --step_;
  showStep();
  highlight();
}

void LessonPanel::showStep() {
  predicted_ = -1;
  wantsAnswer_ = answered_ = false;
  for (QRadioButton* button : buttons_) button->deleteLater();
  buttons_.clear();
  outcome_->clear();
  const LessonStep* step = current();
  if (step == nullptr) {
    count_->setText(tr("This scenario has no lesson."));
    for (QLabel* label : {title_, text_, question_}) label->clear();
    return refreshButtons();
  }
  count_->setText(tr("Step %1 of %2").arg(step_ + 1).arg(document_.scenario().lesson.size()));
  title_->setText(QString::fromStdString(step->title));
  text_->setText(QString::fromStdString(step->text));
  showQuestion(*step);
  refreshButtons();
}

// Only when somebody goes through the lesson: who opens a file has selected nothing.
void LessonPanel::highlight() {
  const LessonStep* step = current();
  if (step == nullptr) return;
  Selection::Names nodes, edges;
  for (const std::string& name : step->highlight) {
    // Of a metric, what it is measured at.
    const std::string owner = document_.scenario().findNode(name) ? name : name.substr(0, name.find('.'));
    if (document_.scenario().findNode(owner) != nullptr) nodes.insert(owner);
    for (const EdgeSpec& edge : document_.scenario().edges)
      if (edge.name() == name || edge.name() == owner) edges.insert(edge.name());
  }
  if (!step->highlight.empty()) selection_.set(nodes, edges);
}

void LessonPanel::showQuestion(const LessonStep& step) {
  question_->setText(QString::fromStdString(step.question));
  question_->setVisible(!step.question.empty());
  for (std::size_t i = 0; i < step.choices.size(); ++i) {
    auto* button = new QRadioButton(QString::fromStdString(step.choices[i].text), this);
    connect(button, &QRadioButton::clicked, this, [this, i] { predict(static_cast<int>(i)); });
    choices_->addWidget(button);
    buttons_.push_back(button);
  }
}

void LessonPanel::predict(int choice) {
  if (answered_ || choice < 0 || choice >= static_cast<int>(buttons_.size())) return;
  predicted_ = choice;
  buttons_[static_cast<std::size_t>(choice)]->setChecked(true);
  refreshButtons();
}

void LessonPanel::reveal() {
  const LessonStep* step = current();
  if (step == nullptr || step->question.empty()) return;
  wantsAnswer_ = true;
  const SimTime until = answeredAt(document_.scenario(), *step);
  if (run_.now() < until) run_.runUntil(until);
  answerIfPossible();
}

// The run has to be that of the scenario that is asked about: another one answers other questions.
void LessonPanel::answerIfPossible() {
  const LessonStep* step = current();
  if (!wantsAnswer_ || answered_ || step == nullptr || !run_.hasRun()) return;
  const Scenario& scenario = run_.runScenario();
  const SimTime until = answeredAt(document_.scenario(), *step);
  const Series& series = run_.shown().series;
  if (run_.now() < until || series.times.empty() || scenario.lesson != document_.scenario().lesson) return;
  const bool needsSummary = until >= scenario.duration;
  if (needsSummary && !run_.update().summary) return;
  const Summary summary = run_.update().summary ? *run_.update().summary : Summary{};
  const LessonAnswer answer = lessonAnswers(scenario, series, summary)[step_];
  answered_ = true;
  QStringList lines;
  for (std::size_t i = 0; i < buttons_.size(); ++i) {
    buttons_[i]->setText((answer.isRight[i] ? QStringLiteral("\u2713  ") : QStringLiteral("\u2717  ")) +
                         QString::fromStdString(step->choices[i].text));
    buttons_[i]->setEnabled(false);
    lines << QString::fromStdString(answer.measured[i]);
  }
  if (!answer.revealed.empty()) lines << QString::fromStdString(answer.revealed);
  lines.removeDuplicates();
  if (predicted_ >= 0)
    lines.prepend(answer.isRight[static_cast<std::size_t>(predicted_)] ? tr("You were right.") : tr("The run says otherwise."));
  outcome_->setText(lines.join(QLatin1Char('\n')));
  refreshButtons();
}

QStringList LessonPanel::answerTexts() const {
  QStringList texts;
  for (const QRadioButton* button : buttons_) texts << button->text();
  return texts;
}

void LessonPanel::refreshButtons() {
  const LessonStep* step = current();
  const bool asks = step != nullptr && !step->question.empty() && !answered_;
  back_->setEnabled(step_ > 0);
  reveal_->setVisible(step != nullptr && !step->question.empty());
  // Who has not predicted learns nothing from the answer.
  reveal_->setEnabled(asks && (step->choices.empty() || predicted_ >= 0));
  next_->setEnabled(step_ + 1 < document_.scenario().lesson.size());
}

}  // namespace faultline
