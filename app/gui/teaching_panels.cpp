#include "gui/teaching_panels.h"

#include <QDir>
#include <QDockWidget>

#include "gui/main_window.h"
#include "gui/models/library.h"
#include "gui/panels/challenge_panel.h"
#include "gui/panels/lesson_panel.h"
#include "gui/panels/workshop_panel.h"
#include "gui/run/challenge.h"
#include "gui/workshop_commands.h"

namespace faultline {

namespace {

// Room for the names of all tabs beside each other, at the usual size of type and for a projector. Less than a third of
// the window: most of it is the canvas's.
constexpr int kWideTabs = 440, kProjectedTabs = 470, kLeastShare = 3;

}  // namespace

TeachingPanels::TeachingPanels(MainWindow& window, const Memory& memory)
    : QObject(&window),
      window_(window),
      progress_(memory),
      language_(memory, QDir(scenarioFolder()).filePath(QLatin1String(kFlagship))) {
  connect(&progress_, &Progress::failed, this,
          [this](const QString& problem) { window_.tell(tr("Progress is not remembered: %1").arg(problem)); });
  addLesson();
  addChallenge();
  addWorkshop();
  // Larger type needs more room; what the panel shows then is what the audience reads.
  window_.actions().on(Command::Presenter, this, [this] {
    if (window_.actions()[Command::Presenter]->isChecked()) widen(kProjectedTabs);
  });
}

void TeachingPanels::addLesson() {
  lesson_ = new LessonPanel(window_.document(), window_.selection(), window_.run(), progress_, language_, &window_);
  QDockWidget* dock = addTab(QStringLiteral("lessonDock"), tr("Lesson"), lesson_);
  // Beside the inspector, where there is one to offer.
  const auto offer = [this, dock](bool hasLesson) {
    dock->setVisible(hasLesson);
    raiseInspector();
  };
  offer(lesson_->hasLesson());
  connect(lesson_, &LessonPanel::lessonChanged, this, offer);
  connect(lesson_, &LessonPanel::reached, dock, &QDockWidget::raise);
}

void TeachingPanels::addChallenge() {
  challenge_ = new Challenge(window_.document(), scenarioFolder(), this);
  challengePanel_ = new ChallengePanel(window_.document(), *challenge_, language_, &window_);
  QDockWidget* dock = addTab(QStringLiteral("challengeDock"), tr("Challenge"), challengePanel_);
  // A challenge is what its scenario is about.
  const auto offer = [this, dock] {
    dock->setVisible(challenge_->isThere());
    challenge_->isThere() ? dock->raise() : raiseInspector();
  };
  offer();
  connect(challenge_, &Challenge::replaced, this, offer);
  connect(challenge_, &Challenge::graded, this, [this](const Grade& grade) {
    if (grade.passed) progress_.mark(QString::fromStdString(challenge_->given().name), Progress::Mark::Done);
  });
}

void TeachingPanels::addWorkshop() {
  workshop_ = new WorkshopCommands(window_, *challenge_);
  QDockWidget* dock = addTab(QStringLiteral("workshopDock"), tr("Workshop"), &workshop_->panel());
  dock->hide();
  raiseInspector();
  const auto show = [this, dock] {
    widen(kWideTabs);
    dock->show();
    dock->raise();
  };
  window_.actions().on(Command::Workshop, dock, show);
  connect(workshop_, &WorkshopCommands::wanted, dock, show);
}

// Of docks that share a place, the one in front knows how wide it is.
void TeachingPanels::widen(int width) {
  auto* inspector = window_.findChild<QDockWidget*>(QStringLiteral("inspectorDock"));
  QList<QDockWidget*> docks = window_.tabifiedDockWidgets(inspector);
  docks << inspector;
  for (QDockWidget* dock : docks)
    if (!dock->visibleRegion().isEmpty() && dock->width() < width && kLeastShare * width <= window_.width())
      return window_.resizeDocks({dock}, {width}, Qt::Horizontal);
}

void TeachingPanels::raiseInspector() { window_.findChild<QDockWidget*>(QStringLiteral("inspectorDock"))->raise(); }

QDockWidget* TeachingPanels::addTab(const QString& name, const QString& title, QWidget* panel) {
  QDockWidget* dock = window_.addPanel(Qt::RightDockWidgetArea, name, title, panel);
  window_.tabifyDockWidget(window_.findChild<QDockWidget*>(QStringLiteral("inspectorDock")), dock);
  dock->setTitleBarWidget(new QWidget(dock));  // the tab says what it is
  return dock;
}

}  // namespace faultline
