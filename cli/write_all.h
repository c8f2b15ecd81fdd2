#pragma once
// Writing without a buffer and without memory, also in a signal handler.

#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace tcpstat::cli {

/// Gives up if writing fails: nobody is left who could be told.
inline void write_all(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t done = ::write(fd, text.data(), text.size());
    if (done < 0 && errno != EINTR) return;
    if (done > 0) text.remove_prefix(static_cast<std::size_t>(done));
  }
}

}  // namespace tcpstat::cli
