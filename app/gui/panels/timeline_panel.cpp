#include "gui/panels/timeline_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/document/alert_edits.h"
#include "gui/document/document.h"
#include "gui/models/chart_plan.h"
#include "gui/panels/action_dialog.h"
#include "gui/panels/branch.h"
#include "gui/panels/timeline_track.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"
#include "model/alert_rule.h"

namespace faultline {

namespace {

constexpr int kGutterRoom = 10;

QString scrubHint() { return TimelinePanel::tr("drag to scrub · double-click to add"); }

}  // namespace

QString wordsOf(const Alert& alert) {
  const QString owner = QString::fromStdString(ownerOfColumn(alert.column));
  const QString metric = QString::fromStdString(metricOfColumn(alert.column));
  switch (alert.rule.kind) {
    case AlertRule::Kind::ErrorShare:
      return TimelinePanel::tr("%1: %2 of the operations fail (limit %3)")
          .arg(owner, format::ratio(alert.value), format::ratio(alert.rule.limit));
    case AlertRule::Kind::Latency:
      return TimelinePanel::tr("%1: %2 is %3 (limit %4)")
          .arg(owner, metric, format::value(alert.value, "ms"), format::value(alert.rule.limit, "ms"));
    case AlertRule::Kind::Growth:
      return TimelinePanel::tr("%1: %2 has been growing for %3, now %4")
          .arg(owner, metric, format::duration(alert.rule.window), format::count(alert.value));
    case AlertRule::Kind::Metric:
      break;
  }
  return TimelinePanel::tr("%1: %2 is %3 (limit %4)")
      .arg(owner, metric, format::value(alert.value, alert.unit), format::value(alert.rule.limit, alert.unit));
}

TimelinePanel::TimelinePanel(Document& document, RunBridge& run, Branch& branch, QWidget* parent)
    : QWidget(parent), document_(document), run_(run), branch_(branch), model_(new TimelineModel(document, this)),
      track_(new TimelineTrack(*model_)),
      watch_(alertRules(document.scenario())) {
  setObjectName(QStringLiteral("timeline"));
  auto* all = new QHBoxLayout(this);
  all->setContentsMargins(12, 4, 0, 2);
  all->setSpacing(6);
  buildGutter();
  all->addWidget(track_, 1);
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);

  connect(&run_, &RunBridge::frameShown, this, &TimelinePanel::showState);
  connect(&run_, &RunBridge::statusChanged, this, &TimelinePanel::showState);
  connect(&run_, &RunBridge::samplesGrew, this, &TimelinePanel::updateAlerts);
  const auto showLiveActions = [this] { model_->setLiveActions(run_.liveActions(), run_.runScenario()); };
  connect(&run_, &RunBridge::liveActionsChanged, this, showLiveActions);
  connect(&document_, &Document::changed, this, [this] {
    updateRules();
    showState();
  });
  connect(&document_, &Document::replaced, this, &TimelinePanel::updateRules);
  connect(&branch_, &Branch::changed, this, &TimelinePanel::showState);
  connect(&Theme::instance(), &Theme::changed, this, [this] {
    fitGutter();
    showState();
  });

  connect(track_, &TimelineTrack::seekWanted, &run_, &RunBridge::viewAt);
  connect(track_, &TimelineTrack::liveWanted, &run_, &RunBridge::viewLive);
  connect(track_, &TimelineTrack::moveWanted, this, &TimelinePanel::moveAction);
  connect(track_, &TimelineTrack::editWanted, this, &TimelinePanel::editAction);
  connect(track_, &TimelineTrack::addWanted, this, &TimelinePanel::addAction);
  connect(track_, &TimelineTrack::ruleWanted, this, [this](int alert) { Q_EMIT rulesWanted(ruleOf(alert)); });
  connect(track_, &TimelineTrack::removeWanted, this, &TimelinePanel::removeAction);
  connect(track_, &TimelineTrack::menuWanted, this, &TimelinePanel::openMenu);
  showLiveActions();
  showState();
}

void TimelinePanel::buildGutter() {
  title_ = new QLabel(tr("Timeline"));
  hint_ = new QLabel(scrubHint());
  hint_->setObjectName(QStringLiteral("hint"));
  live_ = new QPushButton(tr("Live"));
  live_->setObjectName(QStringLiteral("live"));
  live_->setToolTip(tr("Follows the run again (End)."));
  connect(live_, &QPushButton::clicked, &run_, &RunBridge::viewLive);
  branchButton_ = new QPushButton(tr("Branch"));
  branchButton_->setObjectName(QStringLiteral("branch"));
  connect(branchButton_, &QPushButton::clicked, this, [this] {
    if (branch_.isActive()) branch_.end();
    else branch_.start();
  });
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(6);
  buttons->addWidget(live_);
  buttons->addWidget(branchButton_);
  buttons->addStretch();
  auto* gutter = new QVBoxLayout;
  gutter->setSpacing(2);
  gutter->addWidget(title_);
  gutter->addWidget(hint_);
  gutter->addLayout(buttons);
  gutter->addStretch();
  gutter_ = new QWidget;
  gutter->setContentsMargins(0, 2, 0, 0);
  gutter_->setLayout(gutter);
  static_cast<QHBoxLayout*>(layout())->addWidget(gutter_);
  fitGutter();
}

