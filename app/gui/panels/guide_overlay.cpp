#include "gui/panels/guide_overlay.h"

#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>

#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kWidth = 236, kMargin = 12, kEdge = 8, kGap = 10, kRadius = 9;
constexpr double kVeil = 0.72;

QFont titleFont() { return Theme::instance().textFont(Type::Name); }
QFont bodyFont() { return Theme::instance().textFont(Type::Base); }

}  // namespace

GuideOverlay::GuideOverlay(QList<GuideLabel> labels, QWidget* window) : QWidget(window), labels_(std::move(labels)) {
  setObjectName(QStringLiteral("guide"));
  setAccessibleName(tr("What am I looking at"));
  setFocusPolicy(Qt::StrongFocus);
  window->installEventFilter(this);
  hide();
}

void GuideOverlay::present() {
  setGeometry(parentWidget()->rect());
  show();
  raise();
  setFocus();
}

QRect GuideOverlay::areaOf(const GuideLabel& label) const {
  if (label.part.isNull() || !label.part->isVisible()) return {};
  return QRect(label.part->mapTo(parentWidget(), QPoint()), label.part->size()) & rect();
}

QSize GuideOverlay::sizeOf(const GuideLabel& label) const {
  const int width = static_cast<int>(kWidth * Theme::instance().scale());
  const QRect text =
      QFontMetrics(bodyFont()).boundingRect(QRect(0, 0, width - 2 * kMargin, 1000), Qt::TextWordWrap, label.text);
  return {width, 2 * kMargin + QFontMetrics(titleFont()).lineSpacing() + 3 + text.height()};
}

// In the middle of its part where that is large enough, else below or above it; never outside the window, nor over
// another label.
QList<QRect> GuideOverlay::places() const {
  QList<QRect> places;
  const QRect inside = rect().adjusted(kEdge, kEdge, -kEdge, -kEdge);
  for (const GuideLabel& label : labels_) {
    const QRect area = areaOf(label);
    QRect place;
    if (!area.isEmpty()) {
      place = QRect(QPoint(), sizeOf(label));
      place.moveCenter(area.center());
      if (place.height() + 2 * kEdge > area.height()) {
        const bool below = area.bottom() + kGap + place.height() < inside.bottom();
        below ? place.moveTop(area.bottom() + kGap) : place.moveBottom(area.top() - kGap);
      }
      const auto keepInside = [&] {
        place.moveLeft(
            std::clamp(place.left(), inside.left(), std::max(inside.left(), inside.right() - place.width())));
        place.moveTop(std::clamp(place.top(), inside.top(), std::max(inside.top(), inside.bottom() - place.height())));
      };
      keepInside();
      for (const QRect& other : places)
        if (!other.isEmpty() && other.adjusted(-kEdge, -kEdge, kEdge, kEdge).intersects(place)) {
          place.moveTop(other.bottom() + kGap);
          keepInside();
          if (!other.intersects(place)) continue;  // else there is no room below it
          place.moveLeft(other.right() + kGap);
          keepInside();
        }
    }
    places << place;
  }
  return places;
}

void GuideOverlay::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillRect(rect(), Theme::instance().faint(Tone::Canvas, kVeil));
  const QList<QRect> places = this->places();
  for (int i = 0; i < labels_.size(); ++i) {
    if (places[i].isEmpty()) continue;
    const QRect area = areaOf(labels_[i]), place = places[i];
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colorOf(Tone::Accent), 2));
    painter.drawRoundedRect(QRectF(area).adjusted(3, 3, -3, -3), 7, 7);
    if (!area.contains(place.center())) {
      const bool below = place.top() > area.center().y();
      const int x = std::clamp(area.center().x(), place.left() + kRadius, place.right() - kRadius);
      painter.drawLine(x, below ? area.bottom() - 3 : area.top() + 3, x, below ? place.top() : place.bottom());
    }
    painter.setPen(QPen(colorOf(Tone::Line), 1));
    painter.setBrush(colorOf(Tone::Card));
    painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
    QRect text = place.adjusted(kMargin, kMargin, -kMargin, -kMargin);
    painter.setFont(titleFont());
    painter.setPen(colorOf(Tone::Text));
    painter.drawText(text, Qt::AlignLeft | Qt::AlignTop, labels_[i].title);
    text.setTop(text.top() + painter.fontMetrics().lineSpacing() + 3);
    painter.setFont(bodyFont());
    painter.setPen(colorOf(Tone::Muted));
    painter.drawText(text, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, labels_[i].text);
  }
}

void GuideOverlay::mousePressEvent(QMouseEvent*) { hide(); }
void GuideOverlay::keyPressEvent(QKeyEvent*) { hide(); }

// Every key is meant for the veil, also those that are commands elsewhere.
bool GuideOverlay::event(QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride) {
    event->accept();
    return true;
  }
  return QWidget::event(event);
}

bool GuideOverlay::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize && isVisible()) setGeometry(parentWidget()->rect());
  return QWidget::eventFilter(watched, event);
}

}  // namespace faultline
