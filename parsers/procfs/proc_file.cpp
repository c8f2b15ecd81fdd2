#include "parsers/procfs/proc_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <span>

#include "base/file_descriptor.h"

namespace tcpstat::procfs {
namespace {

constexpr std::size_t kLongestLine = 4096;
// One line a CPU in the longest of them: 130 bytes for each of 8192 CPUs.
constexpr std::size_t kLargest = std::size_t{2} * 1024 * 1024;

// Below another root a name may be a FIFO, which has no end until somebody writes, or a device, which may have none.
FileDescriptor open_to_read(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status;
  if (!file || ::fstat(file.get(), &status) != 0) return FileDescriptor();
  if (S_ISREG(status.st_mode)) return file;
  errno = EINVAL;
  return FileDescriptor();
}

enum class Got : std::uint8_t { some, end, error };

/// Appends what one read(2) into `block` gives.
Got append_block(int file, std::span<char> block, std::string& text) {
  ssize_t got = 0;
  do {
    got = ::read(file, block.data(), block.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return Got::error;
  text.append(block.data(), static_cast<std::size_t>(got));
  return got == 0 ? Got::end : Got::some;
}

}  // namespace

std::optional<std::string> read_small_file(const std::string& path) {
  const FileDescriptor file = open_to_read(path);
  std::string text;
  std::array<char, kLongestLine> block{};
  if (!file || append_block(file.get(), block, text) == Got::error) return std::nullopt;
  text.resize(std::min(text.find('\n'), text.size()));
  return text;
}

std::optional<std::string> read_whole_file(const std::string& path, std::size_t block) {
  const FileDescriptor file = open_to_read(path);
  if (!file) return std::nullopt;
  std::string text;
  // Not initialised: of a large block only the pages that are filled are ever mapped.
  const auto memory = std::make_unique_for_overwrite<char[]>(block);
  while (text.size() <= kLargest) {
    switch (append_block(file.get(), {memory.get(), block}, text)) {
      case Got::some:
        break;
      case Got::end:
        return text;
      case Got::error:
        return std::nullopt;
    }
  }
  errno = EFBIG;
  return std::nullopt;
}

}  // namespace tcpstat::procfs
