// What cannot be judged while something else is wrong: a metric of a node whose kind is misspelt may well be there.
//
// Complexity: O(log n) for each name. Thread safety: values.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "model/scenario.h"

namespace faultline {

class Doubts {
 public:
  // The scenario has to outlive it. `found` is what is known to be wrong, by its paths.
  Doubts(const Scenario& scenario, const Diagnostics& found);

  // Whether a node, an edge or a metric that the scenario does not have may be there once the rest is mended.
  bool concern(std::string_view name) const;
  // Whether nobody can say yet who calls whom.
  bool concernCalls() const { return callsInDoubt_; }
  // Without those whose unknown name is in doubt; `parseExpectation` says in the path which name that is.
  Diagnostics without(Diagnostics problems) const;

 private:
  bool concernNode(std::string_view node, std::string_view metric) const;
  bool concernEdge(std::string_view name) const;
  // The known edge that the text begins with, as in "a -> b.timeout"; empty when there is none.
  std::string_view edgeOf(std::string_view text) const;
  bool isAboutCalls(std::string_view path) const;
  bool isFoundWithin(std::string_view path) const;  // there or below

  const Scenario& scenario_;
  std::set<std::string, std::less<>> paths_;  // of what was found
  std::set<std::string, std::less<>> edges_;
  bool callsInDoubt_ = false;
};

}  // namespace faultline
