#include "gui/panels/workshop_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QTableWidget>
#include <QVBoxLayout>

#include "gui/document/selection.h"
#include "gui/run/workshop.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kUsualMinutes = 20, kMostMinutes = 24 * 60, kHurryS = 60;
constexpr double kClockZoom = 2;

QLabel* heading(QWidget* parent, const QString& words) {
  auto* label = new QLabel(words, parent);
  Theme::instance().dress(*label, Type::Heading);
  return label;
}

QLabel* note(QWidget* parent, const QString& words = {}) {
  auto* label = new QLabel(words, parent);
  label->setObjectName(QStringLiteral("muted"));
  label->setWordWrap(true);
  return label;
}

QPushButton* button(QWidget* parent, const char* name, const QString& words) {
  auto* b = new QPushButton(words, parent);
  b->setObjectName(QString::fromLatin1(name));
  return b;
}

QVBoxLayout* column(QWidget* parent) {
  auto* layout = new QVBoxLayout(parent);
  layout->setContentsMargins(0, 0, 0, 0);
  return layout;
}

QString wordsOf(const std::string& verb) {
  if (verb == "set") return WorkshopPanel::tr("Set a parameter");
  QString words = QString::fromStdString(verb).replace(QLatin1Char('_'), QLatin1Char(' '));
  words[0] = words[0].toUpper();
  return words;
}

}  // namespace

WorkshopPanel::WorkshopPanel(Workshop& workshop, Selection& selection, QWidget* parent)
    : QWidget(parent), workshop_(workshop), selection_(selection) {
  setObjectName(QStringLiteral("workshopPanel"));
  auto* page = new QWidget(this);
  clock_ = new QLabel(page);
  clock_->setObjectName(QStringLiteral("roundClock"));
  clock_->setAlignment(Qt::AlignCenter);
  Theme::instance().dress(*clock_, Type::Clock, kClockZoom);
  clockHint_ = note(page);
  clockHint_->setAlignment(Qt::AlignCenter);
  table_ = new QTableWidget(0, 5, page);
  table_->setObjectName(QStringLiteral("scores"));
  table_->setHorizontalHeaderLabels({tr("Seat"), tr("Done"), tr("Goals"), tr("Cost"), tr("Tries")});
  table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
  table_->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table_->setSelectionMode(QAbstractItemView::NoSelection);
  table_->setFocusPolicy(Qt::NoFocus);
  table_->setShowGrid(false);
  table_->setStyleSheet(QStringLiteral("QTableCornerButton::section { background: transparent; border: none; }"));
  table_->setMinimumHeight(120);
  nobody_ = note(page, tr("Nobody has tried yet."));
  auto* content = new QVBoxLayout(page);
  content->setSpacing(8);
  for (QWidget* w :
       std::initializer_list<QWidget*>{clock_, clockHint_, buildSeat(), buildGuess(), buildRound(), nobody_})
    content->addWidget(w);
  content->addWidget(table_, 1);
  content->addStretch();
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setWidget(page);
  column(this)->addWidget(scroll);
  connectAll();
  refresh();
  refreshBoard();
}

QWidget* WorkshopPanel::buildSeat() {
  auto* box = new QWidget(this);
  auto* all = column(box);
  all->addWidget(heading(box, tr("Your seat")));
  free_ = new QWidget(box);
  name_ = new QLineEdit(free_);
  name_->setObjectName(QStringLiteral("seatName"));
  name_->setPlaceholderText(tr("Your name"));
  hides_ = new QCheckBox(tr("Hide what is done to the system"), free_);
  hides_->setObjectName(QStringLiteral("hidesFaults"));
  hides_->setToolTip(tr("The timeline, the story and the lesson are put away until they are revealed."));
  sit_ = button(free_, "sit", tr("Take the seat"));
  auto* free = column(free_);
  for (QWidget* w : std::initializer_list<QWidget*>{
           note(free_, tr("Everybody gets luck of their own: the name gives it.")), name_, hides_, sit_})
    free->addWidget(w);
  taken_ = new QWidget(box);
  who_ = new QLabel(taken_);
  who_->setObjectName(QStringLiteral("seatOf"));
  who_->setWordWrap(true);
  leave_ = button(taken_, "leaveSeat", tr("Leave the seat"));
  auto* taken = column(taken_);
  taken->addWidget(who_);
  taken->addWidget(leave_);
  all->addWidget(free_);
  all->addWidget(taken_);
  return box;
}

