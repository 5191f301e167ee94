// Reads the present run backward: what broke first, what followed, what misled and what healed.
//
// A click on a stage goes there: its place is selected, the playhead moves to its onset, its metric is shown.
#pragma once

#include <QWidget>

class QLabel;
class QListView;
class QPushButton;

namespace faultline {

class Diagnosis;
class Document;
class RunBridge;
class Selection;
class StageModel;
class StudyRequest;

class WhatBrokePanel : public QWidget {
  Q_OBJECT

 public:
  WhatBrokePanel(Document& document, Selection& selection, RunBridge& run, Diagnosis& diagnosis,
                 QWidget* parent = nullptr);

  StageModel& model() { return *model_; }
  QListView& view() { return *view_; }
  QString summary() const;

 Q_SIGNALS:
  // The column of the series that a stage is about.
  void metricChosen(const QString& column);
  void preventionWanted();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void showStudy();
  void showState();
  void explainWhenOver();
  void choose(const QModelIndex& index);
  void select(const QString& place, bool isEdge);

  Document& document_;
  Selection& selection_;
  RunBridge& run_;
  Diagnosis& diagnosis_;
  StageModel* model_;
  QListView* view_;
  QLabel *verdict_, *basis_, *summary_;
  QPushButton* prevent_;
  StudyRequest* request_;
};

}  // namespace faultline
