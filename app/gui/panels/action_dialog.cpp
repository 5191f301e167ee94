#include "gui/panels/action_dialog.h"

#include <QComboBox>
#include <QCompleter>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include "base/quantity.h"
#include "gui/document/document.h"
#include "gui/style/theme.h"
#include "io/value_text.h"
#include "model/actions.h"
#include "model/catalog.h"
#include "model/edge_policy.h"
#include "model/value_check.h"

namespace faultline {

namespace {

QString text(std::string_view utf8) { return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size())); }

// A value as it is typed: YAML's quotes are for files.
QString typed(const ParamInfo& info, const Value& value) {
  QString written = text(formatFlow(&info, value));
  if (written.size() >= 2 && (written.startsWith(QLatin1Char('"')) || written.startsWith(QLatin1Char('\''))))
    written = written.mid(1, written.size() - 2);
  return written;
}

void addParameters(std::span<const ParamInfo> params, const ValueMap& values, const std::string& prefix,
                   std::vector<std::string>& names) {
  for (const ParamInfo& info : params) {
    if (!info.live()) continue;
    const std::string path = prefix + "." + info.name;
    const Value* written = values.find(info.name);
    const ValueMap* map = written == nullptr ? nullptr : written->as<ValueMap>();
    if (info.type == ParamType::Group) {
      addParameters(info.fields, map == nullptr ? ValueMap() : *map, path, names);
    } else if (info.type == ParamType::Table) {
      if (map == nullptr) continue;
      for (const auto& [row, fields] : map->entries)
        addParameters(info.fields, fields.as<ValueMap>() == nullptr ? ValueMap() : *fields.as<ValueMap>(), path + "." + row, names);
    } else {
      names.push_back(path);
    }
  }
}

ActionTarget targetOfVerb(const std::string& verb) {
  const VerbInfo* common = findVerb(verb);
  return common == nullptr ? ActionTarget::Node : common->target;
}

}  // namespace

std::vector<std::string> targetsOf(const Scenario& scenario, const std::string& verb) {
  std::vector<std::string> targets;
  switch (targetOfVerb(verb)) {
    case ActionTarget::None:
    case ActionTarget::Text:
      break;
    case ActionTarget::Node:
      for (const NodeSpec& node : scenario.nodes)
        if (findVerbUse(scenario, verb, node.name)) targets.push_back(node.name);
      if (!appliesToRegions(verb)) break;
      [[fallthrough]];
    case ActionTarget::Region:
      for (const GroupSpec& group : scenario.groups)
        if (group.kind == "region") targets.push_back(group.name);
      break;
    case ActionTarget::Edge:
      for (const EdgeSpec& edge : scenario.edges) targets.push_back(edge.name());
      break;
    case ActionTarget::Parameter:
      for (const NodeSpec& node : scenario.nodes)
        if (const ComponentInfo* kind = findKind(node.kind)) addParameters(kind->params, node.params, node.name, targets);
      for (const EdgeSpec& edge : scenario.edges) addParameters(edgePolicyParams(), edge.policy, edge.name(), targets);
      break;
  }
  return targets;
}

