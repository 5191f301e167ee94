// The window: assembles canvas, panels and bars around one document, one selection and one run. No logic of its own.
//
// Panels come by `addPanel`: they get what they need by reference (document, selection, run) and know nothing of the
// window.
#pragma once

#include <QMainWindow>
#include <memory>

#include "gui/actions.h"
#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/run/run_bridge.h"
#include "gui/window_state.h"

class QDockWidget;
class QLabel;

namespace faultline {

class CanvasScene;
class CanvasView;
class DiagnosisPanels;
class EditCommands;
class FileCommands;
class GuideOverlay;
class NarrowWindow;
class SidePanels;
class SourcePanel;
class TeachingPanels;
class TransportBar;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  // Remembers recent files, docks and unsaved work where `memory` says.
  explicit MainWindow(const Memory& memory = {}, QWidget* parent = nullptr);
  ~MainWindow() override;

  Document& document() { return document_; }
  Selection& selection() { return selection_; }
  RunBridge& run() { return run_; }
  Actions& actions() { return actions_; }
  CanvasView& canvas() { return *canvas_; }
  SidePanels& sidePanels() { return *sidePanels_; }
  DiagnosisPanels& diagnosisPanels() { return *diagnosisPanels_; }
  TeachingPanels& teachingPanels() { return *teachingPanels_; }
  FileCommands& files() { return *files_; }
  SourcePanel& source() { return *source_; }
  GuideOverlay& guide() { return *guide_; }

  // A dock with this widget; `name` is what the saved state knows it by. The View menu can hide and show it.
  QDockWidget* addPanel(Qt::DockWidgetArea area, const QString& name, const QString& title, QWidget* panel);

  // A line in the status bar, for a while.
  void tell(const QString& text);
  // Opens a scenario file; false, and a message, when it cannot be read.
  bool openFile(const QString& path);
  // Brings the list of problems to the front.
  void showProblems();

 protected:
  void closeEvent(QCloseEvent* event) override;

 private:
  void addPanels(const Memory& memory);
  void addSource();
  void addGuide(QWidget* timeline, QWidget* charts);
  void addPanelMenu();
  void connectRun();
  void refreshTitle();
  void refreshActions();
  void refreshProblems();
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
  TeachingPanels* teachingPanels_;
  FileCommands* files_;
  SourcePanel* source_;
  QDockWidget* sourceDock_;
  GuideOverlay* guide_;
  NarrowWindow* narrow_;
  std::unique_ptr<WindowState> state_;
  QLabel* problems_;
};

}  // namespace faultline
