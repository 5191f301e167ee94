// Calls of the present run that were followed: a list of those that were kept, and where each one's time went.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QSortFilterProxyModel;
class QTreeView;

namespace faultline {

class Diagnosis;
class Document;
class RunBridge;
class Selection;
class StudyRequest;
class TraceModel;
class WaterfallView;

class TracePanel : public QWidget {
  Q_OBJECT

 public:
  TracePanel(Document& document, Selection& selection, RunBridge& run, Diagnosis& diagnosis, QWidget* parent = nullptr);

  TraceModel& model() { return *model_; }
  QTreeView& view() { return *view_; }
  WaterfallView& waterfall() { return *waterfall_; }
  QString blame() const;
  enum class Format { Otlp, Chrome };
  // Empty when it is written, else why not.
  QString exportTo(const QString& path, Format format) const;

 private:
  void buildHead();
  void showStudy();
  void showState();
  void showTrace();
  void goTo(const QModelIndex& index);
  void chooseExport(Format format);
  QWidget* makeLegend();

  Document& document_;
  Selection& selection_;
  RunBridge& run_;
  Diagnosis& diagnosis_;
  TraceModel* model_;
  QSortFilterProxyModel* sorted_;
  QTreeView* view_;
  WaterfallView* waterfall_;
  QLabel *blame_, *basis_, *about_;
  QPushButton* export_;
  QWidget *head_, *body_;
  StudyRequest* request_;
};

}  // namespace faultline
