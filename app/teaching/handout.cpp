#include "teaching/handout.h"

#include <cstdio>

#include "base/quantity.h"

namespace faultline {
namespace {

constexpr const char* kBefore = "Before you begin";
constexpr const char* kPredict = "Predict, then run it.";
constexpr const char* kAnswers = "What the run says";
constexpr const char* kStops = "The run stands still at";
constexpr const char* kNotes = "Notes";
constexpr const char* kObjectives = "Objectives";
constexpr const char* kLimits = "Limits";
constexpr const char* kBudget = "budget an hour";
constexpr const char* kChanges = "changes at most";

constexpr const char* kStyle = R"(
@page { size: A4; margin: 18mm }
body { font: 11pt/1.45 "DejaVu Sans", "Noto Sans", sans-serif; color: #111; max-width: 174mm; margin: 1em auto }
h1 { font-size: 20pt; margin: 0 0 .3em } h2 { font-size: 13pt; margin: 1.2em 0 .2em }
.story { color: #333 } .at { color: #666; font-weight: normal; font-size: 10pt }
section { break-inside: avoid } .answers { page-break-before: always }
.choice { margin: .2em 0 .2em 1.2em } .right { font-weight: bold }
.measured { color: #555; font-weight: normal; font-size: 9pt } hr { border: 0; border-bottom: 1px solid #aaa; margin: 2em 0 0 }
code { font-family: "DejaVu Sans Mono", monospace; font-size: 10pt; overflow-wrap: anywhere }
svg { width: 100%; max-height: 80mm; margin: .6em 0 }
)";

// What stands between two marks becomes an element; a mark without a partner stays as it is.
void replaceMarked(std::string& text, const std::string& mark, const std::string& element) {
  for (std::size_t from = text.find(mark); from != std::string::npos; from = text.find(mark, from)) {
    const std::size_t to = text.find(mark, from + mark.size());
    if (to == std::string::npos) return;
    const std::string inside = text.substr(from + mark.size(), to - from - mark.size());
    const std::string made = "<" + element + ">" + inside + "</" + element + ">";
    text.replace(from, to + mark.size() - from, made);
    from += made.size();
  }
}

std::string inlineHtml(const std::string& markdown) {
  std::string out;
  // Code is taken out first: stars in it are no marks.
  for (std::size_t from = 0; from <= markdown.size();) {
    const std::size_t open = markdown.find('`', from);
    const std::size_t close = open == std::string::npos ? open : markdown.find('`', open + 1);
    std::string plain =
        escapedHtml(markdown.substr(from, close == std::string::npos ? std::string::npos : open - from));
    replaceMarked(plain, "**", "strong");
    replaceMarked(plain, "*", "em");
    out += plain;
    if (close == std::string::npos) break;
    out += "<code>" + escapedHtml(markdown.substr(open + 1, close - open - 1)) + "</code>";
    from = close + 1;
  }
  return out;
}

std::string heading(const LessonStep& step, std::size_t number, const Translation& words) {
  std::string out = "<h2>" + std::to_string(number) + ". " + escapedHtml(step.title);
  if (step.at)
    out += " <span class=\"at\">" + escapedHtml(words.of(kStops)) + ' ' + formatDuration(*step.at) + "</span>";
  return out + "</h2>\n";
}

// A box to tick; ticked where the run says so, with what it measured.
std::string choiceHtml(const std::string& text, bool isRight, const std::string& measured) {
  std::string out = isRight ? "<p class=\"choice right\">\u2611 " : "<p class=\"choice\">\u2610 ";
  out += inlineHtml(text);
  if (!measured.empty()) out += " <span class=\"measured\">" + escapedHtml(measured) + "</span>";
  return out + "</p>\n";
}

std::string stepHtml(const LessonStep& step, std::size_t number, const Translation& words) {
  std::string out = "<section>\n" + heading(step, number, words) + htmlOf(step.text);
  if (!step.question.empty()) {
    out +=
        "<p><strong>" + inlineHtml(step.question) + "</strong> <em>" + escapedHtml(words.of(kPredict)) + "</em></p>\n";
    for (const LessonChoice& choice : step.choices) out += choiceHtml(choice.text, false, {});
    out += "<hr>\n";
  }
  return out + "</section>\n";
}

std::string answersHtml(const Scenario& scenario, const std::vector<LessonAnswer>& answers, const Translation& words) {
  std::string out;
  for (std::size_t i = 0; i < scenario.lesson.size() && i < answers.size(); ++i) {
    const LessonStep& step = scenario.lesson[i];
    if (step.question.empty()) continue;
    out += "<section>\n<h2>" + std::to_string(i + 1) + ". " + inlineHtml(step.question) + "</h2>\n";
    for (std::size_t k = 0; k < step.choices.size(); ++k)
      out += choiceHtml(step.choices[k].text, answers[i].isRight[k], answers[i].measured[k]);
    if (!answers[i].revealed.empty()) out += "<p class=\"measured\">" + escapedHtml(answers[i].revealed) + "</p>\n";
    out += "</section>\n";
  }
  return out.empty() ? out
                     : "<div class=\"answers\">\n<h1>" + escapedHtml(words.of(kAnswers)) + "</h1>\n" + out + "</div>\n";
}

std::string challengeHtml(const ChallengeSpec& challenge, const Translation& words) {
  std::string out = "<section>\n<h2>" + escapedHtml(words.of(kObjectives)) + "</h2>\n<ul>\n";
  for (const std::string& objective : challenge.objectives)
    out += "<li><code>" + escapedHtml(objective) + "</code></li>\n";
  out += "</ul>\n<p>" + escapedHtml(words.of(kLimits)) + ": " + std::to_string(challenge.changes) + ' ' +
         escapedHtml(words.of(kChanges));
  if (challenge.budget) {
    char amount[32];
    std::snprintf(amount, sizeof amount, "%.4g", *challenge.budget);
    out += std::string(", ") + amount + ' ' + escapedHtml(words.of(kBudget));
  }
  return out + "</p>\n</section>\n";
}

}  // namespace

std::string escapedHtml(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::vector<std::string> handoutWords() {
  return {kBefore, kPredict, kAnswers, kStops, kNotes, kObjectives, kLimits, kBudget, kChanges};
}

std::string htmlOf(const std::string& markdown) {
  std::string out;
  for (std::size_t from = 0; from < markdown.size();) {
    std::size_t to = markdown.find("\n\n", from);
    if (to == std::string::npos) to = markdown.size();
    const std::string paragraph = markdown.substr(from, to - from);
    if (paragraph.find_first_not_of(" \n") != std::string::npos) out += "<p>" + inlineHtml(paragraph) + "</p>\n";
    from = to + 2;
  }
  return out;
}

std::string handoutHtml(const Scenario& scenario, const std::vector<LessonAnswer>& answers, const Translation& words,
                        const std::string& language) {
  std::string out = "<!DOCTYPE html>\n<html lang=\"" + escapedHtml(language) +
                    "\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + escapedHtml(scenario.name) +
                    "</title>\n<style>" + kStyle + "</style>\n</head>\n<body>\n<h1>" + escapedHtml(scenario.name) +
                    "</h1>\n";
  if (!scenario.description.empty())
    out += "<h2>" + escapedHtml(words.of(kBefore)) + "</h2>\n<div class=\"story\">" + htmlOf(scenario.description) +
           "</div>\n";
  out += drawingSvg(scenario);
  if (scenario.challenge) out += challengeHtml(*scenario.challenge, words);
  for (std::size_t i = 0; i < scenario.lesson.size(); ++i) out += stepHtml(scenario.lesson[i], i + 1, words);
  out += "<section>\n<h2>" + escapedHtml(words.of(kNotes)) + "</h2>\n";
  for (int line = 0; line < 5; ++line) out += "<hr>\n";
  return out + "</section>\n" + answersHtml(scenario, answers, words) + "</body>\n</html>\n";
}

}  // namespace faultline
