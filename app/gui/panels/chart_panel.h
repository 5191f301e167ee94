// The dashboard: the charts that matter for the open scenario, and any other metric on demand.
//
// All charts share the time axis, the zoom, the crosshair with its tooltip, and the playhead, which is the instant that
// the whole window shows: a click or a drag in a chart moves it. New samples are drawn one chart at a time, so that the
// cost of a frame does not grow with the number of charts. In a narrow window the charts become tabs.
//
// Metrics can be dropped on it: MIME mime::kMetricColumns, or a plain text that is the name of a column.
#pragma once

#include <QTimer>
#include <QWidget>
#include <set>
#include <string>
#include <vector>

#include "gui/models/chart_choice.h"
#include "gui/models/timeline_model.h"
#include "gui/panels/chart_card.h"
#include "gui/run/run_bridge.h"

class QMimeData;

namespace faultline {

class Branch;
class ChartCrosshair;
class ChartGrid;
class ChartHeader;
class Document;

class ChartPanel : public QWidget {
  Q_OBJECT

 public:
  // Windows narrower than this show one chart at a time.
  static constexpr int kNarrowWindow = 1280;

  ChartPanel(Document& document, RunBridge& run, Branch& branch, TimelineModel& timeline, QWidget* parent = nullptr);

  const std::vector<ChartCard*>& cards() const { return cards_; }
  // A chart of its own for the column; false when the run has no such column.
  bool addMetric(const std::string& column);
  void removeCard(ChartCard* card);
  void zoomTo(SimTime from, SimTime to);
  void showWholeRun();
  SimTime from() const { return from_; }
  SimTime to() const { return to_; }
  // Draws everything now.
  void refreshNow();
  // By the suffix: png, svg, pdf or csv. Empty when it is written, else why not.
  QString exportTo(const QString& path);
  QString tipText() const;
  QSize sizeHint() const override { return {1200, 270}; }

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void connectHeader();
  ChartSource source();
  void onSamples(int firstNewRow);
  void onShown(const Shown& shown);
  void onBranch();
  void readRecording();
  void updatePlan();
  void setColumns(std::vector<MetricColumn> columns);
  ChartCard* makeCard(const ChartSpec& spec);
  void arrange();
  void updateRange();
  void updateMarks();
  void markDirty();
  void refreshNext();
  void chooseExport();
  const MetricColumn* columnOf(const std::string& name) const;  // null when the run has no such column
  std::vector<MetricColumn> columnsIn(const QMimeData& dragged) const;
  void drop(const MetricColumn& column, QPoint point);

  Document& document_;
  RunBridge& run_;
  Branch& branch_;
  TimelineModel& timeline_;
  ChartHeader* header_ = nullptr;
  ChartGrid* grid_ = nullptr;
  ChartCrosshair* crosshair_ = nullptr;

  std::vector<ChartCard*> cards_;
  ChartChoice choice_;
  std::vector<MetricColumn> columns_;
  RunLines lines_, ghostLines_;
  RecordedDots recorded_;
  SimTime from_, to_;
  bool zoomed_ = false;

  QTimer refresh_;
  std::set<ChartCard*> dirty_;
  std::size_t nextCard_ = 0;
};

}  // namespace faultline
