// The command line of Faultline: which command, with which options.
#include <exception>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "model/problem.h"
#include "model/validate.h"
#include "model/value_check.h"

namespace {

using namespace faultline::cli;
using faultline::LogLevel;

constexpr const char* kFooter =
    "Exit status: 0 fine; 2 bad input or usage, or output that cannot be written; 130 interrupted, with what is\n"
    "known by then; and 1 when the answer is no:\n"
    "  run      an expectation failed, or the run stopped early because it grew without bound\n"
    "  verify   an expectation failed, a lesson's question has not one right answer, or a fingerprint differs\n"
    "  review   there are risks\n"
    "  grade    the challenge is not mastered\n"
    "  guess    the first fault was elsewhere";

void addRun(CLI::App& app, RunOptions& options, std::function<int()>& chosen) {
  CLI::App* run = app.add_subcommand("run", "Run a scenario and report what happened");
  run->add_option("file", options.file, "The scenario (YAML)")->required()->type_name("FILE");
  addSimulating(*run, options);
  run->add_option("--sample", options.sample, "Interval of the time series; does not change the run")->type_name("D");
  run->add_option("--out", options.out,
                  "Write scenario.yaml, timeline.csv, summary.json and fingerprint.txt into this directory")
      ->check(notEmpty())
      ->type_name("DIR");
  run->add_flag("--force", options.force,
                "Let --out write into a directory that holds other files, and --log replace a file");
  addFormat(*run, options.json);
  run->add_flag("--no-timeline", options.noTimeline, "Leave out the scenario's timeline: a healthy baseline");
  run->add_option("--seat", options.seat, "A seat of a workshop: its name gives it luck of its own")
      ->check(notEmpty())
      ->type_name("NAME")
      ->excludes("--seed");
  run->add_flag(
      "--hide-timeline", options.hideTimeline,
      "Let the faults happen, but say nothing of them, nor in the results: somebody else is to find the cause");
  run->add_flag("--theory", options.theory, "Show what queueing theory says beside what was measured");
  run->add_flag("--traces", options.traces,
                "Show where the slowest operations spent their time; with --out also write traces.json (OTLP) and\n"
                "traces.chrome.json");
  run->add_option("--log", options.log,
                  "Write a line of JSON for each call of the operations that --traces keeps into this file;\n"
                  "- for standard output, in place of the report")
      ->check(notEmpty())
      ->type_name("FILE|-");
  const auto stored = [](LogLevel level) { return std::to_string(static_cast<int>(level)); };
  run->add_option("--log-level", options.logLevel,
                  "From which level on: info, warning (failed calls) or error (operations)")
      ->transform(oneOf({{"info", stored(LogLevel::Info)},
                         {"warning", stored(LogLevel::Warning)},
                         {"error", stored(LogLevel::Error)}}))
      ->type_name("LEVEL")
      ->needs("--log");
  run->callback([&] { chosen = [&] { return runScenario(options); }; });
}

void addExplain(CLI::App& app, RunOptions& options, std::string& architecture, std::function<int()>& chosen) {
  CLI::App* explain = app.add_subcommand("explain", "Tell what broke first, what followed from it and what healed");
  explain->add_option("file", options.file, "The scenario (YAML), or the results of a run of it (a directory)")
      ->required()
      ->type_name("FILE|DIR");
  addSimulating(*explain, options);
  explain->add_option("--sample", options.sample, "Interval at which the run is looked at")->type_name("D");
  explain
      ->add_option("--architecture", architecture,
                   "The scenario that the results are of; without it scenario.yaml among them")
      ->type_name("FILE");
  addFormat(*explain, options.json);
  explain->callback([&] { chosen = [&] { return explainScenario(options, architecture); }; });
}

void addReview(CLI::App& app, RunOptions& options, std::function<int()>& chosen) {
  CLI::App* review = app.add_subcommand("review", "Name the risks of a design before any run");
  review->add_option("file", options.file, "The scenario (YAML)")->required()->type_name("FILE");
  addSettings(*review, options);
  addFormat(*review, options.json);
  review->callback([&] { chosen = [&] { return reviewScenario(options); }; });
}

void addCompare(CLI::App& app, CompareOptionsOfUser& options, std::function<int()>& chosen) {
  CLI::App* compare = app.add_subcommand("compare", "Run variants with the same luck and say what is different");
  compare->add_option("files", options.files, "Scenarios (YAML); the others are compared with the first")
      ->required()
      ->type_name("FILE...");
  addSimulating(*compare, options.run);
  compare->get_option("--set")->description(
      "A variant of the first scenario; several changes of one variant are parted by semicolons");
  compare->add_option("--replications", options.replications, "Seeds at most")
      ->check(wholeNumberBetween(2, 10'000))
      ->type_name("N");
  compare->add_option("--precision", options.precision, "Stop when differences are known to this share")
      ->transform(shareBetween(0.0001, 1))
      ->type_name("SHARE");
  addFormat(*compare, options.run.json);
  compare->callback([&] { chosen = [&] { return compareScenarios(options); }; });
}

void addWhatIf(CLI::App& app, RunOptions& options, std::function<int()>& chosen) {
  CLI::App* whatIf = app.add_subcommand("whatif", "Try what would have prevented the incident");
  whatIf->add_option("file", options.file, "The scenario (YAML)")->required()->type_name("FILE");
  addSimulating(*whatIf, options);
  addFormat(*whatIf, options.json);
  whatIf->callback([&] { chosen = [&] { return tryChanges(options); }; });
}

void addCapacity(CLI::App& app, RunOptions& options, double& inTime, std::function<int()>& chosen) {
  CLI::App* capacity = app.add_subcommand("capacity", "Find the greatest load that meets the objectives");
  capacity->add_option("file", options.file, "The scenario (YAML)")->required()->type_name("FILE");
  addSimulating(*capacity, options);
  capacity->add_option("--in-time", inTime, "Share of the operations that must end well, within their objective")
      ->transform(shareBetween(0.01, 1))
      ->type_name("SHARE");
  addFormat(*capacity, options.json);
  capacity->callback([&] { chosen = [&] { return findCapacity(options, inTime); }; });
}

std::vector<std::string_view> commandsOf(const CLI::App& app) {
  std::vector<std::string_view> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.emplace_back(command->get_name());
  return names;
}

std::vector<std::string> optionsOf(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

// Of `--out=` the parser would take the next word, whatever it is. An empty text when there is none.
std::string withoutValue(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word(argv[i]);
    if (word == "--") break;
    if (word.starts_with("--") && word.find('=') == word.size() - 1)
      return std::string(word) + " has no value; write " + std::string(word.substr(0, word.size() - 1)) + " VALUE";
  }
  return {};
}

// What the parser knows only as too much or too little. An empty text where it says enough itself.
std::string explained(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  const bool isNoCommand = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && app.get_subcommands().empty();
  if (isNoCommand && argc == 1) return "no command is named";
  if (isNoCommand && argv[1][0] == '-') return "there is no option " + faultline::quoted(argv[1]) + " before a command";
  if (isNoCommand)
    return "there is no command " + faultline::quoted(argv[1]) + " (" +
           faultline::suggestion(argv[1], commandsOf(app)) + ")";
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr || app.get_subcommands().empty()) return {};
  const CLI::App& command = *app.get_subcommands().front();
  const std::vector<std::string> known = optionsOf(command);
  for (const std::string& word : app.remaining(true)) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("-")) return faultline::quoted(word) + " is too much for " + command.get_name();
    if (std::find(known.begin(), known.end(), name) != known.end())
      return name + " is an option of " + command.get_name() + " and goes behind it: faultline " + command.get_name() + " " + name;
    const std::string near = faultline::nearestName(name, std::vector<std::string_view>(known.begin(), known.end()));
    return command.get_name() + " has no option " + faultline::quoted(name) +
           (near.empty() ? "" : " (did you mean " + near + "?)");
  }
  return {};
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
  RunOptions explainOptions;
  std::string architecture;
  addExplain(app, explainOptions, architecture, chosen);
  RunOptions reviewOptions;
  addReview(app, reviewOptions, chosen);
  CompareOptionsOfUser compareOptions;
  addCompare(app, compareOptions, chosen);
  RunOptions whatIfOptions, capacityOptions;
  addWhatIf(app, whatIfOptions, chosen);
  double inTime = 0.99;
  addCapacity(app, capacityOptions, inTime, chosen);

  addTeaching(app, chosen);

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

  if (const std::string problem = withoutValue(argc, argv); !problem.empty()) return refuse(problem);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (const std::string problem = explained(app, e, argc, argv); !problem.empty())
      return refuse(problem + "; faultline --help lists what there is");
    // Help and version are no errors; whatever else the parser refuses is bad usage.
    if (e.get_exit_code() == 0) return afterOutput(app.exit(e));
    const std::vector<CLI::App*> command = app.get_subcommands();
    return refuse(std::string(e.what()) + "; faultline " + (command.empty() ? "" : command.front()->get_name() + " ") +
                  "--help says what is right");
  }
  return afterOutput(chosen());
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
