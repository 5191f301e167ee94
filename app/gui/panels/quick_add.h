// Type to add: a small searchable list of all kinds and presets, shown over the canvas.
#pragma once

#include <QFrame>

#include "gui/document/mime.h"

class QLineEdit;
class QListView;

namespace faultline {

class QuickAddModel;

class QuickAdd : public QFrame {
  Q_OBJECT

 public:
  explicit QuickAdd(QWidget* parent = nullptr);

  // Shows the list at a place of the screen, empty and with the keyboard.
  void open(QPoint global);
  QLineEdit& search() { return *search_; }
  QListView& list() { return *list_; }

 Q_SIGNALS:
  // The list is closed then.
  void chosen(const faultline::ComponentChoice& choice);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void find(const QString& text);
  void choose(const QModelIndex& index);

  QuickAddModel* model_;
  QLineEdit* search_;
  QListView* list_;
};

}  // namespace faultline
