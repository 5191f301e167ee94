#include "gui/panels/chart_card.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kSwatchWidth = 14, kSwatchHeight = 10;
constexpr int kLegendSide = 8;
int legendRow() { return static_cast<int>(19 * Theme::instance().scale()); }
constexpr double kTitleHeight = 26, kLegendHeight = 22;  // in exports

QIcon swatch(const QColor& color, bool isDashed, bool isHidden, double ratio) {
  QPixmap pixmap(QSize(kSwatchWidth, kSwatchHeight) * ratio);
  pixmap.setDevicePixelRatio(ratio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  painter.setPen(QPen(isHidden ? Theme::instance().faint(Tone::Muted, 0.4) : color, 2.4,
                      isDashed ? Qt::DotLine : Qt::SolidLine, Qt::FlatCap));
  painter.drawLine(QPointF(0, kSwatchHeight / 2.0), QPointF(kSwatchWidth, kSwatchHeight / 2.0));
  return pixmap;
}

}  // namespace

ChartCard::ChartCard(ChartSpec spec, QWidget* parent)
    : QFrame(parent), plan_(spec), spec_(std::move(spec)), title_(new QLabel(spec_.title)), about_(new QLabel), log_(new QToolButton),
      view_(new ChartView), legend_(new QWidget) {
  setObjectName(QStringLiteral("chartCard"));
  setAccessibleName(spec_.title);
  auto* heading = new QHBoxLayout;
  heading->setContentsMargins(12, 6, 8, 0);
  heading->addWidget(title_);
  heading->addStretch();
  heading->addWidget(about_);
  log_->setObjectName(QStringLiteral("log"));
  log_->setText(tr("log"));
  log_->setCheckable(true);
  log_->setChecked(spec_.logarithmic);
  log_->setToolTip(tr("Logarithmic scale: a factor of ten is as high everywhere, so that slow and fast fit in one picture."));
  log_->setFocusPolicy(Qt::TabFocus);
  heading->addWidget(log_);
  connect(log_, &QToolButton::toggled, this, &ChartCard::setLogarithmic);

  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(1, 1, 1, 1);
  all->setSpacing(0);
  all->addLayout(heading);
  all->addWidget(view_, 1);
  all->addWidget(legend_);
  setMinimumWidth(190);  // its height follows from the legend, which may have several rows
  connect(&Theme::instance(), &Theme::changed, this, &ChartCard::restyle);
  restyle();
}

void ChartCard::restyle() {
  title_->setFont(Theme::instance().textFont(Type::Name));
  about_->setFont(Theme::instance().textFont(Type::Base, 0.9));
  log_->setFont(Theme::instance().textFont(Type::Base, 0.85));
  setStyleSheet(QStringLiteral("#chartCard { background: %1; border: 1px solid %2; border-radius: 7px; } "
                               "#chartCard QLabel { background: transparent; } "
                               "#chartCard QToolButton { padding: 1px 4px; border-radius: 4px; color: %3; } "
                               "#chartCard QToolButton:checked { color: %4; background: %5; }")
                    .arg(colorOf(Tone::Card).name(), colorOf(Tone::Line).name(), colorOf(Tone::Muted).name(),
                         colorOf(Tone::Text).name(), colorOf(Tone::Input).name()));
  QPalette muted = palette();
  muted.setColor(QPalette::WindowText, colorOf(Tone::Muted));
  about_->setPalette(muted);
  buildLegend();
  Q_EMIT changed();
}

QColor ChartCard::colorOfLine(std::size_t index) const {
  static constexpr Tone kPlain[kMostLines] = {Tone::Traffic, Tone::Degraded, Tone::Ok,
                                              Tone::Fourth,  Tone::Accent,   Tone::Failing};
  static constexpr Tone kReasons[kMostLines] = {Tone::Failing, Tone::Degraded, Tone::Fourth,
                                                Tone::Traffic, Tone::Accent,   Tone::Muted};
  switch (spec_.lines[index].role) {
    case LineRole::P50: return colorOf(Tone::Traffic);
    case LineRole::P95: return colorOf(Tone::Degraded);
    case LineRole::P99: return colorOf(Tone::Failing);
    case LineRole::Offered: return colorOf(Tone::Muted);
    case LineRole::Ok: return colorOf(Tone::Ok);
    case LineRole::Failed: return colorOf(Tone::Failing);
    case LineRole::Reason: return colorOf(kReasons[index % std::size(kReasons)]);
    case LineRole::Plain: break;
  }
  return colorOf(kPlain[index % std::size(kPlain)]);
}

bool ChartCard::isDashed(std::size_t index) const {
  return spec_.lines[index].role == LineRole::Offered || index / kMostLines % 2 == 1;
}

