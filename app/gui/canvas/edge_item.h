// An arrow between two cards: its route, and the traffic on it.
//
// The line is part of the view's cached layer; its width and colour follow the traffic in a few steps, so that the
// layer is painted again only when a step changes. Dots, crosses and the label are painted over it on every frame by
// `paintLive`.
#pragma once

#include <QGraphicsItem>
#include <QStaticText>
#include <array>

#include "gui/run/health.h"
#include "model/scenario.h"

namespace faultline {

class EdgeItem : public QGraphicsItem {
 public:
  enum { Type = UserType + 2 };
  // Points of the route at equal distances along it: a dot's place is one interpolation.
  static constexpr int kSamples = 32;

  explicit EdgeItem(const EdgeSpec& spec);

  int type() const override { return Type; }
  QRectF boundingRect() const override;
  QPainterPath shape() const override;  // wide enough to be clicked
  void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;
  // In scene coordinates. `scroll` is how far dots of speed one have moved since the start, in scene units.
  void paintLive(QPainter& painter, double zoom, double scroll) const;

  const std::string& name() const { return name_; }
  const std::string& from() const { return from_; }
  const std::string& to() const { return to_; }
  void setSpec(const EdgeSpec& spec);
  void setMarked(bool marked);
  bool isMarked() const { return marked_; }

  // Between two cards, `lane` of `lanes` where several arrows run between the same two.
  void route(const QRectF& from, const QRectF& to, int lane, int lanes);
  // Where the label goes; empty: nowhere without touching something, so it is shown by tooltip only.
  // What people want to know who point at it: its name, its traffic and how that goes.
  QString hoverText() const;
  void setLit(bool lit);  // the pointer is over it
  void placeLabel(const QRectF& place);
  const QRectF& labelPlace() const { return labelPlace_; }
  // Where a label of this size could go, best first.
  std::vector<QRectF> labelCandidates(QSizeF size) const;
  // Where it runs behind other cards no dots are shown. `cards` are those that it may touch.
  void hideBehind(const std::vector<QRectF>& cards);
  bool crosses(const QRectF& place) const;  // the route leads through it
  QPointF at(double share) const;           // along the route, 0..1
  double length() const { return length_; }

  void bind(EdgeFigures figures) { figures_ = std::move(figures); }
  void show(const Shown& shown);

 private:
  void sample(QPointF a, QPointF c, QPointF d, QPointF b);

  std::string name_, from_, to_;
  bool isSent_ = false;  // nobody waits for the answer: dashed
  bool marked_ = false;
  bool ownPort_ = false;
  EdgeFigures figures_;
  QPainterPath path_;
  QRectF bounds_;
  std::array<QPointF, kSamples + 1> samples_;
  std::array<bool, kSamples + 1> hidden_{};
  double length_ = 0;
  QRectF labelPlace_;
  QPointF labelAt_;  // the nearest point of the route

  // What is shown.
  double rate_ = 0, failedShare_ = 0, latencyMs_ = 0;
  int width_ = 0;  // in half pixels above the resting line
  enum class Course { Fine, Some, Failing };
  static Course courseOf(double failedShare);
  Course course_ = Course::Fine;
  bool isBroken_ = false, lit_ = false;
  std::int64_t inUse_ = 0, waiting_ = 0;
  QString labelText_;
  QStaticText label_;
};

}  // namespace faultline
