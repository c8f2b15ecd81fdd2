#include "parsers/bpf/fate_record.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <ostream>
#include <string>
#include <vector>

namespace tcpstat::bpf {
namespace {

TEST_CASE("what one processor takes back of another's count leaves the sum right") {
  std::array<fate_counts, 2> counts{};
  counts[0].of[FATE_RESET] = 5;
  counts[1].of[FATE_RESET] = static_cast<__u64>(-2);
  counts[0].of[FATE_COMPLETED] = 7;
  counts[1].of[FATE_COMPLETED] = 1;
  counts[1].of[FATE_CONNECTIONS] = 9;
  const HandshakeFates fates = sum_of(counts);
  CHECK(fates.reset == 3);
  CHECK(fates.completed == 8);
  CHECK(fates.connections == 9);
  CHECK(fates.expired == 0);
}

TEST_CASE("more that is taken back than was counted is none") {
  std::array<fate_counts, 1> counts{};
  counts[0].of[FATE_RESET] = static_cast<__u64>(-1);
  CHECK(sum_of(counts).reset == 0);
}

TEST_CASE("each fate has its number") {
  std::array<fate_counts, 1> counts{};
  for (std::size_t fate = 0; fate < FATES; ++fate) counts[0].of[fate] = fate + 1;
  const HandshakeFates fates = sum_of(counts);
  CHECK(fates.completed == FATE_COMPLETED + 1);
  CHECK(fates.reset == FATE_RESET + 1);
  CHECK(fates.expired == FATE_EXPIRED + 1);
  CHECK(fates.pruned == FATE_PRUNED + 1);
  CHECK(fates.closed == FATE_LISTENER_GONE + 1);
  CHECK(fates.cookie == FATE_COOKIE + 1);
  CHECK(fates.begun == FATE_BORN + 1);
  CHECK(fates.answered_late == FATE_ANSWERED_LATE + 1);
  CHECK(fates.unanswered_again == FATE_UNANSWERED_AGAIN + 1);
}

TEST_CASE("a listener of either family") {
  fate_key key{};
  key.address[0] = 192;
  key.address[2] = 2;
  key.address[3] = 1;
  key.port = 443;
  key.family = AF_INET;
  CHECK(to_string(listener_of(key).local) == "192.0.2.1:443");
  CHECK(listener_of(key).interface == 0);
  key.interface = 5;
  CHECK(listener_of(key).interface == 5);
  fate_key any{};
  any.port = 22;
  any.family = AF_INET6;
  CHECK(to_string(listener_of(any).local) == "[::]:22");
  fate_key mapped{};
  mapped.address[10] = mapped.address[11] = 0xFF;
  mapped.address[12] = 192;
  mapped.port = 22;
  mapped.family = AF_INET6;
  CHECK(to_string(listener_of(mapped).local) == "192.0.0.0:22");
}

/// The key of a listener on this port; 0: of all together.
fate_key key_of(std::uint16_t port) {
  fate_key key{};
  key.port = port;
  key.family = AF_INET;
  return key;
}

std::vector<fate_counts> begun_by_processor(std::initializer_list<std::uint64_t> counts) {
  std::vector<fate_counts> out;
  for (const std::uint64_t count : counts) out.emplace_back().of[FATE_BORN] = count;
  return out;
}

/// "80: 4", "443: 1"
std::vector<std::string> listeners_of(const CountedHandshakes& counted) {
  std::vector<std::string> out;
  for (const ListenerFates& one : counted.listeners) {
    out.push_back(std::to_string(one.listener.local.port) + ": " + std::to_string(one.fates.begun));
  }
  std::sort(out.begin(), out.end());
  return out;
}

TEST_CASE("what was counted before is no part of what is counted") {
  const FateTable before = {{key_of(0), begun_by_processor({5, 1})}, {key_of(80), begun_by_processor({5, 1})}};
  const FateTable now = {{key_of(0), begun_by_processor({8, 3})},
                         {key_of(80), begun_by_processor({8, 2})},
                         {key_of(443), begun_by_processor({0, 1})}};
  const CountedHandshakes counted = counted_between(before, now, 2, 0);
  CHECK(counted.all.begun == 5);
  CHECK(listeners_of(counted) == std::vector<std::string>{"443: 1", "80: 4"});
  CHECK(counted.missed == 2);
}

TEST_CASE("where a listener had no place none is told, and the sum has it all the same") {
  const FateTable now = {{key_of(0), begun_by_processor({8})}, {key_of(80), begun_by_processor({7})}};
  const CountedHandshakes counted = counted_between({}, now, 2, 3);
  CHECK(counted.all.begun == 8);
  CHECK(counted.listeners.empty());
  CHECK(counted.missed == 2);
  // The sum itself may be what had none.
  const CountedHandshakes no_sum = counted_between({}, {{key_of(80), begun_by_processor({7})}}, 2, 3);
  CHECK(no_sum.listeners.empty());
  CHECK(no_sum.missed == 5);
}

}  // namespace
}  // namespace tcpstat::bpf
