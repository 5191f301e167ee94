#include "session/runner.h"

#include <algorithm>
#include <chrono>

namespace faultline {

namespace {

// A slice should take about this long on the real clock; its width in simulated time follows.
constexpr Duration kSlice = milliseconds(2);
constexpr Duration kNarrowestSlice = microseconds(1);
constexpr Duration kWidestSlice = seconds(60);
// Events that are stepped through between two looks at the wishes.
constexpr int kStepsOfSlice = 4096;
// Frames of a run that are kept, before the budget thins them.
constexpr std::int64_t kKeyframes = 1200;

std::shared_ptr<const Series> columnsOf(const Series& series) {
  auto columns = std::make_shared<Series>();
  for (const SeriesColumn& column : series.columns)
    columns->columns.push_back({column.name, column.unit, {}, column.before});
  return columns;
}

// Whether anything happened at one node.
class Watch : public Observer {
 public:
  explicit Watch(NodeId node) : node_(node) {}
  bool seen = false;
  void onArrive(SimTime, NodeId node, CallId, const Call&) override { seen = seen || node == node_; }
  void onAnswer(SimTime, NodeId node, CallId, const Call&) override { seen = seen || node == node_; }
  void onReturn(SimTime, NodeId node, CallId, const Call&, bool) override { seen = seen || node == node_; }
  void onStart(SimTime, NodeId node, CallId, const Call&) override { seen = seen || node == node_; }

