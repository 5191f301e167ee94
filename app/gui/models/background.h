// One computation on a thread of its own, with its progress; its result arrives in the window's thread.
//
// Starting another one cancels what is under way: only the newest result is wanted. The window never waits, except in
// the destructor, for as long as the work needs to notice that it is cancelled.
//
// Thread safety: the window's thread. The work must not touch anything that the window changes: give it copies.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "session/work.h"

namespace faultline {

class Background : public QObject {
  Q_OBJECT

 public:
  explicit Background(QObject* parent = nullptr);
  ~Background() override;

  // `done` gets what `work` returned, unless it was cancelled before.
  template <class Result>
  void start(std::function<Result(Work&)> work, std::function<void(Result)> done) {
    auto result = std::make_shared<std::optional<Result>>();
    launch([result, work = std::move(work)](Work& w) { *result = work(w); },
           [result, done = std::move(done)] { done(std::move(**result)); });
  }
  void cancel();
  bool isRunning() const { return current_ != nullptr; }
  double progress() const;

 Q_SIGNALS:
  // It started, ended or was cancelled.
  void stateChanged();
  void progressed(double share);

 private:
  struct Job;
  void launch(std::function<void(Work&)> work, std::function<void()> done);
  void look();

  std::vector<std::unique_ptr<Job>> jobs_;  // with those that are cancelled and have not ended
  Job* current_ = nullptr;
  QTimer timer_;
};

}  // namespace faultline
