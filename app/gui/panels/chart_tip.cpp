#include "gui/panels/chart_tip.h"

#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kFromMouse = 16;

QString row(const ChartCard::Reading& reading, const std::string& unit, bool hasGhost) {
  QString text = QStringLiteral("<tr><td><span style='color:%1'>&#9679;</span>&nbsp;%2&nbsp;&nbsp;</td><td align='right'>%3</td>")
                     .arg(reading.color.name(), reading.label.toHtmlEscaped(), format::value(reading.value, unit));
  if (hasGhost)
    text += QStringLiteral("<td align='right' style='color:%1'>&nbsp;&nbsp;%2</td>")
                .arg(colorOf(Tone::Muted).name(), format::value(reading.ghost, unit));
  return text + QStringLiteral("</tr>");
}

// The greatest first; unknown values last.
bool isGreater(const ChartCard::Reading& a, const ChartCard::Reading& b) {
  if (std::isnan(a.value) || std::isnan(b.value)) return !std::isnan(a.value) && std::isnan(b.value);
  return a.value > b.value;
}

}  // namespace

ChartTip::ChartTip(QWidget* window) : QFrame(window), label_(new QLabel(this)) {
  setObjectName(QStringLiteral("chartTip"));
  setAttribute(Qt::WA_TransparentForMouseEvents);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(10, 7, 10, 7);
  layout->addWidget(label_);
  label_->setTextFormat(Qt::RichText);
  hide();
}

QString ChartTip::text() const { return label_->text(); }

void ChartTip::showAt(QPoint global, SimTime at, const std::vector<ChartCard*>& cards, const ChartSource& source) {
  setStyleSheet(QStringLiteral("#chartTip { background: %1; border: 1px solid %2; border-radius: 6px; } QLabel { background: transparent; }")
                    .arg(colorOf(Tone::Panel).name(), colorOf(Tone::Line).name()));
  label_->setFont(Theme::instance().textFont(Type::Base, 0.9));
  const bool hasGhost = source.ghost != nullptr;
  QString text = QStringLiteral("<b>%1</b>").arg(format::clock(at));
  if (hasGhost) text += QStringLiteral("&nbsp;&nbsp;<span style='color:%1'>%2</span>").arg(colorOf(Tone::Muted).name(), tr("baseline on the right"));
  text += QStringLiteral("<table cellspacing='0'>");
  for (const ChartCard* card : cards) {
    std::vector<ChartCard::Reading> readings = card->readings(source, at);
    if (readings.empty()) continue;
    std::stable_sort(readings.begin(), readings.end(), isGreater);
    text += QStringLiteral("<tr><td colspan='3' style='color:%1; padding-top:4px'>%2</td></tr>")
                .arg(colorOf(Tone::Muted).name(), card->spec().title.toHtmlEscaped());
    for (const ChartCard::Reading& reading : readings) text += row(reading, card->spec().unit, hasGhost);
  }
  label_->setText(text + QStringLiteral("</table>"));
  adjustSize();
  const QPoint mouse = parentWidget()->mapFromGlobal(global);
  QPoint corner = mouse + QPoint(kFromMouse, kFromMouse);
  if (corner.x() + width() > parentWidget()->width()) corner.setX(mouse.x() - kFromMouse - width());
  corner.setY(std::clamp(corner.y(), 0, std::max(0, parentWidget()->height() - height())));
  move(std::max(0, corner.x()), corner.y());
  show();
  raise();
}

}  // namespace faultline
