#include "gui/panels/theory_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QVBoxLayout>

#include "gui/document/selection.h"
#include "gui/models/theory_model.h"
#include "gui/panels/study_request.h"
#include "gui/panels/work_bar.h"
#include "gui/run/diagnosis.h"
#include "gui/run/run_bridge.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

// A difference that theory does not explain is worth a colour; its words say it too.
class VerdictDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    QStyledItemDelegate::initStyleOption(option, index);
    option->state &= ~QStyle::State_HasFocus;
    if (index.column() == TheoryModel::VerdictColumn)
      option->palette.setColor(QPalette::Text, colorOf(index.data(TheoryModel::AgreesRole).toBool() ? Tone::Ok : Tone::Degraded));
  }
};

}  // namespace

TheoryPanel::TheoryPanel(Selection& selection, RunBridge& run, Diagnosis& diagnosis, QWidget* parent)
    : QWidget(parent),
      selection_(selection),
      diagnosis_(diagnosis),
      model_(new TheoryModel({&format::value, &format::clock}, this)) {
  setObjectName(QStringLiteral("theoryPanel"));
  title_ = new QLabel(this);
  note_ = new QLabel(this);
  note_->setObjectName(QStringLiteral("muted"));
  note_->setWordWrap(true);
  request_ = new StudyRequest({QStringLiteral("compareWithTheory"), tr("Compare up to %1"), tr("Measuring")}, run,
                              diagnosis, *this);
  connect(request_, &StudyRequest::wanted, &diagnosis, &Diagnosis::examine);
  view_ = new QTreeView(this);
  view_->setObjectName(QStringLiteral("theory"));
  view_->setAccessibleName(tr("Theory beside measurement"));
  view_->setModel(model_);
  view_->setItemDelegate(new VerdictDelegate(view_));
  view_->setRootIsDecorated(false);
  view_->setUniformRowHeights(true);
  view_->header()->setStretchLastSection(true);
  constexpr int kWidths[] = {120, 120, 210, 110, 80, 120, 90};
  for (int column = 0; column < TheoryModel::VerdictColumn; ++column) view_->header()->resizeSection(column, kWidths[column]);
  auto* texts = new QVBoxLayout;
  texts->setSpacing(2);
  texts->addWidget(title_);
  texts->addWidget(note_);
  auto* head = new QHBoxLayout;
  head->setContentsMargins(14, 8, 12, 4);
  head->addLayout(texts, 1);
  head->addWidget(request_->button(), 0, Qt::AlignTop);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(head);
  layout->addWidget(request_->work());
  layout->addWidget(view_, 1);
  layout->addStretch();
  connect(&diagnosis, &Diagnosis::changed, this, &TheoryPanel::showStudy);
  connect(&diagnosis, &Diagnosis::stateChanged, this, &TheoryPanel::showState);
  connect(&selection, &Selection::changed, this, &TheoryPanel::showState);
  connect(&run, &RunBridge::statusChanged, this, &TheoryPanel::showState);
  connect(&Theme::instance(), &Theme::changed, this, &TheoryPanel::showState);
  showStudy();
}

void TheoryPanel::showStudy() {
  const RunStudy* study = diagnosis_.study();
  model_->setTheory(study != nullptr && study->theory ? *study->theory : Theory());
  showState();
}

void TheoryPanel::showState() {
  const std::string node = selection_.onlyNode();
  model_->setNode(node);
  const RunStudy* study = diagnosis_.study();
  const bool has = study != nullptr && study->theory;
  title_->setFont(Theme::instance().font(Type::Name));
  title_->setText(node.empty() ? tr("Theory beside measurement, all nodes")
                               : tr("Theory beside measurement, %1").arg(QString::fromStdString(node)));
  QString note = tr("Little's law and the utilisation law hold at every node; formulas of queues where their assumptions do.");
  if (const QString why = model_->whyWithout(node); !why.isEmpty()) note = tr("No formula of a queue fits: %1.").arg(why);
  if (has) note += QLatin1Char(' ') + tr("Measured up to %1, after the warm-up.").arg(format::clock(study->upTo));
  note_->setText(note);
  view_->setVisible(model_->rowCount() > 0);
  request_->show(has);
}

}  // namespace faultline
