// The catalog beside the canvas: kinds by category with their glyphs, presets beneath their kind, a filter.
//
// What is dragged out has the MIME type mime::kComponent; Enter and a double click ask for it by `addRequested`.
#pragma once

#include <QTreeView>
#include <QWidget>

#include "gui/document/mime.h"

class QLabel;
class QLineEdit;

namespace faultline {

class PaletteFilter;
class PaletteModel;

// A tree whose kinds open by their chevron; a click elsewhere only selects, so that a drag can begin.
class PaletteView : public QTreeView {
  Q_OBJECT

 public:
  explicit PaletteView(QWidget* parent = nullptr);

 Q_SIGNALS:
  void chosen(const QModelIndex& index);  // Enter or a double click

 protected:
  void mousePressEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void drawBranches(QPainter*, const QRect&, const QModelIndex&) const override {}

 private:
  bool isOnChevron(QPoint point) const;
};

class PalettePanel : public QWidget {
  Q_OBJECT

 public:
  explicit PalettePanel(QWidget* parent = nullptr);

  QLineEdit& filter() { return *filter_; }
  PaletteView& view() { return *view_; }

 Q_SIGNALS:
  void addRequested(const faultline::ComponentChoice& choice);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void search(const QString& text);
  void request(const QModelIndex& index);
  QModelIndex firstChoice() const;

  PaletteModel* model_;
  PaletteFilter* proxy_;
  QLineEdit* filter_;
  PaletteView* view_;
  QLabel* nothing_;
};

}  // namespace faultline
