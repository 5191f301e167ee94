// "What am I looking at": a veil over the window with a short label on each of its parts. A click or any key lifts it.
#pragma once

#include <QList>
#include <QPointer>
#include <QWidget>

namespace faultline {

struct GuideLabel {
  QPointer<QWidget> part;
  QString title, text;
};

class GuideOverlay : public QWidget {
  Q_OBJECT

 public:
  // Covers `window`, hidden at first.
  GuideOverlay(QList<GuideLabel> labels, QWidget* window);

  void present();
  // Where the labels of the parts that can be seen are, in the order of the labels; empty rectangles for the others.
  QList<QRect> places() const;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool event(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QRect areaOf(const GuideLabel& label) const;
  QSize sizeOf(const GuideLabel& label) const;

  QList<GuideLabel> labels_;
};

}  // namespace faultline
