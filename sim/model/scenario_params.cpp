#include "model/scenario_params.h"

#include "model/scenario.h"

namespace faultline {
namespace {

constexpr double kMostSeconds = 366.0 * 86400;

// A seed is unsigned, and a file's counts are signed: seeds that do not fit are not offered.
constexpr ParamInfo seedParam() {
  ParamInfo p = field(ParamType::Count, "seed", "Seed", range(0, 1e18),
                      "Equal seeds give equal runs; another seed gives another run of the same scenario.");
  p.assign = [](void* s, const Value& v) {
    static_cast<Scenario*>(s)->seed = static_cast<std::uint64_t>(*v.as<std::int64_t>());
  };
  p.read = [](const void* s) { return Value(static_cast<std::int64_t>(static_cast<const Scenario*>(s)->seed)); };
  return p;
}

struct Limits {
  std::int64_t callsInFlight = Scenario{}.maxCallsInFlight;
};
constexpr ParamInfo kLimitParams[] = {
    param<&Limits::callsInFlight>("calls_in_flight", "Calls in flight", range(1, 1e9),
                                  "A run that needs more calls at once stops there with a partial result."),
};
constexpr ParamInfo limitsParam() {
  ParamInfo p = field(ParamType::Group, "limits", "Limits", {}, "Where a run that grows without bound stops.");
  p.fields = kLimitParams;
  p.assign = [](void* s, const Value& v) {
    Limits limits;
    detail::assignFields<&kLimitParams>(limits, *v.as<ValueMap>());
    static_cast<Scenario*>(s)->maxCallsInFlight = limits.callsInFlight;
  };
  p.read = [](const void* s) {
    return Value(detail::readFields<&kLimitParams>(Limits{static_cast<const Scenario*>(s)->maxCallsInFlight}));
  };
  return p;
}

constexpr ParamInfo kScenarioParams[] = {
    param<&Scenario::name>("name", "Name", {}, "What the scenario is called."),
    param<&Scenario::description>("description", "Description", {}, "What the scenario shows, in a few sentences."),
    param<&Scenario::duration>("duration", "Duration", range(1e-6, kMostSeconds), "Simulated time of a run."),
    param<&Scenario::warmup>("warmup", "Warm-up", range(0, kMostSeconds),
                             "Time at the start that the summary leaves out."),
    param<&Scenario::sample>("sample", "Sample interval", range(1e-6, kMostSeconds),
                             "Interval of the time series; unset: one second, or a 10,000th of the duration if that "
                             "is longer."),
    seedParam(),
    limitsParam(),
};

constexpr ChoiceInfo kClassEffects[] = {
    {"read", "The operation reads."},
    {"write", "The operation writes."},
};
constexpr ParamInfo effectParam() {
  ParamInfo p = field(ParamType::Choice, "effect", "Effect", {}, "Whether operations of this class read or write.");
  p.choices = kClassEffects;
  p.assign = [](void* c, const Value& v) {
    static_cast<RequestClass*>(c)->effect = *v.as<std::string>() == "write" ? Effect::Write : Effect::Read;
  };
  p.read = [](const void* c) {
    return Value(static_cast<const RequestClass*>(c)->effect == Effect::Write ? "write" : "read");
  };
  return p;
}
constexpr ParamInfo shareParam() {
  ParamInfo p = field(ParamType::Ratio, "share", "Share", range(0, 1),
                      "Share of the operations; the shares of all classes add up to 100%.");
  p.optional = true;
  p.assign = [](void* c, const Value& v) {
    if (v.isSet()) static_cast<RequestClass*>(c)->weight = *v.as<double>();
  };
  p.read = [](const void*) { return Value(); };  // it is the weight that is kept
  return p;
}

constexpr ParamInfo kClassParams[] = {
    shareParam(),
    param<&RequestClass::weight>("weight", "Weight", range(0, 1e9),
                                 "Share of the operations relative to the other classes, instead of a share."),
    effectParam(),
    as(ParamType::KeySpace,
       param<&RequestClass::key>("key", "Keys", {}, "Which key each operation is about; none when it has no key.")),
    param<&RequestClass::objective>("objective", "Objective", range(0, 86400),
                                    "An operation that is answered well within it counts as goodput."),
    param<&RequestClass::priority>("priority", "Priority", range(-1000, 1000),
                                   "Greater is served first where a queue is ordered by priority."),
    param<&RequestClass::requestSize>("request_size", "Request size", range(0, 1e12), "Bytes of a request message."),
    param<&RequestClass::responseSize>("response_size", "Response size", range(0, 1e12), "Bytes of an answer."),
};

constexpr ParamInfo kHostParams[] = {
    param<&GroupSpec::cores>("cores", "CPU cores", range(1, 1e6), "Cores that the members share."),
    required(param<&GroupSpec::members>("members", "Members", {}, "Nodes that run on this machine.")),
};

constexpr ParamInfo kLinkParams[] = {
    param<&RegionLink::latency>(
        "latency", "Latency", range(0, 3600),
        "Time that a message takes between the two regions, each way, beside that of its edge."),
    param<&RegionLink::loss>("loss", "Loss", range(0, 1),
                             "Share of messages between the two regions that vanish, each way."),
};
constexpr ParamInfo kRegionParams[] = {
    param<&GroupSpec::latency>("latency", "Latency", range(0, 3600),
                               "Time that a message takes to and from any other region without a link of its own, each "
                               "way; of two regions the greater mean counts."),
    param<&GroupSpec::links, &kLinkParams>(
        "links", "Links", {}, "The network to other regions, by their names; written on one side it holds for both."),
    required(param<&GroupSpec::members>("members", "Members", {}, "Nodes that are in this region.")),
};

constexpr ParamInfo kAlertParams[] = {
    required(param<&AlertSpec::when>("when", "When", {}, "What is wrong, like error_rate > 5% or db.queue > 100.")),
    param<&AlertSpec::window>("for", "For", range(1e-3, kMostSeconds), "How long it has to be so before the alert fires."),
};

constexpr ParamInfo kLessonStepParams[] = {
    param<&LessonStep::at>("at", "At", range(0, kMostSeconds),
                           "The run stands still here until the step is done; unset: it follows the one before."),
    required(param<&LessonStep::title>("title", "Title", {}, "What the step is about, in a few words.")),
    param<&LessonStep::text>("text", "Text", {}, "What there is to know, in Markdown."),
    param<&LessonStep::highlight>("highlight", "Highlight", {}, "Nodes, edges and metrics to look at."),
    param<&LessonStep::question>("question", "Question", {}, "What to predict before the run goes on."),
    param<&LessonStep::reveal>("reveal", "Reveal", {},
                               "A value like max(db.queue by 60s) that is measured and shown with the answer."),
};

constexpr ParamInfo kChallengeParams[] = {
    param<&ChallengeSpec::budget>("budget", "Budget", range(0, 1e9),
                                  "What the mended design may cost in an hour; unset: as much as it likes."),
    param<&ChallengeSpec::changes>("changes", "Changes", range(1, 1000),
                                   "How many places may differ: parameters, and nodes with their arrows."),
    param<&ChallengeSpec::given>("given", "Given", {},
                                 "Nodes, edges and parameters that stay as they are, like db or db.cores. Traffic, "
                                 "faults, work, latencies and prices always do."),
};

constexpr ParamInfo kNoteParams[] = {
    required(param<&NoteSpec::text>("text", "Text", {}, "What the note says, on one line or several.")),
};

constexpr ParamInfo kRecordedParams[] = {
    required(param<&RecordedSpec::file>("file", "File", {}, "CSV file of the recording over time, for charts.")),
    param<&RecordedSpec::envelope>("envelope", "Envelope", {},
                                   "CSV file of figures by phase: columns phase, metric, unit, mean, and low and high "
                                   "or the runs."),
    param<&RecordedSpec::repetitions>("repetitions", "Repetitions", range(1, 100),
                                      "Runs that are compared: the scenario's seed and those that follow it, one "
                                      "each. A figure is the mean of theirs, as a recorded one is of its runs."),
};

constexpr ParamInfo kRecordedRowParams[] = {
    param<&RecordedRow::phases>("phase", "Phase", {},
                                "The phase or phases that are compared; none: all that have the figure. \"moment\" "
                                "stands for figures of the whole run, like the time of the first failure."),
    param<&RecordedRow::recorded>("recorded", "Recorded", {}, "Metric of the envelope."),
    param<&RecordedRow::value>("value", "Value", {}, "The recorded figure, where it does not stand in the envelope."),
    param<&RecordedRow::low>("low", "Lowest", {}, "Smallest of the recorded repetitions."),
    param<&RecordedRow::high>("high", "Highest", {}, "Greatest of the recorded repetitions."),
    param<&RecordedRow::unit>("unit", "Unit", {},
                              "Unit of the recorded figure like ms, s or /s; unset: that of the envelope."),
    required(param<&RecordedRow::simulated>("simulated", "Simulated", {},
                                            "What is measured in a run, for example users.p95, users.failed, "
                                            "slope(jobs.depth) or first(jobs.depth > 10).")),
    param<&RecordedRow::tolerance>("tolerance", "Tolerance", {},
                                   "How far the run may be off: 5% of the recorded figure, or 2s, 3/s, 0.03 more or "
                                   "less. What lies within the recorded repetitions always passes."),
    param<&RecordedRow::factor>("factor", "Factor", range(1, 1e6),
                                "How many times more or less a run may measure, instead of a tolerance."),
    param<&RecordedRow::informative>("informative", "Informative", {}, "Shown, but not judged."),
    param<&RecordedRow::note>("note", "Note", {}, "What a reader should know about this figure."),
};

}  // namespace

std::span<const ParamInfo> noteParams() { return kNoteParams; }
std::span<const ParamInfo> recordedParams() { return kRecordedParams; }
std::span<const ParamInfo> recordedRowParams() { return kRecordedRowParams; }
std::span<const ParamInfo> alertParams() { return kAlertParams; }
std::span<const ParamInfo> lessonStepParams() { return kLessonStepParams; }
std::span<const ParamInfo> challengeParams() { return kChallengeParams; }
std::span<const ParamInfo> scenarioParams() { return kScenarioParams; }
std::span<const ParamInfo> requestClassParams() { return kClassParams; }
std::span<const ParamInfo> hostParams() { return kHostParams; }
std::span<const ParamInfo> regionParams() { return kRegionParams; }

}  // namespace faultline
