// A scenario as a plain value: what is edited, saved, compared and run.
//
// Thread safety: a value. Nothing here is checked; `validate` (model/validate.h) says whether it can run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/trace.h"
#include "model/descriptor.h"
#include "model/value.h"

namespace faultline {

enum class Effect { Inherit, Read, Write };

// A class of user operations.
struct RequestClass {
  std::string name;
  double weight = 1;               // share of the client's operations, relative to the other classes
  Effect effect = Effect::Read;    // read or write
  std::string key = "none";        // key space in canonical text, see parts/keyspace
  std::optional<Duration> objective;  // an ok answer within it is goodput
  std::int64_t priority = 0;       // greater is served first where a queue is by priority
  Bytes requestSize{512};
  Bytes responseSize{2048};
  bool operator==(const RequestClass&) const = default;
};

struct NodeSpec {
  std::string name;
  std::string kind;
  std::string group;   // host the node is on; empty for none
  ValueMap params;     // only what was written; defaults are the preset's, then the kind's
  std::string preset;  // named parameter set of the kind that the node starts from; empty for none
  ValueMap inherited;  // what the preset says
  // What was written over what the preset says; a group or table that was written replaces the preset's.
  ValueMap allParams() const;
  bool operator==(const NodeSpec&) const = default;
};

// "from -> to", or "from -> to.label" where several arrows lead from one node to another.
std::string edgeName(std::string_view from, std::string_view to, std::string_view label);

struct EdgeSpec {
  std::string from, to;
  ValueMap policy;    // see model/edge_policy.h
  std::string label;  // tells it from the other arrows between its ends; empty for at most one of them
  std::string name() const { return edgeName(from, to, label); }
  bool operator==(const EdgeSpec&) const = default;
};

// The network between two regions, the same in both directions; it adds to what the edges themselves cost.
struct RegionLink {
  Distribution latency = Distribution::constant(0);  // each way
  Ratio loss;                                        // of messages, each way
  bool operator==(const RegionLink&) const = default;
};

// A box of nodes. A host shares its CPU cores among the work of its members. A region (or zone) is a place: messages
// between two of them cost time, and it can fail or be cut off as a whole.
struct GroupSpec {
  std::string name;
  std::string kind = "host";
  std::int64_t cores = 1;                                    // of a host
  Distribution latency = Distribution::constant(0);          // of a region: each way, to regions without a link
  std::vector<std::pair<std::string, RegionLink>> links;     // of a region, by the other one's name
  std::vector<std::string> members;
  bool operator==(const GroupSpec&) const = default;
};

// A timed change. `verb` is one of model/actions.h or a verb of the target's kind.
struct Action {
  SimTime at;
  std::string verb;
  std::string target;  // node, "node[2]" for one instance, "from -> to" or "from -> to.label" for an edge, empty for the whole run
  ValueMap args;
  bool operator==(const Action&) const = default;
};

struct Point {
  double x = 0, y = 0;
  bool operator==(const Point&) const = default;
};

// A text on the drawing, with its top left corner; runs know nothing of it.
struct NoteSpec {
  std::string text;
  Point at;
  bool operator==(const NoteSpec&) const = default;
};

// A stretch of the recording whose figures are compared with those of the same stretch of a run.
struct RecordedPhase {
  std::string name;
  SimTime from, to;
  bool operator==(const RecordedPhase&) const = default;
};

// One figure that was recorded, and the measure (model/measure.h) of a run that should come near it.
struct RecordedRow {
  std::vector<std::string> phases;         // empty: every phase that has the figure; "moment": the whole run
  std::string recorded;                    // metric of the envelope
  std::optional<double> value, low, high;  // the figure itself, in `unit`, where it does not stand in the envelope
  std::string unit;                        // empty: that of the envelope
  std::string simulated;                   // measure
  std::string tolerance;                   // "5%" of the recorded figure, or how much more or less: "2s", "0.03"
  std::optional<double> factor;            // or at most so many times more or less
  bool informative = false;                // shown, not judged
  std::string note;
  bool operator==(const RecordedRow&) const = default;
};

// Recorded data to lay beside a run. Files are CSV, relative to the scenario.
struct RecordedSpec {
  std::string file;                                          // the recording over time
  std::vector<std::pair<std::string, std::string>> columns;  // metric -> column of the file
  std::string envelope;                                      // figures by phase, see model/envelope.h
  std::int64_t repetitions = 1;                              // runs whose means are compared, see analysis/recorded.h
  std::vector<RecordedPhase> phases;                         // in order of time
  std::vector<RecordedRow> compare;
  bool operator==(const RecordedSpec&) const = default;
};

// The content of a file of recorded requests that a node replays; not written with the scenario, but read with it.
struct TraceSpec {
  std::string file;  // as the node names it
  std::shared_ptr<const Trace> requests;
  bool operator==(const TraceSpec& other) const { return file == other.file; }
};

// A rule that tells operators that something is wrong, see model/alert_rule.h.
struct AlertSpec {
  std::string when;
  Duration window = seconds(10);  // how long it has to be so
  bool operator==(const AlertSpec&) const = default;
};

// An answer that a lesson offers. It is right when its expectation (model/expectation.h) holds in the run.
struct LessonChoice {
  std::string text;
  std::string holds;
  bool operator==(const LessonChoice&) const = default;
};

// A step of a lesson: what to look at, and perhaps a question that the run itself answers.
struct LessonStep {
  std::optional<Duration> at;  // the run stands still here until the step is done; unset: it goes with the one before
  std::string title;
  std::string text;                    // Markdown
  std::vector<std::string> highlight;  // nodes, edges and metrics to look at
  std::string question;
  std::vector<LessonChoice> choices;
  std::string reveal;                  // a value of the language of expectations, shown with the answer
  bool operator==(const LessonStep&) const = default;
};

// A failing design that is to be mended, see analysis/grade.h.
struct ChallengeSpec {
  std::vector<std::string> objectives;  // expectations; the design as it is given misses some of them
  std::optional<double> budget;         // cost per hour at most
  std::int64_t changes = 3;             // places that may differ at most
  std::vector<std::string> given;       // nodes, edges and parameters that stay as they are
  std::vector<std::pair<std::string, double>> prices;  // by kind, of an instance and hour, for nodes that are added
  std::vector<std::string> hints;                      // one more at a time
  bool operator==(const ChallengeSpec&) const = default;
};

struct Scenario {
  static constexpr int kFormatVersion = 1;

