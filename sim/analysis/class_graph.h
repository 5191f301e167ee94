// The part of an architecture that the operations of one request class travel, for questions before any run.
//
// A node needs all it calls, unless the call is optional, conditional or sent; a router needs one of those it chooses
// from. Thread safety: const functions. Complexity: linear in nodes and arrows.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "model/validation.h"

namespace faultline {

std::vector<std::string> classNames(const Scenario& scenario);  // one empty name where there are no classes
std::int64_t instancesOf(const ScenarioIndex& index, std::size_t node);
// All zero where the kind is no station.
StationInfo stationOf(const ScenarioIndex& index, std::size_t node, const std::string& className, const std::string& query);
// It passes each call on to one of several nodes.
bool isRouter(const ScenarioIndex& index, std::size_t node);

class ClassGraph {
 public:
  ClassGraph(const ScenarioIndex& index, std::string className);

  const std::string& name() const { return name_; }
  // No operation of the class ends well without the node.
  bool isNeeded(std::size_t node) const { return needed_[node]; }
  double offeredPerSecond() const { return offered_; }

  // Arrows from an origin to some node, and how often the last of them is tried for one operation, at worst.
  struct Way {
    std::vector<std::size_t> arrows;
    double attempts = 1;
    std::size_t retrying = 0;  // arrows that try again
  };
  // The way with the most attempts among those on which more than one arrow tries again; without arrows where there is
  // none. `attemptsOf` says how often one arrow is tried.
  Way mostAttempts(const std::function<double(const EdgePolicy&)>& attemptsOf) const;

  struct Chain {
    std::vector<std::size_t> nodes;
    double milliseconds = 0;  // mean work, delay and latencies, without waiting
  };
  Chain longestChain() const;

  struct Bound {
    double perSecond = 0;  // operations; infinite when nothing is known to limit them
    std::size_t node = 0;  // the first bottleneck
  };
  // The least that something serves which every operation needs: a node, or all targets of a router together.
  Bound capacity() const;

 private:
  bool travels(const EdgePolicy& policy) const;  // any operation of the class
  bool insists(const EdgePolicy& policy) const;  // every operation, and it fails without
  void findNeeded();
  void countVisits();
  double serves(std::size_t node) const;  // operations a second, infinite when unknown
  // Arrows on which somebody waits, in an order in which each comes after all that lead to where it begins. Circles are
  // refused before a run and left out here.
  std::vector<std::size_t> awaited() const;
  std::vector<std::size_t> wayTo(std::size_t node, const std::vector<std::size_t>& cameBy) const;

  const ScenarioIndex& index_;
  std::string name_;
  std::vector<std::size_t> origins_;
  double offered_ = 0;
  std::vector<bool> needed_;
  std::vector<std::size_t> needs_;          // the same, as an operation comes to them
  std::vector<double> visits_;              // calls of a node for each operation that comes to it
  std::vector<double> callNs_;              // mean time of one of these calls at a server
  std::vector<double> cpuNs_;               // of that the work on a shared CPU
};

}  // namespace faultline
