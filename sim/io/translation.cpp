#include "io/translation.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>

#include "base/text_file.h"
#include "io/yaml_tree.h"
#include "model/problem.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxTranslationBytes = 4u << 20;
// A file of another sort would give one for each line.
constexpr std::size_t kMostProblems = 1000;

// Reads entries of msgid and msgstr with their continued lines; everything else that gettext knows is passed over.
class PoReader {
 public:
  PoReader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Result<Translation> read() {
    if (text_.size() > kMaxTranslationBytes) {
      complain(0, sizeProblem(kMaxTranslationBytes), {});
      result_.diagnostics.back().line = result_.diagnostics.back().column = 0;
      return std::move(result_);
    }
    for (std::size_t from = 0; from < text_.size();) {
      const std::size_t to = std::min(text_.find('\n', from), text_.size());
      std::string_view line = text_.substr(from, to - from);
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++line_;
      if (isText(line))
        readLine(line);
      else
        part_ = Part::None;  // the entry is not judged by what is left of it
      if (result_.diagnostics.size() >= kMostProblems) return std::move(result_);
      from = to + 1;
    }
    finish();
    return std::move(result_);
  }

 private:
  enum class Part { None, Key, Text };

  void complain(std::size_t column, std::string what, std::string right) {
    Diagnostic d;
    d.file = file_;
    d.line = line_;
    d.column = static_cast<int>(column) + 1;
    d.message = std::move(what);
    d.hint = std::move(right);
    result_.diagnostics.push_back(std::move(d));
  }

  bool isText(std::string_view line) {
    for (std::size_t i = 0; i < line.size();) {
      const std::size_t length = utf8Length(line, i);
      const bool isControl = static_cast<unsigned char>(line[i]) < 0x20 && line[i] != '\t';
      if (length == 0 || isControl || line[i] == 0x7F) {
        complain(i, "not a text: byte " + hexByte(line[i]), "translations are in UTF-8");
        return false;
      }
      i += length;
    }
    return true;
  }

  void readLine(std::string_view line) {
    if (line.empty()) return;
    if (line.front() == '#') {
      if (part_ == Part::Text) finish();
      isFuzzy_ |= line.starts_with("#,") && line.find("fuzzy") != std::string_view::npos;
      return;
    }
    if (line.starts_with("msgid ")) {
      finish();
      part_ = Part::Key;
      keyLine_ = line_;
      key_ = quoted(line, 6);
    } else if (line.starts_with("msgstr ")) {
      if (part_ != Part::Key) complain(0, "msgstr without a msgid before it", "msgid \"the English text\" comes first");
      part_ = Part::Text;
      other_ = quoted(line, 7);
    } else if (line.front() == '"' && part_ != Part::None) {
      (part_ == Part::Key ? key_ : other_) += quoted(line, 0);
    } else {
      complain(0, "not a line of a translation",
               "msgid \"...\", msgstr \"...\", a text in quotes that goes on, or # and a comment");
    }
  }

  std::string quoted(std::string_view line, std::size_t at) {
    std::string out;
    if (at >= line.size() || line[at] != '"') {
      complain(at, "a text in quotes is missing", "\"the text\"");
      return out;
    }
    for (std::size_t i = at + 1; i < line.size(); ++i) {
      if (line[i] == '"') {
        if (i + 1 < line.size()) complain(i + 1, "more after the text", "one text in quotes on a line");
        return out;
      }
      if (line[i] != '\\') {
        out += line[i];
        continue;
      }
      const char next = ++i < line.size() ? line[i] : '\0';
      if (next == 'n')
        out += '\n';
      else if (next == 't')
        out += '\t';
      else if (next == '"' || next == '\\')
        out += next;
      else
        complain(i - 1, "unknown escape", "\\n, \\t, \\\" or \\\\");
    }
    complain(line.size(), "the text does not end", "a quote at its end");
    return out;
  }

  void finish() {
    if (part_ == Part::Key) {
      const int now = line_;
      line_ = keyLine_;
      complain(0, "msgid without a msgstr after it", "msgstr \"the text in the other language\"");
      line_ = now;
    }
    // The entry without a key describes the file; without a text there is no translation yet.
    if (part_ == Part::Text && !key_.empty() && !other_.empty() && !isFuzzy_) result_.value.add(key_, other_);
    if (part_ != Part::None) isFuzzy_ = false;
    part_ = Part::None;
  }

  std::string_view text_;
  const std::string& file_;
  int line_ = 0, keyLine_ = 0;
  Part part_ = Part::None;
  bool isFuzzy_ = false;
  std::string key_, other_;
  Result<Translation> result_;
};

fs::path wholePath(const std::string& file) {
  std::error_code error;
  return fs::weakly_canonical(fs::absolute(file, error), error);
}

