#include "gui/panels/study_request.h"

#include <QPushButton>

#include "gui/panels/work_bar.h"
#include "gui/run/diagnosis.h"
#include "gui/run/run_bridge.h"
#include "gui/style/format.h"

namespace faultline {

StudyRequest::StudyRequest(const Words& words, RunBridge& run, Diagnosis& diagnosis, QWidget& panel)
    : QObject(&panel),
      words_(words),
      run_(run),
      diagnosis_(diagnosis),
      button_(new QPushButton(&panel)),
      work_(new WorkBar(words.work, &panel)) {
  button_->setObjectName(words.name);
  connect(button_, &QPushButton::clicked, this, &StudyRequest::wanted);
  connect(work_, &WorkBar::cancelWanted, &diagnosis, &Diagnosis::cancel);
  connect(&diagnosis, &Diagnosis::progressed, this, [this] { work_->show(diagnosis_.background()); });
}

void StudyRequest::show(bool has) {
  const bool canStart = diagnosis_.canStart();
  button_->setVisible(!diagnosis_.background().isRunning() && (!has || diagnosis_.isOutdated()));
  button_->setEnabled(canStart);
  button_->setText(canStart ? words_.ask.arg(format::shortClock(run_.now())) : tr("Play the run first"));
  work_->show(diagnosis_.background());
}

}  // namespace faultline
