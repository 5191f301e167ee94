#include "gui/panels/recovery_bar.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>

#include "io/yaml_reader.h"

namespace faultline {

namespace {

QString nameOf(const UnsavedWork& work) {
  const std::string name = readScenarioText(work.text.toStdString(), work.path.toStdString()).value.name;
  if (!name.empty()) return QString::fromStdString(name);
  return work.path.isEmpty() ? RecoveryBar::tr("Untitled") : QFileInfo(work.path).completeBaseName();
}

}  // namespace

RecoveryBar::RecoveryBar(QWidget* parent) : QToolBar(tr("Recovery"), parent) {
  setObjectName(QStringLiteral("recovery"));
  setMovable(false);
  toggleViewAction()->setVisible(false);
  // One widget for the bar: in a narrow window the text is cut short, and no button vanishes.
  auto* row = new QWidget(this);
  row->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(4, 0, 4, 0);
  text_ = new QLabel(row);
  text_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  layout->addWidget(text_, 1);
  const auto button = [layout, row](const QString& label, const QString& tip) {
    auto* made = new QPushButton(label, row);
    made->setToolTip(tip);
    layout->addWidget(made);
    return made;
  };
  recover_ = button(tr("Recover"), tr("Open the unsaved work; nothing is saved yet"));
  recover_->setDefault(true);
  drop_ = button(tr("Discard"), tr("Forget the unsaved work for good"));
  later_ = button(tr("Ask me later"), tr("Keep it, and offer it at the next start"));
  addWidget(row);
  connect(recover_, &QPushButton::clicked, this, &RecoveryBar::recoverWanted);
  connect(drop_, &QPushButton::clicked, this, &RecoveryBar::settle);
  connect(later_, &QPushButton::clicked, this, [this] {
    if (offered() != nullptr) left_->postponeFirst();
    showFirst();
  });
  hide();
}

const LeftWork::Entry* RecoveryBar::offered() const {
  return left_ == nullptr || left_->isEmpty() ? nullptr : &left_->entries().front();
}

void RecoveryBar::offer(std::unique_ptr<LeftWork> left) {
  left_ = std::move(left);
  showFirst();
}

void RecoveryBar::settle() {
  if (offered() != nullptr) left_->dropFirst();
  showFirst();
}

void RecoveryBar::showFirst() {
  const LeftWork::Entry* entry = offered();
  setVisible(entry != nullptr);
  if (entry == nullptr) return;
  text_->setText(tr("The last session ended unexpectedly. Unsaved changes to <b>%1</b> of %2 were kept.")
                     .arg(nameOf(entry->work).toHtmlEscaped(), QLocale().toString(entry->when, QLocale::ShortFormat)));
}

}  // namespace faultline
