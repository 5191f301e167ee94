#include "gui/panels/what_broke_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QVBoxLayout>

#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/models/stage_model.h"
#include "gui/panels/stage_delegate.h"
#include "gui/panels/study_request.h"
#include "gui/panels/work_bar.h"
#include "gui/run/diagnosis.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"
#include "metrics/explanation_text.h"

namespace faultline {

namespace {

QString escaped(const std::string& text) { return QString::fromStdString(text).toHtmlEscaped(); }

QString paragraph(const QString& title, const QString& text) {
  return QStringLiteral("<p style='margin:0 0 6px 0'><b>%1</b> %2</p>").arg(title, text);
}

// Where to see it: its metric or, where that was derived from several, the one that shows it best.
std::vector<std::string> columnsOf(const Observation& o) {
  const std::string& name = o.place.name;
  switch (o.aspect) {
    case Aspect::UserGoodput:
      return {o.metric, name + ".goodput"};
    case Aspect::Failing:
    case Aspect::FailsToo:
    case Aspect::UserFailures:
      return {o.metric, name + ".failed"};
    case Aspect::Queue:
      return {o.metric, name + ".queue"};
    case Aspect::Demand:
      return {o.metric, name + ".arrivals", name + ".offered"};
    default:
      return {o.metric, name + ".latency_p99", name + ".p99", name + ".latency_mean"};
  }
}

QString stageName(const Explanation& e, std::size_t stage) {
  return QStringLiteral("%1 (%2)").arg(escaped(e.stages[stage].main().place.name)).arg(stage + 1);
}

QString misleadingText(const Explanation& e, const SystemStory& system) {
  QStringList parts;
  if (system.loudest) parts << WhatBrokePanel::tr("the loudest change, %1").arg(stageName(e, *system.loudest));
  if (system.latest && system.latest != system.loudest)
    parts << WhatBrokePanel::tr("the latest, %1").arg(stageName(e, *system.latest));
  return parts.join(WhatBrokePanel::tr(" and "));
}

QString recoveryText(const Explanation& e, const SystemStory& system) {
  const auto over = [&](const std::optional<SimTime>& healed) {
    return healed ? WhatBrokePanel::tr("over at %1").arg(format::clock(*healed))
                  : WhatBrokePanel::tr("still there at %1").arg(format::clock(e.end));
  };
  QString text = WhatBrokePanel::tr("trigger %1, harm %2.").arg(over(system.triggerHealed), over(system.harmHealed));
  if (!system.outlivedItsTrigger) return text;
  QStringList sustained;
  for (const std::size_t stage : system.sustainedBy) sustained << stageName(e, stage);
  text += QLatin1Char(' ') + WhatBrokePanel::tr("The overload outlived its trigger by %1")
                                 .arg(format::duration(system.harmHealed.value_or(e.end) - *system.triggerHealed));
  if (!sustained.isEmpty()) text += WhatBrokePanel::tr(", sustained by %1").arg(sustained.join(QStringLiteral(", ")));
  return text + QLatin1Char('.');
}

QString asidesText(const Explanation& e) {
  QStringList lines;
  for (const Observation& o : e.asides)
    lines << format::clock(o.onset) + QLatin1Char(' ') + escaped(observationText(o));
  return lines.mid(0, 5).join(QStringLiteral("; "));
}

QString summaryOf(const Explanation& e) {
  QString text;
  for (const SystemStory& system : e.systems) {
    const QString of = e.systems.size() > 1 ? escaped(system.name) + QStringLiteral(": ") : QString();
    if (const QString misleading = misleadingText(e, system); !misleading.isEmpty())
      text += paragraph(of + WhatBrokePanel::tr("Consequences, not causes:"), misleading + QLatin1Char('.'));
    text += paragraph(of + WhatBrokePanel::tr("Recovery:"), recoveryText(e, system));
  }
  // Beside an incident they would only distract.
  if (!e.broke && !e.asides.empty())
    text += paragraph(WhatBrokePanel::tr("Changed too, and harmed nobody:"), asidesText(e));
  return text;
}

QString verdictOf(const RunStudy& study) {
  const Explanation& e = study.explanation;
  // The run may have gone on since, and broken.
  if (!e.broke)
    return study.isOver() ? WhatBrokePanel::tr("Nothing broke.")
                          : WhatBrokePanel::tr("Nothing broke up to %1.").arg(format::shortClock(study.upTo));
  QStringList beginnings;
  for (const SystemStory& system : e.systems) {
    QStringList triggers;
    for (std::size_t s = system.first; s < system.first + system.count; ++s)
      if (e.stages[s].isTrigger) triggers << QString::fromStdString(e.stages[s].main().place.name);
    triggers.removeDuplicates();
    if (!system.sharedPlace.empty())
      triggers = {WhatBrokePanel::tr("%1 in %2").arg(triggers.join(WhatBrokePanel::tr(" and ")), QString::fromStdString(system.sharedPlace))};
    beginnings << triggers.join(WhatBrokePanel::tr(", then "));
  }
  return WhatBrokePanel::tr("It began at %1.").arg(beginnings.join(WhatBrokePanel::tr("; beside it at ")));
}

}  // namespace

WhatBrokePanel::WhatBrokePanel(Document& document, Selection& selection, RunBridge& run, Diagnosis& diagnosis,
                               QWidget* parent)
    : QWidget(parent),
      document_(document),
      selection_(selection),
      run_(run),
      diagnosis_(diagnosis),
      model_(new StageModel(this)) {
  setObjectName(QStringLiteral("whatBrokePanel"));
  setMinimumWidth(270);
  verdict_ = new QLabel(this);
  verdict_->setWordWrap(true);
  basis_ = new QLabel(this);
  basis_->setObjectName(QStringLiteral("muted"));
  basis_->setWordWrap(true);
  request_ = new StudyRequest({QStringLiteral("explain"), tr("Explain the run up to %1"), tr("Looking closer")}, run,
                              diagnosis, *this);
  connect(request_, &StudyRequest::wanted, &diagnosis, &Diagnosis::explain);
  view_ = new QListView(this);
  view_->setObjectName(QStringLiteral("stages"));
  view_->setAccessibleName(tr("Stages of the incident"));
  view_->setModel(model_);
  view_->setItemDelegate(new StageDelegate(view_));
  view_->setResizeMode(QListView::Adjust);
  view_->setVerticalScrollMode(QListView::ScrollPerPixel);
  view_->setMouseTracking(true);
  view_->setFrameShape(QFrame::NoFrame);
  connect(view_, &QListView::clicked, this, &WhatBrokePanel::choose);
  connect(view_, &QListView::activated, this, &WhatBrokePanel::choose);
  summary_ = new QLabel(this);
  summary_->setObjectName(QStringLiteral("summary"));
  summary_->setWordWrap(true);
  summary_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  prevent_ = new QPushButton(tr("What would have prevented it?"), this);
  prevent_->setObjectName(QStringLiteral("prevent"));
  prevent_->setToolTip(
      tr("Runs the incident again with one change after the other and ranks what they would have saved."));
  connect(prevent_, &QPushButton::clicked, this, &WhatBrokePanel::preventionWanted);

  auto* head = new QVBoxLayout;
  head->setContentsMargins(14, 12, 14, 4);
  head->setSpacing(6);
  head->addWidget(verdict_);
  head->addWidget(basis_);
  head->addWidget(request_->button());
  auto* foot = new QVBoxLayout;
  foot->setContentsMargins(14, 8, 14, 12);
  foot->setSpacing(12);
  foot->addWidget(summary_);
  foot->addWidget(prevent_);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(head);
  layout->addWidget(request_->work());
  layout->addWidget(view_, 1);
  layout->addLayout(foot);
  layout->addStretch();

  connect(&diagnosis, &Diagnosis::changed, this, &WhatBrokePanel::showStudy);
  connect(&diagnosis, &Diagnosis::stateChanged, this, &WhatBrokePanel::showState);
  connect(&run, &RunBridge::statusChanged, this, &WhatBrokePanel::showState);
  connect(&run, &RunBridge::finished, this, &WhatBrokePanel::explainWhenOver);
  connect(&Theme::instance(), &Theme::changed, this, [this] {
    view_->doItemsLayout();
    showState();
  });
  showStudy();
}

QString WhatBrokePanel::summary() const { return verdict_->text() + QLatin1Char('\n') + summary_->text(); }

void WhatBrokePanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  explainWhenOver();
}

