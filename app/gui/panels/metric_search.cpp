#include "gui/panels/metric_search.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QStringListModel>
#include <QTimer>

namespace faultline {

namespace {

constexpr int kMostWidth = 260, kMostRows = 14;

}  // namespace

MetricSearch::MetricSearch(QWidget* parent) : QLineEdit(parent), names_(new QStringListModel(this)) {
  setPlaceholderText(tr("Add a metric: node.metric"));
  setAccessibleName(tr("Add a metric"));
  setClearButtonEnabled(true);
  setMaximumWidth(kMostWidth);
  auto* completer = new QCompleter(names_, this);
  completer->setFilterMode(Qt::MatchContains);
  completer->setCaseSensitivity(Qt::CaseInsensitive);
  completer->setMaxVisibleItems(kMostRows);
  setCompleter(completer);
  connect(completer, qOverload<const QString&>(&QCompleter::activated), this,
          [this](const QString& name) { Q_EMIT chosen(name.trimmed()); });
  connect(this, &QLineEdit::returnPressed, this, [this, completer] {
    if (!completer->popup()->currentIndex().isValid()) Q_EMIT chosen(text().trimmed());
  });
}

void MetricSearch::setNames(const QStringList& names) { names_->setStringList(names); }

// The completer writes its choice into the line after its signal.
void MetricSearch::done() { QTimer::singleShot(0, this, &QLineEdit::clear); }

}  // namespace faultline