ActionDialog::ActionDialog(Document& document, Action action, int index, QWidget* parent)
    : QDialog(parent), document_(document), action_(std::move(action)), index_(index), form_(new QFormLayout),
      at_(new QLineEdit), verb_(new QComboBox), target_(new QComboBox), help_(new QLabel), problem_(new QLabel) {
  setMinimumWidth(420);
  at_->setObjectName(QStringLiteral("at"));
  verb_->setObjectName(QStringLiteral("verb"));
  target_->setObjectName(QStringLiteral("target"));
  problem_->setObjectName(QStringLiteral("problem"));
  at_->setText(text(formatDuration(action_.at)));
  target_->setEditable(true);
  target_->setInsertPolicy(QComboBox::NoInsert);
  target_->completer()->setFilterMode(Qt::MatchContains);
  target_->completer()->setCompletionMode(QCompleter::PopupCompletion);
  for (QLabel* label : {help_, problem_}) label->setWordWrap(true);
  QPalette colors = problem_->palette();
  colors.setColor(QPalette::WindowText, colorOf(Tone::Failing));
  problem_->setPalette(colors);
  problem_->hide();
  colors.setColor(QPalette::WindowText, colorOf(Tone::Muted));
  help_->setPalette(colors);

  form_->addRow(tr("At"), at_);
  form_->addRow(tr("Action"), verb_);
  form_->addRow(QString(), help_);
  form_->addRow(tr("On"), target_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto* all = new QVBoxLayout(this);
  all->addLayout(form_);
  all->addWidget(problem_);
  all->addWidget(buttons);

  fillVerbs();
  connect(verb_, &QComboBox::currentTextChanged, this, &ActionDialog::showVerb);
  connect(target_, &QComboBox::currentTextChanged, this, &ActionDialog::showFields);
  showVerb();
  target_->setCurrentText(text(action_.target));
  showFields();
}

void ActionDialog::fillVerbs() {
  for (const std::string_view verb : allVerbs()) {
    const std::string name(verb);
    // A verb of a kind only where there is a node of that kind.
    if (findVerb(verb) == nullptr && targetsOf(document_.scenario(), name).empty()) continue;
    if (verb_->findText(text(verb)) < 0) verb_->addItem(text(verb));
  }
  verb_->setCurrentText(text(action_.verb));
}

void ActionDialog::showVerb() {
  const std::string verb = verb_->currentText().toStdString();
  const VerbInfo* common = findVerb(verb);
  QString help = common == nullptr ? QString() : text(common->help);
  const std::vector<std::string> targets = targetsOf(document_.scenario(), verb);
  if (common == nullptr && !targets.empty())
    if (const ComponentInfo* kind = findKind(document_.scenario().findNode(targets[0])->kind))
      if (const ActionInfo* own = findAction(kind->actions, verb)) help = text(own->help);
  help_->setText(help);
  const QString before = target_->currentText();
  {
    const QSignalBlocker quiet(target_);
    target_->clear();
    for (const std::string& target : targets) target_->addItem(text(target));
    const bool isText = targetOfVerb(verb) == ActionTarget::Text;
    if (isText || target_->findText(before) >= 0) target_->setCurrentText(before);
    static_cast<QLabel*>(form_->labelForField(target_))->setText(isText ? tr("Text") : tr("On"));
  }
  showFields();
}

void ActionDialog::showFields() {
  std::vector<std::pair<std::string, QString>> typedBefore;
  for (const auto& [info, edit] : fields_) {
    typedBefore.emplace_back(info.name, edit->text());
    form_->removeRow(edit);
  }
  fields_.clear();
  const std::string verb = verb_->currentText().toStdString(), target = target_->currentText().trimmed().toStdString();
  const auto use = findVerbUse(document_.scenario(), verb, target);
  if (!use) return;
  for (const ParamInfo& field : use->fields) {
    ParamInfo info = field;
    if (use->target == ActionTarget::Parameter && std::string_view(field.name) == "to") {
      const auto parsed = parseParameterTarget(target);
      const ParameterPlace place = parsed ? findParameter(document_.scenario(), *parsed) : ParameterPlace{};
      if (place.info == nullptr) continue;
      info = valueInfo(place);
      info.name = field.name;
      info.label = field.label;
    }
    auto* edit = new QLineEdit;
    edit->setObjectName(text(info.name));
    edit->setPlaceholderText(text(expectedText(info)));
    edit->setToolTip(text(info.help));
    if (const Value* value = verb == action_.verb ? action_.args.find(info.name) : nullptr) edit->setText(typed(info, *value));
    for (const auto& [name, written] : typedBefore)
      if (name == info.name) edit->setText(written);
    form_->addRow(text(info.label), edit);
    fields_.emplace_back(info, edit);
  }
}

QString ActionDialog::folder() const {
  return document_.filePath().isEmpty() ? QString() : QFileInfo(document_.filePath()).absolutePath();
}

QString ActionDialog::read(Action& action) const {
  const auto at = parseDuration(at_->text().trimmed().toStdString());
  if (!at.value) return text(at.problem);
  action = {*at.value, verb_->currentText().toStdString(), target_->currentText().trimmed().toStdString(), {}};
  for (const auto& [info, edit] : fields_) {
    const std::string written = edit->text().trimmed().toStdString();
    if (written.empty()) continue;
    const auto value = parseValue(info, written, folder().toStdString());
    if (!value.value) return QStringLiteral("%1: %2").arg(text(info.label), text(value.problem));
    action.args.set(info.name, *value.value);
  }
  return {};
}

void ActionDialog::accept() {
  Action action;
  QString problem = read(action);
  if (problem.isEmpty()) {
    const Edit edit = index_ < 0 ? edits::addAction(action) : edits::changeAction(static_cast<std::size_t>(index_), action);
    const Diagnostics said = document_.apply(index_ < 0 ? tr("Add action") : tr("Edit action"), edit);
    for (const Diagnostic& diagnostic : said)
      if (diagnostic.severity == Diagnostic::Severity::Error && problem.isEmpty())
        problem = text(diagnostic.message) + (diagnostic.hint.empty() ? QString() : QStringLiteral(" (%1)").arg(text(diagnostic.hint)));
  }
  problem_->setText(problem);
  problem_->setVisible(!problem.isEmpty());
  if (problem.isEmpty()) QDialog::accept();
}

}  // namespace faultline
