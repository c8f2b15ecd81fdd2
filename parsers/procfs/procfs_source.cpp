// The /proc source: /proc/net/tcp and tcp6 of one network namespace.

#include "parsers/procfs/procfs_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "base/file_descriptor.h"
#include "parsers/procfs/proc_net_tcp_stream.h"
#include "parsers/source/time_budget.h"

namespace tcpstat::procfs {
namespace {

class ProcfsSource final : public source::Source {
 public:
  explicit ProcfsSource(const source::SourceOptions& options) : options_(options) {}

  [[nodiscard]] std::string_view name() const override { return "proc"; }

  Expected<void> read(const filter::Query& query, Sink& sink, Coverage& coverage) override {
    coverage.visible = StateSet::all() - StateSet{State::close};  // bound-inactive sockets are not hashed here
    source::RowDelivery delivery(sink, coverage, options_.limits);
    source::TimeBudget budget(options_.timeout);
    if (query.filter.ipv4) {
      const auto flow = read_file(options_.proc_net + "/tcp", delivery, budget, coverage);
      if (!flow) return tl::make_unexpected(flow.error());
      if (*flow == Flow::stop) return {};
    }
    if (query.filter.ipv6) {
      const std::string path = options_.proc_net + "/tcp6";
      // A kernel without IPv6 has no tcp6: that is zero rows. Without tcp as well it is a wrong directory.
      const bool expected = ::access(path.c_str(), F_OK) == 0 ||
                            (!query.filter.ipv4 && ::access((options_.proc_net + "/tcp").c_str(), F_OK) != 0);
      if (expected) {
        const auto flow = read_file(path, delivery, budget, coverage);
        if (!flow) return tl::make_unexpected(flow.error());
      }
    }
    return {};
  }

 private:
  [[nodiscard]] static Expected<Flow> read_file(const std::string& path, source::RowDelivery& delivery,
                                                source::TimeBudget& budget, Coverage& coverage) {
    const auto failed = [&](const char* verb, int code, const char* hint) {
      coverage.complete = false;
      return failure(std::string(verb) + " " + path, code, hint);
    };
    // Below another root it may be anything: a FIFO would keep us waiting, a device never ends.
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) return failed("open", errno, "is /proc mounted? see --proc-root");
    struct stat status;
    if (::fstat(file.get(), &status) != 0) return failed("read", errno, "");
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {  // read(2) says itself what a directory is
      coverage.complete = false;
      return failure("read " + path, 0, "", "it is no regular file");
    }
    constexpr std::size_t kLongestRow = 256;
    const auto page = static_cast<std::size_t>(std::max(::sysconf(_SC_PAGESIZE), 0L));
    const long ticks = ::sysconf(_SC_CLK_TCK);
    ProcNetTcpStream stream(delivery, Origin::proc,
                            {std::endian::native, ticks > 0 ? static_cast<std::uint32_t>(ticks) : 100U});
    const auto buffer = std::make_unique<std::array<char, 64 * 1024>>();
    while (true) {
      if (!budget.wait_readable(file.get())) {
        return failed("read", errno, errno == ETIMEDOUT ? "try a longer --timeout" : "");
      }
      const ssize_t got = ::read(file.get(), buffer->data(), buffer->size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed("read", errno, "");
      if (got == 0) return stream.finish();
      const std::uint64_t rows_before = coverage.rows_read;
      if (stream.feed({buffer->data(), static_cast<std::size_t>(got)}) == Flow::stop) return Flow::stop;
      // A read behind the last row starts again some rows before it if the table grew meanwhile, and so does each one
      // after it: a busy host would keep us here. What fills less than a page is an end, and one that brought nothing
      // new is such a replay.
      const bool short_read = static_cast<std::size_t>(got) + kLongestRow <= page;
      if (short_read && coverage.rows_read == rows_before && rows_before > 0) return stream.finish();
    }
  }

  source::SourceOptions options_;
};

}  // namespace

std::unique_ptr<source::Source> make_proc_source(const source::SourceOptions& options) {
  return std::make_unique<ProcfsSource>(options);
}

}  // namespace tcpstat::procfs
