#include "gui/panels/chart_panel.h"

#include <QDragEnterEvent>
#include <QFileInfo>
#include <QMessageBox>
#include <QMimeData>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/document/document.h"
#include "gui/document/mime.h"
#include "gui/panels/branch.h"
#include "gui/panels/chart_crosshair.h"
#include "gui/panels/chart_export.h"
#include "gui/panels/chart_grid.h"
#include "gui/panels/chart_header.h"
#include "gui/panels/chart_limits.h"
#include "gui/panels/metric_search.h"
#include "gui/panels/timeline_track.h"
#include "gui/style/theme.h"
#include "model/alert_rule.h"

namespace faultline {

namespace {

constexpr int kFrameMs = 16;

}  // namespace

ChartPanel::ChartPanel(Document& document, RunBridge& run, Branch& branch, TimelineModel& timeline, QWidget* parent)
    : QWidget(parent), document_(document), run_(run), branch_(branch), timeline_(timeline) {
  setAcceptDrops(true);
  setObjectName(QStringLiteral("charts"));
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->setSpacing(0);
  header_ = new ChartHeader(this);
  all->addWidget(header_);
  grid_ = new ChartGrid(this);
  all->addWidget(grid_, 1);
  crosshair_ = new ChartCrosshair(
      cards_, [this] { return source(); }, *this);

  connectHeader();
  connect(grid_, &ChartGrid::tabChosen, this, &ChartPanel::arrange);
  connect(&run_, &RunBridge::samplesGrew, this, &ChartPanel::onSamples);
  connect(&run_, &RunBridge::frameShown, this, &ChartPanel::onShown);
  connect(&run_, &RunBridge::runStarted, this, [this] {
    updatePlan();
    updateRange();
  });
  // Which reasons weighed most is known at the end.
  connect(&run_, &RunBridge::finished, this, [this] { setColumns(std::exchange(columns_, {})); });
  connect(&document_, &Document::changed, this, [this](const ScenarioDiff&) {
    updatePlan();
    updateRange();
    updateMarks();
  });
  connect(&document_, &Document::replaced, this, [this] {
    choice_.clear();
    branch_.end();
    showWholeRun();
    updatePlan();
    readRecording();
    updateMarks();
  });
  connect(&document_, &Document::fileChanged, this, &ChartPanel::readRecording);
  connect(&branch_, &Branch::changed, this, &ChartPanel::onBranch);
  connect(&timeline_, &QAbstractItemModel::modelReset, this, &ChartPanel::updateMarks);
  connect(&Theme::instance(), &Theme::changed, this, [this] {
    updateMarks();
    markDirty();
  });
  refresh_.setInterval(kFrameMs);
  connect(&refresh_, &QTimer::timeout, this, &ChartPanel::refreshNext);
  readRecording();
  updateRange();
  updatePlan();
}

void ChartPanel::connectHeader() {
  connect(header_, &ChartHeader::metricWanted, this, [this](const QString& name) {
    if (addMetric(name.toStdString())) header_->search().done();
  });
  connect(header_, &ChartHeader::wholeWanted, this, &ChartPanel::showWholeRun);
  connect(header_, &ChartHeader::exportWanted, this, &ChartPanel::chooseExport);
  connect(header_, &ChartHeader::baselineWanted, this, [this] {
    if (branch_.isActive())
      branch_.end();
    else
      branch_.keepBaseline();
  });
}

// ------------------------------------------------------------- which charts

void ChartPanel::updatePlan() {
  const Series& series = run_.shown().series;
  if (series.columns.empty()) return setColumns(metricColumns(document_.scenario()));
  std::vector<MetricColumn> columns;
  for (const SeriesColumn& column : series.columns) columns.push_back({column.name, column.unit});
  setColumns(std::move(columns));
}

void ChartPanel::setColumns(std::vector<MetricColumn> columns) {
  if (columns == columns_ && !cards_.empty()) return;
  columns_ = std::move(columns);
  QStringList names;
  for (const MetricColumn& column : columns_) names.append(QString::fromStdString(column.name));
  header_->search().setNames(names);

  const std::vector<ChartSpec> wanted = choice_.of(columns_, mainReasons(run_.shown().series));
  // A card that is there already takes the new lines: to make another one costs several times as much.
  std::vector<ChartCard*> old = std::move(cards_);
  cards_.clear();
  for (const ChartSpec& spec : wanted) {
    const auto isIt = [&](const ChartCard* card) { return isSameChart(card->plan(), spec); };
    const auto isFree = [&](const ChartCard* card) {
      return card->plan().title == spec.title && card->plan().unit == spec.unit &&
             std::none_of(wanted.begin(), wanted.end(), [&](const ChartSpec& w) { return isSameChart(card->plan(), w); });
    };
    auto same = std::find_if(old.begin(), old.end(), isIt);
    if (same == old.end()) same = std::find_if(old.begin(), old.end(), isFree);
    if (same == old.end()) {
      cards_.push_back(makeCard(spec));
      continue;
    }
    if (!isSameChart((*same)->plan(), spec)) (*same)->setPlan(spec, columns_);
    cards_.push_back(*same);
    old.erase(same);
  }
  for (ChartCard* card : old) {
    dirty_.erase(card);
    delete card;
  }
  arrange();
  updateMarks();
}

ChartCard* ChartPanel::makeCard(const ChartSpec& spec) {
  auto* card = new ChartCard(spec, grid_->place());
  ChartView* view = &card->view();
  connect(card, &ChartCard::changed, this, [this, card] {
    dirty_.insert(card);
    refresh_.start();
  });
  connect(card, &ChartCard::removeWanted, this, [this, card] { removeCard(card); }, Qt::QueuedConnection);
  connect(card, &ChartCard::exportWanted, this, &ChartPanel::chooseExport, Qt::QueuedConnection);
  connect(view, &ChartView::seeked, &run_, &RunBridge::viewAt);
  connect(view, &ChartView::hovered, this, [this, view](SimTime at) { crosshair_->hover(view, at); });
  connect(view, &ChartView::hoverEnded, crosshair_, &ChartCrosshair::end);
  connect(view, &ChartView::zoomed, this, &ChartPanel::zoomTo);
  connect(view, &ChartView::zoomReset, this, &ChartPanel::showWholeRun);
  return card;
}

const MetricColumn* ChartPanel::columnOf(const std::string& name) const {
  const auto found =
      std::find_if(columns_.begin(), columns_.end(), [&](const MetricColumn& c) { return c.name == name; });
  return found == columns_.end() ? nullptr : &*found;
}

bool ChartPanel::addMetric(const std::string& name) {
  const MetricColumn* column = columnOf(name);
  if (column == nullptr) return false;
  const ChartSpec spec = chartOf(*column, columns_);
  const auto isIt = [&](const ChartCard* card) { return isSameChart(card->plan(), spec); };
  auto card = std::find_if(cards_.begin(), cards_.end(), isIt);
  if (card == cards_.end()) {
    choice_.add(*column);
    cards_.push_back(makeCard(spec));
    card = cards_.end() - 1;
    arrange();
    updateMarks();
  }
  grid_->reveal(**card, static_cast<int>(card - cards_.begin()));
  return true;
}

void ChartPanel::removeCard(ChartCard* card) {
  const auto found = std::find(cards_.begin(), cards_.end(), card);
  if (found == cards_.end()) return;
  choice_.remove(card->plan());
  cards_.erase(found);
  dirty_.erase(card);
  delete card;
  arrange();
}

void ChartPanel::arrange() {
  grid_->arrange(cards_, width(), window()->width() < kNarrowWindow);
  markDirty();
}

void ChartPanel::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  arrange();
}

