#include "base/text_buffer.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tcpstat::inline base {

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

/// Writes the first `count` bytes, and the rest moves to the front.
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
    // A unit that alone fills the block makes it grow.
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
