#include "gui/panels/gallery_delegate.h"

#include <QElapsedTimer>
#include <QListView>
#include <QPainter>
#include <QPainterPath>
#include <QTextLayout>
#include <algorithm>
#include <cmath>

#include "gui/models/gallery_model.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kGap = 7;  // around a card, inside its cell
constexpr int kMargin = 12, kRadius = 9, kLessonLines = 3;
// A fraction of a frame: scrolling goes on meanwhile.
constexpr int kDrawingMs = 8;
constexpr double kDrawingShare = 0.46;  // height of the drawing by the width of the card

QFont lessonFont() { return Theme::instance().textFont(Type::Base, 0.94); }

// A tick in a circle: done to the end; a ring: opened.
void paintProgress(QPainter& painter, QPointF centre, Progress::Mark mark) {
  if (mark == Progress::Mark::None) return;
  painter.setPen(QPen(colorOf(mark == Progress::Mark::Done ? Tone::Ok : Tone::Accent), 1.6));
  painter.setBrush(mark == Progress::Mark::Done ? QBrush(colorOf(Tone::Ok)) : QBrush(Qt::NoBrush));
  painter.drawEllipse(centre, 6.5, 6.5);
  if (mark != Progress::Mark::Done) return;
  QPen pen(colorOf(Tone::Card), 1.8);
  pen.setCapStyle(Qt::RoundCap);
  pen.setJoinStyle(Qt::RoundJoin);
  painter.setPen(pen);
  painter.drawPolyline(QPolygonF{centre + QPointF(-3, 0.2), centre + QPointF(-0.8, 2.4), centre + QPointF(3.2, -2.2)});
}

// How far the lesson has been gone through: a line below the drawing, cut into its steps.
void paintLesson(QPainter& painter, const QRectF& line, int seen, int steps) {
  if (seen == 0 || steps == 0) return;
  constexpr double kBetween = 2;
  const double width = (line.width() + kBetween) / steps;
  for (int i = 0; i < steps; ++i)
    painter.fillRect(QRectF(line.left() + i * width, line.top(), width - kBetween, line.height()),
                     colorOf(i < seen ? Tone::Accent : Tone::Line));
}

// As many lines as there is room for; the last one is cut short.
void drawLines(QPainter& painter, const QRect& rect, const QString& text, int most) {
  QTextLayout layout(text, painter.font());
  const int height = painter.fontMetrics().lineSpacing();
  QStringList lines;
  layout.beginLayout();
  qsizetype begin = 0;
  while (static_cast<int>(lines.size()) < most) {
    QTextLine line = layout.createLine();
    if (!line.isValid()) break;
    line.setLineWidth(rect.width());
    begin = line.textStart();
    lines << text.mid(begin, line.textLength()).trimmed();
  }
  layout.endLayout();
  if (!lines.isEmpty()) lines.last() = painter.fontMetrics().elidedText(text.mid(begin), Qt::ElideRight, rect.width());
  for (int i = 0; i < lines.size(); ++i)
    painter.drawText(QRect(rect.left(), rect.top() + i * height, rect.width(), height),
                     Qt::AlignLeft | Qt::AlignVCenter, lines[i]);
}

}  // namespace

GalleryDelegate::GalleryDelegate(const GalleryFilter& filter, ThumbnailPainter thumbnail, QObject* parent)
    : QStyledItemDelegate(parent), filter_(filter), thumbnail_(std::move(thumbnail)) {
  connect(&timer_, &QTimer::timeout, this, &GalleryDelegate::drawSome);
}

int GalleryDelegate::heightFor(int width) {
  const QFontMetrics name(Theme::instance().textFont(Type::Name)), lesson(lessonFont());
  return 2 * kGap + static_cast<int>((width - 2 * kGap) * kDrawingShare) + kMargin + name.lineSpacing() + 4 +
         kLessonLines * lesson.lineSpacing() + 6 + lesson.lineSpacing() + kMargin - 2;
}

QSize GalleryDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
  const auto* list = qobject_cast<const QListView*>(option.widget);
  return list == nullptr ? QSize() : list->gridSize();
}

