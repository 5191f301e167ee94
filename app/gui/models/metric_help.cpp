#include "gui/models/metric_help.h"

#include <QCoreApplication>
#include <string>

#include "model/common_reasons.h"

namespace faultline {

namespace {

struct Help {
  const char* metric;
  const char* text;
};

constexpr Help kHelp[] = {
    {"offered",
     QT_TRANSLATE_NOOP(
         "faultline", "Operations that users began, a second. What the system is asked to do, whether or not it can.")},
    {"ok", QT_TRANSLATE_NOOP("faultline", "Calls that ended well, a second.")},
    {"goodput",
     QT_TRANSLATE_NOOP(
         "faultline",
         "Operations that ended well and within their objective, a second: the work that was of use to somebody.")},
    {"degraded",
     QT_TRANSLATE_NOOP("faultline", "Operations that were answered although an optional part had failed, a second.")},
    {"failed", QT_TRANSLATE_NOOP("faultline", "Calls that ended badly, a second, for whatever reason.")},
    {"late", QT_TRANSLATE_NOOP("faultline", "Operations that ended well, but after their objective, a second.")},
    {"in_flight", QT_TRANSLATE_NOOP("faultline",
                                    "Calls that have begun and not ended. By Little's law it is throughput times "
                                    "latency: when it grows, one of them does.")},
    {"p50", QT_TRANSLATE_NOOP("faultline", "Median latency of operations: half of them were faster.")},
    {"p90", QT_TRANSLATE_NOOP("faultline", "Latency that 90 % of the operations kept below.")},
    {"p95", QT_TRANSLATE_NOOP("faultline", "Latency that 95 % of the operations kept below.")},
    {"p99", QT_TRANSLATE_NOOP("faultline",
                              "Latency that 99 % of the operations kept below. The tail is where queues show first.")},
    {"p99_9", QT_TRANSLATE_NOOP("faultline",
                                "Latency that 999 of 1,000 operations kept below; unknown where a sample has too few.")},
    {"max", QT_TRANSLATE_NOOP("faultline", "The longest that an operation which ended well took.")},
    {"arrivals", QT_TRANSLATE_NOOP("faultline", "Calls that arrived here, a second, retries included.")},
    {"queue", QT_TRANSLATE_NOOP("faultline", "Calls that wait for a free server, on average over the sample.")},
    {"queue_max", QT_TRANSLATE_NOOP("faultline", "The longest the queue was within the sample.")},
    {"utilization",
     QT_TRANSLATE_NOOP("faultline", "Share of the servers that are busy. Above about 80 % waiting grows steeply.")},
    {"wait_p50", QT_TRANSLATE_NOOP("faultline", "Median time that calls waited before work on them began.")},
    {"wait_p99", QT_TRANSLATE_NOOP("faultline", "Time in the queue that 99 % of the calls kept below.")},
    {"service_p50",
     QT_TRANSLATE_NOOP("faultline",
                       "Median time of the work itself, with the calls made meanwhile, without the wait.")},
    {"service_p99", QT_TRANSLATE_NOOP("faultline", "Time of the work that 99 % of the calls kept below.")},
    {"latency_p50", QT_TRANSLATE_NOOP("faultline", "Median time from arrival to answer, the wait included.")},
    {"latency_p95", QT_TRANSLATE_NOOP("faultline", "Time from arrival to answer that 95 % of the calls kept below.")},
    {"latency_p99", QT_TRANSLATE_NOOP("faultline", "Time from arrival to answer that 99 % of the calls kept below.")},
    {"cost", QT_TRANSLATE_NOOP("faultline", "What it costs by the hour, in the currency of its prices.")},
    {"cpu", QT_TRANSLATE_NOOP("faultline", "CPU cores in use. At the number of cores there is no more to get.")},
    {"calls", QT_TRANSLATE_NOOP("faultline", "Calls that the caller wanted to make over this arrow, a second.")},
    {"attempts",
     QT_TRANSLATE_NOOP(
         "faultline",
         "Attempts, a second: the calls, their retries and hedges. Far above the calls it is a retry storm.")},
    {"retries",
     QT_TRANSLATE_NOOP(
         "faultline", "Further attempts after a failure, a second. They add load where something is failing already.")},
    {"timeouts",
     QT_TRANSLATE_NOOP("faultline",
                       "Attempts that the caller gave up, a second. The callee may still be working on them.")},
    {"latency_mean",
     QT_TRANSLATE_NOOP("faultline", "Mean time of an attempt as the caller sees it, the network included.")},
    {"pool_in_use", QT_TRANSLATE_NOOP("faultline", "Connections in use, of all callers together.")},
    {"pool_waiting",
     QT_TRANSLATE_NOOP("faultline",
                       "Calls that wait for a connection. A full pool makes a slow callee the caller's trouble.")},
    {"acquire_mean", QT_TRANSLATE_NOOP("faultline", "Mean wait for a connection.")},
    {"acquire_p99", QT_TRANSLATE_NOOP("faultline", "Wait for a connection that 99 % of the calls kept below.")},
};

// "failed.timeout" is of calls at the node itself; "failed.db.timeout" and "read.failed.db.timeout" of operations.
QString helpOfReason(const ComponentInfo* kind, std::string_view metric) {
  constexpr std::string_view kFailed = "failed.";
  const std::size_t at = metric.find(kFailed);
  if (at == std::string_view::npos) return {};
  const std::string_view reason = metric.substr(at + kFailed.size());
  if (at > 0 || reason.find('.') != std::string_view::npos)
    return QCoreApplication::translate("faultline",
                                       "Operations that failed, a second, by the node where they died and why.");
  const ReasonInfo* info = kind == nullptr ? nullptr : findReason(*kind, reason);
  if (info == nullptr) return {};
  return QCoreApplication::translate("faultline", "Calls that failed here, a second, for one reason: %1")
      .arg(QString::fromUtf8(info->help));
}

}  // namespace

const MetricInfo* findMetric(const ComponentInfo* kind, std::string_view metric) {
  if (kind == nullptr) return nullptr;
  for (const MetricInfo& info : kind->metrics) {
    const std::string name = info.name;
    if (metric == name) return &info;
    if (info.type == MetricType::Timing && (metric == name + "_mean" || metric == name + "_p99")) return &info;
  }
  return nullptr;
}

QString metricHelp(const ComponentInfo* kind, std::string_view metric) {
  if (const MetricInfo* info = findMetric(kind, metric)) return QString::fromUtf8(info->help);
  if (const QString help = helpOfReason(kind, metric); !help.isEmpty()) return help;
  // Of a request class: "read.p50".
  const std::string_view last = metric.substr(metric.find_last_of('.') + 1);
  for (const Help& help : kHelp)
    if (last == help.metric) return QCoreApplication::translate("faultline", help.text);
  return {};
}

QString metricLabel(std::string_view metric) {
  QString text = QString::fromUtf8(metric.data(), static_cast<qsizetype>(metric.size()));
  text.replace(QLatin1Char('_'), QLatin1Char(' ')).replace(QLatin1Char('.'), QLatin1Char(' '));
  if (text.size() > 1 && text[0] == QLatin1Char('p') && text[1].isDigit()) return text;
  if (text == QLatin1String("cpu")) return text.toUpper();
  return text.left(1).toUpper() + text.mid(1);
}

}  // namespace faultline
