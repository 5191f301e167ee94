// The track of the timeline: flags for actions and steps of the lesson, bands for what lasts, triangles for alerts, how
// far the run is, and the playhead. It knows gestures and looks; where things stand is in timeline_places, and what
// gestures do is told by signals.
#pragma once

#include <QWidget>
#include <optional>

#include "gui/models/timeline_model.h"
#include "gui/panels/timeline_places.h"

namespace faultline {

class TimelineTrack : public QWidget {
  Q_OBJECT

 public:
  explicit TimelineTrack(const TimelineModel& model, QWidget* parent = nullptr);

  void setRun(SimTime now, SimTime duration);
  void setPlayhead(SimTime at, bool isLive);
  void setBranch(std::optional<SimTime> at);

  const TimelinePlaces& places() const { return places_; }
  int selectedAction() const { return selected_; }

  QSize sizeHint() const override;

 Q_SIGNALS:
  void seekWanted(faultline::Duration at);
  void liveWanted();
  void moveWanted(int action, faultline::Duration to);
  void editWanted(int action);
  void addWanted(faultline::Duration at);
  // The rule that this alert of the run fired by.
  void ruleWanted(int alert);
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
  void layOut();
  const TimelineModel::Entry& entry(std::size_t index) const { return model_.entries()[index]; }
  SimTime snapped(SimTime time, Qt::KeyboardModifiers modifiers) const;
  void drawSpans(QPainter& painter) const;
  void drawProgress(QPainter& painter) const;
  void drawRuler(QPainter& painter) const;
  void drawFlags(QPainter& painter) const;
  void drawOnsets(QPainter& painter) const;
  void drawPlayhead(QPainter& painter) const;

  const TimelineModel& model_;
  TimelinePlaces places_;
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
