#include "gui/panels/fault_tab.h"

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "base/quantity.h"
#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/models/problem_text.h"
#include "gui/panels/calm_combo_box.h"
#include "gui/panels/param_editors.h"
#include "gui/run/run_bridge.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr std::int64_t kMostInstancesListed = 200;

}  // namespace

FaultCard::FaultCard(const FaultEntry& entry, const Scenario& scenario, QWidget* parent)
    : QWidget(parent), entry_(entry) {
  setObjectName(QString::fromStdString("fault " + entry.verb));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(6, 0, 8, 0);
  layout->setSpacing(0);
  auto* title = title_ = new QPushButton(this);
  title->setObjectName(QStringLiteral("title"));
  title->setText(entry.label);
  title->setToolTip(QStringLiteral("<p>%1</p>").arg(entry.help.toHtmlEscaped()));
  title->setAccessibleDescription(entry.help);
  title->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  title->setFlat(true);
  title->setStyleSheet(QStringLiteral(
      "QPushButton:!hover { background: transparent; } QPushButton { text-align: left; padding: 6px; }"));
  layout->addWidget(title);
  connect(title, &QPushButton::clicked, this, &FaultCard::openWanted);
  body_ = new QWidget(this);
  layout->addWidget(body_);
  build(scenario);
  body_->hide();
  setEnabled(!entry.targets.empty());
  if (entry.targets.empty()) title->setToolTip(QString::fromStdString(entry.why));
}

void FaultCard::build(const Scenario& scenario) {
  auto* form = new QFormLayout(body_);
  form->setContentsMargins(12, 0, 4, 12);
  form->setVerticalSpacing(5);
  form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
  auto* help = new QLabel(entry_.help, body_);
  help->setObjectName(QStringLiteral("muted"));
  help->setWordWrap(true);
  form->addRow(help);
  const std::string first = entry_.targets.empty() ? std::string() : entry_.targets.front();
  if (const std::int64_t count = entry_.targets.size() == 1 ? instancesOf(scenario, first) : 1;
      count > 1 && !entry_.isOfKind) {
    instance_ = new CalmComboBox(body_);
    instance_->addItem(tr("all"));
    for (std::int64_t i = 0; i < count && i < kMostInstancesListed; ++i)
      instance_->addItem(QString::fromStdString(first + '[' + std::to_string(i) + ']'));
    form->addRow(tr("Instance"), instance_);
  }
  values_.reserve(entry_.fields.size());
  for (const ParamInfo& described : entry_.fields) {
    ParamInfo info = described;
    info.optional = !described.required;  // what need not be given can be none
    const Value value = firstValue(scenario, first, described);
    const std::size_t index = values_.size();
    values_.push_back(value);
    ParamEditor* editor = makeParamEditor(info, body_);
    editor->setScenario(scenario);
    editor->show(value, false);
    editor->setToolTip(QStringLiteral("<p>%1</p>").arg(QString::fromUtf8(info.help).toHtmlEscaped()));
    editor->input()->setAccessibleName(QString::fromUtf8(info.label));
    connect(editor, &ParamEditor::entered, this, [this, editor, index](const Value& entered) {
      values_[index] = entered;
      editor->show(entered, false);
      setMessage({}, false);
    });
    connect(editor, &ParamEditor::rejected, this, [this](const QString& why) { setMessage(why, true); });
    connect(editor, &ParamEditor::emptied, this, [this, editor, index] { editor->showAnyway(values_[index], false); });
    connect(editor, &ParamEditor::givenUp, this, [this, editor, index] {
      editor->showAnyway(values_[index], false);
      setMessage({}, false);
    });
    form->addRow(QString::fromUtf8(info.label), editor);
    fields_.push_back(editor);
  }
  auto* now = new QPushButton(tr("Now"), body_);
  now->setObjectName(QStringLiteral("now"));
  now->setToolTip(tr("Does it in the run, at the present instant."));
  auto* later = new QPushButton(tr("Schedule at"), body_);
  later->setObjectName(QStringLiteral("schedule"));
  later->setToolTip(tr("Puts it on the timeline of the scenario."));
  time_ = new QLineEdit(body_);
  time_->setObjectName(QStringLiteral("time"));
  time_->setAccessibleName(tr("Time of the schedule"));
  time_->setMaximumWidth(72);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(6);
  buttons->addWidget(now);
  buttons->addStretch();
  buttons->addWidget(later);
  buttons->addWidget(time_);
  form->addRow(buttons);
  message_ = new QLabel(body_);
  message_->setWordWrap(true);
  message_->hide();
  form->addRow(message_);
  connect(now, &QPushButton::clicked, this, &FaultCard::nowWanted);
  connect(later, &QPushButton::clicked, this, &FaultCard::scheduleWanted);
  connect(time_, &QLineEdit::returnPressed, this, &FaultCard::scheduleWanted);
}

void FaultCard::setOpen(bool open) { body_->setVisible(open); }
void FaultCard::setIcon(const QIcon& icon) { title_->setIcon(icon); }
bool FaultCard::isOpen() const { return body_->isVisibleTo(this); }
bool FaultCard::isPending() const {
  return std::any_of(fields_.begin(), fields_.end(), [](const ParamEditor* editor) { return editor->isPending(); });
}
QString FaultCard::timeText() const { return time_->text().trimmed(); }
void FaultCard::proposeTime(const QString& text) { time_->setText(text); }

void FaultCard::setMessage(const QString& text, bool isError) {
  message_->setText(text);
  message_->setVisible(!text.isEmpty());
  QPalette palette = message_->palette();
  palette.setColor(QPalette::WindowText, colorOf(isError ? Tone::Failing : Tone::Ok));
  message_->setPalette(palette);
}

