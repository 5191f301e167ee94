#include "gui/document/recent_files.h"

#include <QFileInfo>

namespace faultline {

namespace {

QString key() { return QStringLiteral("recent_files"); }

}  // namespace

QStringList RecentFiles::all() const {
  return memory_.isKept() ? memory_.settings().value(key()).toStringList() : unkept_;
}

QStringList RecentFiles::paths() const {
  QStringList there;
  for (const QString& path : all())
    if (QFileInfo::exists(path)) there << path;
  return there;
}

void RecentFiles::add(const QString& path) {
  QStringList paths = all();
  const QString absolute = QFileInfo(path).absoluteFilePath();
  paths.removeAll(absolute);
  paths.prepend(absolute);
  keep(paths.mid(0, kMost));
}

void RecentFiles::clear() { keep({}); }

void RecentFiles::keep(const QStringList& paths) {
  unkept_ = paths;
  if (memory_.isKept()) memory_.settings().setValue(key(), paths);
  Q_EMIT changed();
}

}  // namespace faultline
