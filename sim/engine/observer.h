// What a run tells those who watch. Observing changes nothing: the arguments are const and the run does not look at the
// observer's answer.
#pragma once

#include "base/time.h"
#include "engine/call.h"
#include "model/scenario.h"

namespace faultline {

class Observer {
 public:
  virtual ~Observer() = default;
  // A call reached `node` / `node` answered it / the caller has the answer or gave up.
  virtual void onArrive(SimTime, NodeId /*node*/, CallId, const Call&) {}
  virtual void onAnswer(SimTime, NodeId /*node*/, CallId, const Call&) {}
  virtual void onReturn(SimTime, NodeId /*caller*/, CallId, const Call&, bool /*timedOut*/) {}
  // An attempt leaves the caller, after it waited for a connection and, before that, for its turn to retry. Only for
  // edges with a policy that outlives an attempt.
  virtual void onLaunch(SimTime, NodeId /*caller*/, CallId, const Call&, Duration /*connection*/, Duration /*backoff*/) {}
  // A server of `node` took the call.
  virtual void onStart(SimTime, NodeId, CallId, const Call&) {}
  virtual void onOperation(SimTime, NodeId, CallId, const Call&, bool /*finished*/) {}
  virtual void onAction(SimTime, const Action&) {}
};

}  // namespace faultline
