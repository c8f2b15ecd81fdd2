// Samples go on while the disk does not answer, and what had no room is what could be done without.

#include "parsers/records/sample_queue.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <vector>

namespace tcpstat::records {
namespace {

/// A disk that answers when it is told to.
class Disk {
 public:
  SampleQueue::Hooks hooks() {
    return {.write = [this](const EncodedSample& sample) { return write(sample); },
            .say =
                [this](const std::string& sentence) {
                  const std::lock_guard lock(mutex_);
                  said_.push_back(sentence);
                  if (sentence.find("still wait") == std::string::npos) return;
                  said_at_end_ = sentence;
                  said_.pop_back();
                  hangs_ = false;
                  changed_.notify_all();
                }};
  }
  void hang() { set(true); }
  void answer() { set(false); }
  void refuse(std::uint64_t sample) { refused_ = sample; }
  /// Until the queue has asked for this sample to be written.
  void wait_for(std::uint64_t sample) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_ >= sample; });
  }
  /// Once the queue is closed.
  std::vector<std::uint64_t> written;
  [[nodiscard]] std::vector<std::string> said() {
    const std::lock_guard lock(mutex_);
    return said_;
  }
  /// What waited when the queue was closed; it answers then.
  [[nodiscard]] std::string said_at_end() {
    const std::lock_guard lock(mutex_);
    return said_at_end_;
  }

 private:
  void set(bool hangs) {
    const std::lock_guard lock(mutex_);
    hangs_ = hangs;
    changed_.notify_all();
  }
  bool write(const EncodedSample& sample) {
    std::unique_lock lock(mutex_);
    asked_ = sample.header.sample;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !hangs_; });
    if (sample.header.sample == refused_) return false;
    written.push_back(sample.header.sample);
    return true;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool hangs_ = false;
  std::uint64_t refused_ = 0;
  std::uint64_t asked_ = 0;
  std::vector<std::string> said_;
  std::string said_at_end_;
};

EncodedSample numbered_sample(std::uint64_t number, record::FrameKind kind, std::size_t bytes = 10) {
  EncodedSample to;
  to.header.sample = number;
  to.rows_kind = to.counts_kind = kind;
  to.rows = std::string(bytes, 'x');
  return to;
}

/// Adds samples first to last as the recorder does; returns those that stood alone.
std::vector<std::uint64_t> add(SampleQueue& queue, std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> alone;
  for (std::uint64_t i = first; i <= last; ++i) {
    const bool key = i == 1 || queue.wants_alone();
    if (key) alone.push_back(i);
    queue.add(numbered_sample(i, key ? record::FrameKind::key : record::FrameKind::difference));
  }
  return alone;
}

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = first; i <= last; ++i) all.push_back(i);
  return all;
}

/// The disk hangs with the first sample, and seven more wait for it.
void hang_and_add_eight(Disk& disk, SampleQueue& queue) {
  disk.hang();
  add(queue, 1, 1);
  disk.wait_for(1);
  add(queue, 2, 8);
}

TEST_CASE("samples that waited for a short time are all written, in their order") {
  Disk disk;
  SampleQueue queue({.samples = 9, .bytes = 10'000}, disk.hooks());
  hang_and_add_eight(disk, queue);
  disk.answer();
  queue.close();
  CHECK(disk.written == numbers(1, 8));
  CHECK(disk.said() == std::vector<std::string>{"the disk does not answer; samples wait in memory until it does",
                                                "the disk answers again"});
}

TEST_CASE("one that waits when the recorder ends is one") {
  Disk disk;
  SampleQueue queue({.samples = 9, .bytes = 10'000}, disk.hooks());
  hang_and_add_eight(disk, queue);
  queue.add(numbered_sample(9, record::FrameKind::key, 9'990));
  queue.close();
  CHECK(disk.said_at_end() == "1 sample still waits for the disk; a second signal ends without it");
}

TEST_CASE("what waits when the recorder ends is written, and that it waits is said") {
  Disk disk;
  SampleQueue queue({.samples = 9, .bytes = 10'000}, disk.hooks());
  hang_and_add_eight(disk, queue);
  queue.close();
  CHECK(disk.written == numbers(1, 8));
  CHECK(disk.said_at_end() == "7 samples still wait for the disk; a second signal ends without them");
}

TEST_CASE("past the limit the oldest go, and what is left begins with a sample that stands alone") {
  Disk disk;
  SampleQueue queue({.samples = 9, .bytes = 10'000}, disk.hooks());
  disk.hang();
  add(queue, 1, 1);
  disk.wait_for(1);
  const std::vector<std::uint64_t> alone = add(queue, 2, 40);
  disk.answer();
  queue.close();
  REQUIRE(disk.written.size() > 2);
  CHECK(disk.written.front() == 1);
  const std::uint64_t after = disk.written[1];
  CHECK(std::find(alone.begin(), alone.end(), after) != alone.end());
  // No more than the limit, and never less than two thirds of it.
  CHECK(after > 40 - 9);
  CHECK(after <= 40 - 5);
  CHECK(std::vector(disk.written.begin() + 1, disk.written.end()) == numbers(after, 40));
  REQUIRE(disk.said().size() == 3);
  CHECK(disk.said()[1] == "the disk does not answer, and no more samples can wait: the oldest are lost");
}

TEST_CASE("samples that are large leave by their bytes, and when all had to go the next stands alone") {
  Disk disk;
  SampleQueue queue({.samples = 60, .bytes = 1000}, disk.hooks());
  disk.hang();
  queue.add(numbered_sample(1, record::FrameKind::key));
  disk.wait_for(1);
  queue.add(numbered_sample(2, record::FrameKind::difference, 900));
  CHECK_FALSE(queue.wants_alone());
  queue.add(numbered_sample(3, record::FrameKind::difference, 900));
  CHECK(queue.wants_alone());
  queue.add(numbered_sample(4, record::FrameKind::difference));  // nobody could read it
  queue.add(numbered_sample(5, record::FrameKind::key));
  CHECK_FALSE(queue.wants_alone());
  disk.answer();
  queue.close();
  CHECK(disk.written == std::vector<std::uint64_t>{1, 5});
}

TEST_CASE("one sample may wait however large it is") {
  Disk disk;
  SampleQueue queue({.samples = 60, .bytes = 1000}, disk.hooks());
  disk.hang();
  queue.add(numbered_sample(1, record::FrameKind::key));
  disk.wait_for(1);
  queue.add(numbered_sample(2, record::FrameKind::difference, 5000));
  CHECK_FALSE(queue.wants_alone());
  disk.answer();
  queue.close();
  CHECK(disk.written == numbers(1, 2));
  CHECK(disk.said().empty());
}

TEST_CASE("after a sample that could not be written only one that stands alone is of use") {
  Disk disk;
  disk.refuse(2);
  SampleQueue queue({.samples = 60, .bytes = 1000}, disk.hooks());
  disk.hang();
  queue.add(numbered_sample(1, record::FrameKind::key));
  disk.wait_for(1);
  for (std::uint64_t i = 2; i <= 4; ++i) queue.add(numbered_sample(i, record::FrameKind::difference));
  queue.add(numbered_sample(5, record::FrameKind::key));
  queue.add(numbered_sample(6, record::FrameKind::difference));
  disk.answer();
  queue.close();
  CHECK(disk.written == std::vector<std::uint64_t>{1, 5, 6});
}

}  // namespace
}  // namespace tcpstat::records
