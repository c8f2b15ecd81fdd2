#pragma once
// Sockets remembered from sample to sample: records in blocks that never move, found through an index of their numbers.
// Each family has a table, because an IPv6 socket takes 24 bytes more. The table knows keys and slots, but not states.
//
//   index   [ 3 | - | 1 | 2 | - | … ]      open addressing, at most 5/8 full, 4 bytes a slot
//   blocks  [ record 1 | record 2 | … ]    1,024 records each

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "model/connection.h"

namespace tcpstat::trace {

/// Both ends of an IPv4 socket.
struct TupleV4 {
  std::array<std::uint8_t, 4> local_address{};
  std::array<std::uint8_t, 4> remote_address{};
  std::uint16_t local_port = 0;
  std::uint16_t remote_port = 0;

  friend bool operator==(const TupleV4&, const TupleV4&) = default;
};

/// Both ends of an IPv6 socket, one that carries IPv4 included.
struct TupleV6 {
  std::array<std::uint8_t, 16> local_address{};
  std::array<std::uint8_t, 16> remote_address{};
  std::uint16_t local_port = 0;
  std::uint16_t remote_port = 0;

  friend bool operator==(const TupleV6&, const TupleV6&) = default;
};

template <typename Tuple>
Tuple tuple_of(const Endpoint& local, const Endpoint& remote) {
  Tuple tuple;
  std::memcpy(tuple.local_address.data(), local.address.bytes.data(), tuple.local_address.size());
  std::memcpy(tuple.remote_address.data(), remote.address.bytes.data(), tuple.remote_address.size());
  tuple.local_port = local.port;
  tuple.remote_port = remote.port;
  return tuple;
}

template <typename Bytes>
Endpoint endpoint_of(const Bytes& address, std::uint16_t port) {
  Endpoint endpoint;
  endpoint.address.family = address.size() == 4 ? Family::ipv4 : Family::ipv6;
  std::memcpy(endpoint.address.bytes.data(), address.data(), address.size());
  endpoint.port = port;
  return endpoint;
}

template <typename Tuple>
struct SocketRecord {
  static constexpr std::uint8_t kUsed = 1;
  static constexpr std::uint8_t kHasCookie = 2;
  static constexpr std::uint8_t kMissed = 4;  ///< the last sample that counts did not show it
  static constexpr std::uint8_t kWanted = 8;  ///< the user's filter matches it as it was last seen
  static constexpr std::uint8_t kTurn = 16;   ///< the turn of the last sample that showed it; it flips with each sample

  /// FIN_WAIT2 with the timer of TIME_WAIT: no process holds it any more.
  static constexpr std::uint8_t kTimed = 32;

  std::uint64_t identity = 0;  ///< cookie or inode; of a free record the number of the next free one
  std::int64_t since_us = 0;   ///< time of the first sample that showed this state, with or without that timer
  std::int64_t last_us = 0;    ///< and of the last one
  Tuple tuple;
  std::uint16_t device = 0;  ///< its place among the devices that sockets are bound to; zero: none
  State state = State::close;
  std::uint8_t flags = 0;

  [[nodiscard]] bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
  void set(std::uint8_t flag, bool on) {
    flags = static_cast<std::uint8_t>(on ? flags | flag : flags & static_cast<std::uint8_t>(~flag));
  }
};

/// The most memory that a table needs for each socket, slack included: while the index is being doubled, the old one
/// still exists.
template <typename Tuple>
inline constexpr std::size_t kMostBytesEach = sizeof(SocketRecord<Tuple>) + (2 * 4 + 4) * 8 / 5;
static_assert(kMostBytesEach<TupleV4> <= 64);
static_assert(kMostBytesEach<TupleV6> <= 112);

/// `Hash`: from a record to 64 bits, which must depend on its key only.
template <typename Tuple, typename Hash>
class SocketTable {
 public:
  using Record = SocketRecord<Tuple>;

  explicit SocketTable(Hash hash) : hash_(hash) {}

