#include "gui/panels/step_bar.h"

#include <QHBoxLayout>
#include <QToolButton>

#include "gui/style/theme.h"

namespace faultline {

StepBar::StepBar(QWidget* parent) : QWidget(parent), layout_(new QHBoxLayout(this)) {
  layout_->setContentsMargins(0, 0, 0, 0);
  layout_->setSpacing(4);
  layout_->addStretch();
  connect(&Theme::instance(), &Theme::changed, this, &StepBar::restyle);
}

void StepBar::setSteps(const QStringList& titles) {
  while (static_cast<qsizetype>(buttons_.size()) > titles.size()) {
    buttons_.back()->deleteLater();
    buttons_.pop_back();
  }
  while (static_cast<qsizetype>(buttons_.size()) < titles.size()) {
    const int step = count();
    auto* button = new QToolButton(this);
    button->setText(QString::number(step + 1));
    button->setCursor(Qt::PointingHandCursor);
    connect(button, &QToolButton::clicked, this, [this, step] { Q_EMIT chosen(step); });
    layout_->insertWidget(step, button);
    buttons_.push_back(button);
  }
  for (int i = 0; i < count(); ++i) {
    buttons_[static_cast<std::size_t>(i)]->setToolTip(titles[i]);
    buttons_[static_cast<std::size_t>(i)]->setAccessibleName(tr("Step %1: %2").arg(i + 1).arg(titles[i]));
  }
  restyle();
}

void StepBar::show(int step, int seen) {
  step_ = step;
  seen_ = seen;
  restyle();
}

// Filled: open. Framed in the accent: seen. Grey: still to come.
void StepBar::restyle() {
  const QString accent = colorOf(Tone::Accent).name(), grey = colorOf(Tone::Line).name();
  for (int i = 0; i < count(); ++i) {
    const bool isOpen = i == step_, isSeen = i < seen_;
    const QString ink = isOpen ? QStringLiteral("white") : colorOf(isSeen ? Tone::Text : Tone::Muted).name();
    buttons_[static_cast<std::size_t>(i)]->setStyleSheet(
        QStringLiteral("QToolButton { border: 1px solid %1; border-radius: 5px; padding: 2px 7px; color: %2; "
                       "background: %3; } QToolButton:focus { border: 2px solid %4; padding: 1px 6px; }")
            .arg(isOpen || isSeen ? accent : grey, ink, isOpen ? accent : QStringLiteral("transparent"),
                 colorOf(Tone::Text).name()));
  }
}

}  // namespace faultline
