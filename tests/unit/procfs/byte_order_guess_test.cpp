#include "parsers/procfs/byte_order_guess.h"

#include <doctest/doctest.h>

#include <ostream>

#include "parsers/procfs/proc_net_tcp.h"
#include "support/fixtures.h"
#include "support/rows.h"

namespace tcpstat::procfs {
namespace {

ByteOrderGuess guess_of(std::string_view text) {
  ByteOrderGuess guess;
  for (const std::string& line : test::lines_of(text)) {
    const auto row = proc_net_tcp::decode(line, proc_net_tcp::LineEnd::complete, {});
    if (const auto* connection = std::get_if<Connection>(&row)) guess.see(*connection);
    if (const auto* listener = std::get_if<Listener>(&row)) guess.see(*listener);
  }
  return guess;
}

TEST_CASE("addresses that make sense in one byte order only tell which host wrote a file") {
  struct Row {
    const char* name;
    std::string text;
    std::endian order;
  };
  const auto v6 = [](std::string_view address) {
    return "   0: " + std::string(address) + ":0016 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 1 1 0\n";
  };
  const Row rows[] = {
      {"big-endian IPv4", test::fixture("written/big-endian-tcp"), std::endian::big},
      {"Android", test::fixture("written/android-tcp"), std::endian::little},
      {"both families", test::fixture("written/both-families"), std::endian::little},
      {"recorded here", test::fixture("recorded/tcp"), std::endian::native},
      {"big-endian ::1", v6("00000000000000000000000000000001"), std::endian::big},
      {"little-endian ::1", v6("00000000000000000000000001000000"), std::endian::little},
      {"big-endian v4-mapped", v6("00000000000000000000FFFFC0000201"), std::endian::big},
      {"little-endian v4-mapped", v6("0000000000000000FFFF0000010200C0"), std::endian::little},
      {"nothing tells", v6("00000000000000000000000000000000"), std::endian::native},
      {"empty", "", std::endian::native},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK((guess_of(row.text).order() == row.order));
  }
}

/// Words of addresses as this host prints them.
std::string row_of(std::string_view local, std::string_view remote, std::string_view state) {
  return "   0: " + std::string(local) + ":0050 " + std::string(remote) + ":9C40 " + std::string(state) +
         " 0:0 0:0 0 0 0 1 1 0\n";
}

constexpr std::endian kOther = std::endian::native == std::endian::little ? std::endian::big : std::endian::little;
constexpr std::string_view kLoopback = std::endian::native == std::endian::little ? "0100007F" : "7F000001";
constexpr std::string_view kReversed = std::endian::native == std::endian::little ? "7F000001" : "0100007F";

TEST_CASE("remote ends are chosen by strangers and tell nothing") {
  std::string text = row_of(kLoopback, "00000000", "0A");
  for (int i = 0; i < 100; ++i) text += row_of("0A0200C0", kReversed, "03");
  CHECK((guess_of(text).order() == std::endian::native));
  CHECK_FALSE(guess_of(text).is_contradictory());
  CHECK((guess_of(row_of("0A0200C0", kReversed, "01")).order() == std::endian::native));
}

TEST_CASE("an address counts once, and listeners before the rest, whose local ends an interceptor's clients choose") {
  std::string text = row_of(kLoopback, "00000000", "0A");
  for (int i = 0; i < 100; ++i) text += row_of(kReversed, "076433C6", "01");
  CHECK((guess_of(text).order() == std::endian::native));
  CHECK_FALSE(guess_of(text).is_contradictory());
  CHECK((guess_of(row_of(kReversed, "076433C6", "01")).order() == kOther));
}

TEST_CASE("listeners that contradict each other leave this host's order, and a warning that names the option") {
  const auto guess = guess_of(row_of(kLoopback, "00000000", "0A") + row_of(kReversed, "00000000", "0A"));
  CHECK((guess.order() == std::endian::native));
  CHECK(guess.is_contradictory());
  CHECK(byte_order_warning(guess, "x").find("--byte-order") != std::string::npos);
  CHECK(byte_order_warning(guess_of(row_of(kLoopback, "00000000", "0A")), "x").empty());
}

TEST_CASE("reversing the words twice gives the address back") {
  for (const char* text : {"192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "::"}) {
    const Address address = test::address(text);
    CHECK(in_other_order(in_other_order(address)) == address);
  }
  CHECK(in_other_order(test::address("192.0.2.1")) == test::address("1.2.0.192"));
}

}  // namespace
}  // namespace tcpstat::procfs
