#include "gui/document/autosave.h"

#include <QDir>
#include <QMetaObject>
#include <QUuid>

#include "gui/document/document.h"
#include "gui/document/recovery.h"
#include "io/yaml_writer.h"

namespace faultline {

Autosave::Autosave(Document& document, const QString& folder, QObject* parent) : QObject(parent), document_(document) {
  if (folder.isEmpty() || !QDir().mkpath(folder)) return;
  file_ = QDir(folder).filePath(QUuid::createUuid().toString(QUuid::WithoutBraces) + QStringLiteral(".yaml"));
  lock_ = lockOf(file_);
  lock_->tryLock(0);
  writer_.setMaxThreadCount(1);
  timer_.setSingleShot(true);
  timer_.setInterval(kDelayMs);
  connect(&timer_, &QTimer::timeout, this, &Autosave::write);
  connect(&document_, &Document::changed, this, &Autosave::follow);
  connect(&document_, &Document::replaced, this, &Autosave::follow);
  connect(&document_, &Document::fileChanged, this, &Autosave::follow);
  follow();
}

Autosave::~Autosave() {
  writer_.waitForDone();
  if (!file_.isEmpty()) QFile::remove(file_);
}

// The timer is not started anew by later edits: somebody who never pauses is kept as well.
void Autosave::follow() {
  if (!timer_.isActive()) timer_.start();
}

void Autosave::write() {
  if (isWriting_) {
    isDirty_ = true;
    return;
  }
  isWriting_ = true;
  if (!document_.isModified()) {
    // What is in its file needs no copy, and an old copy would be offered as if it were newer.
    QFile::remove(file_);
    return finish({});
  }
  writer_.start([this, scenario = document_.scenario(), path = document_.filePath(), damaged = document_.isDamaged()] {
    const QString problem = writeRecovery(file_, {path, damaged, QString::fromStdString(writeScenario(scenario))});
    QMetaObject::invokeMethod(
        this, [this, problem] { finish(problem); }, Qt::QueuedConnection);
  });
}

void Autosave::finish(const QString& problem) {
  isWriting_ = false;
  if (isDirty_) {
    isDirty_ = false;
    return write();
  }
  if (problem.isEmpty())
    Q_EMIT written();
  else if (!hasFailed_)
    Q_EMIT failed(problem);  // once: it will not get better by repetition
  hasFailed_ = !problem.isEmpty();
}

void Autosave::flush() {
  if (file_.isEmpty()) return;
  timer_.stop();
  writer_.waitForDone();
  const QString problem = document_.isModified()
                              ? writeRecovery(file_, {document_.filePath(), document_.isDamaged(), document_.text()})
                              : QString();
  if (!problem.isEmpty()) Q_EMIT failed(problem);
}

}  // namespace faultline
