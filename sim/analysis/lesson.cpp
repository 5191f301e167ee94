#include "analysis/lesson.h"

#include <algorithm>
#include <cmath>

#include "analysis/expect.h"
#include "base/quantity.h"

namespace faultline {
namespace {

void reveal(const LessonStep& step, const Scenario& scenario, const std::vector<MetricColumn>& columns,
            const Series& series, const Summary& summary, LessonAnswer& answer) {
  if (step.reveal.empty()) return;
  const ExpectationTerm term = parseExpectationTerm(step.reveal, scenario, columns).value;
  const double value = valueOf(term, series, summary);
  answer.isKnown = !std::isnan(value);
  answer.revealed = step.reveal + " is " + (answer.isKnown ? shownValue(value, term.dimension) : "unknown");
}

SimTime lookedAtUntil(const ExpectationTerm& term, const Scenario& scenario) {
  if (term.kind == ExpectationTerm::Kind::Quantity) return {};
  switch (term.window.kind) {
    case ExpectationWindow::Kind::Whole:
      return scenario.duration;
    case ExpectationWindow::Kind::At:
      return std::min(term.window.from + scenario.sample.value_or(seconds(1)), scenario.duration);
    case ExpectationWindow::Kind::Span:
      return std::min(term.window.to, scenario.duration);
  }
  return scenario.duration;
}

}  // namespace

SimTime answeredAt(const Scenario& scenario, const LessonStep& step) {
  const std::vector<MetricColumn> columns = metricColumns(scenario);
  SimTime until{};
  for (const LessonChoice& choice : step.choices) {
    const Expectation expectation = parseExpectation(choice.holds, scenario, columns).value;
    if (expectation.kind != Expectation::Kind::Chain)
      until = std::max(until, expectation.window.kind == ExpectationWindow::Kind::Span
                                  ? std::min(expectation.window.to, scenario.duration)
                                  : scenario.duration);
    for (const ExpectationTerm& term : expectation.terms) until = std::max(until, lookedAtUntil(term, scenario));
  }
  if (!step.reveal.empty())
    until = std::max(until, lookedAtUntil(parseExpectationTerm(step.reveal, scenario, columns).value, scenario));
  return until;
}

bool LessonAnswer::hasRight() const { return std::find(isRight.begin(), isRight.end(), true) != isRight.end(); }

std::vector<LessonAnswer> lessonAnswers(const Scenario& scenario, const Series& series, const Summary& summary) {
  const std::vector<MetricColumn> columns = metricColumns(scenario);
  std::vector<LessonAnswer> answers;
  for (const LessonStep& step : scenario.lesson) {
    LessonAnswer& answer = answers.emplace_back();
    for (const LessonChoice& choice : step.choices) {
      const ExpectationResult result =
          evaluate(parseExpectation(choice.holds, scenario, columns).value, series, summary);
      answer.isRight.push_back(result.passed);
      answer.measured.push_back(result.measured);
    }
    reveal(step, scenario, columns, series, summary, answer);
  }
  return answers;
}

std::string lessonText(const Scenario& scenario, const std::vector<LessonAnswer>& answers) {
  std::string out = scenario.name + '\n';
  for (std::size_t i = 0; i < scenario.lesson.size(); ++i) {
    const LessonStep& step = scenario.lesson[i];
    const LessonAnswer& answer = answers[i];
    out += '\n' + std::to_string(i + 1) + ". " + step.title;
    if (step.at) out += "  (at " + formatDuration(*step.at) + ')';
    out += '\n';
    if (!step.text.empty()) out += step.text + (step.text.ends_with('\n') ? "" : "\n");
    if (step.question.empty()) continue;
    out += "  ? " + step.question + '\n';
    for (std::size_t k = 0; k < step.choices.size(); ++k)
      out += std::string(answer.isRight[k] ? "  * " : "    ") + step.choices[k].text + "  (" + step.choices[k].holds +
             ": " + answer.measured[k] + ")\n";
    if (!answer.revealed.empty()) out += "  * " + answer.revealed + '\n';
  }
  return out;
}

}  // namespace faultline
