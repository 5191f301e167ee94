#include "gui/panels/problems_panel.h"

#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QStackedLayout>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QVBoxLayout>

#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/models/problems_model.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kMark = 9, kGap = 8;

// The same shapes as the canvas has for states: a triangle for what stops a run, a diamond for the rest.
class ProblemDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QStyleOptionViewItem shifted = option;
    if (index.column() == ProblemsModel::MessageColumn) shifted.rect.setLeft(option.rect.left() + kMark + 2 * kGap);
    QStyledItemDelegate::paint(painter, shifted, index);
    if (index.column() != ProblemsModel::MessageColumn) return;
    const bool isError = index.data(ProblemsModel::IsErrorRole).toBool();
    const QPointF c(option.rect.left() + kGap + kMark / 2.0, option.rect.center().y() + 0.5);
    const double r = kMark / 2.0;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(colorOf(isError ? Tone::Failing : Tone::Degraded));
    if (isError)
      painter->drawPolygon(QPolygonF{{c.x(), c.y() - r}, {c.x() + r, c.y() + r}, {c.x() - r, c.y() + r}});
    else
      painter->drawPolygon(QPolygonF{{c.x(), c.y() - r}, {c.x() + r, c.y()}, {c.x(), c.y() + r}, {c.x() - r, c.y()}});
    painter->restore();
  }
};

}  // namespace

ProblemsPanel::ProblemsPanel(Document& document, Selection& selection, QWidget* parent)
    : QWidget(parent), document_(document), selection_(selection), model_(new ProblemsModel(document, this)) {
  setObjectName(QStringLiteral("problemsPanel"));
  view_ = new QTreeView(this);
  view_->setObjectName(QStringLiteral("problems"));
  view_->setAccessibleName(tr("Problems"));
  view_->setModel(model_);
  view_->setItemDelegate(new ProblemDelegate(view_));
  view_->setRootIsDecorated(false);
  view_->setUniformRowHeights(true);
  view_->setTextElideMode(Qt::ElideRight);
  view_->header()->setStretchLastSection(false);
  view_->header()->setSectionResizeMode(ProblemsModel::MessageColumn, QHeaderView::Stretch);
  view_->header()->setSectionResizeMode(ProblemsModel::PlaceColumn, QHeaderView::ResizeToContents);
  none_ = new QLabel(tr("No problems: the scenario can run."), this);
  none_->setObjectName(QStringLiteral("muted"));
  none_->setAlignment(Qt::AlignCenter);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(none_);
  layout->addWidget(view_);
  connect(view_, &QTreeView::clicked, this, &ProblemsPanel::choose);
  connect(view_, &QTreeView::activated, this, &ProblemsPanel::choose);
  connect(model_, &QAbstractItemModel::modelReset, this, &ProblemsPanel::refresh);
  connect(&Theme::instance(), &Theme::changed, view_->viewport(), qOverload<>(&QWidget::update));
  refresh();
}

void ProblemsPanel::addSection(QWidget* section) {
  none_->setContentsMargins(0, 12, 0, 12);
  static_cast<QVBoxLayout*>(layout())->addWidget(section, 2);
}

void ProblemsPanel::refresh() {
  const int count = model_->rowCount();
  view_->setVisible(count > 0);
  none_->setVisible(count == 0);
  Q_EMIT countChanged(count);
}

void ProblemsPanel::choose(const QModelIndex& index) {
  if (!index.isValid()) return;
  const Diagnostic problem = model_->problem(index.row());
  const ProblemOwner owner = problemOwner(document_.scenario(), problem.path);
  if (!owner.isEmpty())
    selection_.set({owner.nodes.begin(), owner.nodes.end()}, {owner.edges.begin(), owner.edges.end()});
  Q_EMIT problemChosen(problem);
}

}  // namespace faultline
