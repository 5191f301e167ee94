#include "gui/style/format.h"

#include <QChar>
#include <algorithm>
#include <array>
#include <cmath>

namespace faultline::format {

namespace {

const QChar kThin(0x2009);    // before a unit
const QChar kNarrow(0x202f);  // between thousands; does not break
const auto kDash = QStringLiteral("–");

// Three significant digits without trailing zeros, two below a tenth: 6.2, 41, 0.035, 0.0005.
QString digits(double number) {
  constexpr int kMostDecimals = 9;
  const double size = std::abs(number);
  const int decimals = size >= 100 || size == 0 ? 0
                       : size >= 10             ? 1
                       : size >= 0.1            ? 2
                                    : std::min(kMostDecimals, 1 - static_cast<int>(std::floor(std::log10(size))));
  QString text = QString::number(number, 'f', decimals);
  if (text.contains(QLatin1Char('.'))) {
    while (text.endsWith(QLatin1Char('0'))) text.chop(1);
    if (text.endsWith(QLatin1Char('.'))) text.chop(1);
  }
  return text == QLatin1String("-0") ? QStringLiteral("0") : text;
}

struct Scale {
  double factor;
  const char* name;
};

template <std::size_t N>
QString scaled(double number, const std::array<Scale, N>& scales, const QString& separator) {
  const Scale* best = &scales[0];
  // 999.6 is shown as 1 of the next unit, not as 1000 of this one.
  for (const Scale& scale : scales)
    if (std::abs(number) >= scale.factor * 0.9995) best = &scale;
  const QString name = QString::fromUtf8(best->name);
  return digits(number / best->factor) + (name.isEmpty() ? QString() : separator + name);
}

QString seconds(double s) {
  if (s == 0) return QStringLiteral("0%1s").arg(kThin);
  if (std::abs(s) >= 120) return duration(durationFromSeconds(s));
  static constexpr std::array<Scale, 4> kScales{{{1e-9, "ns"}, {1e-6, "µs"}, {1e-3, "ms"}, {1, "s"}}};
  return scaled(s, kScales, kThin);
}

QString bytes(double number, const QString& end) {
  static constexpr std::array<Scale, 5> kScales{
      {{1, "B"}, {1024., "KiB"}, {1048576., "MiB"}, {1073741824., "GiB"}, {1099511627776., "TiB"}}};
  return scaled(number, kScales, kThin) + end;
}

}  // namespace

QString value(double number, const std::string& unit) {
  if (std::isnan(number)) return kDash;
  if (unit == "ms") return seconds(number / 1e3);
  if (unit == "s") return seconds(number);
  if (unit == "/s") return rate(number);
  if (unit == "ratio") return ratio(number);
  if (unit == "B") return bytes(number, {});
  if (unit == "B/s") return bytes(number, QStringLiteral("/s"));
  if (unit == "cores") return digits(number);
  return count(number);
}

QString unitName(const std::string& unit) {
  if (unit == "1" || unit == "state") return {};
  if (unit == "/s") return QStringLiteral("per second");
  if (unit == "ratio") return QStringLiteral("%");
  return QString::fromStdString(unit);
}

QString duration(Duration span) {
  const double s = span.seconds();
  if (s < 120) return seconds(s);
  const auto whole = static_cast<std::int64_t>(std::llround(s));
  const auto part = [](std::int64_t number, const char* name) {
    return QString::number(number) + kThin + QLatin1String(name);
  };
  if (whole < 7200) {
    const QString minutes = part(whole / 60, "min");
    return whole % 60 ? minutes + QLatin1Char(' ') + part(whole % 60, "s") : minutes;
  }
  const QString hours = part(whole / 3600, "h");
  return whole % 3600 / 60 ? hours + QLatin1Char(' ') + part(whole % 3600 / 60, "min") : hours;
}

QString clock(SimTime time) {
  // Rounded down: the clock never shows a time that has not come.
  const std::int64_t tenths = time.ns / 100'000'000;
  return shortClock(time) + QLatin1Char('.') + QString::number(tenths % 10);
}

QString shortClock(SimTime time) {
  const std::int64_t s = time.ns / 1'000'000'000;
  const auto two = [](std::int64_t number) { return QStringLiteral("%1").arg(number, 2, 10, QLatin1Char('0')); };
  if (s < 3600) return two(s / 60) + QLatin1Char(':') + two(s % 60);
  return QString::number(s / 3600) + QLatin1Char(':') + two(s / 60 % 60) + QLatin1Char(':') + two(s % 60);
}

QString rate(double perSecond) {
  if (std::isnan(perSecond)) return kDash;
  if (std::abs(perSecond) < 1000) return digits(perSecond) + QStringLiteral("/s");
  static constexpr std::array<Scale, 3> kScales{{{1e3, "k"}, {1e6, "M"}, {1e9, "G"}}};
  return scaled(perSecond, kScales, kThin) + QStringLiteral("/s");
}

QString ratio(double share) {
  if (std::isnan(share)) return kDash;
  return digits(share * 100) + kThin + QLatin1Char('%');
}

QString count(double number) {
  if (std::isnan(number)) return kDash;
  if (std::abs(number) < 9.95) return digits(number);
  if (std::abs(number) < 999.5) return QString::number(std::llround(number));
  if (std::abs(number) >= 99'999.5) {
    static constexpr std::array<Scale, 3> kScales{{{1e3, "k"}, {1e6, "M"}, {1e9, "G"}}};
    return scaled(number, kScales, kThin);
  }
  QString text = QString::number(std::llround(number));
  return text.insert(text.size() - 3, kNarrow);
}

QString speed(double factor) {
  if (std::isinf(factor)) return QStringLiteral("max");
  if (factor >= 10) return QStringLiteral("×") + count(std::round(factor));
  return QStringLiteral("×") + digits(factor);
}

}  // namespace faultline::format
