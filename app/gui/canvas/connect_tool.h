// Draw an arrow: drag from a port to a card, or by keys from a selected card. Only what may be called lights up; what
// may not says why. An arrow that ends on the ground asks for a new component there.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "gui/canvas/tool.h"

namespace faultline {

class CanvasScene;
class NodeItem;

class ConnectTool : public Tool {
 public:
  // A new node is wanted at a place, as callee or as caller of this node.
  using NodeWanted = std::function<void(const std::string& node, bool asCallee, QPointF place)>;
  ConnectTool(CanvasScene& scene, NodeWanted nodeWanted);

  bool press(const Pointer& pointer) override;
  void move(const Pointer& pointer) override;
  void release(const Pointer& pointer) override;
  void cancel() override;
  bool hover(const Pointer& pointer) override;
  Qt::CursorShape cursor() const override { return Qt::CrossCursor; }
  bool key(int key, Qt::KeyboardModifiers modifiers) override;
  void paint(QPainter& painter, double zoom) const override;

  // From this card, by keys: Tab and arrows go through what may be called, Enter connects. False when nothing may be.
  bool begin(const std::string& node);
  // Why the card under the pointer cannot be the other end; empty when it can, or when there is none.
  const std::string& refusal() const { return refusal_; }

 private:
  struct Port {
    std::string node;
    bool isOutput = true;
  };
  Port portAt(const Pointer& pointer) const;
  QPointF placeOf(const Port& port) const;
  std::string whyNot(const std::string& other) const;
  void lightUp();
  void aim(const Pointer& pointer);
  void connectTo(const std::string& other);
  void end();

  CanvasScene& scene_;
  NodeWanted nodeWanted_;
  Port hovered_, from_;
  bool isActive_ = false, byKeys_ = false, isDragged_ = false;
  Pointer start_;
  QPointF tip_;
  std::string target_, refusal_;
  std::set<std::string> legal_;
};

}  // namespace faultline
