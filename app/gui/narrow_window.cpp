#include "gui/narrow_window.h"

#include <QDockWidget>
#include <QEvent>
#include <QMainWindow>
#include <algorithm>

namespace faultline {

namespace {

// The names of all panels fit above one another's.
constexpr int kRightWidth = 390;

// Of the docks that share the place of this one.
QDockWidget* inFront(const QMainWindow& window, QDockWidget& dock) {
  for (QDockWidget* other : window.tabifiedDockWidgets(&dock))
    if (!other->visibleRegion().isEmpty()) return other;
  return &dock;
}

}  // namespace

NarrowWindow::NarrowWindow(QMainWindow& window, QDockWidget& left, QDockWidget& right, int leftWidth, int rightWidth)
    : QObject(&window), window_(window), left_(left), right_(right), leftWidth_(leftWidth), rightWidth_(rightWidth) {
  window.installEventFilter(this);
}

bool NarrowWindow::eventFilter(QObject* watched, QEvent* event) {
  // Docks are moved when the window has laid itself out, not in the middle of it.
  if (event->type() == QEvent::Resize || event->type() == QEvent::Show)
    QMetaObject::invokeMethod(this, &NarrowWindow::fit, Qt::QueuedConnection);
  return QObject::eventFilter(watched, event);
}

void NarrowWindow::fit() {
  if (!window_.isVisible()) return;
  if (window_.width() >= kWidth)
    restore();
  else if (moved_.isEmpty() && window_.dockWidgetArea(&left_) == Qt::LeftDockWidgetArea)
    narrow();
}

void NarrowWindow::narrow() {
  QDockWidget* front = inFront(window_, right_);  // what somebody asked for stays
  QList<QDockWidget*> side{&left_};
  side += window_.tabifiedDockWidgets(&left_);
  for (QDockWidget* dock : side) {
    const bool isHidden = dock->isHidden();
    window_.tabifyDockWidget(&right_, dock);
    dock->setVisible(!isHidden);
  }
  moved_ = side;
  front->raise();
  window_.resizeDocks({front}, {std::min(kRightWidth, window_.width() / 2)}, Qt::Horizontal);
}

void NarrowWindow::restore() {
  for (QDockWidget* dock : moved_) {
    const bool isHidden = dock->isHidden();
    if (dock == moved_.first())
      window_.addDockWidget(Qt::LeftDockWidgetArea, dock);
    else
      window_.tabifyDockWidget(moved_.first(), dock);
    dock->setVisible(!isHidden);
  }
  if (moved_.isEmpty()) return;
  moved_.first()->raise();
  moved_.clear();
  window_.resizeDocks({&left_, &right_}, {leftWidth_, rightWidth_}, Qt::Horizontal);
}

}  // namespace faultline
