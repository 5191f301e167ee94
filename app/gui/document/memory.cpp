#include "gui/document/memory.h"

#include <QDir>
#include <QStandardPaths>

#include "teaching/lesson_progress.h"

namespace faultline {

Memory Memory::ofUser() {
  const QString config = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
  // QStandardPaths knows no folder for state before Qt 6.7.
  QString state = qEnvironmentVariable("XDG_STATE_HOME");
  if (!QDir::isAbsolutePath(state)) state = QDir::home().filePath(QStringLiteral(".local/state"));
  return {config + QStringLiteral("/faultline/studio.ini"), state + QStringLiteral("/faultline/recovery"),
          QString::fromStdString(LessonProgress::usualPath())};
}

}  // namespace faultline
