#include "parsers/bpf/fate_record.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <ostream>

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

}  // namespace
}  // namespace tcpstat::bpf
