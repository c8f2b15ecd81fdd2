// The /proc source: /proc/net/tcp and tcp6 of one network namespace.

#include "parsers/procfs/procfs_source.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "base/file_descriptor.h"
#include "base/line_splitter.h"
#include "base/quantity_text.h"
#include "parsers/procfs/byte_order_guess.h"
#include "parsers/procfs/proc_net_tcp_stream.h"
#include "parsers/source/time_budget.h"

namespace tcpstat::procfs {
namespace {

/// True also if that cannot be told: opening the file then says why.
bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

class ProcfsSource final : public source::Source {
 public:
  explicit ProcfsSource(const source::SourceOptions& options)
      : options_(options),
        tcp_(options.proc_net + "/tcp"),
        tcp6_(options.proc_net + "/tcp6"),
        budget_(options.timeout) {}

  [[nodiscard]] std::string_view name() const override { return "proc"; }

  Expected<void> read(const filter::Query& query, Sink& sink, Coverage& coverage) override {
    if (query.mptcp)
      return failure("list connections of MPTCP from /proc", 0, "netlink tells them: --source netlink",
                     "it does not tell");
    coverage.visible = StateSet::all() - StateSet{State::close};  // bound-inactive sockets are not hashed here
    source::RowDelivery delivery(sink, coverage, options_.limits, options_.netns);
    byte_order_ = byte_order(coverage);
    const std::uint64_t repeated_before = coverage.duplicates_dropped;
    auto read = read_tables(query, delivery, coverage);
    if (const std::uint64_t repeated = coverage.duplicates_dropped - repeated_before; repeated > 0) {
      // A read that begins again repeats as many rows as were added before its place, and skips as many as were removed
      // there.
      coverage.warn("repeated_rows", options_.proc_net + " repeated " + counted(repeated, "row") +
                                         ", so that about as many others may be missing");
    }
    return read;
  }

 private:
  Expected<void> read_tables(const filter::Query& query, source::RowDelivery& delivery, Coverage& coverage) {
    // A kernel has tcp, and tcp6 if it has IPv6. A copy may lack either; a directory with neither is a wrong one.
    const bool any6 = exists(tcp6_);
    const bool any4 = exists(tcp_) || !any6;
    // A kernel without IPv6 has no such sockets, which is a known count; what a copy lacks is not known.
    coverage.ipv4 = any4;
    coverage.ipv6 = any6 || is_live(options_.proc_net);
    if (query.filter.ipv4 && any4) {
      const auto flow = read_family(tcp_, coverage.ipv4, delivery, coverage);
      if (!flow) return tl::make_unexpected(flow.error());
      if (*flow == Flow::stop) return {};
    }
    if (query.filter.ipv4 && !any4) {
      coverage.lose("missing_table", tcp_ + " is missing: IPv4 sockets are not known");
    }
    const bool alone = query.filter.ipv6 && !query.filter.ipv4;
    if (alone && exists(tcp_) && !coverage.ipv6) {
      coverage.lose("missing_table", tcp6_ + " is missing: IPv6 sockets are not known");
    }
    // Without tcp6 there are no rows of it.
    const bool expected = any6 || (alone && !exists(tcp_));
    if (query.filter.ipv6 && expected) {
      const auto flow = read_family(tcp6_, coverage.ipv6, delivery, coverage);
      if (!flow) return tl::make_unexpected(flow.error());
    }
    return {};
  }

  /// `known` becomes false if the table is not whole and gave no row: then it tells no count.
  Expected<Flow> read_family(const std::string& path, bool& known, source::RowDelivery& delivery, Coverage& coverage) {
    const bool whole_before = std::exchange(coverage.complete, true);
    const std::uint64_t rows_before = coverage.rows_read;
    auto flow = read_file(path, delivery, coverage);
    if (!coverage.complete && coverage.rows_read == rows_before) known = false;
    coverage.complete = coverage.complete && whole_before;
    return flow;
  }

  [[nodiscard]] std::endian byte_order(Coverage& coverage) const {
    if (options_.byte_order) return *options_.byte_order;
    if (is_live(options_.proc_net)) return std::endian::native;
    ByteOrderGuess guess;
    for (const std::string& path : {tcp_, tcp6_}) look_at(path, guess);
    if (const std::string warning = byte_order_warning(guess, options_.proc_net); !warning.empty()) {
      coverage.warn("byte_order", warning);
    }
    return guess.order();
  }

  /// A file that cannot be read here is reported when it is read for its rows.
  static void look_at(const std::string& path, ByteOrderGuess& guess) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    std::array<char, 16 * 1024> buffer;
    LineSplitter lines(buffer.size());
    ssize_t got = 0;
    LineWatch watch;
    while (file && (got = ::read(file.get(), buffer.data(), buffer.size())) > 0) {
      if (watch.is_endless({buffer.data(), static_cast<std::size_t>(got)})) return;
      lines.feed({buffer.data(), static_cast<std::size_t>(got)}, [&](std::string_view line) {
        const proc_net_tcp::Row row = proc_net_tcp::decode(line, proc_net_tcp::LineEnd::complete, {});
        if (const auto* connection = std::get_if<Connection>(&row)) guess.see(*connection);
        if (const auto* listener = std::get_if<Listener>(&row)) guess.see(*listener);
        return true;
      });
    }
  }

