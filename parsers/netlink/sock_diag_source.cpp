// The netlink source: NETLINK_SOCK_DIAG through libmnl, sock_diag(7).

#include "parsers/netlink/sock_diag_source.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "parsers/netlink/autobound.h"
#include "parsers/netlink/dump_receive.h"
#include "parsers/netlink/inet_diag_request.h"
#include "parsers/netlink/inet_diag_stream.h"
#include "parsers/netlink/mnl_handle.h"
#include "parsers/netlink/read_ahead.h"
#include "parsers/netlink/sock_diag_errors.h"
#include "parsers/source/time_budget.h"

namespace tcpstat::netlink {
namespace {

// Dumps of up to this many datagrams (some 12,000 sockets) are not worth a second thread: starting it, waking it and
// being woken by it costs as much time as it saves, and half a millisecond of processor time.
constexpr int kSmallDump = 48;
constexpr std::uint32_t kSequence = 0x7C95747;

class SockDiagSource final : public source::Source {
 public:
  explicit SockDiagSource(const source::SourceOptions& options) : options_(options) {}

  [[nodiscard]] std::string_view name() const override { return "netlink"; }

  Expected<void> read(const filter::Query& query, Sink& sink, Coverage& coverage) override {
    if (query.mptcp) return dump_mptcp(query, sink, coverage);
    if (!query.filter.needs.autobound) return dump_rows(query, sink, coverage);
    // No reply says who chose a port; a filter in the kernel does (net/ipv4/inet_diag.c, INET_DIAG_BC_AUTO).
    if (!options_.chosen_ports) {
      return failure("filter by autobound", 0, "is /proc/sys mounted?",
                     "net.ipv4.ip_local_port_range, from which the kernel chooses ports, cannot be read");
    }
    AutoboundSockets chosen(*options_.chosen_ports);
    Coverage first;
    if (auto read = dump(inet_diag::request_for_autobound(query), chosen, first); !read) return read;
    if (!first.complete) coverage.lose("autobound", "which ports the kernel chose is not known of all sockets");
    AutoboundRows rows(chosen, sink);
    return dump_rows(query, rows, coverage);
  }

 private:
  /// A kernel that refuses a test, because it does not know it or we lack the right, is asked again without.
  Expected<void> dump_rows(const filter::Query& query, Sink& sink, Coverage& coverage) const {
    filter::Query by_index = query;
    if (!query.filter.needs.devices.empty()) {
      const auto tree = inet_diag::with_device_indexes(*query.filter.expression, ::if_nametoindex);
      by_index.filter.expression = std::make_shared<const filter::Expression>(tree);
    }
    const inet_diag::Request request = inet_diag::make_request(by_index);
    const Coverage before = coverage;
    auto read = dump(request, sink, coverage);
    if (read || (read.error().code != EINVAL && read.error().code != EPERM)) return read;
    const inet_diag::Request oldest = inet_diag::make_request(query, inet_diag::KernelTests::oldest);
    if (oldest.program == request.program) return read;
    coverage = before;
    return dump(oldest, sink, coverage);
  }

  Expected<void> dump_mptcp(const filter::Query& query, Sink& sink, Coverage& coverage) const {
    for (const inet_diag::Request& request : inet_diag::mptcp_requests(query)) {
      auto read = dump(request, sink, coverage);
      if (!read) return tl::make_unexpected(mptcp_error(read.error()));
    }
    return {};
  }

  Expected<void> dump(const inet_diag::Request& request, Sink& sink, Coverage& coverage) const {
    const MnlSocket socket(mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) return failure("open a NETLINK_SOCK_DIAG socket", errno, std::string(kTryProc));
    if (mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) {
      return failure("bind the NETLINK_SOCK_DIAG socket", errno, std::string(kTryProc));
    }
    if (auto sent = send_request(*socket, request); !sent) return sent;
    source::RowDelivery delivery(sink, coverage, options_.limits, options_.netns);
    InetDiagStream stream(delivery, InetDiagStream::Expected{kSequence, mnl_socket_get_portid(socket.get())},
                          request.protocol);
    return receive(*socket, stream, coverage);
  }

