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
  // A new document without a file. `modified`: it is unsaved work, as after a crash.
  void reset(Scenario scenario = {}, bool modified = false);
  // Shows what could be read. The problems of the file are in problems(); false when nothing could be read at all.
  bool open(const QString& path);
  // Whether saving to filePath() would lose what could not be read from it: save under another name instead.
  bool isDamaged() const { return damaged_; }
  // Writes atomically. Empty when it is saved, else why not.
  QString save(const QString& path);
  // The scenario as the text of its file.
  QString text() const;

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

  Scenario scenario_;
  Diagnostics problems_;
  QString filePath_;
  QUndoStack undo_;
  bool damaged_ = false;
  bool recovered_ = false;
  bool mayMerge_ = false;
};

}  // namespace faultline
