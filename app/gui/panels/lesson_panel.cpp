#include "gui/panels/lesson_panel.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "analysis/lesson.h"
#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/models/lesson_language.h"
#include "gui/models/library.h"
#include "gui/models/progress.h"
#include "gui/panels/language_button.h"
#include "gui/panels/lesson_page.h"
#include "gui/panels/step_bar.h"
#include "gui/run/run_bridge.h"
#include "gui/style/format.h"
#include "teaching/lesson_texts.h"

namespace faultline {

LessonPanel::LessonPanel(Document& document, Selection& selection, RunBridge& run, Progress& progress,
                         LessonLanguage& language, QWidget* parent)
    : QWidget(parent), document_(document), selection_(selection), run_(run), progress_(progress), language_(language) {
  setObjectName(QStringLiteral("lessonPanel"));
  none_ = new QLabel(tr("This scenario has no lesson."), this);
  none_->setObjectName(QStringLiteral("muted"));
  page_ = new LessonPage(this);
  bar_ = new StepBar(this);
  auto* top = new QHBoxLayout;
  top->addWidget(bar_);
  top->addWidget(none_);
  top->addStretch();
  top->addWidget(new LanguageButton(language, this));
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setWidget(page_);
  stops_ = new QCheckBox(this);
  stops_->setObjectName(QStringLiteral("stopsAtSteps"));
  stops_->setChecked(true);
  stops_->setToolTip(tr("Playing stands still where the next step has something to ask."));
  again_ = new QPushButton(tr("Start again from here"), this);
  again_->setToolTip(tr("Runs anew up to this step and stands there: change something, or play on as you like."));
  back_ = new QPushButton(tr("Back"), this);
  reveal_ = new QPushButton(tr("Run and see"), this);
  reveal_->setToolTip(tr("Runs on until the question can be answered, and shows what the run says."));
  onward_ = new QPushButton(tr("Next"), this);
  auto* bar = new QHBoxLayout;
  bar->addWidget(back_);
  bar->addStretch();
  bar->addWidget(reveal_);
  bar->addWidget(onward_);
  auto* layout = new QVBoxLayout(this);
  layout->addLayout(top);
  layout->addWidget(scroll, 1);
  layout->addWidget(stops_);
  layout->addWidget(again_);
  layout->addLayout(bar);

  connect(bar_, &StepBar::chosen, this, &LessonPanel::goTo);
  connect(back_, &QPushButton::clicked, this, &LessonPanel::goBack);
  connect(reveal_, &QPushButton::clicked, this, &LessonPanel::reveal);
  connect(onward_, &QPushButton::clicked, this, &LessonPanel::goOn);
  connect(again_, &QPushButton::clicked, this, &LessonPanel::startHere);
  connect(page_, &LessonPage::chosen, this, &LessonPanel::predict);
  connect(page_, &LessonPage::resumeWanted, this, [this] { goTo(static_cast<int>(progress_.at(name_).step) - 1); });
  connect(stops_, &QCheckBox::toggled, this, &LessonPanel::aim);
  connect(&document_, &Document::replaced, this, &LessonPanel::begin);
  connect(&document_, &Document::changed, this, [this] {
    if (lesson().size() != tries_.size()) begin();
  });
  connect(&language_, &LessonLanguage::changed, this, &LessonPanel::retell);
  connect(&run_, &RunBridge::runStarted, this, &LessonPanel::forgetAnswers);
  connect(&run_, &RunBridge::samplesGrew, this, &LessonPanel::answerIfPossible);
  connect(&run_, &RunBridge::statusChanged, this, &LessonPanel::followRun);
  connect(&run_, &RunBridge::finished, this, &LessonPanel::answerIfPossible);
  begin();
}

const std::vector<LessonStep>& LessonPanel::lesson() const { return document_.scenario().lesson; }

bool LessonPanel::hasLesson() const { return !lesson().empty(); }

const LessonStep* LessonPanel::current() const { return step_ < lesson().size() ? &lesson()[step_] : nullptr; }

bool LessonPanel::isAnswered() const { return step_ < tries_.size() && tries_[step_].answered; }

SimTime LessonPanel::timeOf(std::size_t step) const {
  for (std::size_t i = std::min(step + 1, lesson().size()); i-- > 0;)
    if (lesson()[i].at) return *lesson()[i].at;
  return {};
}

QString LessonPanel::told(const std::string& english) const { return QString::fromStdString(texts_.of(english)); }

// ------------------------------------------------------------- going through it

void LessonPanel::begin() {
  step_ = 0;
  isBegun_ = false;
  tries_.assign(lesson().size(), {});
  name_ = hasLesson() ? progressName(document_.scenario(), document_.filePath()) : QString();
  progress_.refresh();
  aim();
  retell();
  Q_EMIT lessonChanged(hasLesson());
}

void LessonPanel::retell() {
  texts_ = pageTexts(document_.filePath().toStdString(), language_.code().toStdString());
  QStringList titles;
  for (const LessonStep& step : lesson()) titles << told(step.title);
  bar_->setSteps(titles);
  showStep();
  answerIfPossible();
}

void LessonPanel::goOn() { goTo(static_cast<int>(step_) + 1); }

void LessonPanel::goBack() { goTo(static_cast<int>(step_) - 1); }

void LessonPanel::goTo(int step) {
  if (step < 0 || step >= static_cast<int>(lesson().size())) return;
  enter(static_cast<std::size_t>(step));
  stand();
}

void LessonPanel::enter(std::size_t step) {
  isBegun_ = true;
  step_ = step;
  progress_.reach(name_, step_ + 1, lesson().size());
  showStep();
  highlight();
  aim();
  answerIfPossible();
}

// The run is at the time of the step, or shows it: what has been simulated since is kept.
void LessonPanel::stand() {
  const SimTime time = timeOf(step_);
  if (run_.now() < time)
    run_.runUntil(time);
  else if (run_.hasRun() && run_.now() > time) {
    run_.pause();
    run_.viewAt(time);
  }
}

void LessonPanel::startHere() {
  isBegun_ = true;
  run_.reset();
  aim();
  if (const SimTime time = timeOf(step_); time.ns > 0) run_.runUntil(time);
}

// Playing stops at the next step with a time of its own.
void LessonPanel::aim() {
  stop_ = 0;
  for (std::size_t i = step_ + 1; i < lesson().size() && stop_ == 0; ++i)
    if (lesson()[i].at && timeOf(step_) < *lesson()[i].at) stop_ = i;
  const bool stops = isBegun_ && stops_->isChecked() && stop_ > 0;
  run_.stopAt(stops ? SimTime{*lesson()[stop_].at} : kNever);
  stops_->setVisible(isBegun_ && stop_ > 0);
  if (stop_ > 0) stops_->setText(tr("Stop at step %1 (%2)").arg(stop_ + 1).arg(format::clock(*lesson()[stop_].at)));
}

void LessonPanel::followRun() {
  const bool hasStopped = run_.update().isAtStop && stop_ > 0 && run_.now() == *lesson()[stop_].at;
  if (!hasStopped) return answerIfPossible();
  enter(stop_);
  Q_EMIT reached();
}

// ------------------------------------------------------------- what is shown

void LessonPanel::showStep() {
  const LessonStep* step = current();
  bar_->setVisible(step != nullptr);
  none_->setVisible(step == nullptr);
  const std::size_t seen = progress_.at(name_).step;
  if (step == nullptr) {
    page_->showStory({}, {}, 0);
    page_->showStep({}, -1);
    return refreshButtons();
  }
  bar_->show(static_cast<int>(step_), static_cast<int>(std::max(seen, isBegun_ ? step_ + 1 : 0)));
  const bool isFirst = step_ == 0, isLeft = isFirst && seen > 1 && seen <= lesson().size();
  page_->showStory(isFirst ? told(document_.scenario().name) : QString(),
                   LessonLanguage::flowing(told(document_.scenario().description)),
                   isLeft ? static_cast<int>(seen) : 0);
  LessonPage::Words words{told(step->title), {}, told(step->text), told(step->question), {}};
  if (step->at) words.place = told("The run stands still at") + QLatin1Char(' ') + format::clock(*step->at);
  for (const LessonChoice& choice : step->choices) words.choices << told(choice.text);
  // A question that is asked again is answered again, by the same run.
  tries_[step_].answered = false;
  page_->showStep(words, tries_[step_].predicted);
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

void LessonPanel::predict(int choice) {
  const LessonStep* step = current();
  if (step == nullptr || isAnswered() || choice < 0 || choice >= static_cast<int>(step->choices.size())) return;
  tries_[step_].predicted = choice;
  page_->choose(choice);
  refreshButtons();
}

void LessonPanel::reveal() {
  const LessonStep* step = current();
  if (step == nullptr || step->question.empty()) return;
  const SimTime until = answeredAt(document_.scenario(), *step);
  if (run_.now() < until) run_.runUntil(until);
  tries_[step_].wantsAnswer = true;  // after the run has begun, which forgets what was asked of another one
  answerIfPossible();
}

// Another run says its own; who was shown an answer has to run to the next one.
void LessonPanel::forgetAnswers() {
  for (Try& t : tries_) t.wantsAnswer = t.answered = false;
  if (tries_.size() == lesson().size()) showStep();
}

// The run has to be that of the scenario that is asked about: another one answers other questions.
void LessonPanel::answerIfPossible() {
  const LessonStep* step = current();
  if (step == nullptr || step_ >= tries_.size() || !run_.hasRun()) return;
  if (!tries_[step_].wantsAnswer || tries_[step_].answered) return;
  const Scenario& scenario = run_.runScenario();
  const SimTime until = answeredAt(document_.scenario(), *step);
  const Series& series = run_.shown().series;
  if (run_.now() < until || series.times.empty() || scenario.lesson != lesson()) return;
  if (until >= scenario.duration && !run_.update().summary) return;
  const Summary summary = run_.update().summary ? *run_.update().summary : Summary{};
  showAnswer(lessonAnswers(scenario, series, summary)[step_]);
}

void LessonPanel::showAnswer(const LessonAnswer& answer) {
  tries_[step_].answered = true;
  QStringList lines;
  for (const std::string& measured : answer.measured) lines << QString::fromStdString(measured);
  if (!answer.revealed.empty()) lines << QString::fromStdString(answer.revealed);
  lines.removeDuplicates();
  if (const int predicted = tries_[step_].predicted; predicted >= 0)
    lines.prepend(answer.isRight[static_cast<std::size_t>(predicted)] ? tr("You were right.")
                                                                      : tr("The run says otherwise."));
  page_->showAnswer(answer.isRight, lines.join(QLatin1Char('\n')));
  refreshButtons();
}

QStringList LessonPanel::answerTexts() const { return page_->answerTexts(); }

void LessonPanel::refreshButtons() {
  const LessonStep* step = current();
  const bool asks = step != nullptr && !step->question.empty() && !isAnswered();
  back_->setEnabled(step_ > 0);
  reveal_->setVisible(step != nullptr && !step->question.empty());
  // Who has not predicted learns nothing from the answer.
  reveal_->setEnabled(asks && (step->choices.empty() || tries_[step_].predicted >= 0));
  onward_->setEnabled(step_ + 1 < lesson().size());
  again_->setVisible(step != nullptr && run_.hasRun());
}

}  // namespace faultline