void TimelinePanel::fitGutter() {
  title_->setFont(Theme::instance().textFont(Type::Name));
  hint_->setFont(Theme::instance().textFont(Type::Base, 0.86));
  gutter_->setFixedWidth(hint_->fontMetrics().horizontalAdvance(scrubHint()) + kGutterRoom);
}

void TimelinePanel::showState() {
  track_->setRun(run_.now(), run_.duration());
  track_->setPlayhead(run_.viewTime(), run_.isLive());
  track_->setBranch(branch_.at());
  QPalette palette = hint_->palette();
  palette.setColor(QPalette::WindowText, colorOf(run_.isLive() ? Tone::Muted : Tone::Degraded));
  hint_->setPalette(palette);
  hint_->setText(run_.isLive() ? scrubHint() : tr("viewing %1").arg(format::clock(run_.viewTime())));
  live_->setEnabled(!run_.isLive());
  branchButton_->setText(branch_.isActive() ? tr("End branch") : tr("Branch"));
  branchButton_->setToolTip(branch_.isActive()
                                ? tr("Forgets the run that was kept as the baseline.")
                                : tr("Keeps this run as the baseline and runs again up to the shown instant: change one thing there, play, and "
                                     "the charts draw both futures."));
  branchButton_->setEnabled(branch_.isActive() || !run_.shown().series.times.empty());
}

void TimelinePanel::updateAlerts(int firstNewRow) {
  if (firstNewRow == 0) watch_.reset();
  watch_.update(run_.shown().series);
  model_->setAlerts(watch_.alerts(), wordsOf);
}

void TimelinePanel::updateRules() {
  const std::vector<AlertRule> rules = alertRules(document_.scenario());
  if (rules == watch_.rules()) return;
  watch_ = AlertWatch(rules);
  updateAlerts(0);
}

int TimelinePanel::ruleOf(int alert) const {
  const Scenario& scenario = document_.scenario();
  const std::vector<MetricColumn> columns = metricColumns(scenario);
  const std::span<const AlertSpec> specs = alertSpecs(scenario);
  const auto rule = std::find_if(specs.begin(), specs.end(), [&](const AlertSpec& spec) {
    return parseAlertRule(spec, scenario, columns).value == watch_.alerts()[static_cast<std::size_t>(alert)].rule;
  });
  return rule == specs.end() ? -1 : static_cast<int>(rule - specs.begin());
}

// ------------------------------------------------------------- edits

void TimelinePanel::apply(const QString& label, const Edit& edit) {
  for (const Diagnostic& diagnostic : document_.apply(label, edit))
    if (diagnostic.severity == Diagnostic::Severity::Error) return Q_EMIT problem(QString::fromStdString(toString(diagnostic)));
}

void TimelinePanel::moveAction(int index, SimTime to) { apply(tr("Move action"), edits::moveAction(static_cast<std::size_t>(index), to)); }

void TimelinePanel::removeAction(int index) { apply(tr("Remove action"), edits::removeActions({static_cast<std::size_t>(index)})); }

void TimelinePanel::addAction(SimTime at) {
  ActionDialog dialog(document_, Action{at, "note", {}, {}}, -1, this);
  dialog.setWindowTitle(tr("Add an action"));
  dialog.exec();
}

void TimelinePanel::editAction(int index) {
  const auto place = static_cast<std::size_t>(index);
  if (place >= document_.scenario().timeline.size()) return;
  ActionDialog dialog(document_, document_.scenario().timeline[place], index, this);
  dialog.setWindowTitle(tr("Edit the action"));
  dialog.exec();
}

void TimelinePanel::openMenu(QPoint global, SimTime at, int action) {
  QMenu menu(this);
  const auto add = [&](const QString& text, auto&& what, bool enabled = true) {
    QAction* entry = menu.addAction(text);
    entry->setEnabled(enabled);
    connect(entry, &QAction::triggered, this, what);
  };
  if (action >= 0) {
    const Action copied = document_.scenario().timeline[static_cast<std::size_t>(action)];
    add(tr("Edit…"), [this, action] { editAction(action); });
    add(tr("Duplicate"), [this, copied] { apply(tr("Duplicate action"), edits::addAction(copied)); });
    add(tr("Move to the shown instant"), [this, action] { moveAction(action, run_.viewTime()); });
    add(tr("Remove"), [this, action] { removeAction(action); });
    menu.addSeparator();
    at = copied.at;
  } else {
    add(tr("Add an action at %1…").arg(format::clock(at)), [this, at] { addAction(at); });
    menu.addSeparator();
  }
  add(tr("Show %1").arg(format::clock(at)), [this, at] { run_.viewAt(at); }, at <= run_.now());
  add(tr("Run to %1").arg(format::clock(at)), [this, at] { run_.runUntil(at); }, at > run_.now());
  add(tr("Branch at %1").arg(format::clock(at)), [this, at] { branch_.start(at); },
      at <= run_.now() && !run_.shown().series.times.empty());
  menu.addSeparator();
  add(tr("Keep what was done live"), [this] { run_.keepLiveActions(); }, run_.canKeepLiveActions());
  add(tr("Add an alert…"), [this] { Q_EMIT rulesWanted(-1); });
  menu.exec(global);
}

}  // namespace faultline
