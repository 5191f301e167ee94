#include "metrics/recorded_report.h"

#include <cmath>
#include <cstdio>

#include "base/quantity.h"
#include "metrics/text_table.h"

namespace faultline {
namespace {

template <class... Args>
std::string printed(const char* form, Args... args) {
  char text[64];
  std::snprintf(text, sizeof text, form, args...);
  return text;
}

// Three significant digits, but never fewer than the whole number has.
std::string shown(double value) {
  if (std::isnan(value)) return "unknown";
  const double size = std::fabs(value);
  if (size >= 1000) return printed("%.0f", value);
  if (size >= 100) return printed("%.1f", value);
  if (size >= 10) return printed("%.2f", value);
  return printed("%.3f", value);
}

std::string rangeOf(const RecordedFigure& f) {
  return f.low == f.high ? std::string{} : '[' + shown(f.low) + ", " + shown(f.high) + ']';
}

std::string errorOf(const RecordedFigure& f) {
  const double error = f.simulated - f.recorded;
  if (std::isnan(error)) return "-";
  if (!f.errorIsShare) return (error > 0 ? "+" : "") + shown(error);
  return f.recorded == 0 ? "-" : printed("%+.1f%%", error / std::fabs(f.recorded) * 100);
}

const char* wordOf(RecordedFigure::Verdict verdict) {
  switch (verdict) {
    case RecordedFigure::Verdict::Within:
      return "ok";
    case RecordedFigure::Verdict::Missed:
      return "MISS";
    case RecordedFigure::Verdict::NotJudged:
      break;
  }
  return "";
}

std::string titleOf(const RecordedPhaseResult& phase) {
  if (phase.name.empty()) return "whole run";
  return phase.name + ", " + formatDuration(phase.from) + " to " + formatDuration(phase.to);
}

std::string rangeOfRuns(const RecordedFigure& f) {
  return std::isnan(f.simulated) || f.simulatedLow == f.simulatedHigh
             ? std::string{}
             : '[' + shown(f.simulatedLow) + ", " + shown(f.simulatedHigh) + ']';
}

std::string tableOf(const RecordedPhaseResult& phase, bool repeats) {
  TextTable table;
  table.addColumn("what", TextTable::Align::Left);
  table.addColumn("unit", TextTable::Align::Left);
  for (const char* title : {"recorded", "runs", "simulated"}) table.addColumn(title);
  if (repeats) table.addColumn("runs");
  for (const char* title : {"error", "tolerance"}) table.addColumn(title);
  table.addColumn("", TextTable::Align::Left);
  table.addColumn("", TextTable::Align::Left);
  for (const RecordedFigure& f : phase.figures) {
    std::vector<std::string> row{f.name, f.unit, shown(f.recorded), rangeOf(f), shown(f.simulated)};
    if (repeats) row.push_back(rangeOfRuns(f));
    row.insert(row.end(), {errorOf(f), f.tolerance, wordOf(f.verdict), f.note});
    table.addRow(std::move(row));
  }
  return table.text("  ");
}

}  // namespace

std::string recordedText(const RecordedResult& result) {
  if (!result.problem.empty()) return "\nNot compared with the recording: " + result.problem + '\n';
  std::string text;
  for (const RecordedPhaseResult& phase : result.phases)
    if (!phase.figures.empty())
      text += "\nRecorded and simulated: " + titleOf(phase) + '\n' + tableOf(phase, result.seeds.size() > 1);
  if (text.empty()) return {};
  if (result.seeds.size() > 1)
    text += "\nSimulated figures are means of " + std::to_string(result.seeds.size()) + " runs, seeds " +
            std::to_string(result.seeds.front()) + " to " + std::to_string(result.seeds.back()) + ".";
  return text + "\n" + std::to_string(result.count(RecordedFigure::Verdict::Within)) + " of " +
         std::to_string(result.judged()) + " within tolerance\n";
}

std::vector<std::string> recordedMisses(const RecordedResult& result) {
  std::vector<std::string> misses;
  for (const RecordedPhaseResult& phase : result.phases)
    for (const RecordedFigure& f : phase.figures)
      if (f.verdict == RecordedFigure::Verdict::Missed)
        misses.push_back((phase.name.empty() ? "" : phase.name + ": ") + f.name + " was recorded as " +
                         shown(f.recorded) + ' ' + f.unit + ", but " + f.simulatedText + " is " + shown(f.simulated) +
                         " (tolerance " + f.tolerance + ')');
  return misses;
}

}  // namespace faultline
