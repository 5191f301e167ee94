#include "gui/run/transport_bar.h"

#include <QAction>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpressionValidator>
#include <QSlider>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "gui/run/run_bridge.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kGap = 12;

void addGap(QToolBar& bar, int width = kGap) {
  auto* gap = new QWidget(&bar);
  gap->setFixedWidth(width);
  bar.addWidget(gap);
}

QLabel* addLabel(QToolBar& bar, const char* name, const QString& widest = {}) {
  auto* label = new QLabel(&bar);
  label->setObjectName(QLatin1String(name));
  if (!widest.isEmpty()) label->setMinimumWidth(label->fontMetrics().horizontalAdvance(widest));
  bar.addWidget(label);
  return label;
}

}  // namespace

const QList<double>& TransportBar::speeds() {
  static const QList<double> all{0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 250, 500, 1000, kMaxSpeed};
  return all;
}

TransportBar::TransportBar(RunBridge& run, const QList<QAction*>& control, QAction* play, QAction* live, QAction* rerun,
                           QWidget* parent)
    : QToolBar(tr("Run"), parent), run_(run), play_(play) {
  setObjectName(QStringLiteral("transport"));
  setMovable(false);
  setIconSize({18, 18});
  for (QAction* action : control) {
    addAction(action);
    if (action == play_) widgetForAction(action)->setObjectName(QStringLiteral("primary"));
  }
  addGap(*this);
  addLabel(*this, "muted")->setText(tr("Speed"));
  addGap(*this, 6);
  speed_ = new QSlider(Qt::Horizontal, this);
  speed_->setObjectName(QStringLiteral("speed"));
  speed_->setRange(0, static_cast<int>(speeds().size()) - 1);
  speed_->setFixedWidth(120);
  speed_->setToolTip(tr("Simulated seconds per second; the right end is as fast as possible"));
  speed_->setAccessibleName(tr("Speed"));
  addWidget(speed_);
  addGap(*this, 8);
  speedText_ = addLabel(*this, "speedText", tr("×1000 (achieved ×1000)"));
  addGap(*this);
  clock_ = addLabel(*this, "clock");
  Theme::instance().dress(*clock_, Type::Clock);
  end_ = addLabel(*this, "muted");
  addGap(*this);
  view_ = addLabel(*this, "chip");
  viewChip_ = actions().constLast();
  const auto addButton = [&](QAction* action, const QString& text) {
    auto* button = new QToolButton(this);
    button->setObjectName(QStringLiteral("chip"));
    button->setDefaultAction(action);
    button->setText(text);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    return addWidget(button);
  };
  addGap(*this, 6);
  liveChip_ = addButton(live, tr("Live"));
  addGap(*this, 6);
  rerunChip_ = addButton(rerun, tr("Edited since: run again"));
  addGap(*this);
  addSeed();
  addGap(*this);
  facts_ = addLabel(*this, "muted");

  connect(speed_, &QSlider::valueChanged, this, &TransportBar::speedChosen);
  connect(&run_, &RunBridge::statusChanged, this, &TransportBar::refresh);
  connect(&run_, &RunBridge::frameShown, this, &TransportBar::refresh);
  connect(&Theme::instance(), &Theme::changed, this, &TransportBar::refreshIcons);
  speed_->setValue(static_cast<int>(speeds().indexOf(20)));
  refreshIcons();
}

void TransportBar::addSeed() {
  addLabel(*this, "muted")->setText(tr("Seed"));
  addGap(*this, 6);
  seed_ = new QLineEdit(this);
  seed_->setObjectName(QStringLiteral("seed"));
  seed_->setAccessibleName(tr("Seed"));
  seed_->setToolTip(tr("Equal seeds give equal runs; another one takes effect with the next run. Up and Down count."));
  seed_->setValidator(new QRegularExpressionValidator(QRegularExpression(QStringLiteral("[0-9]{1,18}")), seed_));
  seed_->installEventFilter(this);
  addWidget(seed_);
  connect(seed_, &QLineEdit::editingFinished, this, [this] {
    if (seed_->isModified()) Q_EMIT seedWanted(seed_->text().toULongLong());
    seed_->setModified(false);
  });
}

