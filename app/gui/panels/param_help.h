// The help of one parameter: what it means, its range and default, the shape of a distribution.
#pragma once

#include <QWidget>

#include "gui/models/param_rows.h"

class QLabel;

namespace faultline {

class DensityPlot;

class ParamHelp : public QWidget {
  Q_OBJECT

 public:
  explicit ParamHelp(QWidget* parent = nullptr);
  void show(const ParamRow& row, bool isRunning);
  void clear();
  QString text() const;

 protected:
  // Of the widget that it stands in: where that is low, the form has the room.
  bool eventFilter(QObject* watched, QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  QLabel *title_, *body_;
  DensityPlot* plot_;
};

}  // namespace faultline
