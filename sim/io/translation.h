// The texts of a scenario in other languages.
//
// They stand in files of GNU gettext (PO: msgid is the English text, msgstr the other one), which translators' programs
// open, in a folder `lang/<language>` beside or above the scenario: scenarios/lang/de/foundations/hockey_stick.po
// belongs to scenarios/foundations/hockey_stick.yaml. The English text is the key, runs of white space being one space:
// a text that has changed since is not found and stays English, as does one that was never translated. Entries marked
// `fuzzy` do not count.
//
// Thread safety: pure functions; files are only read. Errors: with file, line and column, all at once. Complexity: n
// log n.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "model/scenario.h"

namespace faultline {

class Translation {
 public:
  void add(std::string_view english, std::string text);
  // Null where there is none.
  const std::string* find(std::string_view english) const;
  // The other text, or the English one.
  std::string of(const std::string& english) const;
  const std::map<std::string, std::string>& texts() const { return texts_; }

 private:
  std::map<std::string, std::string> texts_;
};

Result<Translation> readTranslation(std::string_view text, const std::string& fileName);
Result<Translation> readTranslationFile(const std::string& fileName);

// Where the texts of a scenario's file are; empty where there are none in that language.
std::string translationFileOf(const std::string& scenarioFile, const std::string& language);

// Where the program's own words on pages are (lang/<language>/handout.po); empty where there are none.
std::string wordsFileOf(const std::string& scenarioFile, const std::string& language);

// What people read of a scenario: its name and story, notes, lesson and hints.
std::vector<std::string*> textsOf(Scenario& scenario);
// How many texts stay English.
std::size_t translate(Scenario& scenario, const Translation& translation);

// Texts of the translation that the scenario does not have (any more), as they were found.
std::vector<std::string> orphansOf(const Scenario& scenario, const Translation& translation);

// The file for a translator: every text, with what is translated already; what is orphaned is kept as a comment.
std::string translationFile(const Scenario& scenario, const Translation& translation, const std::string& language);

}  // namespace faultline
