#include "analysis/queueing.h"

#include <vector>

namespace faultline {
namespace {

SteadyState fromQueue(double rate, double service, int servers, double queue) {
  SteadyState s;
  s.utilization = rate * service / servers;
  s.queue = queue;
  s.inSystem = queue + rate * service;
  s.wait = rate > 0 ? queue / rate : 0;
  s.sojourn = s.wait + service;
  return s;
}

}  // namespace

double erlangC(double load, int servers) {
  // By Erlang's loss formula, whose recursion does not overflow.
  double blocked = 1;
  for (int n = 1; n <= servers; ++n) blocked = load * blocked / (n + load * blocked);
  const double rho = load / servers;
  return blocked / (1 - rho + rho * blocked);
}

SteadyState mm1(double rate, double service) { return mmc(rate, service, 1); }

SteadyState mmc(double rate, double service, int servers) {
  const double load = rate * service, rho = load / servers;
  return fromQueue(rate, service, servers, erlangC(load, servers) * rho / (1 - rho));
}

SteadyState mmck(double rate, double service, int servers, int places) {
  const double load = rate * service;
  // Probabilities of 0..places in the system, scaled as they grow so that they stay finite.
  std::vector<double> p{1};
  double sum = 1;
  for (int n = 1; n <= places; ++n) {
    p.push_back(p.back() * load / (n < servers ? n : servers));
    sum += p.back();
    if (sum < 1e200) continue;
    for (double& v : p) v /= 1e200;
    sum /= 1e200;
  }
  SteadyState s;
  for (int n = 0; n <= places; ++n) {
    const double share = p[static_cast<std::size_t>(n)] / sum;
    s.inSystem += n * share;
    if (n > servers) s.queue += (n - servers) * share;
  }
  s.lost = p.back() / sum;
  const double in = rate * (1 - s.lost);
  s.utilization = in * service / servers;
  s.wait = in > 0 ? s.queue / in : 0;
  s.sojourn = s.wait + service;
  return s;
}

SteadyState mg1(double rate, double service, double cv) {
  const double rho = rate * service;
  return fromQueue(rate, service, 1, rho * rho * (1 + cv * cv) / (2 * (1 - rho)));
}

SteadyState mg1ProcessorSharing(double rate, double service) {
  SteadyState s;
  s.utilization = rate * service;
  s.inSystem = s.utilization / (1 - s.utilization);
  s.sojourn = service / (1 - s.utilization);
  return s;
}

}  // namespace faultline