QString ChartCard::about() const { return spec_.about.isEmpty() ? format::unitName(spec_.unit) : spec_.about; }

// ------------------------------------------------------------- legend

void ChartCard::buildLegend() {
  for (QToolButton* entry : entries_) {
    entry->hide();
    entry->deleteLater();  // it may be the one that was clicked
  }
  entries_.clear();
  for (std::size_t i = 0; i < spec_.lines.size(); ++i) {
    const ChartLine& line = spec_.lines[i];
    const bool hidden = isHidden(line.column);
    auto* entry = new QToolButton(legend_);
    entry->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    entry->setIconSize({kSwatchWidth, kSwatchHeight});
    entry->setIcon(swatch(colorOfLine(i), isDashed(i), hidden, devicePixelRatioF()));
    QFont font = Theme::instance().textFont(Type::Base, 0.9);
    font.setStrikeOut(hidden);
    entry->setFont(font);
    entry->setText(line.label);
    entry->setToolTip(tr("%1. Click to hide or show, Ctrl+click to show only this.").arg(QString::fromStdString(line.column)));
    entry->setAccessibleName(line.label);
    entry->setFocusPolicy(Qt::TabFocus);
    connect(entry, &QToolButton::clicked, this, [this, column = line.column] {
      if (QApplication::keyboardModifiers() & Qt::ControlModifier) {
        const bool alone = hidden_.size() + 1 == spec_.lines.size() && !isHidden(column);
        hidden_.clear();
        for (const ChartLine& other : spec_.lines)
          if (!alone && other.column != column) hidden_.insert(other.column);
        buildLegend();
        Q_EMIT changed();
      } else {
        setLineHidden(column, !isHidden(column));
      }
    });
    entry->show();
    entries_.push_back(entry);
  }
  placeLegend();
}

// In as many rows as the width needs.
void ChartCard::placeLegend() {
  int x = kLegendSide, y = 0, height = 0;
  for (QToolButton* entry : entries_) {
    const QSize size = entry->sizeHint().boundedTo({std::max(40, width() - 2 * kLegendSide), legendRow()});
    if (x > kLegendSide && x + size.width() > width() - kLegendSide) {
      x = kLegendSide;
      y += legendRow();
    }
    entry->setGeometry(x, y, size.width(), legendRow() - 1);
    x += size.width() + 2;
    height = y + legendRow();
  }
  legend_->setFixedHeight(height + 4);
}

void ChartCard::resizeEvent(QResizeEvent* event) {
  QFrame::resizeEvent(event);
  placeLegend();
  elideAbout();
}

// Whose metric it is gives way to the title.
void ChartCard::elideAbout() {
  const int room = width() - title_->sizeHint().width() - log_->sizeHint().width() - 40;
  about_->setText(about_->fontMetrics().elidedText(about(), Qt::ElideRight, std::max(0, room)));
}

void ChartCard::setLineHidden(const std::string& column, bool hidden) {
  if (hidden) hidden_.insert(column);
  else hidden_.erase(column);
  buildLegend();
  Q_EMIT changed();
}

std::unique_ptr<ChartCard> ChartCard::copyOf(const ChartCard& card, QSize size) {
  auto copy = std::make_unique<ChartCard>(card.spec_);
  copy->hidden_ = card.hidden_;
  copy->buildLegend();
  copy->setAttribute(Qt::WA_DontShowOnScreen);
  copy->resize(size);
  copy->show();
  copy->view_->setMarks(card.view_->marks());
  return copy;
}

void ChartCard::setLogarithmic(bool on) {
  spec_.logarithmic = on;
  log_->setChecked(on);
  Q_EMIT changed();
}

void ChartCard::addLine(const MetricColumn& column) {
  for (const ChartLine& line : spec_.lines)
    if (line.column == column.name) return;
  spec_.lines.push_back({column.name, QString::fromStdString(column.name), LineRole::Plain});
  buildLegend();
  Q_EMIT changed();
}

void ChartCard::setPlan(const ChartSpec& plan, const std::vector<MetricColumn>& columns) {
  const auto isIn = [](const auto& list, const auto& isIt) { return std::any_of(list.begin(), list.end(), isIt); };
  std::vector<ChartLine> added;
  for (const ChartLine& line : spec_.lines) {
    const auto isSame = [&](const ChartLine& other) { return other.column == line.column; };
    const auto isThere = [&](const MetricColumn& column) { return column.name == line.column; };
    if (!isIn(plan_.lines, isSame) && !isIn(plan.lines, isSame) && isIn(columns, isThere)) added.push_back(line);
  }
  plan_ = plan;
  spec_.about = plan.about;
  spec_.lines = plan.lines;
  spec_.lines.insert(spec_.lines.end(), added.begin(), added.end());
  buildLegend();
  elideAbout();
  Q_EMIT changed();
}

