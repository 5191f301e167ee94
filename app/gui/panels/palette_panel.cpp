#include "gui/panels/palette_panel.h"

#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMouseEvent>
#include <QVBoxLayout>

#include "gui/models/palette_model.h"
#include "gui/panels/component_delegate.h"
#include "gui/style/theme.h"

namespace faultline {

PaletteView::PaletteView(QWidget* parent) : QTreeView(parent) {
  setObjectName(QStringLiteral("palette"));
  setHeaderHidden(true);
  setRootIsDecorated(false);
  setIndentation(0);
  setExpandsOnDoubleClick(false);
  setMouseTracking(true);
  setUniformRowHeights(false);
  setVerticalScrollMode(ScrollPerPixel);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setDragEnabled(true);
  setDragDropMode(DragOnly);
  setSelectionMode(SingleSelection);
}

bool PaletteView::isOnChevron(QPoint point) const {
  const QModelIndex index = indexAt(point);
  if (!index.isValid() || choiceAt(index).kind.empty() || !model()->hasChildren(index)) return false;
  return point.x() >= visualRect(index).right() - ComponentDelegate::kChevronWidth;
}

void PaletteView::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton && isOnChevron(event->pos())) {
    const QModelIndex index = indexAt(event->pos());
    setExpanded(index, !isExpanded(index));
    return event->accept();
  }
  QTreeView::mousePressEvent(event);
}

void PaletteView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (isOnChevron(event->pos())) return mousePressEvent(event);
  QTreeView::mouseDoubleClickEvent(event);
  if (event->button() == Qt::LeftButton) Q_EMIT chosen(indexAt(event->pos()));
}

void PaletteView::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
    Q_EMIT chosen(currentIndex());
    return event->accept();
  }
  QTreeView::keyPressEvent(event);
}

PalettePanel::PalettePanel(QWidget* parent)
    : QWidget(parent), model_(new PaletteModel(this)), proxy_(new PaletteFilter(this)) {
  setObjectName(QStringLiteral("palettePanel"));
  proxy_->setSourceModel(model_);
  filter_ = new QLineEdit(this);
  filter_->setObjectName(QStringLiteral("paletteFilter"));
  filter_->setPlaceholderText(tr("Filter"));
  filter_->setAccessibleName(tr("Filter the palette"));
  filter_->setClearButtonEnabled(true);
  filter_->installEventFilter(this);
  view_ = new PaletteView(this);
  view_->setAccessibleName(tr("Palette"));
  view_->setModel(proxy_);
  view_->setItemDelegate(new ComponentDelegate(ComponentDelegate::Detail::None, view_));
  nothing_ = new QLabel(tr("Nothing is called that."), this);
  nothing_->setObjectName(QStringLiteral("muted"));
  nothing_->setAlignment(Qt::AlignCenter);
  nothing_->hide();
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(10, 10, 4, 4);
  layout->setSpacing(8);
  auto* top = new QHBoxLayout;
  top->setContentsMargins(0, 0, 6, 0);
  top->addWidget(filter_);
  layout->addLayout(top);
  layout->addWidget(nothing_);
  layout->addWidget(view_);
  setMinimumWidth(180);
  connect(filter_, &QLineEdit::textChanged, this, &PalettePanel::search);
  connect(view_, &PaletteView::chosen, this, &PalettePanel::request);
  connect(&Theme::instance(), &Theme::changed, view_->viewport(), qOverload<>(&QWidget::update));
  search({});
}

void PalettePanel::search(const QString& text) {
  proxy_->setSearch(text);
  const bool isAll = text.trimmed().isEmpty();
  for (int row = 0; row < proxy_->rowCount(); ++row) {
    const QModelIndex category = proxy_->index(row, 0);
    view_->setExpanded(category, true);
    for (int k = 0; k < proxy_->rowCount(category); ++k) view_->setExpanded(proxy_->index(k, 0, category), !isAll);
  }
  nothing_->setVisible(proxy_->rowCount() == 0);
  view_->setCurrentIndex(isAll ? QModelIndex() : firstChoice());
}

// What Enter in the filter adds: the first row that is called so, else the first that says the word, else the first.
QModelIndex PalettePanel::firstChoice() const {
  const QString wanted = filter_->text().trimmed();
  QModelIndex first, saying, called;
  for (QModelIndex index = proxy_->index(0, 0); index.isValid() && !called.isValid(); index = view_->indexBelow(index)) {
    if (choiceAt(index).kind.empty()) continue;
    const QString label = index.data().toString();
    if (!first.isValid()) first = index;
    if (!saying.isValid() && label.contains(wanted, Qt::CaseInsensitive)) saying = index;
    if (label.compare(wanted, Qt::CaseInsensitive) == 0) called = index;
  }
  return called.isValid() ? called : saying.isValid() ? saying : first;
}

void PalettePanel::request(const QModelIndex& index) {
  const ComponentChoice choice = choiceAt(index);
  if (!choice.kind.empty()) Q_EMIT addRequested(choice);
}

bool PalettePanel::eventFilter(QObject* watched, QEvent* event) {
  if (watched == filter_ && event->type() == QEvent::KeyPress) {
    auto* key = static_cast<QKeyEvent*>(event);
    if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
      request(view_->currentIndex());
      return true;
    }
    if (key->key() == Qt::Key_Down) {
      view_->setFocus();
      if (!view_->currentIndex().isValid()) view_->setCurrentIndex(firstChoice());
      return true;
    }
    if (key->key() == Qt::Key_Escape && !filter_->text().isEmpty()) {
      filter_->clear();
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace faultline
