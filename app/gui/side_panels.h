// Puts palette, inspector and problems beside the canvas, and leads what they ask for to the document.
#pragma once

#include <QObject>
#include <QPointF>

#include "base/diagnostic.h"
#include "gui/document/mime.h"

namespace faultline {

class InspectorPanel;
class MainWindow;
class PalettePanel;
class ProblemsPanel;
class QuickAdd;

class SidePanels : public QObject {
  Q_OBJECT

 public:
  explicit SidePanels(MainWindow& window);

  PalettePanel& palette() { return *palette_; }
  InspectorPanel& inspector() { return *inspector_; }
  ProblemsPanel& problems() { return *problems_; }
  QuickAdd& quickAdd() { return *quickAdd_; }

 private:
  void add(const ComponentChoice& choice, QPointF place);
  QPointF centre() const;
  void openQuickAdd(QPointF place);
  void tell(const Diagnostics& problems);

  MainWindow& window_;
  PalettePanel* palette_;
  InspectorPanel* inspector_;
  ProblemsPanel* problems_;
  QuickAdd* quickAdd_;
  QPointF quickPlace_;
  std::string arrowFrom_;  // the new component is called by this node, or calls it; empty for neither
  bool asCallee_ = true;
};

}  // namespace faultline
