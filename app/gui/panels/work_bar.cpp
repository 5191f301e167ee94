#include "gui/panels/work_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

#include "gui/models/background.h"

namespace faultline {

WorkBar::WorkBar(const QString& what, QWidget* parent) : QWidget(parent) {
  auto* text = new QLabel(what, this);
  text->setObjectName(QStringLiteral("muted"));
  bar_ = new QProgressBar(this);
  bar_->setRange(0, 100);
  bar_->setTextVisible(false);
  bar_->setFixedHeight(4);
  bar_->setAccessibleName(what);
  auto* cancel = new QPushButton(tr("Stop"), this);
  cancel->setObjectName(QStringLiteral("stopWork"));
  connect(cancel, &QPushButton::clicked, this, &WorkBar::cancelWanted);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(12, 2, 12, 4);
  layout->setSpacing(10);
  layout->addWidget(text);
  layout->addWidget(bar_, 1);
  layout->addWidget(cancel);
  hide();
}

void WorkBar::show(const Background& background) {
  setVisible(background.isRunning());
  bar_->setValue(static_cast<int>(background.progress() * 100));
}

}  // namespace faultline
