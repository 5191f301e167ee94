#include "gui/models/theory_model.h"

#include <cmath>

namespace faultline {

void TheoryModel::setTheory(Theory theory) {
  beginResetModel();
  theory_ = std::move(theory);
  select();
  endResetModel();
}

void TheoryModel::setNode(const std::string& node) {
  if (node == node_) return;
  beginResetModel();
  node_ = node;
  select();
  endResetModel();
}

void TheoryModel::select() {
  shown_.clear();
  for (std::size_t i = 0; i < theory_.lines.size(); ++i)
    if (node_.empty() || theory_.lines[i].node == node_) shown_.push_back(i);
}

QString TheoryModel::whyWithout(const std::string& node) const {
  for (const auto& [name, why] : theory_.without)
    if (name == node) return QString::fromStdString(why);
  return {};
}

int TheoryModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(shown_.size());
}

int TheoryModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QString TheoryModel::textOf(const TheoryLine& l, int column) const {
  const double off = l.measured.mean - l.predicted;
  switch (column) {
    case NodeColumn:
      return QString::fromStdString(l.node);
    case ModelColumn:
      return QString::fromStdString(l.model);
    case FormulaColumn:
      return QString::fromStdString(l.formula);
    case QuantityColumn:
      return QString::fromStdString(l.quantity);
    case TheoryColumn:
      return text_.value(l.predicted, "1");
    case MeasuredColumn:
      if (!(l.measured.halfWidth > 0) || !std::isfinite(l.measured.halfWidth)) return text_.value(l.measured.mean, "1");
      return QStringLiteral("%1 ± %2").arg(text_.value(l.measured.mean, "1"), text_.value(l.measured.halfWidth, "1"));
    case DifferenceColumn:
      return (text_.value(off, "1") == QLatin1String("0") || off < 0 ? QString() : QStringLiteral("+")) +
             text_.value(off, "1");
    case VerdictColumn:
      return l.agrees ? tr("agrees") : tr("differs: %1").arg(QString::fromStdString(l.violated));
    default:
      return {};
  }
}

QVariant TheoryModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const TheoryLine& l = line(index.row());
  const bool isNumber = index.column() >= TheoryColumn && index.column() <= DifferenceColumn;
  switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
      return textOf(l, index.column());
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (isNumber ? Qt::AlignRight : Qt::AlignLeft)));
    case AgreesRole:
      return l.agrees;
    default:
      return {};
  }
}

QVariant TheoryModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  const bool isNumber = section >= TheoryColumn && section <= DifferenceColumn;
  if (role == Qt::TextAlignmentRole)
    return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (isNumber ? Qt::AlignRight : Qt::AlignLeft)));
  static constexpr const char* kTitles[kColumns] = {
      QT_TR_NOOP("Node"),   QT_TR_NOOP("Law or model"), QT_TR_NOOP("Formula"),    QT_TR_NOOP("Quantity"),
      QT_TR_NOOP("Theory"), QT_TR_NOOP("Measured"),     QT_TR_NOOP("Difference"), QT_TR_NOOP("Verdict")};
  return role == Qt::DisplayRole ? QVariant(tr(kTitles[section])) : QVariant();
}

}  // namespace faultline
