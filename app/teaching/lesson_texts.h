// The texts of scenarios in other languages, as files beside them hold them: for the command line and the studio alike.
//
// Thread safety: pure functions; files are only read. Errors: in the result, with file, line and column.
#pragma once

#include <string>
#include <vector>

#include "io/translation.h"

namespace faultline {

// The texts of a scenario's file in a language: none in English, and none where it is not translated.
Result<Translation> textsIn(const std::string& scenarioFile, const std::string& language);

// Languages that the folders `lang` beside and above a scenario's file have; English, the language of the scenarios
// themselves, comes first, the others by their codes.
std::vector<std::string> languagesNear(const std::string& scenarioFile);

// The words of pages and the texts of the scenario together; empty where the scenario is not translated.
Translation pageTexts(const std::string& scenarioFile, const std::string& language);

}  // namespace faultline
