#include "gui/panels/gallery_dialog.h"

#include <QComboBox>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QListWidget>
#include <QScrollBar>
#include <algorithm>

#include "gui/panels/language_button.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr QSize kSize{1180, 780};
constexpr int kLeastCard = 248, kGroupWidth = 168, kSide = 20;
constexpr int kFolderRole = Qt::UserRole, kIsAllRole = Qt::UserRole + 1;

QComboBox* combo(QWidget* parent, const QString& name, const QString& all) {
  auto* box = new QComboBox(parent);
  box->setAccessibleName(name);
  box->setToolTip(name);
  box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  box->addItem(all);
  return box;
}

}  // namespace

GalleryDialog::GalleryDialog(GalleryModel& model, ThumbnailPainter thumbnail, LessonLanguage& language, QWidget* parent)
    : QDialog(parent), model_(model), language_(language), filter_(new GalleryFilter(model, this)) {
  setObjectName(QStringLiteral("gallery"));
  setWindowTitle(tr("Scenarios"));
  delegate_ = new GalleryDelegate(*filter_, std::move(thumbnail), this);
  build();
  connect(search_, &QLineEdit::textChanged, this, &GalleryDialog::applyWish);
  for (QComboBox* box : {kinds_, sources_, lengths_})
    connect(box, &QComboBox::currentIndexChanged, this, &GalleryDialog::applyWish);
  connect(groups_, &QListWidget::currentRowChanged, this, &GalleryDialog::applyWish);
  connect(list_, &QListView::clicked, this, &GalleryDialog::choose);
  connect(delegate_, &GalleryDelegate::drawn, list_->viewport(), qOverload<>(&QWidget::update));
  connect(&model_, &GalleryModel::loaded, this, &GalleryDialog::fillChoices);
  connect(&model_, &QAbstractItemModel::rowsInserted, this, [this] {
    delegate_->forgetOrders();
    if (!list_->currentIndex().isValid()) selectFirst();
    showState();
  });
  connect(&Theme::instance(), &Theme::changed, this, [this] {
    restyle();
    delegate_->forgetDrawings();
    fitCards();
    list_->viewport()->update();
  });
  restyle();
  fillChoices();
}

// Not every desktop draws a frame around it.
void GalleryDialog::restyle() {
  setStyleSheet(QStringLiteral("#gallery { border: 1px solid %1; }").arg(colorOf(Tone::Line).name()));
}

void GalleryDialog::build() {
  heading_ = new QLabel(tr("What do you want to see break?"), this);
  Theme::instance().dress(*heading_, Type::Clock);
  auto* hint = new QLabel(
      tr("Each scenario runs by itself and teaches one thing. Click to open it; change it as you like."), this);
  hint->setObjectName(QStringLiteral("muted"));
  state_ = new QLabel(this);
  state_->setObjectName(QStringLiteral("reading"));
  search_ = new QLineEdit(this);
  search_->setPlaceholderText(tr("Search names, lessons, components"));
  search_->setAccessibleName(tr("Search"));
  search_->setClearButtonEnabled(true);
  search_->installEventFilter(this);
  kinds_ = combo(this, tr("What is in it"), tr("With any component"));
  sources_ = combo(this, tr("Where it comes from"), tr("From any source"));
  sources_->addItem(tr("From a publication"), static_cast<int>(LibraryEntry::Source::Published));
  sources_->addItem(tr("Recorded on a real stack"), static_cast<int>(LibraryEntry::Source::Recorded));
  sources_->addItem(tr("Made for Faultline"), static_cast<int>(LibraryEntry::Source::Own));
  lengths_ = combo(this, tr("Simulated time"), tr("Of any length"));
  lengths_->addItem(tr("Up to 2 minutes"));
  lengths_->addItem(tr("2 to 10 minutes"));
  lengths_->addItem(tr("Longer"));
  groups_ = new QListWidget(this);
  groups_->setAccessibleName(tr("Groups"));
  groups_->setFixedWidth(kGroupWidth);
  list_ = new QListView(this);
  list_->setObjectName(QStringLiteral("scenarios"));
  list_->setAccessibleName(tr("Scenarios"));
  list_->setViewMode(QListView::IconMode);
  list_->setMovement(QListView::Static);
  list_->setResizeMode(QListView::Adjust);
  list_->setUniformItemSizes(true);
  list_->setSelectionRectVisible(false);
  list_->setMouseTracking(true);
  list_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  list_->verticalScrollBar()->setSingleStep(40);
  list_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  list_->setModel(filter_);
  list_->setItemDelegate(delegate_);
  list_->installEventFilter(this);
  list_->viewport()->installEventFilter(this);
  none_ = new QLabel(tr("Nothing fits. Search for less, or choose fewer filters."), this);
  none_->setObjectName(QStringLiteral("muted"));
  none_->setAlignment(Qt::AlignCenter);
  auto* wishes = new QHBoxLayout;
  wishes->setSpacing(8);
  wishes->addWidget(search_, 1);
  for (QComboBox* box : {kinds_, sources_, lengths_}) wishes->addWidget(box);
  auto* layout = new QGridLayout(this);
  layout->setContentsMargins(kSide, kSide - 4, kSide - 8, 12);
  layout->setHorizontalSpacing(14);
  layout->addWidget(heading_, 0, 0, 1, 2);
  auto* below = new QHBoxLayout;
  below->setSpacing(14);
  below->addWidget(hint, 1);
  below->addWidget(state_);
  below->addWidget(new LanguageButton(language_, this));
  layout->addLayout(below, 1, 0, 1, 2);
  layout->addLayout(wishes, 2, 0, 1, 2);
  layout->addWidget(groups_, 3, 0);
  layout->addWidget(list_, 3, 1);
  layout->addWidget(none_, 3, 1);
  layout->setRowMinimumHeight(2, 44);
  layout->setRowStretch(3, 1);
  layout->setColumnStretch(1, 1);
}