QWidget* WorkshopPanel::buildGuess() {
  guessing_ = new QWidget(this);
  place_ = new QComboBox(guessing_);
  place_->setObjectName(QStringLiteral("guessPlace"));
  place_->setAccessibleName(tr("Where it began"));
  verb_ = new QComboBox(guessing_);
  verb_->setObjectName(QStringLiteral("guessVerb"));
  verb_->setAccessibleName(tr("What was done"));
  guess_ = button(guessing_, "guess", tr("Guess"));
  outcome_ = new QLabel(guessing_);
  outcome_->setObjectName(QStringLiteral("guessOutcome"));
  outcome_->setWordWrap(true);
  reveal_ = button(guessing_, "reveal", tr("Reveal what was done"));
  auto* layout = column(guessing_);
  for (QWidget* w : std::initializer_list<QWidget*>{
           heading(guessing_, tr("Where did it begin?")), place_,
           note(guessing_, tr("Select a node or an arrow on the canvas, or choose it here.")),
           heading(guessing_, tr("What was done?")), verb_, guess_, outcome_, reveal_})
    layout->addWidget(w);
  return guessing_;
}

QWidget* WorkshopPanel::buildRound() {
  auto* box = new QWidget(this);
  boardName_ = note(box);
  choose_ = button(box, "chooseBoard", tr("Choose…"));
  minutes_ = new QSpinBox(box);
  // Typed, or turned by the wheel and the arrow keys: the style draws its buttons without arrows.
  minutes_->setButtonSymbols(QAbstractSpinBox::NoButtons);
  minutes_->setRange(1, kMostMinutes);
  minutes_->setValue(kUsualMinutes);
  minutes_->setSuffix(tr(" min"));
  minutes_->setAccessibleName(tr("Length of the round"));
  open_ = button(box, "openRound", tr("Open a round"));
  open_->setToolTip(tr("For whoever leads the workshop: only tries within a round count."));
  auto* file = new QHBoxLayout;
  file->addWidget(boardName_, 1);
  file->addWidget(choose_);
  auto* round = new QHBoxLayout;
  round->addWidget(minutes_);
  round->addWidget(open_, 1);
  auto* layout = column(box);
  layout->addWidget(heading(box, tr("Scoreboard")));
  layout->addLayout(file);
  layout->addLayout(round);
  return box;
}

void WorkshopPanel::connectAll() {
  const auto sit = [this] { Q_EMIT sitWanted(name_->text(), hides_->isChecked()); };
  connect(sit_, &QPushButton::clicked, this, sit);
  connect(name_, &QLineEdit::returnPressed, this, sit);
  connect(name_, &QLineEdit::textChanged, this, [this] { sit_->setEnabled(!name_->text().trimmed().isEmpty()); });
  connect(leave_, &QPushButton::clicked, this, &WorkshopPanel::leaveWanted);
  connect(reveal_, &QPushButton::clicked, this, &WorkshopPanel::revealWanted);
  connect(guess_, &QPushButton::clicked, this, &WorkshopPanel::guess);
  connect(choose_, &QPushButton::clicked, this, &WorkshopPanel::boardWanted);
  connect(open_, &QPushButton::clicked, this, [this] { workshop_.openRound(minutes(minutes_->value())); });
  connect(place_, &QComboBox::currentIndexChanged, this, &WorkshopPanel::offerVerbs);
  connect(&selection_, &Selection::changed, this, &WorkshopPanel::showSelection);
  connect(&workshop_, &Workshop::changed, this, &WorkshopPanel::refresh);
  connect(&workshop_, &Workshop::boardChanged, this, &WorkshopPanel::refreshBoard);
}

