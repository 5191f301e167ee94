// A radio button whose text takes as many lines as it needs: an answer is a sentence.
//
// Thread safety: the window's thread.
#pragma once

#include <QRadioButton>

namespace faultline {

class ChoiceButton : public QRadioButton {
  Q_OBJECT

 public:
  explicit ChoiceButton(const QString& text, QWidget* parent = nullptr);

  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool hitButton(const QPoint& at) const override { return rect().contains(at); }

 private:
  int textLeft() const;
};

}  // namespace faultline
