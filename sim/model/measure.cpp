#include "model/measure.h"

#include <cctype>

#include "base/quantity.h"
#include "model/problem.h"
#include "model/summary_metrics.h"
#include "model/value_check.h"

namespace faultline {
namespace {

// Thrown and caught in this file only.
struct Refusal {
  std::size_t at;
  std::string message, hint;
};

struct Piece {
  char joinedBy = '+';
  std::string_view text;
  std::size_t at = 0;
};

// At the operators that stand between spaces and outside of brackets.
std::vector<Piece> piecesOf(std::string_view text) {
  std::vector<Piece> pieces(1);
  int depth = 0;
  std::size_t begin = 0;
  const auto finish = [&](std::size_t end) {
    while (begin < end && text[begin] == ' ') ++begin;
    while (end > begin && text[end - 1] == ' ') --end;
    pieces.back().text = text.substr(begin, end - begin);
    pieces.back().at = begin;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    const bool isAlone = i > 0 && i + 1 < text.size() && text[i - 1] == ' ' && text[i + 1] == ' ';
    if (depth != 0 || !isAlone || (text[i] != '+' && text[i] != '-' && text[i] != '/')) continue;
    finish(i);
    pieces.push_back({text[i], {}, 0});
    begin = i + 1;
  }
  finish(text.size());
  return pieces;
}

// The text between the brackets of `word(...)`.
std::optional<std::string_view> argumentOf(std::string_view text, std::string_view word) {
  if (!text.starts_with(word) || !text.ends_with(')')) return std::nullopt;
  text.remove_prefix(word.size());
  if (!text.starts_with('(')) return std::nullopt;
  return text.substr(1, text.size() - 2);
}

class Parser {
 public:
  explicit Parser(const MeasureNames& names) : names_(names) {}

  MeasurePart parse(const Piece& piece) {
    MeasurePart part;
    part.joinedBy = piece.joinedBy;
    if (piece.text.empty()) throw Refusal{piece.at, "a value is missing here", "write for example users.p95"};
    const bool isNumber = std::isdigit(static_cast<unsigned char>(piece.text.front())) != 0;
    if (const auto rate = argumentOf(piece.text, "rate"))
      readRate(*rate, piece.at + 5, part);
    else if (const auto column = argumentOf(piece.text, "slope"))
      readSlope(*column, piece.at + 6, part);
    else if (const auto reason = argumentOf(piece.text, "reason"))
      readReason(*reason, piece.at + 7, part);
    else if (piece.text.find('(') != std::string_view::npos)
      readTerm(piece, part);
    else if (isNumber)
      readQuantity(piece, part);
    else
      readFigure(piece.text, piece.at, part);
    return part;
  }

 private:
  static const MetricColumn& find(std::string_view name, std::size_t at, const std::vector<MetricColumn>& known) {
    std::vector<std::string_view> views;
    for (const MetricColumn& column : known) {
      if (column.name == name) return column;
      views.push_back(column.name);
    }
    // Of an owner that exists, all it has; otherwise the nearest of all names.
    std::vector<std::string_view> ofOwner;
    const std::string_view owner = name.substr(0, name.rfind('.') + 1);
    for (std::string_view view : views)
      if (!owner.empty() && view.starts_with(owner)) ofOwner.push_back(view);
    std::string hint = suggestion(name, ofOwner);
    if (ofOwner.empty()) hint = suggestion(name, views);
    throw Refusal{at, "there is no figure " + quoted(name), std::move(hint)};
  }

  void readFigure(std::string_view name, std::size_t at, MeasurePart& part) const {
    const MetricRef ref = metricRef(find(name, at, names_.figures));
    part.kind = MeasurePart::Kind::Figure;
    part.name = ref.column;
    part.scale = ref.scale;
    part.dimension = ref.dimension;
  }

  void readRate(std::string_view name, std::size_t at, MeasurePart& part) const {
    readFigure(name, at, part);
    if (part.dimension != Dimension::Rate) throw Refusal{at, quoted(name) + " is not a rate"};
  }

