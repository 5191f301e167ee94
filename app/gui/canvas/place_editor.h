// A text that is written where it stands: over a card's name, a frame's title, a note.
//
// Enter takes it over, Escape leaves it as it was, a click elsewhere takes it over too. What is refused stays open with
// the reason below.
#pragma once

#include <QPlainTextEdit>
#include <functional>

class QLabel;

namespace faultline {

class PlaceEditor : public QPlainTextEdit {
  Q_OBJECT

 public:
  explicit PlaceEditor(QWidget* viewport);

  // Returns why the text is refused, empty when it is taken.
  using Take = std::function<QString(const QString& text)>;
  // `lines`: Shift+Enter begins a new line and the place grows with the text.
  void open(const QRect& place, const QString& text, bool lines, const QFont& font, Take take);
  bool isOpen() const { return isVisible(); }
  void commit();
  void abandon();

 Q_SIGNALS:
  void closed();

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  bool focusNextPrevChild(bool next) override;  // Tab takes over, as Enter does

 private:
  void leave();
  void fitText();

  Take take_;
  bool lines_ = false;
  QRect place_;
  QLabel* problem_;
};

}  // namespace faultline
