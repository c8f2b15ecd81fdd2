#pragma once
// Hashes of addresses and four-tuples; an IPv4-mapped address counts as IPv4.

#include <array>
#include <cstdint>
#include <cstring>

#include "base/keyed_hash.h"
#include "model/connection.h"

namespace tcpstat::detect {

inline std::array<std::uint64_t, 2> address_words(const Address& address) {
  const Address plain = address.unmapped();
  std::array<std::uint64_t, 2> words;
  std::memcpy(words.data(), plain.bytes.data(), sizeof words);
  return words;
}

/// As a number in the order of its bits: the first 64 of an IPv6 address, and IPv4 as if it lay in 0:1::/32, where no IPv6
/// address is.
inline std::uint64_t network_of(const Address& address) {
  const Address plain = address.unmapped();
  const bool four = plain.family == Family::ipv4;
  std::uint64_t out = four ? 1 : 0;
  for (std::size_t i = 0; i < (four ? 4U : 8U); ++i) out = out << 8U | plain.bytes[i];
  return out;
}

inline std::uint64_t address_hash(const KeyedHash& hash, const Address& address) {
  const auto words = address_words(address);
  return hash(std::array{words[0], words[1]});
}

inline std::uint64_t tuple_hash(const KeyedHash& hash, const Endpoint& local, const Endpoint& remote) {
  const auto here = address_words(local.address);
  const auto there = address_words(remote.address);
  const std::uint64_t ports = std::uint64_t{local.port} << 16U | remote.port;
  return hash(std::array{here[0], here[1], there[0], there[1], ports});
}

inline std::uint64_t tuple_hash(const KeyedHash& hash, const Connection& row) {
  return tuple_hash(hash, row.local, row.remote);
}

}  // namespace tcpstat::detect
