// Keeps the unsaved state of a document on disk while it differs from its file, so that a session that is ended at any
// moment loses at most the last moments: see recovery.h.
//
// A copy of the scenario is taken shortly after an edit; it is turned into text and written by a thread of its own, so
// that the window never waits for a disk. Thread safety: the window's thread.
#pragma once

#include <QLockFile>
#include <QObject>
#include <QThreadPool>
#include <QTimer>
#include <memory>

namespace faultline {

class Document;

class Autosave : public QObject {
  Q_OBJECT

 public:
  // How long after an edit its copy is taken; edits meanwhile go with it.
  static constexpr int kDelayMs = 400;

  // Makes the folder. An empty one: nothing is kept.
  Autosave(Document& document, const QString& folder, QObject* parent = nullptr);
  // A document that goes away in order leaves nothing behind.
  ~Autosave() override;

  QString file() const { return file_; }
  // Returns when everything so far is on disk.
  void flush();
  // Whether there is nothing to write, and nothing under way.
  bool isIdle() const { return !timer_.isActive() && !isWriting_; }

 Q_SIGNALS:
  // On disk is what the document was at the latest copy.
  void written();
  // Unsaved work cannot be kept, and why.
  void failed(const QString& problem);

 private:
  void follow();
  void write();
  void finish(const QString& problem);

  Document& document_;
  QString file_;
  std::unique_ptr<QLockFile> lock_;
  QTimer timer_;
  QThreadPool writer_;
  bool isWriting_ = false, isDirty_ = false, hasFailed_ = false;
};

}  // namespace faultline
