#include "parsers/bpf/bpf_record.h"

#include <doctest/doctest.h>

#include <cstring>
#include <ostream>
#include <random>
#include <vector>

#include "support/fixtures.h"
#include "support/rows.h"

namespace tcpstat::bpf {
namespace {

std::vector<ring_record> recorded() {
  const std::string bytes = test::fixture("bpf/connections.ring");
  std::vector<ring_record> out;
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(ring_record)) {
    const auto record = read_record(test::bytes_of(std::string_view(bytes).substr(at)));
    REQUIRE(record);
    out.push_back(*record);
  }
  return out;
}

std::string text(const ring_record& record) {
  const auto transition = to_transition(record);
  if (!transition) return "none";
  return to_string(*transition->local) + " " + (transition->remote ? to_string(*transition->remote) : "*") + " " +
         std::string(name(transition->from)) + ">" + std::string(name(transition->to));
}

TEST_CASE("records of a kernel are the transitions that it announced") {
  const auto records = recorded();
  REQUIRE(records.size() == 24);
  CHECK(text(records[0]) ==
        "127.0.0.1:7411 * " + std::string(name(State::close)) + ">" + std::string(name(State::listen)));
  CHECK(text(records[1]) ==
        "127.0.0.1:0 127.0.0.1:7411 " + std::string(name(State::close)) + ">" + std::string(name(State::syn_sent)));
  CHECK(text(records[13]) ==
        "[::1]:37852 [::1]:7413 " + std::string(name(State::syn_sent)) + ">" + std::string(name(State::established)));
  const auto first = to_transition(records[1]);
  CHECK(first->cookie == 8268413U);
  CHECK(first->netns == 4'026'531'833U);
  CHECK((first->observed == Observed::exact));
  CHECK((first->protocol == Protocol::tcp));
  // The kernel's address is not the word that tells sockets apart.
  CHECK(first->socket.empty());
  CHECK(records[1].socket == records[2].socket);
  CHECK(records[1].socket != records[3].socket);
  std::uint64_t before = 0;
  for (const ring_record& record : records) {
    CHECK(record.time >= before);
    before = record.time;
  }
}

TEST_CASE("a received reset has a socket and no states") {
  const auto records = recorded();
  CHECK(records[17].kind == RING_RESET);
  CHECK(records[17].socket == records[18].socket);
  CHECK_FALSE(to_transition(records[17]));
}

TEST_CASE("reasons by their numbers in the ring") {
  CHECK_FALSE(close_cause(RING_CLOSE_UNKNOWN));
  CHECK_FALSE(close_cause(RING_CLOSE_OTHER + 1));
  CHECK((close_cause(RING_CLOSE_BOTH_FINS) == CloseCause::both_fins));
  CHECK((close_cause(RING_CLOSE_GAVE_UP) == CloseCause::gave_up));
  CHECK((close_cause(RING_CLOSE_OTHER) == CloseCause::other));
  CHECK_FALSE(reset_reason(RING_REASON_NONE));
  CHECK_FALSE(reset_reason(RING_REASON_OTHER + 1));
  CHECK((reset_reason(RING_REASON_PAWS) == ResetReason::paws));
  CHECK((reset_reason(RING_REASON_ABORT_ON_CLOSE) == ResetReason::abort_on_close));
  CHECK((reset_reason(RING_REASON_KEEPALIVE_TIMEOUT) == ResetReason::keepalive_timeout));
  CHECK((reset_reason(RING_REASON_OTHER) == ResetReason::other));
}

TEST_CASE("a transition knows the device that its socket is bound to") {
  ring_record record = recorded()[0];
  REQUIRE(to_transition(record));
  CHECK(to_transition(record)->interface == 0);
  record.interface = 3;
  CHECK(to_transition(record)->interface == 3);
}

TEST_CASE("records of timers say whose they are, and have no states of a full socket") {
  ring_record record{};
  record.kind = RING_TIMER_STARTED;
  record.protocol = 6;
  record.family = 2;
  record.addresses[0] = 192;
  record.local_port = 80;
  record.remote_port = 4000;
  record.netns = 7;
  record.isn = 9;
  record.from = 12;  // TCP_NEW_SYN_RECV
  std::string bytes(sizeof record, 0);
  std::memcpy(bytes.data(), &record, sizeof record);
  CHECK(read_record(test::bytes_of(bytes)));
  const Transition of = socket_of(record);
  CHECK(to_string(*of.local) == "192.0.0.0:80");
  CHECK(of.remote->port == 4000);
  CHECK(of.netns == 7U);
  CHECK_FALSE(of.cookie);
  CHECK(of.interface == 0);
  CHECK_FALSE(to_transition(record));
}

TEST_CASE("bytes that are no record") {
  ring_record record = recorded()[0];
  std::string bytes(sizeof record, 0);
  const auto whole_at = [&](std::size_t least) {
    std::memcpy(bytes.data(), &record, sizeof record);
    for (std::size_t size = 0; size <= sizeof record; ++size) {
      CHECK(read_record(test::bytes_of(std::string_view(bytes).substr(0, size))).has_value() == (size >= least));
    }
  };
  whole_at(56);
  record.family = 10;
  whole_at(80);
  record.family = 0;
  record.kind = RING_ACTOR;
  whole_at(80);
  record.flags = RING_HAS_MORE;
  whole_at(96);
  record.flags = 0;
  for (const int kind : {0, 9, 255}) {
    record.kind = static_cast<std::uint8_t>(kind);
    std::string other(sizeof record, 0);
    std::memcpy(other.data(), &record, sizeof record);
    CHECK_FALSE(read_record(test::bytes_of(other)));
  }
}

TEST_CASE("a short record has both addresses, and nothing of what stands behind it") {
  const std::string bytes = test::fixture("bpf/connections.ring").substr(sizeof(ring_record), RING_SHORT);
  const auto record = read_record(test::bytes_of(bytes));
  REQUIRE(record);
  CHECK(text(*record) == text(recorded()[1]));
  CHECK(record->sent == 0);
}

TEST_CASE("any bytes are a transition with known states, or none") {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(sizeof(ring_record), 0);
    for (char& byte : bytes) byte = static_cast<char>(random());
    auto record = read_record(test::bytes_of(bytes));
    if (!record) continue;
    record->protocol = round % 2 == 0 ? 6 : 262;
    if (const auto transition = to_transition(*record)) CHECK(transition->from.index() <= kStateCount + 1);
  }
}

TEST_CASE("states and protocols that are none") {
  ring_record record = recorded()[2];
  for (const int state : {0, 13, 255}) {
    record.from = static_cast<std::uint8_t>(state);
    CHECK_FALSE(to_transition(record));
  }
  record.from = 12;
  CHECK(to_transition(record)->from.is_request());
  record.protocol = 132;
  CHECK_FALSE(to_transition(record));
  record.protocol = 262;
  record.cookie = 0;
  CHECK((to_transition(record)->protocol == Protocol::mptcp));
  CHECK_FALSE(to_transition(record)->cookie);
}

ring_record step(std::uint64_t socket, std::uint8_t from, std::uint8_t to, std::uint8_t flags = 0) {
  ring_record record{};
  record.socket = socket;
  record.from = from;
  record.to = to;
  record.flags = flags;
  return record;
}

TEST_CASE("what the second program takes once more is a repeat, and a state that is stored again is none") {
  Repeats repeats;
  CHECK_FALSE(repeats.is_repeat(step(7, 2, 1)));
  CHECK_FALSE(repeats.is_repeat(step(8, 2, 1)));
  CHECK(repeats.is_repeat(step(7, 2, 1, RING_RESCUED)));
  CHECK_FALSE(repeats.is_repeat(step(7, 1, 4, RING_RESCUED)));
  // A softirq came between the two.
  CHECK_FALSE(repeats.is_repeat(step(6, 1, 8)));
  for (std::uint64_t other = 100; other < 1100; ++other) CHECK_FALSE(repeats.is_repeat(step(other, 3, 1)));
  CHECK(repeats.is_repeat(step(6, 1, 8, RING_RESCUED)));
  CHECK_FALSE(repeats.is_repeat(step(7, 4, 5)));
  CHECK_FALSE(repeats.is_repeat(step(7, 5, 5)));
  CHECK_FALSE(repeats.is_repeat(step(7, 5, 5, RING_RESCUED)));
  // The first program takes nothing twice.
  CHECK_FALSE(repeats.is_repeat(step(7, 5, 7)));
  CHECK_FALSE(repeats.is_repeat(step(7, 5, 7)));
}

ring_record counted(std::uint16_t processor, std::uint32_t lost) {
  ring_record record{};
  record.processor = processor;
  record.lost = lost;
  return record;
}

TEST_CASE("losses are told once each, where they happened") {
  Losses losses;
  CHECK(losses.before(counted(0, 0)) == 0);
  CHECK(losses.before(counted(0, 5)) == 5);
  CHECK(losses.before(counted(0, 5)) == 0);
  CHECK(losses.before(counted(1, 2)) == 2);
  CHECK(losses.up_to(7) == 0);
  // Behind the last record only the kernel's own count tells.
  CHECK(losses.up_to(10) == 3);
  CHECK(losses.up_to(10) == 0);
  // The records that come later have the same losses in their counts.
  CHECK(losses.before(counted(0, 7)) == 0);
  CHECK(losses.before(counted(1, 4)) == 1);
  CHECK(losses.up_to(11) == 0);
}

TEST_CASE("counts of 32 bits go around, and an older one is no loss") {
  Losses losses;
  CHECK(losses.before(counted(3, 10)) == 10);
  CHECK(losses.before(counted(3, 9)) == 0);
  CHECK(losses.before(counted(3, 12)) == 2);
  Losses around;
  (void)around.before(counted(0, 0x7000'0000));
  (void)around.before(counted(0, 0xE000'0000));
  CHECK(around.before(counted(0, 0x1)) == 0x2000'0001);
}

}  // namespace
}  // namespace tcpstat::bpf
