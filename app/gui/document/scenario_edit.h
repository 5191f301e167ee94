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
  ScenarioEdit(Document& document, const QString& label, Scenario after, QByteArray mergeKey);

  void undo() override;
  void redo() override;
  int id() const override { return mergeKey_.isEmpty() ? -1 : 1; }
  bool mergeWith(const QUndoCommand* other) override;

 private:
  Document& document_;
  Scenario before_, after_;
  QByteArray mergeKey_;
};

}  // namespace faultline
