// How far somebody has come in the library and its lessons: the file that the command line keeps, too.
//
// Scenarios are known by their English names. Thread safety: the window's thread.
#pragma once

#include <QObject>
#include <QString>

#include "gui/document/memory.h"
#include "teaching/lesson_progress.h"

namespace faultline {

class Progress : public QObject {
  Q_OBJECT

 public:
  using Mark = LessonProgress::Mark;
  using Place = LessonProgress::Place;

  explicit Progress(const Memory& memory, QObject* parent = nullptr);

  Place at(const QString& scenario) const { return store_.at(scenario.toStdString()); }
  Mark of(const QString& scenario) const { return at(scenario).mark; }
  // Nobody falls back.
  void mark(const QString& scenario, Mark mark);
  void reach(const QString& scenario, std::size_t step, std::size_t steps);
  // Takes in what another program has remembered meanwhile.
  void refresh();

 Q_SIGNALS:
  // An empty name: perhaps all of them.
  void changed(const QString& scenario);
  // Why something cannot be remembered.
  void failed(const QString& problem);

 private:
  void tell(const QString& scenario, const std::string& problem);

  LessonProgress store_;
};

}  // namespace faultline
