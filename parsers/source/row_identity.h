#pragma once
// Which rows of one reading are of the same socket.

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/keyed_hash.h"
#include "model/connection.h"

namespace tcpstat::source {

/// Whether only addresses and ports tell the row from others. They need not be unique: sockets that are bound to
/// different devices can share them, and sockets that nobody holds have no inode.
inline bool has_only_tuple(const Socket& row) { return !row.cookie && row.inode == 0 && row.kernel_address == 0; }

class RowIdentity {
 public:
  /// Identifies a socket by network namespace and cookie or, without a cookie, by namespace, family, addresses, ports,
  /// device, place in the kernel, and inode, which SO_REUSEPORT listeners do not share. `occurrence` tells rows apart
  /// that have all of these in common.
  [[nodiscard]] std::uint64_t of(const Socket& row, const Endpoint& remote, std::uint64_t occurrence = 0) const {
    std::array<std::uint64_t, 9> words{};
    if (row.cookie) {
      words[0] = *row.cookie;
      words[1] = row.netns;
      return hash_(std::span(words).first(2));
    }
    static_assert(sizeof row.local.address.bytes == 2 * sizeof words[0]);
    std::memcpy(&words[0], row.local.address.bytes.data(), sizeof row.local.address.bytes);
    std::memcpy(&words[2], remote.address.bytes.data(), sizeof remote.address.bytes);
    words[4] = row.inode;
    words[5] = std::uint64_t{row.local.port} << 32U | std::uint64_t{remote.port} << 8U |
               static_cast<std::uint64_t>(row.family);
    words[6] = row.kernel_address;
    words[8] = row.netns;
    words[7] = occurrence << 32U | row.interface;
    return hash_(words);
  }

 private:
  KeyedHash hash_;
};

}  // namespace tcpstat::source
