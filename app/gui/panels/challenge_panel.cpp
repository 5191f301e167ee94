#include "gui/panels/challenge_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "gui/document/document.h"
#include "gui/models/lesson_language.h"
#include "gui/panels/language_button.h"
#include "gui/panels/work_bar.h"
#include "gui/run/challenge.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

// What a row of the list says: a wish, a wish that was met, or one that was not.
enum Mark { kOpen, kMet, kMissed };

QLabel* text(QWidget* parent, const char* name) {
  auto* label = new QLabel(parent);
  label->setObjectName(QString::fromLatin1(name));
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

QLabel* heading(QWidget* parent, const QString& words) {
  auto* label = new QLabel(words, parent);
  Theme::instance().dress(*label, Type::Heading);
  return label;
}

QString plain(const std::string& words) { return QString::fromStdString(words).toHtmlEscaped(); }
QString amount(double value) { return QString::number(value, 'g', 4); }

}  // namespace

ChallengePanel::ChallengePanel(Document& document, Challenge& challenge, LessonLanguage& language, QWidget* parent)
    : QWidget(parent), document_(document), challenge_(challenge), language_(language) {
  setObjectName(QStringLiteral("challengePanel"));
  build();
  connect(hint_, &QPushButton::clicked, this, [this] {
    ++hints_;
    refreshHints();
  });
  connect(grade_, &QPushButton::clicked, &challenge_, &Challenge::grade);
  connect(work_, &WorkBar::cancelWanted, &challenge_, &Challenge::cancel);
  connect(&challenge_, &Challenge::replaced, this, &ChallengePanel::begin);
  connect(&challenge_, &Challenge::changed, this, &ChallengePanel::refresh);
  connect(&challenge_, &Challenge::stateChanged, this, &ChallengePanel::refreshState);
  connect(&challenge_, &Challenge::progressed, this, &ChallengePanel::refreshState);
  connect(&language_, &LessonLanguage::changed, this, &ChallengePanel::retell);
  connect(&Theme::instance(), &Theme::changed, this, &ChallengePanel::refresh);
  begin();
}

void ChallengePanel::build() {
  auto* page = new QWidget(this);
  name_ = text(this, "challengeName");
  Theme::instance().dress(*name_, Type::Name);
  story_ = text(page, "challengeStory");
  objectives_ = text(page, "challengeObjectives");
  limits_ = text(page, "challengeLimits");
  hintTexts_ = text(page, "challengeHints");
  verdict_ = text(page, "challengeVerdict");
  Theme::instance().dress(*verdict_, Type::Name);
  hint_ = new QPushButton(this);
  grade_ = new QPushButton(tr("Grade"), this);
  grade_->setToolTip(tr("Runs the design with luck that nobody has seen, and judges it as “faultline grade” does."));
  work_ = new WorkBar(tr("Grading"), this);
  auto* content = new QVBoxLayout(page);
  content->setContentsMargins(0, 4, 0, 4);
  for (QWidget* w : std::initializer_list<QWidget*>{story_, heading(page, tr("What has to hold")), objectives_,
                                                    heading(page, tr("Within")), limits_, hintTexts_})
    content->addWidget(w);
  content->addStretch();
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setWidget(page);
  auto* top = new QHBoxLayout;
  top->addWidget(name_, 1);
  top->addWidget(new LanguageButton(language_, this), 0, Qt::AlignTop);
  auto* bar = new QHBoxLayout;
  bar->addWidget(hint_);
  bar->addStretch();
  bar->addWidget(grade_);
  auto* layout = new QVBoxLayout(this);
  layout->addLayout(top);
  layout->addWidget(scroll, 1);
  layout->addWidget(verdict_);
  layout->addWidget(work_);
  layout->addLayout(bar);
}

void ChallengePanel::begin() {
  hints_ = 0;
  retell();
}

void ChallengePanel::retell() {
  texts_ = LessonLanguage::textsOf(document_.filePath(), language_.code());
  refresh();
}

void ChallengePanel::refresh() {
  if (!challenge_.isThere()) return refreshState();
  name_->setText(QString::fromStdString(texts_.of(challenge_.given().name)));
  story_->setText(LessonLanguage::flowing(QString::fromStdString(texts_.of(challenge_.given().description))));
  objectives_->setText(objectives());
  limits_->setText(limits());
  refreshHints();
  refreshState();
}

