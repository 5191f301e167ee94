#include "gui/handout_command.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>

#include "analysis/lesson.h"
#include "engine/simulation.h"
#include "gui/document/document.h"
#include "gui/handout_pdf.h"
#include "gui/models/background.h"
#include "gui/models/lesson_language.h"
#include "teaching/handout.h"
#include "teaching/lesson_texts.h"

namespace faultline {

namespace {

std::vector<LessonAnswer> answersOf(const Scenario& scenario, Work& work) {
  if (scenario.lesson.empty()) return {};
  Simulation simulation(scenario);
  if (!advanceTo(simulation, scenario.duration, work)) return {};
  return lessonAnswers(scenario, simulation.series(), simulation.summary());
}

}  // namespace

HandoutCommand::HandoutCommand(QWidget& window, Document& document, const LessonLanguage& language)
    : QObject(&window),
      window_(window),
      document_(document),
      language_(language),
      background_(std::make_unique<Background>()) {
  connect(this, &HandoutCommand::finished, &window_, [this](const QString& problem) {
    if (!problem.isEmpty()) QMessageBox::warning(&window_, tr("Handout"), problem);
  });
}

HandoutCommand::~HandoutCommand() = default;

bool HandoutCommand::isPossible() const {
  return (!document_.scenario().lesson.empty() || document_.scenario().challenge) && !document_.isDamaged();
}

void HandoutCommand::save() {
  const QString name = QFileInfo(document_.filePath()).completeBaseName();
  const QString path =
      QFileDialog::getSaveFileName(&window_, tr("Save the handout"),
                                   (name.isEmpty() ? tr("handout") : name) + QStringLiteral(".pdf"), tr("PDF (*.pdf)"));
  if (!path.isEmpty()) writeTo(path);
}

void HandoutCommand::writeTo(const QString& path) {
  const std::string language = language_.code().toStdString();
  Translation texts = pageTexts(document_.filePath().toStdString(), language);
  Scenario scenario = document_.scenario();
  translate(scenario, texts);
  background_->start<std::string>(
      [scenario = std::move(scenario), texts = std::move(texts), language](Work& work) {
        return handoutHtml(scenario, answersOf(scenario, work), texts, language);
      },
      [this, path](std::string page) { Q_EMIT finished(writeHandoutPdf(page, path)); });
}

}  // namespace faultline
