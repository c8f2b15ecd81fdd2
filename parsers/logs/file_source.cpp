// The file source: a saved /proc/net/tcp or tcp6, a raw dump as `ss -D` writes it, or tcpstat's own ndjson; which of
// them it is follows from the first bytes.

#include "parsers/logs/file_source.h"

#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/file_descriptor.h"
#include "base/line_splitter.h"
#include "base/timestamp.h"
#include "parsers/logs/ndjson_row.h"
#include "parsers/netlink/inet_diag_stream.h"
#include "parsers/procfs/proc_net_tcp_stream.h"
#include "parsers/source/time_budget.h"

namespace tcpstat::logs {
namespace {

enum class Kind : std::uint8_t { empty, proc_text, netlink_dump, ndjson, unknown };

constexpr std::size_t kChunk = 64 * 1024;

bool looks_like_netlink(std::string_view head) {
  nlmsghdr header;
  if (head.size() < sizeof header) return false;
  std::memcpy(&header, head.data(), sizeof header);
  constexpr std::uint32_t kLongest = 1024 * 1024;
  if (header.nlmsg_len < sizeof header || header.nlmsg_len > kLongest) return false;
  return header.nlmsg_type == SOCK_DIAG_BY_FAMILY || header.nlmsg_type == TCPDIAG_GETSOCK ||
         header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR;
}

bool looks_like_proc(std::string_view head) {
  // A header, or a row among the first lines: people paste files without the header.
  for (int lines = 0; lines < 5 && !head.empty(); ++lines) {
    const std::size_t newline = head.find('\n');
    const std::string_view line = head.substr(0, newline);
    if (procfs::proc_net_tcp::is_header(line)) return true;
    const procfs::proc_net_tcp::Row row =
        procfs::proc_net_tcp::decode(line, procfs::proc_net_tcp::LineEnd::complete, {});
    if (!std::holds_alternative<Flaw>(row)) return true;
    head.remove_prefix(newline == std::string_view::npos ? head.size() : newline + 1);
  }
  return false;
}

Kind kind_of(std::string_view head) {
  if (head.empty()) return Kind::empty;
  if (looks_like_netlink(head)) return Kind::netlink_dump;
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return Kind::empty;
  if (head[first] == '{') return Kind::ndjson;
  return looks_like_proc(head) ? Kind::proc_text : Kind::unknown;
}

class FileSource final : public source::Source {
 public:
  FileSource(const source::SourceOptions& options, std::string path, Names& host_names)
      : path_(std::move(path)), budget_(options.timeout), names_(host_names) {}

  [[nodiscard]] std::string_view name() const override { return "file"; }
  Names* names() override { return &names_; }
  [[nodiscard]] bool brings_owners() const override { return kind_ == Kind::ndjson || kind_ == Kind::empty; }

