// The track of the timeline: flags for actions, bands for what lasts, triangles for alerts, how far the run is, and the
// playhead. It knows places and gestures; what they do is told by signals.
#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "gui/models/timeline_model.h"

namespace faultline {

class TimelineTrack : public QWidget {
  Q_OBJECT

 public:
  explicit TimelineTrack(const TimelineModel& model, QWidget* parent = nullptr);

  void setRun(SimTime now, SimTime duration);
  void setPlayhead(SimTime at, bool isLive);
  void setBranch(std::optional<SimTime> at);

  double xOf(SimTime time) const;
  SimTime timeAt(double x) const;
  // Where the flag of an entry is, empty for an alert's.
  QRectF flagOf(std::size_t entry) const;
  QRectF alertOf(std::size_t entry) const;
  QRectF onsetOf(std::size_t entry) const;
  int selectedAction() const { return selected_; }

  QSize sizeHint() const override;

 Q_SIGNALS:
  void seekWanted(faultline::Duration at);
  void liveWanted();
  void moveWanted(int action, faultline::Duration to);
  void editWanted(int action);
  void addWanted(faultline::Duration at);
  void removeWanted(int action);
  void menuWanted(QPoint global, faultline::Duration at, int action);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool event(QEvent* event) override;

 private:
  struct Flag {
    std::size_t entry = 0;
    QRectF rect;
    double pole = 0;
  };
  void layOut();
  void layOutOnsets();
  double progressY() const;
  const TimelineModel::Entry& entry(std::size_t index) const { return model_.entries()[index]; }
  // Index of the entry whose flag or triangle is there.
  std::optional<std::size_t> entryAt(QPointF place) const;
  SimTime snapped(SimTime time, Qt::KeyboardModifiers modifiers) const;
  void drawSpans(QPainter& painter) const;
  void drawProgress(QPainter& painter) const;
  void drawRuler(QPainter& painter) const;
  void drawFlags(QPainter& painter) const;
  void drawOnsets(QPainter& painter) const;
  void drawPlayhead(QPainter& painter) const;

  const TimelineModel& model_;
  std::vector<Flag> flags_, onsets_;
  int lanes_ = 1;
  SimTime now_, duration_ = minutes(5), playhead_;
  std::optional<SimTime> branch_;
  bool live_ = true;
  int selected_ = -1;  // action
  int dragged_ = -1;   // action
  QPointF pressed_;
  SimTime draggedTo_;
  bool moving_ = false, seeking_ = false;
};

QColor colorOf(TimelineModel::Meaning meaning);

}  // namespace faultline