QString ChallengePanel::row(int mark, const QString& words, const QString& figure) const {
  constexpr const char* kGlyphs[] = {"\u25CB", "\u2713", "\u2717"};
  const QColor tone = colorOf(mark == kMet ? Tone::Ok : mark == kMissed ? Tone::Failing : Tone::Muted);
  return QStringLiteral("<tr><td style='padding-right:6px'><span style='color:%1'>%2</span></td><td width='100%'>%3")
             .arg(tone.name(), QString::fromUtf8(kGlyphs[mark]), words) +
         (figure.isEmpty()
              ? QString()
              : QStringLiteral("<br><span style='color:%1'>%2</span>").arg(colorOf(Tone::Muted).name(), figure)) +
         QStringLiteral("</td></tr>");
}

QString ChallengePanel::objectives() const {
  QString rows;
  const auto& grade = challenge_.result();
  for (std::size_t i = 0; i < challenge_.spec().objectives.size(); ++i) {
    const QString words = plain(challenge_.spec().objectives[i]);
    if (!grade || grade->runs == 0) {
      rows += row(kOpen, words, {});
      continue;
    }
    const Grade::Objective& o = grade->objectives[i];
    QString figure = tr("in %1 of %2 runs").arg(o.met).arg(grade->runs);
    if (!o.missed.empty()) figure += QStringLiteral("; ") + plain(o.missed);
    rows += row(o.met == grade->runs ? kMet : kMissed, words, figure);
  }
  return QStringLiteral("<table width='100%'>%1</table>").arg(rows);
}

QString ChallengePanel::limits() const {
  const ChallengeSpec& spec = challenge_.spec();
  const auto used = static_cast<std::int64_t>(challenge_.changes().size());
  QStringList places;
  for (const std::string& change : challenge_.changes()) places << plain(change);
  QString rows = row(used > spec.changes ? kMissed
                     : used > 0          ? kMet
                                         : kOpen,
                     tr("%1 of at most %2 changes").arg(used).arg(spec.changes), places.join(QStringLiteral("<br>")));
  for (const std::string& broken : challenge_.broken()) rows += row(kMissed, tr("not allowed"), plain(broken));
  if (spec.budget) {
    QStringList prices;
    for (const auto& [kind, price] : spec.prices)
      prices << QStringLiteral("%1 %2").arg(plain(kind).replace(QLatin1Char('_'), QLatin1Char(' ')), amount(price));
    const auto& grade = challenge_.result();
    const bool isKnown = grade && grade->runs > 0;
    rows += row(!isKnown              ? kOpen
                : grade->withinBudget ? kMet
                                      : kMissed,
                isKnown ? tr("a cost of %1 of at most %2 an hour").arg(amount(grade->costPerHour), amount(*spec.budget))
                        : tr("a cost of at most %1 an hour").arg(amount(*spec.budget)),
                prices.isEmpty() ? QString() : tr("what is added costs: %1").arg(prices.join(QStringLiteral(", "))));
  }
  if (!spec.given.empty()) {
    QStringList given;
    for (const std::string& place : spec.given) given << plain(place);
    rows += row(kOpen, tr("these stay as they are"), given.join(QStringLiteral(", ")));
  }
  return QStringLiteral("<table width='100%'>%1</table>").arg(rows);
}

QString ChallengePanel::verdict() const {
  if (challenge_.background().isRunning() || !challenge_.result()) return {};
  if (challenge_.isOutdated()) return tr("Changed since the grade");
  return challenge_.result()->passed ? tr("Mended.") : tr("Not yet.");
}

void ChallengePanel::refreshHints() {
  if (!challenge_.isThere()) return;
  const std::vector<std::string>& all = challenge_.spec().hints;
  QStringList shown;
  for (std::size_t i = 0; i < std::min(hints_, all.size()); ++i)
    shown << QStringLiteral("%1. %2").arg(i + 1).arg(QString::fromStdString(texts_.of(all[i])));
  hintTexts_->setText(shown.join(QStringLiteral("\n\n")));
  hintTexts_->setVisible(!shown.isEmpty());
  hint_->setVisible(!all.empty());
  hint_->setEnabled(hints_ < all.size());
  hint_->setText(hints_ < all.size() ? tr("Hint %1 of %2").arg(hints_ + 1).arg(all.size()) : tr("No more hints"));
}

void ChallengePanel::refreshState() {
  work_->show(challenge_.background());
  grade_->setEnabled(challenge_.canGrade() && !challenge_.background().isRunning());
  verdict_->setText(verdict());
  verdict_->setVisible(!verdict_->text().isEmpty());
}

}  // namespace faultline
