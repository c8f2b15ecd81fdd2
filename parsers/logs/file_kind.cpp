#include "parsers/logs/file_kind.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/byte_order_mark.h"
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

struct Beginning {
  std::string_view bytes;
  FileKind kind;
};

using namespace std::string_view_literals;

constexpr auto kBeginnings = std::to_array<Beginning>({
    {"\x1f\x8b", FileKind::gzip},  // RFC 1952 §2.3.1
    {"\xfd"
     "7zXZ\0"sv,
     FileKind::xz},
    {"\x28\xb5\x2f\xfd", FileKind::zstd},  // RFC 8878 §3.1.1
    {"BZh", FileKind::bzip2},
    {"\x17\x08\x44tracing", FileKind::trace_dat},  // trace-cmd.dat(5)
    {"PERFILE2", FileKind::perf_data},             // tools/perf/Documentation/perf.data-file-format.txt
    {"\xa1\xb2\xc3\xd4", FileKind::packets},       // pcap-savefile(5), in both byte orders, with two kinds of times
    {"\xd4\xc3\xb2\xa1", FileKind::packets},
    {"\xa1\xb2\x3c\x4d", FileKind::packets},
    {"\x4d\x3c\xb2\xa1", FileKind::packets},
    {"\x0a\x0d\x0d\x0a", FileKind::packets},  // pcapng: the section header block
    {"TCPSTREC", FileKind::record},           // doc/record-format.md
    {"\xff\xfe", FileKind::utf16},
    {"\xfe\xff", FileKind::utf16},
});

/// How the header of columns for people begins, and what else is in it.
struct Heading {
  std::string_view first;
  std::string_view later;
};

constexpr auto kHeadings = std::to_array<Heading>({
    {"State", "Recv-Q"},  // ss
    {"Netid", "Recv-Q"},
    {"Recv-Q", "Send-Q"},
    {"Proto", "Recv-Q"},  // netstat
    {"Active Internet connections", ""},
    {"COMMAND", "NAME"},  // lsof
    {"STATE", "LOCAL"},   // tcpstat
    {"state", "local"},   // -f csv, -f plain
});

bool looks_like_table(std::string_view head) {
  for (int lines = 0; lines < 3 && !head.empty(); ++lines) {
    const std::size_t newline = head.find('\n');
    const std::string_view line = head.substr(0, newline);
    const auto fits = [&](const Heading& heading) {
      return line.starts_with(heading.first) && line.find(heading.later) != std::string_view::npos;
    };
    if (std::any_of(kHeadings.begin(), kHeadings.end(), fits)) return true;
    head.remove_prefix(newline == std::string_view::npos ? head.size() : newline + 1);
  }
  return false;
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

/// Whether the text is one JSON document: ours, on one line or several, or any other that was indented for people. Our
/// ndjson lines have a "type", which sets them apart from a document.
bool looks_like_document(std::string_view text) {
  const std::size_t newline = text.find('\n');
  const std::string_view line = text.substr(0, newline);
  const std::string_view begun = line.substr(0, line.find_last_not_of(" \t\r") + 1);
  if (begun == "{" || begun == "[") {
    // A lone brace may be a line that was cut.
    const std::string_view rest = newline == std::string_view::npos ? std::string_view() : text.substr(newline);
    const std::size_t next = rest.find_first_not_of(" \t\r\n");
    const std::string_view goes_on = begun == "{" ? "\"}" : "{]";
    return next != std::string_view::npos && goes_on.find(rest[next]) != std::string_view::npos;
  }
  if (begun.starts_with("[{")) return true;
  if (!begun.starts_with("{\"schema_version\":")) return false;
  const auto object = nlohmann::json::parse(begun, nullptr, false);
  return !object.is_object() || !object.contains("type");
}

}  // namespace

FileKind file_kind(std::string_view head) {
  if (head.empty()) return FileKind::empty;
  for (const Beginning& beginning : kBeginnings) {
    if (head.starts_with(beginning.bytes)) return beginning.kind;
  }
  if (const FileKind dump = dump_kind(head); dump != FileKind::unknown) return dump;
  head = without_byte_order_mark(head);
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return FileKind::empty;
  if (looks_like_document(head.substr(first))) return FileKind::document;
  if (head[first] == '{') return FileKind::ndjson;
  head.remove_prefix(head.rfind('\n', first) + 1);  // lines of blanks
  if (looks_like_proc(head)) return FileKind::proc_text;
  return looks_like_table(head) ? FileKind::table : FileKind::unknown;
}

std::optional<Error> refusal(FileKind kind, const std::string& name, std::string_view reader) {
  const bool pipe = name == "-";
  const std::string file = pipe ? "" : " " + shell_word(name);
  const std::string to = " | tcpstat " + std::string(reader);
  const std::string doing = "read " + (pipe ? "standard input" : name);
  switch (kind) {
    case FileKind::gzip:
      return Error{doing, 0, "gunzip -c" + file + to, "it is compressed"};
    case FileKind::xz:
      return Error{doing, 0, "xz -dc" + file + to, "it is compressed"};
    case FileKind::zstd:
      return Error{doing, 0, "zstd -dc" + file + to, "it is compressed"};
    case FileKind::bzip2:
      return Error{doing, 0, "bzip2 -dc" + file + to, "it is compressed"};
    case FileKind::utf16:
      return Error{doing, 0, "iconv -f UTF-16 -t UTF-8" + file + to, "it is text in UTF-16"};
    case FileKind::trace_dat:
      return Error{doing, 0, "trace-cmd report" + file + " | tcpstat validate", "it is a recording of trace-cmd"};
    case FileKind::perf_data:
      return Error{doing, 0, "perf script -i" + (pipe ? " -" : file) + " | tcpstat validate",
                   "it is a recording of perf"};
    case FileKind::table:
      return Error{doing, 0, "save rows: tcpstat -a -f ndjson, ss -ta -D FILE, or cat /proc/net/tcp /proc/net/tcp6",
                   "it is a table for people, which leaves out what a row needs"};
    case FileKind::document:
      return Error{doing, 0,
                   "save with -f ndjson, or make lines of a list: jq -c '.connections[], (del(.connections) | .type = "
                   "\"summary\")'",
                   "it is a JSON document, and rows are read from lines"};
    case FileKind::packets:
      return Error{doing, 0, "tcpdump -r" + (pipe ? " -" : file) + " shows them", "it holds packets, not sockets"};
    case FileKind::record:
      return Error{doing, 0, "give its directory: tcpstat --record DIRECTORY --at TIME",
                   "it is a part of what tcpstat record keeps"};
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
