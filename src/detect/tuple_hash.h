#pragma once
// Hashes of addresses and four-tuples; IPv4 inside IPv6 is the IPv4 that it is.

#include <array>
#include <cstdint>
#include <cstring>

#include "base/keyed_hash.h"
#include "model/connection.h"

namespace tcpstat {

inline std::array<std::uint64_t, 2> address_words(const Address& address) {
  const Address plain = address.unmapped();
  std::array<std::uint64_t, 2> words;
  std::memcpy(words.data(), plain.bytes.data(), sizeof words);
  return words;
}

inline std::uint64_t address_hash(const KeyedHash& hash, const Address& address) {
  const auto words = address_words(address);
  return hash(std::array{words[0], words[1]});
}

inline std::uint64_t tuple_hash(const KeyedHash& hash, const Connection& row) {
  const auto local = address_words(row.local.address);
  const auto remote = address_words(row.remote.address);
  const std::uint64_t ports = std::uint64_t{row.local.port} << 16U | row.remote.port;
  return hash(std::array{local[0], local[1], remote[0], remote[1], ports});
}

}  // namespace tcpstat
