#include "gui/run/challenge.h"

#include <QDir>

#include "gui/document/document.h"
#include "gui/models/library.h"
#include "io/yaml_reader.h"
#include "session/examination.h"

namespace faultline {

namespace {

Scenario givenOf(const Document& document, const QString& library) {
  const Scenario& open = document.scenario();
  if (!open.challenge) return {};
  if (isInFolder(document.filePath(), library)) return readScenarioFile(document.filePath().toStdString()).value;
  for (const QString& file : libraryFiles(library)) {
    if (!file.startsWith(QLatin1String("challenges/"))) continue;
    Scenario scenario = readScenarioFile(QDir(library).filePath(file).toStdString()).value;
    if (scenario.challenge && scenario.name == open.name) return scenario;
  }
  return open;
}

}  // namespace

Challenge::Challenge(Document& document, QString library, QObject* parent)
    : QObject(parent), document_(document), library_(std::move(library)) {
  connect(&document_, &Document::replaced, this, &Challenge::begin);
  connect(&document_, &Document::changed, this, [this] {
    outdated_ = result_.has_value();
    look();
  });
  connect(&background_, &Background::stateChanged, this, &Challenge::stateChanged);
  connect(&background_, &Background::progressed, this, &Challenge::progressed);
  begin();
}

void Challenge::begin() {
  background_.cancel();
  given_ = givenOf(document_, library_);
  result_.reset();
  outdated_ = false;
  look();
  Q_EMIT replaced();
}

void Challenge::look() {
  changes_.clear();
  broken_.clear();
  if (isThere()) {
    Scenario answer = document_.scenario();
    answer.seed = given_.seed;  // the luck of the run that is watched is anybody's
    changes_ = changesOf(given_, answer);
    broken_ = ruleBreaks(given_, answer);
  }
  Q_EMIT changed();
}

bool Challenge::canGrade() const { return isThere() && document_.canRun(); }

void Challenge::setSeed(std::optional<std::uint64_t> seed) {
  if (seed == seed_) return;
  seed_ = seed;
  background_.cancel();
  result_.reset();
  Q_EMIT changed();
}

void Challenge::grade() {
  if (!canGrade()) return;
  outdated_ = false;
  result_.reset();
  Scenario given = given_;
  if (seed_) given.seed = *seed_;
  using Judged = std::optional<Grade>;
  background_.start<Judged>(
      [given = std::move(given), answer = document_.scenario()](Work& work) { return examine(given, answer, work); },
      [this](Judged judged) {
        result_ = std::move(judged);
        Q_EMIT changed();
        if (result_) Q_EMIT graded(*result_);
      });
  Q_EMIT changed();
}

}  // namespace faultline
