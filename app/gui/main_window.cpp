#include "gui/main_window.h"

#include <QApplication>
#include <QClipboard>
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
constexpr Point kBeside{48, 48};

QString firstOf(const Diagnostics& problems) {
  QString text = QString::fromStdString(problems.front().message);
  if (!problems.front().hint.empty())
    text += QStringLiteral(" (%1)").arg(QString::fromStdString(problems.front().hint));
  return text;
}

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
  connectFile();
  connectEdit();
  connectView();
  connectRun();
  refreshTitle();
  refreshActions();
  refreshProblems();
  resize(QSize(1600, 1000).boundedTo(screen()->availableSize()));
}

MainWindow::~MainWindow() = default;

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

void MainWindow::connectEdit() {
  QUndoStack* undo = document_.undoStack();
  actions_.on(Command::Undo, this, [undo] { undo->undo(); });
  actions_.on(Command::Redo, this, [undo] { undo->redo(); });
  connect(undo, &QUndoStack::indexChanged, this, &MainWindow::refreshActions);
  connect(&selection_, &Selection::changed, this, &MainWindow::refreshActions);
  actions_.on(Command::Copy, this, [this] { copySelection(); });
  actions_.on(Command::Cut, this, [this] {
    copySelection();
    removeSelection();
  });
  actions_.on(Command::Paste, this, [this] { paste(); });
  actions_.on(Command::Delete, this, [this] { removeSelection(); });
  actions_.on(Command::Duplicate, this, [this] {
    edits::Names added;
    warn(document_.apply(tr("Duplicate"), edits::duplicate(selection_.nodeList(), kBeside, &added)));
    selection_.set({added.begin(), added.end()});
  });
  actions_.on(Command::SelectAll, this, [this] {
    Selection::Names all;
    for (const NodeSpec& node : document_.scenario().nodes) all.insert(node.name);
    selection_.set(std::move(all));
  });
  actions_.on(Command::Arrange, this, [this] {
    warn(document_.apply(tr("Arrange"), edits::arrange(selection_.nodeList())));
    canvas_->fitAll();
  });
}

void MainWindow::connectView() {
  actions_.on(Command::ZoomIn, this, [this] { canvas_->setZoom(canvas_->zoom() * 1.25); });
  actions_.on(Command::ZoomOut, this, [this] { canvas_->setZoom(canvas_->zoom() / 1.25); });
  actions_.on(Command::ZoomActual, this, [this] { canvas_->setZoom(1); });
  actions_.on(Command::FitAll, this, [this] { canvas_->fitAll(); });
  actions_.on(Command::FitSelection, this, [this] { canvas_->fitSelection(); });
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
  QUndoStack* undo = document_.undoStack();
  actions_[Command::Undo]->setEnabled(undo->canUndo());
  actions_[Command::Undo]->setText(undo->canUndo() ? tr("&Undo: %1").arg(undo->undoText()) : tr("&Undo"));
  actions_[Command::Redo]->setEnabled(undo->canRedo());
  actions_[Command::Redo]->setText(undo->canRedo() ? tr("&Redo: %1").arg(undo->redoText()) : tr("&Redo"));
  const bool hasNodes = !selection_.nodes().empty();
  for (const Command command : {Command::Cut, Command::Copy, Command::Duplicate, Command::FitSelection})
    actions_[command]->setEnabled(hasNodes);
  actions_[Command::Delete]->setEnabled(!selection_.isEmpty());
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

void MainWindow::warn(const Diagnostics& problems) {
  if (!problems.empty()) statusBar()->showMessage(firstOf(problems), kMessageMs);
}

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

// ------------------------------------------------------------- edits

void MainWindow::copySelection() {
  if (selection_.nodes().empty()) return;
  QApplication::clipboard()->setText(QString::fromStdString(edits::copy(document_.scenario(), selection_.nodeList())));
}

void MainWindow::paste() {
  const QPointF centre = canvas_->pointerAt(canvas_->viewport()->rect().center()).scene;
  edits::Names added;
  warn(document_.apply(
      tr("Paste"), edits::paste(QApplication::clipboard()->text().toStdString(), {centre.x(), centre.y()}, &added)));
  if (!added.empty()) selection_.set({added.begin(), added.end()});
}

void MainWindow::removeSelection() {
  const auto nodes = selection_.nodeList(), edges = selection_.edgeList();
  if (nodes.empty() && edges.empty()) return;
  const std::size_t count = nodes.size() + edges.size();
  const QString what = count == 1 ? QString::fromStdString(nodes.empty() ? edges[0] : nodes[0])
                                  : tr("%n things", nullptr, static_cast<int>(count));
  warn(document_.apply(tr("Delete %1").arg(what), edits::remove(nodes, edges)));
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
