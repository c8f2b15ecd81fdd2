#include "base/text_buffer.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace tcpstat::inline base {

bool TextBuffer::flush() {
  std::size_t done = 0;
  while (error_ == 0 && done < size_) {
    const ssize_t got = ::write(fd_, data_.data() + done, size_ - done);
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
  size_ = 0;
  return error_ == 0;
}

void TextBuffer::make_room(std::size_t count) {
  if (fd_ >= 0) {
    flush();
    if (count <= data_.size()) return;
  }
  std::size_t capacity = data_.size();
  while (capacity - size_ < count) capacity *= 2;
  data_.resize(capacity);
}

void TextBuffer::append_slowly(std::string_view text) {
  if (fd_ < 0) {
    make_room(text.size());
    append(text);
    return;
  }
  while (!text.empty()) {
    if (size_ == data_.size()) flush();
    const std::size_t part = text.size() < data_.size() - size_ ? text.size() : data_.size() - size_;
    std::memcpy(data_.data() + size_, text.data(), part);
    size_ += part;
    text.remove_prefix(part);
  }
}

}  // namespace tcpstat::inline base
