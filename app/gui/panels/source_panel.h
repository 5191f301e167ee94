// The scenario as the text of its file. It follows every edit; what is typed here is a draft until it is applied, and
// becomes one entry of the undo stack then. A draft with errors shows them and changes nothing.
#pragma once

#include <QTimer>
#include <QWidget>

#include "base/diagnostic.h"

class QLabel;
class QPushButton;

namespace faultline {

class Document;
class SourceEditor;

class SourcePanel : public QWidget {
  Q_OBJECT

 public:
  explicit SourcePanel(Document& document, QWidget* parent = nullptr);

  SourceEditor& editor() { return *editor_; }
  QPushButton& applyButton() { return *apply_; }
  QPushButton& revertButton() { return *revert_; }
  QLabel& state() { return *state_; }
  bool isDraft() const { return draft_; }

  // Whether the draft became the scenario; true when there is none.
  bool apply();
  void revert();
  // Shows the line of a problem of the document.
  void showProblem(const Diagnostic& problem);
  // Brings text and marks up to date at once; otherwise they follow a moment later.
  void refresh();

 protected:
  void showEvent(QShowEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void follow();
  void edited();
  void judge();
  void showState(const QString& text, bool isBad);

  Document& document_;
  SourceEditor* editor_;
  QLabel* state_;
  QPushButton *apply_, *revert_;
  QTimer timer_;
  Diagnostics problems_;  // with lines of the text that is shown
  bool draft_ = false, showing_ = false, behind_ = true;
};

}  // namespace faultline
