#include "parsers/netlink/read_ahead.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tcpstat::netlink {

ReadAhead::ReadAhead(std::size_t block_bytes, Receive receive, Wait wait)
    : receive_(std::move(receive)),
      wait_(std::move(wait)),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      block_bytes_(block_bytes) {
  if (!stop_ || std::thread::hardware_concurrency() < 2) return;
  bytes_ = std::make_unique_for_overwrite<std::byte[]>(kBlocks * block_bytes);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    // running() tells
  }
}

ReadAhead::~ReadAhead() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  const std::uint64_t one = 1;
  // Into an eventfd that nothing else writes to; there is no other way to wake a receive.
  static_cast<void>(!::write(stop_.get(), &one, sizeof one));
  given_back_.fetch_add(1);  // wakes a wait for a free block
  given_back_.notify_one();
  thread_.join();
}

void ReadAhead::run() {
  for (std::uint32_t number = 0;; ++number) {
    // Wait for a free block: of those filled so far, fewer than kBlocks may still be out.
    for (std::uint32_t back = given_back_.load(); !stopping_ && number - back >= kBlocks; back = given_back_.load()) {
      given_back_.wait(back);
    }
    if (stopping_) return;
    sizes_[number % kBlocks] = fill(block(number));
    filled_.store(number + 1);
    if ((number + 1) % kBatch == 0) filled_.notify_one();
  }
}

ssize_t ReadAhead::fill(std::span<std::byte> block) {
  while (true) {
    const ssize_t size = receive_(block);
    if (size != -EAGAIN) return size;
    filled_.notify_one();  // the reader may take what is there already
    if (const int error = wait_(stop_.get()); error != 0) return -error;
  }
}

Received ReadAhead::next() {
  std::uint32_t number = given_back_.load();
  if (holding_) {
    given_back_.store(++number);
    given_back_.notify_one();
  }
  holding_ = true;
  while (filled_.load() == number) filled_.wait(number);
  const ssize_t size = sizes_[number % kBlocks];
  if (size < 0) return {{}, static_cast<int>(-size)};
  return {block(number).first(static_cast<std::size_t>(size)), 0};
}

}  // namespace tcpstat::netlink
