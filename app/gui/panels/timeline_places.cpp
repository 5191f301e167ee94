#include "gui/panels/timeline_places.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <utility>

#include "gui/models/nice_ticks.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr double kSide = 18, kTop = 8;
constexpr double kSpans = 15, kProgress = 20, kOnsetRise = 6;
constexpr int kMostLanes = 3;
// More marks side by side would stand far from their time, and nobody reads them one by one.
constexpr int kMostSideBySide = 3;

// What holds texts grows with them.
double scaled(double size) { return size * Theme::instance().scale(); }
double laneHeight() { return scaled(19); }
double flagHeight() { return scaled(16); }
double mostFlag() { return scaled(260); }
double alertSize() { return scaled(11); }
double onsetSize() { return scaled(15); }

}  // namespace

double TimelinePlaces::spansHeight() { return kSpans - 2; }
double TimelinePlaces::rulerHeight() { return scaled(18); }
double TimelinePlaces::rulerLabel() { return scaled(78); }

QFont TimelinePlaces::flagFont() {
  QFont font = Theme::instance().textFont(Type::Base, 0.86);
  font.setWeight(QFont::Medium);
  return font;
}

QString TimelinePlaces::flagText(const TimelineModel::Entry& entry) {
  return entry.step < 0 ? entry.text : QCoreApplication::translate("Timeline", "step %1").arg(entry.step + 1);
}

double TimelinePlaces::left() const { return kSide; }
double TimelinePlaces::right() const { return width_ - kSide; }
double TimelinePlaces::secondsPerPixel() const { return duration_.seconds() / std::max(1.0, right() - left()); }

double TimelinePlaces::xOf(SimTime time) const {
  return kSide + std::min(1.0, time.seconds() / duration_.seconds()) * (width_ - 2 * kSide);
}

SimTime TimelinePlaces::timeAt(double x) const {
  const double share = std::clamp((x - kSide) / std::max(1.0, width_ - 2 * kSide), 0.0, 1.0);
  return durationFromSeconds(share * duration_.seconds());
}

SimTime TimelinePlaces::roundTime(SimTime time) const {
  const Duration step = niceTimeStep(duration_, std::max(1, static_cast<int>(width_ / 2)));
  return {(time.ns + step.ns / 2) / step.ns * step.ns};
}

int TimelinePlaces::height() const { return static_cast<int>(spansY() + kSpans + kProgress + rulerHeight()); }
double TimelinePlaces::spansY() const { return kTop + lanes_ * laneHeight(); }
double TimelinePlaces::progressY() const { return spansY() + kSpans + kProgress / 2; }
double TimelinePlaces::rulerY() const { return spansY() + kSpans + kProgress; }

// Flags go to the first lane where they fit; when none is free they share the least crowded one and are cut short.
bool TimelinePlaces::layOut(double width, Duration duration) {
  width_ = width;
  duration_ = duration;
  flags_.clear();
  const QFontMetricsF metrics(flagFont());
  std::vector<double> ends;
  for (std::size_t i = 0; i < model_.entries().size(); ++i) {
    if (entry(i).source == TimelineModel::Source::Alert || entry(i).stage >= 0) continue;
    const double pole = std::round(xOf(entry(i).at));
    const double wanted = std::clamp(metrics.horizontalAdvance(flagText(entry(i))) + 14, kLeastFlag, mostFlag());
    const double left = std::max(0.0, std::min(pole, width_ - 2 - wanted));
    auto lane = std::find_if(ends.begin(), ends.end(), [&](double end) { return end <= left; });
    if (lane == ends.end() && ends.size() < kMostLanes) lane = ends.insert(ends.end(), 0);
    if (lane == ends.end()) lane = std::min_element(ends.begin(), ends.end());
    *lane = left + wanted + 3;
    flags_.push_back(
        {i, QRectF(left, kTop + static_cast<double>(lane - ends.begin()) * laneHeight(), wanted, flagHeight()), pole});
  }
  // A flag ends where the next one of its lane begins.
  for (std::size_t i = 0; i < flags_.size(); ++i)
    for (std::size_t k = i + 1; k < flags_.size(); ++k)
      if (flags_[k].rect.top() == flags_[i].rect.top() && flags_[k].rect.left() < flags_[i].rect.right() &&
          flags_[k].rect.left() >= flags_[i].rect.left())
        flags_[i].rect.setRight(std::max(flags_[i].rect.left() + 4, flags_[k].rect.left() - 1));
  layOutOnsets();
  const int lanes = std::max(1, static_cast<int>(ends.size()));
  return std::exchange(lanes_, lanes) != lanes;
}

