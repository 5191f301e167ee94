// The commands of `faultline`, one function each. Each returns the exit status of the program (cli/exit_status.h).
//
// Results go to standard output, messages to standard error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace faultline::cli {

struct RunOptions {
  std::string file;
  std::optional<std::uint64_t> seed;
  std::string duration, sample;  // as written; empty: the scenario's
  std::vector<std::string> settings;
  std::string out;
  bool force = false;
  bool json = false;
  bool noTimeline = false;
  bool quiet = false;
};

int runScenario(const RunOptions& options);
int checkScenarios(const std::vector<std::string>& files);
// Without names: all files below ./scenarios or the source tree's. `update` accepts what the runs came to.
int verifyScenarios(const std::vector<std::string>& named, bool update, bool json);
int listKinds();
int showKind(const std::string& kind);
int printSchema();
int printReference();

}  // namespace faultline::cli
