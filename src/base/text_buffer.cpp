#include "base/text_buffer.h"

#include <poll.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <utility>

namespace tcpstat::inline base {
namespace {

/// What write_small() takes: numbers of at most eight digits.
constexpr std::uint64_t kSmallNumbers = 100'000'000;

/// Writes a number from 1 to kSmallNumbers - 1; up to eight bytes behind `to` may change. The digits come in parallel:
/// halves of four in one word, then pairs, then digits, the first in the lowest byte.
char* write_small(char* to, std::uint32_t value) {
  const std::uint64_t fours = value / 10'000 | std::uint64_t{value % 10'000} << 32U;
  const std::uint64_t hundreds = (fours * 10'486 >> 20U) & 0x0000'007F'0000'007FU;  // up to 9999 it divides by 100
  const std::uint64_t pairs = hundreds | (fours - hundreds * 100) << 16U;
  const std::uint64_t tens = (pairs * 103 >> 10U) & 0x000F'000F'000F'000FU;  // up to 99 it divides by 10
  const std::uint64_t digits = tens | (pairs - tens * 10) << 8U;
  const auto zeros = static_cast<unsigned>(std::countr_zero(digits)) / 8U;
  const std::uint64_t text = (digits | 0x3030'3030'3030'3030U) >> (8U * zeros);
  std::memcpy(to, &text, sizeof text);
  return to + (sizeof text - zeros);
}

}  // namespace

char* write_digits(char* to, std::uint64_t value) {
  if (std::endian::native == std::endian::little && value < kSmallNumbers) {
    return write_small(to, static_cast<std::uint32_t>(value));
  }
  return std::to_chars(to, to + kMostDigits, value).ptr;
}

TextBuffer::TextBuffer(const TextBuffer& other) : TextBuffer(other.fd_, other.capacity_) {
  error_ = other.error_;
  size_ = other.size_;
  unit_ = other.unit_;
  written_ = other.written_;
  std::memcpy(data_.get(), other.data_.get(), size_);
}

bool TextBuffer::flush() {
  write_out(size_);
  return error_ == 0;
}

/// Writes the first `count` bytes and moves the rest to the front.
void TextBuffer::write_out(std::size_t count) {
  std::size_t done = 0;
  while (error_ == 0 && done < count) {
    const ssize_t got = ::write(fd_, data_.get() + done, count - done);
    if (got >= 0) {
      done += static_cast<std::size_t>(got);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      // A pipe that somebody else made non-blocking: wait, however long the reader takes.
      pollfd waiting{fd_, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  written_ += done;
  size_ -= count;
  if (size_ > 0) std::memmove(data_.get(), data_.get() + count, size_);
  if (unit_ >= 0) unit_ = std::max<std::ptrdiff_t>(unit_ - static_cast<std::ptrdiff_t>(count), 0);
}

void TextBuffer::make_room(std::size_t count) {
  if (fd_ >= 0) {
    // The block grows if a single unit fills it.
    write_out(unit_ >= 0 ? static_cast<std::size_t>(unit_) : size_);
    if (count <= capacity_ - size_) return;
  }
  std::size_t capacity = capacity_;
  while (capacity - size_ < count) capacity *= 2;
  auto larger = std::make_unique_for_overwrite<char[]>(capacity);
  std::memcpy(larger.get(), data_.get(), size_);
  data_ = std::move(larger);
  capacity_ = capacity;
}

void TextBuffer::append_slowly(std::string_view text) {
  if (fd_ < 0 || unit_ >= 0) {
    make_room(text.size());
    append(text);
    return;
  }
  while (!text.empty()) {
    if (size_ == capacity_) flush();
    const std::size_t part = text.size() < capacity_ - size_ ? text.size() : capacity_ - size_;
    std::memcpy(data_.get() + size_, text.data(), part);
    size_ += part;
    text.remove_prefix(part);
  }
}

}  // namespace tcpstat::inline base
