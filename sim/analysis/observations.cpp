#include "analysis/observations.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "analysis/change_point.h"
#include "model/edge_policy.h"

namespace faultline {
namespace {

using Values = std::vector<double>;

// A series that is looked at, with what counts as a change of it.
struct Signal {
  Place place;
  Aspect aspect;
  std::string metric, unit, means;
  ValueScale scale;
  bool rises = true;
  double minFactor = 1, minDelta = 0;
  Values values;
  std::optional<double> limit;
  bool harms = false;
  bool counts = false, mayBeRare = false;  // see ChangeOptions
};

// Time of its own: smaller changes are noise of the estimate, or of no use to an explanation.
constexpr double kOwnTimeFactor = 1.5, kOwnTimeDeltaMs = 0.3;
constexpr double kUserLatencyFactor = 2, kUserLatencyDeltaMs = 20;
constexpr double kDemandFactor = 1.25;
// Failures count from this share of the usual traffic.
constexpr double kFailingShare = 0.005;
constexpr double kLeastFailuresPerSecond = 0.2;
// A sample in which fewer calls end than this share of the usual says little about the time of each.
constexpr double kLeastThroughput = 0.1;

// Of the calls in flight at a node, so many have to be its own for its own time to count as longer.
constexpr double kLeastOwnShare = 0.3;

class Collector {
 public:
  // What is usual is learned from the samples [from, to).
  Collector(const ScenarioIndex& architecture, const Series& series, const std::vector<bool>& looked, std::size_t from,
            std::size_t to)
      : architecture_(architecture), series_(series), looked_(looked), from_(from), to_(to) {
    for (const SeriesColumn& c : series.columns) byName_.try_emplace(c.name, &c.values);
  }

  std::vector<Signal> run() {
    for (std::size_t n = 0; n < architecture_.kinds.size(); ++n) {
      const ComponentInfo* kind = architecture_.kinds[n];
      if (kind == nullptr || !looked_[n]) continue;
      if (kind->originates) addOrigin(n);
      else addServer(n);
      for (const SymptomInfo& symptom : kind->symptoms) addSymptom(n, *kind, symptom);
    }
    for (const ScenarioIndex::Arrow& arrow : architecture_.arrows)
      if (looked_[arrow.from]) addArrow(arrow);
    return std::move(signals_);
  }

 private:
  std::string nodeName(std::size_t n) const { return architecture_.scenario.nodes[n].name; }
  std::string edgeName(const ScenarioIndex::Arrow& a) const { return architecture_.scenario.edges[a.edge].name(); }
  Place place(std::size_t n) const { return {false, n, nodeName(n)}; }
  Place place(const ScenarioIndex::Arrow& a) const { return {true, a.edge, edgeName(a)}; }

  // Null when there is no such column.
  const Values* column(const std::string& owner, std::string_view metric) const {
    const auto found = byName_.find(owner + "." + std::string(metric));
    return found == byName_.end() ? nullptr : found->second;
  }
  Values zeros() const { return Values(series_.times.size(), 0.0); }
  static void add(Values& to, const Values* from, double factor = 1) {
    if (from == nullptr) return;
    for (std::size_t i = 0; i < to.size(); ++i)
      if (!std::isnan((*from)[i])) to[i] += factor * (*from)[i];
  }

  double usualOf(const Values& values) const {
    return medianOf(Values(values.begin() + static_cast<std::ptrdiff_t>(from_),
                           values.begin() + static_cast<std::ptrdiff_t>(std::min(to_, values.size()))));
  }

  void put(Signal signal) { signals_.push_back(std::move(signal)); }
  // Of what should not happen at all.
  void putRare(Signal signal) {
    signal.mayBeRare = true;
    put(std::move(signal));
  }

  void putColumn(Place where, Aspect aspect, std::string_view metric, const char* unit, ValueScale scale,
                 double minFactor, double minDelta) {
    const Values* values = column(where.name, metric);
    if (values == nullptr) return;
    std::string name = where.name + "." + std::string(metric);
    put({std::move(where), aspect, std::move(name), unit, {}, scale, true, minFactor, minDelta, *values, {}});
    signals_.back().mayBeRare =
        aspect == Aspect::UserFailures || aspect == Aspect::UserDegraded || aspect == Aspect::Retries;
  }

