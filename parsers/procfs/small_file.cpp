#include "parsers/procfs/small_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "base/file_descriptor.h"

namespace tcpstat::procfs {

std::optional<std::string> read_small_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::array<char, 4096> text;
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  if (size < 0) return std::nullopt;
  const std::string all(text.data(), static_cast<std::size_t>(size));
  return all.substr(0, all.find('\n'));
}

}  // namespace tcpstat::procfs
