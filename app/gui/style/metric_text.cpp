#include "gui/style/metric_text.h"

#include <QStringList>
#include <cmath>

#include "gui/style/format.h"

namespace faultline {

QString metricText(const MetricInfo* info, double value, const std::string& unit) {
  if (info == nullptr || unit != "state" || std::isnan(value)) return format::value(value, unit);
  // Over a window in which the state changed, the mean is nearest to the state it was in for longest.
  const QString number = QString::number(std::lround(value)) + QLatin1Char(' ');
  for (QString part : QString::fromUtf8(info->help).split(QLatin1Char(','))) {
    part = part.trimmed();
    if (part.startsWith(number)) return part.mid(number.size()).remove(QLatin1Char('.'));
  }
  return format::value(value, unit);
}

}  // namespace faultline