  void readSlope(std::string_view name, std::size_t at, MeasurePart& part) const {
    const auto later = laterColumn(names_.scenario, name);
    const MetricRef ref = metricRef(later ? *later : find(name, at, names_.columns));
    if (ref.dimension != Dimension::Number)
      throw Refusal{at, "only the slope of a number is known, and " + quoted(name) + " is none"};
    part.kind = MeasurePart::Kind::Slope;
    part.name = ref.column;
    part.dimension = Dimension::Rate;
  }

  void readReason(std::string_view name, std::size_t at, MeasurePart& part) const {
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos || names_.scenario.findNode(name.substr(0, dot)) == nullptr) {
      std::vector<std::string_view> nodes;
      for (const NodeSpec& node : names_.scenario.nodes) nodes.push_back(node.name);
      const std::string near = suggestion(name.substr(0, dot), nodes);
      throw Refusal{at, "expected NODE.REASON instead of " + quoted(name), near};
    }
    part.kind = MeasurePart::Kind::Reason;
    part.name = std::string(name);
    part.dimension = Dimension::Rate;
  }

  void readTerm(const Piece& piece, MeasurePart& part) const {
    Result<ExpectationTerm> parsed = parseExpectationTerm(piece.text, names_.scenario, names_.columns);
    for (Diagnostic& d : parsed.diagnostics)
      if (d.severity == Diagnostic::Severity::Error)
        throw Refusal{piece.at + static_cast<std::size_t>(d.column) - 1, std::move(d.message), std::move(d.hint)};
    part.kind = MeasurePart::Kind::Term;
    part.term = std::move(parsed.value);
    part.dimension = part.term.dimension;
  }

  static void readQuantity(const Piece& piece, MeasurePart& part) {
    const std::string text(piece.text);
    for (Dimension dimension : {Dimension::Number, Dimension::Rate, Dimension::Time, Dimension::Bytes})
      if (const auto value = quantityOf(text, dimension)) {
        part.quantity = *value;
        part.dimension = dimension;
        return;
      }
    throw Refusal{piece.at, quoted(text) + " is not a quantity", "write for example 3, 95%, 200ms or 100/s"};
  }

  const MeasureNames& names_;
};

// Divisions bind more tightly than sums.
Dimension dimensionOf(const std::vector<MeasurePart>& parts, const std::vector<Piece>& pieces) {
  std::optional<Dimension> sum;
  for (std::size_t i = 0; i < parts.size();) {
    Dimension d = parts[i].dimension;
    const std::size_t start = i;
    for (++i; i < parts.size() && parts[i].joinedBy == '/'; ++i) {
      const Dimension by = parts[i].dimension;
      if (d == by)
        d = Dimension::Number;
      else if (d == Dimension::Number && by == Dimension::Rate)
        d = Dimension::Time;
      else if (by != Dimension::Number)
        throw Refusal{pieces[i].at, "the value before cannot be divided by this one"};
    }
    if (sum && *sum != d) throw Refusal{pieces[start].at, "this is of another kind than what stands before it"};
    sum = d;
  }
  return sum.value_or(Dimension::Number);
}

}  // namespace

MeasureNames::MeasureNames(const Scenario& s) : scenario(s), columns(metricColumns(s)), figures(summaryMetrics(s)) {}

Result<Measure> parseMeasure(std::string_view text, const MeasureNames& names) {
  Result<Measure> result;
  if (text.size() > kMaxExpectationBytes) {
    result.diagnostics.push_back(errorAt({}, "a measure of " + std::to_string(text.size()) + " bytes is too long"));
    return result;
  }
  result.value.text = std::string(text);
  try {
    const std::vector<Piece> pieces = piecesOf(text);
    for (const Piece& piece : pieces) result.value.parts.push_back(Parser(names).parse(piece));
    result.value.dimension = dimensionOf(result.value.parts, pieces);
  } catch (Refusal& refusal) {
    Diagnostic d = errorAt({}, std::move(refusal.message), std::move(refusal.hint));
    d.column = static_cast<int>(refusal.at) + 1;
    result.diagnostics.push_back(std::move(d));
  }
  return result;
}

}  // namespace faultline