  static Expected<void> send_request(mnl_socket& socket, const inet_diag::Request& request) {
    constexpr std::size_t kFraming = 80;  // message and attribute headers, padding
    std::vector<char> buffer(kFraming + request.header.size() + request.program.size());
    nlmsghdr* header = mnl_nlmsg_put_header(buffer.data());
    header->nlmsg_type = request.type;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    header->nlmsg_seq = kSequence;
    std::memcpy(mnl_nlmsg_put_extra_header(header, request.header.size()), request.header.data(),
                request.header.size());
    if (!request.program.empty()) {
      mnl_attr_put(header, INET_DIAG_REQ_BYTECODE, request.program.size(), request.program.data());
    }
    if (request.protocol == Protocol::mptcp) {
      mnl_attr_put_u32(header, INET_DIAG_REQ_PROTOCOL, IPPROTO_MPTCP);
    }
    while (mnl_socket_sendto(&socket, header, header->nlmsg_len) < 0) {
      if (errno != EINTR) return failure("ask NETLINK_SOCK_DIAG for the sockets", errno, std::string(kTryProc));
    }
    return {};
  }

  Expected<void> receive(const mnl_socket& socket, InetDiagStream& stream, Coverage& coverage) const {
    source::TimeBudget budget(options_.timeout);
    // The next datagram of a dump is there as soon as the last one is taken, so waiting for each would waste a system
    // call.
    DumpReceive receive_now(
        [&](std::span<std::byte> buffer) { return mnl_socket_recvfrom(&socket, buffer.data(), buffer.size()); });
    const auto wait = [&](int stop_fd) {
      return budget.wait_readable(mnl_socket_get_fd(&socket), stop_fd) ? 0 : errno;
    };
    const auto memory = std::make_unique_for_overwrite<std::byte[]>(kReceiveBytes);
    const std::span buffer(memory.get(), kReceiveBytes);
    std::optional<ReadAhead> ahead;
    // After this many errors or waits without a datagram in between, none is to come.
    constexpr int kMostErrors = 64;
    int errors_in_succession = 0;
    int waits_in_succession = 0;
    for (int datagrams = 0;; ++datagrams) {
      if (datagrams == kSmallDump) ahead.emplace(kReceiveBytes, std::ref(receive_now), wait);
      Received received;
      if (ahead && ahead->running()) {
        received = ahead->next();
      } else if (const ssize_t got = receive_now(buffer); got >= 0) {
        received.bytes = buffer.first(static_cast<std::size_t>(got));
      } else {
        received.error = got == -EAGAIN ? wait(-1) : static_cast<int>(-got);
        if (received.error == 0 && ++waits_in_succession < kMostErrors) continue;
        if (received.error == 0) received.error = EAGAIN;  // poll(2) says that something is there, and it never comes
      }
      if (received.error != 0) {
        const bool endless = ++errors_in_succession > kMostErrors;
        if (auto failed = take_receive_error(received.error, coverage); !failed || endless) {
          return failed ? failure("read the sockets from NETLINK_SOCK_DIAG", received.error, std::string(kTryProc))
                        : failed;
        }
        continue;
      }
      errors_in_succession = waits_in_succession = 0;
      const InetDiagStream::End end = stream.feed(received.bytes);
      if (stream.take_lost()) {
        coverage.lose("lost_messages", std::string(InetDiagStream::kLost));
      }
      switch (end) {
        case InetDiagStream::End::done:
        case InetDiagStream::End::stopped:
          return {};
        case InetDiagStream::End::failed:
          coverage.complete = false;
          return failure("dump TCP sockets over NETLINK_SOCK_DIAG", stream.error(), hint_for(stream.error()));
        case InetDiagStream::End::none:
          // A datagram holds whole messages: a rest is a message that was cut.
          if (stream.taken() < received.bytes.size()) coverage.add(Flaw::cut_short);
          break;
      }
    }
  }

  source::SourceOptions options_;
};

}  // namespace

std::unique_ptr<source::Source> make_netlink_source(const source::SourceOptions& options) {
  return std::make_unique<SockDiagSource>(options);
}

}  // namespace tcpstat::netlink
