#include "gui/panels/capacity_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/panels/load_curve.h"
#include "gui/panels/work_bar.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

// What a search for one class takes about, for the progress that is shown.
constexpr std::size_t kRunsOfASearch = 12;

}  // namespace

CapacityPanel::CapacityPanel(Document& document, Selection& selection, QWidget* parent)
    : QWidget(parent), document_(document), selection_(selection) {
  setObjectName(QStringLiteral("capacityPanel"));
  title_ = new QLabel(this);
  title_->setWordWrap(true);
  note_ = new QLabel(this);
  note_->setObjectName(QStringLiteral("muted"));
  note_->setWordWrap(true);
  note_->setTextFormat(Qt::RichText);
  connect(note_, &QLabel::linkActivated, this, [this](const QString& node) {
    if (document_.scenario().findNode(node.toStdString()) != nullptr) selection_.set({node.toStdString()});
  });
  find_ = new QPushButton(tr("Find the capacity"), this);
  find_->setObjectName(QStringLiteral("findCapacity"));
  connect(find_, &QPushButton::clicked, this, [this] { find(); });
  work_ = new WorkBar(tr("Raising the load"), this);
  connect(work_, &WorkBar::cancelWanted, &background_, &Background::cancel);
  curve_ = new LoadCurve(this);
  auto* texts = new QVBoxLayout;
  texts->setSpacing(2);
  texts->addWidget(title_);
  texts->addWidget(note_);
  auto* head = new QHBoxLayout;
  head->setContentsMargins(14, 8, 12, 4);
  head->addLayout(texts, 1);
  head->addWidget(find_, 0, Qt::AlignTop);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(head);
  layout->addWidget(work_);
  layout->addWidget(curve_, 1);
  layout->addStretch();
  connect(&background_, &Background::stateChanged, this, &CapacityPanel::showState);
  connect(&background_, &Background::progressed, this, [this] { work_->show(background_); });
  connect(&document, &Document::problemsChanged, this, &CapacityPanel::showState);
  connect(&document, &Document::changed, this, [this](const ScenarioDiff& diff) {
    outdated_ = outdated_ || diff.changesGraph() || diff.kinds || diff.classes || diff.settings || !diff.params.empty();
    showState();
  });
  connect(&document, &Document::replaced, this, [this] {
    background_.cancel();
    result_.reset();
    showState();
  });
  connect(&Theme::instance(), &Theme::changed, this, &CapacityPanel::showState);
  showState();
}

void CapacityPanel::find(std::size_t seeds) {
  CapacityOptions options;
  options.seeds = seeds;
  const std::size_t searches = 1 + document_.scenario().classes.size();
  const std::size_t runs = seeds * (searches * kRunsOfASearch + options.curvePoints);
  outdated_ = false;
  background_.start<Capacity>(
      [scenario = document_.scenario(), options, runs](Work& work) {
        return capacityOf(scenario, options, batchRunner(work, runs));
      },
      [this](Capacity found) {
        result_ = std::move(found);
        curve_->show(*result_);
        showState();
      });
}

QString CapacityPanel::text() const { return title_->text() + QLatin1Char('\n') + note_->text(); }

QString CapacityPanel::sentence(const CapacityOf& c) const {
  const QString name = c.className.empty() ? tr("All operations") : QString::fromStdString(c.className).toHtmlEscaped();
  QString text = (c.beyond ? tr("%1: more than %2") : tr("%1: up to %2")).arg(name, format::rate(c.perSecond()));
  text += tr(", today %1").arg(format::rate(c.today));
  if (!c.bottleneck.empty()) {
    const QString node = QString::fromStdString(c.bottleneck).toHtmlEscaped();
    text += tr("; then <a href='%1' style='color:%4'>%2</a> is %3 busy")
                .arg(node, node, format::ratio(c.utilization), colorOf(Tone::Accent).name());
  }
  return text;
}

void CapacityPanel::showState() {
  title_->setFont(Theme::instance().font(Type::Name));
  const bool has = result_ && !result_->found.empty();
  curve_->setVisible(has);
  if (has) {
    title_->setText(tr("%1 of the operations end well and in time up to %2")
                        .arg(format::ratio(result_->inTime), format::rate(result_->found.front().perSecond())) +
                    (outdated_ ? tr(" (before the last edits)") : QString()));
    QStringList lines;
    for (const CapacityOf& c : result_->found) lines << sentence(c);
    note_->setText(lines.join(QStringLiteral("<br>")));
  } else {
    title_->setText(tr("How much load does it carry?"));
    note_->setText(tr("Raises the load step by step, without the timeline's faults, until too few operations end well and "
                      "in time; for all together and for each class alone."));
  }
  find_->setVisible(!background_.isRunning() && (!has || outdated_));
  find_->setEnabled(document_.canRun());
  work_->show(background_);
}

}  // namespace faultline