// The stages of an incident often begin within seconds: those that would cover one another stand side by side around
// the middle of their times; where they are many, what began together is one mark.
void TimelinePlaces::layOutOnsets() {
  struct Cluster {
    double sum = 0;  // of the left edges that its members would like, less their places in the row
    int count = 0;
    double left() const { return sum / count; }
  };
  const double size = onsetSize(), step = size + 1;
  std::vector<Flag> stages;
  std::vector<Cluster> clusters;
  for (std::size_t i = 0; i < model_.entries().size(); ++i) {
    if (entry(i).stage < 0) continue;
    const double pole = xOf(entry(i).at);
    Cluster cluster{pole - size / 2 - step * static_cast<double>(stages.size()), 1};
    stages.push_back({i, QRectF(0, 0, size, size), pole});
    for (; !clusters.empty() && clusters.back().left() > cluster.left(); clusters.pop_back())
      cluster = {clusters.back().sum + cluster.sum, clusters.back().count + cluster.count};
    clusters.push_back(cluster);
  }
  const double most = width_ - 2 - step * static_cast<double>(stages.size());
  onsets_.clear();
  auto stage = stages.begin();
  double place = 0;
  for (const Cluster& cluster : clusters) {
    if (cluster.count > kMostSideBySide) {
      addOnsetsOf({stage, stage + cluster.count});
      stage += cluster.count;
      place += step * cluster.count;
      continue;
    }
    // What is so near in time is told by cause: its numbers are read from left to right all the same.
    std::stable_sort(stage, stage + cluster.count,
                     [this](const Flag& a, const Flag& b) { return entry(a.entry).stage < entry(b.entry).stage; });
    for (int i = 0; i < cluster.count; ++i, ++stage, place += step) {
      stage->rect.moveLeft(std::max(0.0, std::min(cluster.left(), most)) + place);
      onsets_.push_back({{stage->entry}, stage->rect, stage->pole});
    }
  }
}

void TimelinePlaces::addOnsetsOf(const std::vector<Flag>& stages) {
  const double reach = 2 * onsetSize();
  for (auto first = stages.begin(); first != stages.end();) {
    const auto end =
        std::find_if(first, stages.end(), [&](const Flag& stage) { return stage.pole > first->pole + reach; });
    addOnset({first, end});
    first = end;
  }
}

void TimelinePlaces::addOnset(const std::vector<Flag>& stages) {
  Onset onset;
  for (const Flag& stage : stages) {
    onset.entries.push_back(stage.entry);
    onset.pole += stage.pole / static_cast<double>(stages.size());
  }
  std::sort(onset.entries.begin(), onset.entries.end(),
            [this](std::size_t a, std::size_t b) { return entry(a).stage < entry(b).stage; });
  const double text = QFontMetricsF(flagFont()).horizontalAdvance(onsetText(onset)) + 12;
  const double width = stages.size() == 1 ? onsetSize() : std::max(onsetSize(), text);
  const double left = std::clamp(onset.pole - width / 2, 0.0, std::max(0.0, width_ - 2 - width));
  const double free = onsets_.empty() ? 0 : onsets_.back().rect.right() + 1;
  onset.rect = QRectF(std::max(left, free), 0, width, onsetSize());
  onsets_.push_back(std::move(onset));
}

QString TimelinePlaces::onsetText(const Onset& onset) const {
  const int first = entry(onset.entries.front()).stage, last = entry(onset.entries.back()).stage;
  const QString begin = QString::number(first + 1);
  if (onset.entries.size() == 1) return begin;
  const bool isComplete = last - first + 1 == static_cast<int>(onset.entries.size());
  return isComplete ? begin + QChar(0x2013) + QString::number(last + 1) : begin + QChar(0x2026);
}

QRectF TimelinePlaces::onsetOf(std::size_t index) const {
  for (const Onset& onset : onsets_)
    if (std::find(onset.entries.begin(), onset.entries.end(), index) != onset.entries.end())
      return onset.rect.translated(0, progressY() - onsetSize() - kOnsetRise);
  return {};
}

std::vector<std::size_t> TimelinePlaces::stagesWith(std::size_t index) const {
  for (const Onset& onset : onsets_)
    if (std::find(onset.entries.begin(), onset.entries.end(), index) != onset.entries.end()) return onset.entries;
  return {};
}

QRectF TimelinePlaces::flagOf(std::size_t index) const {
  for (const Flag& flag : flags_)
    if (flag.entry == index) return flag.rect;
  return {};
}

QRectF TimelinePlaces::alertOf(std::size_t index) const {
  if (entry(index).source != TimelineModel::Source::Alert) return {};
  const double size = alertSize();
  return QRectF(xOf(entry(index).at) - size / 2, progressY() - size / 2 - 1, size, size);
}

std::optional<std::size_t> TimelinePlaces::entryAt(QPointF place) const {
  for (auto flag = flags_.rbegin(); flag != flags_.rend(); ++flag)
    if (flag->rect.adjusted(-2, -2, 2, 2).contains(place)) return flag->entry;
  for (const Onset& onset : onsets_)
    if (onsetOf(onset.entries.front()).contains(place)) return onset.entries.front();
  for (std::size_t i = model_.entries().size(); i-- > 0;)
    if (alertOf(i).adjusted(-3, -3, 3, 3).contains(place)) return i;
  return std::nullopt;
}

}  // namespace faultline