// ------------------------------------------------------------- guessing

void WorkshopPanel::showSelection() {
  std::string name = selection_.onlyNode();
  if (name.empty() && selection_.nodes().empty() && selection_.edges().size() == 1) name = *selection_.edges().begin();
  if (const int index = place_->findText(QString::fromStdString(name)); index >= 0) place_->setCurrentIndex(index);
}

void WorkshopPanel::offerVerbs() {
  const QVariant before = verb_->currentData();
  verb_->clear();
  for (const std::string& verb : workshop_.verbsAt(place_->currentText().toStdString()))
    verb_->addItem(wordsOf(verb), QString::fromStdString(verb));
  if (const int index = verb_->findData(before); index >= 0) verb_->setCurrentIndex(index);
  outcome_->hide();
}

void WorkshopPanel::guess() {
  const std::string place = place_->currentText().toStdString(), verb = verb_->currentData().toString().toStdString();
  const std::optional<Try> whole = workshop_.guess(place, verb);
  if (!whole) return;
  const QString said[] = {tr("Neither the place nor what was done."), tr("One of the two is right, the other is not."),
                          tr("Right: it began there, with that.")};
  outcome_->show();
  outcome_->setText((whole->passed ? QStringLiteral("\u2713  ") : QStringLiteral("\u2717  ")) + said[whole->met]);
}

// ------------------------------------------------------------- what is shown

void WorkshopPanel::refresh() {
  free_->setVisible(!workshop_.isSeated());
  taken_->setVisible(workshop_.isSeated());
  guessing_->setVisible(workshop_.isHidden());
  sit_->setEnabled(!name_->text().trimmed().isEmpty());
  who_->setText(tr("%1 sits here: the runs have the luck of this seat.").arg(workshop_.seat()) +
                (workshop_.isHidden()
                     ? QLatin1Char(' ') + tr("What is done to the system is hidden: press play, and read the charts.")
                     : QString()));
  place_->clear();
  for (const std::string& place : workshop_.places()) place_->addItem(QString::fromStdString(place));
  outcome_->hide();
}

void WorkshopPanel::refreshBoard() {
  const std::optional<std::int64_t> left = workshop_.secondsLeft();
  clock_->setVisible(left.has_value());
  clockHint_->setVisible(left.has_value());
  if (left) {
    clock_->setText(QStringLiteral("%1:%2").arg(*left / 60).arg(*left % 60, 2, 10, QLatin1Char('0')));
    clock_->setStyleSheet(QStringLiteral("color: %1")
                              .arg(colorOf(*left == 0         ? Tone::Muted
                                           : *left <= kHurryS ? Tone::Degraded
                                                              : Tone::Text)
                                       .name()));
    clockHint_->setText(*left > 0 ? tr("left in round %1").arg(workshop_.scores().rounds().size())
                                  : tr("The round is over."));
  }
  const bool hasBoard = !workshop_.board().isEmpty();
  boardName_->setText(hasBoard ? QFileInfo(workshop_.board()).fileName() : tr("A file that all seats can write to"));
  boardName_->setToolTip(workshop_.board());
  minutes_->setEnabled(hasBoard);
  open_->setEnabled(hasBoard);
  const std::vector<Standing> standings = workshop_.scores().standings();
  nobody_->setVisible(hasBoard && standings.empty());
  table_->setVisible(!standings.empty());
  table_->setRowCount(static_cast<int>(standings.size()));
  for (int row = 0; row < table_->rowCount(); ++row) {
    const Standing& s = standings[static_cast<std::size_t>(row)];
    const QString cells[] = {QString::fromStdString(s.seat), QString::number(s.passed), QString::number(s.met, 'f', 2),
                             QString::number(s.costPerHour, 'g', 4), QString::number(s.tries)};
    for (int column = 0; column < table_->columnCount(); ++column) {
      auto* item = new QTableWidgetItem(cells[column]);
      if (column > 0) item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
      table_->setItem(row, column, item);
    }
  }
}

}  // namespace faultline
