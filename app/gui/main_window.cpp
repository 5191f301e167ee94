#include "gui/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QDockWidget>
#include <QFileDialog>
#include <QInputDialog>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QScreen>
#include <QStatusBar>

#include "base/quantity.h"
#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/canvas_view.h"
#include "gui/canvas/minimap.h"
#include "gui/diagnosis_panels.h"
#include "gui/edit_commands.h"
#include "gui/panels/branch.h"
#include "gui/panels/chart_panel.h"
#include "gui/panels/inspector_panel.h"
#include "gui/panels/metrics_tab.h"
#include "gui/panels/timeline_panel.h"
#include "gui/run/transport_bar.h"
#include "gui/side_panels.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kMessageMs = 6000, kTimelineHeight = 100, kChartHeight = 270;

}  // namespace

MainWindow::MainWindow(QWidget* parent) : QMainWindow(parent), selection_(document_), run_(document_) {
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
  problems_ = new QLabel(this);
  zoom_ = new QLabel(this);
  statusBar()->addPermanentWidget(problems_);
  statusBar()->addPermanentWidget(zoom_);
  statusBar()->setSizeGripEnabled(false);
  addPanels();
  edit_ = new EditCommands(*this);
  connect(document_.undoStack(), &QUndoStack::indexChanged, this, &MainWindow::refreshActions);
  connect(&selection_, &Selection::changed, this, &MainWindow::refreshActions);
  connectFile();
  connectView();
  connectRun();
  refreshTitle();
  refreshActions();
  refreshProblems();
  resize(QSize(1600, 1000).boundedTo(screen()->availableSize()));
}

// The undo stack tells that it is emptied when it goes, and by then the actions are gone.
MainWindow::~MainWindow() {
  document_.undoStack()->disconnect();
  document_.disconnect();
}

void MainWindow::addPanels() {
  auto* branch = new Branch(run_, this);
  auto* timeline = new TimelinePanel(document_, run_, *branch);
  auto* charts = new ChartPanel(document_, run_, *branch, timeline->model());
  QDockWidget* above = addPanel(Qt::BottomDockWidgetArea, QStringLiteral("timeline"), tr("Timeline"), timeline);
  QDockWidget* below = addPanel(Qt::BottomDockWidgetArea, QStringLiteral("charts"), tr("Charts"), charts);
  splitDockWidget(above, below, Qt::Vertical);
  // Both have headings of their own.
  for (QDockWidget* dock : {above, below}) dock->setTitleBarWidget(new QWidget(dock));
  sidePanels_ = new SidePanels(*this);
  diagnosisPanels_ = new DiagnosisPanels(*this, *branch, *timeline, *charts);
  resizeDocks({above, below}, {kTimelineHeight, kChartHeight}, Qt::Vertical);
  connect(&sidePanels_->inspector().metrics(), &MetricsTab::chartWanted, charts,
          [charts](const QString& column) { charts->addMetric(column.toStdString()); });
  connect(timeline, &TimelinePanel::problem, this,
          [this](const QString& text) { statusBar()->showMessage(text, kMessageMs); });
}

QDockWidget* MainWindow::addPanel(Qt::DockWidgetArea area, const QString& name, const QString& title, QWidget* panel) {
  auto* dock = new QDockWidget(title, this);
  dock->setObjectName(name);
  dock->setWidget(panel);
  addDockWidget(area, dock);
  return dock;
}

// ------------------------------------------------------------- commands

void MainWindow::connectFile() {
  actions_.on(Command::New, this, [this] {
    if (mayDiscard()) document_.reset();
  });
  actions_.on(Command::Open, this, [this] {
    if (!mayDiscard()) return;
    const QString folder = document_.filePath().isEmpty() ? scenarioFolder() : QFileInfo(document_.filePath()).path();
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open a scenario"), folder, tr("Scenarios (*.yaml *.yml)"));
    if (!path.isEmpty()) openFile(path);
  });
  actions_.on(Command::Save, this, [this] {
    if (document_.filePath().isEmpty() || document_.isDamaged())
      saveAs();
    else
      save(document_.filePath());
  });
  actions_.on(Command::SaveAs, this, [this] { saveAs(); });
  actions_.on(Command::Quit, this, [this] { close(); });
  actions_.on(Command::About, this, [this] {
    QMessageBox::about(this, tr("Faultline"),
                       tr("<b>Faultline %1</b><br>A laboratory for the behaviour of systems under load and failure."
                          "<br><br>GPL-3.0-or-later")
                           .arg(QApplication::applicationVersion()));
  });
  connect(&document_, &Document::fileChanged, this, &MainWindow::refreshTitle);
  connect(&document_, &Document::problemsChanged, this, &MainWindow::refreshProblems);
}

