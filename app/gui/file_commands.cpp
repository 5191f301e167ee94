#include "gui/file_commands.h"

#include <QDir>
#include <QFileDialog>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QStandardPaths>
#include <QStatusBar>
#include <algorithm>

#include "analysis/expect.h"
#include "gui/canvas/canvas_view.h"
#include "gui/canvas/thumbnail.h"
#include "gui/handout_command.h"
#include "gui/main_window.h"
#include "gui/panels/file_drop.h"
#include "gui/panels/gallery_dialog.h"
#include "gui/panels/recovery_bar.h"
#include "gui/teaching_panels.h"

namespace faultline {

namespace {

constexpr int kMessageMs = 6000;

QString filter() { return FileCommands::tr("Scenarios (*.yaml *.yml)"); }
QString startedKey() { return QStringLiteral("started"); }

}  // namespace

FileCommands::FileCommands(MainWindow& window, const Memory& memory)
    : QObject(&window),
      window_(window),
      document_(window.document()),
      memory_(memory),
      library_(scenarioFolder()),
      recent_(memory),
      progress_(window.teachingPanels().progress()),
      autosave_(document_, memory.recoveryFolder),
      galleryModel_(library_, progress_, window.teachingPanels().language()) {
  gallery_ = new GalleryDialog(galleryModel_, paintThumbnail, window.teachingPanels().language(), &window);
  handout_ = new HandoutCommand(window, document_, window.teachingPanels().language());
  recovery_ = new RecoveryBar(&window);
  window.addToolBarBreak();
  window.addToolBar(Qt::TopToolBarArea, recovery_);
  recovery_->hide();
  connectCommands();
  connectRun();
  auto* drop = new FileDrop(this);
  drop->watch(window);
  drop->watch(*window.canvas().viewport());
  connect(drop, &FileDrop::dropped, this, &FileCommands::openAsking);
  connect(gallery_, &GalleryDialog::chosen, this, &FileCommands::openFromGallery);
  connect(recovery_, &RecoveryBar::recoverWanted, this, &FileCommands::recover);
  connect(&autosave_, &Autosave::failed, this, [this](const QString& problem) {
    window_.statusBar()->showMessage(tr("Unsaved work cannot be kept: %1").arg(problem));
  });
}

void FileCommands::connectCommands() {
  Actions& actions = window_.actions();
  actions.on(Command::New, this, [this] {
    if (mayDiscard()) document_.reset();
  });
  actions.on(Command::Open, this, [this] {
    if (!mayDiscard()) return;
    const QString folder = document_.filePath().isEmpty() ? library_ : QFileInfo(document_.filePath()).path();
    const QString path = QFileDialog::getOpenFileName(&window_, tr("Open a scenario"), folder, filter());
    if (!path.isEmpty()) open(path);
  });
  actions.on(Command::Gallery, this, [this] { showGallery(); });
  actions.on(Command::Save, this, [this] { save(); });
  actions.on(Command::SaveAs, this, [this] { saveAs(); });
  actions.on(Command::Handout, handout_, [this] { handout_->save(); });
  actions.on(Command::Quit, this, [this] { window_.close(); });
  auto* menu = new QMenu(&window_);
  actions[Command::OpenRecent]->setMenu(menu);
  connect(menu, &QMenu::aboutToShow, this, [this, menu] { fillRecent(*menu); });
  const auto refresh = [this, &actions] { actions[Command::OpenRecent]->setEnabled(!recent_.paths().isEmpty()); };
  connect(&recent_, &RecentFiles::changed, this, refresh);
  refresh();
  const auto offer = [this, &actions] { actions[Command::Handout]->setEnabled(handout_->isPossible()); };
  connect(&document_, &Document::replaced, handout_, offer);
  connect(&document_, &Document::changed, handout_, offer);
  offer();
  connect(&document_, &Document::replaced, this, [this] { mayLoseComments_ = mayChangeLibrary_ = false; });
}

void FileCommands::fillRecent(QMenu& menu) {
  menu.clear();
  const QStringList paths = recent_.paths();
  for (int i = 0; i < paths.size(); ++i) {
    const QFileInfo file(paths[i]);
    QAction* action = menu.addAction(QStringLiteral("&%1  %2   %3")
                                         .arg((i + 1) % 10)
                                         .arg(file.completeBaseName(), QDir::toNativeSeparators(file.path())));
    connect(action, &QAction::triggered, this, [this, path = paths[i]] { openAsking(path); });
  }
  menu.addSeparator();
  connect(menu.addAction(tr("&Forget all")), &QAction::triggered, this, [this] { recent_.clear(); });
}

// ------------------------------------------------------------- opening

bool FileCommands::open(const QString& path) {
  QFile file(path);
  if (QFileInfo(path).isDir() || !file.open(QIODevice::ReadOnly)) {
    const QString why = QFileInfo(path).isDir() ? tr("it is a folder") : file.errorString();
    window_.statusBar()->showMessage(tr("%1 cannot be opened: %2").arg(path, why), kMessageMs);
    return false;
  }
  file.close();
  document_.open(QFileInfo(path).absoluteFilePath());
  recent_.add(path);
  mark(Progress::Mark::Opened);
  window_.canvas().fitAll();
  if (hasErrors(document_.problems())) {
    window_.showProblems();
    window_.statusBar()->showMessage(
        tr("%1 has errors. What is valid is shown; the problems are listed.").arg(QFileInfo(path).fileName()),
        kMessageMs);
  }
  return true;
}

void FileCommands::openAsking(const QString& path) {
  if (mayDiscard()) open(path);
}

void FileCommands::openFromGallery(const QString& path) {
  if (mayDiscard() && open(path)) window_.run().play();
}

void FileCommands::begin() {
  const bool isOpen = !library_.isEmpty() && open(QDir(library_).filePath(QLatin1String(kFlagship)));
  const bool isFirst = memory_.isKept() && !memory_.settings().value(startedKey()).toBool();
  if (!isFirst) {
    if (isOpen) window_.run().play();
    return;
  }
  memory_.settings().setValue(startedKey(), true);
  // It waits behind the gallery, so that nobody who closes that comes too late for the incident.
  connect(gallery_, &QDialog::rejected, &window_.run(), &RunBridge::play, Qt::SingleShotConnection);
  showGallery();
}

void FileCommands::showGallery() {
  if (library_.isEmpty())
    window_.statusBar()->showMessage(tr("The scenarios that come with Faultline are not installed."), kMessageMs);
  else {
    progress_.refresh();
    gallery_->present();
  }
}

// ------------------------------------------------------------- saving

bool FileCommands::save() {
  if (document_.filePath().isEmpty()) return saveAs();
  switch (mayOverwrite()) {
    case Answer::Write:
      return write(document_.filePath());
    case Answer::Elsewhere:
      return saveAs();
    case Answer::Cancel:
      return false;
  }
  return false;
}

FileCommands::Answer FileCommands::mayOverwrite() {
  const QString name = QFileInfo(document_.filePath()).fileName();
  const bool isDamaged = document_.isDamaged();
  const bool losesComments = document_.hasComments() && !mayLoseComments_;
  const bool isOfLibrary = isInFolder(document_.filePath(), library_) && !mayChangeLibrary_;
  QStringList reasons;
  if (isDamaged) reasons << tr("Parts of %1 could not be read, and saving would lose them.").arg(name);
  if (document_.isChangedOutside())
    reasons
        << tr("%1 was changed by somebody else since it was opened, and saving would lose those changes.").arg(name);
  if (isOfLibrary) reasons << tr("%1 is one of the scenarios that come with Faultline.").arg(name);
  if (losesComments && !isDamaged) reasons << tr("%1 has comments, and saving writes it without them.").arg(name);
  if (reasons.isEmpty()) return Answer::Write;
  QMessageBox box(QMessageBox::NoIcon, tr("Save %1").arg(name), reasons.join(QStringLiteral("\n\n")),
                  QMessageBox::Cancel, &window_);
  QPushButton* elsewhere = box.addButton(tr("Save as…"), QMessageBox::AcceptRole);
  QPushButton* overwrite = isDamaged ? nullptr : box.addButton(tr("Overwrite"), QMessageBox::DestructiveRole);
  box.setDefaultButton(elsewhere);
  box.exec();
  if (box.clickedButton() == elsewhere) return Answer::Elsewhere;
  if (overwrite == nullptr || box.clickedButton() != overwrite) return Answer::Cancel;
  mayLoseComments_ = mayChangeLibrary_ = true;
  return Answer::Write;
}

bool FileCommands::write(const QString& path) {
  const QString problem = document_.save(path);
  if (problem.isEmpty()) {
    recent_.add(path);
    window_.statusBar()->showMessage(tr("Saved as %1").arg(QDir::toNativeSeparators(path)), kMessageMs);
    return true;
  }
  QMessageBox::warning(&window_, tr("Not saved"), problem);
  return false;
}

bool FileCommands::saveAs() {
  QString suggestion = document_.filePath();
  if (suggestion.isEmpty() || isInFolder(suggestion, library_)) {
    const QDir documents(QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation));
    suggestion = documents.filePath(suggestion.isEmpty() ? tr("scenario.yaml") : QFileInfo(suggestion).fileName());
  }
  QString path = QFileDialog::getSaveFileName(&window_, tr("Save the scenario"), suggestion, filter());
  if (path.isEmpty()) return false;
  if (QFileInfo(path).suffix().isEmpty()) path += QStringLiteral(".yaml");
  return write(path);
}