// While the run goes on, what is known changes with every second: it is explained when somebody asks.
void WhatBrokePanel::explainWhenOver() {
  const bool isOver = run_.state() == RunState::Finished || run_.state() == RunState::Stopped;
  if (isVisible() && isOver && !diagnosis_.background().isRunning()) diagnosis_.explain();
}

void WhatBrokePanel::showStudy() {
  const RunStudy* study = diagnosis_.study();
  model_->setExplanation(study != nullptr ? study->explanation : Explanation());
  view_->setVisible(model_->rowCount() > 0);
  summary_->setText(study != nullptr ? summaryOf(study->explanation) : QString());
  summary_->setVisible(!summary_->text().isEmpty());
  prevent_->setVisible(study != nullptr && study->explanation.broke);
  showState();
}

void WhatBrokePanel::showState() {
  const RunStudy* study = diagnosis_.study();
  verdict_->setFont(Theme::instance().font(Type::Headline));
  verdict_->setText(study != nullptr ? verdictOf(*study) : tr("What broke?"));
  if (study == nullptr)
    basis_->setText(
        tr("Finds what broke first, what followed from it and what misleads, from the run's metrics and the "
           "architecture alone. It does not look at the faults that were injected."));
  else
    basis_->setText(tr("Explained up to %1.").arg(format::shortClock(study->upTo)));
  basis_->setToolTip(study == nullptr
                         ? QString()
                         : tr("Compared with what was usual from %1 to %2, by samples every %3.")
                               .arg(format::clock(study->explanation.healthyFrom),
                                    format::clock(study->explanation.healthyTo), format::duration(study->sampled)));
  request_->show(study != nullptr);
}

void WhatBrokePanel::choose(const QModelIndex& index) {
  if (!index.isValid()) return;
  select(index.data(StageModel::PlaceRole).toString(), index.data(StageModel::IsEdgeRole).toBool());
  run_.viewAt({index.data(StageModel::OnsetRole).toLongLong()});
  for (const Observation& o : model_->stage(index.row()).observations)
    for (const std::string& column : columnsOf(o))
      if (run_.column(column) >= 0) return Q_EMIT metricChosen(QString::fromStdString(column));
}

// What was removed since the run cannot be selected any more.
void WhatBrokePanel::select(const QString& place, bool isEdge) {
  const std::string name = place.toStdString();
  if (!isEdge && document_.scenario().findNode(name) != nullptr) selection_.set({name});
  if (!isEdge) return;
  for (const EdgeSpec& edge : document_.scenario().edges)
    if (edge.name() == name) selection_.set({}, {name});
}

}  // namespace faultline
