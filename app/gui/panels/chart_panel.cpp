#include "gui/panels/chart_panel.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QScrollArea>
#include <QStringListModel>
#include <QTabBar>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/document/document.h"
#include "gui/document/mime.h"
#include "gui/panels/branch.h"
#include "gui/panels/chart_export.h"
#include "gui/panels/chart_limits.h"
#include "gui/panels/chart_tip.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"
#include "model/alert_rule.h"

namespace faultline {

namespace {

constexpr int kFrameMs = 16;
constexpr int kCardWidth = 250;  // side by side as long as they are at least as wide
constexpr int kGap = 8;
constexpr QSize kExportSize(640, 360);

Tone toneOf(TimelineModel::Meaning meaning) {
  switch (meaning) {
    case TimelineModel::Meaning::Breaks: return Tone::Failing;
    case TimelineModel::Meaning::Mends: return Tone::Ok;
    case TimelineModel::Meaning::Changes: return Tone::Traffic;
    case TimelineModel::Meaning::Remarks: return Tone::Muted;
  }
  return Tone::Muted;
}

bool isSameChart(const ChartSpec& a, const ChartSpec& b) { return a.title == b.title && a.about == b.about && a.lines == b.lines; }

}  // namespace

ChartPanel::ChartPanel(Document& document, RunBridge& run, Branch& branch, TimelineModel& timeline, QWidget* parent)
    : QWidget(parent), document_(document), run_(run), branch_(branch), timeline_(timeline) {
  setAcceptDrops(true);
  setObjectName(QStringLiteral("charts"));
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->setSpacing(0);
  buildHeader();
  tabs_ = new QTabBar;
  tabs_->setExpanding(false);
  tabs_->setDrawBase(false);
  tabs_->hide();
  all->addWidget(tabs_);
  scroll_ = new QScrollArea;
  scroll_->setWidgetResizable(true);
  scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* content = new QWidget;
  grid_ = new QGridLayout(content);
  grid_->setContentsMargins(kGap, 2, kGap, kGap);
  grid_->setSpacing(kGap);
  scroll_->setWidget(content);
  all->addWidget(scroll_, 1);

  connect(tabs_, &QTabBar::currentChanged, this, &ChartPanel::arrange);
  connect(&run_, &RunBridge::samplesGrew, this, &ChartPanel::onSamples);
  connect(&run_, &RunBridge::frameShown, this, &ChartPanel::onShown);
  connect(&run_, &RunBridge::runStarted, this, [this] {
    updatePlan();
    updateRange();
  });
  connect(&document_, &Document::changed, this, [this](const ScenarioDiff&) {
    updatePlan();
    updateRange();
    updateMarks();
  });
  connect(&document_, &Document::replaced, this, [this] {
    added_.clear();
    removed_.clear();
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
  cursorTimer_.setInterval(kFrameMs);
  cursorTimer_.setSingleShot(true);
  connect(&cursorTimer_, &QTimer::timeout, this, &ChartPanel::showCursor);
  readRecording();
  updateRange();
  updatePlan();
}

void ChartPanel::buildHeader() {
  auto* header = new QHBoxLayout;
  header->setContentsMargins(kGap, 5, kGap, 4);
  header->setSpacing(6);
  search_ = new QLineEdit;
  search_->setPlaceholderText(tr("Add a metric: node.metric"));
  search_->setAccessibleName(tr("Add a metric"));
  search_->setClearButtonEnabled(true);
  search_->setMaximumWidth(260);
  names_ = new QStringListModel(this);
  auto* completer = new QCompleter(names_, this);
  completer->setFilterMode(Qt::MatchContains);
  completer->setCaseSensitivity(Qt::CaseInsensitive);
  completer->setMaxVisibleItems(14);
  search_->setCompleter(completer);
  const auto addNamed = [this](const QString& name) {
    if (!addMetric(name.trimmed().toStdString())) return;
    // The completer writes its choice into the box after this signal.
    QTimer::singleShot(0, search_, &QLineEdit::clear);
  };
  connect(completer, qOverload<const QString&>(&QCompleter::activated), this, addNamed);
  connect(search_, &QLineEdit::returnPressed, this, [this, addNamed] {
    if (!search_->completer()->popup()->currentIndex().isValid()) addNamed(search_->text());
  });
  header->addWidget(search_, 1);
  header->addStretch();
  whole_ = new QPushButton(tr("Whole run"));
  whole_->setToolTip(tr("Shift+drag or Ctrl+wheel in a chart zooms all of them; this or a double click shows the whole run."));
  connect(whole_, &QPushButton::clicked, this, &ChartPanel::showWholeRun);
  whole_->hide();
  baseline_ = new QPushButton;
  connect(baseline_, &QPushButton::clicked, this, [this] {
    if (branch_.isActive()) branch_.end();
    else branch_.keepBaseline();
  });
  auto* toFile = new QPushButton(tr("Export…"));
  connect(toFile, &QPushButton::clicked, this, &ChartPanel::chooseExport);
  for (QPushButton* button : {whole_, baseline_, toFile}) header->addWidget(button);
  static_cast<QVBoxLayout*>(layout())->addLayout(header);
  onBranch();
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
  names_->setStringList(names);

  std::vector<ChartSpec> wanted = defaultCharts(columns_);
  std::erase_if(wanted, [this](const ChartSpec& spec) { return removed_.count(spec.title) != 0; });
  // Behind the throughput, as soon as something failed.
  if (!failures_.series().columns.empty()) {
    std::vector<MetricColumn> reasons;
    for (const SeriesColumn& column : failures_.series().columns) reasons.push_back({column.name, column.unit});
    const ChartSpec spec = failureChart(reasons);
    if (removed_.count(spec.title) == 0) wanted.insert(wanted.begin() + std::min<std::ptrdiff_t>(2, std::ssize(wanted)), spec);
  }
  for (const ChartSpec& spec : added_) {
    const bool exists = std::any_of(columns_.begin(), columns_.end(), [&](const MetricColumn& c) { return c.name == spec.lines[0].column; });
    if (exists) wanted.push_back(spec);
  }
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
    if (hovered_ == &card->view()) hovered_ = nullptr;
    delete card;
  }
  arrange();
  updateMarks();
}

ChartCard* ChartPanel::makeCard(const ChartSpec& spec) {
  auto* card = new ChartCard(spec, scroll_->widget());
  if (!spec.lines.empty() && spec.lines[0].role == LineRole::Reason) card->setOwnSamples(&failures_.series(), &failureLines_);
  ChartView* view = &card->view();
  connect(card, &ChartCard::changed, this, [this, card] {
    dirty_.insert(card);
    refresh_.start();
  });
  connect(card, &ChartCard::removeWanted, this, [this, card] { removeCard(card); }, Qt::QueuedConnection);
  connect(card, &ChartCard::exportWanted, this, &ChartPanel::chooseExport, Qt::QueuedConnection);
  connect(view, &ChartView::seeked, &run_, &RunBridge::viewAt);
  connect(view, &ChartView::hovered, this, [this, view](SimTime at) { hover(view, at); });
  connect(view, &ChartView::hoverEnded, this, [this] {
    cursor_.reset();
    showCursor();
  });
  connect(view, &ChartView::zoomed, this, &ChartPanel::zoomTo);
  connect(view, &ChartView::zoomReset, this, &ChartPanel::showWholeRun);
  return card;
}

bool ChartPanel::addMetric(const std::string& name) {
  const auto column = std::find_if(columns_.begin(), columns_.end(), [&](const MetricColumn& c) { return c.name == name; });
  if (column == columns_.end()) return false;
  const ChartSpec spec = chartOf(*column);
  const auto same = std::find_if(cards_.begin(), cards_.end(), [&](const ChartCard* card) { return isSameChart(card->plan(), spec); });
  if (same == cards_.end()) {
    added_.push_back(spec);
    cards_.push_back(makeCard(spec));
    arrange();
    updateMarks();
  }
  ChartCard* card = same == cards_.end() ? cards_.back() : *same;
  if (tabs_->isVisible()) tabs_->setCurrentIndex(static_cast<int>(cards_.size()) - 1);
  QTimer::singleShot(0, card, [this, card] { scroll_->ensureWidgetVisible(card); });
  return true;
}

void ChartPanel::removeCard(ChartCard* card) {
  const auto found = std::find(cards_.begin(), cards_.end(), card);
  if (found == cards_.end()) return;
  const auto wasAdded = std::find_if(added_.begin(), added_.end(), [&](const ChartSpec& spec) { return isSameChart(spec, card->plan()); });
  if (wasAdded == added_.end()) removed_.insert(card->spec().title);
  else added_.erase(wasAdded);
  cards_.erase(found);
  dirty_.erase(card);
  if (hovered_ == &card->view()) hovered_ = nullptr;
  delete card;
  arrange();
}

// Side by side in rows as wide as the window allows; one at a time in a narrow window.
void ChartPanel::arrange() {
  const bool narrow = window()->width() < kNarrowWindow;
  const QSignalBlocker quiet(tabs_);
  while (tabs_->count() > static_cast<int>(cards_.size())) tabs_->removeTab(tabs_->count() - 1);
  for (int i = 0; i < static_cast<int>(cards_.size()); ++i) {
    const QString title = cards_[static_cast<std::size_t>(i)]->spec().title;
    if (i >= tabs_->count()) tabs_->addTab(title);
    else tabs_->setTabText(i, title);
  }
  tabs_->setVisible(narrow && cards_.size() > 1);
  while (QLayoutItem* item = grid_->takeAt(0)) delete item;
  const int perRow = narrow ? 1 : std::clamp((width() - kGap) / (kCardWidth + kGap), 1, std::max(1, static_cast<int>(cards_.size())));
  // The last row is as full as the others.
  const int count = static_cast<int>(cards_.size());
  const int rows = std::max(1, (count + perRow - 1) / perRow), even = std::max(1, (count + rows - 1) / rows);
  for (int i = 0; i < count; ++i) {
    ChartCard* card = cards_[static_cast<std::size_t>(i)];
    const bool shown = !narrow || i == std::max(0, tabs_->currentIndex());
    card->setVisible(shown);
    if (shown) grid_->addWidget(card, narrow ? 0 : i / even, narrow ? 0 : i % even);
  }
  for (int column = 0; column < grid_->columnCount(); ++column) grid_->setColumnStretch(column, !narrow ? column < even : column == 0);
  // Now, not with the next event: nothing that is under the mouse moves away later.
  grid_->activate();
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
    failures_.clear();
    updatePlan();
  }
  updateFailures();
  markDirty();
}

// The reasons come with the first failure; until then there is no such chart.
void ChartPanel::updateFailures() {
  const std::size_t before = shownReasons_;
  failures_.update(run_);
  shownReasons_ = failures_.series().columns.size();
  if (shownReasons_ == before) return;
  failureLines_.reset(failures_.series());
  setColumns(std::exchange(columns_, {}));
}

void ChartPanel::onShown(const Shown& shown) {
  // While the run goes on the playhead moves with the next drawing of each chart, else a frame would repaint them all.
  if (shown.isLive && run_.state() == RunState::Running) return;
  for (ChartCard* card : cards_) card->view().setPlayhead(shown.at);
}

void ChartPanel::onBranch() {
  const bool active = branch_.isActive();
  if (active) ghostLines_.reset(*branch_.baseline());
  baseline_->setText(active ? tr("Drop the baseline") : tr("Keep as baseline"));
  baseline_->setToolTip(active ? tr("Shows this run alone again.")
                               : tr("Keeps the lines of this run, dotted, to compare the next one with."));
  if (tabs_ == nullptr) return;
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
  whole_->setVisible(zoomed_);
  updateRange();
  markDirty();
}

void ChartPanel::showWholeRun() {
  zoomed_ = false;
  whole_->hide();
  updateRange();
}

void ChartPanel::updateMarks() {
  ChartView::Marks marks;
  for (const TimelineModel::Entry& entry : timeline_.entries()) {
    if (entry.source == TimelineModel::Source::Alert || entry.source == TimelineModel::Source::Onset) continue;
    const QColor color = colorOf(toneOf(entry.meaning));
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

// ------------------------------------------------------------- crosshair

void ChartPanel::hover(ChartView* view, SimTime at) {
  hovered_ = view;
  cursor_ = at;
  if (!cursorTimer_.isActive()) cursorTimer_.start();
}

void ChartPanel::showCursor() {
  for (ChartCard* card : cards_)
    if (card->isVisible() || !cursor_) card->setCursor(source(), cursor_);
  const bool hasSamples = !run_.shown().series.times.empty() || branch_.isActive();
  if (!cursor_ || hovered_ == nullptr || !hasSamples) {
    if (tip_ != nullptr) tip_->hide();
    return;
  }
  if (tip_ == nullptr || tip_->parentWidget() != window()) {
    delete tip_;
    tip_ = new ChartTip(window());
  }
  const QPoint place(static_cast<int>(hovered_->xOf(*cursor_)), hovered_->height() / 4);
  tip_->showAt(hovered_->mapToGlobal(place), *cursor_, cards_, source());
}

QString ChartPanel::tipText() const { return tip_ != nullptr && tip_->isVisible() ? tip_->text() : QString(); }

// ------------------------------------------------------------- drop and export

void ChartPanel::dragEnterEvent(QDragEnterEvent* event) {
  const QMimeData* dragged = event->mimeData();
  if (dragged->hasFormat(QLatin1String(mime::kMetricColumns)) || dragged->hasText()) event->acceptProposedAction();
}

void ChartPanel::dropEvent(QDropEvent* event) {
  const QMimeData* dragged = event->mimeData();
  const QString format = QLatin1String(mime::kMetricColumns);
  event->ignore();
  for (const std::string& name :
       mime::decodeColumns(dragged->hasFormat(format) ? dragged->data(format) : dragged->text().trimmed().toUtf8()))
    if (drop(name, event->position().toPoint())) event->acceptProposedAction();
}

// On a chart of the same unit it becomes another line, elsewhere a chart.
bool ChartPanel::drop(const std::string& name, QPoint point) {
  const auto column = std::find_if(columns_.begin(), columns_.end(), [&](const MetricColumn& c) { return c.name == name; });
  if (column == columns_.end()) return false;
  for (ChartCard* card : cards_) {
    const QRect place(card->mapTo(this, QPoint()), card->size());
    if (!card->isVisible() || !place.contains(point) || card->spec().unit != column->unit) continue;
    card->addLine(*column);
    return true;
  }
  addMetric(name);
  return true;
}

QString ChartPanel::exportTo(const QString& path) {
  refreshNow();
  if (QFileInfo(path).suffix().toLower() == QLatin1String("csv")) return exportTable(path, run_.shown().series, cards_);
  std::vector<std::unique_ptr<ChartCard>> copies;
  std::vector<ChartCard*> pages;
  for (const ChartCard* card : cards_) {
    copies.push_back(ChartCard::copyOf(*card, kExportSize));
    pages.push_back(copies.back().get());
    pages.back()->refresh(source());
    pages.back()->view().setPlayhead(run_.viewTime());
  }
  return exportPicture(path, document_.displayName(), pages);
}

void ChartPanel::chooseExport() {
  const QString path = QFileDialog::getSaveFileName(this, tr("Export charts"), document_.displayName() + QStringLiteral(".png"),
                                                    tr("Picture (*.png);;Drawing (*.svg);;Document (*.pdf);;Table (*.csv)"));
  if (path.isEmpty()) return;
  if (const QString problem = exportTo(path); !problem.isEmpty()) QMessageBox::warning(this, tr("Export charts"), problem);
}

}  // namespace faultline
