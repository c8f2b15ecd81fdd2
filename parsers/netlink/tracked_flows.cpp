#include "parsers/netlink/tracked_flows.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include "parsers/netlink/ctnetlink.h"
#include "parsers/netlink/mnl_handle.h"
#include "parsers/source/time_budget.h"

namespace tcpstat::netlink {
namespace {

constexpr std::uint32_t kFlowSequence = 0x7C95748;
constexpr const char* kDoing = "read half-open connections from connection tracking";

/// Asks for all families. Established flows are assured (nf_conntrack_proto_tcp.c, nf_conntrack_tcp_packet()), so
/// kernels that know CTA_STATUS_MASK (5.8) leave them out; older ones send everything, and the decoder drops them.
Expected<void> send_request(const mnl_socket& socket) {
  std::array<char, 128> buffer{};
  nlmsghdr* header = mnl_nlmsg_put_header(buffer.data());
  header->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8U | IPCTNL_MSG_CT_GET;
  header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  header->nlmsg_seq = kFlowSequence;
  auto* family = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg)));
  family->nfgen_family = AF_UNSPEC;
  family->version = NFNETLINK_V0;
  mnl_attr_put_u32(header, CTA_STATUS, htonl(0));
  mnl_attr_put_u32(header, CTA_STATUS_MASK, htonl(IPS_ASSURED));
  while (mnl_socket_sendto(&socket, header, header->nlmsg_len) < 0) {
    if (errno != EINTR) return failure(kDoing, errno);
  }
  return {};
}

Expected<void> receive(const mnl_socket& socket, ctnetlink::Stream& stream, source::TimeBudget budget) {
  std::vector<std::byte> buffer(kReceiveBytes);
  while (true) {
    if (!budget.wait_readable(mnl_socket_get_fd(&socket))) return failure(kDoing, errno);
    const ssize_t got = mnl_socket_recvfrom(&socket, buffer.data(), buffer.size());
    if (got < 0) {
      if (errno == EINTR) continue;
      return failure(kDoing, errno);
    }
    const auto end = stream.feed(std::span(buffer).first(static_cast<std::size_t>(got)));
    if (stream.take_lost()) return failure(kDoing, 0, "", "the kernel lost some of them, or they changed meanwhile");
    switch (end) {
      case NetlinkFraming::End::done:
      case NetlinkFraming::End::stopped:
        return {};
      case NetlinkFraming::End::failed:
        return failure(kDoing, stream.error());
      case NetlinkFraming::End::none:
        if (stream.taken() < static_cast<std::size_t>(got)) return failure(kDoing, 0, "", "a message was cut");
        break;
    }
  }
}

}  // namespace

Expected<void> read_tracked_flows(std::optional<std::chrono::milliseconds> timeout, TrackedFlowSink& sink) {
  const MnlSocket socket(mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC));
  if (!socket) return failure(kDoing, errno);
  if (mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) return failure(kDoing, errno);
  if (auto sent = send_request(*socket); !sent) return sent;
  ctnetlink::Stream stream(sink, NetlinkFraming::Expected{kFlowSequence, mnl_socket_get_portid(socket.get())});
  if (auto received = receive(*socket, stream, source::TimeBudget(timeout)); !received) return received;
  if (stream.flawed() > 0) return failure(kDoing, 0, "", "some of its entries make no sense");
  return {};
}

}  // namespace tcpstat::netlink
