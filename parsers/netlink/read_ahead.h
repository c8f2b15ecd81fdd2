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
  /// `receive(buffer, stop_fd)` is called on the second thread; it returns the size or a negative errno, and returns
  /// at once with any error when `stop_fd` becomes readable.
  using Receive = std::function<ssize_t(std::span<std::byte> buffer, int stop_fd)>;

  ReadAhead(std::size_t block_bytes, Receive receive);
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  /// Ends the second thread, also in the middle of a wait.
  ~ReadAhead();

  /// False if no thread or descriptor was to be had: receive on this one then.
  [[nodiscard]] bool running() const { return thread_.joinable(); }
  /// The next datagram or error, in order; the bytes of the one before it are no longer valid.
  Received next();

 private:
  // A ring with one writer and one reader. Few blocks, so that they stay in the cache between the two cores.
  static constexpr std::uint32_t kBlocks = 8;

  [[nodiscard]] std::span<std::byte> block(std::uint32_t number) const {
    return {bytes_.get() + number % kBlocks * block_bytes_, block_bytes_};
  }
  void run();

  Receive receive_;
  FileDescriptor stop_;
  std::size_t block_bytes_;
  std::unique_ptr<std::byte[]> bytes_;  ///< of all blocks, not initialised: what is never filled is never mapped
  std::array<ssize_t, kBlocks> sizes_{};
  std::atomic<std::uint32_t> filled_ = 0;  ///< blocks that were filled, ever
  std::atomic<std::uint32_t> given_back_ = 0;
  std::atomic<bool> stopping_ = false;
  bool holding_ = false;
  std::thread thread_;
};

}  // namespace tcpstat::netlink
