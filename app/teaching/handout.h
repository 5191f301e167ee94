// A lesson on paper: the story, the drawing, the steps with room for predictions, and, on a page of their own, what the
// run answered. One HTML file without anything from elsewhere, which every browser prints.
//
// Its own words are translated like the texts of scenarios, by the same Translation. Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "analysis/lesson.h"
#include "io/translation.h"
#include "model/scenario.h"

namespace faultline {

// REQUIRES the answers of a run of the same scenario, or none: then the page with the answers is left out.
std::string handoutHtml(const Scenario& scenario, const std::vector<LessonAnswer>& answers, const Translation& words,
                        const std::string& language);

// The words of the page itself, in English: what `words` should translate.
std::vector<std::string> handoutWords();

// Markdown as lessons use it (paragraphs, **strong**, *emphasis*, `code`), as HTML.
std::string htmlOf(const std::string& markdown);

std::string escapedHtml(const std::string& text);

// The drawing by itself; empty where the scenario places nothing.
std::string drawingSvg(const Scenario& scenario);

}  // namespace faultline
