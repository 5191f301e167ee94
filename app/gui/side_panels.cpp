#include "gui/side_panels.h"

#include <QDockWidget>

#include "gui/canvas/canvas_view.h"
#include "gui/document/components.h"
#include "gui/main_window.h"
#include "gui/panels/component_drop.h"
#include "gui/panels/inspector_panel.h"
#include "gui/panels/palette_panel.h"
#include "gui/panels/problems_panel.h"
#include "gui/panels/quick_add.h"

namespace faultline {

namespace {

constexpr int kPaletteWidth = 220, kInspectorWidth = 330;

// The tabs and the headers of the panels say what they are; a title above them would say it twice.
void hideTitle(QDockWidget& dock) { dock.setTitleBarWidget(new QWidget(&dock)); }

}  // namespace

SidePanels::SidePanels(MainWindow& window) : QObject(&window), window_(window) {
  palette_ = new PalettePanel(&window);
  inspector_ = new InspectorPanel(window.document(), window.selection(), window.run(), &window);
  problems_ = new ProblemsPanel(window.document(), window.selection(), &window);
  quickAdd_ = new QuickAdd(&window);
  QDockWidget* left = window.addPanel(Qt::LeftDockWidgetArea, QStringLiteral("paletteDock"), tr("Palette"), palette_);
  QDockWidget* list =
      window.addPanel(Qt::LeftDockWidgetArea, QStringLiteral("problemsDock"), tr("Problems"), problems_);
  QDockWidget* right =
      window.addPanel(Qt::RightDockWidgetArea, QStringLiteral("inspectorDock"), tr("Inspector"), inspector_);
  window.setTabPosition(Qt::LeftDockWidgetArea, QTabWidget::North);
  window.tabifyDockWidget(left, list);
  left->raise();
  for (QDockWidget* dock : {left, list, right}) hideTitle(*dock);
  window.resizeDocks({left, right}, {kPaletteWidth, kInspectorWidth}, Qt::Horizontal);

  CanvasView& canvas = window.canvas();
  connect(palette_, &PalettePanel::addRequested, this,
          [this](const ComponentChoice& choice) { add(choice, centre()); });
  auto* drop = new ComponentDrop(
      *canvas.viewport(), [&canvas](QPoint p) { return canvas.pointerAt(p).scene; }, this);
  connect(drop, &ComponentDrop::dropped, this, [this](const ComponentChoice& choice, QPointF place) {
    add(choice, place);
    window_.canvas().setFocus();
  });
  connect(&canvas, &CanvasView::groundDoubleClicked, this, &SidePanels::openQuickAdd);
  connect(&canvas, &CanvasView::nodeWanted, this, [this](const std::string& node, bool asCallee, QPointF place) {
    openQuickAdd(place);
    arrowFrom_ = node;
    asCallee_ = asCallee;
  });
  window.actions().on(Command::QuickAdd, this, [this] { openQuickAdd(window_.canvas().pointerPlace()); });
  connect(quickAdd_, &QuickAdd::chosen, this, [this](const ComponentChoice& choice) {
    if (arrowFrom_.empty())
      add(choice, quickPlace_);
    else
      tell(addConnected(window_.document(), window_.selection(), choice, {quickPlace_.x(), quickPlace_.y()}, arrowFrom_,
                        asCallee_));
    window_.canvas().setFocus();
  });
}

QPointF SidePanels::centre() const {
  CanvasView& canvas = window_.canvas();
  return canvas.pointerAt(canvas.viewport()->rect().center()).scene;
}

void SidePanels::add(const ComponentChoice& choice, QPointF place) {
  Document& document = window_.document();
  const Point free = freePlace(document.scenario(), {place.x(), place.y()});
  tell(addComponent(document, window_.selection(), choice, free));
}

void SidePanels::tell(const Diagnostics& problems) {
  if (!problems.empty()) window_.tell(QString::fromStdString(problems.front().message));
}

void SidePanels::openQuickAdd(QPointF place) {
  CanvasView& canvas = window_.canvas();
  quickPlace_ = place;
  arrowFrom_.clear();
  const QPointF at = canvas.viewportTransform().map(place);
  quickAdd_->open(canvas.viewport()->mapToGlobal(at.toPoint()));
}

}  // namespace faultline
