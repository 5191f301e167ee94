// The undo command: a scenario before and after an edit.
#pragma once

#include <QByteArray>
#include <QUndoCommand>

#include "model/diff.h"
#include "model/scenario.h"

namespace faultline {

class Document;

class ScenarioEdit : public QUndoCommand {
 public:
  // `mendsFile`: what could not be read from the document's file is in this scenario, or was given up.
  ScenarioEdit(Document& document, const QString& label, Scenario after, QByteArray mergeKey, bool mendsFile = false);

  bool mendsFile() const { return mendsFile_; }

  void undo() override;
  void redo() override;
  int id() const override { return mergeKey_.isEmpty() ? -1 : 1; }
  bool mergeWith(const QUndoCommand* other) override;

 private:
  Document& document_;
  Scenario before_, after_;
  QByteArray mergeKey_;
  bool mendsFile_;
};

}  // namespace faultline
