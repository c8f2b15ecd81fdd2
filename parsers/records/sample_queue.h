#pragma once
// Samples that wait for the disk: one that does not answer must not keep the next sample from being taken.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "parsers/records/record_encoder.h"

namespace tcpstat::records {

class SampleQueue {
 public:
  /// Limits of what waits, without the sample that is being written.
  struct Limits {
    std::size_t samples = 60;
    std::size_t bytes = std::size_t{16} << 20U;
  };
  /// Both are called on the thread of the queue, `say` also on the caller's.
  struct Hooks {
    /// False if it could not be written.
    std::function<bool(const EncodedSample&)> write;
    std::function<void(const std::string&)> say;
  };

  SampleQueue(Limits limits, Hooks hooks);
  SampleQueue(const SampleQueue&) = delete;
  SampleQueue& operator=(const SampleQueue&) = delete;
  /// Waits until all is written.
  ~SampleQueue();

  /// Whether the next sample has to stand alone: the one before it is lost, or so many wait that the oldest may be
  /// dropped.
  [[nodiscard]] bool wants_alone();
  /// Returns at once. Past the limits the oldest are dropped, up to one that stands alone.
  void add(EncodedSample sample);
  /// Waits until all is written; nothing may be added then.
  void close();

 private:
  void run();
  bool write(const EncodedSample& sample);
  void drop_oldest();
  /// The last one may wait however large it is.
  [[nodiscard]] bool is_over() const {
    return waiting_.size() > limits_.samples || (waiting_.size() > 1 && bytes_ > limits_.bytes);
  }

  Limits limits_;
  Hooks hooks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<EncodedSample> waiting_;
  std::size_t bytes_ = 0;        ///< of the samples that wait
  std::size_t since_alone_ = 0;  ///< samples that were added since one that stands alone
  bool broken_off_ = false;
  bool closing_ = false;
  bool said_that_they_wait_ = false;
  bool said_that_they_go_ = false;
  std::thread thread_;
};

}  // namespace tcpstat::records
