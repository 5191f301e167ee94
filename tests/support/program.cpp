#include "support/program.h"

#include <QJsonDocument>
#include <QProcess>

QJsonObject ProgramResult::json() const { return QJsonDocument::fromJson(out).object(); }

ProgramResult runFaultline(const QStringList& arguments, const QString& limits) {
  QProcess process;
  if (limits.isEmpty()) {
    process.start(FAULTLINE_PROGRAM, arguments);
  } else {
    process.start("/bin/sh",
                  QStringList{"-c", "ulimit " + limits + "; exec \"$0\" \"$@\"", FAULTLINE_PROGRAM} + arguments);
  }
  ProgramResult result;
  if (process.waitForFinished(120'000) && process.exitStatus() == QProcess::NormalExit)
    result.status = process.exitCode();
  result.out = process.readAllStandardOutput();
  result.err = process.readAllStandardError();
  return result;
}

QString sourceFile(const QString& path) { return QStringLiteral(FAULTLINE_SOURCE_DIR "/") + path; }
