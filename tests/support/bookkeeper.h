// Follows every call of a run and counts what would break a law.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>

#include "engine/observer.h"

namespace faultline {

class Bookkeeper : public Observer {
 public:
  // A call at a node. Its record does not identify it: when a router crashes, its callers get their answer in another.
  using Held = std::tuple<NodeId, std::int64_t /*arrived*/, std::uint32_t /*operation*/>;

  void onArrive(SimTime at, NodeId node, CallId, const Call& call) override {
    ++arrivals[node];
    if (call.sent > at.ns) ++fromTheFuture;
    ++held[{node, call.arrived, call.operation}];
  }
  void onAnswer(SimTime at, NodeId node, CallId, const Call& call) override {
    ++answers[node];
    if (call.arrived > at.ns) ++fromTheFuture;
    const auto place = held.find({node, call.arrived, call.operation});
    if (place == held.end())
      ++answeredTwice;
    else if (--place->second == 0)
      held.erase(place);
  }
  void onStart(SimTime at, NodeId node, CallId, const Call&) override { lastStart[node] = at; }
  void onOperation(SimTime, NodeId, CallId, const Call&, bool finished) override {
    (finished ? operationsEnded : operationsBegun) += 1;
  }

  // Whether every answer was given to a call that had come and was not answered yet.
  bool balanced() const { return answeredTwice + fromTheFuture == 0 && operationsEnded <= operationsBegun; }
  std::uint64_t operationsInFlight() const { return operationsBegun - operationsEnded; }

  std::map<NodeId, std::uint64_t> arrivals, answers;
  std::map<NodeId, SimTime> lastStart;
  std::map<Held, std::uint64_t> held;
  std::uint64_t answeredTwice = 0, fromTheFuture = 0;
  std::uint64_t operationsBegun = 0, operationsEnded = 0;
};

}  // namespace faultline
