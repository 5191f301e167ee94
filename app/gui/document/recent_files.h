// The files that were opened or saved last, the newest first.
//
// Thread safety: the window's thread. Two windows share the list through the settings.
#pragma once

#include <QObject>
#include <QStringList>

#include "gui/document/memory.h"

namespace faultline {

class RecentFiles : public QObject {
  Q_OBJECT

 public:
  static constexpr int kMost = 10;

  explicit RecentFiles(Memory memory, QObject* parent = nullptr) : QObject(parent), memory_(std::move(memory)) {}

  // Those that are still there.
  QStringList paths() const;
  void add(const QString& path);
  void clear();

 Q_SIGNALS:
  void changed();

 private:
  QStringList all() const;
  void keep(const QStringList& paths);

  Memory memory_;
  QStringList unkept_;  // when nothing is remembered between runs
};

}  // namespace faultline
