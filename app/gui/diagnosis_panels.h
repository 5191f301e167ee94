// Puts what explains a run and reviews a design beside the canvas, and leads what these panels ask for to one another.
#pragma once

#include <QObject>
#include <QString>

class QDockWidget;
class QWidget;

namespace faultline {

class Branch;
class CapacityPanel;
class ChartPanel;
class Diagnosis;
class Findings;
class MainWindow;
class PreventionPanel;
class ReviewList;
class TheoryPanel;
class TimelinePanel;
class TracePanel;
class WhatBrokePanel;
enum class Command;

class DiagnosisPanels : public QObject {
  Q_OBJECT

 public:
  // After the side panels and the charts, whose docks its own join.
  DiagnosisPanels(MainWindow& window, Branch& branch, TimelinePanel& timeline, ChartPanel& charts);

  Diagnosis& diagnosis() { return *diagnosis_; }
  Findings& findings() { return *findings_; }
  WhatBrokePanel& whatBroke() { return *whatBroke_; }
  ReviewList& review() { return *review_; }
  PreventionPanel& prevention() { return *prevention_; }
  TracePanel& traces() { return *traces_; }
  TheoryPanel& theory() { return *theory_; }
  CapacityPanel& capacity() { return *capacity_; }

 private:
  void addReview();
  void addWhatBroke(TimelinePanel& timeline, ChartPanel& charts);
  void addBelow(Branch& branch);
  // A tab beside the charts; the command opens it.
  void addTab(Command command, const QString& name, const QString& title, QWidget* panel);

  MainWindow& window_;
  Diagnosis* diagnosis_;
  Findings* findings_;
  WhatBrokePanel* whatBroke_;
  ReviewList* review_;
  PreventionPanel* prevention_;
  TracePanel* traces_;
  TheoryPanel* theory_;
  CapacityPanel* capacity_;
};

}  // namespace faultline