  /// The record with the key of `wanted`, as `same` compares keys; null if there is none.
  template <typename Same>
  Record* find(const Record& wanted, Same same) {
    // Dumps repeat their order: most often the next record is the one behind the last that was found.
    if (last_found_ < count_) {
      Record& next = record(last_found_ + 1);
      if (next.has(Record::kUsed) && same(next, wanted)) {
        ++last_found_;
        return &next;
      }
    }
    if (slots_.empty()) return nullptr;
    for (std::size_t at = home(wanted); slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
      Record& found = record(slots_[at]);
      if (!same(found, wanted)) continue;
      last_found_ = slots_[at];
      return &found;
    }
    return nullptr;
  }

  /// Adds a record whose key is not there yet. Records stay where they are.
  Record& insert(const Record& added) {
    if (8 * (used_ + 1) > 5 * slots_.size()) grow();
    const std::uint32_t number = take_free();
    record(number) = added;
    record(number).set(Record::kUsed, true);
    place(number);
    ++used_;
    return record(number);
  }

  void erase(Record& gone, std::uint32_t number) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t hole = home(gone);
    while (slots_[hole] != number) hole = (hole + 1) & mask;
    // Followers move back, so that no tombstones pile up; one whose home lies behind the hole must stay.
    for (std::size_t at = (hole + 1) & mask; slots_[at] != 0; at = (at + 1) & mask) {
      const std::size_t wanted = home(record(slots_[at]));
      if (((at - wanted) & mask) >= ((at - hole) & mask)) {
        slots_[hole] = slots_[at];
        hole = at;
      }
    }
    slots_[hole] = 0;
    gone = Record{};
    gone.identity = free_;
    free_ = number;
    --used_;
  }

  /// Calls `visit(record, number)` for each socket; it may erase that one.
  template <typename Visit>
  void each(Visit visit) {
    for (std::uint32_t number = 1; number <= count_; ++number) {
      Record& at = record(number);
      if (at.has(Record::kUsed)) visit(at, number);
    }
  }

  /// A new pass over the sockets begins. If many sockets have gone, their memory is given back.
  void start_pass() {
    last_found_ = 0;
    if (count_ > kBlock && 4 * used_ < count_) compact();
  }

  [[nodiscard]] std::size_t size() const { return used_; }
  /// The memory that is held, used or not.
  [[nodiscard]] std::size_t bytes() const {
    return blocks_.size() * sizeof(Block) + blocks_.capacity() * sizeof blocks_[0] +
           slots_.capacity() * sizeof slots_[0];
  }

 private:
  static constexpr std::uint32_t kBlock = 1024;
  static constexpr std::size_t kFirstSlots = 64;
  using Block = std::array<Record, kBlock>;

  /// Numbers begin at 1: 0 marks a free slot and the end of the free records.
  Record& record(std::uint32_t number) { return (*blocks_[(number - 1) / kBlock])[(number - 1) % kBlock]; }

  std::size_t home(const Record& of) const {
    return static_cast<std::size_t>((hash_(of) * 0x9E3779B97F4A7C15ULL) >> 32U) & (slots_.size() - 1);
  }

  std::uint32_t take_free() {
    if (free_ != 0) {
      const std::uint32_t number = free_;
      free_ = static_cast<std::uint32_t>(record(number).identity);
      return number;
    }
    if (count_ % kBlock == 0) blocks_.push_back(std::make_unique<Block>());
    return ++count_;
  }

  void place(std::uint32_t number) {
    std::size_t at = home(record(number));
    while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = number;
  }

  void grow() {
    const std::vector<std::uint32_t> old = std::move(slots_);
    slots_ = std::vector<std::uint32_t>(old.empty() ? kFirstSlots : 2 * old.size());
    for (const std::uint32_t number : old) {
      if (number != 0) place(number);
    }
  }

  void compact() {
    SocketTable smaller(hash_);
    each([&](const Record& kept, std::uint32_t) { smaller.insert(kept); });
    *this = std::move(smaller);
  }

  Hash hash_;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<std::uint32_t> slots_;
  std::uint32_t count_ = 0;  ///< records that were ever used
  std::uint32_t free_ = 0;
  std::uint32_t last_found_ = 0;
  std::size_t used_ = 0;
};

}  // namespace tcpstat::trace
