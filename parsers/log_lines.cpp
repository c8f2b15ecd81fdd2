#include "parsers/log_lines.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/file_descriptor.h"
#include "base/line_splitter.h"

namespace tcpstat {

Expected<void> each_log_line(const std::string& path, const UseLine& use) {
  const bool standard_input = path == "-";
  const std::string shown = standard_input ? "standard input" : path;
  FileDescriptor owned;
  if (!standard_input) {
    owned = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!owned) return failure("open " + shown, errno);
  }
  const int fd = standard_input ? STDIN_FILENO : owned.get();
  struct stat status;
  if (::fstat(fd, &status) != 0) return failure("read " + shown, errno);
  if (S_ISDIR(status.st_mode)) return failure("read " + shown, EISDIR);
  constexpr std::size_t kChunk = 64 * 1024;
  std::vector<char> chunk(kChunk);
  LineSplitter lines(kLongestLogLine);
  std::uint64_t number = 0;
  while (true) {
    const ssize_t got = ::read(fd, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure("read " + shown, errno);
    if (got == 0) break;
    const std::string_view block(chunk.data(), static_cast<std::size_t>(got));
    if (!lines.feed(block, [&](std::string_view line) { return use(line, ++number); })) return {};
  }
  if (!lines.rest().empty()) use(lines.rest(), ++number);
  return {};
}

}  // namespace tcpstat
