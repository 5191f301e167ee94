// One editor for each type of value. An editor shows a value and tells what was entered; it changes nothing itself.
//
// What cannot be understood stays as it was typed, is told by `rejected`, and can be put right or given up by Escape.
// Thread safety: the window's thread.
#pragma once

#include <QPointer>
#include <QString>
#include <QWidget>
#include <functional>
#include <string>
#include <vector>

#include "model/descriptor.h"
#include "model/scenario.h"

namespace faultline {

class ParamEditor : public QWidget {
  Q_OBJECT

 public:
  explicit ParamEditor(const ParamInfo& info, QWidget* parent);

  const ParamInfo& info() const { return info_; }
  // Shows a value, unless something is being typed that was not accepted. An unset one is shown as "none".
  // `isMixed`: several owners, several values.
  void show(const Value& value, bool isMixed);
  // Shows it even so: what was typed is given up.
  void showAnyway(const Value& value, bool isMixed);
  // Nodes and classes to choose from.
  virtual void setScenario(const Scenario&) {}
  // Texts to choose from while something is typed. Asked for each time that the keyboard comes.
  virtual void setSuggestions(std::function<std::vector<std::string>()>) {}
  // The widget that has the keyboard.
  virtual QWidget* input() const = 0;
  // What was entered was refused by the document; it stays until it is put right.
  void keepAsRefused() { isPending_ = true; }
  bool isPending() const { return isPending_; }

 Q_SIGNALS:
  // A value was entered; unset means none.
  void entered(const faultline::Value& value);
  // The text was emptied: the default is wanted.
  void emptied();
  // What was entered cannot be understood, and why.
  void rejected(const QString& problem);
  // Escape: show what counts.
  void givenUp();
  // The keyboard went elsewhere: the gesture is over.
  void left();

 protected:
  virtual void display(const Value& value, bool isMixed) = 0;
  void enter(const Value& value);
  void reject(const QString& problem);

 private:
  const ParamInfo info_;
  bool isPending_ = false;
};

// REQUIRES a type that is one value: neither Group nor Table. The descriptor is copied.
ParamEditor* makeParamEditor(const ParamInfo& info, QWidget* parent);

}  // namespace faultline