// ------------------------------------------------------------- lines

void ChartCard::refresh(const ChartSource& source) {
  std::vector<ChartView::Line> drawn;
  for (std::size_t i = 0; i < spec_.lines.size(); ++i) {
    const ChartLine& spec = spec_.lines[i];
    ChartView::Line line;
    line.color = colorOfLine(i);
    line.isDashed = isDashed(i);
    if (!isHidden(spec.column)) {
      line.pieces = source.lines.line(source.series, spec.column, source.from, source.to, view_->columns());
      if (source.ghost != nullptr)
        line.ghost = source.ghostLines.line(*source.ghost, spec.column, source.from, source.to, view_->columns());
      if (const QList<QPointF>* dots = source.recorded.find(spec.column)) line.dots = *dots;
    }
    drawn.push_back(std::move(line));
  }
  view_->show(drawn, spec_.unit, spec_.logarithmic, source.from, source.to);
}

std::vector<ChartCard::Reading> ChartCard::readings(const ChartSource& source, SimTime at) const {
  std::vector<Reading> readings;
  for (std::size_t i = 0; i < spec_.lines.size(); ++i) {
    const std::string& column = spec_.lines[i].column;
    if (isHidden(column)) continue;
    const double ghost = source.ghost == nullptr ? kUnknown : source.ghostLines.valueAt(*source.ghost, column, at);
    readings.push_back({spec_.lines[i].label, colorOfLine(i), source.lines.valueAt(source.series, column, at), ghost});
  }
  return readings;
}

void ChartCard::setCursor(const ChartSource& source, std::optional<SimTime> at) {
  std::vector<double> values;
  for (const ChartLine& line : spec_.lines)
    values.push_back(at && !isHidden(line.column) ? source.lines.valueAt(source.series, line.column, *at) : kUnknown);
  view_->setCursor(at, std::move(values));
}

// ------------------------------------------------------------- menu and export

void ChartCard::fillMenu(QMenu& menu) {
  QAction* logarithmic = menu.addAction(tr("Logarithmic scale"));
  logarithmic->setCheckable(true);
  logarithmic->setChecked(spec_.logarithmic);
  connect(logarithmic, &QAction::toggled, this, &ChartCard::setLogarithmic);
  QAction* all = menu.addAction(tr("Show all lines"));
  all->setEnabled(!hidden_.empty());
  connect(all, &QAction::triggered, this, [this] {
    hidden_.clear();
    buildLegend();
    Q_EMIT changed();
  });
  menu.addSeparator();
  connect(menu.addAction(tr("Show the whole run")), &QAction::triggered, view_, &ChartView::zoomReset);
  connect(menu.addAction(tr("Export charts…")), &QAction::triggered, this, &ChartCard::exportWanted);
  menu.addSeparator();
  connect(menu.addAction(tr("Remove this chart")), &QAction::triggered, this, &ChartCard::removeWanted);
}

void ChartCard::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  fillMenu(menu);
  menu.exec(event->globalPos());
}

void ChartCard::paintOn(QPainter& painter, const QRectF& place) {
  painter.save();
  painter.fillRect(place, colorOf(Tone::Card));
  painter.setPen(colorOf(Tone::Text));
  painter.setFont(title_->font());
  painter.drawText(QRectF(place.left() + 12, place.top(), place.width() - 24, kTitleHeight), Qt::AlignVCenter, spec_.title);
  painter.setFont(about_->font());
  painter.setPen(colorOf(Tone::Muted));
  painter.drawText(QRectF(place.left() + 12, place.top(), place.width() - 24, kTitleHeight),
                   Qt::AlignVCenter | Qt::AlignRight, about());
  const QRectF body = place.adjusted(0, kTitleHeight, 0, -kLegendHeight);
  view_->render(&painter, body, view_->viewport()->rect(), Qt::IgnoreAspectRatio);
  double x = place.left() + 12;
  const double middle = place.bottom() - kLegendHeight / 2;
  for (std::size_t i = 0; i < spec_.lines.size(); ++i) {
    if (isHidden(spec_.lines[i].column)) continue;
    painter.setPen(QPen(colorOfLine(i), 2.4));
    painter.drawLine(QPointF(x, middle), QPointF(x + kSwatchWidth, middle));
    painter.setPen(colorOf(Tone::Text));
    const double width = QFontMetricsF(painter.font()).horizontalAdvance(spec_.lines[i].label);
    painter.drawText(QPointF(x + kSwatchWidth + 5, middle + 4), spec_.lines[i].label);
    x += kSwatchWidth + width + 18;
  }
  painter.restore();
}

}  // namespace faultline
