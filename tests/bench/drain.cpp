// The least that any reader of NETLINK_SOCK_DIAG must do, and so the measure of all of them: one legacy
// request for both families, receive, count. `drain [STATES]` takes the mask of the request's idiag_states,
// by default the rows that tcpstat lists by default. The count goes to stderr.
// `drain STATES all` does the same once in each network namespace that /proc shows.

#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

namespace {

/// Everything but LISTEN (10) and CLOSE (7); bit n is state n.
constexpr std::uint32_t kDefaultStates = 0x1fff & ~((1U << 0) | (1U << 7) | (1U << 10));

struct Request {
  nlmsghdr header;
  inet_diag_req body;
};

std::nullopt_t fail(const char* doing) {
  std::fprintf(stderr, "drain: %s: %s\n", doing, std::strerror(errno));
  return std::nullopt;
}

/// How many rows; nothing where it fails, which was said.
std::optional<std::uint64_t> drain(std::uint32_t states) {
  const int fd = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return fail("socket");

  Request request{};
  request.header.nlmsg_len = sizeof request;
  // Type 18 ignores the family and dumps both (net/ipv4/inet_diag.c, inet_diag_rcv_msg_compat()).
  request.header.nlmsg_type = TCPDIAG_GETSOCK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.idiag_family = AF_INET;
  request.body.idiag_states = states;
  if (::send(fd, &request, sizeof request, 0) < 0) return fail("send");

  // The kernel fills at most 32 KiB a datagram (net/netlink/af_netlink.c, netlink_dump()).
  alignas(nlmsghdr) static std::array<char, 65536> buffer;
  std::uint64_t count = 0;
  for (;;) {
    const ssize_t received = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) return fail("recv");
    const auto size = static_cast<std::size_t>(received);
    for (std::size_t offset = 0; offset + sizeof(nlmsghdr) <= size;) {
      nlmsghdr header;
      std::memcpy(&header, buffer.data() + offset, sizeof header);
      if (header.nlmsg_type == NLMSG_DONE) {
        ::close(fd);
        return count;
      }
      if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_len < sizeof header) {
        std::fprintf(stderr, "drain: the kernel refuses the dump\n");
        return std::nullopt;
      }
      ++count;
      offset += NLMSG_ALIGN(header.nlmsg_len);
    }
  }
}

/// The same in each network namespace that a process lives in, once each.
std::optional<std::uint64_t> drain_all(std::uint32_t states) {
  std::set<ino_t> seen;
  std::uint64_t count = 0;
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    if (process.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
    const int there = ::open((process.path() / "ns/net").c_str(), O_RDONLY | O_CLOEXEC);
    if (there < 0) continue;
    struct stat status {};
    const bool fresh = ::fstat(there, &status) == 0 && seen.insert(status.st_ino).second;
    if (fresh && ::setns(there, CLONE_NEWNET) != 0) return fail("setns");
    ::close(there);
    if (!fresh) continue;
    const auto one = drain(states);
    if (!one) return std::nullopt;
    count += *one;
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint32_t states =
      argc > 1 ? static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 0)) : kDefaultStates;
  const bool all = argc > 2 && std::strcmp(argv[2], "all") == 0;
  const auto count = all ? drain_all(states) : drain(states);
  if (!count) return 2;
  std::fprintf(stderr, "%llu\n", static_cast<unsigned long long>(*count));
  return 0;
}
