// The parameters of the client kind, and what follows from them alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/descriptor.h"
#include "parts/arrival_clock.h"

namespace faultline {

struct ClientParams {
  enum class Arrivals { Poisson, Constant };
  enum class Shape { Steady, Ramp, Step, Spike, Diurnal, Points };

  struct Bursts {
    Duration on = seconds(1), off = seconds(1);
  };
  struct Profile {
    Shape shape = Shape::Steady;
    PerSecond to{200};
    Duration at = minutes(1);
    Duration over = minutes(1);
    Duration period = hours(24);
    std::vector<std::pair<Duration, double>> points;
  };

  PerSecond rate{100};
  Arrivals arrivals = Arrivals::Poisson;
  std::int64_t batch = 1;
  std::optional<Bursts> bursts;
  Profile profile;
  std::optional<Distribution> think;
  std::int64_t users = 1000;
  std::string replay;
  std::vector<std::string> classes;
  std::optional<Duration> timeout;
  Duration from;
  std::optional<Duration> until;
  std::optional<std::int64_t> operations;

  bool isClosedLoop() const { return think.has_value(); }
  bool isReplay() const { return !replay.empty(); }
};

std::span<const ParamInfo> clientParamTable();
void checkClientParams(const void* params, std::vector<std::pair<std::string, std::string>>& problems);
double clientMemory(const void* params);
// Batches per nanosecond over time, as `rate` and `profile` say.
RateCurve rateCurveOf(const ClientParams& params);

}  // namespace faultline
