// Lets a widget take a scenario file that is dragged in from elsewhere.
#pragma once

#include <QObject>

class QWidget;

namespace faultline {

class FileDrop : public QObject {
  Q_OBJECT

 public:
  explicit FileDrop(QObject* parent = nullptr) : QObject(parent) {}
  void watch(QWidget& target);

 Q_SIGNALS:
  void dropped(const QString& path);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace faultline
