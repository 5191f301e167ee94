#include "gui/models/timeline_model.h"

#include <algorithm>

#include "model/action_text.h"
#include "model/actions.h"

namespace faultline {
namespace {

// Verbs that end a fault of their target.
bool mends(const std::string& verb) { return verb == "restart" || verb == "resume" || verb == "mend"; }

// The node or edge without the instance: what mends "app" ends a fault of "app[1]" too.
std::string withoutInstance(const std::string& target) { return target.substr(0, target.find('[')); }

std::optional<Duration> spanOf(const Action& action) {
  for (const char* field : {"for", "over"})
    if (const Value* value = action.args.find(field); value != nullptr)
      if (const auto* span = value->as<Duration>()) return *span;
  return std::nullopt;
}

std::optional<SimTime> endOf(const std::vector<Action>& actions, std::size_t index, const Scenario& scenario) {
  const Action& action = actions[index];
  if (const auto span = spanOf(action)) return action.at + *span;
  if (meaningOf(action, scenario) != TimelineModel::Meaning::Breaks) return std::nullopt;
  for (std::size_t i = index + 1; i < actions.size(); ++i)
    if (mends(actions[i].verb) && withoutInstance(actions[i].target) == withoutInstance(action.target)) return actions[i].at;
  return kNever;
}

std::vector<TimelineModel::Entry> entriesOf(const std::vector<Action>& actions, const Scenario& scenario,
                                            TimelineModel::Source source) {
  std::vector<TimelineModel::Entry> entries;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const Action& action = actions[i];
    const auto meaning = meaningOf(action, scenario);
    const bool isNote = meaning == TimelineModel::Meaning::Remarks;
    QString text = QString::fromStdString(isNote ? action.target : describe(action, scenario));
    if (!isNote) text.replace(QLatin1Char('_'), QLatin1Char(' '));
    entries.push_back({source, meaning, action.at, endOf(actions, i, scenario), text,
                       source == TimelineModel::Source::Planned ? static_cast<int>(i) : -1});
  }
  return entries;
}

// The steps of a lesson that stop at a time of their own.
std::vector<TimelineModel::Entry> lessonEntries(const Scenario& scenario) {
  std::vector<TimelineModel::Entry> entries;
  for (std::size_t i = 0; i < scenario.lesson.size(); ++i) {
    const LessonStep& step = scenario.lesson[i];
    if (!step.at) continue;
    const QString text =
        TimelineModel::tr("Step %1 of the lesson: %2").arg(i + 1).arg(QString::fromStdString(step.title));
    entries.push_back({TimelineModel::Source::Lesson, TimelineModel::Meaning::Remarks, *step.at, std::nullopt, text, -1,
                       -1, -1, static_cast<int>(i)});
  }
  return entries;
}

}  // namespace

TimelineModel::Meaning meaningOf(const Action& action, const Scenario& scenario) {
  const auto use = findVerbUse(scenario, action.verb, action.target);
  if (use && use->target == ActionTarget::Text) return TimelineModel::Meaning::Remarks;
  if (mends(action.verb)) return TimelineModel::Meaning::Mends;
  // Whatever can be undone after a while is a fault.
  if (use && findParam(use->fields, "for") != nullptr) return TimelineModel::Meaning::Breaks;
  return TimelineModel::Meaning::Changes;
}

TimelineModel::TimelineModel(Document& document, QObject* parent) : QAbstractTableModel(parent), document_(document) {
  connect(&document, &Document::replaced, this, &TimelineModel::rebuild);
  connect(&document, &Document::changed, this, [this](const ScenarioDiff& diff) {
    if (diff.timeline || diff.changesGraph() || diff.kinds || diff.texts) rebuild();
  });
  rebuild();
}

void TimelineModel::setLiveActions(const std::vector<Action>& actions, const Scenario& scenario) {
  live_ = entriesOf(actions, scenario, Source::Live);
  rebuild();
}

void TimelineModel::setAlerts(const std::vector<Alert>& alerts, const std::function<QString(const Alert&)>& text) {
  std::vector<Entry> entries;
  for (const Alert& alert : alerts)
    entries.push_back(
        {Source::Alert, Meaning::Breaks, alert.at, alert.until, text(alert), -1, -1, static_cast<int>(entries.size())});
  if (entries == alerts_) return;
  alerts_ = std::move(entries);
  rebuild();
}

void TimelineModel::setOnsets(const std::vector<std::pair<SimTime, QString>>& onsets) {
  std::vector<Entry> entries;
  for (const auto& [at, text] : onsets)
    entries.push_back({Source::Onset, entries.empty() ? Meaning::Breaks : Meaning::Remarks, at, std::nullopt, text, -1,
                       static_cast<int>(entries.size())});
  if (entries == onsets_) return;
  onsets_ = std::move(entries);
  rebuild();
}

void TimelineModel::rebuild() {
  std::vector<Entry> entries = entriesOf(document_.scenario().timeline, document_.scenario(), Source::Planned);
  // An action that was added while the run went on is in the document too: shown once.
  for (const Entry& live : live_) {
    const bool isPlanned = std::any_of(entries.begin(), entries.end(),
                                       [&](const Entry& entry) { return entry.at == live.at && entry.text == live.text; });
    if (!isPlanned) entries.push_back(live);
  }
  const std::vector<Entry> steps = lessonEntries(document_.scenario());
  entries.insert(entries.end(), steps.begin(), steps.end());
  entries.insert(entries.end(), alerts_.begin(), alerts_.end());
  entries.insert(entries.end(), onsets_.begin(), onsets_.end());
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.at < b.at; });
  if (entries == entries_) return;
  beginResetModel();
  entries_ = std::move(entries);
  endResetModel();
}

std::optional<SimTime> TimelineModel::previous(SimTime time) const {
  const auto later =
      std::lower_bound(entries_.begin(), entries_.end(), time, [](const Entry& e, SimTime t) { return e.at < t; });
  return later == entries_.begin() ? std::nullopt : std::optional((later - 1)->at);
}

std::optional<SimTime> TimelineModel::next(SimTime time) const {
  const auto later =
      std::upper_bound(entries_.begin(), entries_.end(), time, [](SimTime t, const Entry& e) { return t < e.at; });
  return later == entries_.end() ? std::nullopt : std::optional(later->at);
}

int TimelineModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(entries_.size()); }

int TimelineModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : 2; }

QVariant TimelineModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const Entry& entry = entries_[static_cast<std::size_t>(index.row())];
  switch (role) {
    case Qt::DisplayRole:
      return index.column() == 0 ? QVariant(QString::number(entry.at.seconds(), 'f', 1)) : QVariant(entry.text);
    case Qt::ToolTipRole:
      return entry.text;
    case AtRole:
      return QVariant::fromValue<qlonglong>(entry.at.ns);
    case UntilRole:
      return entry.until ? QVariant::fromValue<qlonglong>(entry.until->ns) : QVariant();
    case SourceRole:
      return static_cast<int>(entry.source);
    case MeaningRole:
      return static_cast<int>(entry.meaning);
    case ActionRole:
      return entry.action;
    default:
      return {};
  }
}

QVariant TimelineModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return QAbstractTableModel::headerData(section, orientation, role);
  return section == 0 ? tr("Time (s)") : tr("What happens");
}

}  // namespace faultline
