#include "gui/models/nice_ticks.h"

#include <algorithm>
#include <cmath>

namespace faultline {
namespace {

constexpr double kMostDecades = 6;

double roundStep(double raw) {
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double step : {1.0, 2.0, 2.5, 5.0})
    if (raw <= step * power * (1 + 1e-9)) return step * power;
  return 10 * power;
}

// Bytes are round in powers of two, times in seconds, minutes and hours.
double niceStep(double raw, const std::string& unit) {
  if (unit == "B" || unit == "B/s") return std::exp2(std::ceil(std::log2(raw)));
  const double perSecond = unit == "ms" ? 1000 : unit == "s" ? 1 : 0;
  if (perSecond > 0 && raw > 10 * perSecond) return niceTimeStep(durationFromSeconds(raw / perSecond), 1).seconds() * perSecond;
  return roundStep(raw);
}

}  // namespace

double ValueScale::place(double value) const {
  if (!logarithmic) return value;
  return std::max(std::log10(std::max(value, kLeastOnLogAxis)), low);
}

double ValueScale::value(double place) const { return logarithmic ? std::pow(10, place) : place; }

ValueScale linearScale(double min, double max, const std::string& unit, int mostTicks) {
  ValueScale scale;
  min = std::min(min, 0.0);
  if (max <= min) max = min + 1;
  if (unit == "ratio" && min == 0 && max > 0.2 && max <= 1) max = 1;
  const double step = niceStep((max - min) / std::max(1, mostTicks), unit);
  scale.low = std::floor(min / step) * step;
  scale.high = std::ceil(max / step - 1e-9) * step;
  for (int i = 0; scale.low + i * step <= scale.high + step / 2; ++i) scale.ticks.push_back(scale.low + i * step);
  return scale;
}

ValueScale logScale(double leastPositive, double max) {
  ValueScale scale;
  scale.logarithmic = true;
  if (!(max > 0)) max = 1;
  leastPositive = std::clamp(leastPositive, kLeastOnLogAxis, std::max(max, kLeastOnLogAxis));
  scale.high = std::ceil(std::log10(max) - 1e-9);
  scale.low = std::max(std::floor(std::log10(leastPositive) + 1e-9), scale.high - kMostDecades);
  if (scale.low >= scale.high) scale.low = scale.high - 1;
  for (double tick = scale.low; tick <= scale.high + 0.5; ++tick) scale.ticks.push_back(tick);
  return scale;
}

Duration niceTimeStep(Duration span, int mostTicks) {
  const double raw = span.seconds() / std::max(1, mostTicks);
  if (raw <= 0) return seconds(1);
  if (raw <= 1) return durationFromSeconds(roundStep(raw));
  for (const double step : {1., 2., 5., 10., 15., 30., 60., 120., 300., 600., 900., 1800., 3600., 7200., 21600., 43200., 86400.})
    if (raw <= step) return durationFromSeconds(step);
  return durationFromSeconds(std::ceil(raw / 86400) * 86400);
}

}  // namespace faultline