  void addOrigin(std::size_t n) {
    const Place where = place(n);
    const Values* offered = column(where.name, "offered");
    const double usual = offered != nullptr ? usualOf(*offered) : 0;
    const double failures = std::max(kFailingShare * usual, kLeastFailuresPerSecond);
    putColumn(where, Aspect::Demand, "offered", "/s", ValueScale::Rate, kDemandFactor, 1);
    if (offered != nullptr) signals_.back().counts = true;
    putColumn(where, Aspect::UserFailures, "failed", "/s", ValueScale::Rate, kDemandFactor, failures);
    putColumn(where, Aspect::UserDegraded, "degraded", "/s", ValueScale::Rate, kDemandFactor, failures);
    // The highest percentile that has enough values to be known.
    for (const char* percentile : {"p99", "p50"})
      putColumn(where, Aspect::UserLatency, percentile, "ms", ValueScale::Time, kUserLatencyFactor,
                kUserLatencyDeltaMs);
    const Values* goodput = column(where.name, "goodput");
    if (offered == nullptr || goodput == nullptr) return;
    Values share = zeros();
    for (std::size_t i = 0; i < share.size(); ++i)
      share[i] = (*offered)[i] > 0 ? std::min(1.0, (*goodput)[i] / (*offered)[i]) : kUnknown;
    put({where, Aspect::UserGoodput, where.name + ".goodput share", "ratio", {}, ValueScale::Share, false, 1, 0.05,
         std::move(share), {}});
  }

  void addServer(std::size_t n) {
    const Place where = place(n);
    const Values *arrivals = column(where.name, "arrivals"), *failed = column(where.name, "failed"),
                 *ok = column(where.name, "ok"), *inFlight = column(where.name, "in_flight");
    if (arrivals == nullptr) return;
    const double usual = usualOf(*arrivals);
    addDemand(n, where, *arrivals);
    putColumn(where, Aspect::Queue, "queue", "calls", ValueScale::Level, 2, 2);
    if (failed != nullptr) addFailures(n, where, *failed, std::max(kFailingShare * usual, kLeastFailuresPerSecond));
    if (ok == nullptr || inFlight == nullptr) return;
    Values done = *ok;
    add(done, failed);
    // Time in the node: by Little's law calls in flight over throughput.
    put({where, Aspect::Slow, where.name + " time in it", "ms", {}, ValueScale::Time, true, kOwnTimeFactor, 1,
         timeOf(*inFlight, done), {}});
    put({where, Aspect::OwnTime, where.name + " own time", "ms", {}, ValueScale::Time, true, kOwnTimeFactor,
         kOwnTimeDeltaMs, timeOf(ownCalls(n, *inFlight), done), {}});
  }

  // Milliseconds that each call takes when so many are there and so many end in a second.
  Values timeOf(const Values& there, const Values& done) const {
    const double least = kLeastThroughput * usualOf(done);
    Values time = zeros();
    for (std::size_t i = 0; i < time.size(); ++i) {
      const double rate = std::max(done[i], least);
      time[i] = rate > 0 ? 1000 * std::max(there[i], 0.0) / rate : kUnknown;
    }
    return time;
  }

  // Calls that the node holds itself: neither in its queue nor on their way through those it calls.
  Values ownCalls(std::size_t n, const Values& inFlight) const {
    Values own = inFlight;
    add(own, column(nodeName(n), "queue"), -1);
    if (architecture_.kinds[n]->buffers) return own;
    for (std::size_t a : architecture_.leaving[n]) {
      const ScenarioIndex::Arrow& arrow = architecture_.arrows[a];
      if (arrow.policy.mode == CallMode::Send) continue;
      add(own, column(edgeName(arrow), "pool_waiting"), -1);
      if (const Values* held = column(edgeName(arrow), "pool_in_use"); held != nullptr) {
        add(own, held, -1);  // every call under way holds a connection
        continue;
      }
      const Values* attempts = column(edgeName(arrow), "attempts");
      const Values *there = column(nodeName(arrow.to), "in_flight"), *came = column(nodeName(arrow.to), "arrivals");
      const Values* latency = column(edgeName(arrow), "latency_mean");
      if (attempts == nullptr) continue;
      add(own, attempts, -2 * arrow.policy.latency.mean() / 1e9);
      if (there == nullptr || came == nullptr) continue;
      for (std::size_t i = 0; i < own.size(); ++i) {
        // Of the calls under way there, as many as it made of those that came; all of them while none comes.
        const double share = (*came)[i] > 0 ? std::min(1.0, (*attempts)[i] / (*came)[i]) : 1;
        const double byAnswers =
            latency != nullptr && !std::isnan((*latency)[i]) ? (*attempts)[i] * (*latency)[i] / 1000 : 0;
        own[i] -= std::max(share * (*there)[i], byAnswers);
      }
    }
    // Whose calls are under way elsewhere is known by shares only: a small rest of a large number is no finding.
    const double usual = usualOf(own);
    for (std::size_t i = 0; i < own.size(); ++i)
      if (own[i] < kLeastOwnShare * inFlight[i]) own[i] = std::min(own[i], usual);
    return own;
  }

