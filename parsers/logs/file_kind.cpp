#include "parsers/logs/file_kind.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <cstring>

#include "parsers/procfs/proc_net_tcp.h"

namespace tcpstat::logs {
namespace {

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

}  // namespace

FileKind file_kind(std::string_view head) {
  if (head.empty()) return FileKind::empty;
  if (looks_like_netlink(head)) return FileKind::netlink_dump;
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return FileKind::empty;
  if (head[first] == '{') return FileKind::ndjson;
  return looks_like_proc(head) ? FileKind::proc_text : FileKind::unknown;
}

}  // namespace tcpstat::logs
