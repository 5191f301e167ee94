// Runs the command line and gives back what it said.
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QStringList>

struct ProgramResult {
  int status = -1;  // -1 when it did not end by itself
  QByteArray out, err;

  // The output as JSON; empty when it is anything else.
  QJsonObject json() const;
};

// `limits` are arguments of the shell's ulimit, for example "-v 4000000".
ProgramResult runFaultline(const QStringList& arguments, const QString& limits = {});

// A file of the source tree.
QString sourceFile(const QString& path);
