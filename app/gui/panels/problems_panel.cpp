#include "gui/panels/problems_panel.h"

#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QStackedLayout>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/models/problems_model.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kMark = 9, kGap = 8, kRowPad = 6, kMostHeight = 1000;
constexpr int kIndent = kMark + 2 * kGap;

// The same shapes as the canvas has for states: a triangle for what stops a run, a diamond for the rest. A message is
// read whole: it takes as many lines as the panel's width needs.
class ProblemDelegate : public QStyledItemDelegate {
 public:
  explicit ProblemDelegate(QTreeView& view) : QStyledItemDelegate(&view), view_(view) {}

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const QSize plain = QStyledItemDelegate::sizeHint(option, index);
    if (index.column() != ProblemsModel::MessageColumn) return plain;
    const int width = std::max(40, view_.columnWidth(ProblemsModel::MessageColumn) - kIndent - 2 * kRowPad);
    const QRect lines =
        option.fontMetrics.boundingRect(QRect(0, 0, width, kMostHeight), Qt::TextWordWrap, index.data().toString());
    return {plain.width(), std::max(plain.height(), lines.height() + kRowPad)};
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QStyleOptionViewItem shifted = option;
    if (index.column() == ProblemsModel::MessageColumn) shifted.rect.setLeft(option.rect.left() + kIndent);
    QStyledItemDelegate::paint(painter, shifted, index);
    if (index.column() != ProblemsModel::MessageColumn) return;
    const bool isError = index.data(ProblemsModel::IsErrorRole).toBool();
    const QPointF c(option.rect.left() + kGap + kMark / 2.0,
                    option.rect.top() + (option.fontMetrics.height() + kRowPad) / 2.0);
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

 private:
  QTreeView& view_;
};

}  // namespace

ProblemsPanel::ProblemsPanel(Document& document, Selection& selection, QWidget* parent)
    : QWidget(parent), document_(document), selection_(selection), model_(new ProblemsModel(document, this)) {
  setObjectName(QStringLiteral("problemsPanel"));
  view_ = new QTreeView(this);
  view_->setObjectName(QStringLiteral("problems"));
  view_->setAccessibleName(tr("Problems"));
  view_->setModel(model_);
  view_->setItemDelegate(new ProblemDelegate(*view_));
  view_->setRootIsDecorated(false);
  view_->setWordWrap(true);
  view_->setVerticalScrollMode(QTreeView::ScrollPerPixel);
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
  connect(view_->header(), &QHeaderView::sectionResized, view_, &QTreeView::doItemsLayout, Qt::QueuedConnection);
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
