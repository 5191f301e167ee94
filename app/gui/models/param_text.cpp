#include "gui/models/param_text.h"

#include <QStringList>
#include <algorithm>
#include <cmath>

#include "io/value_text.h"
#include "model/value_check.h"

namespace faultline {

namespace {

// "0s 100/s, 60s 300/s"
QString pointsText(const Value& value) {
  QStringList points;
  if (const ValueList* list = value.as<ValueList>())
    for (const Value& item : *list)
      if (const ValueList* point = item.as<ValueList>(); point != nullptr && point->size() == 2)
        points << QString::fromStdString(formatDuration(*(*point)[0].as<Duration>()) + ' ' +
                                         formatRate(*(*point)[1].as<double>()));
  return points.join(QStringLiteral(", "));
}

Parsed<Value> parsePoints(const QString& text) {
  ValueList points;
  for (const QString& part : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
    const QStringList words = part.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (words.size() != 2) return {std::nullopt, "points like 0s 100/s, 60s 300/s"};
    const auto at = parseDuration(words[0].toStdString());
    const auto rate = parseRate(words[1].toStdString());
    if (!at.value || !rate.value) return {std::nullopt, at.value ? rate.problem : at.problem};
    points.push_back(Value(ValueList{Value(*at.value), Value(*rate.value)}));
  }
  return {Value(std::move(points)), {}};
}

Parsed<Value> parseList(const QString& text) {
  ValueList list;
  for (const QString& word : text.split(QLatin1Char(','), Qt::SkipEmptyParts))
    if (const std::string trimmed = word.trimmed().toStdString(); !trimmed.empty()) list.push_back(Value(trimmed));
  return {Value(std::move(list)), {}};
}

// A step of the arrow keys: one in the second digit of the number.
double stepOf(double number) {
  if (number == 0) return 1;
  return std::pow(10, std::floor(std::log10(std::abs(number)) + 1e-9) - 1);
}

}  // namespace

QString editText(const ParamInfo& info, const Value& value) {
  if (!value.isSet()) return {};
  if (info.type == ParamType::Points) return pointsText(value);
  if (const std::string* text = value.as<std::string>()) return QString::fromStdString(*text);
  if (value.as<ValueList>() != nullptr) return listText(value);
  if (const Distribution* d = value.as<Distribution>())
    return QString::fromStdString(formatDistribution(*d, info.type == ParamType::Distribution));
  return QString::fromStdString(formatFlow(&info, value));
}

QString listText(const Value& value) {
  QStringList words;
  if (const ValueList* list = value.as<ValueList>())
    for (const Value& item : *list)
      if (const std::string* word = item.as<std::string>()) words << QString::fromStdString(*word);
  return words.join(QStringLiteral(", "));
}

Parsed<Value> parseEditText(const ParamInfo& info, const QString& text) {
  if (info.type == ParamType::Points) return parsePoints(text);
  if (info.type == ParamType::ClassList || info.type == ParamType::TextList) return parseList(text);
  return parseValue(info, text.toStdString());
}

Value stepped(const ParamInfo& info, const Value& value, int steps) {
  const Range range = allowedRange(info);
  if (const auto* count = value.as<std::int64_t>()) {
    const double next = static_cast<double>(*count) + steps * std::max(1.0, stepOf(static_cast<double>(*count)));
    return Value(static_cast<std::int64_t>(std::clamp(next, range.min, range.max)));
  }
  if (const Duration* span = value.as<Duration>()) {
    const double ns = static_cast<double>(span->ns), step = ns == 0 ? 1e6 : std::max(1.0, stepOf(ns));
    return Value(durationFromNs(std::clamp(ns + steps * step, std::max(0.0, range.min * 1e9), range.max * 1e9)));
  }
  if (const double* number = value.as<double>()) {
    const double step = info.type == ParamType::Ratio ? 0.01 : stepOf(*number);
    const double digits = std::pow(10, std::round(-std::log10(step)) + 2);
    return Value(std::clamp(std::round((*number + steps * step) * digits) / digits, range.min, range.max));
  }
  return value;
}

}  // namespace faultline
