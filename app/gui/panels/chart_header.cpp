#include "gui/panels/chart_header.h"

#include <QHBoxLayout>
#include <QPushButton>

#include "gui/panels/metric_search.h"

namespace faultline {

namespace {

constexpr int kSide = 8;

}  // namespace

ChartHeader::ChartHeader(QWidget* parent)
    : QWidget(parent), search_(new MetricSearch), whole_(new QPushButton(tr("Whole run"))), baseline_(new QPushButton) {
  whole_->setToolTip(
      tr("Shift+drag or Ctrl+wheel in a chart zooms all of them; this or a double click shows the whole run."));
  auto* toFile = new QPushButton(tr("Export…"));
  auto* line = new QHBoxLayout(this);
  line->setContentsMargins(kSide, 5, kSide, 4);
  line->setSpacing(6);
  line->addWidget(search_, 1);
  line->addStretch();
  for (QPushButton* button : {whole_, baseline_, toFile}) line->addWidget(button);
  connect(search_, &MetricSearch::chosen, this, &ChartHeader::metricWanted);
  connect(whole_, &QPushButton::clicked, this, &ChartHeader::wholeWanted);
  connect(baseline_, &QPushButton::clicked, this, &ChartHeader::baselineWanted);
  connect(toFile, &QPushButton::clicked, this, &ChartHeader::exportWanted);
  showZoomed(false);
  showBaseline(false);
}

void ChartHeader::showZoomed(bool isZoomed) { whole_->setVisible(isZoomed); }

void ChartHeader::showBaseline(bool isKept) {
  baseline_->setText(isKept ? tr("Drop the baseline") : tr("Keep as baseline"));
  baseline_->setToolTip(isKept ? tr("Shows this run alone again.")
                               : tr("Keeps the lines of this run, dotted, to compare the next one with."));
}

}  // namespace faultline