  // Logical calls: what retries add is an aspect of its arrow.
  void addDemand(std::size_t n, const Place& where, const Values& arrivals) {
    Values calls = zeros();
    bool known = false;
    for (const ScenarioIndex::Arrow& arrow : architecture_.arrows) {
      if (arrow.to != n) continue;
      const Values* made = column(edgeName(arrow), "calls");
      known |= made != nullptr;
      add(calls, made);
    }
    put({where, Aspect::Demand, where.name + ".calls", "/s", {}, ValueScale::Rate, true, kDemandFactor, 1,
         known ? std::move(calls) : arrivals, {}});
  }

  void addFailures(std::size_t n, const Place& where, const Values& failed, double least) {
    putRare({where,
             Aspect::FailsToo,
             where.name + ".failed",
             "/s",
             {},
             ValueScale::Rate,
             true,
             kDemandFactor,
             least,
             failed,
             {}});
    Values own = failed;
    for (std::size_t a : architecture_.leaving[n]) {
      const ScenarioIndex::Arrow& arrow = architecture_.arrows[a];
      if (arrow.policy.mode != CallMode::Send && !architecture_.kinds[n]->buffers)
        add(own, column(edgeName(arrow), "failed"), -1);
    }
    for (double& v : own) v = std::max(v, 0.0);
    putRare({where,
             Aspect::Failing,
             where.name + ".failed on its own account",
             "/s",
             {},
             ValueScale::Rate,
             true,
             kDemandFactor,
             least,
             std::move(own),
             {}});
  }

  void addSymptom(std::size_t n, const ComponentInfo& kind, const SymptomInfo& symptom) {
    const Values* values = column(nodeName(n), symptom.metric);
    if (values == nullptr) return;
    for (const MetricInfo& metric : kind.metrics) {
      if (std::string_view(metric.name) != symptom.metric) continue;
      Signal s{place(n), Aspect::Symptom, nodeName(n) + "." + symptom.metric, metric.unit, symptom.means,
               ValueScale::Level, symptom.rises, 2, 3, *values, {}, symptom.harms};
      if (metric.type == MetricType::Counter) {
        s.scale = ValueScale::Rate;
        s.mayBeRare = s.rises;
        s.unit = "/s";
        s.minDelta = kLeastFailuresPerSecond;
      } else if (metric.type == MetricType::Ratio) {
        s.scale = ValueScale::Share;
        s.minFactor = 1;
        s.minDelta = 0.1;
      } else if (s.unit == "ms") {
        s.scale = ValueScale::Time;
        s.minDelta = 500;
      } else if (!symptom.rises) {
        s.minFactor = 1;
        s.minDelta = 0.5;
      }
      put(std::move(s));
    }
  }

  void addArrow(const ScenarioIndex::Arrow& arrow) {
    const Place where = place(arrow);
    const Values *attempts = column(where.name, "attempts"), *latency = column(where.name, "latency_mean");
    const double usual = attempts != nullptr ? usualOf(*attempts) : 0;
    putColumn(where, Aspect::Retries, "retries", "/s", ValueScale::Rate, kDemandFactor,
              std::max(kFailingShare * usual, kLeastFailuresPerSecond));
    if (const Values* waiting = column(where.name, "pool_waiting"); waiting != nullptr) {
      Signal s{where, Aspect::PoolWait, where.name + ".pool_waiting", "calls", {}, ValueScale::Level,
               true,  2, 2, *waiting, {}};
      const ComponentInfo* caller = architecture_.kinds[arrow.from];
      const auto params = makeParams(*caller, architecture_.scenario.nodes[arrow.from].params);
      const double copies = caller->instances ? static_cast<double>(caller->instances(params.get())) : 1;
      s.limit = copies * static_cast<double>(arrow.policy.pool ? arrow.policy.pool->size : 0);
      put(std::move(s));
    }
    if (attempts != nullptr) addRefusals(arrow, where, std::max(kFailingShare * usual, kLeastFailuresPerSecond));
    if (latency != nullptr) addNetwork(arrow, where, *latency);
  }

