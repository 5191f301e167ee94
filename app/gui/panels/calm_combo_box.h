// A combo box that does not change by the wheel (somebody who scrolls a form must not edit it), with the theme's arrow.
#pragma once

#include <QComboBox>

namespace faultline {

class CalmComboBox : public QComboBox {
  Q_OBJECT

 public:
  explicit CalmComboBox(QWidget* parent = nullptr);

 protected:
  void wheelEvent(QWheelEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
};

}  // namespace faultline
