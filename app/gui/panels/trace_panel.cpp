#include "gui/panels/trace_panel.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QPainter>
#include <QPushButton>
#include <QSaveFile>
#include <QScrollArea>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTreeView>
#include <QVBoxLayout>

#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/models/trace_model.h"
#include "gui/panels/study_request.h"
#include "gui/panels/waterfall_view.h"
#include "gui/panels/work_bar.h"
#include "gui/run/diagnosis.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"
#include "io/trace_export.h"

namespace faultline {

namespace {

constexpr int kListWidth = 370, kSwatchWidth = 22, kSwatchHeight = 10;
constexpr NumberText kText{&format::value, &format::clock};

class Swatch : public QWidget {
 public:
  explicit Swatch(TimePart part) : part_(part) { setFixedSize(kSwatchWidth, kSwatchHeight); }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    const QBrush brush = brushOf(part_);
    QColor ground = brush.color();
    ground.setAlphaF(0.3f);
    painter.fillRect(rect(), ground);
    painter.fillRect(rect(), brush);
  }

 private:
  TimePart part_;
};

}  // namespace

TracePanel::TracePanel(Document& document, Selection& selection, RunBridge& run, Diagnosis& diagnosis, QWidget* parent)
    : QWidget(parent),
      document_(document),
      selection_(selection),
      run_(run),
      diagnosis_(diagnosis),
      model_(new TraceModel(kText, this)),
      sorted_(new QSortFilterProxyModel(this)) {
  setObjectName(QStringLiteral("tracePanel"));
  buildHead();
  sorted_->setSourceModel(model_);
  sorted_->setSortRole(TraceModel::SortRole);
  view_ = new QTreeView(this);
  view_->setObjectName(QStringLiteral("traces"));
  view_->setAccessibleName(tr("Operations that were followed"));
  view_->setModel(sorted_);
  view_->setRootIsDecorated(false);
  view_->setUniformRowHeights(true);
  view_->setSortingEnabled(true);
  view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  view_->sortByColumn(TraceModel::LatencyColumn, Qt::DescendingOrder);
  view_->header()->setStretchLastSection(true);
  view_->header()->resizeSection(TraceModel::BeginColumn, 78);
  view_->header()->resizeSection(TraceModel::ClassColumn, 120);
  view_->header()->resizeSection(TraceModel::LatencyColumn, 78);
  about_ = new QLabel(this);
  about_->setContentsMargins(12, 4, 12, 2);
  waterfall_ = new WaterfallView(this);
  auto* scroll = new QScrollArea(this);
  scroll->setWidget(waterfall_);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  auto* right = new QWidget(this);
  auto* column = new QVBoxLayout(right);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(about_);
  column->addWidget(scroll, 1);
  column->addWidget(makeLegend());
  auto* body = new QSplitter(Qt::Horizontal, this);
  body->addWidget(view_);
  body->addWidget(right);
  body->setStretchFactor(1, 1);
  body->setSizes({kListWidth, 3 * kListWidth});
  body_ = body;
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(head_);
  layout->addWidget(request_->work());
  layout->addWidget(body_, 1);
  layout->addStretch();

  connect(&diagnosis, &Diagnosis::changed, this, &TracePanel::showStudy);
  connect(&diagnosis, &Diagnosis::stateChanged, this, &TracePanel::showState);
  connect(&run, &RunBridge::statusChanged, this, &TracePanel::showState);
  connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this, &TracePanel::showTrace);
  connect(view_, &QTreeView::clicked, this, &TracePanel::goTo);
  connect(view_, &QTreeView::activated, this, &TracePanel::goTo);
  connect(waterfall_, &WaterfallView::nodeChosen, this, [this](const QString& node) {
    if (document_.scenario().findNode(node.toStdString()) != nullptr) selection_.set({node.toStdString()});
  });
  connect(&Theme::instance(), &Theme::changed, this, &TracePanel::showState);
  showStudy();
}

