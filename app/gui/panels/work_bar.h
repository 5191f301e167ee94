// What a panel shows of a computation in the background: a line of text, how far it is, and a button that ends it.
#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace faultline {

class Background;

class WorkBar : public QWidget {
  Q_OBJECT

 public:
  // Shown while work is going on, hidden else.
  explicit WorkBar(const QString& what, QWidget* parent = nullptr);
  void show(const Background& background);

 Q_SIGNALS:
  void cancelWanted();

 private:
  QProgressBar* bar_;
};

}  // namespace faultline
