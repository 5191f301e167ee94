// The findings of the review: a click selects what one is about, a click on its mend applies it.
#pragma once

#include <QWidget>

class QLabel;
class QListView;

namespace faultline {

class FindingDelegate;
class Findings;
class ReviewModel;
class Selection;

class ReviewList : public QWidget {
  Q_OBJECT

 public:
  ReviewList(Findings& findings, Selection& selection, QWidget* parent = nullptr);

  ReviewModel& model() { return *model_; }
  QListView& view() { return *view_; }
  // Where the mend of a row is clicked, in the view's viewport; empty where there is none.
  QRect mendOf(int row) const;

 Q_SIGNALS:
  // A mend could not be applied; for the status bar.
  void problem(const QString& text);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void choose(const QModelIndex& index);
  void mend(const QModelIndex& index);
  void refresh();

  Findings& findings_;
  Selection& selection_;
  ReviewModel* model_;
  QListView* view_;
  FindingDelegate* delegate_;
  QLabel *title_, *state_;
};

}  // namespace faultline
