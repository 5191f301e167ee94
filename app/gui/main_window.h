// The window: assembles canvas, panels and bars around one document, one selection and one run. No logic of its own.
//
// Panels come by `addPanel`: they get what they need by reference (document, selection, run) and know nothing of the
// window.
#pragma once

#include <QMainWindow>

#include "gui/actions.h"
#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/run/run_bridge.h"

class QDockWidget;
class QLabel;

namespace faultline {

class CanvasScene;
class CanvasView;
class DiagnosisPanels;
class EditCommands;
class SidePanels;
class TransportBar;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(QWidget* parent = nullptr);
  ~MainWindow() override;

  Document& document() { return document_; }
  Selection& selection() { return selection_; }
  RunBridge& run() { return run_; }
  Actions& actions() { return actions_; }
  CanvasView& canvas() { return *canvas_; }
  SidePanels& sidePanels() { return *sidePanels_; }
  DiagnosisPanels& diagnosisPanels() { return *diagnosisPanels_; }

  // A dock with this widget; `name` is what the saved state knows it by. The View menu can hide and show it.
  QDockWidget* addPanel(Qt::DockWidgetArea area, const QString& name, const QString& title, QWidget* panel);

  // A line in the status bar, for a while.
  void tell(const QString& text);
  // Opens a scenario file; false when there is none.
  bool openFile(const QString& path);

 protected:
  void closeEvent(QCloseEvent* event) override;

 private:
  void addPanels();
  void connectFile();
  void connectView();
  void connectRun();
  void refreshTitle();
  void refreshActions();
  void refreshProblems();
  bool mayDiscard();
  bool save(const QString& path);
  bool saveAs();
  void askRunUntil();

  Document document_;
  Selection selection_;
  RunBridge run_;
  Actions actions_;
  CanvasScene* scene_;
  CanvasView* canvas_;
  EditCommands* edit_;
  TransportBar* transport_;
  SidePanels* sidePanels_;
  DiagnosisPanels* diagnosisPanels_;
  QLabel *problems_, *zoom_;
};

// Where the scenarios that come with the program are; empty when they are not installed.
QString scenarioFolder();

}  // namespace faultline
