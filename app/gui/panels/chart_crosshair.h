// The crosshair that all charts share, with its one tooltip. The pointer may move faster than they can be drawn: it is
// shown once a frame.
#pragma once

#include <QObject>
#include <QPointer>
#include <QTimer>
#include <functional>
#include <optional>
#include <vector>

#include "base/time.h"
#include "gui/panels/chart_card.h"

namespace faultline {

class ChartTip;

class ChartCrosshair : public QObject {
  Q_OBJECT

 public:
  // `source` is where the values are now.
  ChartCrosshair(const std::vector<ChartCard*>& cards, std::function<ChartSource()> source, QWidget& panel);

  void hover(ChartView* view, SimTime at);
  // There are new values under a pointer that rests.
  void renew();
  void end();
  QString tipText() const;

 private:
  void show();

  const std::vector<ChartCard*>& cards_;
  std::function<ChartSource()> source_;
  QWidget& panel_;
  QTimer timer_;
  std::optional<SimTime> at_;
  QPointer<ChartView> hovered_;
  QPointer<ChartTip> tip_;
};

}  // namespace faultline