bool FileCommands::mayDiscard() {
  if (!document_.isModified()) return true;
  QMessageBox box(QMessageBox::NoIcon, tr("Unsaved changes"),
                  tr("Save the changes to “%1”?").arg(document_.displayName()),
                  QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, &window_);
  box.setDefaultButton(QMessageBox::Save);
  const int answer = box.exec();
  if (answer == QMessageBox::Save) return save();
  return answer == QMessageBox::Discard;
}

// ------------------------------------------------------------- recovery and progress

void FileCommands::offerLeftWork() {
  if (!memory_.recoveryFolder.isEmpty()) recovery_->offer(std::make_unique<LeftWork>(memory_.recoveryFolder));
}

void FileCommands::recover() {
  const LeftWork::Entry* entry = recovery_->offered();
  if (entry == nullptr || !mayDiscard()) return;
  window_.run().pause();
  document_.recover(entry->work);
  autosave_.flush();  // it must be on disk in the name of this session before that of the last one goes
  recovery_->settle();
  window_.canvas().fitAll();
}

void FileCommands::mark(Progress::Mark mark) {
  if (isInFolder(document_.filePath(), library_))
    progress_.mark(progressName(document_.scenario(), document_.filePath()), mark);
}

void FileCommands::connectRun() { connect(&window_.run(), &RunBridge::finished, this, &FileCommands::verifyRun); }

// The end of an undisturbed run of the scenario as it is in the library. A challenge is done when it is mastered.
void FileCommands::verifyRun() {
  const RunBridge& run = window_.run();
  if (document_.isModified() || run.isStale() || !run.liveActions().empty() || run.update().summary == nullptr) return;
  const Scenario& scenario = run.runScenario();
  if (scenario.expect.empty() || scenario.challenge || run.state() != RunState::Finished) return;
  const auto results = checkExpectations(scenario, run.shown().series, *run.update().summary);
  if (std::all_of(results.begin(), results.end(), [](const ExpectationResult& r) { return r.passed; }))
    mark(Progress::Mark::Done);
}

}  // namespace faultline
