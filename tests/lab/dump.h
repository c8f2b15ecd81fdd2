// The kernel's own word, read without the program under test: raw dumps over netlink and from /proc/net.
//
// What they count and how often they repeat a socket is what a reader has to live with; nothing is hidden here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tcpstat::lab {

constexpr std::uint32_t kMaskEstablished = 1U << 1;
constexpr std::uint32_t kMaskSynRecv = 1U << 3;
constexpr std::uint32_t kMaskAll = 0x3fff;

/// Rows of one dump of both families in these states (bit n: state n).
std::uint64_t count_rows(std::uint32_t states);

/// One row of a dump.
struct DumpedSocket {
  std::uint8_t state = 0;  // the kernel's number
  std::uint16_t local_port = 0;
  std::uint16_t remote_port = 0;
  std::uint64_t cookie = 0;
};

/// Rows of one legacy dump, in its order and with its repeats.
std::vector<DumpedSocket> dump_sockets(std::uint32_t states);

/// What tells one socket from another in the order of the dump.
using Identities = std::vector<std::string>;

/// Cookies of one legacy dump (type 18), which goes through the tables once for both families.
Identities dump_cookies(std::uint32_t states);

/// Family, addresses and inode of each line of /proc/thread-self/net/tcp and tcp6.
Identities dump_proc();

/// How often a dump repeats itself.
struct Repeats {
  std::uint64_t rows = 0;
  std::uint64_t duplicates = 0;     // rows beyond the first copy of a socket
  std::uint64_t neighbour_gap = 0;  // largest distance in rows between two copies that follow each other
  std::uint64_t first_gap = 0;      // largest distance in rows from the first copy to the last
  std::uint64_t copies = 0;         // of the socket repeated most

  void merge(const Repeats& other);
};

Repeats repeats_in(const Identities& identities);

}  // namespace tcpstat::lab
