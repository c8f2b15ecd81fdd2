#include "parsers/procfs/half_open_rows.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>

#include "base/file_descriptor.h"
#include "base/line_splitter.h"
#include "parsers/procfs/proc_net_tcp.h"

namespace tcpstat::procfs {
namespace {

using proc_net_tcp::LineEnd;

constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;

Flow deliver(std::string_view line, const proc_net_tcp::Format& format, Sink& sink) {
  if (proc_net_tcp::shows_other_state(line, State::syn_recv)) return Flow::more;
  const proc_net_tcp::Row row = proc_net_tcp::decode(line, LineEnd::complete, format);
  const auto* connection = std::get_if<Connection>(&row);
  return connection != nullptr && connection->state == State::syn_recv ? sink.connection(*connection) : Flow::more;
}

}  // namespace

void read_half_open_rows(const std::string& path, std::uint64_t most_rows, Sink& sink) {
  // Below another root a name may be a FIFO: do not wait for its writer.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return;
  const auto page = static_cast<std::size_t>(std::max(::sysconf(_SC_PAGESIZE), 0L));
  const long ticks = ::sysconf(_SC_CLK_TCK);
  const proc_net_tcp::Format format = {std::endian::native, ticks > 0 ? static_cast<std::uint32_t>(ticks) : 100U};
  const auto buffer = std::make_unique_for_overwrite<char[]>(kBufferBytes);
  LineSplitter lines(proc_net_tcp::kLongestRow);
  bool first = true;  // the header
  while (true) {
    const ssize_t got = ::read(file.get(), buffer.get(), kBufferBytes);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    const std::string_view block(buffer.get(), static_cast<std::size_t>(got));
    const bool more = lines.feed(block, [&](std::string_view line) {
      if (!first && most_rows-- == 0) return false;
      first = false;
      return deliver(line, format, sink) == Flow::more;
    });
    // A block of less than a page is the end; reads behind it would repeat rows (procfs_source.cpp).
    if (!more || block.size() + proc_net_tcp::kLongestRow <= page) return;
  }
}

}  // namespace tcpstat::procfs
