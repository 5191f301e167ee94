#include "gui/run/run_bridge.h"

#include <algorithm>

#include "gui/document/document.h"
#include "model/actions.h"
#include "model/catalog.h"
#include "model/edge_policy.h"

namespace faultline {

namespace {

constexpr int kTickMs = 33;
// Rates by reason are over about this long.
constexpr Duration kRateWindow = seconds(1);

bool isEarlierThan(SimTime time, const Action& action) { return time < action.at; }

// The value of a parameter that is not written: what the kind or the edge begins with.
Value defaultOf(const Scenario& scenario, const ParamChange& change, const ParameterPlace& place) {
  if (change.path.find('.') != std::string::npos) return {};  // inside tables a default depends on the row
  if (change.isEdge) {
    const EdgePolicy defaults;
    return place.info->read(&defaults);
  }
  const ComponentInfo* kind = findKind(scenario.findNode(change.owner)->kind);
  return kind == nullptr ? Value{} : place.info->read(kind->makeParams().get());
}

}  // namespace

RunBridge::RunBridge(Document& document, QObject* parent) : QObject(parent), document_(document) {
  connect(&document, &Document::replaced, this, &RunBridge::documentReplaced);
  connect(&document, &Document::changed, this, &RunBridge::takeOver);
  connect(&timer_, &QTimer::timeout, this, &RunBridge::tick);
  timer_.start(kTickMs);
  documentReplaced();
}

RunBridge::~RunBridge() = default;

// ------------------------------------------------------------- control

bool RunBridge::ensureRun() {
  if (hasRun_) return true;
  if (!document_.canRun()) return false;
  start(document_.scenario(), {});
  return true;
}

void RunBridge::start(Scenario scenario, const std::vector<Action>& actions) {
  setRunScenario(std::move(scenario));
  knownTimeline_ = document_.scenario().timeline;
  liveActions_ = actions;
  run_ = session_.start(replay());
  session_.setSpeed(speed_);
  session_.stopAt(stopAt_);
  hasRun_ = true;
  beginRun();
  liveActions_ = actions;
  setStale(false);
  Q_EMIT runStarted();
  Q_EMIT liveActionsChanged();
}

Scenario RunBridge::replay() const {
  Scenario scenario = withActions(withActions(runScenario_, undisclosed_.actions), liveActions_);
  if (undisclosed_.seed) scenario.seed = *undisclosed_.seed;
  return scenario;
}

void RunBridge::setUndisclosed(Undisclosed undisclosed) {
  if (undisclosed == undisclosed_) return;
  undisclosed_ = std::move(undisclosed);
  reset();
}

void RunBridge::setRunScenario(Scenario scenario) {
  runScenario_ = std::move(scenario);
  nodesByName_.clear();
  edgesByName_.clear();
  // Of two alike, in a damaged file, the first one counts.
  for (std::size_t i = 0; i < runScenario_.nodes.size(); ++i)
    nodesByName_.try_emplace(runScenario_.nodes[i].name, static_cast<int>(i));
  for (std::size_t i = 0; i < runScenario_.edges.size(); ++i)
    edgesByName_.try_emplace(runScenario_.edges[i].name(), static_cast<int>(i));
}

// Forgets what was shown of the run before.
void RunBridge::beginRun() {
  update_ = {};
  update_.run = run_;
  update_.state = hasRun_ ? RunState::Paused : RunState::Empty;
  liveActions_.clear();
  series_ = {};
  columnsByName_.clear();
  frame_ = earlier_ = {};
  frame_.nodes.resize(runScenario_.nodes.size());
  frame_.edges.resize(runScenario_.edges.size());
  earlier_ = frame_;
  row_ = -1;
  live_ = true;
  Q_EMIT samplesGrew(0);
  emitShown();
  Q_EMIT statusChanged();
}

void RunBridge::documentReplaced() {
  session_.cancel();
  hasRun_ = false;
  stale_ = false;
  ++run_;
  setRunScenario(document_.scenario());
  knownTimeline_ = runScenario_.timeline;
  beginRun();
  Q_EMIT runStarted();
  Q_EMIT liveActionsChanged();
}

void RunBridge::play() {
  if (!ensureRun()) return;
  if (update_.state == RunState::Finished || update_.state == RunState::Stopped) {
    reset();
    if (!ensureRun()) return;
  }
  viewLive();
  session_.play();
}

void RunBridge::pause() { session_.pause(); }

void RunBridge::togglePlay() {
  if (update_.state == RunState::Running)
    pause();
  else
    play();
}

void RunBridge::reset() {
  session_.cancel();
  hasRun_ = false;
  ++run_;  // what the session still has to tell is void
  setRunScenario(document_.scenario());
  knownTimeline_ = runScenario_.timeline;
  beginRun();
  setStale(false);
  Q_EMIT runStarted();
  Q_EMIT liveActionsChanged();
}

void RunBridge::rerunToHere() {
  if (!hasRun_ || !document_.canRun()) return;
  const SimTime here = update_.now;
  const bool goesOn = update_.state == RunState::Running;
  std::vector<Action> actions = liveActions_;
  // What changed a parameter live is in the document already, and what is about something that is gone is void.
  std::erase_if(actions, [this](const Action& action) {
    if (action.verb == "set") return true;
    const auto use = findVerbUse(document_.scenario(), action.verb, action.target);
    return !use.has_value();
  });
  start(document_.scenario(), actions);
  session_.runUntil(here, goesOn);
}

void RunBridge::branchAt(SimTime time) {
  if (!hasRun_) return;
  std::vector<Action> past = liveActions_;
  std::erase_if(past, [time](const Action& action) { return action.at > time; });
  const ScenarioDiff missing = diff(runScenario_, document_.scenario());
  start(Scenario(runScenario_), past);
  session_.runUntil(time);
  bool complete = !missing.changesGraph() && !missing.settings && !missing.classes && !missing.timeline;
  for (const ParamChange& change : missing.params) {
    const bool isPast = std::any_of(past.begin(), past.end(), [&](const Action& action) {
      const Value* to = action.args.find("to");
      return action.verb == "set" && action.target == change.owner + "." + change.path && to != nullptr &&
             *to == change.after;
    });
    complete = (isPast || postChange(change, time)) && complete;
  }
  setStale(!complete);
}

void RunBridge::stepEvent() {
  if (!ensureRun()) return;
  viewLive();
  session_.stepEvent();
}

void RunBridge::stepAtNode(const std::string& node) {
  if (!ensureRun()) return;
  viewLive();
  session_.stepAtNode(node);
}

void RunBridge::stepBy(Duration span) { runUntil(update_.now + span); }

void RunBridge::runUntil(SimTime time) {
  if (!ensureRun()) return;
  viewLive();
  session_.runUntil(time);
}

void RunBridge::stopAt(SimTime time) {
  if (time == stopAt_) return;
  stopAt_ = time;
  session_.stopAt(time);
}

void RunBridge::setSpeed(double factor) {
  speed_ = factor;
  session_.setSpeed(factor);
  Q_EMIT statusChanged();
}

void RunBridge::post(Action action) {
  if (ensureRun()) session_.post(std::move(action));
}

void RunBridge::keepLiveActions() {
  if (!canKeepLiveActions()) return;
  const Scenario kept = withActions(runScenario_, liveActions_);
  isKeeping_ = true;
  document_.apply(tr("Keep the changes of the run"), [&](Scenario& scenario) -> Diagnostics {
    // Remarks are not done by a run: those that were written meanwhile stay.
    std::vector<Action> remarks;
    for (const Action& action : scenario.timeline)
      if (action.verb == "note" && std::find(kept.timeline.begin(), kept.timeline.end(), action) == kept.timeline.end())
        remarks.push_back(action);
    scenario.nodes = kept.nodes;
    scenario.edges = kept.edges;
    scenario.timeline = kept.timeline;
    scenario = withActions(std::move(scenario), remarks);
    return {};
  });
  isKeeping_ = false;
}

// ------------------------------------------------------------- edits of the document while a run is under way

void RunBridge::takeOver(const ScenarioDiff& diff) {
  const std::vector<Action> timelineBefore = std::exchange(knownTimeline_, document_.scenario().timeline);
  if (isKeeping_) return;
  if (!hasRun_) {
    setRunScenario(document_.scenario());
    if (diff.changesGraph()) beginRun();
    return;
  }
  const bool isOver = update_.state == RunState::Finished || update_.state == RunState::Stopped;
  const bool isSeen = !diff.params.empty() || diff.timeline || diff.changesGraph() || diff.settings || diff.classes;
  if (isOver) return setStale(stale_ || isSeen);
  bool complete = !diff.changesGraph() && !diff.settings && !diff.classes && document_.canRun();
  for (const ParamChange& change : diff.params) complete = postChange(change, {}) && complete;
  if (diff.timeline) postNewActions(timelineBefore);
  if (!complete) setStale(true);
}

bool RunBridge::postChange(const ParamChange& change, SimTime at) {
  const std::string target = change.owner + "." + change.path;
  const auto parsed = parseParameterTarget(target);
  if (!parsed) return false;
  const ParameterPlace place = findParameter(runScenario_, *parsed);
  if (place.info == nullptr || !place.live) return false;
  Action action{at, "set", target, {}};
  const Value to = change.after.isSet() ? change.after : defaultOf(runScenario_, change, place);
  if (!to.isSet()) return false;
  action.args.set("to", to);
  session_.post(std::move(action));
  return true;
}

// Actions that were added ahead of the run's clock are done in this run; anything else about the timeline needs another
// one.
void RunBridge::postNewActions(const std::vector<Action>& before) {
  std::vector<Action> added, removed = before;
  for (const Action& action : knownTimeline_) {
    const auto same = std::find(removed.begin(), removed.end(), action);
    if (same == removed.end())
      added.push_back(action);
    else
      removed.erase(same);
  }
  const bool wereNotes = std::all_of(removed.begin(), removed.end(), [](const Action& a) { return a.verb == "note"; });
  if (!wereNotes) setStale(true);
  for (const Action& action : added) {
    if (action.verb == "note") continue;
    if (isEarlierThan(update_.now, action) && wereNotes)
      session_.post(action);
    else
      setStale(true);
  }
}

void RunBridge::setStale(bool stale) {
  if (stale == stale_) return;
  stale_ = stale;
  Q_EMIT statusChanged();
}

// ------------------------------------------------------------- news

void RunBridge::tick() {
  SessionUpdate fresh;
  std::swap(fresh, update_);
  const RunState stateBefore = fresh.state;
  const bool taken = session_.take(fresh);
  std::swap(fresh, update_);
  if (!taken) return;
  if (update_.run != run_) {  // news of a run that is no longer wanted
    update_ = {};
    update_.run = run_;
    update_.state = stateBefore;
    return;
  }
  const bool hasNewColumns = update_.columns && addColumns(series_, *update_.columns);
  if (hasNewColumns) rememberColumns();
  if (hasNewColumns || !update_.rows.times.empty()) {
    const int first = hasNewColumns ? 0 : static_cast<int>(series_.times.size());
    update_.rows.appendTo(series_);
    update_.rows = {};
    Q_EMIT samplesGrew(first);
  }
  if (!update_.actions.empty()) {
    liveActions_.insert(liveActions_.end(), update_.actions.begin(), update_.actions.end());
    update_.actions.clear();
    Q_EMIT liveActionsChanged();
  }
  if (live_) showLive();
  Q_EMIT statusChanged();
  const bool isOver = update_.state == RunState::Finished || update_.state == RunState::Stopped;
  if (isOver && update_.state != stateBefore) Q_EMIT finished();
}

void RunBridge::rememberColumns() {
  columnsByName_.clear();
  for (std::size_t i = 0; i < series_.columns.size(); ++i)
    columnsByName_.emplace_back(series_.columns[i].name, static_cast<int>(i));
  std::sort(columnsByName_.begin(), columnsByName_.end());
}

int RunBridge::column(const std::string& name) const {
  const auto found =
      std::lower_bound(columnsByName_.begin(), columnsByName_.end(), name,
                       [](const auto& entry, const std::string& wanted) { return entry.first < wanted; });
  return found != columnsByName_.end() && found->first == name ? found->second : -1;
}

SimTime RunBridge::duration() const { return runScenario_.duration; }

// ------------------------------------------------------------- the instant that is shown

void RunBridge::showLive() {
  frame_ = update_.frame;
  row_ = static_cast<int>(series_.times.size()) - 1;
  earlier_ = session_.frameAt(frame_.at - kRateWindow).value_or(earlier_);
  emitShown();
}

void RunBridge::showPast() {
  if (auto frame = session_.frameAt(viewTime_)) frame_ = std::move(*frame);
  if (auto frame = session_.frameAt(frame_.at - kRateWindow)) earlier_ = std::move(*frame);
  // The sample that covers the instant is the first one that ends at it or later.
  const auto row = std::lower_bound(series_.times.begin(), series_.times.end(), viewTime_);
  const auto index = static_cast<int>(row - series_.times.begin());
  row_ = std::min(index, static_cast<int>(series_.times.size()) - 1);
  emitShown();
}

void RunBridge::viewLive() {
  if (live_) return;
  live_ = true;
  showLive();
  Q_EMIT statusChanged();
}

void RunBridge::viewAt(SimTime time) {
  live_ = false;
  viewTime_ = std::clamp(time, SimTime{}, update_.now);
  showPast();
  Q_EMIT statusChanged();
}

Shown RunBridge::shown() const { return {runScenario_, frame_, earlier_, series_, row_, viewTime(), live_}; }

void RunBridge::emitShown() { Q_EMIT frameShown(shown()); }

}  // namespace faultline
