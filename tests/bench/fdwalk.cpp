// The least that finding the owners of sockets takes without BPF: one pass over /proc/*/fd on one thread,
// with getdents64 and readlinkat, which reads every link, counts those to sockets and remembers nothing.
// Counts go to stderr.

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace {

/// Calls `visit(name)` for each entry of the folder that starts with a digit; closes `fd`.
template <typename Visit>
void for_each_number(int fd, Visit visit) {
  alignas(dirent64) std::array<char, 32768> buffer;
  for (;;) {
    const long size = ::syscall(SYS_getdents64, fd, buffer.data(), buffer.size());
    if (size <= 0) break;
    for (std::size_t offset = 0; offset < static_cast<std::size_t>(size);) {
      const char* entry = buffer.data() + offset;
      std::uint16_t length = 0;
      std::memcpy(&length, entry + offsetof(dirent64, d_reclen), sizeof length);
      const char* name = entry + offsetof(dirent64, d_name);
      if (*name >= '0' && *name <= '9') visit(name);
      offset += length;
    }
  }
  ::close(fd);
}

}  // namespace

int main() {
  const int proc = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (proc < 0) {
    std::perror("fdwalk: /proc");
    return 2;
  }
  unsigned long descriptors = 0;
  unsigned long sockets = 0;
  for_each_number(proc, [&](const char* pid) {
    std::array<char, 32> path{};
    std::snprintf(path.data(), path.size(), "/proc/%.20s/fd", pid);
    const int folder = ::open(path.data(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    for_each_number(folder, [&](const char* name) {
      std::array<char, 32> target;
      const ssize_t length = ::readlinkat(folder, name, target.data(), target.size());
      ++descriptors;
      if (length > 8 && std::memcmp(target.data(), "socket:[", 8) == 0) ++sockets;
    });
  });
  std::fprintf(stderr, "%lu descriptors, %lu sockets\n", descriptors, sockets);
}