// ------------------------------------------------------------- what they show

ChartSource ChartPanel::source() {
  return {run_.shown().series, lines_, branch_.baseline(), ghostLines_, recorded_, from_, to_};
}

void ChartPanel::onSamples(int firstNewRow) {
  if (firstNewRow == 0) {
    lines_.reset(run_.shown().series);
    updatePlan();
  }
  crosshair_->renew();
  markDirty();
}

void ChartPanel::onShown(const Shown& shown) {
  // While the run goes on the playhead moves with the next drawing of each chart, else a frame would repaint them all.
  if (shown.isLive && run_.state() == RunState::Running) return;
  for (ChartCard* card : cards_) card->view().setPlayhead(shown.at);
}

void ChartPanel::onBranch() {
  const bool active = branch_.isActive();
  if (active) ghostLines_.reset(*branch_.baseline());
  header_->showBaseline(active);
  updateMarks();
  markDirty();
}

void ChartPanel::readRecording() {
  const QString folder = document_.filePath().isEmpty() ? QString() : QFileInfo(document_.filePath()).absolutePath();
  recorded_ = readRecordedDots(document_.scenario(), folder.toStdString());
  markDirty();
}

void ChartPanel::updateRange() {
  if (zoomed_) return;
  from_ = {};
  to_ = run_.duration();
  markDirty();
}

