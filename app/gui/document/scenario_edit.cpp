#include "gui/document/scenario_edit.h"

#include "gui/document/document.h"

namespace faultline {

ScenarioEdit::ScenarioEdit(Document& document, const QString& label, Scenario after, QByteArray mergeKey,
                           bool mendsFile)
    : QUndoCommand(label),
      document_(document),
      before_(document.scenario()),
      after_(std::move(after)),
      mergeKey_(std::move(mergeKey)),
      mendsFile_(mendsFile) {}

void ScenarioEdit::undo() { document_.set(before_, diff(after_, before_)); }
void ScenarioEdit::redo() { document_.set(after_, diff(document_.scenario(), after_)); }

bool ScenarioEdit::mergeWith(const QUndoCommand* other) {
  const auto* next = static_cast<const ScenarioEdit*>(other);
  if (!document_.mayMerge_ || next->mergeKey_ != mergeKey_) return false;
  after_ = next->after_;
  setObsolete(before_ == after_);  // moved away and back: nothing happened
  return true;
}

}  // namespace faultline
