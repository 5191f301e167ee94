#include "gui/canvas/finding_marks.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QStyleOptionGraphicsItem>

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/edge_item.h"
#include "gui/canvas/node_item.h"
#include "gui/document/findings.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr double kWave = 5, kHeight = 3;
constexpr double kTitleLeft = 39, kTitleTop = 29, kTitleRight = 30;  // under the name on a card
constexpr double kOnEdge = 0.3, kEdgeWidth = 20;                     // where on an arrow, and how wide
constexpr std::size_t kMostTold = 6;

QString tipOf(const std::vector<const Finding*>& findings) {
  QString text;
  for (std::size_t i = 0; i < std::min(kMostTold, findings.size()); ++i)
    text += QStringLiteral("<p style='margin:2px 0'>%1<br><i>%2</i></p>")
                .arg(QString::fromStdString(findings[i]->what).toHtmlEscaped(),
                     QString::fromStdString(findings[i]->why).toHtmlEscaped());
  return text;
}

class Mark : public QGraphicsItem {
 public:
  enum { Type = UserType + 40 };

  Mark(QGraphicsItem* parent, const QString& tip) : QGraphicsItem(parent) {
    setAcceptedMouseButtons(Qt::NoButton);
    setToolTip(tip);
  }
  int type() const override { return Type; }
  QRectF boundingRect() const override { return place().adjusted(-2, -4, 2, 4); }

  void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) override {
    if (option->levelOfDetailFromTransform(painter->worldTransform()) < NodeItem::kSketchZoom) return;
    const QRectF where = place();
    QPainterPath wave(where.topLeft());
    for (double x = where.left(); x + kWave <= where.right(); x += kWave)
      wave.quadTo(x + kWave / 2, where.top() + (static_cast<int>((x - where.left()) / kWave) % 2 ? -kHeight : kHeight),
                  x + kWave, where.top());
    painter->setBrush(Qt::NoBrush);
    painter->setPen(QPen(colorOf(Tone::Degraded), 1.4, Qt::SolidLine, Qt::RoundCap));
    painter->drawPath(wave);
  }

 private:
  // Asked anew for every painting, because names and routes change.
  QRectF place() const {
    if (const auto* node = qgraphicsitem_cast<const NodeItem*>(parentItem())) {
      const QRectF card = NodeItem::cardRect();
      const double name = QFontMetricsF(Theme::instance().font(::faultline::Type::Name))
                              .horizontalAdvance(QString::fromStdString(node->name()));
      const double most = card.width() - kTitleLeft - kTitleRight;
      return {card.left() + kTitleLeft, card.top() + kTitleTop, std::clamp(name, 3 * kWave, most), 1};
    }
    const auto* edge = qgraphicsitem_cast<const EdgeItem*>(parentItem());
    const QPointF at = edge != nullptr ? edge->at(kOnEdge) : QPointF();
    return {at.x() - kEdgeWidth / 2, at.y() + 5, kEdgeWidth, 1};
  }
};

void mark(QGraphicsItem& item, const std::vector<const Finding*>& findings) {
  for (QGraphicsItem* child : item.childItems())
    if (child->type() == Mark::Type) delete child;
  if (!findings.empty()) new Mark(&item, tipOf(findings));
}

}  // namespace

FindingMarks::FindingMarks(CanvasScene& scene, const Findings& findings)
    : QObject(&scene), scene_(scene), findings_(findings) {
  connect(&findings, &Findings::changed, this, &FindingMarks::refresh);
}

void FindingMarks::refresh() {
  for (const auto& [name, item] : scene_.nodes()) mark(*item, findings_.risksAt(name));
  for (const auto& [name, item] : scene_.edges()) mark(*item, findings_.risksAt(name));
}

}  // namespace faultline
