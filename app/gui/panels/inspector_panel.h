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
class QPushButton;
class QTabWidget;
class QTextBrowser;

namespace faultline {

class Document;
class EntryLine;
class FaultTab;
class MetricsTab;
class ParamForm;
class ParamHelp;
class ParamRowWidget;
class RunBridge;
class Selection;

class InspectorPanel : public QWidget {
  Q_OBJECT

 public:
  InspectorPanel(Document& document, Selection& selection, RunBridge& run, QWidget* parent = nullptr);

  ParamForm& form() { return *form_; }
  FaultTab& faults() { return *faults_; }
  MetricsTab& metrics() { return *metrics_; }
  ParamHelp& help() { return *help_; }
  QTabWidget& tabs() { return *tabs_; }
  // Nothing is selected then. `rule` is an index in alertSpecs, -1 for a new one.
  void showAlert(int rule);

 private:
  void refresh();
  void refreshHeader();
  void refreshAbout();
  void rename();
  void choosePreset(int index);
  void removeSection(const ParamSubject& subject);
  void reveal(ParamRowWidget* row, int attempts);
  std::vector<std::string> kindsOfSelected() const;

  Document& document_;
  Selection& selection_;
  RunBridge& run_;
  QLabel *glyph_, *subtitle_, *nameError_;
  QLineEdit* name_;
  QWidget* additions_;
  EntryLine *newClass_, *newAlert_;
  QPushButton* defaultAlerts_;
  QComboBox* preset_;
  QTabWidget* tabs_;
  ParamForm* form_;
  ParamHelp* help_;
  FaultTab* faults_;
  MetricsTab* metrics_;
  QTextBrowser* about_;
  int firstAlert_ = 0;  // section of the form
  std::string shown_;   // what the sections were made of
};

}  // namespace faultline
