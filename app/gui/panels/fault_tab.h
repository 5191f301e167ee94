// Break it: every fault and change that the selected nodes and edges understand, now or at a time.
//
// "Now" posts an action to the run, "Schedule" puts it on the timeline. Generated from the verbs' tables.
#pragma once

#include <QScrollArea>
#include <string>
#include <vector>

#include "gui/models/fault_list.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace faultline {

class Document;
class ParamEditor;
class RunBridge;
class Selection;

// One verb: closed it is a line, open it has its fields and the two buttons.
class FaultCard : public QWidget {
  Q_OBJECT

 public:
  FaultCard(const FaultEntry& entry, const Scenario& scenario, QWidget* parent);

  const FaultEntry& entry() const { return entry_; }
  void setOpen(bool open);
  bool isOpen() const;
  void setIcon(const QIcon& icon);
  // The action as it is filled in, for one of the targets.
  Action action(const std::string& target) const;
  // Something was entered that cannot be used; it says so itself.
  bool isPending() const;
  QString timeText() const;
  void proposeTime(const QString& text);
  void setMessage(const QString& text, bool isError);
  ParamEditor* field(const std::string& name) const;

 Q_SIGNALS:
  void openWanted();
  void nowWanted();
  void scheduleWanted();

 private:
  void build(const Scenario& scenario);

  FaultEntry entry_;
  QPushButton* title_;
  QWidget* body_;
  QComboBox* instance_ = nullptr;
  QLineEdit* time_;
  QLabel* message_;
  std::vector<ParamEditor*> fields_;
  std::vector<Value> values_;  // one for each field; unset where it is not given
};

class FaultTab : public QScrollArea {
  Q_OBJECT

 public:
  FaultTab(Document& document, Selection& selection, RunBridge& run, QWidget* parent = nullptr);

  const std::vector<FaultCard*>& cards() const { return cards_; }
  FaultCard* card(const std::string& verb) const;

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void rebuild();
  void rebuildIfSeen();
  void refreshIcons();
  void doNow(FaultCard& card);
  void schedule(FaultCard& card);

  Document& document_;
  Selection& selection_;
  RunBridge& run_;
  QVBoxLayout* layout_;
  QLabel* hint_;
  std::vector<FaultCard*> cards_;
  bool isOld_ = true;
};

}  // namespace faultline
