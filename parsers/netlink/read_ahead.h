#pragma once
// Receives datagrams on a second core while the first one decodes and prints: the kernel makes a dump inside recv(2),
// which is most of the work. Small dumps never start it.

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <thread>

#include "base/file_descriptor.h"

namespace tcpstat::netlink {

/// What one receive gave: bytes, or an errno.
struct Received {
  std::span<const std::byte> bytes;
  int error = 0;
};

class ReadAhead {
 public:
  /// Both are called on the second thread. `receive(buffer)` does not wait: it returns the size, or a negative errno,
  /// -EAGAIN if nothing is there. `wait(stop_fd)` waits for something: 0, or an errno, at once when `stop_fd` becomes
  /// readable.
  using Receive = std::function<ssize_t(std::span<std::byte> buffer)>;
  using Wait = std::function<int(int stop_fd)>;

  ReadAhead(std::size_t block_bytes, Receive receive, Wait wait);
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  /// Ends the second thread, also in the middle of a wait.
  ~ReadAhead();

  /// False if the thread or its descriptor could not be made: then the caller has to receive by itself.
  [[nodiscard]] bool running() const { return thread_.joinable(); }
  /// The next datagram or error, in order; the bytes of the one before it are no longer valid.
  Received next();

 private:
  // A ring with one writer and one reader. Few blocks, so that they stay in the cache between the two cores.
  static constexpr std::uint32_t kBlocks = 8;
  // The reader is the faster one and sleeps most of the time. It is woken when this many blocks are filled, or nothing
  // more is there: a wake-up costs the writer, which sets the pace, and both cores some microseconds.
  static constexpr std::uint32_t kBatch = 4;
  static_assert(kBlocks % kBatch == 0 && kBatch < kBlocks, "the writer goes on while the reader wakes up");

  [[nodiscard]] std::span<std::byte> block(std::uint32_t number) const {
    return {bytes_.get() + number % kBlocks * block_bytes_, block_bytes_};
  }
  void run();
  ssize_t fill(std::span<std::byte> block);

  Receive receive_;
  Wait wait_;
  FileDescriptor stop_;
  std::size_t block_bytes_;
  std::unique_ptr<std::byte[]> bytes_;  ///< all blocks; not initialised, because what is never filled is never mapped
  std::array<ssize_t, kBlocks> sizes_{};
  std::atomic<std::uint32_t> filled_ = 0;  ///< blocks that were filled, ever
  std::atomic<std::uint32_t> given_back_ = 0;
  std::atomic<bool> stopping_ = false;
  bool holding_ = false;
  std::thread thread_;
};

}  // namespace tcpstat::netlink
