#include "parsers/procfs/whole_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/file_descriptor.h"

namespace tcpstat::procfs {
namespace {

// One line a CPU in the longest of them: 130 bytes for each of 8192 CPUs.
constexpr std::size_t kLargest = std::size_t{2} * 1024 * 1024;

}  // namespace

std::optional<std::string> read_whole_file(const std::string& path, std::size_t block) {
  // Below another root a name may be a FIFO: do not wait for its writer.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return std::nullopt;
  std::string text;
  while (text.size() <= kLargest) {
    const std::size_t used = text.size();
    text.resize(used + block);
    const ssize_t size = ::read(file.get(), text.data() + used, block);
    if (size < 0 && errno == EINTR) {
      text.resize(used);
      continue;
    }
    if (size < 0) return std::nullopt;
    text.resize(used + static_cast<std::size_t>(size));
    if (size == 0) return text;
  }
  return std::nullopt;
}

}  // namespace tcpstat::procfs
