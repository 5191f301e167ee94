// A line to write something new into: a class, a rule. What is refused stays, with the reason beneath it.
#pragma once

#include <QWidget>
#include <functional>
#include <string>
#include <vector>

#include "base/diagnostic.h"

class QLabel;
class QLineEdit;

namespace faultline {

class EntryLine : public QWidget {
  Q_OBJECT

 public:
  // `name` is the object name of the line.
  EntryLine(const QString& name, const QString& hint, QWidget* parent);

  void setSuggestions(std::function<std::vector<std::string>()> ask);
  // What became of what was wanted.
  void answer(const Diagnostics& problems);

 Q_SIGNALS:
  void wanted(const QString& text);

 private:
  QLineEdit* line_;
  QLabel* problem_;
};

}  // namespace faultline
