// Unsaved work on disk: one file for each session, beside a lock that the session holds while it lives.
//
// The file is the scenario's own text with one line of comment above it, so that it can be opened by hand too. A file
// whose lock nobody holds any more was left by a session that was ended from outside: it is offered to the next one.
#pragma once

#include <QDateTime>
#include <QLockFile>
#include <QString>
#include <memory>
#include <vector>

namespace faultline {

struct UnsavedWork {
  QString path;          // the file that it is a changed version of; empty for none
  bool damaged = false;  // parts of that file could not be read, and are not in the text
  QString text;
  bool operator==(const UnsavedWork&) const = default;
};

QByteArray toFile(const UnsavedWork& work);
// Nothing but an empty text when these are not the bytes of such a file.
UnsavedWork fromFile(const QByteArray& bytes);

// Written in full or not at all: whoever reads the file sees the version before or this one. Empty when it went well,
// else why not. May be called from any thread.
QString writeRecovery(const QString& file, const UnsavedWork& work);

// What sessions left behind. As long as this lives, no other session is offered the same.
class LeftWork {
 public:
  struct Entry {
    QString file;
    QDateTime when;  // of the last edit that was kept
    UnsavedWork work;
    std::unique_ptr<QLockFile> lock;
  };

  // Looks into a folder and removes what is of no use.
  explicit LeftWork(const QString& folder);

  // The newest first.
  const std::vector<Entry>& entries() const { return entries_; }
  bool isEmpty() const { return entries_.empty(); }
  // Removes the newest for good.
  void dropFirst();
  // Leaves the newest for the next start.
  void postponeFirst();

 private:
  std::vector<Entry> entries_;
};

// The lock of a recovery file. Nobody waits for it; it is stale when its process is gone, however old it is.
std::unique_ptr<QLockFile> lockOf(const QString& file);

}  // namespace faultline