void TransportBar::setSeed(std::uint64_t seed) {
  const QString text = QString::number(seed);
  if (seed_->text() != text) seed_->setText(text);
}

bool TransportBar::eventFilter(QObject* watched, QEvent* event) {
  if (watched != seed_ || event->type() != QEvent::KeyPress) return QToolBar::eventFilter(watched, event);
  const int key = static_cast<QKeyEvent*>(event)->key();
  if (key != Qt::Key_Up && key != Qt::Key_Down) return QToolBar::eventFilter(watched, event);
  const std::uint64_t seed = seed_->text().toULongLong();
  if (key == Qt::Key_Up || seed > 0) Q_EMIT seedWanted(key == Qt::Key_Up ? seed + 1 : seed - 1);
  return true;
}

void TransportBar::moveSpeed(int steps) { speed_->setValue(speed_->value() + steps); }

void TransportBar::speedChosen(int index) { run_.setSpeed(speeds()[index]); }

void TransportBar::refreshIcons() {
  // What does not fit is behind the arrow that Qt puts at the end; its own is black on every ground.
  if (auto* more = findChild<QToolButton*>(QStringLiteral("qt_toolbar_ext_button")))
    more->setIcon(Theme::instance().icon(QStringLiteral("chevron_right"), colorOf(Tone::Text)));
  clock_->setMinimumWidth(clock_->fontMetrics().horizontalAdvance(QStringLiteral("00:00.0 ")));
  seed_->setFixedWidth(seed_->fontMetrics().horizontalAdvance(QStringLiteral("0000000")) + 20);
  const int icon = static_cast<int>(std::lround(18 * Theme::instance().scale()));
  setIconSize({icon, icon});
  // It stands on the accent colour in both themes.
  play_->setIcon(Theme::instance().icon(showsPause_ ? QStringLiteral("pause") : QStringLiteral("play"), Qt::white));
  refresh();
}

void TransportBar::refresh() {
  const bool isRunning = run_.state() == RunState::Running;
  if (isRunning != showsPause_) {
    showsPause_ = isRunning;
    play_->setText(isRunning ? tr("&Pause") : tr("&Play"));
    return refreshIcons();
  }
  if (const auto index = static_cast<int>(speeds().indexOf(run_.speed())); index >= 0 && index != speed_->value()) {
    const QSignalBlocker quiet(speed_);  // somebody else chose it
    speed_->setValue(index);
  }
  QString speed = QStringLiteral("<b>%1</b>").arg(format::speed(run_.speed()));
  if (isRunning && run_.achievedSpeed() > 0)
    speed += QStringLiteral(" <span style='color:%1'>(%2)</span>")
                 .arg(colorOf(Tone::Muted).name(), tr("achieved %1").arg(format::speed(run_.achievedSpeed())));
  speedText_->setText(speed);
  clock_->setText(format::clock(run_.viewTime()));
  end_->setText(QStringLiteral("/ ") + format::shortClock(run_.duration()));
  QString view;
  if (!run_.isLive())
    view = tr("viewing %1").arg(format::clock(run_.viewTime()));
  else if (run_.state() == RunState::Finished)
    view = tr("finished");
  else if (run_.state() == RunState::Stopped)
    view = tr("stopped: %1").arg(QString::fromStdString(run_.update().stopped));
  view_->setText(view);
  viewChip_->setVisible(!view.isEmpty());
  liveChip_->setVisible(!run_.isLive());
  rerunChip_->setVisible(run_.isStale());
  QString facts;
  if (isRunning && run_.update().eventsPerSecond > 0)
    facts = tr("%1 events/s").arg(format::count(run_.update().eventsPerSecond));
  facts_->setText(facts);
}

}  // namespace faultline
