#include "gui/document/document.h"

#include <QCryptographicHash>
#include <QFileInfo>
#include <QSaveFile>
#include <algorithm>

#include "gui/document/scenario_edit.h"
#include "io/yaml_reader.h"
#include "io/yaml_writer.h"
#include "model/validate.h"

namespace faultline {

namespace {

bool isAmong(const Diagnostic& problem, const Diagnostics& problems) {
  return std::any_of(problems.begin(), problems.end(), [&](const Diagnostic& other) {
    return other.path == problem.path && other.message == problem.message;
  });
}

// What is wrong with a file but not with the scenario that was read from it, was lost on the way.
bool losesContent(const Result<Scenario>& read) {
  const Diagnostics ofValue = validate(read.value);
  return std::any_of(read.diagnostics.begin(), read.diagnostics.end(), [&](const Diagnostic& problem) {
    return problem.severity == Diagnostic::Severity::Error && !isAmong(problem, ofValue);
  });
}

}  // namespace

Document::Document(QObject* parent) : QObject(parent) {
  connect(&undo_, &QUndoStack::cleanChanged, this, &Document::fileChanged);
  problems_ = validate(scenario_);
}

bool Document::canRun() const { return !hasErrors(problems_); }

Diagnostics Document::apply(const QString& label, const Edit& edit, const QByteArray& mergeKey) {
  Scenario after = scenario_;
  Diagnostics said = edit(after);
  if (hasErrors(said) || after == scenario_) return said;
  undo_.push(new ScenarioEdit(*this, label, std::move(after), mergeKey));
  mayMerge_ = true;
  return said;
}

void Document::endMerging() { mayMerge_ = false; }

void Document::set(const Scenario& scenario, const ScenarioDiff& diff) {
  const bool sameName = scenario.name == scenario_.name;
  scenario_ = scenario;
  problems_ = validate(scenario_);
  Q_EMIT changed(diff);
  Q_EMIT problemsChanged();
  if (!sameName) Q_EMIT fileChanged();
}

void Document::replace(Scenario scenario, QString path, Diagnostics problems) {
  scenario_ = std::move(scenario);
  problems_ = std::move(problems);
  filePath_ = std::move(path);
  mayMerge_ = false;
  undo_.clear();
  undo_.setClean();
  Q_EMIT replaced();
  Q_EMIT problemsChanged();
  Q_EMIT fileChanged();
}

QString Document::displayName() const {
  if (!scenario_.name.empty()) return QString::fromStdString(scenario_.name);
  return filePath_.isEmpty() ? tr("Untitled") : QFileInfo(filePath_).completeBaseName();
}

void Document::reset(Scenario scenario, bool modified) {
  damaged_ = false;
  recovered_ = modified;
  file_ = {};
  Diagnostics problems = validate(scenario);
  replace(std::move(scenario), {}, std::move(problems));
}

// A line that begins with # inside a text block is taken for a comment too: then one question too many is asked.
Document::FileState Document::stateOf(const QString& path) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) return {};
  const QByteArray bytes = file.read(static_cast<qint64>(kMaxFileBytes));
  FileState state{QCryptographicHash::hash(bytes, QCryptographicHash::Sha1), {}, false};
  for (const QByteArray& line : bytes.split('\n')) state.hasComments |= line.trimmed().startsWith('#');
  state.rawText = QString::fromUtf8(bytes);
  return state;
}

bool Document::isChangedOutside() const {
  if (filePath_.isEmpty() || file_.digest.isEmpty()) return false;
  const FileState now = stateOf(filePath_);
  return !now.digest.isEmpty() && now.digest != file_.digest;
}

bool Document::isDamaged() const {
  if (!damaged_) return false;
  for (int i = 0; i < undo_.index(); ++i)
    if (static_cast<const ScenarioEdit*>(undo_.command(i))->mendsFile()) return false;
  return true;
}

bool Document::open(const QString& path) {
  Result<Scenario> read = readScenarioFile(path.toStdString());
  damaged_ = !read.ok() && losesContent(read);
  recovered_ = false;
  file_ = stateOf(path);
  if (!damaged_) file_.rawText.clear();
  const bool isThere = QFileInfo(path).isReadable();
  replace(std::move(read.value), path, std::move(read.diagnostics));
  return isThere;
}

void Document::recover(const UnsavedWork& work) {
  Result<Scenario> read = readScenarioText(work.text.toStdString(), work.path.toStdString());
  file_ = stateOf(work.path);
  file_.rawText.clear();
  damaged_ = work.damaged;
  recovered_ = true;
  replace(std::move(read.value), work.path, std::move(read.diagnostics));
}

QString Document::save(const QString& path) {
  if (isDamaged() && QFileInfo(path) == QFileInfo(filePath_))
    return tr("Parts of this file could not be read and would be lost. Save it under another name.");
  QSaveFile file(path);
  const QByteArray content = QByteArray::fromStdString(writeScenario(scenario_));
  if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.commit())
    return file.errorString();
  // Files that a scenario names are looked for beside it: in another folder they may be missing.
  const bool namesFiles = scenario_.recorded || !scenario_.traces.empty();
  const bool isElsewhere = QFileInfo(path).absolutePath() != QFileInfo(filePath_).absolutePath();
  filePath_ = path;
  file_ = stateOf(path);
  file_.rawText.clear();
  damaged_ = recovered_ = false;
  mayMerge_ = false;
  undo_.setClean();
  if (namesFiles && isElsewhere) {
    problems_ = readScenarioFile(path.toStdString()).diagnostics;
    Q_EMIT problemsChanged();
  }
  Q_EMIT fileChanged();
  return {};
}

// ------------------------------------------------------------- as text

bool Document::showsDamagedFile() const { return damaged_ && undo_.index() == 0 && !file_.rawText.isEmpty(); }

QString Document::text() const {
  if (showsDamagedFile()) return file_.rawText;
  return QString::fromStdString(writeScenario(scenario_));
}

std::pair<Result<Scenario>, bool> Document::readAndJudge(const QString& text) const {
  Result<Scenario> read = readScenarioText(text.toStdString(), filePath_.toStdString());
  // An unfinished design has errors and is edited nevertheless, but not made worse.
  const auto errors = [](const Diagnostics& problems) {
    return std::count_if(problems.begin(), problems.end(),
                         [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::Error; });
  };
  const bool isRefused = losesContent(read) || errors(read.diagnostics) > errors(validate(scenario_));
  return {std::move(read), isRefused};
}

Document::Verdict Document::judge(const QString& text) const {
  auto [read, isRefused] = readAndJudge(text);
  return {std::move(read.diagnostics), isRefused};
}

Diagnostics Document::applyText(const QString& label, const QString& text) {
  auto [read, isRefused] = readAndJudge(text);
  const bool mends = showsDamagedFile();
  if (isRefused || (read.value == scenario_ && !mends)) return read.diagnostics;
  mayMerge_ = false;
  undo_.push(new ScenarioEdit(*this, label, std::move(read.value), {}, mends));
  return read.diagnostics;
}

}  // namespace faultline