void GalleryDelegate::drawSome() {
  QElapsedTimer timer;
  timer.start();
  while (!orders_.empty() && timer.elapsed() < kDrawingMs) {
    const Order order = orders_.front();
    orders_.erase(orders_.begin());
    QPixmap drawing(order.size * order.ratio);
    drawing.setDevicePixelRatio(order.ratio);
    drawing.fill(Qt::transparent);
    QPainter painter(&drawing);
    thumbnail_(painter, QRectF(QPointF(), QSizeF(order.size)), *order.scenario);
    painter.end();
    drawings_[order.id] = drawing;
  }
  if (orders_.empty()) timer_.stop();
  Q_EMIT drawn();
}

void GalleryDelegate::paintDrawing(QPainter& painter, const QRect& rect, const QModelIndex& index) const {
  const LibraryEntry& entry = filter_.entryAt(index);
  const QRect inside = rect.adjusted(kMargin, kMargin, -kMargin, -kMargin);
  if (inside.isEmpty()) return;
  const double ratio = painter.device()->devicePixelRatioF();
  const auto found = drawings_.constFind(entry.id);
  if (found != drawings_.constEnd() && found->size() == inside.size() * ratio) {
    painter.drawPixmap(inside.topLeft(), *found);
    return;
  }
  const auto same = [&](const Order& order) { return order.id == entry.id; };
  std::erase_if(orders_, same);
  orders_.push_back({entry.id, inside.size(), ratio, &entry.scenario});
  timer_.start(0);
}

void GalleryDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const QRect card = option.rect.adjusted(kGap, kGap, -kGap, -kGap);
  const bool isSelected = option.state & QStyle::State_Selected, isHovered = option.state & QStyle::State_MouseOver;
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  const QRect drawing(card.left(), card.top(), card.width(), static_cast<int>(card.width() * kDrawingShare));
  QPainterPath outline;
  outline.addRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
  painter->fillPath(outline, colorOf(Tone::Card));
  painter->setClipPath(outline);
  painter->fillRect(drawing, colorOf(Tone::Canvas));
  paintDrawing(*painter, drawing, index);
  painter->setClipping(false);
  painter->setBrush(Qt::NoBrush);
  painter->setPen(QPen(colorOf(isSelected || isHovered ? Tone::Accent : Tone::Line), isSelected ? 2 : 1));
  painter->drawPath(outline);

  QRect text = card.adjusted(kMargin, drawing.height() + kMargin - 3, -kMargin, -kMargin + 3);
  const auto done = static_cast<Progress::Mark>(index.data(GalleryModel::ProgressRole).toInt());
  paintLesson(*painter, QRectF(card.left() + 1, drawing.bottom() - 2, card.width() - 2, 3),
              index.data(GalleryModel::SeenRole).toInt(), index.data(GalleryModel::StepsRole).toInt());
  painter->setFont(Theme::instance().textFont(Type::Name));
  painter->setPen(colorOf(Tone::Text));
  const int nameHeight = painter->fontMetrics().lineSpacing();
  painter->drawText(QRect(text.left(), text.top(), text.width(), nameHeight), Qt::AlignLeft | Qt::AlignVCenter,
                    painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, text.width()));
  painter->setFont(lessonFont());
  painter->setPen(colorOf(Tone::Muted));
  const int line = painter->fontMetrics().lineSpacing();
  drawLines(*painter, text.adjusted(0, nameHeight + 4, 0, 0), index.data(GalleryModel::LessonRole).toString(),
            kLessonLines);
  const QRect foot(text.left(), text.bottom() - line + 1, text.width(), line);
  const QString length = format::duration(
      Duration{static_cast<std::int64_t>(std::llround(index.data(GalleryModel::LengthRole).toDouble() * 1e9))});
  painter->setFont(Theme::instance().textFont(Type::Heading));
  painter->drawText(foot, Qt::AlignLeft | Qt::AlignVCenter, index.data(GalleryModel::GroupRole).toString());
  painter->setFont(lessonFont());
  const int mark = done == Progress::Mark::None ? 0 : 22;
  painter->drawText(foot.adjusted(0, 0, -mark, 0), Qt::AlignRight | Qt::AlignVCenter, length);
  paintProgress(*painter, {foot.right() - 7.0, foot.center().y() + 0.5}, done);
  painter->restore();
}

}  // namespace faultline
