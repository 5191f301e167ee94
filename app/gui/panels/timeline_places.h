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

  // Where stages of an incident began: one, or many that began nearly together.
  struct Onset {
    std::vector<std::size_t> entries;  // in the order of their numbers
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
  const std::vector<Onset>& onsets() const { return onsets_; }
  // Where an entry of the model is; empty where it has no such mark.
  QRectF flagOf(std::size_t entry) const;
  QRectF alertOf(std::size_t entry) const;
  QRectF onsetOf(std::size_t entry) const;
  // What stands there with the entry, itself included; empty when it is no stage.
  std::vector<std::size_t> stagesWith(std::size_t entry) const;
  // Index of the entry whose mark is there.
  std::optional<std::size_t> entryAt(QPointF place) const;

  // What a flag says; the steps of a lesson say the rest when they are pointed at.
  static QString flagText(const TimelineModel::Entry& entry);
  // "3", "1-11" of stages that are told together, or "1..." where other marks have some of them.
  QString onsetText(const Onset& onset) const;
  static constexpr double kLeastFlag = 18;  // narrower ones have no text
  static double spansHeight();
  static double rulerHeight();
  static double rulerLabel();
  static QFont flagFont();

 private:
  void layOutOnsets();
  void addOnsetsOf(const std::vector<Flag>& stages);  // of many: one mark for each few seconds
  void addOnset(const std::vector<Flag>& stages);     // one mark for all of them
  const TimelineModel::Entry& entry(std::size_t index) const { return model_.entries()[index]; }

  const TimelineModel& model_;
  std::vector<Flag> flags_;
  std::vector<Onset> onsets_;
  double width_ = 600;
  Duration duration_ = minutes(5);
  int lanes_ = 1;
};

}  // namespace faultline
