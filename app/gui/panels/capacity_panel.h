// How much load the design carries: the greatest that meets the objectives, what is full then, and latency against load.
#pragma once

#include <QWidget>

#include "analysis/capacity.h"
#include "gui/models/background.h"

class QLabel;
class QPushButton;

namespace faultline {

class Document;
class LoadCurve;
class Selection;
class WorkBar;

class CapacityPanel : public QWidget {
  Q_OBJECT

 public:
  CapacityPanel(Document& document, Selection& selection, QWidget* parent = nullptr);

  // Searches in the background; `seeds` replications.
  void find(std::size_t seeds = CapacityOptions().seeds);
  const Capacity* result() const { return result_ ? &*result_ : nullptr; }
  QString text() const;

 private:
  void showState();
  QString sentence(const CapacityOf& found) const;

  Document& document_;
  Selection& selection_;
  Background background_;
  std::optional<Capacity> result_;
  bool outdated_ = false;  // the document was edited since
  QLabel *title_, *note_;
  LoadCurve* curve_;
  QPushButton* find_;
  WorkBar* work_;
};

}  // namespace faultline
