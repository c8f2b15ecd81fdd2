#pragma once
// Trees of tests at random, and rows that some of them match: few addresses, ports and states, so that they meet.

#include <rapidcheck.h>

#include <ostream>
#include <vector>

#include "filter/expression.h"
#include "support/rows.h"

namespace tcpstat::test {

inline std::uint16_t some_port() { return *rc::gen::element<std::uint16_t>(0, 1, 79, 80, 443, 1024, 50001, 65535); }

inline Address some_address() {
  return address(*rc::gen::element("0.0.0.0", "10.0.0.1", "10.0.0.2", "10.1.0.0", "192.0.2.7", "::", "::1",
                                   "2001:db8::1", "2001:db8::2", "::ffff:10.0.0.1", "::ffff:192.0.2.7", "a00:1::"));
}

inline State some_state() { return static_cast<State>(*rc::gen::inRange(1, 12)); }

inline filter::Side some_side() { return *rc::gen::element(filter::Side::local, filter::Side::remote); }

inline filter::Test some_test() {
  using namespace filter;  // NOLINT(google-build-using-namespace)
  switch (*rc::gen::inRange(0, 10)) {
    case 0:
      return StateTest{StateSet::from_mask(*rc::gen::inRange(0U, 0x1000U))};
    case 1:
      return FamilyTest{*rc::gen::element(Family::ipv4, Family::ipv6)};
    case 2:
    case 3: {
      const Address of = some_address();
      const auto length = *rc::gen::inRange<unsigned>(0, address_bits(of.family) + 1U);
      return AddressTest{some_side(), prefix_of(of, static_cast<std::uint8_t>(length))};
    }
    case 4:
    case 5: {
      const std::uint16_t a = some_port();
      const std::uint16_t b = some_port();
      return PortTest{some_side(), {std::min(a, b), std::max(a, b)}};
    }
    case 6:
      return *rc::gen::element(DeviceTest{{}, 0}, DeviceTest{{}, 7}, DeviceTest{"v0", 0});
    case 7:
      return MarkTest{*rc::gen::element(0U, 5U), *rc::gen::element(5U, 0xFFU, UINT32_MAX)};
    case 8:
      return NumberTest{&column(*rc::gen::element(ColumnId::UID, ColumnId::AGE_MS)),
                        static_cast<Comparison>(*rc::gen::inRange(0, 5)), *rc::gen::element<std::uint64_t>(0, 5, 1000)};
    default:
      return *rc::gen::element<Test>(WordTest{&column(ColumnId::PROCESS), "a \"b\\' )"}, PidTest{812},
                                     WordTest{&column(ColumnId::CGROUP), "/a,b"}, KnownTest{&column(ColumnId::AGE_MS)});
  }
}

inline filter::Expression some_expression(int depth) {
  using filter::Expression;
  switch (depth == 0 ? 0 : *rc::gen::inRange(0, 5)) {
    case 1:
      return Expression::negation(some_expression(depth - 1));
    case 2:
    case 3: {
      std::vector<Expression> parts;
      for (int n = *rc::gen::inRange(0, 4); n > 0; --n) parts.push_back(some_expression(depth - 1));
      return *rc::gen::arbitrary<bool>() ? Expression::all_of(parts) : Expression::any_of(parts);
    }
    default:
      return some_test();
  }
}

/// What the kernel may hold of a row that it tells no mark of.
inline constexpr std::uint32_t kUntoldMark = 5;

inline Connection some_connection() {
  const Address local_address = some_address();
  Address remote_address = some_address();
  // The two ends of a socket are of one family.
  if (remote_address.family != local_address.family) remote_address = local_address;
  Connection row = connection(some_state(), {local_address, some_port()}, {remote_address, some_port()});
  if (row.state == State::listen) row.state = State::established;
  row.family = local_address.family;
  if (row.state == State::close) row.remote = {Address{row.family, {}}, 0};
  row.interface = *rc::gen::element(0U, 7U);
  row.mark = *rc::gen::element<std::optional<std::uint32_t>>(std::nullopt, 0U, 5U);
  row.uid = *rc::gen::element<std::optional<std::uint32_t>>(std::nullopt, 0U, 1000U);
  return row;
}

}  // namespace tcpstat::test
