#include "gui/models/about_text.h"

#include <QCoreApplication>

#include "io/preset_catalog.h"
#include "model/edge_policy.h"
#include "model/scenario_params.h"

namespace faultline {

namespace {

QString text(const char* source) { return QCoreApplication::translate("faultline", source); }

// Markdown's own signs in texts of the tables stand for themselves, but for what is quoted as code.
QString plain(const QString& source) {
  QString out;
  bool isCode = false;
  for (const QChar c : source) {
    isCode = isCode != (c == QLatin1Char('`'));
    if (!isCode && QStringLiteral("\\*_{}[]<>#|~").contains(c)) out += QLatin1Char('\\');
    out += c;
  }
  return out;
}
QString plain(const char* source) { return plain(QString::fromUtf8(source)); }

QString entry(const QString& name, const char* help) {
  return QStringLiteral("- **%1**: %2\n").arg(plain(name), plain(help));
}

}  // namespace

QString aboutKind(const ComponentInfo& kind) {
  QString out = QStringLiteral("## %1\n\n%2\n\n%3\n\n").arg(plain(kind.label), plain(kind.summary), plain(kind.help));
  if (!kind.metrics.empty()) {
    out += QStringLiteral("### %1\n\n").arg(text("What it measures"));
    for (const MetricInfo& metric : kind.metrics) out += entry(QString::fromUtf8(metric.name), metric.help);
    out += QLatin1Char('\n');
  }
  if (!kind.reasons.empty()) {
    out += QStringLiteral("### %1\n\n").arg(text("How calls fail here"));
    for (const ReasonInfo& reason : kind.reasons) out += entry(QString::fromUtf8(reason.name), reason.help);
    out += QLatin1Char('\n');
  }
  if (!kind.actions.empty()) {
    out += QStringLiteral("### %1\n\n").arg(text("What can be done to it"));
    for (const ActionInfo& action : kind.actions) out += entry(QString::fromUtf8(action.name), action.help);
    out += QLatin1Char('\n');
  }
  return out;
}

QString aboutPreset(const std::string& name) {
  const Preset* preset = findPreset(name);
  if (preset == nullptr) return {};
  QString out = QStringLiteral("## %1\n\n%2\n\n")
                    .arg(plain(QString::fromStdString(preset->label)), plain(QString::fromStdString(preset->summary)));
  if (!preset->leavesOut.empty())
    out += QStringLiteral("**%1** %2\n\n").arg(text("Left out:"), plain(QString::fromStdString(preset->leavesOut)));
  if (!preset->sources.empty()) {
    out += QStringLiteral("### %1\n\n").arg(text("Where the figures come from"));
    for (const std::string& source : preset->sources)
      out += QStringLiteral("- %1\n").arg(plain(QString::fromStdString(source)));
    out += QLatin1Char('\n');
  }
  return out;
}

QString aboutEdges() {
  QString out =
      QStringLiteral("## %1\n\n%2\n\n")
          .arg(text("An arrow"), text("It says when one node calls another, and how: what it waits for, when it "
                                      "gives up, what it tries again and through how many connections."));
  for (const ParamInfo& info : edgePolicyParams()) out += entry(QString::fromUtf8(info.label), info.help);
  return out;
}

QString aboutRegions() {
  QString out = QStringLiteral("## %1\n\n%2\n\n")
                    .arg(text("A region"), text("Nodes in one place: a zone, a data centre. Messages between two regions "
                                                "take the time of their link each way, and faults can hit a region "
                                                "as a whole or cut it off."));
  for (const ParamInfo& info : regionParams()) out += entry(QString::fromUtf8(info.label), info.help);
  return out;
}

QString aboutScenario(const Scenario& scenario) {
  const QString name = scenario.name.empty() ? text("A scenario") : plain(QString::fromStdString(scenario.name));
  return QStringLiteral("## %1\n\n%2\n").arg(name, plain(QString::fromStdString(scenario.description)));
}

}  // namespace faultline
