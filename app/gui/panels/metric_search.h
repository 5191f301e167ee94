// A line in which any metric of the run is found by a part of its name.
#pragma once

#include <QLineEdit>

class QStringListModel;

namespace faultline {

class MetricSearch : public QLineEdit {
  Q_OBJECT

 public:
  explicit MetricSearch(QWidget* parent = nullptr);

  void setNames(const QStringList& names);
  // What was written led to a chart: the line is free for the next one.
  void done();

 Q_SIGNALS:
  void chosen(const QString& name);

 private:
  QStringListModel* names_;
};

}  // namespace faultline
