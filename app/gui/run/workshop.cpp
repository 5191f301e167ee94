#include "gui/run/workshop.h"

#include <QDateTime>
#include <QFile>
#include <QScopedValueRollback>

#include "gui/document/document.h"
#include "gui/run/run_bridge.h"

namespace faultline {

namespace {

constexpr int kReadEveryMs = 1000;

std::int64_t clockNow() { return QDateTime::currentSecsSinceEpoch(); }

}  // namespace

Workshop::Workshop(Document& document, RunBridge& run, QObject* parent)
    : QObject(parent), document_(document), run_(run) {
  connect(&document_, &Document::replaced, this, &Workshop::documentReplaced);
  connect(&timer_, &QTimer::timeout, this, &Workshop::readBoard);
}

// ------------------------------------------------------------- the seat

bool Workshop::canHide() const { return !hiddenCauses(document_.scenario()).empty(); }

std::uint64_t Workshop::seedFor(const Scenario& scenario) const { return seedOfSeat(scenario, seat_.toStdString()); }

void Workshop::sit(const QString& name, bool hidesFaults) {
  if (name.trimmed().isEmpty()) return;
  seat_ = name.trimmed();
  if (!hidesFaults || !canHide()) {
    run_.setUndisclosed({{}, seedFor(document_.scenario())});
  } else {
    hidden_ = document_.scenario();
    hiddenPath_ = document_.filePath();
    Scenario shown = sealed(*hidden_);
    shown.name = tr("Workshop of %1").arg(seat_).toStdString();  // the usual one would tell
    const QScopedValueRollback own(isOwnChange_, true);
    document_.reset(std::move(shown));
    run_.setUndisclosed({hidden_->timeline, seedFor(*hidden_)});
  }
  Q_EMIT changed();
}

void Workshop::reveal() {
  if (!hidden_) return;
  const SimTime until = run_.now();
  const Scenario scenario = *std::exchange(hidden_, std::nullopt);
  {
    const QScopedValueRollback own(isOwnChange_, true);
    if (hiddenPath_.isEmpty() || !document_.open(hiddenPath_)) document_.reset(scenario);
    run_.setUndisclosed({{}, seedFor(scenario)});
  }
  if (until.ns > 0) run_.runUntil(until);
  Q_EMIT changed();
}

void Workshop::leave() {
  if (!isSeated()) return;
  reveal();
  seat_.clear();
  run_.setUndisclosed({});
  Q_EMIT changed();
}

// Another scenario: nothing of the last one is hidden behind it; the seat and its luck stay.
void Workshop::documentReplaced() {
  if (isOwnChange_ || !isSeated()) return;
  hidden_.reset();
  run_.setUndisclosed({{}, seedFor(document_.scenario())});
  Q_EMIT changed();
}

// ------------------------------------------------------------- guessing

std::vector<std::string> Workshop::places() const {
  return hidden_ ? faultline::places(*hidden_) : std::vector<std::string>{};
}

std::vector<std::string> Workshop::verbsAt(const std::string& place) const {
  return hidden_ ? faultline::verbsAt(*hidden_, place) : std::vector<std::string>{};
}

std::optional<Try> Workshop::guess(const std::string& place, const std::string& verb) {
  if (!hidden_) return std::nullopt;
  const Try t = judged(*hidden_, {place, verb});
  keep(t);
  return t;
}

void Workshop::keep(Try t) {
  if (path_.isEmpty() || !isSeated()) return;
  t.seat = seat_.toStdString();
  t.at = clockNow();
  add(lineOf(t));
}

// ------------------------------------------------------------- the scoreboard

void Workshop::setBoard(const QString& path) {
  path_ = path;
  content_.clear();
  scores_ = {};
  if (path.isEmpty())
    timer_.stop();
  else
    timer_.start(kReadEveryMs);
  readBoard();
}

void Workshop::readBoard() {
  QFile file(path_);
  const QByteArray content = !path_.isEmpty() && file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  if (content != content_) {
    content_ = content;
    Result<Scoreboard> read = Scoreboard::parse(content.toStdString(), path_.toStdString());
    scores_ = std::move(read.value);
    if (!read.diagnostics.empty()) Q_EMIT failed(QString::fromStdString(toString(read.diagnostics.front())));
  }
  Q_EMIT boardChanged();
}

void Workshop::add(const std::string& line) {
  if (const std::string problem = addToBoard(path_.toStdString(), line); !problem.empty())
    Q_EMIT failed(QString::fromStdString(problem));
  readBoard();
}

void Workshop::openRound(Duration length) {
  if (path_.isEmpty()) return;
  const std::int64_t from = clockNow();
  add(lineOf(Round{from, from + length.ns / seconds(1).ns}));
}

std::optional<std::int64_t> Workshop::secondsLeft() const {
  if (scores_.rounds().empty()) return std::nullopt;
  return std::max<std::int64_t>(0, scores_.rounds().back().until - clockNow());
}

}  // namespace faultline
