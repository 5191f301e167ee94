// Lets a widget take what is dragged out of the palette. It knows nothing of the widget but its coordinates.
#pragma once

#include <QObject>
#include <QPoint>
#include <QPointF>
#include <functional>

#include "gui/document/mime.h"

class QWidget;

namespace faultline {

class ComponentDrop : public QObject {
  Q_OBJECT

 public:
  // `toScene` maps a point of the target to where the component shall be.
  ComponentDrop(QWidget& target, std::function<QPointF(QPoint)> toScene, QObject* parent = nullptr);

 Q_SIGNALS:
  void dropped(const faultline::ComponentChoice& choice, QPointF place);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  std::function<QPointF(QPoint)> toScene_;
};

}  // namespace faultline
