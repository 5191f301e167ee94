// Offers what an earlier session left unsaved, one piece of work at a time, without standing in the way.
#pragma once

#include <QToolBar>
#include <memory>

#include "gui/document/recovery.h"

class QLabel;
class QPushButton;

namespace faultline {

class RecoveryBar : public QToolBar {
  Q_OBJECT

 public:
  explicit RecoveryBar(QWidget* parent = nullptr);

  // Shows itself when there is something to offer.
  void offer(std::unique_ptr<LeftWork> left);
  const LeftWork::Entry* offered() const;
  // What was offered is in good hands, or not wanted.
  void settle();

  QLabel& text() { return *text_; }
  QPushButton& recoverButton() { return *recover_; }
  QPushButton& dropButton() { return *drop_; }
  QPushButton& laterButton() { return *later_; }

 Q_SIGNALS:
  // Take offered(), then call settle().
  void recoverWanted();

 private:
  void showFirst();

  std::unique_ptr<LeftWork> left_;
  QLabel* text_;
  QPushButton *recover_, *drop_, *later_;
};

}  // namespace faultline
