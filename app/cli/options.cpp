#include "cli/options.h"

namespace faultline::cli {

void addSettings(CLI::App& command, RunOptions& options) {
  command
      .add_option("--set", options.settings,
                  "Change a parameter, for example db.connections=50 or \"app -> db.timeout=2s\"")
      ->type_name("NODE.PARAM=VALUE")
      ->expected(1)
      ->take_all();
}

void addSimulating(CLI::App& command, RunOptions& options) {
  command.add_option("--seed", options.seed, "Another seed: the same scenario with other luck")
      ->check(CLI::Range(0.0, 9e18).description(""))
      ->type_name("N");
  command.add_option("--duration", options.duration, "Simulated time, for example 10min")->type_name("D");
  addSettings(command, options);
  command.add_flag("--quiet", options.quiet, "No progress bar");
}

void addFormat(CLI::App& command, bool& json) {
  static const std::map<std::string, bool> kFormats{{"text", false}, {"json", true}};
  command.add_option("--format", json, "What to print: text or json")
      ->transform(CLI::CheckedTransformer(kFormats).description(""))
      ->type_name("text|json");
}

}  // namespace faultline::cli
