#include "gui/panels/review_list.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QMouseEvent>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include "gui/document/findings.h"
#include "gui/document/selection.h"
#include "gui/models/review_model.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kMark = 9, kLeft = 12, kTextLeft = kLeft + kMark + 9, kRight = 10, kPad = 6, kGap = 3, kChip = 20;
constexpr double kSmall = 0.92;

struct Places {
  QRect what, why, mend;
  int bottom = 0;
};

QString mendText(const QModelIndex& index) {
  const QString setting = index.data(ReviewModel::MendRole).toString();
  return setting.isEmpty() ? QString() : ReviewList::tr("Mend: %1").arg(setting);
}

// The current finding says why, too.
Places placesOf(const QRect& row, const QModelIndex& index, bool isOpen) {
  const int width = std::max(60, row.width() - kTextLeft - kRight), left = row.left() + kTextLeft;
  const auto below = [&](int top, const QFont& font, const QString& text) {
    const QRect needed =
        QFontMetrics(font).boundingRect(QRect(0, 0, width, 10'000), Qt::TextWordWrap | Qt::AlignLeft, text);
    return QRect(left, top, width, needed.height());
  };
  Places p;
  p.what = below(row.top() + kPad, Theme::instance().font(Type::Base), index.data().toString());
  p.bottom = p.what.bottom() + 1;
  if (isOpen) {
    p.why =
        below(p.bottom + kGap, Theme::instance().font(Type::Base, kSmall), index.data(ReviewModel::WhyRole).toString());
    p.bottom = p.why.bottom() + 1;
  }
  if (const QString mend = mendText(index); !mend.isEmpty()) {
    const int wide = QFontMetrics(Theme::instance().font(Type::Base, kSmall)).horizontalAdvance(mend) + 24;
    p.mend = QRect(left, p.bottom + kGap + 1, std::min(wide, width), kChip);
    p.bottom = p.mend.bottom() + 1;
  }
  p.bottom += kPad;
  return p;
}

class FindingDelegate : public QStyledItemDelegate {
 public:
  explicit FindingDelegate(QListView& view) : QStyledItemDelegate(&view), view_(view) {}

  bool isOpen(const QModelIndex& index) const { return view_.currentIndex() == index; }

  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const override {
    return {0, placesOf(QRect(0, 0, view_.viewport()->width(), 0), index, isOpen(index)).bottom};
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const Places p = placesOf(option.rect, index, isOpen(index));
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    const bool isSelected = option.state & QStyle::State_Selected;
    if (isSelected || (option.state & QStyle::State_MouseOver)) {
      painter->setBrush(isSelected ? Theme::instance().faint(Tone::Accent, 0.22) : colorOf(Tone::Input));
      painter->drawRoundedRect(QRectF(option.rect).adjusted(3, 1, -3, -1), 6, 6);
    }
    const bool isRisk = index.data(ReviewModel::IsRiskRole).toBool();
    const QPointF c(option.rect.left() + kLeft + kMark / 2.0, p.what.top() + 8);
    const double r = kMark / 2.0;
    painter->setPen(Qt::NoPen);
    painter->setBrush(colorOf(isRisk ? Tone::Degraded : Tone::Muted));
    if (isRisk)
      painter->drawPolygon(QPolygonF{{c.x(), c.y() - r}, {c.x() + r, c.y()}, {c.x(), c.y() + r}, {c.x() - r, c.y()}});
    else
      painter->drawEllipse(c, 2.5, 2.5);
    painter->setFont(Theme::instance().font(Type::Base));
    painter->setPen(colorOf(isRisk ? Tone::Text : Tone::Muted));
    painter->drawText(p.what, Qt::TextWordWrap | Qt::AlignLeft, index.data().toString());
    painter->setFont(Theme::instance().font(Type::Base, kSmall));
    painter->setPen(colorOf(Tone::Muted));
    if (!p.why.isEmpty())
      painter->drawText(p.why, Qt::TextWordWrap | Qt::AlignLeft, index.data(ReviewModel::WhyRole).toString());
    if (!p.mend.isEmpty()) {
      painter->setPen(Qt::NoPen);
      painter->setBrush(Theme::instance().faint(Tone::Ok, 0.18));
      painter->drawRoundedRect(p.mend, kChip / 2.0, kChip / 2.0);
      painter->setPen(colorOf(Tone::Ok));
      painter->drawText(p.mend.adjusted(9, 0, -9, 0), Qt::AlignVCenter | Qt::AlignLeft,
                        painter->fontMetrics().elidedText(mendText(index), Qt::ElideMiddle, p.mend.width() - 18));
    }
    painter->restore();
  }

 private:
  QListView& view_;
};

}  // namespace

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
  view_->setItemDelegate(new FindingDelegate(*view_));
  view_->setResizeMode(QListView::Adjust);
  view_->setVerticalScrollMode(QListView::ScrollPerPixel);
  view_->setMouseTracking(true);
  auto* head = new QHBoxLayout;
  head->setContentsMargins(12, 8, 12, 4);
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
  return placesOf(view_->visualRect(index), index, view_->currentIndex() == index).mend;
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
