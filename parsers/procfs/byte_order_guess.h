#pragma once
// In which byte order the addresses of saved text of /proc stand: the kernel prints their words as its host reads them.
// Told by local addresses that make sense in one order only. Strangers choose the remote ones, and where connections are
// intercepted some local ones too, so that listeners count before all others.

#include <array>
#include <bit>
#include <cstdint>
#include <string>

#include "model/connection.h"
#include "model/listener.h"

namespace tcpstat::procfs {

class ByteOrderGuess {
 public:
  /// A row that was read in this host's order.
  void see(const Listener& row) { listeners_.see(row.local.address); }
  void see(const Connection& row) { others_.see(row.local.address); }

  /// This host's if nothing tells, or as much for it as against it.
  [[nodiscard]] std::endian order() const;
  /// Some addresses make sense in one order only and some in the other.
  [[nodiscard]] bool is_contradictory() const { return telling().native != 0 && telling().other != 0; }

 private:
  /// Kinds of telling addresses, a bit each: one address counts once, however many sockets have it.
  struct Evidence {
    std::uint8_t native = 0;
    std::uint8_t other = 0;

    void see(const Address& address);
  };

  [[nodiscard]] const Evidence& telling() const {
    return listeners_.native != 0 || listeners_.other != 0 ? listeners_ : others_;
  }

  Evidence listeners_;
  Evidence others_;
};

/// What the user should know of the order that text of `name` is read in; empty where it is this host's beyond doubt.
std::string byte_order_warning(const ByteOrderGuess& guess, const std::string& name);

/// The address as a host of the other byte order would have printed it: the bytes of each word reversed.
Address in_other_order(Address address);

}  // namespace tcpstat::procfs
