// What panels need to ask for a study of the run up to now: the button, and how far the work is.
#pragma once

#include <QObject>
#include <QString>

class QPushButton;
class QWidget;

namespace faultline {

class Diagnosis;
class RunBridge;
class WorkBar;

class StudyRequest : public QObject {
  Q_OBJECT

 public:
  struct Words {
    QString name;  // of the button, as an object
    QString ask;   // "Explain the run up to %1"
    QString work;  // "Looking closer"
  };
  StudyRequest(const Words& words, RunBridge& run, Diagnosis& diagnosis, QWidget& panel);

  QPushButton* button() { return button_; }
  WorkBar* work() { return work_; }
  // `has`: the present study has what the panel shows.
  void show(bool has);

 Q_SIGNALS:
  void wanted();

 private:
  const Words words_;
  RunBridge& run_;
  Diagnosis& diagnosis_;
  QPushButton* button_;
  WorkBar* work_;
};

}  // namespace faultline
