// What is selected: its parameters, what can be done to it, its metrics, and what it is. With nothing selected: the
// scenario.
//
// Nothing in it is written for a kind; see models/param_rows, models/fault_list and models/metrics_model.
#pragma once

#include <QWidget>

#include "gui/models/param_rows.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QTabWidget;
class QTextBrowser;

namespace faultline {

class DensityPlot;
class Document;
class FaultTab;
class MetricsTab;
class ParamForm;
class RunBridge;
class Selection;

// The help of one parameter: what it means, its range and default, the shape of a distribution.
class ParamHelp : public QWidget {
  Q_OBJECT

 public:
  explicit ParamHelp(QWidget* parent = nullptr);
  void show(const ParamRow& row, bool isRunning);
  void clear();
  QString text() const;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QLabel *title_, *body_;
  DensityPlot* plot_;
};

class InspectorPanel : public QWidget {
  Q_OBJECT

 public:
  InspectorPanel(Document& document, Selection& selection, RunBridge& run, QWidget* parent = nullptr);

  ParamForm& form() { return *form_; }
  FaultTab& faults() { return *faults_; }
  MetricsTab& metrics() { return *metrics_; }
  ParamHelp& help() { return *help_; }
  QTabWidget& tabs() { return *tabs_; }

 private:
  void refresh();
  void refreshHeader();
  void refreshAbout();
  void rename();
  void choosePreset(int index);
  void addClass();
  std::vector<std::string> kindsOfSelected() const;

  Document& document_;
  Selection& selection_;
  RunBridge& run_;
  QLabel *glyph_, *subtitle_, *nameError_;
  QLineEdit *name_, *newClass_;
  QComboBox* preset_;
  QTabWidget* tabs_;
  ParamForm* form_;
  ParamHelp* help_;
  FaultTab* faults_;
  MetricsTab* metrics_;
  QTextBrowser* about_;
  std::string shown_;  // what the sections were made of
};

}  // namespace faultline
