#include "gui/panels/chart_grid.h"

#include <QGridLayout>
#include <QScrollArea>
#include <QTabBar>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/panels/chart_card.h"

namespace faultline {

namespace {

constexpr int kCardWidth = 250;  // side by side as long as they are at least as wide
constexpr int kGap = 8;
constexpr int kLeastBeside = 100, kLeastAlone = 70;  // height of a drawing; where it stands alone nothing scrolls

}  // namespace

ChartGrid::ChartGrid(QWidget* parent)
    : QWidget(parent), tabs_(new QTabBar(this)), scroll_(new QScrollArea(this)), grid_(nullptr) {
  tabs_->setExpanding(false);
  tabs_->setDrawBase(false);
  tabs_->hide();
  scroll_->setWidgetResizable(true);
  scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* content = new QWidget;
  grid_ = new QGridLayout(content);
  grid_->setContentsMargins(kGap, 2, kGap, kGap);
  grid_->setSpacing(kGap);
  scroll_->setWidget(content);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->setSpacing(0);
  all->addWidget(tabs_);
  all->addWidget(scroll_, 1);
  connect(tabs_, &QTabBar::currentChanged, this, &ChartGrid::tabChosen);
}

QWidget* ChartGrid::place() const { return scroll_->widget(); }

void ChartGrid::nameTabs(const std::vector<ChartCard*>& cards) {
  while (tabs_->count() > static_cast<int>(cards.size())) tabs_->removeTab(tabs_->count() - 1);
  for (int i = 0; i < static_cast<int>(cards.size()); ++i) {
    const QString title = cards[static_cast<std::size_t>(i)]->spec().title;
    if (i >= tabs_->count())
      tabs_->addTab(title);
    else
      tabs_->setTabText(i, title);
  }
}

void ChartGrid::arrange(const std::vector<ChartCard*>& cards, int width, bool isNarrow) {
  const QSignalBlocker quiet(tabs_);
  nameTabs(cards);
  tabs_->setVisible(isNarrow && cards.size() > 1);
  while (QLayoutItem* item = grid_->takeAt(0)) delete item;
  const int count = static_cast<int>(cards.size());
  const int perRow = isNarrow ? 1 : std::clamp((width - kGap) / (kCardWidth + kGap), 1, std::max(1, count));
  // The last row is as full as the others.
  const int rows = std::max(1, (count + perRow - 1) / perRow), even = std::max(1, (count + rows - 1) / rows);
  for (int i = 0; i < count; ++i) {
    ChartCard* card = cards[static_cast<std::size_t>(i)];
    const bool isShown = !isNarrow || i == std::max(0, tabs_->currentIndex());
    card->setVisible(isShown);
    card->view().setMinimumHeight(isNarrow ? kLeastAlone : kLeastBeside);
    if (isShown) grid_->addWidget(card, isNarrow ? 0 : i / even, isNarrow ? 0 : i % even);
  }
  for (int column = 0; column < grid_->columnCount(); ++column)
    grid_->setColumnStretch(column, isNarrow ? column == 0 : column < even);
  // Now, not with the next event: nothing that is under the mouse moves away later.
  grid_->activate();
}

void ChartGrid::reveal(ChartCard& card, int index) {
  if (tabs_->isVisible()) tabs_->setCurrentIndex(index);
  QTimer::singleShot(0, &card, [this, &card] { scroll_->ensureWidgetVisible(&card); });
}

}  // namespace faultline
