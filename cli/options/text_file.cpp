#include "cli/options/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/byte_order_mark.h"
#include "base/file_descriptor.h"
#include "parsers/source/time_budget.h"

namespace tcpstat::cli::options {
namespace {

constexpr std::size_t kMostBytes = 32U << 20U;

}  // namespace

tl::expected<std::string, std::string> read_text_file(const std::string& path, std::string_view needs_less,
                                                      FileTimeout timeout) {
  const bool standard_input = path == "-";
  const std::string name = standard_input ? "standard input" : path;
  const auto failed = [&](int error) {
    const std::string why =
        error == ETIMEDOUT ? "nothing came within --timeout (0 waits for ever)" : std::strerror(error);
    return tl::make_unexpected("cannot read " + name + ": " + why);
  };
  // Opening a FIFO would wait for its writer without an end; the budget waits for it.
  const FileDescriptor opened(standard_input ? -1 : ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  const int fd = standard_input ? STDIN_FILENO : opened.get();
  if (fd < 0) return failed(errno);
  const bool is_typed = ::isatty(fd) == 1;
  source::TimeBudget budget(timeout);
  std::string text;
  constexpr std::size_t kBlock = 64U << 10U;
  while (text.size() <= kMostBytes) {
    const std::size_t before = text.size();
    text.resize(before + kBlock);
    if (!is_typed && !budget.wait_readable(fd)) return failed(errno);
    const ssize_t got = ::read(fd, text.data() + before, kBlock);
    if (got < 0 && errno != EINTR && errno != EAGAIN) return failed(errno);
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return std::string(without_byte_order_mark(text));
  }
  return tl::make_unexpected(name + " holds more than 32 MiB, which no " + std::string(needs_less) + " needs");
}

std::string_view without_comment(std::string_view line, std::string_view marks) {
  constexpr std::string_view kBlanks = " \t\r";
  line = line.substr(0, line.find_first_of(marks));
  const std::size_t begin = std::min(line.find_first_not_of(kBlanks), line.size());
  line.remove_prefix(begin);
  return line.substr(0, line.find_last_not_of(kBlanks) + 1);
}

}  // namespace tcpstat::cli::options
