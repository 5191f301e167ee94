#include "gui/models/problems_model.h"

#include <algorithm>
#include <charconv>

#include "gui/document/document.h"
#include "gui/document/naming.h"

namespace faultline {

namespace {

// Whether `path` is `owner` or leads on from it.
bool leadsThrough(const std::string& path, const std::string& owner) {
  return path.starts_with(owner) &&
         (path.size() == owner.size() || path[owner.size()] == '.' || path[owner.size()] == '[');
}

// The number behind `prefix[`, -1 when there is none.
int indexIn(const std::string& path, const std::string& prefix) {
  if (!path.starts_with(prefix + '[')) return -1;
  int index = -1;
  std::from_chars(path.data() + prefix.size() + 1, path.data() + path.size(), index);
  return index;
}

}  // namespace

ProblemOwner problemOwner(const Scenario& scenario, const std::string& path) {
  ProblemOwner owner;
  for (const NodeSpec& node : scenario.nodes)
    if (leadsThrough(path, "nodes." + node.name)) owner.nodes = {node.name};
  // "app -> db" leads to "app -> db.label" as well: the longest name is meant.
  for (const EdgeSpec& edge : scenario.edges)
    if (const std::string name = edge.name();
        leadsThrough(path, "edges." + name) && (owner.edges.empty() || owner.edges[0].size() < name.size()))
      owner.edges = {name};
  if (const int index = indexIn(path, "edges"); index >= 0 && index < static_cast<int>(scenario.edges.size()))
    owner.edges = {scenario.edges[static_cast<std::size_t>(index)].name()};
  if (const int index = indexIn(path, "timeline"); index >= 0 && index < static_cast<int>(scenario.timeline.size())) {
    const std::string target = targetOf(scenario, scenario.timeline[static_cast<std::size_t>(index)]);
    if (scenario.findNode(target) != nullptr)
      owner.nodes = {target};
    else if (!target.empty())
      owner.edges = {target};
  }
  return owner;
}

ProblemsModel::ProblemsModel(Document& document, QObject* parent) : QAbstractTableModel(parent), document_(document) {
  connect(&document, &Document::problemsChanged, this, &ProblemsModel::refresh);
  refresh();
}

void ProblemsModel::refresh() {
  if (document_.problems() == problems_) return;
  beginResetModel();
  problems_ = document_.problems();
  std::stable_partition(problems_.begin(), problems_.end(),
                        [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::Error; });
  endResetModel();
}

int ProblemsModel::errors() const {
  return static_cast<int>(std::count_if(problems_.begin(), problems_.end(),
                                        [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::Error; }));
}

int ProblemsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(problems_.size());
}

int ProblemsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QVariant ProblemsModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const Diagnostic& d = problem(index.row());
  const auto text = [&] {
    QString message = QString::fromStdString(d.message);
    if (!d.hint.empty()) message += QStringLiteral(" (%1)").arg(QString::fromStdString(d.hint));
    return message;
  };
  switch (role) {
    case Qt::DisplayRole:
      if (index.column() == MessageColumn) return text();
      return d.line > 0 ? tr("line %1").arg(d.line) : QString::fromStdString(d.path);
    case Qt::ToolTipRole:
      return QString::fromStdString(toString(d));
    case IsErrorRole:
      return d.severity == Diagnostic::Severity::Error;
    default:
      return {};
  }
}

QVariant ProblemsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  return section == MessageColumn ? tr("Problem") : tr("Place");
}

}  // namespace faultline
