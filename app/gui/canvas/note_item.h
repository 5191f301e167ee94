// A text on the drawing.
#pragma once

#include <QGraphicsItem>

#include "model/scenario.h"

namespace faultline {

class NoteItem : public QGraphicsItem {
 public:
  enum { Type = UserType + 4 };
  static constexpr double kMostWidth = 300;

  NoteItem(const NoteSpec& spec, int index);

  int type() const override { return Type; }
  QRectF boundingRect() const override { return rect_.adjusted(-2, -2, 2, 2); }
  void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

  int index() const { return index_; }
  void setMarked(bool marked);
  QRectF sceneNote() const { return rect_.translated(pos()); }

 private:
  int index_;
  QString text_;
  QRectF rect_;
  bool marked_ = false;
};

}  // namespace faultline
