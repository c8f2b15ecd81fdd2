#pragma once
// Rows of the iterator that lists descriptors, as owners of sockets.

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "model/held_sockets.h"

namespace tcpstat::bpf {

/// Takes what the program writes, cut anywhere.
class OwnerRows {
 public:
  void feed(std::span<const std::byte> bytes);
  HeldSockets take() { return std::move(held_); }

 private:
  /// How many bytes were used; 0: the rest is to come.
  std::size_t take_one(std::span<const std::byte> bytes);

  HeldSockets held_;
  std::vector<std::byte> rest_;
};

}  // namespace tcpstat::bpf
