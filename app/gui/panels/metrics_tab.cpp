#include "gui/panels/metrics_tab.h"

#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/models/metrics_model.h"
#include "gui/run/run_bridge.h"
#include "gui/style/metric_text.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kSamples = 120, kSparkWidth = 76, kValueWidth = 84;

class MetricDelegate : public QStyledItemDelegate {
 public:
  MetricDelegate(const MetricsModel& model, QObject* parent) : QStyledItemDelegate(parent), model_(model) {}

  QString displayText(const QVariant& value, const QLocale&) const override { return value.toString(); }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QStyleOptionViewItem plain = option;
    plain.state &= ~QStyle::State_HasFocus;  // the whole row is selected or not
    QStyledItemDelegate::paint(painter, plain, index);
    const bool isSelected = option.state & QStyle::State_Selected;
    if (index.column() == MetricsModel::ValueColumn) {
      const MetricsModel::Row& row = model_.row(index.row());
      const double number = index.data(MetricsModel::NumberRole).toDouble();
      painter->setFont(Theme::instance().textFont(Type::Base));
      painter->setPen(isSelected ? QColor(Qt::white) : colorOf(std::isnan(number) ? Tone::Muted : Tone::Text));
      painter->drawText(option.rect.adjusted(0, 0, -10, 0), Qt::AlignRight | Qt::AlignVCenter,
                        metricText(row.info, number, row.unit));
    } else if (index.column() == MetricsModel::PastColumn) {
      paintSpark(*painter, QRectF(option.rect).adjusted(4, 5, -4, -5), index.row(), isSelected);
    }
  }

 private:
  void paintSpark(QPainter& painter, const QRectF& area, int row, bool isSelected) const {
    const std::span<const double> past = model_.past(row, kSamples);
    double most = 0, least = 0;
    for (const double value : past)
      if (!std::isnan(value)) {
        most = std::max(most, value);
        least = std::min(least, value);
      }
    if (past.size() < 2) return;
    if (most <= least) most = least + 1;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(isSelected ? QColor(Qt::white) : colorOf(Tone::Traffic), 1.2));
    QPolygonF line;
    const double step = area.width() / (kSamples - 1),
                 left = area.right() - step * static_cast<double>(past.size() - 1);
    for (std::size_t i = 0; i < past.size(); ++i) {
      if (std::isnan(past[i])) {  // a gap stays one
        painter.drawPolyline(line);
        line.clear();
        continue;
      }
      line << QPointF(left + step * static_cast<double>(i),
                      area.bottom() - (past[i] - least) / (most - least) * area.height());
    }
    painter.drawPolyline(line);
    painter.restore();
  }

  const MetricsModel& model_;
};

}  // namespace

MetricsTab::MetricsTab(Document& document, Selection& selection, RunBridge& run, QWidget* parent)
    : QWidget(parent), document_(document), selection_(selection), run_(run), model_(new MetricsModel(this)) {
  setObjectName(QStringLiteral("metricsTab"));
  view_ = new QTreeView(this);
  view_->setObjectName(QStringLiteral("metrics"));
  view_->setAccessibleName(tr("Metrics"));
  view_->setModel(model_);
  view_->setItemDelegate(new MetricDelegate(*model_, view_));
  view_->setRootIsDecorated(false);
  view_->setUniformRowHeights(true);
  view_->setDragEnabled(true);
  view_->setDragDropMode(QTreeView::DragOnly);
  view_->setSelectionMode(QTreeView::ExtendedSelection);
  view_->header()->setStretchLastSection(false);
  view_->header()->setSectionResizeMode(MetricsModel::NameColumn, QHeaderView::Stretch);
  view_->header()->setSectionResizeMode(MetricsModel::PastColumn, QHeaderView::Fixed);
  view_->header()->setSectionResizeMode(MetricsModel::ValueColumn, QHeaderView::Fixed);
  view_->header()->resizeSection(MetricsModel::PastColumn, kSparkWidth);
  view_->header()->resizeSection(MetricsModel::ValueColumn, kValueWidth);
  view_->header()->hide();
  hint_ = new QLabel(tr("Select a node or an arrow to see its metrics."), this);
  hint_->setObjectName(QStringLiteral("muted"));
  hint_->setAlignment(Qt::AlignCenter);
  hint_->setWordWrap(true);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(4, 6, 0, 0);
  layout->addWidget(hint_);
  layout->addWidget(view_);
  connect(view_, &QTreeView::activated, this,
          [this](const QModelIndex& index) { Q_EMIT chartWanted(index.data(MetricsModel::ColumnRole).toString()); });
  const auto relist = [this] {
    isOld_ = true;
    if (isVisible()) list();
  };
  connect(&selection, &Selection::changed, this, relist);
  connect(&document, &Document::replaced, this, relist);
  connect(&document, &Document::changed, this, [relist](const ScenarioDiff& diff) {
    if (diff.changesGraph() || diff.kinds || diff.classes || !diff.params.empty()) relist();
  });
  // What only the run before had is of no interest in the next one.
  connect(&run, &RunBridge::samplesGrew, this, [this, relist](int first) {
    if (first == 0) run_.shown().series.columns.empty() ? relist() : bind();
  });
  connect(&run, &RunBridge::frameShown, this, [this](const Shown& shown) {
    if (isVisible()) model_->setRow(shown.row);
  });
  connect(&Theme::instance(), &Theme::changed, view_->viewport(), qOverload<>(&QWidget::update));
}

void MetricsTab::list() {
  isOld_ = false;
  model_->setOwners(document_.scenario(), selection_.nodeList(), selection_.edgeList());
  bind();
  hint_->setVisible(model_->rowCount() == 0);
  view_->setVisible(model_->rowCount() > 0);
}

// The series lives in the bridge as long as the bridge; what changes are its columns.
void MetricsTab::bind() {
  const Shown shown = run_.shown();
  model_->setSeries(&shown.series, shown.row, [this](const std::string& name) { return run_.column(name); });
}

void MetricsTab::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (isOld_)
    list();
  else
    model_->setRow(run_.shown().row);
}

}  // namespace faultline
