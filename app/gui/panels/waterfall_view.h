// The drawing of a waterfall: names on the left, bars over time, each part of the time with a colour and a pattern.
#pragma once

#include <QWidget>
#include <string>
#include <vector>

#include "gui/models/waterfall.h"

namespace faultline {

class WaterfallView : public QWidget {
  Q_OBJECT

 public:
  explicit WaterfallView(QWidget* parent = nullptr);

  // A copy is kept; an empty trace clears the drawing.
  void show(const std::vector<std::string>& nodes, const CallTrace& trace);
  const std::vector<WaterfallRow>& rows() const { return rows_; }
  QRect rowRect(int row) const;
  QSize sizeHint() const override;

 Q_SIGNALS:
  // A row was clicked: the node that was called.
  void nodeChosen(const QString& node);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  bool event(QEvent* event) override;

 private:
  double xOf(SimTime time) const;
  int rowAt(QPoint place) const;
  QString nameOf(const WaterfallRow& row) const;
  QString tipOf(const WaterfallRow& row) const;
  void drawAxis(QPainter& painter) const;
  void drawRow(QPainter& painter, int row) const;

  std::vector<std::string> nodes_;
  CallTrace trace_;
  std::vector<WaterfallRow> rows_;
  int chosen_ = -1;
};

// Colour and pattern of a part of the time, and its name; for bars and their legend.
QBrush brushOf(TimePart part);
QString partText(TimePart part);

}  // namespace faultline
