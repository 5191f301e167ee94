// Call trees: what they keep, where the time went, bounded memory, and the two formats that other tools open.
#include <QtTest>
#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "engine/trace_collector.h"
#include "io/trace_export.h"
#include "support/run.h"

using namespace faultline;

namespace {

Traces tracesOf(const std::string& yaml, TraceOptions options = {}) {
  const Scenario scenario = scenarioOf(yaml);
  Simulation simulation(scenario);
  TraceCollector collector(scenario, options);
  simulation.observe(&collector);
  simulation.runToEnd();
  return collector.traces();
}

// One operation: everything is constant.
std::string lonely(const std::string& nodes, const std::string& edges, const std::string& timeline = "") {
  return "faultline: 1\nduration: 30s\nnodes:\n  u: {kind: client, rate: 1/s, arrivals: constant, operations: 1, timeout: 20s}\n" +
         nodes + "edges:\n" + edges + (timeline.empty() ? "" : "timeline: [" + timeline + "]\n");
}

double partMs(const CallTrace& trace, std::uint32_t node, TimePart part) {
  double sum = 0;
  for (const TimeShare& s : criticalPath(trace))
    if (s.node == node && s.part == part) sum += (s.to - s.from).milliseconds();
  return sum;
}

double wholeMs(const CallTrace& trace) {
  double sum = 0;
  SimTime at = trace.begin();
  for (const TimeShare& s : criticalPath(trace)) {
    if (s.from != at) return -1;  // a gap or an overlap
    at = s.to;
    sum += (s.to - s.from).milliseconds();
  }
  return sum;
}

bool isNear(double a, double b) { return std::fabs(a - b) < 1e-3; }

constexpr const char* kBusy =
    "faultline: 1\nduration: 60s\nclasses: {op: {}}\nnodes:\n  u: {kind: client, rate: 80/s, timeout: 2s}\n"
    "  lb: {kind: load_balancer, health_check: {every: 1s, timeout: 500ms}}\n"
    "  a: {kind: service, instances: 2, workers: 4, work: 3ms}\n  b: {kind: database, connections: 2, work: exponential(20ms)}\n"
    "edges:\n  - u -> lb\n  - lb -> a: {latency: 1ms}\n  - a -> b: {latency: 1ms, timeout: 150ms, pool: {size: 2}, retry: {max: 2, base: 20ms}}\n";

using Json = nlohmann::json;

bool isHex(const Json& j, std::size_t digits) {
  return j.is_string() && std::regex_match(j.get<std::string>(), std::regex("[0-9a-f]{" + std::to_string(digits) + "}")) &&
         j.get<std::string>().find_first_not_of('0') != std::string::npos;
}
bool isNanos(const Json& j) { return j.is_string() && std::regex_match(j.get<std::string>(), std::regex("[0-9]+")); }

// AnyValue of opentelemetry.proto.common.v1: exactly one of these, 64-bit integers as texts.
bool isAnyValue(const Json& j) {
  if (!j.is_object() || j.size() != 1) return false;
  if (j.contains("stringValue")) return j["stringValue"].is_string();
  if (j.contains("intValue")) return j["intValue"].is_string();
  if (j.contains("doubleValue")) return j["doubleValue"].is_number();
  return j.contains("boolValue") && j["boolValue"].is_boolean();
}
bool areAttributes(const Json& list) {
  std::set<std::string> keys;  // no two alike, as the specification asks
  return list.is_array() && std::all_of(list.begin(), list.end(), [&](const Json& a) {
           return a.size() == 2 && a["key"].is_string() && keys.insert(a["key"]).second && isAnyValue(a["value"]);
         });
}

}  // namespace

class TraceCollectorTest : public QObject {
  Q_OBJECT
 private slots:
  void everyPartIsToldApart() {
    const Traces t = tracesOf(lonely("  a: {kind: service, work: 10ms}\n  b: {kind: service, work: 30ms}\n",
                                     "  - u -> a: {latency: 2ms}\n  - a -> b: {latency: 1ms}\n"));
    QCOMPARE(t.kept.size(), std::size_t{1});
    const CallTrace& trace = t.kept[0];
    QCOMPARE(trace.spans.size(), std::size_t{3});
    QVERIFY(isNear(trace.latency().milliseconds(), 46));
    QVERIFY(isNear(partMs(trace, 1, TimePart::Network), 4));
    QVERIFY(isNear(partMs(trace, 1, TimePart::Service), 10));
    QVERIFY(isNear(partMs(trace, 2, TimePart::Network), 2));
    QVERIFY(isNear(partMs(trace, 2, TimePart::Service), 30));
    QVERIFY(isNear(wholeMs(trace), 46));
  }

