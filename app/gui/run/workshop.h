// A seat in a workshop: whose luck the runs have, which faults nobody shows, and the scoreboard on a file that all
// seats share, with its timed round.
//
// Faults are hidden by taking them from the document: it holds what `sealed` leaves, and the runs get the actions
// besides. So no view can show them, and nothing that is saved has them, until they are revealed.
// Thread safety: the window's thread. The scoreboard may be written by others; it is read anew each second.
#pragma once

#include <QObject>
#include <QTimer>
#include <optional>

#include "model/scenario.h"
#include "teaching/scoreboard.h"
#include "teaching/seat.h"

namespace faultline {

class Document;
class RunBridge;

class Workshop : public QObject {
  Q_OBJECT

 public:
  Workshop(Document& document, RunBridge& run, QObject* parent = nullptr);

  // --- the seat
  // Whether there are faults to hide in what is open.
  bool canHide() const;
  void sit(const QString& name, bool hidesFaults);
  // Shows what was done, in a run with the same luck, as far as it had come.
  void reveal();
  void leave();
  bool isSeated() const { return !seat_.isEmpty(); }
  bool isHidden() const { return hidden_.has_value(); }
  const QString& seat() const { return seat_; }
  // Of the seat, for a scenario.
  std::uint64_t seedFor(const Scenario& scenario) const;

  // --- guessing, while faults are hidden
  std::vector<std::string> places() const;
  std::vector<std::string> verbsAt(const std::string& place) const;
  // What it came to; it goes to the scoreboard where there is one.
  std::optional<Try> guess(const std::string& place, const std::string& verb);
  // A try at something else, for the scoreboard.
  void keep(Try t);

  // --- the scoreboard
  void setBoard(const QString& path);
  const QString& board() const { return path_; }
  const Scoreboard& scores() const { return scores_; }
  // Only tries within a round count.
  void openRound(Duration length);
  // Seconds that the last round goes on; nothing without a round, 0 when it is over.
  std::optional<std::int64_t> secondsLeft() const;

 Q_SIGNALS:
  // Who sits there, or what is hidden.
  void changed();
  // Scores, or the time that is left.
  void boardChanged();
  void failed(const QString& problem);

 private:
  void documentReplaced();
  void readBoard();
  void add(const std::string& line);

  Document& document_;
  RunBridge& run_;
  QString seat_, path_;
  // What was open before its faults were hidden, and where it came from.
  std::optional<Scenario> hidden_;
  QString hiddenPath_;
  Scoreboard scores_;
  QByteArray content_;
  QTimer timer_;
  bool isOwnChange_ = false;
};

}  // namespace faultline
