// Between the window and a run: pulls the newest news of the session thirty times a second, knows which instant is
// shown, and turns edits of the document into changes of a run that is under way.
//
// A run belongs to a scenario value. It starts with the first play or step; until then edits simply change what will
// start. While a run is under way, an edit of a parameter that can change live and a new action in the future become
// actions of the run; they are in liveActions() with their time. What a running engine cannot take over (the graph,
// fixed parameters, the past) leaves the run as it is and makes isStale() true: `rerunToHere` or `reset` brings the
// edit in.
//
// Everything shown comes from `shown()`: the canvas, the inspector and the charts show the same instant, live or in the
// past.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "metrics/frame.h"
#include "metrics/series.h"
#include "model/diff.h"
#include "session/session.h"

namespace faultline {

class Document;

// What runs have beyond the document, for workshops: actions that nobody shows, and luck of a seat's own.
struct Undisclosed {
  std::vector<Action> actions;
  std::optional<std::uint64_t> seed;
  bool operator==(const Undisclosed&) const = default;
};

// One instant as it is to be shown. References stay valid until the next signal of the bridge.
struct Shown {
  const Scenario& scenario;  // the one the run was started with: frame and series are in its order
  const Frame& frame;        // the state; at a past instant the newest kept one that is not after it
  const Frame& earlier;      // about a second before it (or the first): their difference gives rates by reason
  const Series& series;      // all samples so far; empty before the first run
  int row = -1;              // the sample that covers the instant; -1 before the first
  SimTime at;                // the instant itself
  bool isLive = true;

  // A value of a column at this instant; NaN where there is none.
  double value(int column) const {
    if (row < 0 || column < 0 || column >= static_cast<int>(series.columns.size())) return kUnknown;
    return series.columns[static_cast<std::size_t>(column)].values[static_cast<std::size_t>(row)];
  }
};

class RunBridge : public QObject {
  Q_OBJECT

 public:
  explicit RunBridge(Document& document, QObject* parent = nullptr);
  ~RunBridge() override;

  // --- run control. Those that need a run start one when there is none; they do nothing when the document cannot run.
  void play();
  void pause();
  void togglePlay();
  void reset();        // back to time zero with the document as it is
  void rerunToHere();  // the document as it is, with the live actions, run to the present time
  // Runs again up to a past instant and stands there: what was done before it is done again, so the past is the same to
  // the last sample. What the document has beyond that takes effect at the instant, or makes the run stale.
  void branchAt(SimTime time);
  void stepEvent();
  void stepAtNode(const std::string& node);
  void stepBy(Duration span);
  void runUntil(SimTime time);
  // Playing stands still there, once, in this run and the next; kNever for nowhere.
  void stopAt(SimTime time);
  void setSpeed(double factor);
  // Makes what was changed during this run part of the scenario, as one entry: the parts are again what they were when
  // the run began, and each change is an action of the timeline, so that another run is the same to the bit.
  void keepLiveActions();
  bool canKeepLiveActions() const { return hasRun_ && !liveActions_.empty() && !stale_; }
  // From the next run on; the present one ends.
  void setUndisclosed(Undisclosed undisclosed);
  // A change of the run, now (or at its time when that is to come): a fault from a menu, a slider.
  void post(Action action);

  // --- state
  RunState state() const { return update_.state; }
  bool hasRun() const { return hasRun_; }      // a run is under way or over
  bool isStale() const { return stale_; }      // the document has edits that the run has not
  SimTime now() const { return update_.now; }  // of the run; what is shown may be earlier
  SimTime duration() const;                    // of the run, else of the document
  double speed() const { return speed_; }
  double achievedSpeed() const { return update_.achievedSpeed; }
  const SessionUpdate& update() const { return update_; }
  const Scenario& runScenario() const { return runScenario_; }
  const std::vector<Action>& liveActions() const { return liveActions_; }
  // The scenario that repeats this run: with its live actions, and with what is not disclosed.
  Scenario replay() const;
  // Index of the column "node.metric" or "from -> to.metric", -1 when there is none. Complexity: a hash look-up.
  int column(const std::string& name) const;
  // The place of a node or an edge in the scenario of the run, -1 when it has none. Complexity: a hash look-up.
  int nodeIndex(const std::string& name) const { return placeIn(nodesByName_, name); }
  int edgeIndex(const std::string& name) const { return placeIn(edgesByName_, name); }

  // The newest kept frame that is not after a time of the present run.
  std::optional<Frame> frameAt(SimTime time) const { return session_.frameAt(time); }

  // --- the instant that is shown
  Shown shown() const;
  bool isLive() const { return live_; }
  SimTime viewTime() const { return live_ ? update_.now : viewTime_; }
  void viewLive();
  void viewAt(SimTime time);  // the run goes on behind it

 Q_SIGNALS:
  // Something new is to be shown: at most thirty times a second, and at once on viewAt, viewLive and resets.
  void frameShown(const faultline::Shown& shown);
  // The series grew: rows from this one on are new. Row 0: all of them, because columns came or went.
  void samplesGrew(int firstNewRow);
  // A new run began; frames, series and live actions start anew.
  void runStarted();
  // State, speed, staleness, or live and past view.
  void statusChanged();
  void liveActionsChanged();
  // The run's end: see update().summary, update().stopped.
  void finished();

 private:
  void tick();
  bool ensureRun();
  void start(Scenario scenario, const std::vector<Action>& actions);
  void takeOver(const ScenarioDiff& diff);
  bool postChange(const ParamChange& change, SimTime at);
  void postNewActions(const std::vector<Action>& before);
  void documentReplaced();
  void beginRun();
  using Index = std::unordered_map<std::string, int>;
  static int placeIn(const Index& index, const std::string& name) {
    const auto found = index.find(name);
    return found == index.end() ? -1 : found->second;
  }
  void setRunScenario(Scenario scenario);
  void rememberColumns();
  void showLive();
  void showPast();
  void emitShown();
  void setStale(bool stale);

  Document& document_;
  Session session_;
  QTimer timer_;
  SessionUpdate update_;
  Scenario runScenario_;
  Index nodesByName_, edgesByName_;
  std::vector<Action> knownTimeline_;  // of the document, when it was last compared
  std::vector<Action> liveActions_;
  Series series_;
  std::vector<std::pair<std::string, int>> columnsByName_;  // sorted
  Frame frame_, earlier_;
  std::uint64_t run_ = 0;
  bool hasRun_ = false;
  bool stale_ = false;
  bool isKeeping_ = false;  // the document takes over from the run, not the run from the document
  bool live_ = true;
  SimTime viewTime_;
  int row_ = -1;
  double speed_ = 1;
  SimTime stopAt_ = kNever;
  Undisclosed undisclosed_;
};

}  // namespace faultline
