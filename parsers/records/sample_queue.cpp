#include "parsers/records/sample_queue.h"

#include <new>
#include <system_error>
#include <utility>

#include "base/quantity_text.h"

namespace tcpstat::records {
namespace {

/// A disk in order has written a sample long before the next one.
constexpr std::size_t kManyWait = 3;

}  // namespace

SampleQueue::SampleQueue(Limits limits, Hooks hooks) : limits_(limits), hooks_(std::move(hooks)) {
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    // Without a second thread add() writes.
  }
}

SampleQueue::~SampleQueue() { close(); }

void SampleQueue::close() {
  std::size_t left = 0;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    if (said_that_they_wait_) left = waiting_.size();
  }
  changed_.notify_one();
  if (left > 0)
    hooks_.say(counted(left, "sample") + (left == 1 ? " still waits" : " still wait") +
               " for the disk; a second signal ends without " + (left == 1 ? "it" : "them"));
  if (thread_.joinable()) thread_.join();
}

bool SampleQueue::wants_alone() {
  const std::lock_guard lock(mutex_);
  // Then dropping the oldest costs a third of them, and not all.
  const bool far = !waiting_.empty() && since_alone_ >= limits_.samples / 3;
  return broken_off_ || far;
}

void SampleQueue::add(EncodedSample sample) {
  if (!thread_.joinable()) {
    broken_off_ = !write(sample);
    return;
  }
  std::string sentence;
  {
    const std::lock_guard lock(mutex_);
    if (broken_off_ && !sample.stands_alone()) return;  // the writer could do nothing with it
    broken_off_ = false;
    since_alone_ = sample.stands_alone() ? 1 : since_alone_ + 1;
    bytes_ += sample.bytes();
    waiting_.push_back(std::move(sample));
    if (waiting_.size() >= kManyWait && !said_that_they_wait_) {
      said_that_they_wait_ = true;
      sentence = "the disk does not answer; samples wait in memory until it does";
    }
    if (is_over()) {
      drop_oldest();
      if (!said_that_they_go_) sentence = "the disk does not answer, and no more samples can wait: the oldest are lost";
      said_that_they_go_ = true;
    }
  }
  changed_.notify_one();
  if (!sentence.empty()) hooks_.say(sentence);
}

bool SampleQueue::write(const EncodedSample& sample) {
  try {
    return hooks_.write(sample);
  } catch (const std::bad_alloc&) {
    return false;  // lost, as what the disk refuses
  }
}

void SampleQueue::drop_oldest() {
  while (!waiting_.empty() && (is_over() || !waiting_.front().stands_alone())) {
    bytes_ -= waiting_.front().bytes();
    waiting_.pop_front();
  }
  broken_off_ = waiting_.empty();
}

void SampleQueue::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const EncodedSample sample = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_ -= sample.bytes();
    const bool answers_again = waiting_.empty() && said_that_they_wait_;
    if (answers_again) said_that_they_wait_ = said_that_they_go_ = false;
    lock.unlock();
    const bool written = write(sample);
    if (written && answers_again) hooks_.say("the disk answers again");
    lock.lock();
    if (written) continue;
    drop_oldest();  // what waits builds on it, up to one that stands alone
  }
}

}  // namespace tcpstat::records
