#include "gui/document/document.h"

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
  Diagnostics problems = validate(scenario);
  replace(std::move(scenario), {}, std::move(problems));
}

bool Document::open(const QString& path) {
  Result<Scenario> read = readScenarioFile(path.toStdString());
  damaged_ = !read.ok() && losesContent(read);
  recovered_ = false;
  const bool isThere = QFileInfo(path).isReadable();
  replace(std::move(read.value), path, std::move(read.diagnostics));
  return isThere;
}

QString Document::save(const QString& path) {
  if (damaged_ && QFileInfo(path) == QFileInfo(filePath_))
    return tr("Parts of this file could not be read and would be lost. Save it under another name.");
  QSaveFile file(path);
  const QByteArray content = QByteArray::fromStdString(writeScenario(scenario_));
  if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.commit())
    return file.errorString();
  filePath_ = path;
  damaged_ = recovered_ = false;
  mayMerge_ = false;
  undo_.setClean();
  Q_EMIT fileChanged();
  return {};
}

QString Document::text() const { return QString::fromStdString(writeScenario(scenario_)); }

}  // namespace faultline
