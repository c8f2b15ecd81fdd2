#pragma once
// Rows of the iterator that lists descriptors, as owners of sockets.

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "model/held_sockets.h"

namespace tcpstat::bpf {

/// Takes the bytes that the program writes, in pieces cut anywhere.
class OwnerRows {
 public:
  void feed(std::span<const std::byte> bytes);
  HeldSockets take() { return std::move(held_); }

 private:
  /// Returns how many bytes were used; 0: the row is not complete yet.
  std::size_t take_one(std::span<const std::byte> bytes);

  HeldSockets held_;
  std::vector<std::byte> rest_;
};

}  // namespace tcpstat::bpf