  Expected<Flow> read_file(const std::string& path, source::RowDelivery& delivery, Coverage& coverage) {
    const auto flaws_before = coverage.flaws;
    const auto failed = [&](const char* verb, int code, const char* hint, std::string reason = {}) {
      coverage.complete = false;
      return failure(std::string(verb) + " " + path, code, hint, std::move(reason));
    };
    // Below another root it may be anything: a FIFO would keep us waiting, a device never ends.
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) {
      const bool default_root = options_.proc_net.starts_with("/proc/");
      return failed("open", errno, default_root ? "is /proc mounted?" : "--proc-root takes a copy of /proc");
    }
    struct stat status;
    if (::fstat(file.get(), &status) != 0) return failed("read", errno, "");
    // For a directory, read(2) itself says what is wrong.
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return failed("read", 0, "", "it is no regular file");
    const auto page = static_cast<std::size_t>(std::max(::sysconf(_SC_PAGESIZE), 0L));
    const long ticks = ::sysconf(_SC_CLK_TCK);
    ProcNetTcpStream stream(delivery, Origin::proc,
                            {.byte_order = byte_order_,
                             .ticks_per_second = ticks > 0 ? static_cast<std::uint32_t>(ticks) : 100U,
                             .is_live = is_live(path)});
    const auto buffer = std::make_unique<std::array<char, 64 * 1024>>();
    LineWatch watch;
    while (true) {
      if (!budget_.wait_readable(file.get())) {
        return failed("read", errno, errno == ETIMEDOUT ? "try a longer --timeout" : "");
      }
      const ssize_t got = ::read(file.get(), buffer->data(), buffer->size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed("read", errno, "");
      if (watch.is_endless({buffer->data(), static_cast<std::size_t>(got)})) {
        return failed("read", 0, "", "it is no table: " + LineWatch::why());
      }
      const std::uint64_t rows_before = coverage.rows_read;
      if (got > 0 && stream.feed({buffer->data(), static_cast<std::size_t>(got)}) == Flow::stop) return Flow::stop;
      // A read behind the last row starts again some rows before it if the table grew meanwhile, and so does each one
      // after it: a busy host would keep us here. A block of less than a page is an end; if it brought nothing new, it
      // is such a replay.
      const bool short_read = static_cast<std::size_t>(got) + proc_net_tcp::kLongestRow <= page;
      if (got > 0 && !(short_read && coverage.rows_read == rows_before && rows_before > 0)) continue;
      const Flow flow = stream.finish();
      if (is_foreign(stream.seen())) {
        coverage.flaws = flaws_before;  // its lines are no rows
        return failed("read", 0, "", "this is no table of TCP sockets");
      }
      say_what_is_missing(stream.seen(), path, coverage);
      if (const std::string& missing = stream.seen().missing; !missing.empty()) {
        coverage.lose("rows_missing", std::string(path).append(": ").append(missing));
      }
      return flow;
    }
  }

  static bool is_foreign(const ProcNetTcpStream::Seen& seen) { return seen.anything && !seen.header && seen.rows == 0; }

  /// The kernel always begins with a header line.
  static void say_what_is_missing(const ProcNetTcpStream::Seen& seen, const std::string& path, Coverage& coverage) {
    if (!seen.anything) {
      coverage.lose("empty_source", path + " is empty: it has not even a header");
    } else if (seen.headless) {
      coverage.lose("no_header", path + " has no header line before its first row: rows may be missing");
    }
    if (seen.joined) coverage.lose("joined_rows", path + ": " + std::string(proc_net_tcp::kJoined));
    if (seen.cut_header) coverage.lose("cut_text", path + ": " + std::string(proc_net_tcp::kCutHeader));
    if (seen.cut) coverage.lose("cut_text", path + ": " + std::string(proc_net_tcp::kCut));
    if (seen.others > 0) {
      coverage.warn("other_tables",
                    "left out " + counted(seen.others, "row") + " of " + path + " that are not of TCP sockets");
    }
  }

  source::SourceOptions options_;
  std::string tcp_;
  std::string tcp6_;
  source::TimeBudget budget_;
  std::endian byte_order_ = std::endian::native;
};

}  // namespace

bool is_live(const std::string& path) {
  struct statfs system;
  return ::statfs(path.c_str(), &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

std::unique_ptr<source::Source> make_proc_source(const source::SourceOptions& options) {
  return std::make_unique<ProcfsSource>(options);
}

}  // namespace tcpstat::procfs