void MainWindow::connectView() {
  actions_.on(Command::ZoomIn, this, [this] { canvas_->setZoom(canvas_->zoom() * 1.25); });
  actions_.on(Command::ZoomOut, this, [this] { canvas_->setZoom(canvas_->zoom() / 1.25); });
  actions_.on(Command::ZoomActual, this, [this] { canvas_->setZoom(1); });
  actions_.on(Command::FitAll, this, [this] { canvas_->fitAll(); });
  actions_.on(Command::FitSelection, this, [this] { canvas_->fitSelection(); });
  actions_.on(Command::Minimap, this, [this] { canvas_->minimap().setWanted(!canvas_->minimap().isWanted()); });
  const auto theme = [this](Command command, Theme::Mode mode) {
    actions_.on(command, this, [mode] { Theme::instance().setMode(mode); });
    actions_[command]->setChecked(Theme::instance().mode() == mode);
  };
  theme(Command::ThemeSystem, Theme::Mode::System);
  theme(Command::ThemeDark, Theme::Mode::Dark);
  theme(Command::ThemeLight, Theme::Mode::Light);
  connect(canvas_, &CanvasView::zoomChanged, this,
          [this](double zoom) { zoom_->setText(QStringLiteral("%1 %").arg(std::lround(zoom * 100))); });
}

void MainWindow::connectRun() {
  actions_.on(Command::ToStart, this, [this] { run_.reset(); });
  actions_.on(Command::Play, this, [this] { run_.togglePlay(); });
  actions_.on(Command::StepEvent, this, [this] { run_.stepEvent(); });
  actions_.on(Command::StepNode, this, [this] { run_.stepAtNode(selection_.onlyNode()); });
  actions_.on(Command::StepSecond, this, [this] { run_.stepBy(seconds(1)); });
  actions_.on(Command::RunUntil, this, [this] { askRunUntil(); });
  actions_.on(Command::Slower, this, [this] { transport_->slower(); });
  actions_.on(Command::Faster, this, [this] { transport_->faster(); });
  actions_.on(Command::ViewLive, this, [this] { run_.viewLive(); });
  actions_.on(Command::RerunToHere, this, [this] { run_.rerunToHere(); });
  connect(&run_, &RunBridge::statusChanged, this, &MainWindow::refreshActions);
}

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
  problems_->setText(text);
  QString list;
  for (const Diagnostic& problem : document_.problems())
    list += QString::fromStdString(toString(problem)) + QLatin1Char('\n');
  problems_->setToolTip(list.trimmed());
  refreshActions();
}

void MainWindow::tell(const QString& text) { statusBar()->showMessage(text, kMessageMs); }

// ------------------------------------------------------------- files

bool MainWindow::openFile(const QString& path) {
  if (document_.open(path)) return true;
  statusBar()->showMessage(tr("%1 cannot be opened").arg(path), kMessageMs);
  return false;
}

bool MainWindow::save(const QString& path) {
  const QString problem = document_.save(path);
  if (problem.isEmpty()) return true;
  QMessageBox::warning(this, tr("Not saved"), problem);
  return false;
}

bool MainWindow::saveAs() {
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Save the scenario"), document_.filePath(), tr("Scenarios (*.yaml *.yml)"));
  return !path.isEmpty() && save(path);
}

bool MainWindow::mayDiscard() {
  if (!document_.isModified()) return true;
  const auto answer =
      QMessageBox::question(this, tr("Unsaved changes"), tr("Save the changes to “%1”?").arg(document_.displayName()),
                            QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel);
  if (answer == QMessageBox::Cancel) return false;
  if (answer == QMessageBox::Discard) return true;
  return document_.filePath().isEmpty() || document_.isDamaged() ? saveAs() : save(document_.filePath());
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (mayDiscard())
    event->accept();
  else
    event->ignore();
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

QString scenarioFolder() {
  const QDir program(QApplication::applicationDirPath());
  for (const char* place : {"../share/faultline/scenarios", "../../../scenarios", "scenarios"})
    if (const QString path = program.filePath(QLatin1String(place)); QDir(path).exists())
      return QDir(path).canonicalPath();
  return {};
}

}  // namespace faultline
