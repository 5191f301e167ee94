// Refuses work that would only be late: a limit of calls in flight that adapts itself, a queue that drops what has
// waited too long, and less room for what matters less.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "engine/component.h"
#include "parts/pass_answer.h"
#include "parts/station.h"

namespace faultline {

namespace {

enum class Mode { Fixed, Aimd, Gradient };
constexpr ChoiceInfo kModes[] = {
    {"fixed", "The limit stays at `limit`."},
    {"aimd", "One more for each round of good answers, a share of it after an overloaded one."},
    {"gradient", "In proportion to how far latency is above that of an idle dependency."},
};

constexpr ChoiceInfo kOutcomes[] = {
    {"error", "The dependency ran and failed."},
    {"timeout", "The timeout of the edge to the dependency expired."},
    {"rejected", "The dependency refused under load."},
    {"unavailable", "The dependency was down."},
};

struct Aimd {
  std::int64_t increase = 1;
  Ratio backoff{0.9};
  std::optional<Duration> latency;
  std::vector<std::string> on{"timeout", "rejected", "unavailable"};
};
constexpr ParamInfo kAimdParams[] = {
    param<&Aimd::increase>("increase", "Increase", range(1, 10'000),
                           "How much the limit grows for a round: as many good answers as the limit."),
    param<&Aimd::backoff>("backoff", "Backoff", range(0.01, 0.999),
                          "What is left of the limit after an overloaded answer, rounded down; once for each round."),
    param<&Aimd::latency>("latency", "Latency", range(1e-6, 86'400),
                          "Answers that take longer are overloaded, too; unset: none is."),
    among(kOutcomes, param<&Aimd::on>("on", "On", {}, "Outcomes that mean overload.")),
};

struct Gradient {
  Duration every = milliseconds(100);
  Ratio tolerance{0.25};
  Duration baselineEvery = seconds(60);
  std::int64_t baselineCalls = 50;
  std::int64_t baselineLimit = 3;
};
constexpr ParamInfo kGradientParams[] = {
    param<&Gradient::every>("every", "Every", range(0.001, 3600), "Time between two changes of the limit."),
    param<&Gradient::tolerance>("tolerance", "Tolerance", range(0, 10),
                                "How far above the baseline latency may be before the limit falls."),
    param<&Gradient::baselineEvery>("baseline_every", "Baseline every", range(0.01, 86'400),
                                    "Time between two measurements of the baseline."),
    param<&Gradient::baselineCalls>("baseline_calls", "Baseline calls", range(1, 100'000),
                                    "Answers that make a baseline."),
    param<&Gradient::baselineLimit>("baseline_limit", "Baseline limit", range(1, 10'000),
                                    "The limit while the baseline is measured."),
};

struct CoDel {
  Duration target = milliseconds(5);
  Duration interval = milliseconds(100);
};
constexpr ParamInfo kCoDelParams[] = {
    param<&CoDel::target>("target", "Target", range(1e-6, 60), "Waiting up to this long is fine."),
    param<&CoDel::interval>("interval", "Interval", range(1e-5, 3600),
                            "Dropping starts when every call of so long a time had waited longer than the target."),
};

struct Params {
  Mode mode = Mode::Aimd;
  std::int64_t limit = 20;
  std::int64_t minLimit = 1;
  std::int64_t maxLimit = 1000;
  Aimd aimd;
  Gradient gradient;
  std::int64_t queueCapacity = 0;
  Discipline queue = Discipline::Fifo;
  std::optional<CoDel> codel;
  Ratio priorityStep;
};

constexpr ParamInfo kParams[] = {
    param<&Params::mode, &kModes>("mode", "Mode", {}, "How the limit of calls in flight adapts."),
    param<&Params::limit>("limit", "Limit", range(1, 1e6),
                          "Calls that may be at the dependency at a time: always, or to begin with."),
    param<&Params::minLimit>("min_limit", "Min limit", range(1, 1e6), "The limit adapts down to this."),
    param<&Params::maxLimit>("max_limit", "Max limit", range(1, 1e6), "The limit adapts up to this."),
    param<&Params::aimd, &kAimdParams>("aimd", "AIMD", {}, "Of the mode `aimd`."),
    param<&Params::gradient, &kGradientParams>("gradient", "Gradient", {}, "Of the mode `gradient`."),
    param<&Params::queueCapacity>("queue_capacity", "Queue capacity", range(0, 1e8),
                                  "Calls beyond the limit that may wait; more are shed."),
    fixed(param<&Params::queue, &kDisciplineChoices>("queue", "Queue", {}, "Which of the waiting calls is next.")),
    param<&Params::codel, &kCoDelParams>("codel", "CoDel", {},
                                         "Drops waiting calls while waiting is lastingly too long; unset: never."),
    param<&Params::priorityStep>(
        "priority_step", "Priority step", range(0, 1),
        "A class may use so much less of all places for each distinct priority above its own."),
};

enum Metric : std::uint32_t { kLimit, kShed, kShedPriority, kDropped, kOverloads, kBaseline };
constexpr MetricInfo kMetrics[] = {
    {"limit", MetricType::Gauge, "calls", "Calls that may be at the dependency at a time."},
    {"shed", MetricType::Counter, "calls", "Calls that were not let through, for whatever reason."},
    {"shed_priority", MetricType::Counter, "calls", "Those for which only a greater priority had room."},
    {"codel_drops", MetricType::Counter, "calls", "Those dropped from the queue by CoDel."},
    {"overloads", MetricType::Counter, "events", "How often the mode aimd took the limit back."},
    {"baseline", MetricType::Gauge, "us",
     "Latency of the idle dependency as measured by the mode gradient; 0: not yet known."},
};

enum Reason : std::uint32_t { kOverloaded, kLowPriority, kWaitedTooLong };
constexpr ReasonInfo kReasons[] = {
    {"overloaded", Outcome::Rejected, "As many calls were in flight as the limit allows, and the queue was full."},
    {"low_priority", Outcome::Rejected, "What was left of the limit is kept for classes of greater priority."},
    {"waited_too_long", Outcome::Rejected, "CoDel dropped it, as waiting had been too long for too long."},
};

constexpr SymptomInfo kSymptoms[] = {{"shed", true, false, "sheds load"}};

constexpr const char* kHeadline[] = {"limit", "shed", "queue"};

// Controlled delay: when a call that is about to leave the queue is to be dropped instead. RFC 8289 section 5.
class DelayControl {
 public:
  bool drops(const CoDel& p, Duration waited, bool isLast, SimTime now) {
    const bool isBad = isTooLong(p, waited, isLast, now);
    if (isDropping_) {
      if (!isBad) {
        isDropping_ = false;
        return false;
      }
      if (now.ns < next_) return false;
      ++count_;
      next_ = after(p, next_);
      return true;
    }
    if (!isBad) return false;
    isDropping_ = true;
    // It was dropping not long ago, so the rate that controlled the queue then is where it begins.
    const std::int64_t sinceLast = count_ - lastCount_;
    count_ = sinceLast > 1 && now.ns - next_ < kRecent * p.interval.ns ? sinceLast : 1;
    lastCount_ = count_;
    next_ = after(p, now.ns);
    return true;
  }
  void clear() { *this = {}; }

 private:
  static constexpr std::int64_t kRecent = 16;  // intervals

  bool isTooLong(const CoDel& p, Duration waited, bool isLast, SimTime now) {
    if (waited < p.target || isLast) {
      firstAbove_ = 0;
      return false;
    }
    if (firstAbove_ != 0) return now.ns >= firstAbove_;
    firstAbove_ = now.ns + p.interval.ns;
    return false;
  }
  std::int64_t after(const CoDel& p, std::int64_t from) const {
    return from +
           static_cast<std::int64_t>(static_cast<double>(p.interval.ns) / std::sqrt(static_cast<double>(count_)));
  }

  std::int64_t firstAbove_ = 0;  // when waiting will have been too long for an interval; 0: it is not
  std::int64_t next_ = 0;        // time of the next drop
  std::int64_t count_ = 0, lastCount_ = 0;
  bool isDropping_ = false;
};

class LoadShedder : public Component {
 public:
  explicit LoadShedder(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    station_.emplace(ctx, std::uint16_t{0}, p_.limit, -1, p_.queue);
    rankClasses(ctx);
    configure();
    reset(ctx);
  }

  void onRequest(Context& ctx, CallId id) override {
    const Call& call = ctx.at(id);
    if (const double part = part_[call.klass]; part < 1 && !hasRoom(part)) {
      ctx.add(kShedPriority);
      return shed(ctx, id, kLowPriority);
    }
    switch (station_->offer(ctx, id)) {
      case Station::Offer::Started:
        return admit(ctx, id);
      case Station::Offer::Full:
        return shed(ctx, id, kOverloaded);
      case Station::Offer::Queued:
        return;
    }
  }

  void onReply(Context& ctx, CallId id, const Reply& reply) override {
    ctx.nodeStats().service.record(reply.latency.ns);
    if (!reply.has(kCancelled)) learn(ctx, reply);
    leave(ctx);
    passAnswer(ctx, id, reply);
  }

  // Of a call that waits, or for which the edge's policy makes calls; otherwise the engine cancels at the callee.
  void onCancel(Context& ctx, CallId id) override {
    if (ctx.at(id).has(kWaiting)) {
      station_->remove(ctx, id);
    } else {
      ctx.abandonChildren(id);
      leave(ctx);
    }
    ctx.reply(id, ctx.failure(CommonReason::Cancelled));
  }

  void onTimer(Context& ctx, std::uint32_t, std::uint64_t) override {
    timer_ = {};
    if (!isMeasuring_ && ctx.now() >= nextBaseline_) return measureBaseline(ctx);
    if (!isMeasuring_) followGradient(ctx);
    scheduleUpdate(ctx);
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    switch (change.kind) {
      case NodeChange::Kind::Crashed:
        station_->clear(ctx);
        ctx.cancel(timer_);
        isMeasuring_ = false;
        return;
      case NodeChange::Kind::Restarted:
        return reset(ctx);
      case NodeChange::Kind::ParamsChanged:
        return paramsChanged(ctx);
      default:
        return;
    }
  }

 private:
  // --- what the parameters say

  void configure() {
    mode_ = p_.mode;
    countsAsOverload_ = 0;
    for (const std::string& name : p_.aimd.on)
      for (Outcome o : {Outcome::Error, Outcome::Timeout, Outcome::Rejected, Outcome::Unavailable})
        if (name == toString(o)) countsAsOverload_ |= 1u << static_cast<unsigned>(o);
    start_ = p_.limit;
    station_->setCapacity(p_.queueCapacity);
    for (std::size_t c = 0; c < part_.size(); ++c)
      part_[c] = std::max(0.0, 1 - p_.priorityStep.value * static_cast<double>(above_[c]));
  }

  // How many distinct priorities are greater than that of each class.
  void rankClasses(const Context& ctx) {
    part_.resize(ctx.classCount());
    above_.resize(ctx.classCount());
    const auto priority = [&](std::size_t c) { return ctx.requestClass(static_cast<std::uint16_t>(c)).priority; };
    for (std::size_t c = 0; c < above_.size(); ++c) {
      std::vector<std::int64_t> greater;
      for (std::size_t other = 0; other < above_.size(); ++other)
        if (priority(other) > priority(c)) greater.push_back(priority(other));
      std::sort(greater.begin(), greater.end());
      above_[c] = std::unique(greater.begin(), greater.end()) - greater.begin();
    }
  }

  void reset(Context& ctx) {
    delay_.clear();
    answers_ = 0;
    since_ = ctx.now();
    ctx.cancel(timer_);
    isMeasuring_ = false;
    setLimit(ctx, static_cast<double>(p_.limit));
    if (p_.mode != Mode::Gradient) return ctx.set(kBaseline, 0);
    measureBaseline(ctx);
  }

  // Another mode or another limit to begin with starts anew.
  void paramsChanged(Context& ctx) {
    const bool startsAnew = mode_ != p_.mode || start_ != p_.limit;
    configure();
    if (startsAnew) return reset(ctx);
    if (!isMeasuring_) setLimit(ctx, limit_);
  }

  // --- the way of a call

  // A class finds room while its part of all places is not used, whoever uses them.
  bool hasRoom(double part) const {
    const std::int64_t used = station_->busy() + station_->waiting();
    return static_cast<double>(used) < part * static_cast<double>(station_->servers() + p_.queueCapacity);
  }

  void admit(Context& ctx, CallId id) {
    ctx.nodeStats().wait.record(ctx.now().ns - ctx.at(id).arrived);
    ctx.pass(0, id);
  }

  void shed(Context& ctx, CallId id, Reason reason) {
    ctx.add(kShed);
    ctx.reply(id, ctx.failure(reason));
  }

  // A place became free: it goes to the next one in the queue that CoDel does not drop.
  void leave(Context& ctx) {
    for (CallId next = station_->release(ctx); next != 0; next = station_->release(ctx))
      if (goesOn(ctx, next)) return;
    if (isOver_) showPlaces(ctx);
  }

  bool goesOn(Context& ctx, CallId id) {
    const Duration waited{ctx.now().ns - ctx.at(id).arrived};
    if (p_.codel && delay_.drops(*p_.codel, waited, station_->waiting() == 0, ctx.now())) {
      ctx.add(kDropped);
      shed(ctx, id, kWaitedTooLong);
      return false;
    }
    admit(ctx, id);
    return true;
  }

  void setLimit(Context& ctx, double limit) {
    const auto low = static_cast<double>(std::min(p_.minLimit, p_.maxLimit));
    limit_ = p_.mode == Mode::Fixed ? static_cast<double>(p_.limit)
                                    : std::clamp(limit, low, static_cast<double>(p_.maxLimit));
    applyLimit(ctx, static_cast<std::int64_t>(limit_));
  }

  void applyLimit(Context& ctx, std::int64_t limit) {
    station_->setServers(ctx, limit);
    ctx.set(kLimit, limit);
    showPlaces(ctx);
    while (const CallId next = station_->admit(ctx))
      if (!goesOn(ctx, next)) leave(ctx);
  }

  // Where the limit fell below what is under way, that is how many places there still are.
  void showPlaces(Context& ctx) {
    isOver_ = station_->busy() > station_->servers();
    ctx.stats(0).servers.set(std::max(station_->busy(), station_->servers()), ctx.now().ns);
  }

  // --- what answers teach

  void learn(Context& ctx, const Reply& reply) {
    const bool isOfNow = ctx.now() - reply.latency > since_;
    if (p_.mode == Mode::Aimd) return learnAimd(ctx, reply, isOfNow);
    if (p_.mode != Mode::Gradient || !reply.ok()) return;
    if (isMeasuring_ && !isOfNow) return;
    ++answers_;
    sum_ += reply.latency.seconds();
    if (isMeasuring_ && answers_ >= p_.gradient.baselineCalls) takeBaseline(ctx);
  }

  // Chiu & Jain (1989). A round is as many answers as the limit; answers to calls of before the last change back say
  // nothing about the present limit, as in TCP, which halves its window once for each window of data.
  void learnAimd(Context& ctx, const Reply& reply, bool isOfNow) {
    if (!isOfNow) return;
    const bool isBad = !reply.ok() && (countsAsOverload_ >> static_cast<unsigned>(reply.outcome) & 1u) != 0;
    const bool isLate = p_.aimd.latency && reply.latency > *p_.aimd.latency;
    if (isBad || isLate) {
      ctx.add(kOverloads);
      answers_ = 0;
      mostInRound_ = 0;
      since_ = ctx.now();
      return setLimit(ctx, std::floor(limit_ * p_.aimd.backoff.value));
    }
    mostInRound_ = std::max(mostInRound_, station_->busy());
    if (++answers_ < static_cast<std::int64_t>(limit_)) return;
    // A limit that is not used says nothing about a greater one.
    if (2 * mostInRound_ >= static_cast<std::int64_t>(limit_))
      setLimit(ctx, limit_ + static_cast<double>(p_.aimd.increase));
    answers_ = 0;
    mostInRound_ = 0;
  }

  // --- the gradient, as in Envoy's adaptive concurrency filter

  void measureBaseline(Context& ctx) {
    isMeasuring_ = true;
    since_ = ctx.now();
    answers_ = 0;
    sum_ = 0;
    applyLimit(ctx, std::min(p_.gradient.baselineLimit, p_.maxLimit));
    scheduleUpdate(ctx);
  }

  void takeBaseline(Context& ctx) {
    baseline_ = sum_ / static_cast<double>(answers_);
    ctx.set(kBaseline, static_cast<std::int64_t>(baseline_ * 1e6));
    isMeasuring_ = false;
    answers_ = 0;
    sum_ = 0;
    nextBaseline_ = ctx.now() + p_.gradient.baselineEvery;
    setLimit(ctx, limit_);
    ctx.cancel(timer_);
    scheduleUpdate(ctx);
  }

  void followGradient(Context& ctx) {
    if (answers_ == 0) return;
    constexpr double kFastest = 2, kSlowest = 0.5;
    const double latency = sum_ / static_cast<double>(answers_);
    answers_ = 0;
    sum_ = 0;
    const double gradient =
        latency > 0 ? std::clamp((1 + p_.gradient.tolerance.value) * baseline_ / latency, kSlowest, kFastest)
                    : kFastest;
    const double moved = std::floor(limit_) * gradient;
    setLimit(ctx, moved + std::sqrt(moved));
  }

  void scheduleUpdate(Context& ctx) { timer_ = ctx.after(p_.gradient.every, 0); }

  const Params& p_;
  std::optional<Station> station_;
  std::vector<double> part_;           // by class: of the limit
  std::vector<std::ptrdiff_t> above_;  // by class: distinct greater priorities
  unsigned countsAsOverload_ = 0;
  Mode mode_ = Mode::Fixed;
  std::int64_t start_ = 0;
  double limit_ = 1;
  DelayControl delay_;
  SimTime since_;             // calls sent up to then say nothing
  std::int64_t answers_ = 0;  // of the round, or since the last update
  std::int64_t mostInRound_ = 0;
  double sum_ = 0;  // of their latencies, in seconds
  bool isMeasuring_ = false;
  bool isOver_ = false;  // more calls are under way than the limit allows
  double baseline_ = 0;
  SimTime nextBaseline_;
  Context::TimerId timer_;
};

void checkParams(const void* params, std::vector<std::pair<std::string, std::string>>& problems) {
  const auto& p = *static_cast<const Params*>(params);
  if (p.minLimit > p.maxLimit) problems.emplace_back("min_limit", "it is greater than `max_limit`");
  if (p.mode != Mode::Fixed && (p.limit < p.minLimit || p.limit > p.maxLimit))
    problems.emplace_back("limit", "it lies outside `min_limit` and `max_limit`");
  if (p.codel && p.queueCapacity == 0) problems.emplace_back("codel", "nobody waits here: it needs a `queue_capacity`");
}

}  // namespace

const ComponentInfo& loadShedderInfo() {
  static const ComponentInfo info{
      .kind = "load_shedder",
      .label = "Load shedder",
      .category = "resilience",
      .summary = "Refuses at once what a dependency could only answer late, and finds the limit by itself.",
      .help =
          "It guards one dependency, over all its instances, and sees of it only answers. AIMD (Chiu & Jain 1989): + "
          "`increase` for a round of as many good answers as the limit, if at least half of it was used; times "
          "`backoff`, rounded down, at an overloaded answer, once for each round. Gradient (Envoy's adaptive "
          "concurrency): every `every`, which should be longer than the latency, the limit L becomes g L + sqrt(g L) "
          "with g = (1 + tolerance) * baseline / mean latency, between 0.5 and 2. The baseline is the mean latency of "
          "`baseline_calls` answers while only `baseline_limit` calls are let through, which sheds the others for "
          "that moment. A dependency with c servers then settles at x + sqrt(x), x = (1 + tolerance) c. Envoy takes "
          "medians and adds jitter; here it is means without. CoDel (RFC 8289): when waiting was above `target` for "
          "an `interval`, the next call of the queue is dropped, and further ones after interval / sqrt(number), "
          "until it is below; against a load that does not give way this takes a while. Priority: a class is shed "
          "when its part of all places (limit and queue) is used, whoever uses it. A call whose caller gave up keeps "
          "its place until it is answered. Leaves out: CPU and memory as signals. Defaults: limit 20 and backoff 0.9 "
          "of Netflix concurrency-limits (github.com/Netflix/concurrency-limits), 5 ms and 100 ms of RFC 8289, 25 %, "
          "60 s, 50 calls and 3 of Envoy (envoyproxy.io, adaptive concurrency filter), 100 ms of the example there. "
          "Checked against the schedule of RFC 8289, the sawtooth of Chiu & Jain, the fixed point above and trunk "
          "reservation as a Markov chain: tests load_shedder, truth.traffic_control.",
      .params = kParams,
      .metrics = kMetrics,
      .reasons = kReasons,
      .symptoms = kSymptoms,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .outputs = PortUse::Required,
      .singleOutput = true,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<LoadShedder, Params>,
      .check = checkParams,
  };
  return info;
}

}  // namespace faultline
