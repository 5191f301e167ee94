// The timeline of the window: what happens when, which instant is shown, and the way to change both.
#pragma once

#include <QWidget>

#include "analysis/alerts.h"
#include "gui/models/timeline_model.h"
#include "gui/run/run_bridge.h"

class QLabel;
class QPushButton;

namespace faultline {

class Branch;
class Document;
class TimelineTrack;

class TimelinePanel : public QWidget {
  Q_OBJECT

 public:
  TimelinePanel(Document& document, RunBridge& run, Branch& branch, QWidget* parent = nullptr);

  TimelineModel& model() { return *model_; }
  TimelineTrack& track() { return *track_; }
  const std::vector<Alert>& alerts() const { return watch_.alerts(); }

  // Opens the dialog for a new action, or for one of the document's.
  void addAction(SimTime at);
  void editAction(int index);
  void removeAction(int index);
  void moveAction(int index, SimTime to);

 Q_SIGNALS:
  // The rules of alerts are wanted; `rule` is an index in alertSpecs, -1 for a new one.
  void rulesWanted(int rule);
  // An edit was refused; for the status bar.
  void problem(const QString& text);

 private:
  void buildGutter();
  void fitGutter();
  void showState();
  void updateAlerts(int firstNewRow);
  void updateRules();
  int ruleOf(int alert) const;
  void openMenu(QPoint global, SimTime at, int action);
  void apply(const QString& label, const Edit& edit);

  Document& document_;
  RunBridge& run_;
  Branch& branch_;
  TimelineModel* model_;
  TimelineTrack* track_;
  QWidget* gutter_ = nullptr;
  QLabel *title_ = nullptr, *hint_ = nullptr;
  QPushButton *live_ = nullptr, *branchButton_ = nullptr;
  AlertWatch watch_;
};

// An alert in words: who, what, how much, and the limit.
QString wordsOf(const Alert& alert);

}  // namespace faultline
