#include "parsers/logs/file_kind.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <cstring>

#include "base/shell_word.h"
#include "parsers/procfs/proc_net_tcp.h"

namespace tcpstat::logs {
namespace {

bool is_dump_type(std::uint16_t type) {
  return type == SOCK_DIAG_BY_FAMILY || type == TCPDIAG_GETSOCK || type == NLMSG_NOOP || type == NLMSG_ERROR ||
         type == NLMSG_DONE || type == NLMSG_OVERRUN;
}

bool is_message_length(std::uint32_t length) {
  constexpr std::uint32_t kLongest = 1024 * 1024;
  return length >= sizeof(nlmsghdr) && length <= kLongest;
}

/// Unknown for what is no dump.
FileKind dump_kind(std::string_view head) {
  nlmsghdr header;
  if (head.size() < sizeof header) return FileKind::unknown;
  std::memcpy(&header, head.data(), sizeof header);
  if (is_message_length(header.nlmsg_len) && is_dump_type(header.nlmsg_type)) return FileKind::netlink_dump;
  const bool foreign =
      is_message_length(__builtin_bswap32(header.nlmsg_len)) && is_dump_type(__builtin_bswap16(header.nlmsg_type));
  return foreign ? FileKind::foreign_dump : FileKind::unknown;
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

}  // namespace

FileKind file_kind(std::string_view head) {
  if (head.empty()) return FileKind::empty;
  if (head.starts_with("\x1f\x8b")) return FileKind::gzip;                  // RFC 1952 §2.3.1
  if (head.starts_with("\x17\x08\x44tracing")) return FileKind::trace_dat;  // trace-cmd.dat(5)
  if (head.starts_with("PERFILE2")) return FileKind::perf_data;  // tools/perf/Documentation/perf.data-file-format.txt
  if (const FileKind dump = dump_kind(head); dump != FileKind::unknown) return dump;
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return FileKind::empty;
  if (head[first] == '{') return FileKind::ndjson;
  return looks_like_proc(head) ? FileKind::proc_text : FileKind::unknown;
}

std::optional<Error> refusal(FileKind kind, const std::string& name, std::string_view reader) {
  const bool pipe = name == "-";
  const std::string file = pipe ? "" : " " + shell_word(name);
  const std::string to = " | tcpstat " + std::string(reader);
  const std::string doing = "read " + (pipe ? "standard input" : name);
  switch (kind) {
    case FileKind::gzip:
      return Error{doing, 0, "gunzip -c" + file + to, "it is compressed"};
    case FileKind::trace_dat:
      return Error{doing, 0, "trace-cmd report" + file + " | tcpstat validate", "it is a recording of trace-cmd"};
    case FileKind::perf_data:
      return Error{doing, 0, "perf script -i" + (pipe ? " -" : file) + " | tcpstat validate",
                   "it is a recording of perf"};
    case FileKind::foreign_dump:
      return Error{doing, 0, "read it there, or save /proc/net/tcp or ndjson",
                   "it is a dump of a host of the other byte order"};
    case FileKind::empty:
    case FileKind::proc_text:
    case FileKind::netlink_dump:
    case FileKind::ndjson:
    case FileKind::unknown:
      break;
  }
  return std::nullopt;
}

}  // namespace tcpstat::logs
