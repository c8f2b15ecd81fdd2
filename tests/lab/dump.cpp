#include "dump.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <string_view>
#include <unordered_map>

#include "failure.h"
#include "handle.h"

namespace tcpstat::lab {
namespace {

constexpr std::uint16_t kLegacyTcp = 18;  // TCPDIAG_GETSOCK, linux/inet_diag.h

void dump(std::uint32_t states, const std::function<void(const inet_diag_msg&)>& row) {
  const Handle socket(check(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), "opening netlink"));
  struct {
    nlmsghdr header;
    inet_diag_req request;
  } message{};
  message.header.nlmsg_len = sizeof message;
  message.header.nlmsg_type = kLegacyTcp;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  message.request.idiag_family = AF_INET;
  message.request.idiag_states = states;
  check(::send(socket.get(), &message, sizeof message, 0), "asking for a dump");
  std::vector<char> buffer(std::size_t{1} << 18);
  for (;;) {
    const auto size = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    check(size, "reading a dump");
    auto left = static_cast<std::size_t>(size);
    for (const char* at = buffer.data(); left >= sizeof(nlmsghdr);) {
      nlmsghdr header;
      std::memcpy(&header, at, sizeof header);
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > left) break;
      if (header.nlmsg_type == NLMSG_DONE) return;
      if (header.nlmsg_type == NLMSG_ERROR) fail("reading a dump", EIO);
      if (header.nlmsg_len >= sizeof header + sizeof(inet_diag_msg)) {
        inet_diag_msg body;
        std::memcpy(&body, at + sizeof header, sizeof body);
        row(body);
      }
      const std::size_t step = std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), left);
      at += step;
      left -= step;
    }
  }
}

std::string read_whole(const char* path) {
  const Handle file(check(::open(path, O_RDONLY | O_CLOEXEC), std::string("opening ") + path));
  std::string text;
  std::vector<char> buffer(std::size_t{1} << 16);
  for (;;) {
    const auto size = check(::read(file.get(), buffer.data(), buffer.size()), std::string("reading ") + path);
    if (size == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

/// "sl local remote st tx:rx tr:when retrnsmt uid timeout inode …": both ends and the inode of one line.
std::string identity_of(std::string_view line) {
  std::string fields[10];
  std::size_t at = 0;
  for (std::string& field : fields) {
    at = line.find_first_not_of(' ', at);
    if (at == std::string_view::npos) return {};
    const std::size_t end = std::min(line.find(' ', at), line.size());
    field = line.substr(at, end - at);
    at = end;
  }
  return fields[1] + ' ' + fields[2] + ' ' + fields[9];
}

}  // namespace

std::uint64_t count_rows(std::uint32_t states) {
  std::uint64_t rows = 0;
  dump(states, [&](const inet_diag_msg&) { ++rows; });
  return rows;
}

std::vector<DumpedSocket> dump_sockets(std::uint32_t states) {
  std::vector<DumpedSocket> sockets;
  dump(states, [&](const inet_diag_msg& row) {
    const std::uint64_t cookie = row.id.idiag_cookie[0] | std::uint64_t{row.id.idiag_cookie[1]} << 32;
    sockets.push_back({row.idiag_state, ntohs(row.id.idiag_sport), ntohs(row.id.idiag_dport), cookie});
  });
  return sockets;
}

Identities dump_cookies(std::uint32_t states) {
  Identities identities;
  dump(states, [&](const inet_diag_msg& row) {
    identities.emplace_back(reinterpret_cast<const char*>(row.id.idiag_cookie), sizeof row.id.idiag_cookie);
  });
  return identities;
}

Identities dump_proc() {
  Identities identities;
  for (const char* const path : {"/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"}) {
    const std::string text = read_whole(path);
    std::size_t at = text.find('\n');  // the header
    while (at != std::string::npos && at + 1 < text.size()) {
      const std::size_t end = std::min(text.find('\n', at + 1), text.size());
      identities.push_back(identity_of(std::string_view(text).substr(at + 1, end - at - 1)));
      at = end;
    }
  }
  return identities;
}

void Repeats::merge(const Repeats& other) {
  rows += other.rows;
  duplicates += other.duplicates;
  neighbour_gap = std::max(neighbour_gap, other.neighbour_gap);
  first_gap = std::max(first_gap, other.first_gap);
  copies = std::max(copies, other.copies);
}

Repeats repeats_in(const Identities& identities) {
  struct Seen {
    std::uint64_t first, last, copies;
  };
  std::unordered_map<std::string, Seen> seen;
  Repeats repeats;
  for (const std::string& identity : identities) {
    const std::uint64_t now = repeats.rows++;
    const auto [found, fresh] = seen.try_emplace(identity, Seen{now, now, 1});
    if (fresh) continue;
    Seen& before = found->second;
    ++repeats.duplicates;
    ++before.copies;
    repeats.neighbour_gap = std::max(repeats.neighbour_gap, now - before.last);
    repeats.first_gap = std::max(repeats.first_gap, now - before.first);
    repeats.copies = std::max(repeats.copies, before.copies);
    before.last = now;
  }
  return repeats;
}

}  // namespace tcpstat::lab
