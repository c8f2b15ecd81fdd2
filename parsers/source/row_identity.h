#pragma once
// Which rows of one reading are of the same socket.

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/keyed_hash.h"
#include "model/connection.h"

namespace tcpstat::source {

class RowIdentity {
 public:
  /// By cookie where there is one, else by family, addresses, ports and inode, which SO_REUSEPORT listeners do not share.
  [[nodiscard]] std::optional<std::uint64_t> of(const Socket& row, const Endpoint& remote) const {
    std::array<std::uint64_t, 6> words{};
    if (row.cookie) {
      words[0] = *row.cookie;
      return hash_(std::span(words).first(1));
    }
    static_assert(sizeof row.local.address.bytes == 2 * sizeof words[0]);
    std::memcpy(&words[0], row.local.address.bytes.data(), sizeof row.local.address.bytes);
    std::memcpy(&words[2], remote.address.bytes.data(), sizeof remote.address.bytes);
    words[4] = row.inode;
    words[5] = std::uint64_t{row.local.port} << 32U | std::uint64_t{remote.port} << 8U |
               static_cast<std::uint64_t>(row.family);
    return hash_(words);
  }

 private:
  KeyedHash hash_;
};

}  // namespace tcpstat::source
