// A descriptor that closes itself. The lab keeps its own, so that it builds without the program it tests.
#pragma once

#include <unistd.h>

#include <utility>

namespace tcpstat::lab {

class Handle {
 public:
  Handle() = default;
  /// Takes ownership of `fd`; a negative number is an empty handle.
  explicit Handle(int fd) : fd_(fd) {}
  Handle(Handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Handle() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace tcpstat::lab
