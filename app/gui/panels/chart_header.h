// The line above the charts: search for a metric, the whole run, a baseline, files.
#pragma once

#include <QWidget>

class QPushButton;

namespace faultline {

class MetricSearch;

class ChartHeader : public QWidget {
  Q_OBJECT

 public:
  explicit ChartHeader(QWidget* parent = nullptr);

  MetricSearch& search() { return *search_; }
  void showZoomed(bool isZoomed);
  void showBaseline(bool isKept);

 Q_SIGNALS:
  void metricWanted(const QString& name);
  void wholeWanted();
  void baselineWanted();  // or no longer
  void exportWanted();

 private:
  MetricSearch* search_;
  QPushButton *whole_, *baseline_;
};

}  // namespace faultline
