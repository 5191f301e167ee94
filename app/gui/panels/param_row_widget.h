// One row of the parameter form: label, editor, where the value comes from, and what is wrong with it.
//
// It shows a ParamRow and tells what people want; the form does it. Thread safety: the window's thread.
#pragma once

#include <QWidget>

#include "gui/models/param_rows.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QToolButton;

namespace faultline {

class ParamEditor;

class ParamRowWidget : public QWidget {
  Q_OBJECT

 public:
  ParamRowWidget(const ParamRow& row, const Scenario& scenario, QWidget* parent);

  const ParamRow& row() const { return row_; }
  ParamEditor* editor() const { return editor_; }  // null for headings
  // REQUIRES row.hasSameForm(this->row()). `afresh`: what is being typed is given up.
  void show(const ParamRow& row, const Scenario& scenario, bool isLive, bool afresh);
  // What is wrong; empty for nothing. What the document says of the stored value gives way to what was just entered.
  void setProblem(const QString& text);
  void setStoredProblem(const QString& text);
  bool hasProblem() const { return !problem_.isEmpty(); }
  void refreshTheme();

 Q_SIGNALS:
  void entered(const faultline::Value& value);
  void resetWanted();
  void removeWanted();
  void addWanted(const QString& name);  // a row of a table, a class of a parameter
  void switched(bool on);               // an optional group
  void openWanted(bool open);
  void pointedAt();  // by the pointer or the keyboard
  void left();

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void enterEvent(QEnterEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;

 private:
  bool isHeading() const { return row_.kind != ParamRow::Kind::Value && row_.kind != ParamRow::Kind::ClassValue; }
  void buildHeading(QLayout& line);
  void buildValue(QLayout& line);
  void addTools(QLayout& line);
  QToolButton* tool(const QString& name, const QString& tip);
  void showSource();
  void showProblem();
  QString tip() const;

  ParamRow row_;
  bool isLive_ = false;
  QString problem_, stored_;
  QLabel *label_, *error_, *lock_ = nullptr;
  ParamEditor* editor_ = nullptr;
  QToolButton *chevron_ = nullptr, *reset_ = nullptr, *remove_ = nullptr, *addClass_ = nullptr;
  QCheckBox* switch_ = nullptr;
  QLineEdit* newRow_ = nullptr;
};

}  // namespace faultline
