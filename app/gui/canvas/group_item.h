// The frame of a region or a host behind its members: it has no place of its own, it is where they are.
#pragma once

#include <QGraphicsItem>

#include "model/scenario.h"

namespace faultline {

class GroupItem : public QGraphicsItem {
 public:
  enum { Type = UserType + 3 };

  explicit GroupItem(const GroupSpec& spec);

  int type() const override { return Type; }
  QRectF boundingRect() const override { return frame_.adjusted(-2, -2, 2, 2); }
  QPainterPath shape() const override;  // title and border: what is inside belongs to the rubber band
  void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

  const std::string& name() const { return name_; }
  bool isRegion() const { return isRegion_; }
  const std::vector<std::string>& members() const { return members_; }
  void setMarked(bool marked);
  // Around the cards of the members.
  void surround(const QRectF& cards);
  const QRectF& frame() const { return frame_; }
  QRectF titleRect() const;

 private:
  std::string name_;
  bool isRegion_;
  QString title_;
  std::vector<std::string> members_;
  QRectF frame_;
  bool marked_ = false;
};

}  // namespace faultline
