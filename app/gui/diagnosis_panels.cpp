#include "gui/diagnosis_panels.h"

#include <QDockWidget>
#include <QStatusBar>

#include "gui/canvas/canvas_view.h"
#include "gui/canvas/finding_marks.h"
#include "gui/document/findings.h"
#include "gui/main_window.h"
#include "gui/models/stage_model.h"
#include "gui/models/timeline_model.h"
#include "gui/panels/branch.h"
#include "gui/panels/capacity_panel.h"
#include "gui/panels/chart_panel.h"
#include "gui/panels/prevention_panel.h"
#include "gui/panels/problems_panel.h"
#include "gui/panels/review_list.h"
#include "gui/panels/theory_panel.h"
#include "gui/panels/timeline_panel.h"
#include "gui/panels/trace_panel.h"
#include "gui/panels/what_broke_panel.h"
#include "gui/run/diagnosis.h"
#include "gui/side_panels.h"

namespace faultline {

namespace {

constexpr int kMessageMs = 6000;

// The tabs say what the panels are.
void hideTitle(QDockWidget& dock) { dock.setTitleBarWidget(new QWidget(&dock)); }

void open(QDockWidget& dock) {
  dock.show();
  dock.raise();
}

}  // namespace

DiagnosisPanels::DiagnosisPanels(MainWindow& window, Branch& branch, TimelinePanel& timeline, ChartPanel& charts)
    : QObject(&window), window_(window), diagnosis_(new Diagnosis(window.run(), this)),
      findings_(new Findings(window.document(), this)) {
  addReview();
  addWhatBroke(timeline, charts);
  addBelow(branch);
}

void DiagnosisPanels::addReview() {
  review_ = new ReviewList(*findings_, window_.selection());
  window_.sidePanels().problems().addSection(review_);
  new FindingMarks(window_.canvas().canvas(), *findings_);
  connect(review_, &ReviewList::problem, this,
          [this](const QString& text) { window_.statusBar()->showMessage(text, kMessageMs); });
}

void DiagnosisPanels::addWhatBroke(TimelinePanel& timeline, ChartPanel& charts) {
  whatBroke_ = new WhatBrokePanel(window_.document(), window_.selection(), window_.run(), *diagnosis_, &window_);
  auto* dock = window_.addPanel(Qt::RightDockWidgetArea, QStringLiteral("whatBrokeDock"), tr("What broke"), whatBroke_);
  hideTitle(*dock);
  auto* inspector = window_.findChild<QDockWidget*>(QStringLiteral("inspectorDock"));
  window_.setTabPosition(Qt::RightDockWidgetArea, QTabWidget::North);
  window_.tabifyDockWidget(inspector, dock);
  inspector->raise();
  window_.actions().on(Command::Explain, this, [this, dock] {
    open(*dock);
    diagnosis_->explain();
  });
  connect(whatBroke_, &WhatBrokePanel::metricChosen, this,
          [&charts](const QString& column) { charts.addMetric(column.toStdString()); });
  connect(diagnosis_, &Diagnosis::changed, this, [this, model = &timeline.model()] {
    std::vector<std::pair<SimTime, QString>> onsets;
    for (int row = 0; row < whatBroke_->model().rowCount(); ++row) {
      const QModelIndex index = whatBroke_->model().index(row);
      onsets.emplace_back(SimTime{index.data(StageModel::OnsetRole).toLongLong()}, index.data().toString());
    }
    model->setOnsets(onsets);
  });
}

void DiagnosisPanels::addBelow(Branch& branch) {
  Document& document = window_.document();
  Selection& selection = window_.selection();
  prevention_ = new PreventionPanel(document, window_.run(), branch, *diagnosis_, &window_);
  traces_ = new TracePanel(document, selection, window_.run(), *diagnosis_, &window_);
  theory_ = new TheoryPanel(selection, window_.run(), *diagnosis_, &window_);
  capacity_ = new CapacityPanel(document, selection, &window_);
  window_.setTabPosition(Qt::BottomDockWidgetArea, QTabWidget::North);
  addTab(Command::WhatIf, QStringLiteral("preventionDock"), tr("Prevention"), prevention_);
  addTab(Command::Traces, QStringLiteral("traceDock"), tr("Traces"), traces_);
  addTab(Command::Theory, QStringLiteral("theoryDock"), tr("Theory"), theory_);
  addTab(Command::Capacity, QStringLiteral("capacityDock"), tr("Capacity"), capacity_);
  window_.findChild<QDockWidget*>(QStringLiteral("charts"))->raise();
  connect(whatBroke_, &WhatBrokePanel::preventionWanted, this, [this] {
    window_.actions()[Command::WhatIf]->trigger();
    prevention_->find();
  });
}

void DiagnosisPanels::addTab(Command command, const QString& name, const QString& title, QWidget* panel) {
  QDockWidget* dock = window_.addPanel(Qt::BottomDockWidgetArea, name, title, panel);
  hideTitle(*dock);
  window_.tabifyDockWidget(window_.findChild<QDockWidget*>(QStringLiteral("charts")), dock);
  window_.actions().on(command, this, [dock] { open(*dock); });
}

}  // namespace faultline
