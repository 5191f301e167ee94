#include "gui/models/trace_model.h"

#include <algorithm>
#include <map>

namespace faultline {

namespace {

QString waitingText(TimePart part, const QString& node) {
  switch (part) {
    case TimePart::Queue:
      return TraceModel::tr("in the queue of %1").arg(node);
    case TimePart::Connection:
      return TraceModel::tr("waiting for a connection to %1").arg(node);
    case TimePart::Service:
      return TraceModel::tr("working in %1").arg(node);
    case TimePart::Network:
      return TraceModel::tr("on the way to or from %1").arg(node);
    case TimePart::Backoff:
      return TraceModel::tr("waiting to try %1 again").arg(node);
  }
  return {};
}

}  // namespace

void TraceModel::setTraces(Traces traces) {
  beginResetModel();
  traces_ = std::move(traces);
  endResetModel();
}

int TraceModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(traces_.kept.size());
}

int TraceModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QString TraceModel::textOf(const CallTrace& trace, int column) const {
  switch (column) {
    case BeginColumn:
      return text_.clock(trace.begin());
    case ClassColumn:
      return trace.requestClass < traces_.classes.size() ? QString::fromStdString(traces_.classes[trace.requestClass])
                                                         : QString::fromStdString(traces_.nodes[trace.spans.front().node]);
    case LatencyColumn:
      return text_.value(trace.latency().milliseconds(), "ms");
    case KeptColumn: {
      const QString failed = trace.failed ? tr("failed") : QString();
      if (trace.keptFor == KeptFor::Failed) return failed;
      const QString kept = trace.keptFor == KeptFor::Slow ? tr("slow") : tr("random");
      return failed.isEmpty() ? kept : kept + QStringLiteral(", ") + failed;
    }
    default:
      return {};
  }
}

QVariant TraceModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const CallTrace& t = trace(index.row());
  switch (role) {
    case Qt::DisplayRole:
      return textOf(t, index.column());
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (index.column() == LatencyColumn ? Qt::AlignRight : Qt::AlignLeft)));
    case SortRole:
      if (index.column() == BeginColumn) return QVariant::fromValue<qlonglong>(t.begin().ns);
      if (index.column() == LatencyColumn) return QVariant::fromValue<qlonglong>(t.latency().ns);
      return textOf(t, index.column());
    case FailedRole:
      return t.failed;
    default:
      return {};
  }
}

QVariant TraceModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  switch (section) {
    case BeginColumn:
      return tr("Began");
    case ClassColumn:
      return tr("Operation");
    case LatencyColumn:
      return tr("Took");
    default:
      return tr("Kept for");
  }
}

QString blameText(const Traces& traces, NumberText text) {
  const TailBlame& tail = traces.tail;
  if (tail.parts.empty()) return {};
  const Blame& worst = tail.parts.front();
  return TraceModel::tr("p99 is %1. The %2 slowest operations took %3 on average; %4 of it %5.")
      .arg(text.value(tail.p99.milliseconds(), "ms"), text.value(static_cast<double>(tail.operations), "1"),
           text.value(tail.meanMs, "ms"), text.value(worst.meanMs, "ms"),
           waitingText(worst.part, QString::fromStdString(traces.nodes[worst.node])));
}

QString blameText(const Traces& traces, const CallTrace& trace, NumberText text) {
  std::map<std::pair<std::uint32_t, TimePart>, std::int64_t> sums;
  for (const TimeShare& share : criticalPath(trace)) sums[{share.node, share.part}] += (share.to - share.from).ns;
  const auto worst =
      std::max_element(sums.begin(), sums.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (worst == sums.end()) return {};
  return TraceModel::tr("%1 of %2 %3")
      .arg(text.value(Duration{worst->second}.milliseconds(), "ms"), text.value(trace.latency().milliseconds(), "ms"),
           waitingText(worst->first.second, QString::fromStdString(traces.nodes[worst->first.first])));
}

}  // namespace faultline
