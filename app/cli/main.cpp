// The command line of Faultline: which command, with which options.
#include <CLI/CLI.hpp>
#include <exception>
#include <functional>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/messages.h"

namespace {

using namespace faultline::cli;

constexpr const char* kFooter =
    "Exit status: 0 fine; 1 an expectation failed, or a run stopped early because it grew without bound;\n"
    "2 bad input or usage; 130 interrupted, with the partial result.";

void addFormat(CLI::App& command, bool& json) {
  const std::map<std::string, bool> formats{{"text", false}, {"json", true}};
  command.add_option("--format", json, "What to print: text or json")
      ->transform(CLI::CheckedTransformer(formats).description(""))
      ->type_name("text|json");
}

void addRun(CLI::App& app, RunOptions& options, std::function<int()>& chosen) {
  CLI::App* run = app.add_subcommand("run", "Run a scenario and report what happened");
  run->add_option("file", options.file, "The scenario (YAML)")->required()->type_name("FILE");
  run->add_option("--seed", options.seed, "Another seed: the same scenario with other luck")
      ->check(CLI::Range(0.0, 9e18).description(""))
      ->type_name("N");
  run->add_option("--duration", options.duration, "Simulated time, for example 10min")->type_name("D");
  run->add_option("--set", options.settings,
                  "Change a parameter, for example db.connections=50 or \"app -> db.timeout=2s\"")
      ->type_name("NODE.PARAM=VALUE")
      ->expected(1)
      ->take_all();
  run->add_option("--sample", options.sample, "Interval of the time series; does not change the run")->type_name("D");
  run->add_option("--out", options.out, "Write timeline.csv, summary.json and fingerprint.txt into this directory")
      ->type_name("DIR");
  run->add_flag("--force", options.force, "Let --out write into a directory that holds other files");
  addFormat(*run, options.json);
  run->add_flag("--no-timeline", options.noTimeline, "Leave out the scenario's timeline: a healthy baseline");
  run->add_flag("--quiet", options.quiet, "No progress bar");
  run->callback([&] { chosen = [&] { return runScenario(options); }; });
}

int runProgram(int argc, char** argv) {
  CLI::App app("Faultline simulates systems and their failures", "faultline");
  app.set_version_flag("--version", "faultline " FAULTLINE_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  app.get_formatter()->column_width(34);
  std::function<int()> chosen;

  RunOptions runOptions;
  addRun(app, runOptions, chosen);

  std::vector<std::string> checked;
  CLI::App* check = app.add_subcommand("check", "Validate scenarios and report every problem");
  check->add_option("files", checked, "Scenarios (YAML)")->required()->type_name("FILE...");
  check->callback([&] { chosen = [&] { return checkScenarios(checked); }; });

  std::vector<std::string> verified;
  bool update = false, verifyJson = false;
  CLI::App* verify =
      app.add_subcommand("verify", "Run scenarios, check what they expect, compare with what was accepted");
  verify->add_option("files", verified, "Scenarios (YAML); without any: all in scenarios/")->type_name("FILE...");
  verify->add_flag("--update", update, "Accept what the runs came to (tests/golden)");
  addFormat(*verify, verifyJson);
  verify->callback([&] { chosen = [&] { return verifyScenarios(verified, update, verifyJson); }; });

  std::string kind;
  CLI::App* kinds = app.add_subcommand("kinds", "List the kinds of components, or print the reference of one");
  kinds->add_option("kind", kind, "A kind")->type_name("KIND");
  kinds->callback([&] { chosen = [&] { return kind.empty() ? listKinds() : showKind(kind); }; });

  app.add_subcommand("schema", "Print the JSON Schema of scenarios, for editors")->callback([&] {
    chosen = printSchema;
  });
  app.add_subcommand("reference", "Print the whole reference of scenarios (Markdown)")->callback([&] {
    chosen = printReference;
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    // Help and version are no errors; whatever else the parser refuses is bad usage.
    return app.exit(e) == 0 ? kFine : kBadInput;
  }
  return chosen();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return runProgram(argc, argv);
  } catch (const std::bad_alloc&) {
    sayError("this machine has not enough memory for that");
  } catch (const std::exception& e) {
    sayError(e.what());
  }
  return kBadInput;
}
