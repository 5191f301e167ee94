#include "gui/panels/inspector_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTextBrowser>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/document/alert_edits.h"
#include "gui/document/components.h"
#include "gui/document/document.h"
#include "gui/document/drawing_edits.h"
#include "gui/document/selection.h"
#include "gui/models/about_text.h"
#include "gui/models/problem_text.h"
#include "gui/panels/calm_combo_box.h"
#include "gui/panels/entry_line.h"
#include "gui/panels/fault_tab.h"
#include "gui/panels/metrics_tab.h"
#include "gui/panels/param_editors.h"
#include "gui/panels/param_form.h"
#include "gui/panels/param_help.h"
#include "gui/panels/param_row_widget.h"
#include "gui/run/run_bridge.h"
#include "gui/style/theme.h"
#include "io/preset_catalog.h"
#include "model/catalog.h"

namespace faultline {

namespace {

constexpr int kGlyph = 20, kSoonMs = 10, kAttempts = 100;

}  // namespace

InspectorPanel::InspectorPanel(Document& document, Selection& selection, RunBridge& run, QWidget* parent)
    : QWidget(parent), document_(document), selection_(selection), run_(run) {
  setObjectName(QStringLiteral("inspectorPanel"));
  setMinimumWidth(270);
  glyph_ = new QLabel(this);
  name_ = new QLineEdit(this);
  name_->setObjectName(QStringLiteral("nodeName"));
  name_->setAccessibleName(tr("Name"));
  // Looks like a heading until somebody writes in it.
  name_->setStyleSheet(
      QStringLiteral("QLineEdit:!focus { background: transparent; border-color: transparent; padding-left: 0; }"));
  subtitle_ = new QLabel(this);
  subtitle_->setObjectName(QStringLiteral("muted"));
  nameError_ = new QLabel(this);
  nameError_->setObjectName(QStringLiteral("error"));
  nameError_->setWordWrap(true);
  nameError_->hide();
  preset_ = new CalmComboBox(this);
  preset_->setObjectName(QStringLiteral("preset"));
  preset_->setAccessibleName(tr("Preset"));
  preset_->setToolTip(tr("A named set of parameters of this kind, with sources. What you wrote over it stays."));
  auto* header = new QHBoxLayout;
  header->setContentsMargins(12, 10, 12, 2);
  header->setSpacing(8);
  header->addWidget(glyph_);
  header->addWidget(name_, 1);
  header->addWidget(subtitle_);
  auto* presets = new QHBoxLayout;
  presets->setContentsMargins(12, 0, 12, 4);
  presets->addWidget(nameError_);
  presets->addWidget(preset_);
  form_ = new ParamForm(document, run, this);
  help_ = new ParamHelp(this);
  newClass_ = new EntryLine(QStringLiteral("newClass"), tr("add a request class"), this);
  newAlert_ = new EntryLine(QStringLiteral("newAlert"), tr("add an alert, like db.utilization > 90%"), this);
  newAlert_->setSuggestions([this] { return alertSuggestions(document_.scenario()); });
  defaultAlerts_ = new QPushButton(tr("Default alerts"), this);
  defaultAlerts_->setObjectName(QStringLiteral("defaultAlerts"));
  defaultAlerts_->setToolTip(tr("Gives up the rules of this scenario; the default ones watch it again."));
  auto* parameters = new QWidget(this);
  auto* column = new QVBoxLayout(parameters);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(form_, 1);
  additions_ = new QWidget(this);
  auto* below = new QVBoxLayout(additions_);
  below->setContentsMargins(12, 8, 12, 4);
  below->setSpacing(4);
  auto* alerts = new QHBoxLayout;
  alerts->setSpacing(4);
  alerts->addWidget(newAlert_, 1);
  alerts->addWidget(defaultAlerts_, 0, Qt::AlignTop);
  below->addWidget(newClass_);
  below->addLayout(alerts);
  form_->setFooter(additions_);
  column->addWidget(help_);
  parameters->installEventFilter(help_);
  faults_ = new FaultTab(document, selection, run, this);
  metrics_ = new MetricsTab(document, selection, run, this);
  about_ = new QTextBrowser(this);
  about_->setOpenExternalLinks(true);
  about_->setStyleSheet(QStringLiteral("QTextBrowser { background: transparent; border: none; }"));
  about_->document()->setDocumentMargin(12);
  tabs_ = new QTabWidget(this);
  tabs_->setDocumentMode(true);
  tabs_->addTab(parameters, tr("Parameters"));
  tabs_->addTab(faults_, tr("Faults"));
  tabs_->addTab(metrics_, tr("Metrics"));
  tabs_->addTab(about_, tr("About"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  layout->addLayout(header);
  layout->addLayout(presets);
  layout->addWidget(tabs_, 1);

  connect(&selection, &Selection::changed, this, &InspectorPanel::refresh);
  connect(&document, &Document::replaced, this, [this] {
    shown_.clear();
    refresh();
  });
  connect(&document, &Document::changed, this, [this](const ScenarioDiff& diff) {
    if (diff.changesGraph() || diff.groups || diff.kinds || diff.classes || diff.texts || !diff.changedNodes.empty()) refresh();
  });
  connect(&Theme::instance(), &Theme::changed, this, &InspectorPanel::refreshHeader);
  connect(name_, &QLineEdit::editingFinished, this, &InspectorPanel::rename);
  connect(preset_, qOverload<int>(&QComboBox::activated), this, &InspectorPanel::choosePreset);
  connect(newClass_, &EntryLine::wanted, this, [this](const QString& name) {
    newClass_->answer(document_.apply(tr("Add the class %1").arg(name), edits::addClass(name.toStdString())));
  });
  connect(newAlert_, &EntryLine::wanted, this, [this](const QString& rule) {
    newAlert_->answer(document_.apply(tr("Add the alert %1").arg(rule), edits::addAlert({rule.toStdString()})));
  });
  connect(defaultAlerts_, &QPushButton::clicked, this,
          [this] { document_.apply(tr("Default alerts"), edits::useDefaultAlerts()); });
  connect(tabs_, &QTabWidget::currentChanged, this, &InspectorPanel::refreshAbout);
  connect(form_, &ParamForm::rowPointedAt, this, [this](const ParamRow& row) {
    help_->show(row, run_.state() == RunState::Running || run_.state() == RunState::Paused);
  });
  connect(form_, &ParamForm::sectionRemovalWanted, this, &InspectorPanel::removeSection);
  shown_ = "nothing yet";
  refresh();
}

std::vector<std::string> InspectorPanel::kindsOfSelected() const {
  std::vector<std::string> kinds;
  for (const std::string& name : selection_.nodes())
    if (const NodeSpec* node = document_.scenario().findNode(name))
      if (std::find(kinds.begin(), kinds.end(), node->kind) == kinds.end()) kinds.push_back(node->kind);
  return kinds;
}

void InspectorPanel::refresh() {
  std::vector<ParamSection> sections;
  const std::vector<std::string> nodes = selection_.nodeList(), edges = selection_.edgeList();
  const bool isBoth = !nodes.empty() && !edges.empty();
  if (!nodes.empty()) sections.push_back({isBoth ? tr("Nodes") : QString(), ParamSubject::nodes(nodes), false});
  if (!edges.empty()) sections.push_back({isBoth ? tr("Arrows") : QString(), ParamSubject::edges(edges), false});
  const bool isScenario = selection_.isEmpty() && selection_.region().empty();
  if (!selection_.region().empty()) sections.push_back({{}, ParamSubject::region(selection_.region()), false});
  if (isScenario) {
    sections.push_back({{}, ParamSubject::scenario(), false});
    for (const RequestClass& c : document_.scenario().classes)
      sections.push_back(
          {tr("Request class %1").arg(QString::fromStdString(c.name)), ParamSubject::requestClass(c.name), true});
    firstAlert_ = static_cast<int>(sections.size());
    for (std::size_t i = 0; i < alertSpecs(document_.scenario()).size(); ++i)
      sections.push_back({tr("Alert %1").arg(i + 1), ParamSubject::alert(i), true});
  }
  std::string shown;
  for (const ParamSection& section : sections) shown += section.subject.key() + '\f';
  for (const std::string& kind : kindsOfSelected()) shown += kind + '\f';
  if (shown != shown_) {
    shown_ = shown;
    form_->setSections(std::move(sections));
    help_->clear();
  }
  additions_->setVisible(isScenario);
  defaultAlerts_->setVisible(isScenario && document_.scenario().alerts.has_value());
  refreshHeader();
  refreshAbout();
}

void InspectorPanel::refreshHeader() {
  const Scenario& scenario = document_.scenario();
  const std::string node = selection_.onlyNode(), edge = selection_.onlyEdge();
  const std::vector<std::string> kinds = kindsOfSelected();
  const ComponentInfo* kind = kinds.size() == 1 ? findKind(kinds[0]) : nullptr;
  const std::size_t count = selection_.nodes().size() + selection_.edges().size();
  const std::string& region = selection_.region();
  name_->setReadOnly(node.empty() && region.empty());
  QString name, subtitle;
  if (!node.empty())
    name = QString::fromStdString(node);
  else if (!edge.empty())
    name = QString::fromStdString(edge).replace(QStringLiteral("->"), QStringLiteral("→"));
  else if (!region.empty())
    name = QString::fromStdString(region);
  else if (count > 0)
    name = tr("%1 selected").arg(count);
  else
    name = document_.displayName();
  if (kind != nullptr && selection_.edges().empty())
    subtitle = QString::fromUtf8(kind->label);
  else if (kinds.size() > 1)
    subtitle = tr("%1 kinds").arg(kinds.size());
  else if (!edge.empty())
    subtitle = tr("arrow");
  else if (count == 0)
    subtitle = region.empty() ? tr("scenario") : tr("region");
  if (!name_->hasFocus() || !name_->isModified()) name_->setText(name);
  name_->setFont(Theme::instance().textFont(Type::Name));
  name_->setCursorPosition(0);
  subtitle_->setText(subtitle);
  glyph_->setVisible(kind != nullptr);
  if (kind != nullptr)
    glyph_->setPixmap(Theme::instance().glyph(kind->kind, colorOf(Tone::Text), kGlyph, devicePixelRatioF()));
  nameError_->hide();

  preset_->clear();
  std::string present;
  bool isMixed = false, isFirst = true;
  for (const std::string& selected : selection_.nodes()) {
    const NodeSpec* spec = scenario.findNode(selected);
    if (spec == nullptr) continue;
    isMixed = isMixed || (!isFirst && spec->preset != present);
    present = spec->preset;
    isFirst = false;
  }
  if (kind != nullptr && selection_.edges().empty()) {
    preset_->addItem(tr("no preset"), QString());
    for (const Preset& preset : presets()) {
      if (preset.kind != kind->kind) continue;
      preset_->addItem(QString::fromStdString(preset.label), QString::fromStdString(preset.name));
      preset_->setItemData(preset_->count() - 1, QString::fromStdString(preset.summary), Qt::ToolTipRole);
    }
  }
  preset_->setPlaceholderText(tr("several presets"));
  preset_->setVisible(preset_->count() > 1);
  preset_->setCurrentIndex(isMixed ? -1 : std::max(0, preset_->findData(QString::fromStdString(present))));
}

void InspectorPanel::refreshAbout() {
  if (tabs_->currentWidget() != about_) return;
  const Scenario& scenario = document_.scenario();
  QString text;
  std::vector<std::string> done;
  for (const std::string& selected : selection_.nodes()) {
    const NodeSpec* node = scenario.findNode(selected);
    if (node == nullptr || node->preset.empty() || std::find(done.begin(), done.end(), node->preset) != done.end())
      continue;
    done.push_back(node->preset);
    text += aboutPreset(node->preset);
  }
  for (const std::string& name : kindsOfSelected())
    if (const ComponentInfo* kind = findKind(name)) text += aboutKind(*kind);
  if (!selection_.edges().empty()) text += aboutEdges();
  if (selection_.isEmpty()) text = selection_.region().empty() ? aboutScenario(scenario) : aboutRegions();
  about_->setMarkdown(text);
}

void InspectorPanel::rename() {
  const std::string node = selection_.onlyNode(), region = selection_.region();
  const std::string &present = node.empty() ? region : node, wanted = name_->text().trimmed().toStdString();
  if (present.empty() || wanted == present) return nameError_->hide();
  const Diagnostics problems =
      document_.apply(tr("Rename %1").arg(QString::fromStdString(present)),
                      node.empty() ? edits::renameRegion(present, wanted) : edits::rename(present, wanted));
  name_->setModified(false);
  if (!hasErrors(problems)) {
    if (node.empty()) selection_.setRegion(wanted);
    return;
  }
  name_->setModified(true);
  nameError_->setText(firstProblem(problems));
  nameError_->show();
}

void InspectorPanel::choosePreset(int index) {
  const std::string preset = preset_->itemData(index).toString().toStdString();
  document_.apply(preset.empty() ? tr("No preset") : tr("Preset %1").arg(preset_->itemText(index)),
                  edits::usePreset(selection_.nodeList(), preset));
}

void InspectorPanel::removeSection(const ParamSubject& subject) {
  if (subject.kind() == ParamSubject::Kind::Alert) {
    document_.apply(tr("Remove alert %1").arg(subject.alertIndex() + 1), edits::removeAlert(subject.alertIndex()));
  } else if (subject.kind() == ParamSubject::Kind::Class) {
    const std::string& name = subject.names()[0];
    document_.apply(tr("Remove the class %1").arg(QString::fromStdString(name)), edits::removeClass(name));
  }
}

void InspectorPanel::showAlert(int rule) {
  selection_.clear();
  tabs_->setCurrentIndex(0);
  ParamRowWidget* row = rule < 0 ? nullptr : form_->row("when", firstAlert_ + rule);
  if (row == nullptr) return newAlert_->setFocus();
  row->editor()->setFocus();
  reveal(row, kAttempts);
}

// Rows that were made just now are shown by a later event, and until the form has its length they are squeezed together.
void InspectorPanel::reveal(ParamRowWidget* row, int attempts) {
  form_->ensureWidgetVisible(row);
  const QWidget& content = *form_->widget();
  if (attempts > 0 && (row->isHidden() || content.height() < content.minimumSizeHint().height()))
    QTimer::singleShot(kSoonMs, row, [=, this] { reveal(row, attempts - 1); });
}

}  // namespace faultline
