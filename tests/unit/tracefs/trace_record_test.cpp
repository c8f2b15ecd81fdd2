#include "parsers/tracefs/trace_record.h"

#include <doctest/doctest.h>

#include <cstring>
#include <ostream>
#include <vector>

#include "parsers/tracefs/record_layout.h"
#include "support/rows.h"
#include "support/trace_format.h"

namespace tcpstat::tracefs {
namespace {

constexpr std::uint16_t kIpv4 = 2;   // AF_INET
constexpr std::uint16_t kIpv6 = 10;  // AF_INET6

/// A record as the kernel lays it out, field by field.
class Bytes {
 public:
  Bytes() {
    put(layout_.skaddr, std::uint64_t{0xFFFF'8881'025F'8000});
    put(layout_.family, kIpv4);
    put(layout_.protocol, std::uint16_t{6});
  }

  template <typename Number>
  Bytes& put(RecordLayout::Field field, Number value) {
    std::memcpy(bytes_.data() + field.offset, &value, sizeof value);
    return *this;
  }
  Bytes& states(std::int32_t from, std::int32_t to) { return put(layout_.oldstate, from).put(layout_.newstate, to); }
  Bytes& ports(std::uint16_t local, std::uint16_t remote) {
    return put(layout_.sport, local).put(layout_.dport, remote);
  }
  Bytes& address(RecordLayout::Field field, const Address& address) {
    std::memcpy(bytes_.data() + field.offset, address.bytes.data(), field.size);
    return *this;
  }
  [[nodiscard]] const RecordLayout& layout() const { return layout_; }
  [[nodiscard]] std::span<const std::byte> whole() const { return bytes_; }
  [[nodiscard]] TraceRecord decoded() const {
    TraceRecord record;
    REQUIRE(decode(bytes_, layout_, record));
    return record;
  }

 private:
  RecordLayout layout_ = *parse_layout(test::kTraceFormat);
  std::vector<std::byte> bytes_ = std::vector<std::byte>(72);
};

TEST_CASE("an IPv4 connection that is established") {
  Bytes bytes;
  bytes.states(2, 1).ports(40'000, 443);
  bytes.address(bytes.layout().saddr, test::endpoint("192.0.2.1", 0).address);
  bytes.address(bytes.layout().daddr, test::endpoint("198.51.100.7", 0).address);
  const TraceRecord record = bytes.decoded();
  CHECK((record.kind == TraceRecord::Kind::transition));
  CHECK(record.socket == 0xFFFF'8881'025F'8000);
  const auto transition = to_transition(record);
  REQUIRE(transition);
  CHECK((transition->from == ObservedState(State::syn_sent)));
  CHECK((transition->to == ObservedState(State::established)));
  CHECK((transition->observed == Observed::exact));
  CHECK((transition->protocol == Protocol::tcp));
  CHECK(to_string(*transition->local) == "192.0.2.1:40000");
  CHECK(to_string(*transition->remote) == "198.51.100.7:443");
  // The kernel's address is not the word that tells sockets apart.
  CHECK(transition->socket.empty());
}

TEST_CASE("an IPv6 listener has no other end") {
  Bytes bytes;
  bytes.put(bytes.layout().family, kIpv6).states(7, 10).ports(22, 0);
  bytes.address(bytes.layout().saddr_v6, test::endpoint("2001:db8::1", 0).address);
  const auto transition = to_transition(bytes.decoded());
  REQUIRE(transition);
  CHECK(to_string(*transition->local) == "[2001:db8::1]:22");
  CHECK_FALSE(transition->remote);
}

TEST_CASE("states: the eleven, and the request's; others are none") {
  for (std::int32_t number = 1; number <= 11; ++number) {
    CAPTURE(number);
    const auto transition = to_transition(Bytes().states(number, 7).decoded());
    REQUIRE(transition);
    CHECK((transition->from == ObservedState(static_cast<State>(number))));
  }
  CHECK(to_transition(Bytes().states(12, 1).decoded())->from.is_request());
  for (const std::int32_t number : {0, -1, 13, 0x7FFF'FFFF}) {
    CAPTURE(number);
    CHECK_FALSE(to_transition(Bytes().states(number, 7).decoded()));
    CHECK_FALSE(to_transition(Bytes().states(7, number).decoded()));
  }
}

TEST_CASE("TCP and MPTCP; SCTP uses the same numbers with other meanings") {
  Bytes bytes;
  bytes.states(7, 10);
  const auto protocol = [&](std::uint16_t number) {
    return to_transition(bytes.put(bytes.layout().protocol, number).decoded());
  };
  CHECK((protocol(6)->protocol == Protocol::tcp));
  CHECK((protocol(262)->protocol == Protocol::mptcp));
  CHECK_FALSE(protocol(132));
  CHECK_FALSE(protocol(33));
}

TEST_CASE("a record that is cut is no record") {
  const Bytes bytes;
  for (std::size_t size = 0; size < 40; ++size) {
    CAPTURE(size);
    TraceRecord record;
    CHECK_FALSE(decode(bytes.whole().subspan(0, size), bytes.layout(), record));
  }
}

TEST_CASE("a received reset names its socket, and the first two bytes tell the events apart") {
  const auto layout = parse_layout(test::kResetFormat, kResetEvent);
  REQUIRE(layout);
  CHECK(layout->id == 2279);
  CHECK(Bytes().layout().id == 2287);
  std::vector<std::byte> bytes(72);
  std::memcpy(bytes.data(), &layout->id, sizeof layout->id);
  const std::uint64_t socket = 0xFFFF'8881'025F'8000;
  std::memcpy(bytes.data() + layout->skaddr.offset, &socket, sizeof socket);
  CHECK(event_id(bytes) == 2279);
  CHECK(event_id({}) == 0);
  TraceRecord record;
  REQUIRE(decode_reset(bytes, *layout, record));
  CHECK((record.kind == TraceRecord::Kind::reset));
  CHECK(record.socket == socket);
  CHECK_FALSE(decode_reset(std::span(bytes).first(15), *layout, record));
}

TEST_CASE("a 32-bit kernel's pointer, and the protocol of one byte before Linux 5.6") {
  Bytes bytes;
  bytes.states(7, 10);
  RecordLayout layout = bytes.layout();
  layout.skaddr.size = 4;
  layout.protocol.size = 1;
  TraceRecord record;
  REQUIRE(decode(bytes.whole(), layout, record));
  CHECK(record.socket == 0x025F'8000);
  CHECK(record.protocol == 6);
  layout.saddr.size = 0;  // a field that this kernel lacks
  CHECK_FALSE(decode(bytes.whole(), layout, record));
}

}  // namespace
}  // namespace tcpstat::tracefs
