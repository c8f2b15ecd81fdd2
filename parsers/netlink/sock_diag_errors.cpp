#include "parsers/netlink/sock_diag_errors.h"

#include <cerrno>

namespace tcpstat::netlink {

Expected<void> take_receive_error(int code, Coverage& coverage) {
  constexpr std::string_view kLostMessages = "lost_messages";
  coverage.complete = false;
  switch (code) {
    case ENOBUFS:
      if (coverage.warnings.empty() || coverage.warnings.back().code != kLostMessages) {
        coverage.lose(std::string(kLostMessages), "the kernel dropped netlink messages: rows are missing");
      }
      return {};
    case ENOSPC:  // libmnl's word for MSG_TRUNC
      coverage.add(Flaw::cut_short);
      return {};
    case ETIMEDOUT:
      return failure("read the sockets from NETLINK_SOCK_DIAG", code, "try a longer --timeout");
    default:
      return failure("read the sockets from NETLINK_SOCK_DIAG", code, std::string(kTryProc));
  }
}

std::string hint_for(int code) {
  const bool no_module = code == ENOENT || code == EPROTONOSUPPORT || code == EOPNOTSUPP;
  return std::string(no_module ? "the kernel has no tcp_diag; " : "") + std::string(kTryProc);
}

Error mptcp_error(const Error& dump) {
  if (dump.code != ENOENT && dump.code != EINVAL) return dump;
  return {"list connections of MPTCP", dump.code, "tcpstat without -M lists their subflows",
          "the kernel has no mptcp_diag"};
}

}  // namespace tcpstat::netlink
