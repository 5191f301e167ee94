// What the File menu does, and what else brings a scenario into the window: the gallery, a file that is dropped, recent
// files, unsaved work of an earlier session. Asks before anything is lost.
#pragma once

#include <QObject>
#include <memory>

#include "gui/document/autosave.h"
#include "gui/document/memory.h"
#include "gui/document/recent_files.h"
#include "gui/models/gallery_model.h"
#include "gui/models/progress.h"

class QMenu;

namespace faultline {

class Document;
class GalleryDialog;
class HandoutCommand;
class MainWindow;
class RecoveryBar;

class FileCommands : public QObject {
  Q_OBJECT

 public:
  // REQUIRES a window whose document, run and actions are there.
  FileCommands(MainWindow& window, const Memory& memory);

  // Opens without asking for unsaved changes; false, and a message, when the file cannot be read.
  bool open(const QString& path);
  // The same, but asks.
  void openAsking(const QString& path);
  bool save();
  bool saveAs();
  // Whether what is open may go: saved, unchanged, or given up.
  bool mayDiscard();

  // The window without a file on the command line: the flagship, playing; at the first start the gallery above it.
  void begin();
  // Offers what earlier sessions left unsaved.
  void offerLeftWork();
  void showGallery();

  GalleryDialog& gallery() { return *gallery_; }
  RecoveryBar& recoveryBar() { return *recovery_; }
  RecentFiles& recentFiles() { return recent_; }
  Autosave& autosave() { return autosave_; }

 private:
  void connectCommands();
  void connectRun();
  void fillRecent(QMenu& menu);
  void openFromGallery(const QString& path);
  void recover();
  bool write(const QString& path);
  // Whether the file may be written over; asks when that would lose something.
  enum class Answer { Write, Elsewhere, Cancel };
  Answer mayOverwrite();
  void mark(Progress::Mark mark);
  void verifyRun();

  MainWindow& window_;
  Document& document_;
  Memory memory_;
  QString library_;
  RecentFiles recent_;
  Progress& progress_;
  Autosave autosave_;
  GalleryModel galleryModel_;
  GalleryDialog* gallery_;
  HandoutCommand* handout_;
  RecoveryBar* recovery_;
  bool mayLoseComments_ = false, mayChangeLibrary_ = false;  // somebody said so, for this document
};

}  // namespace faultline