// The nearest lang/<language>/<wanted> beside or above a file; `wantedIn` says for each folder what is looked for.
template <class Wanted>
std::string above(const fs::path& file, const std::string& language, Wanted wantedIn) {
  std::error_code error;
  for (fs::path folder = file.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    const fs::path found = folder / "lang" / language / wantedIn(folder);
    if (fs::is_regular_file(found, error)) return found.string();
  }
  return {};
}

std::string keyOf(std::string_view text) {
  std::string key;
  for (char c : text) {
    const bool isSpace = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!isSpace)
      key += c;
    else if (!key.empty() && key.back() != ' ')
      key += ' ';
  }
  if (key.ends_with(' ')) key.pop_back();
  return key;
}

std::string inQuotes(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (c == '"' || c == '\\')
      (out += '\\') += c;
    else
      out += c;
  }
  return out + '"';
}

}  // namespace

void Translation::add(std::string_view english, std::string text) { texts_[keyOf(english)] = std::move(text); }

const std::string* Translation::find(std::string_view english) const {
  const auto found = texts_.find(keyOf(english));
  return found == texts_.end() ? nullptr : &found->second;
}

std::string Translation::of(const std::string& english) const {
  const std::string* other = find(english);
  return other != nullptr ? *other : english;
}

Result<Translation> readTranslation(std::string_view text, const std::string& fileName) {
  Result<Translation> read = PoReader(text, fileName).read();
  useCharacterColumns(text, read.diagnostics);
  // What an entry lacks is known at its end, and said of its beginning.
  std::stable_sort(read.diagnostics.begin(), read.diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return a.line < b.line; });
  return read;
}

Result<Translation> readTranslationFile(const std::string& fileName) {
  const TextFile file = readTextFile(fileName, kMaxTranslationBytes);
  if (file.problem.empty()) return readTranslation(file.text, fileName);
  Result<Translation> result;
  result.diagnostics.push_back(errorAt({}, file.problem));
  result.diagnostics.back().file = fileName;
  return result;
}

std::string translationFileOf(const std::string& scenarioFile, const std::string& language) {
  const fs::path file = wholePath(scenarioFile);
  fs::path below = file.filename();
  below.replace_extension(".po");
  return above(file, language, [&](const fs::path& folder) {
    const fs::path wanted = below;
    below = folder.filename() / below;
    return wanted;
  });
}

std::string wordsFileOf(const std::string& scenarioFile, const std::string& language) {
  return above(wholePath(scenarioFile), language, [](const fs::path&) { return fs::path("handout.po"); });
}

std::vector<std::string*> textsOf(Scenario& scenario) {
  std::vector<std::string*> texts{&scenario.name, &scenario.description};
  for (NoteSpec& note : scenario.notes) texts.push_back(&note.text);
  for (LessonStep& step : scenario.lesson) {
    for (std::string* text : {&step.title, &step.text, &step.question}) texts.push_back(text);
    for (LessonChoice& choice : step.choices) texts.push_back(&choice.text);
  }
  if (scenario.challenge)
    for (std::string& hint : scenario.challenge->hints) texts.push_back(&hint);
  std::erase_if(texts, [](const std::string* text) { return text->empty(); });
  return texts;
}

std::size_t translate(Scenario& scenario, const Translation& translation) {
  std::size_t left = 0;
  for (std::string* text : textsOf(scenario)) {
    const std::string* other = translation.find(*text);
    left += other == nullptr;
    if (other != nullptr) *text = *other;
  }
  return left;
}

std::vector<std::string> orphansOf(const Scenario& scenario, const Translation& translation) {
  Scenario copy = scenario;
  std::set<std::string> known;
  for (const std::string* text : textsOf(copy)) known.insert(keyOf(*text));
  std::vector<std::string> orphans;
  for (const auto& [english, text] : translation.texts())
    if (!known.contains(english)) orphans.push_back(english);
  return orphans;
}

std::string translationFile(const Scenario& scenario, const Translation& translation, const std::string& language) {
  std::string out =
      "msgid \"\"\nmsgstr \"\"\n\"Language: " + language + "\\n\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n";
  Scenario copy = scenario;
  std::set<std::string> told;
  for (const std::string* text : textsOf(copy)) {
    const std::string key = keyOf(*text);
    if (!told.insert(key).second) continue;
    const std::string* other = translation.find(key);
    out += "\nmsgid " + inQuotes(key) + "\nmsgstr " + inQuotes(other != nullptr ? *other : std::string()) + '\n';
  }
  for (const std::string& english : orphansOf(scenario, translation))
    out += "\n#~ msgid " + inQuotes(english) + "\n#~ msgstr " + inQuotes(*translation.find(english)) + '\n';
  return out;
}

}  // namespace faultline
