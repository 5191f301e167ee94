// The editor for everything that is one text: quantities, distributions, names, lists of free words, points, rules.
//
// Thread safety: the window's thread.
#pragma once

#include "gui/panels/param_editors.h"

class QKeyEvent;
class QLineEdit;

namespace faultline {

class DensityPlot;

class TextEditor : public ParamEditor {
  Q_OBJECT

 public:
  TextEditor(const ParamInfo& info, QWidget* parent);

  QWidget* input() const override;
  void setSuggestions(std::function<std::vector<std::string>()> ask) override;

 protected:
  void display(const Value& value, bool isMixed) override;
  void resizeEvent(QResizeEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void addPlot();
  void addBrowse();
  bool handleKey(const QKeyEvent& key);
  void commit();
  void step(int steps);
  void plot(const Value& value);
  void placePlot();
  void chooseFile();

  QLineEdit* line_;
  DensityPlot* plot_ = nullptr;
  QString shown_, refused_;
  bool isMixed_ = false;
};

}  // namespace faultline
