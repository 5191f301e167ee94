#include "gui/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QInputDialog>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QScreen>
#include <QStatusBar>

#include "base/quantity.h"
#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/canvas_view.h"
#include "gui/diagnosis_panels.h"
#include "gui/document/findings.h"
#include "gui/edit_commands.h"
#include "gui/file_commands.h"
#include "gui/narrow_window.h"
#include "gui/panels/branch.h"
#include "gui/panels/chart_panel.h"
#include "gui/panels/guide_overlay.h"
#include "gui/panels/inspector_panel.h"
#include "gui/panels/metrics_tab.h"
#include "gui/panels/palette_panel.h"
#include "gui/panels/problems_panel.h"
#include "gui/panels/source_editor.h"
#include "gui/panels/source_panel.h"
#include "gui/panels/timeline_panel.h"
#include "gui/run/transport_bar.h"
#include "gui/side_panels.h"
#include "gui/teaching_panels.h"
#include "gui/view_commands.h"

namespace faultline {

namespace {

constexpr int kMessageMs = 6000, kTimelineHeight = 100, kChartHeight = 270;
constexpr int kSourceWidth = 520, kPaletteWidth = 220, kInspectorWidth = 330;

}  // namespace

MainWindow::MainWindow(const Memory& memory, QWidget* parent)
    : QMainWindow(parent), selection_(document_), run_(document_) {
  setObjectName(QStringLiteral("studio"));
  scene_ = new CanvasScene(document_, selection_, run_, this);
  canvas_ = new CanvasView(*scene_, this);
  setCentralWidget(canvas_);
  setDockOptions(AllowTabbedDocks | AllowNestedDocks | AnimatedDocks);
  setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
  setCorner(Qt::BottomRightCorner, Qt::BottomDockWidgetArea);
  actions_.fill(*menuBar());
  transport_ =
      new TransportBar(run_,
                       {actions_[Command::ToStart], actions_[Command::Play], actions_[Command::StepEvent],
                        actions_[Command::StepNode], actions_[Command::StepSecond], actions_[Command::RunUntil]},
                       actions_[Command::Play], actions_[Command::ViewLive], actions_[Command::RerunToHere], this);
  addToolBar(Qt::TopToolBarArea, transport_);
  auto* gap = new QWidget(transport_);
  gap->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  transport_->addWidget(gap);
  transport_->addActions({actions_[Command::Gallery], actions_[Command::ShowSource], actions_[Command::Guide]});
  problems_ = new QLabel(this);
  problems_->setObjectName(QStringLiteral("problemCount"));
  auto* zoom = new QLabel(this);
  connect(canvas_, &CanvasView::zoomChanged, zoom,
          [zoom](double to) { zoom->setText(QStringLiteral("%1 %").arg(std::lround(to * 100))); });
  statusBar()->addPermanentWidget(problems_);
  statusBar()->addPermanentWidget(zoom);
  statusBar()->setSizeGripEnabled(false);
  statusBar()->setContentsMargins(0, 0, 10, 0);  // not up to the frame
  connect(&document_, &Document::fileChanged, this, &MainWindow::refreshTitle);
  connect(&document_, &Document::problemsChanged, this, &MainWindow::refreshProblems);
  addPanels(memory);
  connect(&diagnosisPanels_->findings(), &Findings::changed, this, &MainWindow::refreshProblems);
  files_ = new FileCommands(*this, memory);
  edit_ = new EditCommands(*this);
  new ViewCommands(*this, memory);
  connect(document_.undoStack(), &QUndoStack::indexChanged, this, &MainWindow::refreshActions);
  connect(&selection_, &Selection::changed, this, &MainWindow::refreshActions);
  connectRun();
  refreshTitle();
  refreshActions();
  refreshProblems();
  resize(QSize(1600, 1000).boundedTo(screen()->availableSize()));
  state_ = std::make_unique<WindowState>(*this, memory);
  state_->restore();
}

// The undo stack tells that it is emptied when it goes, and by then the actions are gone.
MainWindow::~MainWindow() {
  document_.undoStack()->disconnect();
  document_.disconnect();
  delete files_;
}

void MainWindow::addPanels(const Memory& memory) {
  auto* branch = new Branch(run_, this);
  auto* timeline = new TimelinePanel(document_, run_, *branch);
  auto* charts = new ChartPanel(document_, run_, *branch, timeline->model());
  QDockWidget* above = addPanel(Qt::BottomDockWidgetArea, QStringLiteral("timeline"), tr("Timeline"), timeline);
  QDockWidget* below = addPanel(Qt::BottomDockWidgetArea, QStringLiteral("charts"), tr("Charts"), charts);
  splitDockWidget(above, below, Qt::Vertical);
  // Both have headings of their own.
  for (QDockWidget* dock : {above, below}) dock->setTitleBarWidget(new QWidget(dock));
  sidePanels_ = new SidePanels(*this);
  teachingPanels_ = new TeachingPanels(*this, memory);
  diagnosisPanels_ = new DiagnosisPanels(*this, *branch, *timeline, *charts);
  connect(&sidePanels_->inspector().metrics(), &MetricsTab::chartWanted, charts,
          [charts](const QString& column) { charts->addMetric(column.toStdString()); });
  connect(timeline, &TimelinePanel::rulesWanted, this, [this](int rule) {
    findChild<QDockWidget*>(QStringLiteral("inspectorDock"))->raise();
    sidePanels_->inspector().showAlert(rule);
  });
  connect(timeline, &TimelinePanel::problem, this,
          [this](const QString& text) { statusBar()->showMessage(text, kMessageMs); });
  addSource();
  // Last: docks that come and go take room from each other.
  auto* palette = findChild<QDockWidget*>(QStringLiteral("paletteDock"));
  auto* inspector = findChild<QDockWidget*>(QStringLiteral("inspectorDock"));
  resizeDocks({palette, inspector}, {kPaletteWidth, kInspectorWidth}, Qt::Horizontal);
  narrow_ = new NarrowWindow(*this, *palette, *inspector, kPaletteWidth, kInspectorWidth);
  resizeDocks({above, below}, {kTimelineHeight, kChartHeight}, Qt::Vertical);
  addGuide(timeline, charts);
  addPanelMenu();
}

// Between the canvas and the inspector, where both can still be seen; it comes when somebody wants it.
void MainWindow::addSource() {
  source_ = new SourcePanel(document_);
  sourceDock_ = addPanel(Qt::RightDockWidgetArea, QStringLiteral("source"), tr("Source"), source_);
  auto* inspector = findChild<QDockWidget*>(QStringLiteral("inspectorDock"));
  // A dock that is moved leaves its tabs behind: they follow.
  const QList<QDockWidget*> tabs = tabifiedDockWidgets(inspector);
  splitDockWidget(inspector, sourceDock_, Qt::Horizontal);
  splitDockWidget(sourceDock_, inspector, Qt::Horizontal);
  for (QDockWidget* tab : tabs) tabifyDockWidget(inspector, tab);
  inspector->raise();
  sourceDock_->hide();
  connect(&sidePanels_->problems(), &ProblemsPanel::problemChosen, source_, &SourcePanel::showProblem);
  QAction* command = actions_[Command::ShowSource];
  actions_.on(Command::ShowSource, this, [this, command, inspector] {
    const int width = inspector->width();  // the room comes from the canvas and goes back to it
    sourceDock_->setVisible(command->isChecked());
    if (!sourceDock_->isVisible()) return resizeDocks({inspector}, {width}, Qt::Horizontal);
    resizeDocks({sourceDock_, inspector}, {kSourceWidth, width}, Qt::Horizontal);
    source_->editor().setFocus();
  });
  // Behind another tab it is still there, so it is not its visibility that counts.
  connect(sourceDock_->toggleViewAction(), &QAction::toggled, command, &QAction::setChecked);
}

void MainWindow::addGuide(QWidget* timeline, QWidget* charts) {
  guide_ = new GuideOverlay(
      {{transport_, tr("Run"), tr("Play, pause, step, and how fast simulated time goes. The clock shows it.")},
       {&sidePanels_->palette(), tr("Palette"), tr("What systems are made of. Drag a part on to the canvas, or press /.")},
       {canvas_, tr("Canvas"),
        tr("The system. Dots are requests, crosses are failures. A triangle marks what is failing, a diamond what suffers.")},
       {&sidePanels_->inspector(), tr("Inspector"),
        tr("What is selected: its parameters, the faults you can do to it, its metrics. Nothing selected: the scenario.")},
       {timeline, tr("Timeline"), tr("What happens when. Drag to look back in time, double-click to break something.")},
       {charts, tr("Charts"), tr("How it went. All charts show the same time; the vertical line is now.")}},
      this);
  actions_.on(Command::Guide, this, [this] {
    if (guide_->isVisible()) return guide_->hide();
    // Both share their places with others.
    for (const char* dock : {"paletteDock", "inspectorDock"}) findChild<QDockWidget*>(QLatin1String(dock))->raise();
    guide_->present();
  });
}

void MainWindow::addPanelMenu() {
  auto* menu = new QMenu(this);
  for (const QDockWidget* dock : findChildren<QDockWidget*>()) menu->addAction(dock->toggleViewAction());
  actions_[Command::Panels]->setMenu(menu);
  actions_.on(Command::ResetPanels, this, [this] {
    narrow_->restore();
    state_->reset();
  });
}

void MainWindow::showProblems() {
  auto* dock = findChild<QDockWidget*>(QStringLiteral("problemsDock"));
  dock->show();
  dock->raise();
}

QDockWidget* MainWindow::addPanel(Qt::DockWidgetArea area, const QString& name, const QString& title, QWidget* panel) {
  auto* dock = new QDockWidget(title, this);
  dock->setObjectName(name);
  dock->setWidget(panel);
  addDockWidget(area, dock);
  return dock;
}

// ------------------------------------------------------------- commands

void MainWindow::connectRun() {
  actions_.on(Command::About, this, [this] {
    QMessageBox::about(this, tr("Faultline"),
                       tr("<b>Faultline %1</b><br>A laboratory for the behaviour of systems under load and failure."
                          "<br><br>GPL-3.0-or-later")
                           .arg(QApplication::applicationVersion()));
  });
  actions_.on(Command::ToStart, this, [this] { run_.reset(); });
  actions_.on(Command::Play, this, [this] { run_.togglePlay(); });
  actions_.on(Command::StepEvent, this, [this] { run_.stepEvent(); });
  actions_.on(Command::StepNode, this, [this] { run_.stepAtNode(selection_.onlyNode()); });
  actions_.on(Command::StepSecond, this, [this] { run_.stepBy(seconds(1)); });
  actions_.on(Command::RunUntil, this, [this] { askRunUntil(); });
  actions_.on(Command::Slower, this, [this] { transport_->slower(); });
  actions_.on(Command::Faster, this, [this] { transport_->faster(); });
  connect(transport_, &TransportBar::seedWanted, this, [this](std::uint64_t seed) {
    document_.apply(tr("Seed %1").arg(seed), edits::setSetting("seed=" + std::to_string(seed)), "seed");
  });
  const auto showSeed = [this] { transport_->setSeed(document_.scenario().seed); };
  connect(&document_, &Document::changed, transport_, showSeed);
  connect(&document_, &Document::replaced, transport_, showSeed);
  showSeed();
  actions_.on(Command::ViewLive, this, [this] { run_.viewLive(); });
  actions_.on(Command::RerunToHere, this, [this] { run_.rerunToHere(); });
  actions_.on(Command::KeepLive, this, [this] { run_.keepLiveActions(); });
  connect(&run_, &RunBridge::statusChanged, this, &MainWindow::refreshActions);
  connect(&run_, &RunBridge::liveActionsChanged, this, &MainWindow::refreshActions);
}

bool MainWindow::openFile(const QString& path) { return files_->open(path); }

// ------------------------------------------------------------- what shows the state

void MainWindow::refreshTitle() {
  setWindowTitle(document_.displayName() + QStringLiteral("[*] — Faultline"));
  setWindowModified(document_.isModified());
  setWindowFilePath(document_.filePath());
}

void MainWindow::refreshActions() {
  edit_->refresh();
  const bool isOver = run_.state() == RunState::Finished || run_.state() == RunState::Stopped;
  const bool canRun = document_.canRun() || run_.hasRun();
  actions_[Command::Play]->setEnabled(canRun);
  for (const Command command : {Command::StepEvent, Command::StepSecond, Command::RunUntil})
    actions_[command]->setEnabled(canRun && !isOver);
  actions_[Command::StepNode]->setEnabled(canRun && !isOver && !selection_.onlyNode().empty());
  actions_[Command::ToStart]->setEnabled(run_.hasRun());
  actions_[Command::ViewLive]->setEnabled(!run_.isLive());
  actions_[Command::RerunToHere]->setEnabled(run_.isStale() && document_.canRun());
  actions_[Command::KeepLive]->setEnabled(run_.canKeepLiveActions());
}

void MainWindow::refreshProblems() {
  int errors = 0, warnings = 0;
  for (const Diagnostic& problem : document_.problems())
    ++(problem.severity == Diagnostic::Severity::Error ? errors : warnings);
  QString text = tr("no problems");
  if (errors > 0)
    text = errors == 1 ? tr("1 problem") : tr("%1 problems").arg(errors);
  else if (warnings > 0)
    text = warnings == 1 ? tr("1 warning") : tr("%1 warnings").arg(warnings);
  // A design without problems can run; whether it should is another matter.
  const int risks = diagnosisPanels_->findings().risks();
  if (risks > 0) text += QStringLiteral(" \u00b7 ") + (risks == 1 ? tr("1 risk") : tr("%1 risks").arg(risks));
  problems_->setText(text);
  QString list;
  for (const Diagnostic& problem : document_.problems())
    list += QString::fromStdString(toString(problem)) + QLatin1Char('\n');
  problems_->setToolTip(list.trimmed());
  refreshActions();
}

void MainWindow::tell(const QString& text) { statusBar()->showMessage(text, kMessageMs); }

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!files_->mayDiscard()) return event->ignore();
  // The next start is no presentation.
  if (QAction* presenter = actions_[Command::Presenter]; presenter->isChecked()) presenter->trigger();
  narrow_->restore();
  state_->save();
  event->accept();
}

void MainWindow::askRunUntil() {
  bool accepted = false;
  const QString text = QInputDialog::getText(this, tr("Run until"), tr("Simulated time, like 90s or 5min:"),
                                             QLineEdit::Normal, QString(), &accepted);
  if (!accepted) return;
  const Parsed<Duration> time = parseDuration(text.toStdString());
  if (time.value)
    run_.runUntil(*time.value);
  else
    statusBar()->showMessage(QString::fromStdString(time.problem), kMessageMs);
}

}  // namespace faultline