ParamEditor* FaultCard::field(const std::string& name) const {
  for (ParamEditor* editor : fields_)
    if (editor->info().name == name) return editor;
  return nullptr;
}

Action FaultCard::action(const std::string& target) const {
  Action action{{}, entry_.verb, target, {}};
  if (instance_ != nullptr && instance_->currentIndex() > 0) action.target = instance_->currentText().toStdString();
  for (std::size_t i = 0; i < fields_.size(); ++i)
    if (values_[i].isSet()) action.args.set(fields_[i]->info().name, values_[i]);
  return action;
}

// ------------------------------------------------------------- the tab

FaultTab::FaultTab(Document& document, Selection& selection, RunBridge& run, QWidget* parent)
    : QScrollArea(parent), document_(document), selection_(selection), run_(run) {
  setObjectName(QStringLiteral("faultTab"));
  setWidgetResizable(true);
  setFrameShape(NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* content = new QWidget(this);
  content->setObjectName(QStringLiteral("form"));
  layout_ = new QVBoxLayout(content);
  layout_->setContentsMargins(0, 6, 0, 6);
  layout_->setSpacing(1);
  hint_ = new QLabel(tr("Select a node or an arrow to break it."), content);
  hint_->setObjectName(QStringLiteral("muted"));
  hint_->setAlignment(Qt::AlignCenter);
  hint_->setWordWrap(true);
  layout_->addWidget(hint_);
  layout_->addStretch();
  setWidget(content);
  connect(&selection, &Selection::changed, this, &FaultTab::rebuildIfSeen);
  connect(&document, &Document::changed, this, [this](const ScenarioDiff& diff) {
    if (diff.changesGraph() || diff.kinds || !diff.params.empty() || diff.classes) rebuildIfSeen();
  });
  connect(&document, &Document::replaced, this, &FaultTab::rebuildIfSeen);
  connect(&Theme::instance(), &Theme::changed, this, &FaultTab::refreshIcons);
}

void FaultTab::rebuildIfSeen() {
  isOld_ = true;
  if (isVisible()) rebuild();
}

void FaultTab::showEvent(QShowEvent* event) {
  QScrollArea::showEvent(event);
  if (isOld_) rebuild();
}

FaultCard* FaultTab::card(const std::string& verb) const {
  for (FaultCard* card : cards_)
    if (card->entry().verb == verb) return card;
  return nullptr;
}

void FaultTab::rebuild() {
  isOld_ = false;
  std::string open;
  for (FaultCard* card : cards_) {
    if (card->isOpen()) open = card->entry().verb;
    card->hide();
    card->setParent(nullptr);
    card->deleteLater();
  }
  cards_.clear();
  const Scenario& scenario = document_.scenario();
  for (const FaultEntry& entry : faultEntries(scenario, selection_.nodeList(), selection_.edgeList())) {
    auto* card = new FaultCard(entry, scenario, widget());
    layout_->insertWidget(static_cast<int>(cards_.size()), card);
    card->setOpen(entry.verb == open);
    const SimTime at = run_.hasRun() ? run_.viewTime() : SimTime{scenario.duration.ns / 3};
    // Whole seconds: nobody schedules nanoseconds.
    card->proposeTime(QString::fromStdString(formatDuration(seconds(at.ns / 1'000'000'000))));
    connect(card, &FaultCard::openWanted, this, [this, card] {
      const bool opens = !card->isOpen();
      for (FaultCard* other : cards_) other->setOpen(other == card && opens);
      refreshIcons();
    });
    connect(card, &FaultCard::nowWanted, this, [this, card] { doNow(*card); });
    connect(card, &FaultCard::scheduleWanted, this, [this, card] { schedule(*card); });
    cards_.push_back(card);
  }
  hint_->setVisible(cards_.empty());
  refreshIcons();
}

void FaultTab::refreshIcons() {
  const Theme& theme = Theme::instance();
  for (FaultCard* card : cards_)
    card->setIcon(theme.icon(card->isOpen() ? QStringLiteral("chevron_down") : QStringLiteral("chevron_right"),
                             colorOf(Tone::Muted)));
}

void FaultTab::doNow(FaultCard& card) {
  if (card.isPending()) return;
  for (const std::string& target : card.entry().targets) {
    const Action action = card.action(target);
    // The run knows the scenario that it was started with.
    const Scenario& scenario = run_.hasRun() ? run_.runScenario() : document_.scenario();
    if (const Diagnostics problems = checkAction(scenario, action); hasErrors(problems))
      return card.setMessage(firstProblem(problems), true);
  }
  if (!run_.hasRun() && !document_.canRun())
    return card.setMessage(tr("The scenario has problems and cannot run."), true);
  if (run_.state() == RunState::Finished || run_.state() == RunState::Stopped)
    return card.setMessage(tr("The run is over: play it again, or schedule this."), true);
  for (const std::string& target : card.entry().targets) run_.post(card.action(target));
  card.setMessage(tr("Done at %1.").arg(format::clock(run_.now())), false);
}

void FaultTab::schedule(FaultCard& card) {
  if (card.isPending()) return;
  const auto at = parseDuration(card.timeText().toStdString());
  if (!at.value) return card.setMessage(tr("The time must be %1.").arg(QString::fromStdString(at.problem)), true);
  std::vector<Edit> all;
  for (const std::string& target : card.entry().targets) {
    Action action = card.action(target);
    action.at = SimTime{at.value->ns};
    all.push_back(edits::addAction(std::move(action)));
  }
  const Diagnostics problems =
      document_.apply(tr("Schedule %1").arg(card.entry().label), edits::together(std::move(all)));
  if (hasErrors(problems)) return card.setMessage(firstProblem(problems), true);
  card.setMessage(tr("On the timeline at %1.").arg(format::clock(SimTime{at.value->ns})), false);
}

}  // namespace faultline
