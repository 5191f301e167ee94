#include "gui/models/background.h"

#include <thread>

namespace faultline {

namespace {
constexpr int kLookMs = 50;
}

struct Background::Job {
  Work work;
  std::atomic<bool> ended = false;
  std::function<void()> done;
  std::thread thread;
};

Background::Background(QObject* parent) : QObject(parent) {
  connect(&timer_, &QTimer::timeout, this, &Background::look);
}

Background::~Background() {
  for (const auto& job : jobs_) job->work.cancelled = true;
  for (const auto& job : jobs_) job->thread.join();
}

double Background::progress() const { return current_ != nullptr ? current_->work.share.load() : 0; }

void Background::launch(std::function<void(Work&)> work, std::function<void()> done) {
  if (current_ != nullptr) current_->work.cancelled = true;
  jobs_.push_back(std::make_unique<Job>());
  current_ = jobs_.back().get();
  current_->done = std::move(done);
  current_->thread = std::thread([job = current_, work = std::move(work)] {
    work(job->work);
    job->ended = true;
  });
  timer_.start(kLookMs);
  Q_EMIT stateChanged();
}

void Background::cancel() {
  if (current_ == nullptr) return;
  current_->work.cancelled = true;
  current_ = nullptr;
  Q_EMIT stateChanged();
}

void Background::look() {
  std::function<void()> done;
  std::erase_if(jobs_, [&](const std::unique_ptr<Job>& job) {
    if (!job->ended) return false;
    job->thread.join();
    if (job.get() == current_) {
      current_ = nullptr;
      done = std::move(job->done);
    }
    return true;
  });
  if (jobs_.empty()) timer_.stop();
  if (done) {
    done();
    Q_EMIT stateChanged();
  } else if (current_ != nullptr) {
    Q_EMIT progressed(progress());
  }
}

}  // namespace faultline