  void retriesShowTheirBackoff() {
    const Traces t = tracesOf(lonely("  a: {kind: service, work: 10ms}\n",
                                     "  - u -> a: {timeout: 100ms, retry: {max: 1, backoff: constant, base: 300ms}}\n",
                                     "{at: 0s, pause: a, for: 1200ms}"));
    const CallTrace& trace = t.kept.at(0);
    QVERIFY(isNear(partMs(trace, 1, TimePart::Backoff), 300));
    QVERIFY(trace.spans.size() >= 2 && trace.spans[1].timedOut);
    QVERIFY(isNear(wholeMs(trace), trace.latency().milliseconds()));
  }

  void waitingForAConnectionAndForAServer() {
    const std::string two =
        "faultline: 1\nduration: 30s\nnodes:\n  u: {kind: client, rate: 1/s, arrivals: constant, batch: 2, operations: 2}\n"
        "  a: {kind: service, work: 1ms}\n  b: {kind: service, workers: 1, work: 40ms}\nedges:\n  - u -> a\n";
    const Traces pooled = tracesOf(two + "  - a -> b: {pool: {size: 1}}\n");
    QCOMPARE(pooled.kept.size(), std::size_t{2});
    QVERIFY(isNear(partMs(pooled.kept[1], 2, TimePart::Connection), 40));
    QVERIFY(isNear(partMs(pooled.kept[1], 2, TimePart::Queue), 0));
    const Traces queued = tracesOf(two + "  - a -> b\n");
    QVERIFY(isNear(partMs(queued.kept[1], 2, TimePart::Queue), 40));
    QVERIFY(isNear(partMs(queued.kept[1], 2, TimePart::Connection), 0));
  }

  void parallelCallsCountOnce() {
    const Traces t = tracesOf(lonely("  a: {kind: service, work: 1ms}\n  b: {kind: service, work: 30ms}\n  c: {kind: service, work: 50ms}\n",
                                     "  - u -> a\n  - a -> b\n  - a -> c\n"));
    const CallTrace& trace = t.kept.at(0);
    QVERIFY(isNear(partMs(trace, 3, TimePart::Service), 50));
    QVERIFY(isNear(partMs(trace, 2, TimePart::Service), 0));
    QVERIFY(isNear(wholeMs(trace), 51));
  }

  void lostMessagesAreTimeOnTheWay() {
    const Traces t = tracesOf(lonely("  a: {kind: service, work: 1ms}\n", "  - u -> a: {timeout: 500ms}\n", "{at: 0s, cut: \"u -> a\"}"));
    const CallTrace& trace = t.kept.at(0);
    QVERIFY(trace.failed);
    QCOMPARE(trace.spans.size(), std::size_t{2});
    QVERIFY(!trace.spans[1].arrivedAtAll);
    QVERIFY(isNear(partMs(trace, 1, TimePart::Network), 500));
  }

  // With routers, timeouts and retries: every instant of every kept operation is accounted for once.
  void pathsCoverTheWholeOperation() {
    const Traces t = tracesOf(kBusy);
    QVERIFY(t.kept.size() >= 30 && t.kept.size() <= 60);
    QCOMPARE(t.skipped, std::uint64_t{0});
    for (const CallTrace& trace : t.kept) {
      QVERIFY2(isNear(wholeMs(trace), trace.latency().milliseconds()), std::to_string(trace.operation).c_str());
      for (std::size_t s = 1; s < trace.spans.size(); ++s) QVERIFY(trace.spans[s].parent < s);
    }
    double blamed = 0;
    for (const Blame& b : t.tail.parts) blamed += b.meanMs;
    QVERIFY(std::fabs(blamed - t.tail.meanMs) < 1e-6 * blamed + 1e-6);
    QVERIFY(t.tail.meanMs >= t.tail.p99.milliseconds());
    // The workers wait for the database, so most of the tail is the queue before them, and the rest is the database.
    QCOMPARE(t.nodes[t.tail.parts[0].node], std::string("a"));
    QVERIFY(t.tail.parts[0].part == TimePart::Queue);
    QCOMPARE(t.nodes[t.tail.parts[1].node], std::string("b"));
    QVERIFY(t.tail.parts[1].part == TimePart::Connection);
  }

  void watchingChangesNothing() {
    const Scenario scenario = scenarioOf(kBusy);
    Simulation alone(scenario), watched(scenario);
    TraceCollector collector(scenario);
    watched.observe(&collector);
    alone.runToEnd();
    watched.runToEnd();
    QCOMPARE(watched.fingerprint(), alone.fingerprint());
  }

