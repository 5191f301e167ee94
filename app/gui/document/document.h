// The scenario that a window edits: its value, its file, and the way back.
//
// There is one way to change it: `apply`, with an edit of gui/document/edits.h. Each applied edit is one entry of the
// undo stack; undo and redo swap whole values, so they are exact. Every change, whatever its direction, is told by one
// signal with the difference, so that views only redraw what changed.
//
// Thread safety: the window's thread.
#pragma once

#include <QByteArray>
#include <QObject>
#include <QString>
#include <QUndoStack>

#include "base/diagnostic.h"
#include "gui/document/edits.h"
#include "gui/document/recovery.h"
#include "model/diff.h"
#include "model/scenario.h"

namespace faultline {

class Document : public QObject {
  Q_OBJECT

 public:
  explicit Document(QObject* parent = nullptr);

  const Scenario& scenario() const { return scenario_; }
  // What validation says about the scenario, and after opening, with lines, what was wrong with the file.
  const Diagnostics& problems() const { return problems_; }
  bool canRun() const;

  // Changes the scenario by one undoable entry with this label (for people, already translated). When the edit is
  // refused, nothing changes and its errors are returned, else what it warned of. An edit that changes nothing leaves
  // no entry. Edits one after the other with the same merge key become one entry: give a key to what follows the mouse
  // or the keyboard ("move", "param db.connections") and call endMerging when the gesture ends.
  Diagnostics apply(const QString& label, const Edit& edit, const QByteArray& mergeKey = {});
  void endMerging();

  QUndoStack* undoStack() { return &undo_; }
  bool isModified() const { return !undo_.isClean() || recovered_; }

  // --- the file
  QString filePath() const { return filePath_; }  // empty for a scenario without a file
  QString displayName() const;                    // the scenario's name, else the file's
  // A new document without a file. `modified`: it is unsaved work.
  void reset(Scenario scenario = {}, bool modified = false);
  // Shows what could be read. The problems of the file are in problems(); false when nothing could be read at all.
  bool open(const QString& path);
  // Unsaved work of an earlier session: a changed version of a file (of none when the path is empty).
  void recover(const UnsavedWork& work);
  // Whether saving to filePath() would lose what could not be read from it: save under another name, or mend the text.
  bool isDamaged() const;
  // Whether saving to filePath() would lose comments of it: the text of a scenario has none.
  bool hasComments() const { return file_.hasComments; }
  // Whether somebody else changed the file since it was opened or saved.
  bool isChangedOutside() const;
  // Writes atomically. Empty when it is saved, else why not.
  QString save(const QString& path);

  // --- the scenario as text
  // The canonical text; that of the file while it is damaged and nothing was edited.
  QString text() const;
  // The scenario becomes that of this text, by one entry. Refused when parts of it cannot be read, or when it has
  // more errors than the scenario has; what was found in the text is returned, with lines. Takes over a
  // damaged file's mended text.
  Diagnostics applyText(const QString& label, const QString& text);
  // What is wrong in a text that is to become this document's, with lines; whether it would be refused.
  struct Verdict {
    Diagnostics problems;
    bool isRefused = false;
  };
  Verdict judge(const QString& text) const;

 Q_SIGNALS:
  // Another scenario altogether (new, opened): forget everything.
  void replaced();
  // The scenario became another by apply, undo or redo.
  void changed(const faultline::ScenarioDiff& diff);
  void problemsChanged();
  // Path, name or whether it is modified.
  void fileChanged();

 private:
  friend class ScenarioEdit;
  void set(const Scenario& scenario, const ScenarioDiff& diff);
  void replace(Scenario scenario, QString path, Diagnostics problems);
  bool showsDamagedFile() const;
  std::pair<Result<Scenario>, bool> readAndJudge(const QString& text) const;

  // What is known of the file on disk.
  struct FileState {
    QByteArray digest;  // of its bytes; empty for no file
    QString rawText;    // of a damaged file
    bool hasComments = false;
  };
  static FileState stateOf(const QString& path);

  Scenario scenario_;
  Diagnostics problems_;
  QString filePath_;
  FileState file_;
  QUndoStack undo_;
  bool damaged_ = false;  // the file; an entry of the undo stack may mend it
  bool recovered_ = false;
  bool mayMerge_ = false;
};

}  // namespace faultline
