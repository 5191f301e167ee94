#include "gui/workshop_commands.h"

#include <QFileDialog>
#include <QLabel>
#include <QStatusBar>

#include "gui/file_commands.h"
#include "gui/main_window.h"
#include "gui/panels/workshop_panel.h"
#include "gui/run/challenge.h"
#include "gui/run/workshop.h"

namespace faultline {

WorkshopCommands::WorkshopCommands(MainWindow& window, Challenge& challenge)
    : QObject(&window),
      window_(window),
      workshop_(new Workshop(window.document(), window.run(), this)),
      panel_(new WorkshopPanel(*workshop_, window.selection(), &window)),
      clock_(new QLabel(&window)) {
  clock_->setObjectName(QStringLiteral("chip"));
  window.statusBar()->addPermanentWidget(clock_);
  connect(panel_, &WorkshopPanel::sitWanted, this, &WorkshopCommands::sit);
  connect(panel_, &WorkshopPanel::revealWanted, this, &WorkshopCommands::reveal);
  connect(panel_, &WorkshopPanel::leaveWanted, this, &WorkshopCommands::leave);
  connect(panel_, &WorkshopPanel::boardWanted, this, &WorkshopCommands::chooseBoard);
  connect(workshop_, &Workshop::boardChanged, this, &WorkshopCommands::showClock);
  connect(workshop_, &Workshop::failed, this, [this](const QString& problem) { window_.tell(problem); });
  // Each seat is examined with luck of its own, and its grades are tries.
  const auto seat = [this, &challenge] {
    const bool isExamined = workshop_->isSeated() && challenge.isThere();
    challenge.setSeed(isExamined ? std::optional(workshop_->seedFor(challenge.given())) : std::nullopt);
  };
  connect(workshop_, &Workshop::changed, &challenge, seat);
  connect(&challenge, &Challenge::replaced, this, seat);
  connect(&challenge, &Challenge::graded, this,
          [this, &challenge](const Grade& grade) { workshop_->keep(gradedTry(challenge.given().name, grade)); });
  showClock();
}

void WorkshopCommands::sit(const QString& name, bool hidesFaults) {
  Document& document = window_.document();
  if (hidesFaults) {
    if (!workshop_->canHide()) return window_.tell(tr("Nothing is done to this system: there is nothing to hide."));
    if (!window_.files().mayDiscard()) return;
    // What was given up is not what is hidden.
    if (document.isModified() && !document.filePath().isEmpty()) document.open(document.filePath());
  }
  window_.run().pause();
  workshop_->sit(name, hidesFaults);
  Q_EMIT wanted();
}

void WorkshopCommands::reveal() {
  if (!window_.files().mayDiscard()) return;
  workshop_->reveal();
  Q_EMIT wanted();
}

void WorkshopCommands::leave() {
  if (workshop_->isHidden() && !window_.files().mayDiscard()) return;
  workshop_->leave();
  Q_EMIT wanted();
}

void WorkshopCommands::chooseBoard() {
  // One that is there is added to, not written over.
  const QString path =
      QFileDialog::getSaveFileName(&window_, tr("The scoreboard of the workshop"), QStringLiteral("board.jsonl"),
                                   tr("Scoreboards (*.jsonl)"), nullptr, QFileDialog::DontConfirmOverwrite);
  if (!path.isEmpty()) workshop_->setBoard(path);
}

void WorkshopCommands::showClock() {
  const std::optional<std::int64_t> left = workshop_->secondsLeft();
  clock_->setVisible(left.has_value() && *left > 0);
  if (left) clock_->setText(tr("Round: %1:%2").arg(*left / 60).arg(*left % 60, 2, 10, QLatin1Char('0')));
}

}  // namespace faultline
