#include "parsers/procfs/process_name.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/file_descriptor.h"

namespace tcpstat::procfs {
namespace {

/// The beginning of a file, where the process's name stands; empty if it cannot be read, and `error` says why. An error
/// of an earlier file that exists stays.
std::string beginning_of(int at, const std::string& path, int& error) {
  // A saved tree may hold a FIFO: do not wait for its writer.
  const FileDescriptor file(::openat(at, path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  std::array<char, 128> text;
  ssize_t size = -1;
  do {
    size = file ? ::read(file.get(), text.data(), text.size()) : -1;
  } while (file && size < 0 && errno == EINTR);
  if (size < 0 && error == ENOENT) error = errno;
  return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

}  // namespace

std::string_view name_in_stat(std::string_view text) {
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  return text.substr(open + 1, close - open - 1);
}

std::string name_in_status(std::string_view text) {
  constexpr std::string_view kKey = "Name:\t";
  if (!text.starts_with(kKey)) return {};
  text.remove_prefix(kKey.size());
  std::string name;
  for (std::size_t i = 0; i < text.size() && text[i] != '\n'; ++i) {
    const bool escaped = text[i] == '\\' && i + 1 < text.size();
    if (escaped) ++i;
    name += escaped && text[i] == 'n' ? '\n' : text[i];
  }
  return name;
}

std::string process_name(int at, const std::string& prefix) {
  int error = ENOENT;
  std::string name = beginning_of(at, prefix + "comm", error);
  if (name.ends_with('\n')) name.pop_back();
  if (name.empty()) name = name_in_stat(beginning_of(at, prefix + "stat", error));
  if (name.empty()) name = name_in_status(beginning_of(at, prefix + "status", error));
  if (name.empty()) errno = error;
  return name;
}

}  // namespace tcpstat::procfs
