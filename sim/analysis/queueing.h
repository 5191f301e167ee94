// Formulas of queueing theory for the steady state of one station.
//
// Kleinrock, "Queueing Systems I" (1975); Gross et al., "Fundamentals of Queueing Theory" (2008). Rates are per second,
// times in seconds. Thread safety: pure functions. Complexity: linear in the number of servers and places.
#pragma once

namespace faultline {

struct SteadyState {
  double utilization = 0;  // of each server
  double queue = 0;        // mean number that wait
  double inSystem = 0;     // mean number that wait or are served
  double wait = 0;         // mean, of those that are let in
  double sojourn = 0;      // wait and service
  double lost = 0;         // share of the arrivals that finds no place
};

// Share of arrivals that wait, with `servers` and an offered load of a = rate * service time. REQUIRES a < servers.
double erlangC(double load, int servers);

SteadyState mm1(double rate, double service);                    // REQUIRES rate * service < 1
SteadyState mmc(double rate, double service, int servers);       // REQUIRES rate * service < servers
SteadyState mmck(double rate, double service, int servers, int places);  // places >= servers, those served included
// First come, first served; `cv` is the coefficient of variation of the service (Pollaczek and Khinchine).
SteadyState mg1(double rate, double service, double cv);         // REQUIRES rate * service < 1
// Shared by all at a time; the means do not depend on the distribution of the service.
SteadyState mg1ProcessorSharing(double rate, double service);    // REQUIRES rate * service < 1

}  // namespace faultline