  void memoryIsBounded() {
    TraceOptions few;
    few.mostSpans = 10;
    few.slow = few.failed = few.random = 2;
    const Traces t = tracesOf(kBusy, few);
    QVERIFY(t.kept.size() <= 6);
    QVERIFY(t.skipped > 0);
    QVERIFY(t.seen > t.skipped);
  }

  void slowestAreKept() {
    const Traces t = tracesOf(kBusy);
    const Summary s = runText(kBusy);
    Duration slowest;
    for (const CallTrace& trace : t.kept)
      if (!trace.failed) slowest = std::max(slowest, trace.latency());
    Duration felt = std::max(s.requests.okLatency.max(), Duration{});
    QCOMPARE(slowest.ns, felt.ns);
  }

  // opentelemetry-proto, trace/v1/trace.proto with the rules of the OTLP specification for JSON.
  void otlpIsValid() {
    const Traces t = tracesOf(kBusy);
    const Json j = Json::parse(tracesOtlp(t, 0x1234));
    std::set<std::string> ids, parents;
    std::size_t spans = 0;
    QVERIFY(j.size() == 1 && j["resourceSpans"].is_array() && !j["resourceSpans"].empty());
    for (const Json& resource : j["resourceSpans"]) {
      QVERIFY(areAttributes(resource["resource"]["attributes"]));
      QCOMPARE(resource["resource"]["attributes"][0]["key"].get<std::string>(), std::string("service.name"));
      for (const Json& scope : resource["scopeSpans"]) {
        QVERIFY(scope["scope"]["name"].is_string());
        for (const Json& span : scope["spans"]) {
          static const std::set<std::string> kFields{"traceId", "spanId", "parentSpanId", "name", "kind", "startTimeUnixNano",
                                                     "endTimeUnixNano", "attributes", "status"};
          for (const auto& [key, value] : span.items()) QVERIFY2(kFields.count(key) == 1, key.c_str());
          QVERIFY(isHex(span["traceId"], 32) && isHex(span["spanId"], 16));
          QVERIFY(span["name"].is_string() && !span["name"].get<std::string>().empty());
          QVERIFY(span["kind"].is_number_integer() && span["kind"] >= 0 && span["kind"] <= 5);
          QVERIFY(isNanos(span["startTimeUnixNano"]) && isNanos(span["endTimeUnixNano"]));
          QVERIFY(std::stoll(span["startTimeUnixNano"].get<std::string>()) <= std::stoll(span["endTimeUnixNano"].get<std::string>()));
          QVERIFY(areAttributes(span["attributes"]));
          QVERIFY(span["status"]["code"].is_number_integer() && span["status"]["code"] >= 0 && span["status"]["code"] <= 2);
          ids.insert(span["traceId"].get<std::string>() + span["spanId"].get<std::string>());
          if (span.contains("parentSpanId")) {
            QVERIFY(isHex(span["parentSpanId"], 16));
            parents.insert(span["traceId"].get<std::string>() + span["parentSpanId"].get<std::string>());
          }
          ++spans;
        }
      }
    }
    QCOMPARE(ids.size(), spans);  // each its own
    for (const std::string& parent : parents) QVERIFY(ids.count(parent) == 1);
  }

  // Trace Event Format, JSON object form: complete and metadata events.
  void chromeTraceIsValid() {
    const Json j = Json::parse(tracesChrome(tracesOf(kBusy)));
    QVERIFY(j["displayTimeUnit"] == "ms" || j["displayTimeUnit"] == "ns");
    QVERIFY(j["traceEvents"].is_array() && j["traceEvents"].size() > 100);
    for (const Json& e : j["traceEvents"]) {
      QVERIFY(e["name"].is_string() && e["pid"].is_number_integer() && e["tid"].is_number_integer() && e["args"].is_object());
      const std::string phase = e["ph"];
      if (phase == "M") {
        QCOMPARE(e["name"].get<std::string>(), std::string("process_name"));
        QVERIFY(e["args"]["name"].is_string());
        continue;
      }
      QCOMPARE(phase, std::string("X"));
      QVERIFY(e["ts"].is_number() && e["dur"].is_number() && e["dur"] >= 0 && e["cat"].is_string());
    }
  }

  void textNamesTheBlame() {
    const std::string text = tracesText(tracesOf(kBusy));
    QVERIFY2(text.find("p99 is") != std::string::npos && text.find("Slowest trace") != std::string::npos, text.c_str());
  }
};

QTEST_APPLESS_MAIN(TraceCollectorTest)
#include "trace_collector_test.moc"
