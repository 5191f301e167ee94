#include "gui/models/stage_model.h"

#include "metrics/explanation_text.h"

namespace faultline {

namespace {

QString withoutPlace(const std::string& text, const Place& place) {
  const std::string prefix = place.name + ": ";
  return QString::fromStdString(text.starts_with(prefix) ? text.substr(prefix.size()) : text);
}

}  // namespace

void StageModel::setExplanation(Explanation explanation) {
  beginResetModel();
  explanation_ = std::move(explanation);
  endResetModel();
}

int StageModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(explanation_.stages.size());
}

QString StageModel::systemBegunBy(std::size_t stage) const {
  if (explanation_.systems.size() < 2) return {};
  for (const SystemStory& system : explanation_.systems)
    if (system.first == stage) return QString::fromStdString(system.name);
  return {};
}

QString StageModel::misleads(std::size_t stage) const {
  for (const SystemStory& system : explanation_.systems) {
    if (system.latest == stage && system.loudest == stage) return tr("latest and loudest");
    if (system.latest == stage) return tr("latest");
    if (system.loudest == stage) return tr("loudest");
  }
  return {};
}

QVariant StageModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const auto number = static_cast<std::size_t>(index.row());
  const Stage& s = stage(index.row());
  const Observation& main = s.main();
  switch (role) {
    case Qt::DisplayRole:
      return QString::fromStdString(stageText(s));
    case Qt::ToolTipRole: {
      QStringList lines;
      for (const Observation& o : s.observations)
        lines << QString::fromStdString(clockText(o.onset) + "  " + observationText(o));
      return lines.join(QLatin1Char('\n'));
    }
    case OnsetRole:
      return QVariant::fromValue<qlonglong>(main.onset.ns);
    case PlaceRole:
      return QString::fromStdString(main.place.name);
    case IsEdgeRole:
      return main.place.isEdge;
    case MetricRole:
      return QString::fromStdString(main.metric);
    case WhatRole:
      return withoutPlace(stageText(s), main.place);
    case ReasonRole:
      return QString::fromStdString(reasonText(explanation_, number));
    case HealedRole:
      return main.healed ? QVariant::fromValue<qlonglong>(main.healed->ns) : QVariant();
    case IsTriggerRole:
      return s.isTrigger;
    case MisleadsRole:
      return misleads(number);
    case HarmsRole:
      return s.harms;
    case SystemRole:
      return systemBegunBy(number);
    default:
      return {};
  }
}

}  // namespace faultline
