// What happens in an incident, in order of time: the actions of the scenario, what was done live, the alerts of the
// present run, and the stages of its explanation. A row each; columns time and what it is.
//
// Thread safety: the window's thread. Complexity: a change costs O(n log n) in the rows.
#pragma once

#include <QAbstractTableModel>
#include <functional>
#include <optional>
#include <vector>

#include "analysis/alerts.h"
#include "gui/document/document.h"

namespace faultline {

class TimelineModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum class Source { Planned, Live, Alert, Onset, Lesson };
  // What it does to the system, from which its colour follows.
  enum class Meaning { Breaks, Mends, Changes, Remarks };
  enum Role { AtRole = Qt::UserRole, UntilRole, SourceRole, MeaningRole, ActionRole };

  struct Entry {
    Source source = Source::Planned;
    Meaning meaning = Meaning::Remarks;
    SimTime at;
    std::optional<SimTime> until;  // of what lasts; kNever: to the end
    QString text;
    int action = -1;  // index in the document's timeline
    int stage = -1;   // of an onset, from 0
    int alert = -1;   // index among the alerts of the run
    int step = -1;    // of the lesson, from 0
    bool operator==(const Entry&) const = default;
  };

  explicit TimelineModel(Document& document, QObject* parent = nullptr);

  void setLiveActions(const std::vector<Action>& actions, const Scenario& scenario);
  // `text` says an alert in words: numbers for people are written by the window's style, which models do not know.
  void setAlerts(const std::vector<Alert>& alerts, const std::function<QString(const Alert&)>& text);

  // Where the stages of an incident began: what they are called, in their order.
  void setOnsets(const std::vector<std::pair<SimTime, QString>>& onsets);

  const std::vector<Entry>& entries() const { return entries_; }
  // The nearest entry strictly before or after a time.
  std::optional<SimTime> previous(SimTime time) const;
  std::optional<SimTime> next(SimTime time) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  void rebuild();

  Document& document_;
  std::vector<Entry> live_, alerts_, onsets_, entries_;
};

TimelineModel::Meaning meaningOf(const Action& action, const Scenario& scenario);

}  // namespace faultline
