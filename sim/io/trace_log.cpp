#include "io/trace_log.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "io/trace_ids.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

const char* outcomeOf(const Span& s) {
  if (!s.arrivedAtAll) return "lost";
  if (s.timedOut) return s.failed ? "timed_out" : "abandoned";  // nobody waited for it any more
  return s.failed ? "failed" : "ok";
}

LogLevel levelOf(const Span& s) {
  if (!s.failed) return LogLevel::Info;
  return s.parent == kNoSpan ? LogLevel::Error : LogLevel::Warning;
}

// Why, and where that was born: a failure travels through all who hand it on.
void addReason(Json& j, const Traces& traces, const Span& s) {
  if (s.failure != 0 && s.failure < traces.failures.size()) {
    const NamedFailure& failure = traces.failures[s.failure];
    j["reason"] = failure.reason;
    j["failed_at"] = traces.nodes[failure.node];
  } else if (s.failed && s.timedOut) {
    j["reason"] = "timeout";
  }
}

std::string fieldsOf(const Traces& traces, const CallTrace& trace, std::uint32_t index, std::uint64_t run) {
  const Span& s = trace.spans[index];
  Json j;
  j["request_id"] = traceId(run, trace);
  j["span_id"] = spanId(trace, index);
  if (s.parent != kNoSpan) {
    j["parent_span_id"] = spanId(trace, s.parent);
    j["caller"] = traces.nodes[trace.spans[s.parent].node];
  }
  j["node"] = traces.nodes[s.node];
  j["instance"] = s.instance;
  j["operation"] = trace.operation;
  if (trace.requestClass < traces.classes.size()) j["class"] = traces.classes[trace.requestClass];
  j["kept_for"] = nameOf(trace.keptFor);
  j["outcome"] = outcomeOf(s);
  addReason(j, traces, s);
  j["latency_ms"] = (s.returned - s.sent).milliseconds();
  j["backoff_ms"] = s.backoff.milliseconds();
  j["connection_ms"] = s.connection.milliseconds();
  const SimTime answered = std::min(s.answered, s.returned), started = std::min(s.started, answered);
  const Duration network = s.arrivedAtAll ? (s.arrived - s.sent) + (s.returned - answered) : s.returned - s.sent;
  j["network_ms"] = network.milliseconds();
  j["queue_ms"] = s.arrivedAtAll ? (started - s.arrived).milliseconds() : 0.0;
  j["handling_ms"] = s.arrivedAtAll ? (answered - started).milliseconds() : 0.0;
  const std::string text = j.dump();
  return text.substr(1, text.size() - 2);
}

}  // namespace

std::vector<LogLine> traceLog(const Traces& traces, std::uint64_t run) {
  std::vector<LogLine> lines;
  for (const CallTrace& trace : traces.kept) {
    // Who was called answers before who called: of one instant the innermost first.
    for (std::uint32_t s = static_cast<std::uint32_t>(trace.spans.size()); s-- > 0;)
      lines.push_back({trace.spans[s].returned, levelOf(trace.spans[s]), fieldsOf(traces, trace, s, run)});
  }
  std::stable_sort(lines.begin(), lines.end(), [](const LogLine& a, const LogLine& b) { return a.time < b.time; });
  return lines;
}

}  // namespace faultline
