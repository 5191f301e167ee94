#include "gui/panels/param_help.h"

#include <QLabel>
#include <QPainter>
#include <QResizeEvent>
#include <QVBoxLayout>

#include "gui/models/param_text.h"
#include "gui/panels/density_plot.h"
#include "gui/style/theme.h"
#include "model/quantity_type.h"
#include "model/value_check.h"

namespace faultline {

namespace {

constexpr int kHelpHeight = 138, kLeastRoom = 300;

}  // namespace

ParamHelp::ParamHelp(QWidget* parent) : QWidget(parent) {
  title_ = new QLabel(this);
  body_ = new QLabel(this);
  body_->setWordWrap(true);
  body_->setObjectName(QStringLiteral("muted"));
  plot_ = new DensityPlot(DensityPlot::Detail::Figures, this);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(20, 12, 20, 12);
  layout->setSpacing(2);
  layout->addWidget(title_);
  layout->addWidget(body_, 1);
  layout->addWidget(plot_);
  body_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  setFixedHeight(kHelpHeight);  // the form must not jump while the pointer wanders over it
  clear();
}

void ParamHelp::clear() {
  title_->setText(tr("Parameters"));
  body_->setText(tr("Point at one to read what it means."));
  plot_->hide();
}

QString ParamHelp::text() const { return title_->text() + QLatin1Char('\n') + body_->text(); }

void ParamHelp::show(const ParamRow& row, bool isRunning) {
  if (row.kind == ParamRow::Kind::Section) return clear();
  title_->setFont(Theme::instance().textFont(Type::Name));
  title_->setText(row.label);
  QString text = QString::fromUtf8(row.info.help).toHtmlEscaped();
  const bool isLeaf = row.kind == ParamRow::Kind::Value || row.kind == ParamRow::Kind::ClassValue;
  if (isLeaf) {
    QStringList facts;
    if (isQuantity(row.info.type)) facts << QString::fromStdString(describeRange(row.info));
    switch (row.info.type) {
      case ParamType::Distribution:
      case ParamType::CountDistribution:
      case ParamType::KeySpace: {
        ParamInfo one = row.info;
        one.perClass = false;
        facts << QString::fromStdString(expectedText(one));
        break;
      }
      default:
        break;
    }
    const Value& fallback = row.state.fallback;
    const QString standard = !fallback.isSet() ? tr("none") : editText(row.info, fallback);
    if (!standard.isEmpty())
      facts << (row.state.source == ParamSource::Preset ? tr("preset: %1") : tr("default: %1")).arg(standard);
    text += QStringLiteral("<br>") + facts.join(QStringLiteral(" · ")).toHtmlEscaped();
    if (const std::string* chosen = row.state.value.as<std::string>())
      for (const ChoiceInfo& choice : row.info.choices)
        if (*chosen == choice.name)
          text += QStringLiteral("<br><b>%1</b>: %2")
                      .arg(QString::fromUtf8(choice.name), QString::fromUtf8(choice.help).toHtmlEscaped());
  }
  if (isRunning && row.info.fixed)
    text += QStringLiteral("<br><b>%1</b>")
                .arg(tr("Fixed while a run is under way: a change takes effect with the next run."));
  body_->setText(text);
  body_->setToolTip(QStringLiteral("<p>%1</p>").arg(text));  // a long one does not fit
  const Value value = shownValue(row);
  const auto* distribution = isLeaf && !row.state.isMixed ? value.as<Distribution>() : nullptr;
  const auto* points = row.info.type == ParamType::Points ? value.as<ValueList>() : nullptr;
  if (distribution != nullptr)
    plot_->setDistribution(*distribution, row.info.type == ParamType::Distribution);
  else if (points != nullptr)
    plot_->setPoints(*points);
  plot_->setVisible((distribution != nullptr || points != nullptr) && !plot_->isEmpty());
}

bool ParamHelp::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize) setVisible(static_cast<QResizeEvent*>(event)->size().height() >= kLeastRoom);
  return QWidget::eventFilter(watched, event);
}

void ParamHelp::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(colorOf(Tone::Input));
  painter.drawRoundedRect(rect().adjusted(10, 4, -10, -6), 7, 7);
}

}  // namespace faultline
