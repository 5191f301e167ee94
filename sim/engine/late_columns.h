// The columns of a series that come into being when there is something to tell: instances of nodes that have several,
// and failures by reason. They stand behind all others, in the order in which they came.
//
// No name is built but for a new column; what does not happen costs a comparison.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "metrics/series.h"
#include "metrics/stats.h"

namespace faultline {

class Engine;
struct NodeState;

class LateColumns {
 public:
  // Declares the instances that there are; all other columns have to be there already.
  LateColumns(const Engine& engine, Series& series);

  // The series has a new row, as long as `seconds`: so far nothing failed in it.
  void beginRow(double seconds);
  // Ends the window of an instance, and adds what it measured to `sum`.
  struct Window {
    std::uint64_t inFlight = 0, busy = 0, servers = 0, queue = 0, arrivals = 0;
  };
  void closeInstance(NodeState& node, std::size_t instance, Window& sum);
  // Ends the windows of the failures that were born at a node, and of those of the operations that it originates.
  void closeFailures(NodeState& node);

 private:
  using Column = std::uint32_t;  // 0: not yet there
  using ByFailure = std::vector<Column>;

  void closeOperations(NodeState& node);
  void put(Column& column, std::uint64_t count, const std::function<std::string()>& name);
  Column declare(std::string name, const char* unit, double before, std::size_t rows);
  Column declareInstance(const NodeState& node, std::size_t instance);
  std::string placeAndReason(std::size_t failure) const;

  const Engine& engine_;
  Series& series_;
  double seconds_ = 0;                              // of the row
  std::vector<Column> failures_;                    // all columns of failures
  ByFailure born_;                                  // by FailureId
  std::vector<std::vector<ByFailure>> operations_;  // by node, then by class, and at the end all classes together
  std::vector<std::vector<Column>> instances_;      // by node: the first column of each
  std::size_t instanceCount_ = 0;
};

}  // namespace faultline