  Expected<void> prepare(RunFacts& facts) override {
    facts.host.reset();
    facts.kernel.reset();
    facts.netns.reset();
    if (path_ != "-") {
      owned_ = FileDescriptor(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
      if (!owned_) {
        // A word without a slash may be a source's name that was mistyped.
        const bool word = errno == ENOENT && path_.find('/') == std::string::npos;
        return failure("open " + shown_path(), errno, word ? "sources are auto, netlink, proc, both or a file" : "");
      }
      fd_ = owned_.get();
    }
    struct stat status;
    if (::fstat(fd_, &status) != 0) return failure("read " + shown_path(), errno);
    if (S_ISDIR(status.st_mode)) return failure("read " + shown_path(), EISDIR, "directories are for --proc-root");
    if (S_ISREG(status.st_mode)) facts.time = timestamp(status.st_mtim);
    // The first chunk, whole: a pipe may deliver it in pieces.
    while (head_.size() < kChunk) {
      const auto got = read_chunk();
      if (!got) return tl::make_unexpected(got.error());
      if (got->empty()) break;
      head_.append(*got);
    }
    kind_ = kind_of(head_);
    if (kind_ == Kind::unknown) {
      return failure("read " + shown_path(), 0, "it may be a saved /proc/net/tcp or tcp6, a dump of ss -D, or ndjson",
                     "this is no format that tcpstat knows");
    }
    if (kind_ == Kind::ndjson) return read_facts(facts);
    return {};
  }

  Expected<void> read(const filter::Query&, Sink& sink, Coverage& coverage) override {
    const KernelLimits unknown;
    source::RowDelivery delivery(sink, coverage, unknown, source::RowDelivery::Rows::saved);
    switch (kind_) {
      case Kind::proc_text: {
        coverage.visible = StateSet::all() - StateSet{State::close};
        const std::endian order = procfs::proc_net_tcp::guess_byte_order(head_);
        if (order != std::endian::native) {
          coverage.warn("byte_order", shown_path() +
                                          " was written by a host of the other byte order: addresses are "
                                          "read accordingly");
        }
        procfs::ProcNetTcpStream stream(delivery, Origin::file, {.byte_order = order});
        const auto flow = each_chunk(coverage, [&](std::string_view chunk) { return stream.feed(chunk); });
        if (!flow) return tl::make_unexpected(flow.error());
        if (*flow == Flow::more) stream.finish();
        return {};
      }
      case Kind::netlink_dump:
        return read_dump(delivery, coverage);
      case Kind::ndjson:
        return read_ndjson(sink, coverage);
      case Kind::empty:
      case Kind::unknown:
        break;
    }
    return {};
  }

 private:
  [[nodiscard]] std::string shown_path() const { return path_ == "-" ? "standard input" : path_; }

  /// Empty at the end.
  Expected<std::string_view> read_chunk() {
    while (true) {
      if (!budget_.wait_readable(fd_)) {
        return failure("read " + shown_path(), ETIMEDOUT, "try a longer --timeout; 0 waits for ever");
      }
      const ssize_t got = ::read(fd_, chunk_->data(), chunk_->size());
      if (got >= 0) return std::string_view(chunk_->data(), static_cast<std::size_t>(got));
      if (errno != EINTR && errno != EAGAIN) return failure("read " + shown_path(), errno);
    }
  }

  /// Hands over the head and then the rest until the end or Flow::stop.
  template <typename Use>
  Expected<Flow> each_chunk(Coverage& coverage, Use use) {
    if (use(std::string_view(head_)) == Flow::stop) return Flow::stop;
    while (true) {
      const auto chunk = read_chunk();
      if (!chunk) {
        coverage.complete = false;
        return tl::make_unexpected(chunk.error());
      }
      if (chunk->empty()) return Flow::more;
      if (use(*chunk) == Flow::stop) return Flow::stop;
    }
  }

  Expected<void> read_dump(source::RowDelivery& delivery, Coverage& coverage) {
    // ss -D appends each family's dump to the file; both end with a DONE of their own, or with none at all.
    netlink::InetDiagStream stream(delivery, std::nullopt);
    std::string pending;
    const auto flow = each_chunk(coverage, [&](std::string_view chunk) {
      pending.append(chunk);
      std::size_t taken = 0;
      while (true) {
        const auto end = stream.feed(std::as_bytes(std::span(pending).subspan(taken)));
        taken += stream.taken();
        if (end == netlink::InetDiagStream::End::stopped) return Flow::stop;
        if (end == netlink::InetDiagStream::End::none) break;
        if (end == netlink::InetDiagStream::End::failed) {
          coverage.complete = false;
          coverage.warn("dump_failed",
                        "the saved dump records an error of the kernel: " + std::string(std::strerror(stream.error())));
        }
      }
      pending.erase(0, taken);
      return Flow::more;
    });
    if (!flow) return tl::make_unexpected(flow.error());
    if (*flow == Flow::more && !pending.empty()) coverage.add(Flaw::cut_short);
    return {};
  }

  Expected<void> read_ndjson(Sink& sink, Coverage& coverage) {
    NdjsonDecoder decoder(names_);
    const auto line = [&](std::string_view text) {
      if (text.find_first_not_of(" \t\r") == std::string_view::npos) return Flow::more;
      NdjsonDecoder::Row row = decoder.decode(text);
      if (const auto* flaw = std::get_if<Flaw>(&row)) coverage.add(*flaw);
      const auto* connection = std::get_if<Connection>(&row);
      const auto* listener = std::get_if<Listener>(&row);
      if (connection == nullptr && listener == nullptr) return Flow::more;
      ++coverage.rows_read;
      return connection != nullptr ? sink.connection(*connection) : sink.listener(*listener);
    };
    LineSplitter lines(std::string::npos);
    const auto flow = each_chunk(coverage, [&](std::string_view chunk) {
      const bool more = lines.feed(chunk, [&](std::string_view text) { return line(text) == Flow::more; });
      return more ? Flow::more : Flow::stop;
    });
    if (!flow) return tl::make_unexpected(flow.error());
    if (*flow == Flow::more) line(lines.rest());
    return {};
  }

  /// Host and namespace are on the first line; the kernel is not known before the last one, so a file that can be
  /// read twice is looked at from its end.
  Expected<void> read_facts(RunFacts& facts) {
    using nlohmann::json;
    const auto text_of = [](const json& object, const char* key) -> std::optional<std::string> {
      const auto at = object.find(key);
      if (at == object.end() || !at->is_string()) return std::nullopt;
      return at->get<std::string>();
    };
    const std::size_t newline = head_.find('\n');
    const bool whole = newline != std::string::npos || head_.size() < kChunk;
    const json first = json::parse(head_.substr(0, newline), nullptr, false);
    if (whole && !first.is_object()) {
      return failure("read " + shown_path(), 0,
                     "save with -f ndjson, or turn a document's rows into lines: jq -c '.connections[]'",
                     "it looks like JSON, but its first line is no whole object");
    }
    if (!first.is_object()) return {};
    facts.host = text_of(first, "host");
    facts.kernel = text_of(first, "kernel");
    if (const auto at = first.find("netns"); at != first.end() && at->is_number_unsigned()) {
      facts.netns = at->get<std::uint64_t>();
    }
    if (!facts.kernel) {
      const json last = json::parse(last_line(), nullptr, false);
      if (last.is_object()) facts.kernel = text_of(last, "kernel");
    }
    return {};
  }

  /// Of a regular file, without disturbing where it is read; else empty.
  [[nodiscard]] std::string last_line() const {
    struct stat status;
    if (::fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) return {};
    constexpr off_t kTail = 64 * 1024;
    std::string tail(static_cast<std::size_t>(std::min<off_t>(status.st_size, kTail)), '\0');
    const ssize_t got = ::pread(fd_, tail.data(), tail.size(), std::max<off_t>(status.st_size - kTail, 0));
    tail.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    while (tail.ends_with('\n')) tail.pop_back();
    return tail.substr(tail.rfind('\n') + 1);
  }

  std::string path_;
  source::TimeBudget budget_;
  RecordedNames names_;
  FileDescriptor owned_;
  int fd_ = STDIN_FILENO;
  Kind kind_ = Kind::empty;
  std::string head_;
  std::unique_ptr<std::array<char, kChunk>> chunk_ = std::make_unique<std::array<char, kChunk>>();
};

}  // namespace

std::unique_ptr<source::Source> make_file_source(const source::SourceOptions& options, std::string path,
                                                 Names& host_names) {
  return std::make_unique<FileSource>(options, std::move(path), host_names);
}

}  // namespace tcpstat::logs
