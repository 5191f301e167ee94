#include "io/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <istream>
#include <streambuf>
#include <unordered_map>

#include "base/text_file.h"
#include "io/yaml_reader.h"
#include "model/problem.h"

namespace faultline {
namespace {

// Far above what kMaxDepth lets through and far below what the parser's own stack and look-ahead would suffer from.
constexpr int kMaxOpenBrackets = 1000;
constexpr std::size_t kMaxProblems = 1000;

// Reads the text in place, where a string stream would copy it.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // the interface predates const; nothing writes
    setg(begin, begin, begin + text.size());
  }
};

struct Abort {
  YamlPlace place;
  std::string message, hint;
};

int openBrackets(const std::string& text) {
  int open = 0;
  for (char c : text) open += c == '(' ? 1 : c == ')' ? -1 : 0;
  return open;
}

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Diagnostics& problems) : problems_(problems) {}

  YamlPointer root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (started_) throw Abort{placeOf(mark), "a second YAML document", "a file holds one scenario"};
    started_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto node = makeNode(YamlNode::Kind::Null, mark);
    add(node, anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    auto node = makeNode(YamlNode::Kind::Text, mark);
    node->text = value;
    node->isPlain = tag != "!";
    if (node->isPlain && !open_.empty() && joinsPrevious()) {
      count(1, node->place);
      Open& top = open_.back();
      top.lastText->text += ", " + value;
      top.openBrackets += openBrackets(value);
      top.skipNull = top.node->kind == YamlNode::Kind::Map;
      return;
    }
    add(node, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Abort{placeOf(mark), "an alias inside its own anchor", {}};
    count(found->second->size, placeOf(mark));
    finish(found->second);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    begin(makeNode(YamlNode::Kind::List, mark), anchor, style);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    begin(makeNode(YamlNode::Kind::Map, mark), anchor, style);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Open {
    std::shared_ptr<YamlNode> node;
    YAML::anchor_t anchor = 0;
    bool isFlow = false;
    YamlPointer key;                     // of a map, while its value is awaited
    std::shared_ptr<YamlNode> lastText;  // the last plain text that was a value or an item
    int openBrackets = 0;                // in lastText
    bool skipNull = false;               // the next null is the value of a key that was joined to lastText
    std::unordered_map<std::string, YamlPlace> keys;
  };

  static YamlPlace placeOf(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

  std::shared_ptr<YamlNode> makeNode(YamlNode::Kind kind, const YAML::Mark& mark) {
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->place = placeOf(mark);
    return node;
  }

  void count(std::size_t nodes, YamlPlace place) {
    total_ += nodes;
    if (total_ > kMaxNodes)
      throw Abort{place, "more than " + std::to_string(kMaxNodes) + " values",
                  "aliases count as often as they are used"};
  }

  // A text after an unfinished bracket, where YAML saw a comma as the end of the one before.
  bool joinsPrevious() const {
    const Open& top = open_.back();
    return top.isFlow && top.lastText && !top.key && top.openBrackets > 0;
  }

  void begin(std::shared_ptr<YamlNode> node, YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
    count(1, node->place);
    if (open_.size() >= static_cast<std::size_t>(kMaxDepth))
      throw Abort{node->place, "nested deeper than " + std::to_string(kMaxDepth) + " levels", {}};
    Open open;
    open.node = std::move(node);
    open.anchor = anchor;
    open.isFlow = style == YAML::EmitterStyle::Flow;
    open_.push_back(std::move(open));
  }

  void end() {
    const std::shared_ptr<YamlNode> node = open_.back().node;
    const YAML::anchor_t anchor = open_.back().anchor;
    if (open_.back().isFlow && open_.back().lastText && open_.back().openBrackets > 0)
      addProblem(open_.back().lastText->place, "a round bracket is never closed", "quotes keep it as text");
    open_.pop_back();
    if (anchor != 0) anchors_[anchor] = node;
    finish(node);
  }

  void add(const std::shared_ptr<YamlNode>& node, YAML::anchor_t anchor) {
    if (!open_.empty() && open_.back().skipNull && node->kind == YamlNode::Kind::Null) {
      open_.back().skipNull = false;
      return;
    }
    count(1, node->place);
    if (anchor != 0) anchors_[anchor] = node;
    const bool isValue = !open_.empty() && (open_.back().node->kind == YamlNode::Kind::List || open_.back().key);
    finish(node);
    if (!isValue || node->kind != YamlNode::Kind::Text || !node->isPlain) return;
    open_.back().lastText = node;
    open_.back().openBrackets = openBrackets(node->text);
  }

  // Hangs a finished node into the open one.
  void finish(const YamlPointer& node) {
    if (open_.empty()) {
      root_ = node;
      return;
    }
    Open& top = open_.back();
    top.lastText = nullptr;
    if (top.node->kind == YamlNode::Kind::List) {
      top.node->items.push_back(node);
      top.node->size += node->size;
    } else if (!top.key) {
      top.key = node;
    } else {
      addEntry(top, node);
      top.key = nullptr;
    }
  }

  void addEntry(Open& top, const YamlPointer& value) {
    if (top.key->kind != YamlNode::Kind::Text) return addProblem(top.key->place, "a key must be text", {});
    if (top.key->text == "<<" && top.key->isPlain)
      return addProblem(top.key->place, "entries are not merged by <<",
                        "write them out; an anchor stands for a whole value, as in \"key: *anchor\"");
    const auto [known, isNew] = top.keys.try_emplace(top.key->text, top.key->place);
    if (!isNew)
      return addProblem(top.key->place, "duplicate key " + quoted(top.key->text),
                        "it is already on line " + std::to_string(known->second.line));
    top.node->entries.emplace_back(top.key, value);
    top.node->size += value->size + 1;
  }

  void addProblem(YamlPlace place, std::string message, std::string hint) {
    if (problems_.size() >= kMaxProblems) return;
    Diagnostic d = errorAt({}, std::move(message), std::move(hint));
    d.line = place.line;
    d.column = place.column;
    problems_.push_back(std::move(d));
  }

  Diagnostics& problems_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, YamlPointer> anchors_;
  YamlPointer root_;
  std::size_t total_ = 0;
  bool started_ = false;
};

// What makes the text no YAML text file before any parser sees it, or parsers slow.
std::optional<Abort> problemOfText(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return Abort{{1, 1}, "the file is empty", "a scenario starts with \"faultline: 1\""};
  YamlPlace place{1, 1};
  int open = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const std::size_t length = utf8Length(text, i);
    const bool isControl = static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
    if (length == 0 || isControl || c == 0x7F)
      return Abort{place, "not a text file: byte " + hexByte(c), "scenarios are YAML in UTF-8"};
    if (c == '[' || c == '{') ++open;
    if ((c == ']' || c == '}') && open > 0) --open;
    if (open > kMaxOpenBrackets) return Abort{place, "nested deeper than " + std::to_string(kMaxDepth) + " levels", {}};
    if (c == '\n')
      place = {place.line + 1, 1};
    else
      place.column += static_cast<int>(length);
    i += length;
  }
  return std::nullopt;
}

// Where the parser gave up, or in the line above it: it complains of what follows from a tab, never of the tab.
std::string hintOnTabs(std::string_view text, int line) {
  int at = 1;
  for (std::size_t begin = 0; begin < text.size() && at <= line; ++at) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view indent = text.substr(begin, text.find_first_not_of(" \t", begin) - begin);
    if (at >= line - 1 && begin + indent.size() < end && indent.find('\t') != std::string_view::npos)
      return "line " + std::to_string(at) + " begins with a tab; YAML indents by spaces";
    begin = end + 1;
  }
  return {};
}

