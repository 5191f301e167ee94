#include "analysis/aspect_ranks.h"

namespace faultline {

int originality(const Observation& o, const ScenarioIndex& architecture) {
  switch (o.aspect) {
    case Aspect::Demand:
      return architecture.kinds[o.place.index]->originates ? 5 : 1;
    case Aspect::Work:
    case Aspect::Refusals:
      return 5;
    case Aspect::OwnTime:
    case Aspect::Failing:
    case Aspect::Network:
      return 4;
    case Aspect::Symptom:
      return 3;
    case Aspect::Queue:
    case Aspect::PoolWait:
      return 2;
    case Aspect::Retries:
      return 1;
    default:
      return 0;
  }
}

int telling(Aspect aspect) {
  switch (aspect) {
    case Aspect::UserFailures:
      return 14;
    case Aspect::UserGoodput:
      return 13;
    case Aspect::UserLatency:
      return 12;
    case Aspect::UserDegraded:
      return 11;
    case Aspect::Symptom:
      return 10;
    case Aspect::PoolWait:
      return 9;
    case Aspect::Refusals:
      return 8;
    case Aspect::OwnTime:
      return 7;
    case Aspect::Work:
      return 6;
    case Aspect::Queue:
      return 5;
    case Aspect::Failing:
      return 4;
    case Aspect::Network:
      return 3;
    case Aspect::Retries:
      return 2;
    case Aspect::Demand:
      return 1;
    case Aspect::Slow:
      return 0;
    case Aspect::FailsToo:
      return -1;
  }
  return 0;
}

}  // namespace faultline
