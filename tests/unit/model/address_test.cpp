#include "model/address.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat {
namespace {

using test::address;

TEST_CASE("IPv6 is written as RFC 5952 wants it") {
  struct Row {
    std::string_view name;
    std::string_view typed;
    std::string_view written;
  };
  constexpr Row kRows[] = {
      {"§4.1 leading zeros", "2001:0db8::0001", "2001:db8::1"},
      {"§4.1 a zero word", "2001:db8:0000:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"§4.2.1 as short as possible", "2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
      {"§4.2.2 one zero word stays", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"§4.2.3 the longest run", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"§4.2.3 the first of equal runs", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"§4.3 lower case", "2001:DB8::ABCD", "2001:db8::abcd"},
      {"§5 v4-mapped", "::ffff:c000:201", "::ffff:192.0.2.1"},
      {"all zero", "0:0:0:0:0:0:0:0", "::"},
      {"loopback", "0:0:0:0:0:0:0:1", "::1"},
      {"a run at the end", "2001:db8:1:2:3:0:0:0", "2001:db8:1:2:3::"},
      {"a run at the front", "0:0:0:1:2:3:4:5", "::1:2:3:4:5"},
      {"no zeros", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
      {"the longest text", "1111:2222:3333:4444:5555:6666:7777:8888", "1111:2222:3333:4444:5555:6666:7777:8888"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    CHECK(to_string(address(row.typed)) == row.written);
  }
}

TEST_CASE("an address of this host is loopback, whatever family it is written in") {
  for (const char* here : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"}) {
    CAPTURE(here);
    CHECK(address(here).is_loopback());
  }
  for (const char* elsewhere :
       {"126.255.255.255", "128.0.0.1", "::", "::2", "7f00::1", "::ffff:128.0.0.1", "0.0.0.0"}) {
    CAPTURE(elsewhere);
    CHECK_FALSE(address(elsewhere).is_loopback());
  }
}

TEST_CASE("random addresses are written as inet_ntop(3) writes them, and read back") {
  test::Random random(11);
  for (int i = 0; i < 100'000; ++i) {
    const Address made = random.address();
    const std::string text = to_string(made);
    CAPTURE(text);
    REQUIRE(text.size() <= kMaxAddressText);
    REQUIRE(address(text) == made);
    char expected[INET6_ADDRSTRLEN];
    REQUIRE(inet_ntop(made.family == Family::ipv4 ? AF_INET : AF_INET6, made.bytes.data(), expected, sizeof expected) !=
            nullptr);
    // glibc writes the deprecated v4-compatible ::192.0.2.1 with dots; RFC 5952 §5 keeps those for known prefixes.
    const bool compatible = std::string_view(expected).starts_with("::") && !made.is_v4_mapped() &&
                            std::string_view(expected).find('.') != std::string_view::npos;
    if (!compatible) REQUIRE(text == expected);
  }
}

TEST_CASE("every byte of an IPv4 address is written without leading zeros") {
  for (unsigned value = 0; value < 256; ++value) {
    Address made;
    made.bytes[0] = made.bytes[3] = static_cast<std::uint8_t>(value);
    CHECK(to_string(made) == std::to_string(value) + ".0.0." + std::to_string(value));
  }
}

TEST_CASE("endpoints put IPv6 into brackets") {
  CHECK(to_string(test::endpoint("192.0.2.1", 80)) == "192.0.2.1:80");
  CHECK(to_string(test::endpoint("2001:db8::1", 65535)) == "[2001:db8::1]:65535");
  CHECK(to_string(test::endpoint("::ffff:192.0.2.1", 443)) == "[::ffff:192.0.2.1]:443");
  CHECK(to_string(test::endpoint("::", 0)) == "[::]:0");
  const std::string longest = to_string(test::endpoint("1111:2222:3333:4444:5555:6666:7777:8888", 65535));
  CHECK(longest.size() <= kMaxEndpointText);
}

TEST_CASE("what is no address is refused") {
  for (const std::string_view word :
       {"", " ", "192.0.2", "192.0.2.256", "192.0.2.1 ", " 192.0.2.1", "192.0.2.1.1", "0x7f.1", "[::1]", "::1%lo",
        ":::", "1::2::3", "localhost", "12345::", "::g", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9"}) {
    CAPTURE(word);
    CHECK_FALSE(parse_address(word));
  }
  CHECK_FALSE(parse_address(std::string_view("192.0.2.1\0", 10)));
  CHECK_FALSE(parse_address(std::string_view("192.0.2.1\0x", 11)));
}

TEST_CASE("an IPv4 address compares equal however it was read") {
  // inet_pton(3) of a longer IPv6 text must leave nothing behind.
  CHECK(address("192.0.2.1") == address("::ffff:192.0.2.1").unmapped());
  CHECK(address("0.0.0.0").is_wildcard());
  CHECK(address("::").is_wildcard());
  CHECK_FALSE(address("::ffff:0.0.0.0").is_wildcard());
}

TEST_CASE("addresses are ordered by family, then by number") {
  const std::string_view order[] = {
      "0.0.0.0", "9.255.255.255", "10.0.0.0", "192.0.2.1", "::", "::1", "::ffff:10.0.0.1", "2001:db8::", "fe80::1"};
  for (std::size_t i = 1; i < std::size(order); ++i) CHECK(address(order[i - 1]) < address(order[i]));
}

TEST_CASE("a prefix contains what shares its first bits") {
  struct Row {
    std::string_view name;
    std::string_view network;
    unsigned length;
    std::string_view candidate;
    bool contains;
  };
  constexpr Row kRows[] = {
      {"/32", "192.0.2.1", 32, "192.0.2.1", true},
      {"/32, another", "192.0.2.1", 32, "192.0.2.2", false},
      {"/24", "192.0.2.0", 24, "192.0.2.255", true},
      {"/24, the next one", "192.0.2.0", 24, "192.0.3.0", false},
      {"/25, upper half", "192.0.2.128", 25, "192.0.2.128", true},
      {"/25, lower half", "192.0.2.128", 25, "192.0.2.127", false},
      {"/31", "192.0.2.2", 31, "192.0.2.3", true},
      {"/1", "128.0.0.0", 1, "255.0.0.1", true},
      {"/1, the other half", "128.0.0.0", 1, "127.0.0.1", false},
      {"0.0.0.0/0 is every IPv4 address", "0.0.0.0", 0, "203.0.113.9", true},
      {"0.0.0.0/0 is no IPv6 address", "0.0.0.0", 0, "2001:db8::1", false},
      {"0.0.0.0/0 is a v4-mapped address", "0.0.0.0", 0, "::ffff:203.0.113.9", true},
      {"::/0 is every IPv6 address", "::", 0, "2001:db8::1", true},
      {"::/0 is no IPv4 address", "::", 0, "192.0.2.1", false},
      {"::/0 is no v4-mapped address either", "::", 0, "::ffff:192.0.2.1", false},
      {"v4-mapped is un-mapped", "192.0.2.0", 24, "::ffff:192.0.2.7", true},
      {"/64", "2001:db8::", 64, "2001:db8::ffff:1:2:3", true},
      {"/64, the next one", "2001:db8::", 64, "2001:db8:0:1::", false},
      {"/33", "2001:db8:8000::", 33, "2001:db8:ffff::", true},
      {"/33, lower half", "2001:db8:8000::", 33, "2001:db8:7fff::", false},
      {"/128", "2001:db8::1", 128, "2001:db8::1", true},
      {"/128, another", "2001:db8::1", 128, "2001:db8::2", false},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    CHECK(test::prefix(row.network, row.length).contains(address(row.candidate)) == row.contains);
  }
}

TEST_CASE("a prefix contains exactly the addresses that have it") {
  test::Random random(5);
  for (int i = 0; i < 20'000; ++i) {
    const Address base = random.address();
    Address other = random.once_in(2) ? base : random.address();
    if (random.once_in(2)) {
      other.bytes[random.below(address_bits(other.family) / 8U)] ^= static_cast<std::uint8_t>(1U << random.below(8));
    }
    const Address plain = base.unmapped();
    const auto length = static_cast<std::uint8_t>(random.below(address_bits(plain.family) + 1U));
    const Prefix made = prefix_of(plain, length);
    const bool same = other.unmapped().family == plain.family && prefix_of(other.unmapped(), length) == made;
    CAPTURE(to_string(made));
    CAPTURE(to_string(other));
    REQUIRE(made.contains(other) == same);
  }
}

TEST_CASE("a prefix is written with its length and without its host bits") {
  CHECK(to_string(test::prefix("192.0.2.77", 24)) == "192.0.2.0/24");
  CHECK(to_string(test::prefix("2001:db8:1:2:3::4", 64)) == "2001:db8:1:2::/64");
  CHECK(to_string(test::prefix("192.0.2.77", 0)) == "0.0.0.0/0");
}

}  // namespace
}  // namespace tcpstat
