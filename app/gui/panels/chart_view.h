// One chart: lines over simulated time, with what happened behind them and the shown instant in front.
//
// The lines are Qt Charts' series; grid, labels, bands and cursors are painted by the view, because axes of Qt Charts can
// neither write 05:12 nor 1.2 s. It is given points that are reduced already, see models/decimation.h, and replaces
// each series once for each call of `show`.
#pragma once

#include <QChartView>
#include <QColor>
#include <QString>
#include <optional>
#include <string>
#include <vector>

#include "gui/models/decimation.h"
#include "gui/models/nice_ticks.h"

class QLineSeries;
class QScatterSeries;
class QValueAxis;
class QXYSeries;

namespace faultline {

class ChartView : public QChartView {
  Q_OBJECT

 public:
  struct Line {
    QColor color;
    bool isDashed = false;
    LinePieces pieces, ghost;  // of this run, of the baseline
    QList<QPointF> dots;       // recorded
    double atCursor = 0;       // value under the crosshair; NaN where there is none
  };
  struct Event {
    SimTime at;
    QColor color;
    QString text;
  };
  struct Band {
    SimTime from, to;
    QColor color;
  };
  struct Limit {
    double value = 0;
    QString text;
    QColor color;
  };
  struct Marks {
    std::vector<Event> events;
    std::vector<Band> bands;
    std::vector<Limit> limits;
    std::optional<SimTime> branch;  // where the baseline and this run part
  };

  explicit ChartView(QWidget* parent = nullptr);

  void show(const std::vector<Line>& lines, const std::string& unit, bool logarithmic, SimTime from, SimTime to);
  void setMarks(Marks marks);
  const Marks& marks() const { return marks_; }
  void setPlayhead(SimTime at);
  // The crosshair, with the values of the lines there; none with an empty time.
  void setCursor(std::optional<SimTime> at, std::vector<double> values = {});

  QRectF plotArea() const { return plot_; }
  SimTime timeAt(double x) const;
  double xOf(SimTime time) const;
  const ValueScale& scale() const { return scale_; }
  // How many columns of points are worth while: one for two pixels.
  int columns() const;
  // The points that are drawn now, for tests.
  int pointCount() const;

 Q_SIGNALS:
  void hovered(faultline::Duration at);
  void hoverEnded();
  void seeked(faultline::Duration at);
  void zoomed(faultline::Duration from, faultline::Duration to);
  void zoomReset();

 protected:
  void drawBackground(QPainter* painter, const QRectF& rect) override;
  void drawForeground(QPainter* painter, const QRectF& rect) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  // The series that draw one line: Qt's have no gaps, so each piece has its own.
  struct Strokes {
    std::vector<QLineSeries*> pieces, ghost;
    QScatterSeries* dots = nullptr;
  };
  void layOut();
  void chooseScale(const std::vector<Line>& lines, const std::string& unit, bool logarithmic);
  void draw(std::vector<QLineSeries*>& series, const LinePieces& pieces, const QPen& pen);
  void attach(QXYSeries* series);
  void drawGrid(QPainter& painter) const;
  void drawMarks(QPainter& painter) const;
  double yOf(double value) const;

  QValueAxis *timeAxis_, *valueAxis_;
  std::vector<Strokes> strokes_;
  std::vector<QColor> colors_;
  std::string unit_;
  ValueScale scale_;
  SimTime from_, to_ = seconds(60);
  QRectF plot_;
  Marks marks_;
  SimTime playhead_;
  std::optional<SimTime> cursor_;
  std::vector<double> cursorValues_;
  std::optional<SimTime> zoomFrom_, zoomTo_;
  bool seeking_ = false;
};

}  // namespace faultline
