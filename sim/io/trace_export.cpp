#include "io/trace_export.h"

#include <map>
#include <nlohmann/json.hpp>

#include "io/trace_ids.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

std::string nanos(SimTime time) { return std::to_string(time.ns); }

Json attribute(const char* key, Json value) { return {{"key", key}, {"value", std::move(value)}}; }
Json number(std::int64_t value) { return {{"intValue", std::to_string(value)}}; }
Json real(double value) { return {{"doubleValue", value}}; }

enum SpanKind { kServer = 2, kClient = 3 };
enum StatusCode { kOk = 1, kError = 2 };

Json spanJson(const Traces& traces, const CallTrace& trace, std::uint32_t index, std::uint64_t run) {
  const Span& s = trace.spans[index];
  Json j;
  j["traceId"] = traceId(run, trace);
  j["spanId"] = spanId(trace, index);
  if (s.parent != kNoSpan) j["parentSpanId"] = spanId(trace, s.parent);
  const bool isRoot = s.parent == kNoSpan;
  const bool hasClass = trace.requestClass < traces.classes.size();
  j["name"] = isRoot && hasClass ? traces.classes[trace.requestClass] : traces.nodes[s.node];
  j["kind"] = isRoot ? kClient : kServer;
  j["startTimeUnixNano"] = nanos(s.sent);
  j["endTimeUnixNano"] = nanos(s.returned);
  Json attributes = Json::array();
  attributes.push_back(attribute("faultline.instance", number(s.instance)));
  attributes.push_back(attribute("faultline.network_ms", real(((s.arrived - s.sent) + (s.returned - s.answered)).milliseconds())));
  attributes.push_back(attribute("faultline.queue_ms", real((s.started - s.arrived).milliseconds())));
  attributes.push_back(attribute("faultline.connection_ms", real(s.connection.milliseconds())));
  attributes.push_back(attribute("faultline.backoff_ms", real(s.backoff.milliseconds())));
  if (s.timedOut) attributes.push_back(attribute("error.type", {{"stringValue", "timeout"}}));
  if (isRoot) attributes.push_back(attribute("faultline.kept_for", {{"stringValue", nameOf(trace.keptFor)}}));
  j["attributes"] = std::move(attributes);
  j["status"] = {{"code", s.failed ? kError : kOk}};
  return j;
}

double micros(SimTime time) { return static_cast<double>(time.ns) / 1e3; }

}  // namespace

std::string tracesOtlp(const Traces& traces, std::uint64_t run) {
  // A resource for each node, as each would report its own spans.
  std::map<std::uint32_t, Json> byNode;
  for (const CallTrace& trace : traces.kept)
    for (std::uint32_t s = 0; s < trace.spans.size(); ++s)
      byNode[trace.spans[s].node].push_back(spanJson(traces, trace, s, run));
  Json resources = Json::array();
  for (auto& [node, spans] : byNode)
    resources.push_back(
        {{"resource", {{"attributes", Json::array({attribute("service.name", {{"stringValue", traces.nodes[node]}})})}}},
         {"scopeSpans", Json::array({{{"scope", {{"name", "faultline"}}}, {"spans", std::move(spans)}}})}});
  return Json{{"resourceSpans", std::move(resources)}}.dump() + '\n';
}

std::string tracesChrome(const Traces& traces) {
  Json events = Json::array();
  std::int64_t process = 0;
  for (const CallTrace& trace : traces.kept) {
    ++process;
    const bool hasClass = trace.requestClass < traces.classes.size();
    const std::string name = "operation " + std::to_string(trace.operation) +
                             (hasClass ? " " + traces.classes[trace.requestClass] : "") + ", " + nameOf(trace.keptFor);
    events.push_back({{"ph", "M"}, {"name", "process_name"}, {"pid", process}, {"tid", 0}, {"args", {{"name", name}}}});
    for (std::uint32_t s = 0; s < trace.spans.size(); ++s) {
      const Span& span = trace.spans[s];
      Json args = {{"instance", span.instance},
                   {"queue_ms", (span.started - span.arrived).milliseconds()},
                   {"connection_ms", span.connection.milliseconds()},
                   {"backoff_ms", span.backoff.milliseconds()},
                   {"failed", span.failed}};
      // Parallel calls would overlap on one track.
      events.push_back({{"ph", "X"}, {"name", traces.nodes[span.node]}, {"cat", span.failed ? "failed" : "ok"},
                        {"pid", process}, {"tid", s}, {"ts", micros(span.sent)},
                        {"dur", micros(span.returned - span.sent)}, {"args", std::move(args)}});
    }
    const std::vector<TimeShare> path = criticalPath(trace);
    for (const TimeShare& share : path)
      events.push_back({{"ph", "X"}, {"name", std::string(partName(share.part)) + " " + traces.nodes[share.node]},
                        {"cat", partName(share.part)}, {"pid", process}, {"tid", trace.spans.size()},
                        {"ts", micros(share.from)}, {"dur", micros(share.to - share.from)}, {"args", Json::object()}});
  }
  return Json{{"traceEvents", std::move(events)}, {"displayTimeUnit", "ms"}}.dump() + '\n';
}

}  // namespace faultline
