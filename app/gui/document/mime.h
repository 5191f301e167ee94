// What is dragged between palette, canvas, inspector and charts, as the content of a QMimeData.
#pragma once

#include <QByteArray>
#include <QList>
#include <optional>
#include <string>
#include <vector>

namespace faultline {

// What can be put on a canvas: a kind, with one of its presets or without (empty).
struct ComponentChoice {
  std::string kind, preset;
  bool operator==(const ComponentChoice&) const = default;
};

namespace mime {

inline constexpr const char* kComponent = "application/x-faultline-component";
inline constexpr const char* kMetricColumns = "application/x-faultline-metric-columns";

inline QByteArray encode(const ComponentChoice& choice) {
  return QByteArray::fromStdString(choice.kind + '\n' + choice.preset);
}
inline std::optional<ComponentChoice> decodeComponent(const QByteArray& data) {
  const QList<QByteArray> lines = data.split('\n');
  if (lines.size() != 2 || lines[0].isEmpty()) return std::nullopt;
  return ComponentChoice{lines[0].toStdString(), lines[1].toStdString()};
}

// Names of columns of the series (model/metric_columns.h).
inline QByteArray encode(const std::vector<std::string>& columns) {
  QByteArray data;
  for (const std::string& name : columns) data += (data.isEmpty() ? "" : "\n") + QByteArray::fromStdString(name);
  return data;
}
inline std::vector<std::string> decodeColumns(const QByteArray& data) {
  std::vector<std::string> columns;
  for (const QByteArray& line : data.split('\n'))
    if (!line.isEmpty()) columns.push_back(line.toStdString());
  return columns;
}

}  // namespace mime
}  // namespace faultline
