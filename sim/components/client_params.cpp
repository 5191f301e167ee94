#include "components/client.h"

namespace faultline {

namespace {

constexpr ChoiceInfo kArrivals[] = {
    {"poisson", "Independent users: exponential gaps."},
    {"constant", "Equal gaps."},
};
constexpr ChoiceInfo kShapes[] = {
    {"steady", "Always `rate`."},
    {"ramp", "From `rate` to `to`, in a straight line that starts `at` and takes `over`."},
    {"step", "From `rate` to `to` at once, `at`."},
    {"spike", "`to` instead of `rate`, from `at` for `over`."},
    {"diurnal", "A wave between `rate` (lowest, `at`) and `to` (half a `period` later)."},
    {"points", "Straight lines between `points`; level before the first and after the last."},
};

using Bursts = ClientParams::Bursts;
constexpr ParamInfo kBurstFields[] = {
    param<&Bursts::on>("on", "On", range(1e-6, 1e7), "Mean length of a burst; the lengths are exponential."),
    param<&Bursts::off>("off", "Off", range(1e-6, 1e7), "Mean length of the silence between bursts, exponential too."),
};

using Profile = ClientParams::Profile;
constexpr ParamInfo kProfileFields[] = {
    param<&Profile::shape, &kShapes>("shape", "Shape", {}, "How the rate changes over the run."),
    param<&Profile::to>("to", "To", range(0, 1e8), "The other rate."),
    param<&Profile::at>("at", "At", range(0, 3e8), "When the change begins, from the start of the run."),
    param<&Profile::over>("over", "Over", range(0, 3e8), "How long the ramp or the spike takes."),
    param<&Profile::period>("period", "Period", range(1e-3, 3e8), "Length of one wave."),
    param<&Profile::points>("points", "Points", range(0, 1e8),
                            "Times and rates in order of time, or a CSV file with the columns time (in seconds) and "
                            "rate (per second)."),
};

using P = ClientParams;
constexpr ParamInfo kParams[] = {
    param<&P::rate>("rate", "Rate", range(0, 1e8), "Operations offered per second; with bursts, during a burst."),
    param<&P::arrivals, &kArrivals>("arrivals", "Arrivals", {}, "How the gaps between operations are distributed."),
    param<&P::batch>("batch", "Batch", range(1, 1e6),
                     "Operations that arrive together; the rate still counts operations."),
    fixed(
        param<&P::bursts, &kBurstFields>("bursts", "Bursts", {}, "Arrivals come in bursts with silence between them.")),
    param<&P::profile, &kProfileFields>("profile", "Profile", {}, "How the rate changes over the run."),
    fixed(param<&P::think>("think", "Think time", range(0, 1e8),
                           "Closed loop: each user waits for the answer, thinks this long, and sends the next "
                           "operation. Then `rate` does not count.")),
    param<&P::users>("users", "Users", range(1, 1e8),
                     "Identities for sticky routing and limits per client. In a closed loop: how many work at a time."),
    fixed(traceFile(
        param<&P::replay>("replay", "Replay", {},
                          "A file of recorded requests to repeat at its own times: a CSV file with a column `time` "
                          "in seconds and optionally `class`, `key` and `user`, or an access log in combined "
                          "format. Then `rate` does not count."))),
    as(ParamType::ClassList,
       param<&P::classes>("classes", "Classes", {},
                          "The request classes that this client sends, in proportion to their weights; empty: all.")),
    param<&P::timeout>("timeout", "Patience", range(1e-6, 86'400),
                       "A user gives up on an operation after this long, retries included."),
    fixed(param<&P::from>("from", "From", range(0, 3e8), "When the first users come.")),
    param<&P::until>("until", "Until", range(0, 3e8), "No operation begins from then on."),
    param<&P::operations>("operations", "Operations", range(0, 1e15), "No operation begins after this many."),
};

constexpr double kPi = 3.14159265358979323846;

// By its series, with the same bits everywhere; the angle is small enough for twelve terms.
double cosine(double angle) {
  while (angle > kPi) angle -= 2 * kPi;
  while (angle < -kPi) angle += 2 * kPi;
  double term = 1, sum = 1;
  for (int k = 1; k <= 12; ++k) {
    term *= -angle * angle / ((2 * k - 1) * (2 * k));
    sum += term;
  }
  return sum;
}

// A wave is drawn as straight lines between this many corners; its rate is within 0.06 % of its height of a true one.
constexpr int kWaveCorners = 96;

RateCurve wave(double low, double high, Duration lowestAt, Duration period) {
  std::vector<RateCurve::Corner> corners;
  for (int k = 0; k <= kWaveCorners; ++k) {
    const double turn = static_cast<double>(k) / kWaveCorners -
                        static_cast<double>(lowestAt.ns % period.ns) / static_cast<double>(period.ns);
    corners.push_back({period.ns / kWaveCorners * k + period.ns % kWaveCorners * k / kWaveCorners,
                       low + (high - low) * (1 - cosine(2 * kPi * turn)) / 2});
  }
  return RateCurve(std::move(corners), period.ns);
}

}  // namespace

RateCurve rateCurveOf(const ClientParams& p) {
  const double unit = 1 / (1e9 * static_cast<double>(p.batch));
  const double rate = p.rate.value * unit, to = p.profile.to.value * unit;
  const std::int64_t at = p.profile.at.ns, end = at + p.profile.over.ns;
  switch (p.profile.shape) {
    case ClientParams::Shape::Steady:
      break;
    case ClientParams::Shape::Ramp:
      return RateCurve({{at, rate}, {end, to}});
    case ClientParams::Shape::Step:
      return RateCurve({{at, rate}, {at, to}});
    case ClientParams::Shape::Spike:
      return RateCurve({{at, rate}, {at, to}, {end, to}, {end, rate}});
    case ClientParams::Shape::Diurnal:
      return wave(rate, to, p.profile.at, p.profile.period);
    case ClientParams::Shape::Points: {
      std::vector<RateCurve::Corner> corners;
      for (const auto& [when, level] : p.profile.points) corners.push_back({when.ns, level * unit});
      if (!corners.empty()) return RateCurve(std::move(corners));
    }
  }
  return RateCurve(rate);
}

std::span<const ParamInfo> clientParamTable() { return kParams; }

void checkClientParams(const void* params, std::vector<std::pair<std::string, std::string>>& problems) {
  const auto& p = *static_cast<const ClientParams*>(params);
  if (p.profile.shape == ClientParams::Shape::Points && p.profile.points.empty())
    problems.emplace_back("profile", "the shape `points` needs points");
  const bool isShaped = p.bursts || p.batch != 1 || p.profile.shape != ClientParams::Shape::Steady;
  if (p.isClosedLoop() && isShaped)
    problems.emplace_back("think", "a closed loop has no rate, so bursts, batches and profiles do not fit");
  if (p.isReplay() && isShaped)
    problems.emplace_back("replay", "a replay has its own times, so bursts, batches and profiles do not fit");
  if (p.isReplay() && p.isClosedLoop()) problems.emplace_back("replay", "a replay has no think time");
  if (p.until && *p.until <= p.from) problems.emplace_back("until", "it must be later than `from`");
}

double clientMemory(const void* params) {
  const auto& p = *static_cast<const ClientParams*>(params);
  constexpr double kBytesPerUser = 48;  // the user and the timer of its thinking
  return p.isClosedLoop() ? static_cast<double>(p.users) * kBytesPerUser : 0;
}

}  // namespace faultline
