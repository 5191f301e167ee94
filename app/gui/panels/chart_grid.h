// Where charts stand: side by side in rows as wide as the window allows, or one at a time behind tabs where it is
// narrow.
#pragma once

#include <QWidget>
#include <vector>

class QGridLayout;
class QScrollArea;
class QTabBar;

namespace faultline {

class ChartCard;

class ChartGrid : public QWidget {
  Q_OBJECT

 public:
  explicit ChartGrid(QWidget* parent = nullptr);

  // What cards are made in.
  QWidget* place() const;
  void arrange(const std::vector<ChartCard*>& cards, int width, bool isNarrow);
  // Into sight; the index is that of the last `arrange`.
  void reveal(ChartCard& card, int index);

 Q_SIGNALS:
  // Another one is wanted in front.
  void tabChosen();

 private:
  void nameTabs(const std::vector<ChartCard*>& cards);

  QTabBar* tabs_;
  QScrollArea* scroll_;
  QGridLayout* grid_;
};

}  // namespace faultline
