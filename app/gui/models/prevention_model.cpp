#include "gui/models/prevention_model.h"

#include <algorithm>
#include <cmath>

#include "gui/document/design_change.h"

namespace faultline {

void PreventionModel::setResult(WhatIf result) {
  beginResetModel();
  result_ = std::move(result);
  endResetModel();
}

int PreventionModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(result_.ranked.size());
}

int PreventionModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QString PreventionModel::textOf(const Counterfactual& c, int column) const {
  switch (column) {
    case ChangeColumn:
      return QString::fromStdString(labelOf(c.changes));
    case FailedColumn:
      return text_.value(c.figures.failed, "1");
    case SavedColumn:
      return text_.value(c.savedFailures, "1");
    case BreachColumn:
      return text_.value(c.figures.breachSeconds, "s");
    case P99Column:
      return text_.value(c.figures.p99Ms, "ms");
    case UsualColumn: {
      const double percent = std::round(100 * (c.usualP99Factor - 1));
      return percent == 0 ? tr("the same") : (percent > 0 ? QStringLiteral("+") : QString()) + text_.value(percent / 100, "ratio");
    }
    case CostColumn:
      return text_.value(costOf(c.changes), "1");
    default:
      return {};
  }
}

QVariant PreventionModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const Counterfactual& c = counterfactual(index.row());
  switch (role) {
    case Qt::DisplayRole:
      return textOf(c, index.column());
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (index.column() == ChangeColumn ? Qt::AlignLeft : Qt::AlignRight)));
    case Qt::ToolTipRole: {
      QStringList lines{QString::fromStdString(labelOf(c.changes))};
      for (const Change& change : c.changes)
        for (const std::string& setting : change.settings) lines << QString::fromStdString(setting);
      return lines.join(QLatin1Char('\n'));
    }
    case SavedShareRole:
      return result_.asItWas.failed > 0 ? std::clamp(c.savedFailures / result_.asItWas.failed, 0.0, 1.0) : 0.0;
    default:
      return {};
  }
}

QVariant PreventionModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole)
    return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (section == ChangeColumn ? Qt::AlignLeft : Qt::AlignRight)));
  struct Title {
    const char *text, *help;
  };
  static constexpr Title kTitles[kColumns] = {
      {QT_TR_NOOP("Change"), QT_TR_NOOP("One change of the design, or two together, in an incident that is otherwise the same.")},
      {QT_TR_NOOP("Failed"), QT_TR_NOOP("Operations that would still have failed.")},
      {QT_TR_NOOP("Saved"), QT_TR_NOOP("Operations that would not have failed.")},
      {QT_TR_NOOP("In breach"), QT_TR_NOOP("Time in which fewer than 99 % of the operations end well and in time.")},
      {QT_TR_NOOP("p99"), QT_TR_NOOP("Of the operations that end well.")},
      {QT_TR_NOOP("Usual p99"), QT_TR_NOOP("What the change does to the p99 before the incident.")},
      {QT_TR_NOOP("Cost"), QT_TR_NOOP("1 a setting, 3 another instance, 5 new machinery.")}};
  if (role == Qt::DisplayRole) return tr(kTitles[section].text);
  return role == Qt::ToolTipRole ? QVariant(tr(kTitles[section].help)) : QVariant();
}

}  // namespace faultline
