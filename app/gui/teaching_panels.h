// Puts lesson, challenge and workshop beside the inspector, and keeps what teaching needs in every panel: the language
// of the lessons, and how far somebody is.
#pragma once

#include <QObject>

#include "gui/models/lesson_language.h"
#include "gui/models/progress.h"

class QDockWidget;

namespace faultline {

class Challenge;
class ChallengePanel;
class LessonPanel;
class MainWindow;
class WorkshopCommands;

class TeachingPanels : public QObject {
  Q_OBJECT

 public:
  // After the side panels, whose docks its own join.
  TeachingPanels(MainWindow& window, const Memory& memory);

  Progress& progress() { return progress_; }
  LessonLanguage& language() { return language_; }
  LessonPanel& lesson() { return *lesson_; }
  Challenge& challenge() { return *challenge_; }
  ChallengePanel& challengePanel() { return *challengePanel_; }
  WorkshopCommands& workshop() { return *workshop_; }

 private:
  void addLesson();
  void addChallenge();
  void addWorkshop();
  // A tab beside the inspector.
  QDockWidget* addTab(const QString& name, const QString& title, QWidget* panel);
  void raiseInspector();
  void widen(int width);

  MainWindow& window_;
  Progress progress_;
  LessonLanguage language_;
  LessonPanel* lesson_;
  Challenge* challenge_;
  ChallengePanel* challengePanel_;
  WorkshopCommands* workshop_;
};

}  // namespace faultline
