// Jobs that start by the clock: a batch of operations every interval, all at once.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "base/flat_map.h"
#include "engine/component.h"
#include "parts/call_plan.h"
#include "parts/request_mix.h"

namespace faultline {

namespace {

enum class Overlap { Allow, Forbid };
constexpr ChoiceInfo kOverlaps[] = {
    {"allow", "A run starts whether or not the one before it has ended."},
    {"forbid", "A run is skipped while an operation of an earlier one has not ended."},
};

struct Params {
  Duration every = minutes(1);
  Duration at;
  Distribution batch = Distribution::constant(100);
  Distribution spread = Distribution::constant(0);
  Overlap overlap = Overlap::Allow;
  std::vector<std::string> classes;
  std::optional<Duration> timeout;
  std::optional<Duration> until;
};

constexpr ParamInfo kParams[] = {
    param<&Params::every>("every", "Every", range(0.001, 3e8), "Time between two runs."),
    fixed(
        param<&Params::at>("at", "At", range(0, 3e8), "When the first run starts, from the start of the simulation.")),
    as(ParamType::CountDistribution, param<&Params::batch>("batch", "Batch", range(0, 1e6), "Operations of one run.")),
    param<&Params::spread>("spread", "Spread", range(0, 86'400),
                           "Each operation begins so much later than its run, drawn anew for each; zero: all at once."),
    param<&Params::overlap, &kOverlaps>("overlap", "Overlap", {}, "Whether runs may overlap."),
    as(ParamType::ClassList,
       param<&Params::classes>("classes", "Classes", {},
                               "The request classes of the operations, in proportion to their weights; empty: all.")),
    fixed(param<&Params::timeout>("timeout", "Patience", range(1e-6, 3e8),
                                  "An operation is given up after this long, retries included.")),
    param<&Params::until>("until", "Until", range(0, 3e8), "No run starts from then on."),
};

enum Metric : std::uint32_t { kRuns, kSkipped, kMissed, kRunTime };
constexpr MetricInfo kMetrics[] = {
    {"runs", MetricType::Counter, "runs", "Runs that started."},
    {"skipped", MetricType::Counter, "runs", "Runs that did not start because an earlier one had not ended."},
    {"missed", MetricType::Counter, "runs",
     "Runs that did not start because the scheduler was down or hung at their time."},
    {"run_time", MetricType::Timing, "s", "From the time of a run to the end of its last operation."},
};

constexpr const char* kHeadline[] = {"runs", "ok", "failed"};

enum Tag : std::uint32_t { kRunTag, kBeginTag };

class Cron : public Component {
 public:
  explicit Cron(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    plan_ = CallPlan(ctx);
    mix_ = RequestMix(ctx, p_.classes);
    classLuck_ = &ctx.stream("classes");
    keyLuck_ = &ctx.stream("keys");
    batchLuck_ = &ctx.stream("batch");
    spreadLuck_ = &ctx.stream("spread");
    user_ = static_cast<std::uint32_t>(hashText(ctx.name()));
    next_ = p_.at;
    schedule(ctx);
  }

  void onRequest(Context& ctx, CallId call) override { ctx.reply(call, ctx.failure(CommonReason::NoTarget)); }

  void onTimer(Context& ctx, std::uint32_t tag, std::uint64_t data) override {
    if (tag == kRunTag) return run(ctx);
    const auto batch = static_cast<std::uint32_t>(data);
    if (batch < batches_.size() && batches_[batch].serial == data >> 32) begin(ctx, batch);
  }

  void onReply(Context& ctx, CallId id, const Reply& reply) override {
    if (plan_.onReply(ctx, id, reply) == CallPlan::Progress::Done) end(ctx, id, ctx.at(id).failure);
  }

  void onGiveUp(Context& ctx, CallId id) override { end(ctx, id, ctx.failure(CommonReason::Timeout)); }

  void onTraffic(Context& ctx, double factor, Duration over) override {
    fromFactor_ = factorAt(ctx.now());
    toFactor_ = factor;
    factorFrom_ = ctx.now();
    factorTo_ = ctx.now() + over;
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    switch (change.kind) {
      case NodeChange::Kind::ParamsChanged:
        mix_ = RequestMix(ctx, p_.classes);
        return reschedule(ctx);
      case NodeChange::Kind::Crashed:  // the engine ends the operations
        isDown_ = true;
        operations_.clear();
        batches_.clear();
        free_.clear();
        unfinished_ = 0;
        return;
      case NodeChange::Kind::Restarted:
        isDown_ = false;
        return;
      default:
        return;
    }
  }

 private:
  struct Batch {
    std::uint32_t serial = 0;
    std::int64_t left = 0;  // operations that have not ended
    SimTime at;
  };

  // --- the clock

  void schedule(Context& ctx) {
    timer_ = ctx.after({std::max<std::int64_t>(0, next_.ns - ctx.now().ns)}, kRunTag, 0, true);
  }

  // Another interval counts from the last run.
  void reschedule(Context& ctx) {
    if (!last_) return;
    next_ = *last_ + p_.every;
    ctx.cancel(timer_);
    schedule(ctx);
  }

  void run(Context& ctx) {
    const SimTime at = next_;
    last_ = at;
    next_ = at + p_.every;
    // A scheduler that hung starts only the last run of those that were due.
    while (next_ <= ctx.now()) {
      ctx.add(kMissed);
      last_ = next_;
      next_ = next_ + p_.every;
    }
    schedule(ctx);
    if (p_.until && *last_ >= *p_.until) return;
    if (isDown_) return ctx.add(kMissed);
    if (p_.overlap == Overlap::Forbid && unfinished_ > 0) return ctx.add(kSkipped);
    start(ctx, *last_);
  }

  double factorAt(SimTime now) const {
    if (now >= factorTo_) return toFactor_;
    const double part = (now - factorFrom_).seconds() / (factorTo_ - factorFrom_).seconds();
    return fromFactor_ + (toFactor_ - fromFactor_) * part;
  }

  // --- runs and their operations

  void start(Context& ctx, SimTime at) {
    ctx.add(kRuns);
    const auto count = static_cast<std::int64_t>(std::llround(p_.batch.draw(*batchLuck_) * factorAt(ctx.now())));
    if (count == 0 || mix_.empty()) return;
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(batches_.size()));
      batches_.emplace_back();
    }
    const std::uint32_t batch = free_.back();
    free_.pop_back();
    batches_[batch] = {++serial_, count, at};
    unfinished_ += count;
    for (std::int64_t i = 0; i < count; ++i) {
      const Duration later = p_.spread.sample(*spreadLuck_);
      if (later.ns == 0)
        begin(ctx, batch);
      else
        ctx.after(later, kBeginTag, static_cast<std::uint64_t>(serial_) << 32 | batch, true);
    }
  }

