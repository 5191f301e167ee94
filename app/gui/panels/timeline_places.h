// Where everything stands on the track of the timeline: times, flags in their lanes, stages, alerts.
//
// Thread safety: the window's thread.
#pragma once

#include <QFont>
#include <QRectF>
#include <optional>
#include <vector>

#include "gui/models/timeline_model.h"

namespace faultline {

class TimelinePlaces {
 public:
  struct Flag {
    std::size_t entry = 0;
    QRectF rect;
    double pole = 0;
  };

  explicit TimelinePlaces(const TimelineModel& model) : model_(model) {}

  // After any change of the model, of the width, of the duration or of the theme. True when the height is another one.
  bool layOut(double width, Duration duration);

  double left() const;
  double right() const;
  double xOf(SimTime time) const;
  SimTime timeAt(double x) const;
  // The round time near a place.
  SimTime roundTime(SimTime time) const;
  double secondsPerPixel() const;

  int height() const;
  double spansY() const;     // top of the bands of what lasts
  double progressY() const;  // middle of the line that says how far the run is
  double rulerY() const;

  const std::vector<Flag>& flags() const { return flags_; }
  const std::vector<Flag>& onsets() const { return onsets_; }
  // Where an entry of the model is; empty where it has no such mark.
  QRectF flagOf(std::size_t entry) const;
  QRectF alertOf(std::size_t entry) const;
  QRectF onsetOf(std::size_t entry) const;
  // Index of the entry whose mark is there.
  std::optional<std::size_t> entryAt(QPointF place) const;

  // What a flag says; the steps of a lesson say the rest when they are pointed at.
  static QString flagText(const TimelineModel::Entry& entry);
  static constexpr double kLeastFlag = 18;  // narrower ones have no text
  static double spansHeight();
  static double rulerHeight();
  static double rulerLabel();
  static QFont flagFont();

 private:
  void layOutOnsets();
  const TimelineModel::Entry& entry(std::size_t index) const { return model_.entries()[index]; }

  const TimelineModel& model_;
  std::vector<Flag> flags_, onsets_;
  double width_ = 600;
  Duration duration_ = minutes(5);
  int lanes_ = 1;
};

}  // namespace faultline
