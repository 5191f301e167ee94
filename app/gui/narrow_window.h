// In a narrow window the panels of the left side become tabs of the right side, so that the canvas keeps its room.
#pragma once

#include <QList>
#include <QObject>

class QDockWidget;
class QMainWindow;

namespace faultline {

class NarrowWindow : public QObject {
  Q_OBJECT

 public:
  // Windows narrower than this have no room for two sides beside a canvas that has half of it.
  static constexpr int kWidth = 1210;

  // `left` and `right`: the first of each side's docks.
  NarrowWindow(QMainWindow& window, QDockWidget& left, QDockWidget& right, int leftWidth, int rightWidth);

  bool isNarrow() const { return !moved_.isEmpty(); }
  // As in a wide window: before places are written down.
  void restore();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void fit();
  void narrow();

  QMainWindow& window_;
  QDockWidget &left_, &right_;
  int leftWidth_, rightWidth_;
  QList<QDockWidget*> moved_;
};

}  // namespace faultline
