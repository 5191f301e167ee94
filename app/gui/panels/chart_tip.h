// The one tooltip of all charts: the time under the crosshair and what every line says there.
#pragma once

#include <QFrame>
#include <vector>

#include "gui/panels/chart_card.h"

class QLabel;

namespace faultline {

class ChartTip : public QFrame {
  Q_OBJECT

 public:
  explicit ChartTip(QWidget* window);

  // Beside the mouse, inside the window.
  void showAt(QPoint global, SimTime at, const std::vector<ChartCard*>& cards, const ChartSource& source);
  QString text() const;

 private:
  QLabel* label_;
};

}  // namespace faultline
