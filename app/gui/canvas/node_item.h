// The card of a node: ONE item for every kind. What stands still (ground, glyph, name, ports, selection) is painted
// into the view's cached layer; what the run shows is painted over it on every frame by `paintLive`.
#pragma once

#include <QGraphicsItem>
#include <QStaticText>

#include "gui/run/health.h"
#include "model/scenario.h"

namespace faultline {

class NodeItem : public QGraphicsItem {
 public:
  enum { Type = UserType + 1 };
  static constexpr double kWidth = 164, kHeight = 84;
  static constexpr double kPortRadius = 4.5;
  // Where there are no texts and round corners any more.
  static constexpr double kSketchZoom = 0.35;

  explicit NodeItem(const NodeSpec& spec);

  int type() const override { return Type; }
  QRectF boundingRect() const override;
  QPainterPath shape() const override;
  void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;
  // In item coordinates, the painter's transform set up by the view.
  void paintLive(QPainter& painter, double zoom) const;

  const std::string& name() const { return name_; }
  const std::string& kind() const { return kind_; }
  // Takes over name, kind and parameters.
  void setSpec(const NodeSpec& spec);
  void setMarked(bool marked);  // selected
  bool isMarked() const { return marked_; }
  // Lit up: a legal target, or what the pointer is over.
  void setLit(bool lit);
  bool isLit() const { return lit_; }

  static QRectF cardRect() { return {-kWidth / 2, -kHeight / 2, kWidth, kHeight}; }
  QRectF titleRect() const;
  bool hasInput() const { return hasInput_; }
  bool hasOutput() const { return hasOutput_; }
  QPointF inputPort() const { return pos() + QPointF(cardRect().left(), 0); }  // in the scene
  QPointF outputPort() const { return pos() + QPointF(cardRect().right(), 0); }
  QRectF sceneCard() const { return cardRect().translated(pos()); }

  // Figures of the present run, and the instant to show.
  void bind(NodeFigures figures) { figures_ = std::move(figures); }
  void show(const Shown& shown);
  Health health() const { return look_.health; }
  // The headline as it stands on the card, which holds both beside each other.
  QString label() const { return label_.text(); }
  QString value() const { return value_.text(); }

 private:
  struct Look {
    Health health = Health::Idle;
    QString label, value, failure;
    double utilization = -1, waiting = -1;  // 0..1; below zero: no bar
    bool operator==(const Look&) const = default;
  };
  void paintCard(QPainter& painter) const;
  void paintBars(QPainter& painter) const;
  void paintFailure(QPainter& painter) const;

  std::string name_, kind_;
  QString title_, count_;
  bool hasInput_ = true, hasOutput_ = true;
  bool marked_ = false, lit_ = false;
  NodeFigures figures_;
  Look look_;
  QStaticText label_, value_, failure_;
};

// The shape and colour of a state, so that colour never speaks alone: circle, diamond, triangle.
void paintHealth(QPainter& painter, Health health, QPointF centre, double size);

}  // namespace faultline
