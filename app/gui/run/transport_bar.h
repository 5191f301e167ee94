// Run control and the clock: state, simulated time, speed asked and achieved, seed, live or past, edited since the run
// began.
#pragma once

#include <QToolBar>
#include <cstdint>

class QAction;
class QLabel;
class QLineEdit;
class QSlider;

namespace faultline {

class RunBridge;

class TransportBar : public QToolBar {
  Q_OBJECT

 public:
  // The actions come from the table of commands, in this order; `live` and `rerun` become chips at the clock.
  TransportBar(RunBridge& run, const QList<QAction*>& control, QAction* play, QAction* live, QAction* rerun,
               QWidget* parent = nullptr);

  void slower() { moveSpeed(-1); }
  void faster() { moveSpeed(1); }
  // The speeds that can be chosen, the last one as fast as possible.
  static const QList<double>& speeds();
  // That of the document, which is the next run's.
  void setSeed(std::uint64_t seed);

 Q_SIGNALS:
  void seedWanted(std::uint64_t seed);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void addSeed();
  void moveSpeed(int steps);
  void speedChosen(int index);
  void refresh();
  void refreshIcons();

  RunBridge& run_;
  QAction* play_;
  QSlider* speed_;
  QLineEdit* seed_;
  QLabel *speedText_, *clock_, *end_, *view_, *facts_;
  QAction *viewChip_, *liveChip_, *rerunChip_;  // a tool bar shows and hides its widgets by their actions
  bool showsPause_ = false;
};

}  // namespace faultline
