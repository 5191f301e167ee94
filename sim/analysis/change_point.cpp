#include "analysis/change_point.h"

#include <algorithm>
#include <cmath>

namespace faultline {
namespace {

// A shift of two spreads is what the sum is tuned to: it leans back by half of that for each value.
constexpr double kLean = 1.0;
// One outlier must not raise the alarm, so none counts for more than this ...
constexpr double kMostOneValueCounts = 6.0;
// ... unless values are counts of what nothing else can cause: then one is enough.
constexpr double kMostOneCountCounts = 20.0;
// The alarm needs more than two values.
constexpr double kAlarm = 15.0;
// Within so many spreads of the middle a value is as usual.
constexpr double kUsual = 3.0;
// So many usual values in a row, and at least so much time of them, end an episode.
constexpr std::size_t kUsualValues = 5;
constexpr double kUsualSeconds = 3.0;
// An episode shows a distance of at least this many spreads in its middle value.
constexpr double kSignificant = 4.0;

constexpr double kManySmall = 2.0, kTogether = 10.0;

// Fewer events than this in a window of the healthy stretch, and each is judged by how unlikely it is: a window of none
// says little, one of two may say much. The sum is then the logarithm of the likelihood that they come so much oftener.
constexpr double kRareEvents = 0.05;
constexpr double kRareAlarm = 10.0;
constexpr double kOftener = 1.0;  // a second
// Some events in few windows are a burst with one cause, unless they are many.
constexpr std::size_t kRareWindows = 3;
constexpr double kManyEvents = 10;

constexpr double kSpreadOfMedianDeviation = 1.4826;  // of a normal distribution

double percentile(std::vector<double> values, double q) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

class Detector {
 public:
  Detector(std::span<const double> values, std::size_t from, std::size_t to, const ChangeOptions& options)
      : values_(values), from_(from), options_(options) {
    const std::vector<double> healthy(values.begin() + static_cast<std::ptrdiff_t>(from),
                                      values.begin() + static_cast<std::ptrdiff_t>(to));
    before_ = medianOf(healthy);
    setScale();
    std::vector<double> scaled;
    for (double v : healthy)
      if (!std::isnan(v)) scaled.push_back(onScale(v));
    known_ = scaled.size() >= 3;
    if (options.mayBeRare) setRare(healthy);
    middle_ = medianOf(scaled);
    spread_ = std::max(spreadOf(scaled), leastSpread_);
  }

  std::vector<Episode> run() {
    std::vector<Episode> found;
    if (!known_) return found;
    double sum = 0;
    std::size_t onset = from_;
    for (std::size_t i = from_; i < values_.size(); ++i) {
      if (std::isnan(values_[i])) continue;
      if (sum == 0) onset = i;
      sum = std::max(0.0, sum + (isRare_ ? evidence(i) : clamped(distance(i)) - kLean));
      if (sum < (isRare_ ? kRareAlarm : kAlarm)) continue;
      const Episode episode = episodeFrom(isRare_ ? onset : steepest(onset, i));
      if (isReal(episode)) found.push_back(episode);
      i = std::max(i, episode.end - 1);
      sum = 0;
    }
    return found;
  }

 private:
  void setScale() {
    switch (options_.scale) {
      case ValueScale::Time:
        offset_ = 0.1 * before_ + 0.05;
        leastSpread_ = 0.08;
        break;
      case ValueScale::Level:
        offset_ = 0.1 * before_ + 1;
        leastSpread_ = 0.12;
        break;
      case ValueScale::Rate: leastSpread_ = 1; break;
      case ValueScale::Share: leastSpread_ = 0.02; break;
    }
  }

  void setRare(const std::vector<double>& healthy) {
    double events = 0.5, windows = 0;  // half an event more than were seen, as none seen does not mean never
    for (double v : healthy) {
      if (std::isnan(v)) continue;
      events += std::max(v, 0.0) * options_.windowSeconds;
      ++windows;
    }
    usualEvents_ = events / std::max(windows, 1.0);
    isRare_ = usualEvents_ < kRareEvents;
  }

  double eventsIn(std::size_t i) const { return std::max(values_[i], 0.0) * options_.windowSeconds; }

  // Logarithm of the ratio of two Poisson likelihoods: so much oftener against as usual.
  double evidence(std::size_t i) const {
    const double more = kOftener * options_.windowSeconds;
    return eventsIn(i) * std::log1p(more / usualEvents_) - more;
  }

  double onScale(double v) const {
    switch (options_.scale) {
      case ValueScale::Share: return v;
      // Anscombe's transformation: the spread of a Poisson count becomes 1.
      case ValueScale::Rate: return 2 * std::sqrt(std::max(v, 0.0) * options_.windowSeconds + 0.375);
      default: return std::log(std::max(v, 0.0) + offset_);
    }
  }

  static double spreadOf(const std::vector<double>& scaled) {
    const double middle = medianOf(scaled);
    std::vector<double> deviations;
    double squares = 0;
    for (double v : scaled) {
      deviations.push_back(std::fabs(v - middle));
      squares += (v - middle) * (v - middle);
    }
    // Values that are mostly equal have no median deviation, but may have a usual spread.
    const double plain = scaled.empty() ? 0 : std::sqrt(squares / static_cast<double>(scaled.size()));
    return std::max(kSpreadOfMedianDeviation * medianOf(deviations), 0.8 * plain);
  }

