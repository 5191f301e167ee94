#include "gui/panels/prevention_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QVBoxLayout>

#include "gui/document/design_change.h"
#include "gui/document/document.h"
#include "gui/models/prevention_model.h"
#include "gui/panels/branch.h"
#include "gui/panels/work_bar.h"
#include "gui/run/diagnosis.h"
#include "gui/run/prevention.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kFigureWidth = 92, kCostWidth = 60;

// The share that is saved as a bar behind its figure: the best change is seen at a glance.
class SavedDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const double share = index.data(PreventionModel::SavedShareRole).toDouble();
    if (index.column() == PreventionModel::SavedColumn && share > 0) {
      const QRectF area = QRectF(option.rect).adjusted(4, 4, -4, -4);
      painter->fillRect(QRectF(area.right() - area.width() * share, area.top(), area.width() * share, area.height()),
                        Theme::instance().faint(Tone::Ok, 0.3));
    }
    QStyleOptionViewItem plain = option;
    plain.state &= ~QStyle::State_HasFocus;
    QStyledItemDelegate::paint(painter, plain, index);
  }
};

}  // namespace

PreventionPanel::PreventionPanel(Document& document, RunBridge& run, Branch& branch, Diagnosis& diagnosis, QWidget* parent)
    : QWidget(parent), document_(document), run_(run), branch_(branch), diagnosis_(diagnosis),
      prevention_(new Prevention(this)), model_(new PreventionModel({&format::value, &format::clock}, this)) {
  setObjectName(QStringLiteral("preventionPanel"));
  title_ = new QLabel(this);
  title_->setWordWrap(true);
  note_ = new QLabel(this);
  note_->setObjectName(QStringLiteral("muted"));
  note_->setWordWrap(true);
  const auto button = [&](const QString& text, const char* name, const QString& tip, auto&& what) {
    auto* made = new QPushButton(text, this);
    made->setObjectName(QLatin1String(name));
    made->setToolTip(tip);
    connect(made, &QPushButton::clicked, this, what);
    return made;
  };
  find_ = button(tr("Try changes"), "tryChanges", tr("Runs the incident again with one change after the other, with the same luck."),
                 &PreventionPanel::find);
  apply_ = button(tr("Apply"), "applyChange", tr("Makes the selected change in the design; undo takes it back."),
                  &PreventionPanel::applyCurrent);
  again_ = button(tr("Run again and compare"), "runAgain",
                  tr("Runs the changed design to the same time; the charts keep this run as the baseline."), &PreventionPanel::runAgain);
  work_ = new WorkBar(tr("Trying changes"), this);
  connect(work_, &WorkBar::cancelWanted, prevention_, &Prevention::cancel);
  view_ = new QTreeView(this);
  view_->setObjectName(QStringLiteral("changes"));
  view_->setAccessibleName(tr("Changes that might have prevented the incident"));
  view_->setModel(model_);
  view_->setItemDelegate(new SavedDelegate(view_));
  view_->setRootIsDecorated(false);
  view_->setUniformRowHeights(true);
  view_->header()->setStretchLastSection(false);
  view_->header()->setSectionResizeMode(QHeaderView::Fixed);
  view_->header()->setSectionResizeMode(PreventionModel::ChangeColumn, QHeaderView::Stretch);
  for (int column = 1; column < PreventionModel::kColumns; ++column)
    view_->header()->resizeSection(column, column == PreventionModel::CostColumn ? kCostWidth : kFigureWidth);

  auto* texts = new QVBoxLayout;
  texts->setSpacing(2);
  texts->addWidget(title_);
  texts->addWidget(note_);
  auto* head = new QHBoxLayout;
  head->setContentsMargins(14, 8, 12, 4);
  head->setSpacing(8);
  head->addLayout(texts, 1);
  for (QPushButton* each : {again_, apply_, find_}) head->addWidget(each, 0, Qt::AlignTop);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(head);
  layout->addWidget(work_);
  layout->addWidget(view_, 1);
  layout->addStretch();

  connect(prevention_, &Prevention::changed, this, &PreventionPanel::showResult);
  connect(prevention_, &Prevention::stateChanged, this, &PreventionPanel::showState);
  connect(prevention_, &Prevention::progressed, this, [this] { work_->show(prevention_->background()); });
  connect(&diagnosis, &Diagnosis::changed, this, &PreventionPanel::onStudy);
  connect(&diagnosis, &Diagnosis::stateChanged, this, [this] {
    if (!diagnosis_.background().isRunning()) wanted_ = false;  // it was stopped
    showState();
  });
  connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this, &PreventionPanel::showState);
  connect(&run, &RunBridge::runStarted, this, [this] {
    said_.clear();
    wanted_ = false;
    outdated_ = true;  // but the changes that were not applied are still worth reading
    showState();
  });
  connect(&document, &Document::replaced, prevention_, &Prevention::forget);
  connect(&run, &RunBridge::statusChanged, this, &PreventionPanel::showState);
  connect(&Theme::instance(), &Theme::changed, this, &PreventionPanel::showState);
  showResult();
}

