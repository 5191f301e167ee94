// Folds the engine's counters into a row of the series, and into the summary of a run. Reads only what the engine
// counted; closing a window moves integral numbers, so any sampling interval gives the same totals.
#pragma once

#include <optional>

#include "engine/late_columns.h"
#include "metrics/frame.h"
#include "metrics/series.h"
#include "metrics/summary.h"

namespace faultline {

class Engine;

class Sampler {
 public:
  explicit Sampler(Engine& engine);

  // Ends the window at the engine's present time and appends a row.
  void sample();
  // Forgets everything measured so far (end of the warm-up); the series is kept.
  void restartMeasuring();
  const Series& series() const { return series_; }
  // Totals up to the present time; an open window is included.
  Summary summary();
  Frame frame() const;

 private:
  void put(double value) { series_.columns[column_++].values.push_back(value); }
  void declare(const std::string& owner, const char* metric, const char* unit);
  void declareColumns();
  void sampleNode(std::size_t index, double seconds);
  void sampleEdge(std::size_t index, double seconds);

  Engine& engine_;
  Series series_;
  std::optional<LateColumns> late_;
  std::size_t column_ = 0;
  SimTime windowStart_;
  SimTime measureStart_;
  std::vector<std::int64_t> inFlightAtStart_;
  std::vector<std::int64_t> operationsAtStart_;
  std::vector<bool> hasCpuColumn_, hasCostColumn_;
  // By edge, as the run began: a policy that is given or taken away later leaves the columns as they are.
  struct EdgeColumns {
    bool retries, pool;
  };
  std::vector<EdgeColumns> edgeColumns_;
  std::vector<double> cpuAtWindow_, cpuAtMeasure_;
};

}  // namespace faultline
