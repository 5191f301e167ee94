// A dialog for one action of the timeline. Its fields come from the verb's descriptor; what validation refuses is said in
// the dialog, which stays open.
#pragma once

#include <QDialog>
#include <utility>
#include <vector>

#include "model/descriptor.h"
#include "model/scenario.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;

namespace faultline {

class Document;

class ActionDialog : public QDialog {
  Q_OBJECT

 public:
  // `index` is the action's place in the document's timeline, -1 for a new one. Accepting applies one edit.
  ActionDialog(Document& document, Action action, int index, QWidget* parent = nullptr);

  void accept() override;

 private:
  void fillVerbs();
  void showVerb();
  void showFields();
  // Empty when it is understood, else what is wrong.
  QString read(Action& action) const;
  QString folder() const;

  Document& document_;
  Action action_;
  int index_;
  QFormLayout* form_;
  QLineEdit* at_;
  QComboBox *verb_, *target_;
  QLabel *help_, *problem_;
  std::vector<std::pair<ParamInfo, QLineEdit*>> fields_;
};

// What a verb can be used on in this scenario, as it is written: nodes, edges, or parameters that can change live.
std::vector<std::string> targetsOf(const Scenario& scenario, const std::string& verb);

}  // namespace faultline