  // What was sent to the node and did not arrive there, where it is this arrow's alone to explain.
  void addRefusals(const ScenarioIndex::Arrow& arrow, const Place& where, double least) {
    const Values* came = column(nodeName(arrow.to), "arrivals");
    if (came == nullptr) return;
    Values missing = zeros();
    add(missing, came, -1);
    for (const ScenarioIndex::Arrow& other : architecture_.arrows)
      if (other.to == arrow.to) add(missing, column(edgeName(other), "attempts"));
    // Where several arrows lead there, no more is missing on this one than it sent.
    const Values& sent = *column(where.name, "attempts");
    for (std::size_t i = 0; i < missing.size(); ++i) missing[i] = std::clamp(missing[i], 0.0, sent[i]);
    // A caller whose connections or servers are all stuck soon sends nothing more, so what is missing counts for a while.
    put({where, Aspect::Refusals, where.name + " sent but not arrived", "/s", {}, ValueScale::Rate, true,
         kDemandFactor, least, trailingMean(missing), {}});
    if (const Values* held = column(where.name, "pool_in_use"); held != nullptr) addStuck(arrow, where, *held, sent);
  }

  // Calls that hold a connection and are not at its other end.
  void addStuck(const ScenarioIndex::Arrow& arrow, const Place& where, const Values& held, const Values& attempts) {
    const Values *there = column(nodeName(arrow.to), "in_flight"), *came = column(nodeName(arrow.to), "arrivals");
    if (there == nullptr || came == nullptr) return;
    std::size_t callers = 0;
    for (const ScenarioIndex::Arrow& other : architecture_.arrows) callers += other.to == arrow.to;
    if (callers > 1) return;  // whose calls are there is not known
    Values stuck = held;
    add(stuck, there, -1);
    add(stuck, &attempts, -2 * arrow.policy.latency.mean() / 1e9);
    for (double& v : stuck) v = std::max(v, 0.0);
    put({where, Aspect::Refusals, where.name + " on the way", "calls", {}, ValueScale::Level, true, 2, 2,
         std::move(stuck), {}});
  }

  Values trailingMean(const Values& values) const {
    constexpr Duration kSpan = seconds(5);
    Values mean = values;
    double sum = 0;
    for (std::size_t i = 0, first = 0; i < values.size(); ++i) {
      sum += values[i];
      while (series_.times[i] - series_.times[first] >= kSpan) sum -= values[first++];
      mean[i] = sum / static_cast<double>(i - first + 1);
    }
    return mean;
  }

  void addNetwork(const ScenarioIndex::Arrow& arrow, const Place& where, const Values& latency) {
    const Values *there = column(nodeName(arrow.to), "in_flight"), *ok = column(nodeName(arrow.to), "ok");
    if (there == nullptr || ok == nullptr) return;
    Values done = *ok;
    add(done, column(nodeName(arrow.to), "failed"));
    Values way = timeOf(*there, done);
    for (std::size_t i = 0; i < way.size(); ++i) way[i] = std::max(latency[i] - way[i], 0.0);
    put({where, Aspect::Network, where.name + " time on the way", "ms", {}, ValueScale::Time, true, 2, 1,
         std::move(way), {}});
  }

  const ScenarioIndex& architecture_;
  const Series& series_;
  const std::vector<bool>& looked_;  // by node
  std::size_t from_, to_;
  std::map<std::string, const Values*> byName_;
  std::vector<Signal> signals_;
};

// The first stretch is taken to be healthy: so much of what follows the warm-up, and at least so many samples.
constexpr double kHealthyShare = 0.12;
constexpr std::size_t kLeastHealthySamples = 10;
// Before the first onset the system may already have been on its way.
constexpr std::size_t kSamplesBeforeOnset = 3;
// How often what is usual is learned anew, as what was found shows what was not usual.
constexpr int kRounds = 3;

class Finder {
 public:
  Finder(const Series& series, Duration warmup) : times_(series.times) {
    while (from_ + 1 < times_.size() && times_[from_] <= warmup) ++from_;
    windowSeconds_ = times_.size() > 1 ? (times_.back() - times_.front()).seconds() / static_cast<double>(times_.size() - 1) : 1;
  }

