#include "teaching/lesson_texts.h"

#include <filesystem>
#include <set>

namespace faultline {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEnglish = "en";

void addAll(Translation& texts, const Translation& others) {
  for (const auto& [english, text] : others.texts()) texts.add(english, text);
}

}  // namespace

Result<Translation> textsIn(const std::string& scenarioFile, const std::string& language) {
  if (scenarioFile.empty() || language == kEnglish) return {};
  const std::string file = translationFileOf(scenarioFile, language);
  return file.empty() ? Result<Translation>{} : readTranslationFile(file);
}

std::vector<std::string> languagesNear(const std::string& scenarioFile) {
  std::set<std::string> found;
  std::error_code error;
  const fs::path file = fs::weakly_canonical(fs::absolute(scenarioFile, error), error);
  for (fs::path folder = file.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
    for (fs::directory_iterator language(folder / "lang", error), end; !error && language != end;
         language.increment(error))
      if (language->is_directory(error)) found.insert(language->path().filename().string());
  found.erase(kEnglish);
  std::vector<std::string> languages{kEnglish};
  languages.insert(languages.end(), found.begin(), found.end());
  return languages;
}

Translation pageTexts(const std::string& scenarioFile, const std::string& language) {
  Translation texts;
  if (scenarioFile.empty() || language == kEnglish || translationFileOf(scenarioFile, language).empty()) return texts;
  if (const std::string words = wordsFileOf(scenarioFile, language); !words.empty())
    addAll(texts, readTranslationFile(words).value);
  addAll(texts, textsIn(scenarioFile, language).value);
  return texts;
}

}  // namespace faultline