 private:
  NodeId node_;
};

}  // namespace

RealTime realNow() {
  return RealTime{
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count()};
}

void SampleRows::add(const Series& series, std::size_t row) {
  times.push_back(series.times[row]);
  for (const SeriesColumn& column : series.columns) values.push_back(column.values[row]);
}

void SampleRows::appendTo(Series& series) const {
  const std::size_t width = series.columns.size();
  series.times.insert(series.times.end(), times.begin(), times.end());
  for (std::size_t column = 0; column < width; ++column) {
    std::vector<double>& to = series.columns[column].values;
    to.reserve(series.times.size());
    for (std::size_t row = 0; row < times.size(); ++row) to.push_back(values[row * width + column]);
  }
}

bool addColumns(Series& series, const Series& columns) {
  const std::size_t had = series.columns.size();
  for (std::size_t c = had; c < columns.columns.size(); ++c) {
    series.columns.push_back(columns.columns[c]);
    series.columns.back().values.assign(series.times.size(), series.columns.back().before);
  }
  return series.columns.size() > had;
}

void SessionRunner::start(const Scenario& scenario, std::uint64_t run) {
  simulation_ = std::make_unique<Simulation>(scenario);
  run_ = run;
  state_ = RunState::Paused;
  isAtStop_ = false;
  sliceWidth_ = milliseconds(1);
  rowsTold_ = 0;
  newActions_.clear();
  columns_ = columnsOf(simulation_->series());
  summary_ = nullptr;
  stopped_.clear();
  speedometer_.clear();
  lastKept_ = stopAt_ = kNever;
  history_.clear(std::max(milliseconds(1), Duration{scenario.duration.ns / kKeyframes}));
  keepFrame();
}

void SessionRunner::cancel() {
  simulation_ = nullptr;
  state_ = RunState::Empty;
}

void SessionRunner::play(RealTime real) {
  if (state_ != RunState::Paused && state_ != RunState::Running) return;
  state_ = RunState::Running;
  goal_ = Goal::Free;
  pacer_.anchor(simulation_->now(), real);
  speedometer_.clear();
}

void SessionRunner::pause() {
  if (state_ == RunState::Running) state_ = RunState::Paused;
}

void SessionRunner::setSpeed(double factor, RealTime real) {
  pacer_.setSpeed(factor, simulation_ ? simulation_->now() : SimTime{}, real);
  speedometer_.clear();
}

void SessionRunner::runUntil(SimTime until, bool thenPlay) {
  if (state_ != RunState::Paused && state_ != RunState::Running) return;
  state_ = RunState::Running;
  goal_ = Goal::Time;
  until_ = until;
  thenPlay_ = thenPlay;
  speedometer_.clear();
}

void SessionRunner::stepEvent() {
  if (state_ != RunState::Paused && state_ != RunState::Running) return;
  state_ = RunState::Paused;
  noteEnd(simulation_->step());
}

void SessionRunner::stepAtNode(const std::string& node) {
  if (state_ != RunState::Paused && state_ != RunState::Running) return;
  const std::vector<std::string>& names = simulation_->nodeNames();
  const auto found = std::find(names.begin(), names.end(), node);
  if (found == names.end()) return;
  watched_ = static_cast<std::size_t>(found - names.begin());
  state_ = RunState::Running;
  goal_ = Goal::Node;
}

void SessionRunner::act(Action action) {
  if (state_ != RunState::Paused && state_ != RunState::Running) return;
  const bool atOnce = action.at <= simulation_->now();
  newActions_.push_back(action);
  newActions_.back().at = simulation_->schedule(std::move(action));
  // While the clock stands it moves on to the instant of the change, or nobody would see it.
  if (!atOnce || state_ != RunState::Paused) return;
  noteEnd(simulation_->advanceTo(newActions_.back().at));
  keepFrame();
}

void SessionRunner::noteEnd(Simulation::Status status) {
  if (status == Simulation::Status::Running) return;
  state_ = status == Simulation::Status::Finished ? RunState::Finished : RunState::Stopped;
  summary_ = std::make_shared<const Summary>(simulation_->summary());
  stopped_ = summary_->stopped;
  keepFrame();
}

void SessionRunner::keepFrame() {
  if (lastKept_ == simulation_->now()) return;
  lastKept_ = simulation_->now();
  history_.add(simulation_->frame());
}

void SessionRunner::advance(SimTime until) {
  const SimTime wanted = history_.nextWanted();
  const SimTime now = simulation_->now();
  const SimTime to = wanted > now ? std::min(until, wanted) : until;
  const Simulation::Status status = simulation_->advanceTo(to);
  if (simulation_->now() >= wanted) keepFrame();
  noteEnd(status);
}

void SessionRunner::searchNode() {
  Watch watch(static_cast<NodeId>(watched_));
  simulation_->observe(&watch);
  Simulation::Status status = Simulation::Status::Running;
  for (int i = 0; i < kStepsOfSlice && !watch.seen && status == Simulation::Status::Running; ++i)
    status = simulation_->step();
  simulation_->observe(nullptr);
  if (simulation_->now() >= history_.nextWanted()) keepFrame();
  if (watch.seen) state_ = RunState::Paused;
  noteEnd(status);
}

bool SessionRunner::slice(RealTime real) {
  if (goal_ == Goal::Node) {
    isAtStop_ = false;
    searchNode();
    return true;
  }
  const SimTime before = simulation_->now();
  // Who plays from beyond it is past it.
  if (goal_ == Goal::Free && before > stopAt_) stopAt_ = kNever;
  isAtStop_ = false;
  if (goal_ == Goal::Free && before == stopAt_) {
    stopAt_ = kNever;
    isAtStop_ = true;
    pause();
    return true;
  }
  const SimTime goal = goal_ == Goal::Time ? until_ : std::min(stopAt_, pacer_.target(real));
  if (goal_ == Goal::Time && before >= goal) {
    pause();
    if (thenPlay_) play(real);
    return true;
  }
  if (before >= goal) return false;
  advance(std::min(goal, before + sliceWidth_));
  const RealTime after = realNow();
  speedometer_.note(after, simulation_->now(), simulation_->events());
  if (goal_ == Goal::Free) pacer_.forgiveDebt(simulation_->now(), after);
  if (after - real > kSlice)
    sliceWidth_ = std::max(kNarrowestSlice, Duration{sliceWidth_.ns / 2});
  else if (after - real < Duration{kSlice.ns / 2})
    sliceWidth_ = std::min(kWidestSlice, sliceWidth_ * 2);
  return true;
}

void SessionRunner::reportRows(SampleRows& rows) {
  const Series& series = simulation_->series();
  if (series.columns.size() > columns_->columns.size()) {
    // Rows that nobody has taken yet get the new columns, too.
    Series waiting = *columns_;
    rows.appendTo(waiting);
    columns_ = columnsOf(series);
    addColumns(waiting, *columns_);
    rows = {};
    for (std::size_t row = 0; row < waiting.times.size(); ++row) rows.add(waiting, row);
  }
  for (; rowsTold_ < series.times.size(); ++rowsTold_) rows.add(series, rowsTold_);
}

void SessionRunner::report(SessionUpdate& update) {
  if (update.run != run_) {
    update.rows = {};
    update.actions.clear();
  }
  update.run = run_;
  update.state = state_;
  update.isAtStop = isAtStop_;
  update.stopped = stopped_;
  if (simulation_) reportRows(update.rows);
  update.columns = columns_;
  update.summary = summary_;
  if (!simulation_) return;
  update.now = simulation_->now();
  update.events = simulation_->events();
  update.fingerprint = simulation_->fingerprint();
  update.achievedSpeed = state_ == RunState::Running ? speedometer_.speed() : 0;
  update.eventsPerSecond = state_ == RunState::Running ? speedometer_.eventsPerSecond() : 0;
  update.frame = simulation_->frame();
  update.actions.insert(update.actions.end(), newActions_.begin(), newActions_.end());
  newActions_.clear();
}

}  // namespace faultline
