// Which observation may have brought about which other: the ways on which trouble travels through an architecture.
//
// Slowness and failures travel from who is called to who calls; load travels the other way; what shares cores slows its
// neighbours. Where both could be (retries make load, load makes failures), time decides, and where it cannot, the
// observations form a knot.
//
// Thread safety: const functions. Complexity: constant for each question, after a set-up linear in the architecture.
#pragma once

#include <vector>

#include "metrics/explanation.h"
#include "model/validation.h"

namespace faultline {

class Causes {
 public:
  // `tolerance`: how far onsets may be apart and still be taken for simultaneous.
  Causes(const ScenarioIndex& architecture, Duration tolerance);

  // Whether `a` may be a cause of `b`, by place and time.
  bool leads(const Observation& a, const Observation& b) const;

 private:
  enum class Link { None, Together, Before };

  Link linkOf(const Observation& a, const Observation& b) const;
  Link toNode(const Observation& a, const Observation& b) const;
  Link toArrow(const Observation& a, const Observation& b) const;
  bool fromCallee(const Observation& a, std::size_t node) const;
  bool isCondition(std::size_t node, std::size_t arrow) const;
  bool sharesHost(std::size_t a, std::size_t b) const;
  bool calls(std::size_t from, std::size_t to) const;
  bool isSibling(std::size_t a, std::size_t b) const;
  bool hasRouter(std::size_t node) const;
  bool movesLoad(const Observation& a, std::size_t node) const;
  bool changesMix(const Observation& a, std::size_t node) const;
  static bool isStall(const Observation& below, const Observation& own);
  void findOrigins();

  const ScenarioIndex& architecture_;
  Duration tolerance_;
  std::vector<std::size_t> arrowOfEdge_;
  std::vector<std::vector<std::size_t>> callees_, callers_;  // by node, of arrows that somebody waits for
  std::vector<std::vector<std::size_t>> coming_;             // by node: arrows to it
  std::vector<std::vector<std::size_t>> origins_;            // by node: who sends work that may come to it
};

}  // namespace faultline
