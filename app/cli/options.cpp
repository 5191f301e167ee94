#include "cli/options.h"

#include <fmt/format.h>

#include <charconv>

#include "io/yaml_reader.h"
#include "model/problem.h"

namespace faultline::cli {
namespace {

// Without a description of its own: the help names the type of each option already.
CLI::Validator check(std::function<std::string(std::string&)> problemOf) {
  return {std::move(problemOf), std::string(), std::string()};
}

template <class T>
bool reads(const std::string& text, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

CLI::Validator shareBetween(double least, double most) {
  return check([=](std::string& text) {
    const bool isPercent = text.ends_with('%');
    double share = 0;
    const bool isNumber = reads(isPercent ? text.substr(0, text.size() - 1) : text, share);
    if (isPercent) share /= 100;
    if (!isNumber || !(share >= least && share <= most))
      return fmt::format("{} is no share between {}% and {}%", faultline::quoted(text), 100 * least, 100 * most);
    text = fmt::format("{}", share);
    return std::string();
  });
}

CLI::Validator notEmpty() {
  return check([](std::string& text) { return text.empty() ? std::string("a name is missing") : std::string(); });
}

CLI::Validator wholeNumberBetween(std::int64_t least, std::int64_t most) {
  return check([=](std::string& text) {
    std::int64_t number = 0;
    const bool fits = reads(text, number) && number >= least && number <= most;
    return fits ? std::string()
                : fmt::format("{} is no whole number between {} and {}", faultline::quoted(text), least, most);
  });
}

CLI::Validator oneOf(std::vector<std::pair<std::string, std::string>> words) {
  return check([words = std::move(words)](std::string& text) {
    std::string known;
    for (const auto& [word, stored] : words) {
      if (text == word) {
        text = stored;
        return std::string();
      }
      known += (known.empty() ? "" : ", ") + word;
    }
    return faultline::quoted(text) + " is none of " + known;
  });
}

namespace {

// A seed as a scenario file takes it, with the same limit in the same words.
CLI::Validator aSeed() {
  return check([](std::string& text) {
    Scenario scenario;
    const Diagnostics problems = applySetting(scenario, "seed=" + text);
    if (!problems.empty()) return problems.front().message;
    text = std::to_string(scenario.seed);
    return std::string();
  });
}

}  // namespace

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
      ->transform(aSeed())
      ->type_name("N");
  command.add_option("--duration", options.duration, "Simulated time, for example 10min")->type_name("D");
  addSettings(command, options);
  command.add_flag("--quiet", options.quiet, "No progress bar");
}

void addFormat(CLI::App& command, bool& json) {
  command.add_option("--format", json, "What to print: text or json")
      ->transform(oneOf({{"text", "false"}, {"json", "true"}}))
      ->type_name("text|json");
}

}  // namespace faultline::cli
