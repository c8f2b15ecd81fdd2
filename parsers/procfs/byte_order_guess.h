#pragma once
// Guesses the byte order of the addresses in saved text of /proc: the kernel prints their words in the order of its
// host. Local addresses that make sense in one order only tell it. Strangers choose the remote ones and, where
// connections are intercepted, some local ones too, so listeners count before all others.

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

  /// This host's order if nothing tells, or if as much speaks for it as against it.
  [[nodiscard]] std::endian order() const;
  /// Whether any address tells.
  [[nodiscard]] bool is_told() const { return telling().native != 0 || telling().other != 0; }
  /// Whether some addresses make sense in one order only and some in the other.
  [[nodiscard]] bool is_contradictory() const { return telling().native != 0 && telling().other != 0; }

 private:
  /// Kinds of telling addresses, a bit each: a kind counts once, however many sockets have it.
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

/// What the user should know of the order in which text of `name` is read; empty if it is this host's beyond doubt.
std::string byte_order_warning(const ByteOrderGuess& guess, const std::string& name);

/// The address as a host of the other byte order would have printed it: the bytes of each word reversed.
Address in_other_order(Address address);

}  // namespace tcpstat::procfs
