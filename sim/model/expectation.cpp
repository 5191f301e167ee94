#include "model/expectation.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/quantity.h"
#include "model/catalog.h"
#include "model/problem.h"
#include "model/validate.h"
#include "model/value_check.h"

namespace faultline {
namespace {

using Term = ExpectationTerm;

// Thrown and caught in this file only: the way out of a recursive descent with the first problem.
struct Refusal {
  std::size_t at;
  std::string message, hint;
};

Diagnostic diagnosticOf(Refusal& refusal) {
  Diagnostic d = errorAt({}, std::move(refusal.message), std::move(refusal.hint));
  d.column = static_cast<int>(refusal.at) + 1;
  return d;
}

struct Token {
  enum class Kind { Word, Number, Comparison, Arrow, Open, Close, End };
  Kind kind = Kind::End;
  std::string text;
  std::size_t at = 0;
};

bool isLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool isDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::vector<Token> tokensOf(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t i = 0;
  const auto take = [&](Token::Kind kind, std::size_t length) {
    tokens.push_back({kind, std::string(text.substr(i, length)), i});
    i += length;
  };
  const auto lengthWhile = [&](auto belongs) {
    std::size_t n = 1;
    while (i + n < text.size() && belongs(i + n)) ++n;
    return n;
  };
  while (i < text.size()) {
    const char c = text[i];
    const std::string_view rest = text.substr(i);
    if (std::isspace(static_cast<unsigned char>(c)) != 0)
      ++i;
    else if (c == '(')
      take(Token::Kind::Open, 1);
    else if (c == ')')
      take(Token::Kind::Close, 1);
    else if (rest.starts_with("->"))
      take(Token::Kind::Arrow, 2);
    else if (rest.starts_with("<=") || rest.starts_with(">=") || rest.starts_with("==") || rest.starts_with("!="))
      take(Token::Kind::Comparison, 2);
    else if (c == '<' || c == '>')
      take(Token::Kind::Comparison, 1);
    else if (isLetter(c))
      take(Token::Kind::Word, lengthWhile([&](std::size_t k) {
             const char d = text[k];
             return isLetter(d) || isDigit(d) || d == '.' || d == '[' || d == ']' ||
                    (d == '-' && !text.substr(k).starts_with("->"));
           }));
    else if (isDigit(c) || c == '.' || c == '-')
      take(Token::Kind::Number, lengthWhile([&](std::size_t k) {
             const char d = text[k];
             const bool isSign = (d == '-' || d == '+') && (text[k - 1] == 'e' || text[k - 1] == 'E');
             return isLetter(d) || isDigit(d) || d == '.' || d == '%' || d == '/' || isSign;
           }));
    else
      throw Refusal{i, "unexpected " + quoted(std::string(1, c)),
                    c == '=' ? "equality is written ==" : std::string("see the reference of expectations")};
  }
  tokens.push_back({Token::Kind::End, {}, text.size()});
  return tokens;
}

std::optional<Comparison> comparisonOf(const std::string& text) {
  if (text == "<") return Comparison::Less;
  if (text == "<=") return Comparison::LessOrEqual;
  if (text == ">") return Comparison::Greater;
  if (text == ">=") return Comparison::GreaterOrEqual;
  if (text == "==") return Comparison::Equal;
  if (text == "!=") return Comparison::NotEqual;
  return std::nullopt;
}

const char* exampleOf(Dimension dimension) {
  switch (dimension) {
    case Dimension::Time:
      return "a duration like 200ms or 5min";
    case Dimension::Rate:
      return "a rate like 100/s";
    case Dimension::Bytes:
      return "bytes like 4GiB";
    default:
      return "a number like 3, 0.9 or 95%";
  }
}

constexpr ExpectationForm kForms[] = {
    {"VALUE < VALUE",
     "A comparison by `<`, `<=`, `>`, `>=`, `==` or `!=`; a chain like `a < b < 2min` needs all of them."},
    {"never(CONDITION)", "No sample satisfies the condition."},
    {"holds(CONDITION)", "Every sample satisfies the condition; one whose value is unknown does not."},
    {"first(CONDITION for D after T by U)",
     "A time: when the condition first holds, where given for a while D, not before T, and all of it by U. A "
     "comparison with what never came fails."},
    {"mean(METRIC) min(METRIC) max(METRIC) last(METRIC)", "Over the samples of a window; `last` is the newest."},
    {"sum(METRIC)", "Of a rate: how many there were."},
    {"p50(NODE) p90(NODE) p95(NODE) p99(NODE) p99_9(NODE)",
     "Latency of ok answers over the whole run; p50, p95 and p99 also in one sample, by `at T`."},
    {"offered(NODE) ok(NODE) goodput(NODE) degraded(NODE) failed(NODE) late(NODE) stale(NODE) arrivals(NODE)",
     "Operations of a node that starts them; of others there are arrivals, ok and failed. A number, or a rate when it "
     "is compared with one."},
    {"5x VALUE", "A multiple of a measured value."},
    {"METRIC",
     "A column of the time series: `node.metric`, `node.class.metric`, `from -> to.metric`, `node[0].metric` of an "
     "instance, `node.failed.reason`, or `node.failed.place.reason` of the operations that a node starts."},
    {"CONDITION",
     "`METRIC > QUANTITY`, several joined by `and`. An unknown value, such as a percentile of too few, satisfies "
     "none."},
    {"at T, from T to T, by T, after T",
     "A window, inside the brackets or at the end of the line, where it is that of every value that has none. `at` is "
     "the sample that contains the instant."},
};

constexpr struct {
  const char* name;
  Term::Kind kind;
} kAggregates[] = {{"mean", Term::Kind::Mean},
                   {"min", Term::Kind::Min},
                   {"max", Term::Kind::Max},
                   {"last", Term::Kind::Last},
                   {"sum", Term::Kind::Sum}};

constexpr struct {
  const char* name;
  double q;
} kQuantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99_9", 0.999}};

// Looking for the nearest of more names than this would take too long.
constexpr std::size_t kMostToCompare = 2000;

constexpr std::string_view kOriginCounters[] = {"offered", "ok", "goodput", "degraded", "failed", "late", "stale"};
constexpr std::string_view kServerCounters[] = {"arrivals", "ok", "failed"};

template <std::size_t N>
bool contains(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

class Parser {
 public:
  // Names that are not there go to `unknown`, so that one line says all of them; the rest ends at the first problem.
  Parser(std::string_view text, const Scenario& scenario, const std::vector<MetricColumn>& columns,
         Diagnostics& unknown)
      : text_(text), scenario_(scenario), columns_(columns), unknown_(unknown), tokens_(tokensOf(text)) {}

  Expectation parse() {
    Expectation e;
    e.text = std::string(text_);
    if (peek().kind == Token::Kind::Word && (peek().text == "never" || peek().text == "holds")) {
      e.kind = next().text == "never" ? Expectation::Kind::Never : Expectation::Kind::Holds;
      expect(Token::Kind::Open, "(");
      e.conditions = readConditions();
      const bool hasWindow = readWindow(e.window);
      expect(Token::Kind::Close, ")");
      if (!hasWindow) readWindow(e.window);
      expectEnd();
      return e;
    }
    readChain(e);
    return e;
  }

  Term parseTerm() {
    const Token& start = peek();
    Term term = readTerm();
    if (term.kind == Term::Kind::Quantity) refuse(start, "nothing is measured here");
    readWindow(term.window);
    expectEnd();
    checkWindow(term, start);
    return term;
  }

 private:
  const Token& peek() const { return tokens_[position_]; }
  const Token& next() { return tokens_[position_ + 1 < tokens_.size() ? position_++ : position_]; }
  bool isWord(const char* word) const { return peek().kind == Token::Kind::Word && peek().text == word; }

  [[noreturn]] static void refuse(const Token& token, std::string message, std::string hint = {}) {
    throw Refusal{token.at, std::move(message), std::move(hint)};
  }
  static std::string shown(const Token& token) {
    return token.kind == Token::Kind::End ? std::string("the end of the line") : quoted(token.text);
  }
  void notThere(const Token& token, std::string name, std::string message, std::string hint) {
    Refusal refusal{token.at, std::move(message), std::move(hint)};
    unknown_.push_back(diagnosticOf(refusal));
    unknown_.back().path = std::move(name);
  }
  void expect(Token::Kind kind, const char* what) {
    if (peek().kind != kind) refuse(peek(), "expected " + std::string(what) + " instead of " + shown(peek()));
    next();
  }
  void expectEnd() {
    if (peek().kind != Token::Kind::End)
      refuse(peek(), "unexpected " + shown(peek()), "a window is written at T, from T to T, by T or after T");
  }
  static std::string suggest(std::string_view written, const std::vector<std::string_view>& known) {
    const std::string near = nearestName(written, known);
    return near.empty() ? std::string{} : "did you mean " + quoted(near) + "?";
  }

  Duration readTime() {
    const Token& token = next();
    const Parsed<Duration> time = parseDuration(token.text);
    if (token.kind != Token::Kind::Number || !time.value)
      refuse(token, "expected a time like 5min instead of " + shown(token));
    return *time.value;
  }

  bool readWindow(ExpectationWindow& window) {
    if (isWord("at")) {
      next();
      window = {ExpectationWindow::Kind::At, readTime(), kNever};
    } else if (isWord("from")) {
      next();
      window = {ExpectationWindow::Kind::Span, readTime(), kNever};
      if (!isWord("to")) refuse(peek(), "expected \"to\" instead of " + shown(peek()));
      next();
      const Token& end = peek();
      window.to = readTime();
      if (window.to <= window.from) refuse(end, "the window ends before it begins");
    } else if (isWord("by")) {
      next();
      window = {ExpectationWindow::Kind::Span, {}, readTime()};
    } else if (isWord("after")) {
      next();
      window = {ExpectationWindow::Kind::Span, readTime(), kNever};
    } else {
      return false;
    }
    return true;
  }

  // "db.wait_p99" or "app -> db.pool_waiting".
  MetricRef readMetric() {
    const Token& first = next();
    if (first.kind != Token::Kind::Word) refuse(first, "expected a metric like node.metric instead of " + shown(first));
    std::string name = first.text;
    if (peek().kind == Token::Kind::Arrow) {
      next();
      const Token& second = next();
      if (second.kind != Token::Kind::Word)
        refuse(second, "expected the rest of an edge's metric instead of " + shown(second));
      name += " -> " + second.text;
    }
    return findMetric(name, first);
  }

  MetricRef findMetric(const std::string& name, const Token& place) {
    std::vector<std::string_view> known;
    for (const MetricColumn& column : columns_) {
      if (column.name == name) return metricRef(column);
      known.push_back(column.name);
    }
    if (const auto later = laterColumn(scenario_, name)) return metricRef(*later);
    const std::vector<std::string> later = laterNamesLike(scenario_, name);
    if (!later.empty()) {
      const std::vector<std::string_view> views(later.begin(), later.end());
      notThere(place, name, "there is no metric " + quoted(name), suggestion(name, views));
      return {};
    }
    const bool isArrow = name.find("->") != std::string::npos;
    const std::string owner = name.substr(0, name.find('.', isArrow ? name.find("->") : 0));
    std::string hint = known.size() <= kMostToCompare ? suggest(name, known) : std::string{};
    if (hint.empty()) hint = metricsOf(owner);
    notThere(place, name, "there is no metric " + quoted(name), hint);
    return {};
  }

  // "known: queue, ok, ..." for an owner that exists.
  std::string metricsOf(const std::string& owner) const {
    std::string list;
    for (const MetricColumn& column : columns_)
      if (column.name.starts_with(owner + "."))
        list += (list.empty() ? "known: " : ", ") + column.name.substr(owner.size() + 1);
    return list;
  }

  std::vector<MetricCondition> readConditions() {
    std::vector<MetricCondition> conditions;
    do {
      if (!conditions.empty()) next();  // "and"
      MetricCondition c;
      const std::size_t before = unknown_.size();
      c.metric = readMetric();
      c.comparison = readComparison();
      const Token& quantity = next();
      if (unknown_.size() > before) continue;  // its unit is not known either
      c.value = readQuantity(quantity, c.metric.dimension, c.metric.column);
      if (c.metric.isShare) checkShare(c.value, quantity, c.metric.column);
      conditions.push_back(std::move(c));
    } while (isWord("and"));
    return conditions;
  }

  Comparison readComparison() {
    const Token& token = next();
    const auto comparison = token.kind == Token::Kind::Comparison ? comparisonOf(token.text) : std::nullopt;
    if (!comparison) refuse(token, "expected a comparison like < or >= instead of " + shown(token));
    return *comparison;
  }

  static double readQuantity(const Token& token, Dimension dimension, const std::string& of) {
    const auto value = token.kind == Token::Kind::Number ? quantityOf(token.text, dimension) : std::nullopt;
    if (!value)
      refuse(token, "expected " + std::string(exampleOf(dimension)) + " instead of " + shown(token),
             "that is what " + of + " is compared with");
    return *value;
  }

  static void checkShare(double value, const Token& token, const std::string& of) {
    if (value < 0 || value > 1)
      refuse(token, shown(token) + " is no share of a whole", of + " lies between 0% and 100%");
  }

  // Null when there is none of that name, which is noted.
  const NodeSpec* readNode() {
    const Token& token = next();
    if (token.kind != Token::Kind::Word) refuse(token, "expected the name of a node instead of " + shown(token));
    std::vector<std::string_view> known;
    for (const NodeSpec& node : scenario_.nodes) {
      if (node.name == token.text) return &node;
      known.push_back(node.name);
    }
    notThere(token, token.text, "there is no node " + shown(token), suggest(token.text, known));
    return nullptr;
  }

  bool originates(const NodeSpec& node) const {
    const ComponentInfo* kind = findKind(node.kind);
    return kind != nullptr && kind->originates;
  }

  Term readTerm() {
    const std::size_t begin = peek().at;
    Term term;
    if (peek().kind == Token::Kind::Number && peek().text.ends_with('x')) {
      const Token& token = next();
      const auto factor = parseNumber(std::string_view(token.text).substr(0, token.text.size() - 1)).value;
      if (!factor) refuse(token, "expected a factor like 5x instead of " + shown(token));
      if (peek().kind != Token::Kind::Word) refuse(peek(), "expected what to multiply instead of " + shown(peek()));
      term.factor = *factor;
    }
    const Token& token = next();
    if (token.kind == Token::Kind::Number) {
      term.text = token.text;
      literals_.push_back(&token);
      return term;
    }
    if (token.kind != Token::Kind::Word || peek().kind != Token::Kind::Open)
      refuse(token, "expected a value like first(...), mean(...), p99(node) or a quantity instead of " + shown(token));
    next();
    literals_.push_back(nullptr);
    readFunction(token, term);
    const std::size_t end = peek().at;
    expect(Token::Kind::Close, ")");
    term.text = std::string(text_.substr(begin, end + 1 - begin));
    return term;
  }

  void readFunction(const Token& name, Term& term) {
    if (name.text == "first") return readFirst(term);
    for (const auto& aggregate : kAggregates)
      if (name.text == aggregate.name) return readAggregate(name, aggregate.kind, term);
    for (const auto& quantile : kQuantiles)
      if (name.text == quantile.name) return readQuantile(quantile.q, name.text, term);
    if (contains(kOriginCounters, name.text) || contains(kServerCounters, name.text)) return readCount(name, term);
    std::vector<std::string_view> known{"first", "never", "holds"};
    for (const auto& a : kAggregates) known.emplace_back(a.name);
    for (const auto& q : kQuantiles) known.emplace_back(q.name);
    known.insert(known.end(), std::begin(kOriginCounters), std::end(kOriginCounters));
    known.emplace_back("arrivals");
    refuse(name, "there is no function " + quoted(name.text), suggest(name.text, known));
  }

  void readFirst(Term& term) {
    term.kind = Term::Kind::First;
    term.dimension = Dimension::Time;
    term.conditions = readConditions();
    while (isWord("for") || isWord("after") || isWord("by")) {
      const std::string_view word = next().text;
      const Token& time = peek();
      (word == "for" ? term.lasting : word == "after" ? term.window.from : term.window.to) = readTime();
      if (term.window.to <= term.window.from) refuse(time, "the window ends before it begins");
    }
    term.window.kind = ExpectationWindow::Kind::Span;
  }

  void readAggregate(const Token& name, Term::Kind kind, Term& term) {
    term.kind = kind;
    term.metric = readMetric();
    term.dimension = term.metric.dimension;
    if (kind == Term::Kind::Sum && unknown_.empty()) {
      if (term.dimension != Dimension::Rate)
        refuse(name, "only rates can be summed, and " + quoted(term.metric.column) + " is none");
      term.dimension = Dimension::Number;
    }
    readWindow(term.window);
  }

  void readQuantile(double q, const std::string& name, Term& term) {
    term.kind = Term::Kind::Quantile;
    term.dimension = Dimension::Time;
    term.value = q;
    term.counter = name;
    if (const NodeSpec* node = readNode()) {
      term.node = node->name;
      term.metric.column = node->name + (originates(*node) ? "." : ".latency_") + name;
    }
    term.metric.dimension = Dimension::Time;
    term.metric.scale = 1e-3;
    readWindow(term.window);
  }

  void readCount(const Token& name, Term& term) {
    term.kind = Term::Kind::Count;
    term.counter = name.text;
    if (const NodeSpec* node = readNode()) {
      checkCounter(*node, name);
      term.node = node->name;
      term.metric = {node->name + "." + name.text, Dimension::Rate, 1};
    }
    readWindow(term.window);
  }

  void checkCounter(const NodeSpec& node, const Token& name) {
    const bool isOrigin = originates(node);
    if (isOrigin ? contains(kOriginCounters, name.text) : contains(kServerCounters, name.text)) return;
    notThere(name, node.name + "." + name.text, quoted(node.name) + " does not count " + quoted(name.text),
             isOrigin ? "known: offered, ok, goodput, degraded, failed, late, stale" : "known: arrivals, ok, failed");
  }

  void readChain(Expectation& e) {
    const Token& start = peek();
    e.terms.push_back(readTerm());
    if (peek().kind != Token::Kind::Comparison)
      refuse(peek(), "expected a comparison like < or >= instead of " + shown(peek()),
             "an expectation compares values, or is a never(...) or a holds(...)");
    while (peek().kind == Token::Kind::Comparison) {
      e.comparisons.push_back(readComparison());
      e.terms.push_back(readTerm());
    }
    ExpectationWindow shared;
    if (readWindow(shared))
      for (Term& t : e.terms)
        if (t.kind != Term::Kind::Quantity && t.window.kind == ExpectationWindow::Kind::Whole) t.window = shared;
    expectEnd();
    if (!unknown_.empty()) return;  // nor are the units known
    settleUnits(e, start);
    for (const Term& t : e.terms) checkWindow(t, start);
  }

  // Quantities take the dimension of what they are compared with; counts become rates beside a rate.
  void settleUnits(Expectation& e, const Token& start) {
    const Term* measured = nullptr;
    for (const Term& t : e.terms)
      if (t.kind != Term::Kind::Quantity && (measured == nullptr || measured->kind == Term::Kind::Count)) measured = &t;
    if (measured == nullptr)
      refuse(start, "nothing is measured here", "compare with first(...), mean(...), p99(node), ...");
    Dimension dimension = measured->dimension;
    if (measured->kind == Term::Kind::Count)
      for (const Term& t : e.terms)
        if (t.kind == Term::Kind::Quantity && t.text.find('/') != std::string::npos) dimension = Dimension::Rate;
    for (std::size_t i = 0; i < e.terms.size(); ++i) {
      Term& t = e.terms[i];
      if (t.kind == Term::Kind::Quantity) t.value = readQuantity(*literals_[i], dimension, measured->text);
      if (t.kind == Term::Kind::Quantity && measured->metric.isShare)
        checkShare(t.value, *literals_[i], measured->metric.column);
      if (t.kind == Term::Kind::Quantity || t.kind == Term::Kind::Count) t.dimension = dimension;
      if (t.dimension != dimension)
        refuse(start, quoted(t.text) + " and " + quoted(measured->text) + " have different units");
    }
    if (measured->kind == Term::Kind::Count && dimension != Dimension::Number && dimension != Dimension::Rate)
      refuse(start, "a count is compared with a number or a rate");
  }

  // What the series does not have can only be said of the whole run.
  static void checkWindow(const Term& t, const Token& start) {
    if (t.kind == Term::Kind::Quantile && t.window.kind == ExpectationWindow::Kind::Span)
      refuse(start, "percentiles of several samples cannot be joined",
             "write max(" + t.metric.column + " from ... to ...) or " + t.text + " at ...");
    if (t.kind == Term::Kind::Count && t.counter == "stale" && t.window.kind != ExpectationWindow::Kind::Whole)
      refuse(start, "stale answers are counted for the whole run only");
  }

  std::string_view text_;
  const Scenario& scenario_;
  const std::vector<MetricColumn>& columns_;
  Diagnostics& unknown_;
  std::vector<Token> tokens_;
  std::size_t position_ = 0;
  std::vector<const Token*> literals_;  // by term of the chain: its token where it is a quantity
};

// Windows that the run does not reach are no error, because --duration may have cut it short.
void warnAboutLateWindow(const ExpectationWindow& window, const Scenario& scenario, Diagnostics& problems) {
  if (window.kind == ExpectationWindow::Kind::Whole || window.from <= scenario.duration) return;
  problems.push_back(warningAt({}, "this is about " + formatDuration(window.from) + ", after the run ends at " +
                                       formatDuration(scenario.duration)));
}

}  // namespace

std::span<const ExpectationForm> expectationForms() { return kForms; }

MetricRef metricRef(const MetricColumn& column) {
  MetricRef ref;
  ref.column = column.name;
  ref.isZeroBefore = column.isZeroBefore;
  ref.isShare = column.unit == "ratio";
  if (column.unit == "ms") ref.scale = 1e-3;
  if (column.unit == "ms" || column.unit == "s") ref.dimension = Dimension::Time;
  if (column.unit == "/s") ref.dimension = Dimension::Rate;
  if (column.unit == "B") ref.dimension = Dimension::Bytes;
  return ref;
}

std::optional<double> quantityOf(const std::string& text, Dimension dimension) {
  switch (dimension) {
    case Dimension::Time: {
      const auto ns = parseNanoseconds(text).value;
      return ns ? std::optional(*ns / 1e9) : std::nullopt;
    }
    case Dimension::Rate:
      return parseRate(text).value;
    case Dimension::Bytes:
      return parseBytes(text).value;
    default:
      break;
  }
  if (const auto ratio = parseRatio(text).value) return ratio;
  return parseNumber(text).value;
}

bool holds(double left, Comparison comparison, double right) {
  if (std::isnan(left) || std::isnan(right)) return false;
  switch (comparison) {
    case Comparison::Less:
      return left < right;
    case Comparison::LessOrEqual:
      return left <= right;
    case Comparison::Greater:
      return left > right;
    case Comparison::GreaterOrEqual:
      return left >= right;
    case Comparison::Equal:
      return left == right;
    case Comparison::NotEqual:
      return left != right;
  }
  return false;
}

Result<Expectation> parseExpectation(std::string_view text, const Scenario& scenario,
                                     const std::vector<MetricColumn>& columns) {
  Result<Expectation> result;
  if (text.size() > kMaxExpectationBytes) {
    result.diagnostics.push_back(
        errorAt({}, "an expectation of " + std::to_string(text.size()) + " bytes is too long"));
    return result;
  }
  try {
    result.value = Parser(text, scenario, columns, result.diagnostics).parse();
    warnAboutLateWindow(result.value.window, scenario, result.diagnostics);
    for (const Term& t : result.value.terms) warnAboutLateWindow(t.window, scenario, result.diagnostics);
  } catch (Refusal& refusal) {
    result.diagnostics.push_back(diagnosticOf(refusal));
  }
  return result;
}

Result<ExpectationTerm> parseExpectationTerm(std::string_view text, const Scenario& scenario,
                                             const std::vector<MetricColumn>& columns) {
  Result<ExpectationTerm> result;
  try {
    result.value = Parser(text, scenario, columns, result.diagnostics).parseTerm();
    warnAboutLateWindow(result.value.window, scenario, result.diagnostics);
  } catch (Refusal& refusal) {
    result.diagnostics.push_back(diagnosticOf(refusal));
  }
  return result;
}

}  // namespace faultline