void GalleryDialog::fillChoices() {
  const QSignalBlocker quiet(groups_), silent(kinds_);
  groups_->clear();
  auto* all = new QListWidgetItem(tr("All  %1").arg(model_.total()), groups_);
  all->setData(kIsAllRole, true);
  for (const QString& group : model_.groups()) {
    int count = 0;
    for (int row = 0; row < model_.rowCount(); ++row) count += model_.entry(row).group == group;
    auto* item = new QListWidgetItem(QStringLiteral("%1  %2").arg(groupTitle(group)).arg(count), groups_);
    item->setData(kFolderRole, group);
  }
  groups_->setCurrentRow(0);
  while (kinds_->count() > 1) kinds_->removeItem(1);
  for (const QString& kind : model_.concepts()) kinds_->addItem(tr("With: %1").arg(kind), kind);
  showState();
  applyWish();
}

void GalleryDialog::showState() {
  state_->setVisible(!model_.isLoaded());
  state_->setText(tr("Reading: %1 of %2").arg(model_.rowCount()).arg(model_.total()));
}

void GalleryDialog::applyWish() {
  GalleryFilter::Wish wish;
  wish.words = search_->text().simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
  if (const QListWidgetItem* group = groups_->currentItem(); group != nullptr && !group->data(kIsAllRole).toBool())
    wish.group = group->data(kFolderRole).toString();
  wish.kind = kinds_->currentData().toString();
  if (const QVariant source = sources_->currentData(); source.isValid())
    wish.source = static_cast<LibraryEntry::Source>(source.toInt());
  wish.length = static_cast<GalleryFilter::Length>(std::max(0, lengths_->currentIndex()));
  filter_->set(std::move(wish));
  const bool isEmpty = model_.isLoaded() && filter_->rowCount() == 0;
  list_->setVisible(!isEmpty);
  none_->setVisible(isEmpty);
  selectFirst();
}

void GalleryDialog::selectFirst() {
  if (filter_->rowCount() > 0) list_->setCurrentIndex(filter_->index(0, 0));
}

void GalleryDialog::present() {
  if (parentWidget() != nullptr) {
    resize(kSize.boundedTo(parentWidget()->size() * 0.96));
    const QRect over = parentWidget()->frameGeometry();
    move(over.center() - rect().center());
  }
  model_.load();
  if (!model_.isLoaded()) fillChoices();
  selectFirst();
  open();
  raise();
  activateWindow();
  search_->setFocus();
}

// As many columns as fit, all as wide.
void GalleryDialog::fitCards() {
  const int width = list_->viewport()->width();
  const int least = static_cast<int>(kLeastCard * Theme::instance().scale());
  const int columns = std::max(1, width / least);
  const int card = (width - 1) / columns;
  list_->setGridSize({card, GalleryDelegate::heightFor(card)});
}

// The search keeps the typing, the list gets the arrows; Enter opens from either.
bool GalleryDialog::eventFilter(QObject* watched, QEvent* event) {
  if (watched == list_->viewport() && event->type() == QEvent::Resize) fitCards();
  if (event->type() != QEvent::KeyPress) return QDialog::eventFilter(watched, event);
  auto* key = static_cast<QKeyEvent*>(event);
  if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
    choose(list_->currentIndex());
    return true;
  }
  if (watched == search_ && (key->key() == Qt::Key_Down || key->key() == Qt::Key_Up)) {
    list_->setFocus();
    return true;
  }
  if (watched == list_ && !key->text().isEmpty() && key->text().at(0).isPrint() && key->text() != QLatin1String(" ")) {
    search_->setFocus();
    search_->setText(search_->text() + key->text());
    return true;
  }
  return QDialog::eventFilter(watched, event);
}

void GalleryDialog::choose(const QModelIndex& index) {
  if (!index.isValid()) return;
  const QString path = filter_->entryAt(index).path;
  accept();
  Q_EMIT chosen(path);
}

}  // namespace faultline