  std::string name;
  std::string description;
  Duration duration = minutes(5);
  Duration warmup;
  std::optional<Duration> sample;  // unset: one second, or a 10,000th of the duration if that is longer
  std::uint64_t seed = 1;
  std::int64_t maxCallsInFlight = 8'000'000;  // a run that needs more stops there with a partial result
  std::vector<RequestClass> classes;
  std::vector<GroupSpec> groups;
  std::vector<NodeSpec> nodes;
  std::vector<EdgeSpec> edges;
  std::vector<Action> timeline;  // in order of time
  std::vector<std::string> expect;
  std::optional<std::vector<AlertSpec>> alerts;  // unset: defaultAlerts of model/alert_rule.h; empty: none
  std::vector<std::pair<std::string, Point>> layout;
  std::vector<NoteSpec> notes;
  std::optional<RecordedSpec> recorded;
  std::vector<LessonStep> lesson;  // in order of time
  std::optional<ChallengeSpec> challenge;
  std::vector<TraceSpec> traces;

  const NodeSpec* findNode(std::string_view name) const;
  const EdgeSpec* findEdge(std::string_view from, std::string_view to, std::string_view label = {}) const;
  const GroupSpec* findRegion(std::string_view name) const;
  const RequestClass* findClass(std::string_view name) const;
  const TraceSpec* findTrace(std::string_view file) const;
  bool operator==(const Scenario&) const = default;
};

}  // namespace faultline
