#include "gui/panels/quick_add.h"

#include <QGuiApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QScreen>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/models/palette_model.h"
#include "gui/panels/component_delegate.h"

namespace faultline {

namespace {

constexpr QSize kSize{380, 320};

}  // namespace

QuickAdd::QuickAdd(QWidget* parent) : QFrame(parent, Qt::Popup), model_(new QuickAddModel(this)) {
  setObjectName(QStringLiteral("quickAdd"));
  setFrameShape(StyledPanel);
  search_ = new QLineEdit(this);
  search_->setPlaceholderText(tr("Add a component"));
  search_->setAccessibleName(tr("Add a component"));
  search_->installEventFilter(this);
  list_ = new QListView(this);
  list_->setModel(model_);
  list_->setItemDelegate(new ComponentDelegate(ComponentDelegate::Detail::Summary, list_));
  list_->setFocusPolicy(Qt::NoFocus);
  list_->setMouseTracking(true);
  list_->setUniformItemSizes(true);
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  layout->setSpacing(6);
  layout->addWidget(search_);
  layout->addWidget(list_);
  resize(kSize);
  connect(search_, &QLineEdit::textChanged, this, &QuickAdd::find);
  connect(list_, &QListView::clicked, this, &QuickAdd::choose);
}

void QuickAdd::open(QPoint global) {
  search_->clear();
  find({});
  if (const QScreen* screen = QGuiApplication::screenAt(global)) {
    const QRect free = screen->availableGeometry();
    global.setX(std::max(free.left(), std::min(global.x(), free.right() - width())));
    global.setY(std::max(free.top(), std::min(global.y(), free.bottom() - height())));
  }
  move(global);
  show();
  search_->setFocus();
}

void QuickAdd::find(const QString& text) {
  model_->setSearch(text);
  list_->setCurrentIndex(model_->index(0));
}

void QuickAdd::choose(const QModelIndex& index) {
  if (!index.isValid()) return;
  const ComponentChoice choice = choiceAt(index);
  close();
  Q_EMIT chosen(choice);
}

bool QuickAdd::eventFilter(QObject* watched, QEvent* event) {
  if (watched != search_ || event->type() != QEvent::KeyPress) return QFrame::eventFilter(watched, event);
  const int key = static_cast<QKeyEvent*>(event)->key();
  const int row = list_->currentIndex().row(), rows = model_->rowCount();
  switch (key) {
    case Qt::Key_Down:
      list_->setCurrentIndex(model_->index(std::min(row + 1, rows - 1)));
      return true;
    case Qt::Key_Up:
      list_->setCurrentIndex(model_->index(std::max(row - 1, 0)));
      return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      choose(list_->currentIndex());
      return true;
    case Qt::Key_Escape:
      close();
      return true;
    default:
      return QFrame::eventFilter(watched, event);
  }
}

}  // namespace faultline
