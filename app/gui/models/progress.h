// How far somebody has come in the library, kept between starts.
//
// Thread safety: the window's thread.
#pragma once

#include <QHash>
#include <QObject>

#include "gui/document/memory.h"

namespace faultline {

class Progress : public QObject {
  Q_OBJECT

 public:
  // Verified: it ran to its end unchanged, and all that the scenario expects came true.
  enum class Step { None, Opened, Verified };

  explicit Progress(Memory memory, QObject* parent = nullptr);

  Step of(const QString& id) const { return steps_.value(id, Step::None); }
  // Nobody falls back.
  void reach(const QString& id, Step step);

 Q_SIGNALS:
  void changed(const QString& id);

 private:
  Memory memory_;
  QHash<QString, Step> steps_;
};

}  // namespace faultline
