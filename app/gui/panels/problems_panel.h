// The list of problems: a click selects what a problem is about.
#pragma once

#include <QWidget>

#include "base/diagnostic.h"

class QLabel;
class QTreeView;

namespace faultline {

class Document;
class ProblemsModel;
class Selection;

class ProblemsPanel : public QWidget {
  Q_OBJECT

 public:
  ProblemsPanel(Document& document, Selection& selection, QWidget* parent = nullptr);

  // A second section below the problems.
  void addSection(QWidget* section);


  QTreeView& view() { return *view_; }
  ProblemsModel& model() { return *model_; }

 Q_SIGNALS:
  // A problem was clicked: for views that know lines.
  void problemChosen(const faultline::Diagnostic& problem);
  void countChanged(int problems);

 private:
  void choose(const QModelIndex& index);
  void refresh();

  Document& document_;
  Selection& selection_;
  ProblemsModel* model_;
  QTreeView* view_;
  QLabel* none_;
};

}  // namespace faultline