  void begin(Context& ctx, std::uint32_t batch) {
    const RequestMix::Drawn drawn = mix_.draw(*classLuck_, *keyLuck_);
    // Where all is at once, users count from the time of the run, however late it started.
    const SimTime intended = p_.spread.isZero() ? batches_[batch].at : ctx.now();
    const CallId id =
        ctx.begin(drawn.klass, drawn.key, user_, intended, p_.timeout ? intended + *p_.timeout : SimTime{});
    if (id == 0) return;
    operations_[id] = batch;
    if (plan_.start(ctx, id) == CallPlan::Progress::Done) end(ctx, id, ctx.at(id).failure);
  }

  void end(Context& ctx, CallId id, FailureId failure) {
    const std::uint32_t batch = *operations_.find(id);
    operations_.erase(id);
    --unfinished_;
    if (--batches_[batch].left == 0) {
      ctx.observe(kRunTime, ctx.now() - batches_[batch].at);
      batches_[batch].serial = 0;
      free_.push_back(batch);
    }
    ctx.finish(id, failure);
  }

  const Params& p_;
  CallPlan plan_;
  RequestMix mix_;
  RandomStream* classLuck_ = nullptr;
  RandomStream* keyLuck_ = nullptr;
  RandomStream* batchLuck_ = nullptr;
  RandomStream* spreadLuck_ = nullptr;
  std::uint32_t user_ = 0;
  SimTime next_;                 // the run that the timer waits for
  std::optional<SimTime> last_;  // the run before it
  Context::TimerId timer_;
  FlatMap<std::uint32_t> operations_;  // those under way -> index of the batch
  std::vector<Batch> batches_;
  std::vector<std::uint32_t> free_;  // batches that may be used again
  std::uint32_t serial_ = 0;
  std::int64_t unfinished_ = 0;
  double fromFactor_ = 1, toFactor_ = 1;
  SimTime factorFrom_, factorTo_;
  bool isDown_ = false;
};

}  // namespace

const ComponentInfo& cronInfo() {
  static const ComponentInfo info{
      .kind = "cron",
      .label = "Cron",
      .category = "traffic",
      .summary = "Scheduled jobs: a batch of operations every interval, all at once.",
      .help =
          "What is scheduled for the same minute arrives in the same instant, so its peak is far above its mean; "
          "`spread` is the usual cure. Latency counts from the time of the run. All operations are of one user. A run "
          "that was due while the scheduler was down is lost; after a hang only the last one that was due starts. The "
          "verb `traffic` multiplies the batch. The plan of the out-edges applies to each operation, one by one. "
          "Leaves out: calendars, time zones and daylight saving, and stopping a run for the next one. `overlap` and "
          "its default are concurrencyPolicy of a Kubernetes CronJob (kubernetes.io/docs, CronJob); a minute is the "
          "finest interval of cron (crontab(5)); the batch of 100 is a placeholder. Checked in test cron.",
      .params = kParams,
      .metrics = kMetrics,
      .headline = kHeadline,
      .inputs = PortUse::None,
      .outputs = PortUse::Required,
      .originates = true,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<Cron, Params>,
  };
  return info;
}

}  // namespace faultline