  bool isLongEnough() const { return times_.size() >= from_ + 2 * kLeastHealthySamples; }
  std::size_t from() const { return from_; }
  // End of the first stretch.
  std::size_t to() const {
    return from_ + std::max(kLeastHealthySamples,
                            static_cast<std::size_t>(kHealthyShare * static_cast<double>(times_.size() - from_)));
  }

  Observations run(const std::vector<Signal>& signals) {
    Observations result;
    std::size_t to = this->to();
    result.all = find(signals, to, {});
    for (int round = 0; round < kRounds; ++round) {
      const SimTime forgotten = forgottenBefore(result.all);
      const std::size_t before = std::max(from_ + kLeastHealthySamples, beforeAll(result.all, forgotten));
      // Once more with all that was healthy: a longer stretch knows better what is usual, and one that holds the
      // beginning of the trouble takes it for usual. It grows only once, or it would follow what drifts.
      if (before >= times_.size() || (round > 0 && before >= to)) break;
      to = before;
      result.all = find(signals, to, forgotten);
    }
    result.healthyFrom = times_[from_];
    result.healthyTo = times_[to - 1];
    return result;
  }

 private:
  std::size_t indexOf(SimTime time) const {
    return static_cast<std::size_t>(std::lower_bound(times_.begin(), times_.end(), time) - times_.begin());
  }

  // What was over so long before anybody was harmed is part of what is usual, however rare.
  static SimTime forgottenBefore(const std::vector<Observation>& found) {
    SimTime harmed = kNever;
    for (const Observation& o : found)
      if (isHarm(o)) harmed = std::min(harmed, o.onset);
    return harmed == kNever ? SimTime{} : harmed - kForgotten;
  }

  // Index of the sample up to which nothing was found; the number of samples when nothing was.
  std::size_t beforeAll(const std::vector<Observation>& found, SimTime forgotten) const {
    std::size_t first = times_.size();
    for (const Observation& o : found)
      if (!o.healed || *o.healed >= forgotten) first = std::min(first, indexOf(o.onset));
    return first > kSamplesBeforeOnset && first < times_.size() ? first - kSamplesBeforeOnset : first;
  }

  std::vector<Observation> find(const std::vector<Signal>& signals, std::size_t to, SimTime forgotten) const {
    std::vector<Observation> found;
    for (const Signal& s : signals) {
      std::vector<Episode> episodes = findEpisodes(
          s.values, from_, to, {s.scale, s.rises, windowSeconds_, s.minFactor, s.minDelta, s.counts, s.mayBeRare});
      std::erase_if(episodes, [&](const Episode& e) { return e.end < times_.size() && times_[e.end] < forgotten; });
      if (episodes.empty()) continue;
      // What flares up again is one story: it begins with the first episode and heals with the last.
      const Episode* worst = &episodes.front();
      for (const Episode& e : episodes)
        if (std::fabs(e.after - e.before) > std::fabs(worst->after - worst->before)) worst = &e;
      Observation o{s.place, s.aspect, s.metric, s.unit, s.means, s.harms, {}, {}, worst->before, worst->after,
                    worst->significance, s.limit};
      // A window shows what began in it: the change lies between its start and its end.
      o.onset = times_[episodes.front().onset];
      if (episodes.back().end < times_.size()) o.healed = times_[episodes.back().end];
      found.push_back(std::move(o));
    }
    return found;
  }

  const std::vector<SimTime>& times_;
  std::size_t from_ = 0;
  double windowSeconds_ = 1;
};

}  // namespace

bool isLongEnough(const Series& series, Duration warmup) { return Finder(series, warmup).isLongEnough(); }

Observations observe(const ScenarioIndex& architecture, const Series& series, Duration warmup,
                     const std::vector<bool>& looked) {
  Finder finder(series, warmup);
  if (!finder.isLongEnough()) return {};
  return finder.run(Collector(architecture, series, looked, finder.from(), finder.to()).run());
}

}  // namespace faultline
