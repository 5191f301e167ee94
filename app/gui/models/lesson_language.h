// The language in which lessons are told: story, steps, questions, hints. Only what is shown is translated; the
// scenario that is edited, saved and run stays as its file has it.
//
// The user's own language to begin with, where the library is translated into it; what somebody chooses is remembered.
// Thread safety: the window's thread; `textsOf` from any.
#pragma once

#include <QObject>
#include <QStringList>

#include "gui/document/memory.h"
#include "io/translation.h"

namespace faultline {

class LessonLanguage : public QObject {
  Q_OBJECT

 public:
  // `libraryFile` is a scenario of the library, whose languages are on offer.
  LessonLanguage(Memory memory, const QString& libraryFile, QObject* parent = nullptr);

  const QString& code() const { return code_; }
  // English first.
  const QStringList& offered() const { return offered_; }
  void choose(const QString& code);

  // "Deutsch" of "de".
  static QString nameOf(const QString& code);
  // What a scenario's file is called in a language; what is not translated, or cannot be read, stays English.
  static Translation textsOf(const QString& scenarioFile, const QString& code);
  // A story with its paragraphs, without the line breaks that it has in a file.
  static QString flowing(const QString& story);

 Q_SIGNALS:
  void changed();

 private:
  Memory memory_;
  QStringList offered_;
  QString code_;
};

}  // namespace faultline
