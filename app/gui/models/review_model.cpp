#include "gui/models/review_model.h"

#include <algorithm>

namespace faultline {

namespace {

bool isSame(const Finding& a, const Finding& b) {
  return a.path == b.path && a.what == b.what && a.why == b.why && a.mend == b.mend && a.nodes == b.nodes &&
         a.edges == b.edges;
}

}  // namespace

ReviewModel::ReviewModel(const Findings& findings, QObject* parent)
    : QAbstractListModel(parent), findings_(findings), shown_(findings.all()) {
  connect(&findings, &Findings::changed, this, [this] {
    // Most edits leave the findings as they were: what is selected in a list stays so.
    if (std::equal(shown_.begin(), shown_.end(), findings_.all().begin(), findings_.all().end(), isSame)) return;
    beginResetModel();
    shown_ = findings_.all();
    endResetModel();
  });
}

int ReviewModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(shown_.size());
}

QVariant ReviewModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const Finding& f = finding(index.row());
  switch (role) {
    case Qt::DisplayRole:
      return QString::fromStdString(f.what);
    case Qt::ToolTipRole:
      return QStringLiteral("<p>%1</p><p><i>%2</i></p><p>%3</p>")
          .arg(QString::fromStdString(f.what).toHtmlEscaped(), QString::fromStdString(f.why).toHtmlEscaped(),
               f.mend.empty() ? QString() : tr("Mend: %1").arg(QString::fromStdString(f.mend).toHtmlEscaped()));
    case IsRiskRole:
      return f.isRisk;
    case WhyRole:
      return QString::fromStdString(f.why);
    case MendRole:
      return QString::fromStdString(f.mend);
    case PlaceRole:
      return QString::fromStdString(f.path);
    default:
      return {};
  }
}

}  // namespace faultline
