// Every metric of what is selected, with its value at the instant that is shown and a sparkline; drag one into a chart.
#pragma once

#include <QWidget>

class QLabel;
class QTreeView;

namespace faultline {

class Document;
class MetricsModel;
class RunBridge;
class Selection;

class MetricsTab : public QWidget {
  Q_OBJECT

 public:
  MetricsTab(Document& document, Selection& selection, RunBridge& run, QWidget* parent = nullptr);

  MetricsModel& model() { return *model_; }
  QTreeView& view() { return *view_; }

 Q_SIGNALS:
  // A double click or Enter: for those who cannot drag.
  void chartWanted(const QString& column);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void list();
  void bind();

  Document& document_;
  Selection& selection_;
  RunBridge& run_;
  MetricsModel* model_;
  QTreeView* view_;
  QLabel* hint_;
  bool isOld_ = true;
};

}  // namespace faultline
