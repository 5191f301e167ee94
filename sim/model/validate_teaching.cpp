// What a lesson asks and what a challenge demands must be about this scenario.
#include "model/catalog.h"
#include "model/expectation.h"
#include "model/price.h"
#include "model/problem.h"
#include "model/validate.h"
#include "model/validation.h"

namespace faultline {
namespace {

class TeachingCheck {
 public:
  TeachingCheck(const Scenario& scenario, const Doubts& doubts, Diagnostics& problems)
      : scenario_(scenario), doubts_(doubts), columns_(metricColumns(scenario)), problems_(problems) {}

  void checkLesson() {
    Duration before{};
    for (std::size_t i = 0; i < scenario_.lesson.size(); ++i) {
      const LessonStep& step = scenario_.lesson[i];
      const std::string path = "lesson[" + std::to_string(i) + "]";
      if (step.at && *step.at < before)
        problems_.push_back(errorAt(path + ".at", "the step comes before the one that is written above it"));
      // No error: --duration may have cut the run short.
      if (step.at && *step.at > scenario_.duration)
        problems_.push_back(warningAt(path + ".at", "the step comes after the run has ended"));
      before = step.at.value_or(before);
      for (std::size_t k = 0; k < step.highlight.size(); ++k)
        if (const std::string& name = step.highlight[k]; !isKnown(name))
          problems_.push_back(errorAt(path + ".highlight[" + std::to_string(k) + "]",
                                      quoted(name) + " is no node, edge or metric of this scenario", nearest(name)));
      checkQuestion(step, path);
    }
  }

  void checkChallenge() {
    const ChallengeSpec& challenge = *scenario_.challenge;
    if (challenge.objectives.empty())
      problems_.push_back(errorAt("challenge", "the challenge has no objectives", "add \"objectives: [...]\""));
    for (std::size_t i = 0; i < challenge.objectives.size(); ++i)
      checkExpectation(challenge.objectives[i], "challenge.objectives[" + std::to_string(i) + "]");
    for (const std::string& name : challenge.given) {
      const std::string owner = name.substr(0, name.find('.'));
      if (!isKnown(owner) && !isKnown(name))
        problems_.push_back(errorAt("challenge.given", quoted(name) + " is no node, edge or parameter of this scenario",
                                    nearest(name)));
    }
    for (const auto& [kind, price] : challenge.prices) {
      const ComponentInfo* info = findKind(kind);
      if (info == nullptr || findParam(info->params, kPriceName) == nullptr)
        problems_.push_back(errorAt("challenge.prices." + kind, quoted(kind) + " is no kind that has a price"));
    }
  }

 private:
  void checkQuestion(const LessonStep& step, const std::string& path) {
    if (step.question.empty() && !(step.choices.empty() && step.reveal.empty()))
      problems_.push_back(errorAt(path, "there are answers, but no question"));
    if (!step.question.empty() && step.choices.empty() && step.reveal.empty())
      problems_.push_back(errorAt(path, "nothing answers the question", "add \"choices: [...]\" or \"reveal: ...\""));
    for (std::size_t k = 0; k < step.choices.size(); ++k)
      checkExpectation(step.choices[k].holds, path + ".choices[" + std::to_string(k) + "].holds");
    if (step.reveal.empty()) return;
    for (Diagnostic& d : doubts_.without(parseExpectationTerm(step.reveal, scenario_, columns_).diagnostics)) {
      d.path = path + ".reveal";
      problems_.push_back(std::move(d));
    }
  }

  void checkExpectation(const std::string& text, const std::string& path) {
    for (Diagnostic& d : doubts_.without(parseExpectation(text, scenario_, columns_).diagnostics)) {
      d.path = path;
      problems_.push_back(std::move(d));
    }
  }

  bool isKnown(const std::string& name) const {
    if (scenario_.findNode(name) != nullptr) return true;
    for (const EdgeSpec& edge : scenario_.edges)
      if (edge.name() == name) return true;
    for (const MetricColumn& column : columns_)
      if (column.name == name) return true;
    return doubts_.concern(name);
  }

  // "did you mean ...?", or empty: there are too many names to list them.
  std::string nearest(const std::string& name) const {
    std::vector<std::string> edges;
    for (const EdgeSpec& edge : scenario_.edges) edges.push_back(edge.name());
    std::vector<std::string_view> known(edges.begin(), edges.end());
    for (const NodeSpec& node : scenario_.nodes) known.push_back(node.name);
    for (const MetricColumn& column : columns_) known.push_back(column.name);
    const std::string near = known.size() <= kMostToCompare ? nearestName(name, known) : std::string();
    return near.empty() ? near : "did you mean " + quoted(near) + "?";
  }

  // Looking for the nearest of more names than this would take too long.
  static constexpr std::size_t kMostToCompare = 2000;

  const Scenario& scenario_;
  const Doubts& doubts_;
  const std::vector<MetricColumn> columns_;
  Diagnostics& problems_;
};

}  // namespace

void validateTeaching(const Scenario& scenario, const Doubts& doubts, Diagnostics& problems) {
  if (scenario.lesson.empty() && !scenario.challenge) return;
  TeachingCheck check(scenario, doubts, problems);
  check.checkLesson();
  if (scenario.challenge) check.checkChallenge();
}

}  // namespace faultline