void parse(std::string_view text, YamlDocument& document) {
  const auto fail = [&](YamlPlace place, std::string message, std::string hint) {
    document.root = nullptr;
    Diagnostic d = errorAt({}, std::move(message), std::move(hint));
    d.line = place.line;
    d.column = place.column;
    document.problems.push_back(std::move(d));
  };
  if (const auto problem = problemOfText(text)) return fail(problem->place, problem->message, problem->hint);
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    TreeBuilder builder(document.problems);
    while (parser.HandleNextDocument(builder)) {
    }
    document.root = builder.root();
    if (!document.root) fail({1, 1}, "the file is empty", "a scenario starts with \"faultline: 1\"");
  } catch (const Abort& abort) {
    fail(abort.place, abort.message, abort.hint);
  } catch (const YAML::Exception& e) {
    const YamlPlace place = e.mark.is_null() ? YamlPlace{1, 1} : YamlPlace{e.mark.line + 1, e.mark.column + 1};
    fail(place, "not valid YAML: " + e.msg, hintOnTabs(text, place.line));
  } catch (const std::exception&) {
    fail({1, 1}, "not valid YAML", {});
  }
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, value] : entries)
    if (name->text == key) return value.get();
  return nullptr;
}

void useCharacterColumns(std::string_view text, Diagnostics& problems) {
  std::vector<std::size_t> lineStarts{0};
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') lineStarts.push_back(i + 1);
  for (Diagnostic& d : problems) {
    if (d.line < 1 || static_cast<std::size_t>(d.line) > lineStarts.size()) continue;
    const std::string_view line = text.substr(lineStarts[static_cast<std::size_t>(d.line) - 1]);
    const std::string_view before = line.substr(0, static_cast<std::size_t>(std::max(0, d.column - 1)));
    d.column -= static_cast<int>(std::count_if(before.begin(), before.end(),
                                               [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }));
  }
}

YamlDocument readYaml(std::string_view text) {
  YamlDocument document;
  parse(text, document);
  return document;
}

}  // namespace faultline
