#include "metrics/alert.h"

#include <cmath>

#include "base/quantity.h"

namespace faultline {
namespace {

// Three digits tell enough.
double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double step = std::pow(10, std::floor(std::log10(std::abs(value))) - 2);
  return step >= 1 ? std::round(value / step) * step : std::round(value / step) / std::round(1 / step);
}

std::string shortNumber(double value) { return formatNumber(rounded(value)); }
std::string percent(double share) { return formatNumber(std::round(share * 1000) / 10) + '%'; }
std::string ms(double value) { return formatDuration(durationFromNs(rounded(value) * 1e6)); }

std::string measured(double value, const std::string& unit) {
  if (unit == "ratio") return percent(value);
  if (unit == "ms") return ms(value);
  return shortNumber(value) + (unit == "/s" ? unit : std::string());
}

}  // namespace

std::string alertText(const Alert& alert) {
  const std::string owner = alert.column.substr(0, alert.column.find('.')) + ": ";
  switch (alert.rule.kind) {
    case AlertRule::Kind::ErrorShare:
      return owner + percent(alert.value) + " of the operations fail (limit " + percent(alert.rule.limit) + ')';
    case AlertRule::Kind::Latency:
      return owner + alert.rule.metric + " is " + ms(alert.value) + " (limit " + ms(alert.rule.limit) + ')';
    case AlertRule::Kind::Growth:
      return alert.column + " has been growing for " + formatDuration(alert.rule.window) + ", now " +
             shortNumber(alert.value);
    case AlertRule::Kind::Metric:
      break;
  }
  return alert.column + " is " + measured(alert.value, alert.unit) + " (limit " +
         measured(alert.rule.limit, alert.unit) + ')';
}

}  // namespace faultline