  // In spreads, positive in the direction that is looked for.
  double distance(std::size_t i) const {
    const double d = (onScale(values_[i]) - middle_) / spread_;
    return options_.rises ? d : -d;
  }

  double clamped(double d) const {
    const double most = options_.counts ? kMostOneCountCounts : kMostOneValueCounts;
    return std::clamp(d, -most, most);
  }

  bool differsInPractice(double value) const {
    const double low = options_.rises ? before_ : value, high = options_.rises ? value : before_;
    return high - low >= options_.minDelta && high >= options_.minFactor * low;
  }

  // Between where the sum last stood at zero and the alarm: from where the values are farthest off for their number. The
  // sum alone may start early, with noise that happened to come before the change.
  std::size_t steepest(std::size_t first, std::size_t alarm) const {
    double sum = 0, most = 0;
    std::size_t best = first, count = 0;
    for (std::size_t i = alarm + 1; i-- > first;) {
      if (std::isnan(values_[i])) continue;
      sum += clamped(distance(i));
      const double weight = sum / std::sqrt(static_cast<double>(++count));
      if (weight < most) continue;
      most = weight;
      best = i;
    }
    // A time that is still within the usual range is no onset where something beyond it follows: a slow call may just
    // have been under way. Of things that wait, few are within it and yet the beginning.
    if (options_.scale == ValueScale::Time)
      for (std::size_t i = best; i <= alarm; ++i)
        if (distance(i) >= kUsual) return i;
    return best;
  }

  // Where the values are back for long enough; the number of values when they never are.
  std::size_t endOf(std::size_t onset) const {
    const auto enough =
        std::max<std::size_t>(kUsualValues, static_cast<std::size_t>(kUsualSeconds / options_.windowSeconds));
    std::size_t usual = 0, firstUsual = onset;
    bool hasLeft = false;
    for (std::size_t i = onset; i < values_.size(); ++i) {
      if (std::isnan(values_[i])) continue;
      if (isRare_ ? values_[i] > 0 : distance(i) >= kUsual && differsInPractice(values_[i])) {
        hasLeft = true;
        usual = 0;
      } else if (hasLeft || i > onset + 2 * enough) {
        if (usual++ == 0) firstUsual = i;
        if (usual == enough) return firstUsual;
      }
    }
    return values_.size();
  }

  // Of the busiest stretch as long as it takes to be called usual again: what trails off behind a burst does not make the
  // burst less. The significance is its deviance.
  Episode rareEpisodeFrom(std::size_t onset) const {
    Episode e{onset, std::max(endOf(onset), onset + 1), before_, 0, 0};
    const auto length = std::max<std::size_t>(1, static_cast<std::size_t>(kUsualSeconds / options_.windowSeconds));
    std::vector<double> events;
    for (std::size_t i = onset; i < e.end; ++i)
      if (!std::isnan(values_[i])) events.push_back(eventsIn(i));
    double sum = 0, most = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
      sum += events[i];
      if (i >= length) sum -= events[i - length];
      most = std::max(most, sum);
    }
    const double windows = static_cast<double>(std::min(length, events.size()));
    e.after = most / (windows * options_.windowSeconds);
    const double usual = usualEvents_ * windows;
    e.significance = most > usual ? std::sqrt(2 * (most * std::log(most / usual) - (most - usual))) : 0;
    return e;
  }

  bool isRealRare(const Episode& e) const {
    std::size_t windows = 0;
    double events = 0;
    for (std::size_t i = e.onset; i < e.end; ++i) {
      if (std::isnan(values_[i])) continue;
      windows += values_[i] > 0;
      events += eventsIn(i);
    }
    return (windows >= kRareWindows || events >= kManyEvents) && differsInPractice(e.after);
  }

  Episode episodeFrom(std::size_t onset) const {
    if (isRare_) return rareEpisodeFrom(onset);
    Episode e;
    e.onset = onset;
    e.end = std::max(endOf(onset), onset + 1);
    std::vector<double> inside, distances;
    for (std::size_t i = onset; i < e.end; ++i) {
      if (std::isnan(values_[i])) continue;
      inside.push_back(values_[i]);
      distances.push_back(distance(i));
    }
    e.before = before_;
    e.after = options_.scale == ValueScale::Level ? percentile(inside, options_.rises ? 1 : 0) : medianOf(inside);
    e.significance = medianOf(distances);
    return e;
  }

  bool isReal(const Episode& e) const {
    if (isRare_) return isRealRare(e);
    if (!differsInPractice(e.after)) return false;
    if (e.significance >= kSignificant) return true;
    // Counts in windows are independent of each other, so that many that are a little off tell as much as few that are far
    // off. Levels and times are not.
    const double windows = static_cast<double>(e.end - e.onset);
    return options_.scale == ValueScale::Rate && e.significance >= kManySmall &&
           e.significance * std::sqrt(windows) >= kTogether;
  }

  std::span<const double> values_;
  std::size_t from_;
  ChangeOptions options_;
  bool known_ = false, isRare_ = false;
  double usualEvents_ = 0;  // in a window
  double before_ = 0, offset_ = 0, leastSpread_ = 0;
  double middle_ = 0, spread_ = 1;  // on the scale
};

}  // namespace

double medianOf(std::vector<double> values) { return percentile(std::move(values), 0.5); }

std::vector<Episode> findEpisodes(std::span<const double> values, std::size_t from, std::size_t to,
                                  const ChangeOptions& options) {
  return Detector(values, from, to, options).run();
}

}  // namespace faultline
