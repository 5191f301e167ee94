#include "gui/panels/calm_combo_box.h"

#include <QPainter>
#include <QWheelEvent>

#include "gui/style/theme.h"

namespace faultline {

CalmComboBox::CalmComboBox(QWidget* parent) : QComboBox(parent) {
  setStyleSheet(
      QStringLiteral("QComboBox::drop-down { border: none; width: 20px; } QComboBox::down-arrow { image: none; }"));
  setFocusPolicy(Qt::StrongFocus);
}

void CalmComboBox::wheelEvent(QWheelEvent* event) { event->ignore(); }

void CalmComboBox::paintEvent(QPaintEvent* event) {
  QComboBox::paintEvent(event);
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  QPen pen(colorOf(Tone::Muted), 1.4);
  pen.setCapStyle(Qt::RoundCap);
  painter.setPen(pen);
  const QPointF c(width() - 12, height() / 2.0);
  painter.drawPolyline(QPolygonF{{c.x() - 3.5, c.y() - 1.8}, {c.x(), c.y() + 1.8}, {c.x() + 3.5, c.y() - 1.8}});
}

}  // namespace faultline