void ChartPanel::zoomTo(SimTime from, SimTime to) {
  const SimTime end = run_.duration();
  from_ = std::clamp(from, SimTime{}, end);
  to_ = std::clamp(to, from_, end);
  zoomed_ = from_ > SimTime{} || to_ < end;
  if (to_ - from_ < milliseconds(1)) zoomed_ = false;
  header_->showZoomed(zoomed_);
  updateRange();
  markDirty();
}

void ChartPanel::showWholeRun() {
  zoomed_ = false;
  header_->showZoomed(false);
  updateRange();
}

void ChartPanel::updateMarks() {
  ChartView::Marks marks;
  for (const TimelineModel::Entry& entry : timeline_.entries()) {
    const bool isIncident =
        entry.source == TimelineModel::Source::Planned || entry.source == TimelineModel::Source::Live;
    if (!isIncident) continue;
    const QColor color = colorOf(entry.meaning);
    marks.events.push_back({entry.at, color, entry.text});
    if (entry.until && entry.meaning == TimelineModel::Meaning::Breaks) marks.bands.push_back({entry.at, *entry.until, color});
  }
  marks.branch = branch_.at();
  const std::vector<AlertRule> rules = alertRules(document_.scenario());
  for (ChartCard* card : cards_) {
    marks.limits = chartLimits(card->spec(), document_.scenario(), columns_, rules);
    card->view().setMarks(marks);
  }
}

// ------------------------------------------------------------- when they are drawn

void ChartPanel::markDirty() {
  dirty_.insert(cards_.begin(), cards_.end());
  if (!dirty_.empty() && !refresh_.isActive()) refresh_.start();
}

// One chart for each frame, in turn.
void ChartPanel::refreshNext() {
  for (std::size_t tried = 0; tried < cards_.size(); ++tried) {
    ChartCard* card = cards_[nextCard_++ % cards_.size()];
    if (dirty_.erase(card) == 0 || !card->isVisible()) continue;
    card->refresh(source());
    card->view().setPlayhead(run_.viewTime());
    return;
  }
  refresh_.stop();
}

void ChartPanel::refreshNow() {
  for (ChartCard* card : cards_) {
    card->refresh(source());
    card->view().setPlayhead(run_.viewTime());
  }
  dirty_.clear();
}

// ------------------------------------------------------------- drop and export

// The columns of this run that are dragged; a text may be the name of one.
std::vector<MetricColumn> ChartPanel::columnsIn(const QMimeData& dragged) const {
  const QString format = QLatin1String(mime::kMetricColumns);
  std::vector<MetricColumn> columns;
  for (const std::string& name :
       mime::decodeColumns(dragged.hasFormat(format) ? dragged.data(format) : dragged.text().trimmed().toUtf8()))
    if (const MetricColumn* column = columnOf(name)) columns.push_back(*column);
  return columns;
}

void ChartPanel::dragEnterEvent(QDragEnterEvent* event) {
  if (!columnsIn(*event->mimeData()).empty()) event->acceptProposedAction();
}

void ChartPanel::dropEvent(QDropEvent* event) {
  for (const MetricColumn& column : columnsIn(*event->mimeData())) drop(column, event->position().toPoint());
  event->acceptProposedAction();
}

// On a chart of the same unit it becomes another line, elsewhere a chart.
void ChartPanel::drop(const MetricColumn& column, QPoint point) {
  for (ChartCard* card : cards_) {
    const QRect place(card->mapTo(this, QPoint()), card->size());
    if (card->isVisible() && place.contains(point) && card->spec().unit == column.unit) return card->addLine(column);
  }
  addMetric(column.name);
}

QString ChartPanel::tipText() const { return crosshair_->tipText(); }

QString ChartPanel::exportTo(const QString& path) {
  refreshNow();
  return exportCharts(path, document_.displayName(), cards_, source(), run_.viewTime());
}

void ChartPanel::chooseExport() {
  const QString path = chooseExportPath(*this, document_.displayName());
  if (path.isEmpty()) return;
  if (const QString problem = exportTo(path); !problem.isEmpty()) QMessageBox::warning(this, tr("Export charts"), problem);
}

}  // namespace faultline
