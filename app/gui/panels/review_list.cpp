#include "gui/panels/review_list.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QMouseEvent>
#include <QVBoxLayout>

#include "gui/document/findings.h"
#include "gui/document/selection.h"
#include "gui/models/review_model.h"
#include "gui/panels/finding_delegate.h"
#include "gui/style/theme.h"

namespace faultline {

ReviewList::ReviewList(Findings& findings, Selection& selection, QWidget* parent)
    : QWidget(parent), findings_(findings), selection_(selection), model_(new ReviewModel(findings, this)) {
  setObjectName(QStringLiteral("reviewList"));
  title_ = new QLabel(tr("Review of the design"), this);
  state_ = new QLabel(this);
  state_->setObjectName(QStringLiteral("muted"));
  view_ = new QListView(this);
  view_->setObjectName(QStringLiteral("findings"));
  view_->setAccessibleName(tr("Findings of the review"));
  view_->setModel(model_);
  delegate_ = new FindingDelegate(*view_);
  view_->setItemDelegate(delegate_);
  view_->setResizeMode(QListView::Adjust);
  view_->setVerticalScrollMode(QListView::ScrollPerPixel);
  view_->setMouseTracking(true);
  auto* head = new QHBoxLayout;
  head->setContentsMargins(12, 8, 12, 4);
  head->setSpacing(8);
  head->addWidget(title_);
  head->addStretch();
  head->addWidget(state_);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(head);
  layout->addWidget(view_, 1);
  // A row opens when it is chosen, and then others move: what was under the pointer before that counts.
  view_->viewport()->installEventFilter(this);
  view_->installEventFilter(this);
  connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& now) {
    view_->doItemsLayout();
    choose(now);
  });
  connect(model_, &QAbstractItemModel::modelReset, this, &ReviewList::refresh);
  connect(&findings, &Findings::changed, this, &ReviewList::refresh);
  connect(&Theme::instance(), &Theme::changed, this, &ReviewList::refresh);
  refresh();
}

QRect ReviewList::mendOf(int row) const {
  const QModelIndex index = model_->index(row, 0);
  return delegate_->mendOf(view_->visualRect(index), index);
}

void ReviewList::refresh() {
  title_->setFont(Theme::instance().font(Type::Name));
  const int risks = findings_.risks();
  state_->setText(!findings_.isReviewed() ? tr("after the problems")
                  : risks == 0            ? tr("no risks")
                  : risks == 1            ? tr("1 risk")
                                          : tr("%1 risks").arg(risks));
  view_->doItemsLayout();
}

bool ReviewList::eventFilter(QObject* watched, QEvent* event) {
  if (watched == view_->viewport() && event->type() == QEvent::MouseButtonPress) {
    const QPoint place = static_cast<QMouseEvent*>(event)->position().toPoint();
    const QModelIndex index = view_->indexAt(place);
    if (index.isValid() && mendOf(index.row()).contains(place)) {
      mend(index);
      return true;
    }
    choose(index);
  }
  if (watched == view_ && event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Return || key == Qt::Key_Enter) mend(view_->currentIndex());
  }
  return QWidget::eventFilter(watched, event);
}

void ReviewList::choose(const QModelIndex& index) {
  if (!index.isValid()) return;
  const Finding& finding = model_->finding(index.row());
  const edits::Names nodes = findings_.nodesOf(finding), edges = findings_.edgesOf(finding);
  selection_.set({nodes.begin(), nodes.end()}, {edges.begin(), edges.end()});
}

void ReviewList::mend(const QModelIndex& index) {
  if (!index.isValid()) return;
  const Diagnostics said = findings_.mend(Finding(model_->finding(index.row())));
  if (hasErrors(said)) Q_EMIT problem(QString::fromStdString(said.front().message));
}

}  // namespace faultline
