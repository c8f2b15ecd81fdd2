#include "parsers/inet_diag_stream.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "parsers/inet_diag.h"

namespace tcpstat {
namespace {

/// The errno at the front of an NLMSG_ERROR or NLMSG_DONE payload: negative there, positive here; 0 if there is none.
int carried_errno(std::span<const std::byte> payload) {
  std::int32_t code = 0;
  if (payload.size() < sizeof code) return 0;
  std::memcpy(&code, payload.data(), sizeof code);
  return code < 0 && code > -4096 ? -code : 0;
}

}  // namespace

Flow InetDiagStream::row(std::span<const std::byte> payload) {
  inet_diag::Row decoded = inet_diag::decode(payload);
  if (auto* connection = std::get_if<Connection>(&decoded)) return delivery_.deliver(*connection);
  if (auto* listener = std::get_if<Listener>(&decoded)) return delivery_.deliver(*listener);
  delivery_.deliver(std::get<Flaw>(decoded));
  return Flow::more;
}

InetDiagStream::End InetDiagStream::feed(std::span<const std::byte> block) {
  for (taken_ = 0; block.size() - taken_ >= sizeof(nlmsghdr);) {
    nlmsghdr header;
    std::memcpy(&header, block.data() + taken_, sizeof header);
    if (header.nlmsg_len < sizeof header) {
      delivery_.deliver(Flaw::bad_length);
      taken_ = block.size();  // nothing after a wrong length can be found again
      return End::none;
    }
    if (header.nlmsg_len > block.size() - taken_) return End::none;
    const auto payload = block.subspan(taken_ + sizeof header, header.nlmsg_len - sizeof header);
    taken_ = std::min(block.size(), taken_ + NLMSG_ALIGN(std::size_t{header.nlmsg_len}));
    if (expected_ && (header.nlmsg_seq != expected_->sequence || header.nlmsg_pid != expected_->port)) continue;
    switch (header.nlmsg_type) {
      case NLMSG_DONE:
        error_ = carried_errno(payload);
        return error_ == 0 ? End::done : End::failed;
      case NLMSG_ERROR:
        error_ = carried_errno(payload);
        if (error_ == 0) break;  // an acknowledgement
        return End::failed;
      case SOCK_DIAG_BY_FAMILY:  // also the answer to a TCPDIAG_GETSOCK request
      case TCPDIAG_GETSOCK:
        if (row(payload) == Flow::stop) return End::stopped;
        break;
      default:
        break;
    }
  }
  return End::none;
}

}  // namespace tcpstat
