// faultline review: what to ask about a design before any run.
#include <nlohmann/json.hpp>

#include "analysis/review.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/loading.h"
#include "cli/messages.h"
#include "io/yaml_reader.h"

namespace faultline::cli {
namespace {

using Json = nlohmann::ordered_json;

Json jsonOf(const Finding& finding, const Diagnostic& place) {
  Json j;
  j["check"] = finding.check;
  j["risk"] = finding.isRisk;
  j["path"] = finding.path;
  j["line"] = place.line;
  j["column"] = place.column;
  j["what"] = finding.what;
  j["why"] = finding.why;
  j["mend"] = finding.mend.empty() ? Json() : Json(finding.mend);
  return j;
}

std::string textOf(const Finding& finding, const Diagnostic& place) {
  std::string text = place.file + ':' + std::to_string(place.line) + ':' + std::to_string(place.column) + ": " +
                     (finding.isRisk ? "risk: " : "note: ") + finding.what + '\n';
  text += "    why:  " + finding.why + '\n';
  if (!finding.mend.empty()) text += "    mend: --set \"" + finding.mend + "\"\n";
  return text + "    [" + finding.check + "]\n";
}

}  // namespace

int reviewScenario(const RunOptions& options) {
  const std::optional<Scenario> scenario = loadScenario(options);
  if (!scenario) return kBadInput;
  const std::vector<Finding> findings = review(*scenario);
  Diagnostics places;
  for (const Finding& f : findings) places.push_back(diagnosticOf(f));
  places = placedInFile(options.file, std::move(places));
  Json list = Json::array();
  std::string text;
  std::size_t risks = 0;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    risks += findings[i].isRisk;
    if (options.json) list.push_back(jsonOf(findings[i], places[i]));
    else text += textOf(findings[i], places[i]);
  }
  text += std::to_string(risks) + (risks == 1 ? " risk" : " risks") + ", " + std::to_string(findings.size() - risks) +
          (findings.size() - risks == 1 ? " note" : " notes") + '\n';
  const int written = writeResult(options.json ? list.dump(2) + '\n' : text);
  if (written != kFine) return written;
  return risks > 0 ? kFailed : kFine;
}

}  // namespace faultline::cli
