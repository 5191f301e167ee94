// Names and texts that are changed on the canvas itself, each by one edit.
#pragma once

#include <QObject>
#include <QRectF>
#include <string>

namespace faultline {

class CanvasView;
class PlaceEditor;

class Renaming : public QObject {
  Q_OBJECT

 public:
  explicit Renaming(CanvasView& view);

  // The node, arrow, region or note that is selected. False when it is not exactly one.
  bool renameSelected();
  void renameNode(const std::string& node);
  void relabelEdge(const std::string& edge);
  void renameRegion(const std::string& region);
  void editNote(int index);
  // A new note: it is there once it has a text.
  void writeNote(QPointF place);
  bool isOpen() const;
  void abandon();

 private:
  QRect onScreen(const QRectF& scene) const;
  void openNote(const QRectF& place, const QString& text, int index);

  CanvasView& view_;
  PlaceEditor* editor_;
};

}  // namespace faultline
