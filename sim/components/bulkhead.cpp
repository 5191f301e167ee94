// Limits how many calls are at a dependency at a time, so that it cannot take all of its callers' resources.
//
// The pattern and its name are those of Nygard, "Release It!" (2007).
#include <optional>
#include <string>
#include <vector>

#include "engine/component.h"
#include "parts/pass_answer.h"
#include "parts/station.h"

namespace faultline {

namespace {

enum class Per { All, Class };
constexpr ChoiceInfo kPers[] = {
    {"all", "One compartment for all calls."},
    {"class", "A compartment of this size for every request class."},
};

struct Params {
  std::int64_t maxConcurrent = 25;
  std::optional<std::int64_t> maxWaiting{0};
  std::optional<Duration> maxWait;
  Discipline queue = Discipline::Fifo;
  Per per = Per::All;
};

constexpr double kDay = 86'400;
constexpr ParamInfo kParams[] = {
    param<&Params::maxConcurrent>("max_concurrent", "Max concurrent", range(1, 1e6),
                                  "Calls of a compartment that may be at the dependency at a time."),
    param<&Params::maxWaiting>("max_waiting", "Max waiting", range(0, 1e8),
                               "Calls of a compartment that may wait for a place; more are refused. Unset: no limit."),
    param<&Params::maxWait>("max_wait", "Max wait", range(1e-6, kDay),
                            "A call that has waited this long is refused; unset: it waits for ever."),
    fixed(param<&Params::queue, &kDisciplineChoices>("queue", "Queue", {}, "Which of the waiting calls is next.")),
    fixed(param<&Params::per, &kPers>("per", "Per", {}, "Which calls share a compartment.")),
};

enum Metric : std::uint32_t { kRefused };
constexpr MetricInfo kMetrics[] = {
    {"refused", MetricType::Counter, "calls", "Calls that found the bulkhead full, or waited in vain."},
};

enum Reason : std::uint32_t { kBulkheadFull, kWaitTimeout };
constexpr ReasonInfo kReasons[] = {
    {"bulkhead_full", Outcome::Rejected, "All places were taken, and all places to wait."},
    {"wait_timeout", Outcome::Rejected, "No place became free within `max_wait`."},
};

constexpr SymptomInfo kSymptoms[] = {{"refused", true, false, "is full and refuses calls"}};

constexpr const char* kHeadline[] = {"utilization", "queue", "refused"};

class Bulkhead : public Component {
 public:
  explicit Bulkhead(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    const std::size_t count = p_.per == Per::Class ? ctx.classCount() : 1;
    for (std::size_t i = 0; i < count; ++i)
      compartments_.emplace_back(ctx, std::uint16_t{0}, p_.maxConcurrent, -1, p_.queue);
    resize(ctx);
  }

  void onRequest(Context& ctx, CallId id) override {
    switch (compartmentOf(ctx, id).offer(ctx, id)) {
      case Station::Offer::Started:
        return admit(ctx, id);
      case Station::Offer::Full:
        return refuse(ctx, id, kBulkheadFull);
      case Station::Offer::Queued:
        if (p_.maxWait) ctx.limitWaiting(id, *p_.maxWait);
    }
  }

  // A call has waited long enough.
  void onServed(Context& ctx, CallId id) override {
    compartmentOf(ctx, id).remove(ctx, id);
    refuse(ctx, id, kWaitTimeout);
  }

  void onReply(Context& ctx, CallId id, const Reply& reply) override {
    ctx.nodeStats().service.record(reply.latency.ns);
    leave(ctx, compartmentOf(ctx, id));
    passAnswer(ctx, id, reply);
  }

  // Of a call that waits, or for which the edge's policy makes calls; otherwise the engine cancels at the callee.
  void onCancel(Context& ctx, CallId id) override {
    Station& compartment = compartmentOf(ctx, id);
    if (ctx.at(id).has(kWaiting)) {
      compartment.remove(ctx, id);
    } else {
      ctx.abandonChildren(id);
      leave(ctx, compartment);
    }
    ctx.reply(id, ctx.failure(CommonReason::Cancelled));
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    if (change.kind == NodeChange::Kind::Crashed)
      for (Station& c : compartments_) c.clear(ctx);
    if (change.kind == NodeChange::Kind::ParamsChanged) resize(ctx);
  }

 private:
  Station& compartmentOf(const Context& ctx, CallId id) {
    return compartments_[p_.per == Per::Class ? ctx.at(id).klass : 0];
  }

  void resize(Context& ctx) {
    for (Station& c : compartments_) {
      c.setServers(ctx, p_.maxConcurrent);
      c.setCapacity(p_.maxWaiting.value_or(-1));
      while (const CallId next = c.admit(ctx)) admit(ctx, next);
    }
    const auto places = p_.maxConcurrent * static_cast<std::int64_t>(compartments_.size());
    ctx.stats(0).servers.set(places, ctx.now().ns);
  }

  void admit(Context& ctx, CallId id) {
    ctx.nodeStats().wait.record(ctx.now().ns - ctx.at(id).arrived);
    ctx.pass(0, id);
  }

  void refuse(Context& ctx, CallId id, Reason reason) {
    ctx.add(kRefused);
    ctx.reply(id, ctx.failure(reason));
  }

  void leave(Context& ctx, Station& compartment) {
    if (const CallId next = compartment.release(ctx)) admit(ctx, next);
  }

  const Params& p_;
  std::vector<Station> compartments_;  // one, or by class
};

}  // namespace

const ComponentInfo& bulkheadInfo() {
  static const ComponentInfo info{
      .kind = "bulkhead",
      .label = "Bulkhead",
      .category = "resilience",
      .summary = "Limits how many calls are at a dependency at a time, so that a slow one cannot take everything.",
      .help =
          "A call holds its place until the dependency answers, also after its caller gave up: give the out-edge a "
          "timeout to free places of a dependency that hangs. It guards one dependency, over all instances of it and "
          "of its callers; the `pool` of an arrow is the same for each caller instance apart. With Poisson arrivals "
          "and no waiting, the share that is refused is Erlang's loss formula, whatever the distribution of the "
          "dependency's times. An arrow to it that is `optional` makes the refusal a degraded answer. Leaves out: "
          "threads of its own (as in a thread-pool bulkhead), which would cost memory and switching. Defaults of "
          "resilience4j 2 (resilience4j.readme.io/docs/bulkhead): 25 concurrent calls, nobody waits. Checked against "
          "Erlang B and M/M/c/K: test bulkhead.",
      .params = kParams,
      .metrics = kMetrics,
      .reasons = kReasons,
      .symptoms = kSymptoms,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .outputs = PortUse::Required,
      .singleOutput = true,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<Bulkhead, Params>,
  };
  return info;
}

}  // namespace faultline
