// The steps of a lesson in a row: which one is open, which have been seen; a click goes to any of them.
#pragma once

#include <QWidget>
#include <vector>

class QHBoxLayout;
class QToolButton;

namespace faultline {

class StepBar : public QWidget {
  Q_OBJECT

 public:
  explicit StepBar(QWidget* parent = nullptr);

  // One step for each title, none of them seen.
  void setSteps(const QStringList& titles);
  void show(int step, int seen);
  int count() const { return static_cast<int>(buttons_.size()); }

 Q_SIGNALS:
  void chosen(int step);

 private:
  void restyle();

  QHBoxLayout* layout_;
  std::vector<QToolButton*> buttons_;
  int step_ = 0, seen_ = 0;
};

}  // namespace faultline
