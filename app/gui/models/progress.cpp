#include "gui/models/progress.h"

namespace faultline {

namespace {

// In the order of Step.
constexpr const char* kWords[] = {"none", "opened", "verified"};

QString group() { return QStringLiteral("progress"); }
// A slash would make a group of it.
QString keyOf(const QString& id) { return QString(id).replace(QLatin1Char('/'), QLatin1Char('|')); }
QString idOf(const QString& key) { return QString(key).replace(QLatin1Char('|'), QLatin1Char('/')); }

}  // namespace

Progress::Progress(Memory memory, QObject* parent) : QObject(parent), memory_(std::move(memory)) {
  if (!memory_.isKept()) return;
  QSettings settings(memory_.settingsFile, QSettings::IniFormat);
  settings.beginGroup(group());
  for (const QString& key : settings.childKeys())
    for (const Step step : {Step::Opened, Step::Verified})
      if (settings.value(key).toString() == QLatin1String(kWords[static_cast<int>(step)])) steps_[idOf(key)] = step;
}

void Progress::reach(const QString& id, Step step) {
  if (of(id) >= step) return;
  steps_[id] = step;
  if (memory_.isKept())
    memory_.settings().setValue(group() + QLatin1Char('/') + keyOf(id), QLatin1String(kWords[static_cast<int>(step)]));
  Q_EMIT changed(id);
}

}  // namespace faultline