void PreventionPanel::find() {
  if (!diagnosis_.canStart()) return;
  wanted_ = true;
  if (diagnosis_.isOutdated()) return diagnosis_.explain();
  onStudy();
}

void PreventionPanel::onStudy() {
  const RunStudy* study = diagnosis_.study();
  if (std::exchange(wanted_, false) && study != nullptr && study->explanation.broke) prevention_->find(*study);
  showState();
}

void PreventionPanel::showResult() {
  const WhatIf* result = prevention_->result();
  outdated_ = false;
  model_->setResult(result != nullptr ? *result : WhatIf());
  view_->setVisible(model_->rowCount() > 0);
  if (model_->rowCount() > 0) view_->setCurrentIndex(model_->index(0, 0));
  showState();
}

QString PreventionPanel::headline() const {
  const RunStudy* study = diagnosis_.study();
  if (const WhatIf* result = prevention_->result()) {
    if (result->ranked.empty()) return tr("There is nothing to try.");
    return result->suffices ? tr("The first change prevents nearly all of the harm.")
                            : tr("None of them prevents nearly all of the harm.");
  }
  if (study != nullptr && !study->explanation.broke)
    return study->isOver() ? tr("Nothing broke: there is nothing to prevent.")
                           : tr("Nothing broke up to %1: there is nothing to prevent yet.").arg(format::shortClock(study->upTo));
  return tr("What would have prevented it?");
}

void PreventionPanel::showState() {
  title_->setFont(Theme::instance().font(Type::Name));
  title_->setText(headline());
  const WhatIf* result = prevention_->result();
  if (!said_.isEmpty())
    note_->setText(said_);
  else if (result != nullptr)
    note_->setText(tr("As it was: %1 operations failed, %2 in breach, p99 %3. %4 changes tried with the same luck.")
                       .arg(format::count(result->asItWas.failed), format::value(result->asItWas.breachSeconds, "s"),
                            format::value(result->asItWas.p99Ms, "ms"))
                       .arg(result->tried));
  else
    note_->setText(tr("Runs the whole incident again with one change of the design after the other: settings, instances, "
                      "a breaker or a bulkhead on an arrow."));
  const bool isWorking = prevention_->background().isRunning();
  work_->show(prevention_->background());
  find_->setVisible(!isWorking && (result == nullptr || outdated_));
  find_->setEnabled(diagnosis_.canStart() && !diagnosis_.background().isRunning());
  apply_->setVisible(result != nullptr && !result->ranked.empty());
  apply_->setEnabled(view_->currentIndex().isValid());
  again_->setVisible(!said_.isEmpty() && run_.isStale());
}

void PreventionPanel::applyCurrent() {
  const QModelIndex index = view_->currentIndex();
  if (!index.isValid()) return;
  const std::vector<Change> changes = model_->counterfactual(index.row()).changes;
  const QString label = QString::fromStdString(labelOf(changes));
  const Diagnostics said = document_.apply(tr("Apply: %1").arg(label), edits::applyChanges(changes));
  said_ = hasErrors(said) ? QString::fromStdString(said.front().message) : tr("Applied: %1. Undo takes it back.").arg(label);
  showState();
}

void PreventionPanel::runAgain() {
  branch_.keepBaseline();
  run_.rerunToHere();
}

}  // namespace faultline