void TracePanel::buildHead() {
  head_ = new QWidget(this);
  blame_ = new QLabel(this);
  blame_->setObjectName(QStringLiteral("blame"));
  blame_->setWordWrap(true);
  basis_ = new QLabel(this);
  basis_->setObjectName(QStringLiteral("muted"));
  basis_->setWordWrap(true);
  request_ = new StudyRequest({QStringLiteral("followCalls"), tr("Follow the calls up to %1"), tr("Following calls")},
                              run_, diagnosis_, *this);
  connect(request_, &StudyRequest::wanted, &diagnosis_, &Diagnosis::examine);
  export_ = new QPushButton(tr("Export"), this);
  export_->setObjectName(QStringLiteral("exportTraces"));
  auto* menu = new QMenu(export_);
  connect(menu->addAction(tr("OTLP JSON, for Jaeger and Grafana Tempo…")), &QAction::triggered, this,
          [this] { chooseExport(Format::Otlp); });
  connect(menu->addAction(tr("Chrome trace, for Perfetto…")), &QAction::triggered, this,
          [this] { chooseExport(Format::Chrome); });
  export_->setMenu(menu);
  auto* texts = new QVBoxLayout;
  texts->setSpacing(2);
  texts->addWidget(blame_);
  texts->addWidget(basis_);
  auto* row = new QHBoxLayout(head_);
  row->setContentsMargins(14, 8, 12, 4);
  row->setSpacing(8);
  row->addLayout(texts, 1);
  row->addWidget(export_, 0, Qt::AlignTop);
  row->addWidget(request_->button(), 0, Qt::AlignTop);
}

QWidget* TracePanel::makeLegend() {
  auto* legend = new QWidget(this);
  auto* row = new QHBoxLayout(legend);
  row->setContentsMargins(12, 3, 12, 5);
  row->setSpacing(6);
  for (const TimePart part :
       {TimePart::Service, TimePart::Queue, TimePart::Connection, TimePart::Network, TimePart::Backoff}) {
    auto* name = new QLabel(partText(part), legend);
    name->setObjectName(QStringLiteral("muted"));
    row->addWidget(new Swatch(part));
    row->addWidget(name);
    row->addSpacing(10);
  }
  auto* line = new QLabel(tr("thin line: waits for those that it called"), legend);
  line->setObjectName(QStringLiteral("muted"));
  row->addWidget(line);
  row->addStretch();
  return legend;
}

QString TracePanel::blame() const { return blame_->text(); }

void TracePanel::showStudy() {
  const RunStudy* study = diagnosis_.study();
  const bool has = study != nullptr && study->traces;
  model_->setTraces(has ? *study->traces : Traces());
  body_->setVisible(model_->rowCount() > 0);
  if (model_->rowCount() > 0) view_->setCurrentIndex(sorted_->index(0, 0));
  showTrace();
  showState();
}

void TracePanel::showState() {
  const RunStudy* study = diagnosis_.study();
  const bool has = study != nullptr && study->traces;
  blame_->setFont(Theme::instance().font(Type::Name));
  blame_->setText(!has                                ? tr("Where did slow calls spend their time?")
                  : model_->rowCount() == 0           ? tr("No operation has ended yet.")
                  : study->traces->tail.parts.empty() ? tr("Too few operations for a p99.")
                                                      : blameText(model_->traces(), kText));
  basis_->setText(has ? tr("%1 of %2 operations up to %3 are kept: the slowest, some that failed, some at random.")
                            .arg(model_->rowCount())
                            .arg(format::count(static_cast<double>(study->traces->seen)), format::clock(study->upTo))
                      : tr("Runs the same run again in the background and follows its operations from call to call."));
  request_->show(has);
  export_->setVisible(model_->rowCount() > 0);
}

void TracePanel::showTrace() {
  const QModelIndex index = sorted_->mapToSource(view_->currentIndex());
  if (!index.isValid()) {
    waterfall_->show({}, {});
    return about_->clear();
  }
  const CallTrace& trace = model_->trace(index.row());
  waterfall_->show(model_->traces().nodes, trace);
  about_->setText(tr("Operation %1: %2").arg(trace.operation).arg(blameText(model_->traces(), trace, kText)));
}

void TracePanel::goTo(const QModelIndex& index) {
  if (index.isValid()) run_.viewAt(model_->trace(sorted_->mapToSource(index).row()).begin());
}

// ------------------------------------------------------------- files

QString TracePanel::exportTo(const QString& path, Format format) const {
  const RunStudy* study = diagnosis_.study();
  if (study == nullptr || !study->traces) return tr("There are no traces yet.");
  const std::string text =
      format == Format::Otlp ? tracesOtlp(*study->traces, study->fingerprint) : tracesChrome(*study->traces);
  QSaveFile file(path);
  const QByteArray content = QByteArray::fromStdString(text);
  if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.commit())
    return file.errorString();
  return {};
}

void TracePanel::chooseExport(Format format) {
  const QString name =
      format == Format::Otlp ? QStringLiteral("traces.otlp.json") : QStringLiteral("traces.chrome.json");
  const QString path = QFileDialog::getSaveFileName(this, tr("Export traces"), name, tr("JSON (*.json)"));
  if (path.isEmpty()) return;
  if (const QString problem = exportTo(path, format); !problem.isEmpty())
    QMessageBox::warning(this, tr("Not exported"), problem);
}

}  // namespace faultline
