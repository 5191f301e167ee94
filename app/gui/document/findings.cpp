#include "gui/document/findings.h"

#include <algorithm>

#include "gui/document/document.h"
#include "gui/models/problems_model.h"

namespace faultline {

namespace {

// Long enough that typing a number is one review.
constexpr int kDelayMs = 250;
constexpr std::size_t kPrefix = 6;  // "nodes.", "edges."

}  // namespace

Findings::Findings(Document& document, QObject* parent) : QObject(parent), document_(document) {
  delay_.setSingleShot(true);
  connect(&delay_, &QTimer::timeout, this, &Findings::review);
  connect(&document, &Document::changed, this, [this](const ScenarioDiff& diff) {
    const bool matters = diff.changesGraph() || diff.kinds || diff.classes || diff.settings || !diff.params.empty() ||
                         !diff.changedNodes.empty() || !diff.changedEdges.empty();
    if (matters) delay_.start(kDelayMs);
  });
  connect(&document, &Document::replaced, this, [this] {
    take({}, false);
    delay_.start(0);
  });
  delay_.start(0);
}

int Findings::risks() const {
  return static_cast<int>(std::count_if(all_.begin(), all_.end(), [](const Finding& f) { return f.isRisk; }));
}

void Findings::review() {
  if (!document_.canRun()) {
    background_.cancel();
    return take({}, false);
  }
  background_.start<std::vector<Finding>>(
      [scenario = document_.scenario()](Work&) { return faultline::review(scenario); },
      [this, scenario = document_.scenario()](std::vector<Finding> found) {
        reviewedScenario_ = scenario;
        take(std::move(found), true);
      });
}

void Findings::take(std::vector<Finding> findings, bool reviewed) {
  std::stable_partition(findings.begin(), findings.end(), [](const Finding& f) { return f.isRisk; });
  all_ = std::move(findings);
  reviewed_ = reviewed;
  Q_EMIT changed();
}

edits::Names Findings::nodesOf(const Finding& finding) const {
  edits::Names names;
  for (const std::size_t n : finding.nodes) names.push_back(reviewedScenario_.nodes[n].name);
  return names.empty() && finding.edges.empty() ? problemOwner(reviewedScenario_, finding.path).nodes : names;
}

edits::Names Findings::edgesOf(const Finding& finding) const {
  edits::Names names;
  for (const std::size_t e : finding.edges) names.push_back(reviewedScenario_.edges[e].name());
  return names.empty() && finding.nodes.empty() ? problemOwner(reviewedScenario_, finding.path).edges : names;
}

std::vector<const Finding*> Findings::risksAt(const std::string& place) const {
  std::vector<const Finding*> found;
  for (const Finding& f : all_) {
    // All paths of a place begin with its name; whose they are is asked of those only.
    if (!f.isRisk || f.path.compare(std::min(kPrefix, f.path.size()), place.size(), place) != 0) continue;
    const ProblemOwner owner = problemOwner(reviewedScenario_, f.path);
    const auto is = [&](const std::string& name) { return name == place; };
    if (std::any_of(owner.nodes.begin(), owner.nodes.end(), is) || std::any_of(owner.edges.begin(), owner.edges.end(), is))
      found.push_back(&f);
  }
  return found;
}

Diagnostics Findings::mend(const Finding& finding) {
  if (finding.mend.empty()) return {};
  return document_.apply(tr("Mend: %1").arg(QString::fromStdString(finding.mend)), edits::setSetting(finding.mend));
}

}  // namespace faultline
