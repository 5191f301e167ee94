#include "gui/models/progress.h"

namespace faultline {

Progress::Progress(const Memory& memory, QObject* parent)
    : QObject(parent), store_(memory.progressFile.toStdString()) {}

void Progress::mark(const QString& scenario, Mark mark) {
  if (scenario.isEmpty() || of(scenario) >= mark) return;
  tell(scenario, store_.mark(scenario.toStdString(), mark));
}

void Progress::reach(const QString& scenario, std::size_t step, std::size_t steps) {
  if (const Place place = at(scenario); scenario.isEmpty() || (place.step >= step && place.steps == steps)) return;
  tell(scenario, store_.reach(scenario.toStdString(), step, steps));
}

void Progress::refresh() {
  const auto before = store_.places();
  store_.read();
  if (before != store_.places()) Q_EMIT changed({});
}

void Progress::tell(const QString& scenario, const std::string& problem) {
  if (!problem.empty()) Q_EMIT failed(QString::fromStdString(problem));
  Q_EMIT changed(scenario);
}

}  // namespace faultline
