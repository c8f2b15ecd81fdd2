// Hosts and ports: filter/expression_ends.cpp.

#include <doctest/doctest.h>

#include <memory>
#include <ostream>
#include <string>

#include "filter/expression_values.h"
#include "filter/parsed.h"

namespace tcpstat::filter {
namespace {

using test::parsed;
using test::refused;
using test::said;

const ExpressionWords kServices = [] {
  ExpressionWords words;
  words.service_port = [](std::string_view name) {
    return name == "http-alt" ? std::optional<std::uint16_t>(8080) : std::nullopt;
  };
  words.prefixes_of = [](const std::string& file) -> PrefixesOrWhy {
    if (file == "bad") return tl::make_unexpected(std::string("cannot read bad"));
    return std::make_shared<const PrefixSet>(std::vector<Prefix>());
  };
  return words;
}();

TEST_CASE("a zone is the device that the socket is bound to, wherever ss and others write it") {
  Connection row = test::connection(State::established, test::endpoint("fe80::1", 8000), test::endpoint("fe80::2", 4));
  row.interface = 7;
  for (const std::string_view text :
       {"src fe80::1%v0", "src [fe80::1%v0]", "src [fe80::1%v0]:8000", "src [fe80::1]%v0:8000", "dst fe80::2%v0",
        "src *%v0:8000", "src *%v0", "src %v0", "src fe80::1%7", "src [fe80::%v0]/10:8000", "src fe80::%v0/10"}) {
    CAPTURE(text);
    CHECK(said(text, row) == Truth::yes);
  }
  for (const std::string_view text : {"src fe80::1%v1", "src fe80::2%v0", "src [fe80::1%v0]:80", "src %v1"}) {
    CAPTURE(text);
    CHECK(said(text, row) == Truth::no);
  }
  for (const std::string_view text : {"src fe80::1%", "src [fe80::1%]:80", "src %", "src fe80::x%v0"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_expression(text, {}));
  }
}

TEST_CASE("an end is a family, an address, a prefix, a port, or some of them") {
  struct Row {
    std::string_view text;
    std::string_view tree;
  };
  const Row rows[] = {
      {"192.0.2.1", "src 192.0.2.1/32"},
      {"192.0.2.1:80", "src 192.0.2.1/32 and sport = 80"},
      {"192.0.2.1:", "src 192.0.2.1/32"},
      {"192.0.2.1:*", "src 192.0.2.1/32"},
      {"192.0.2.0/24", "src 192.0.2.0/24"},
      {"192.0.2.129/24:80", "src 192.0.2.0/24 and sport = 80"},
      {"10/8", "src 10.0.0.0/8"},
      {"10.1/16", "src 10.1.0.0/16"},
      {"10.1.2/24", "src 10.1.2.0/24"},
      {"0.0.0.0/0", "src 0.0.0.0/0"},
      {"192.0.2.1/32", "src 192.0.2.1/32"},
      {"10.0.0.0/255.0.0.0", "src 10.0.0.0/8"},
      {"10.0.0.0/0.0.0.0", "src 0.0.0.0/0"},
      {"10.0.0.1/255.255.255.255", "src 10.0.0.1/32"},
      {"::1", "src [::1/128]"},
      {"2001:db8::/32", "src [2001:db8::/32]"},
      {"2001:db8::/32:80", "src [2001:db8::/32] and sport = 80"},
      {"[2001:db8::1]", "src [2001:db8::1/128]"},
      {"[2001:db8::1]:80", "src [2001:db8::1/128] and sport = 80"},
      {"[2001:db8::]/32:80", "src [2001:db8::/32] and sport = 80"},
      {"[2001:db8::/32]:80", "src [2001:db8::/32] and sport = 80"},
      {"[2001:db8::]/32", "src [2001:db8::/32]"},
      {"[::]/0", "src [::/0]"},
      {"[192.0.2.1]:80", "src 192.0.2.1/32 and sport = 80"},
      {"*", "src any"},
      {"*:80", "sport = 80"},
      {"*:*", "src any"},
      {":80", "sport = 80"},
      {":80,443", "sport = 80 or sport = 443"},
      {":", "src any"},
      {"any", "src any"},
      {"all", "src any"},
      {"default", "src any"},
      {"any:80", "sport = 80"},
      {"default:80-90", "sport = 80-90"},
      {":http-alt", "sport = 8080"},
      {"inet:", "family ipv4"},
      {"inet6:", "family ipv6"},
      {"inet:10/8", "family ipv4 and src 10.0.0.0/8"},
      {"inet6:10/8", "family ipv6 and src 10.0.0.0/8"},
      {"inet6:[::1]:80", "family ipv6 and src [::1/128] and sport = 80"},
      {"inet::80", "family ipv4 and sport = 80"},
      {"@nets", "src @nets"},
      {"inet:@nets", "family ipv4 and src @nets"},
      {"@nets%x/y:1", "src @nets%x/y:1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const std::string text(row.text);
    CHECK(to_string(parsed("src " + text, kServices)) == row.tree);
    std::string remote(row.tree);
    for (std::size_t at = 0; (at = remote.find("src ", at)) != std::string::npos;) remote.replace(at, 4, "dst ");
    for (std::size_t at = 0; (at = remote.find("sport", at)) != std::string::npos;) remote.replace(at, 5, "dport");
    if (row.tree != "src any") CHECK(to_string(parsed("dst " + text, kServices)) == remote);
  }
}

TEST_CASE("why an end is none") {
  constexpr std::string_view kHost =
      "(an address, not a host name: 192.0.2.1, 10/8, 192.0.2.0/24:443, [2001:db8::]/32:443, :443)";
  struct Row {
    std::string_view text;
    std::string_view why;
    bool hosts = false;
  };
  const Row rows[] = {
      {"example.org", "unknown address \"example.org\"", true},
      {"fe80::1%", "unknown address \"fe80::1%\"", true},
      {"1.2.3.4.5/8", "unknown address \"1.2.3.4.5/8\"", true},
      {"/8", "unknown address \"/8\"", true},
      {"[]", "unknown address \"[]\"", true},
      {"[::1", "the bracket of \"[::1\" is not closed"},
      {"10", "the address \"10\" is not whole (write 10/8 or 10.0.0.0)"},
      {"10:80", "the address \"10:80\" is not whole (write 10/8 or 10.0.0.0)"},
      {"10.1", "the address \"10.1\" is not whole (write 10.1/16 or 10.1.0.0)"},
      {"10.1.2", "the address \"10.1.2\" is not whole (write 10.1.2/24 or 10.1.2.0)"},
      {"192.0.2.1/33", "bad prefix length in \"192.0.2.1/33\" (0 to 32)"},
      {"192.0.2.1/", "bad prefix length in \"192.0.2.1/\" (0 to 32)"},
      {"192.0.2.1/x", "bad prefix length in \"192.0.2.1/x\" (0 to 32)"},
      {"192.0.2.1/8x", "bad prefix length in \"192.0.2.1/8x\" (0 to 32)"},
      {"192.0.2.1/255.0.255.0", "bad prefix length in \"192.0.2.1/255.0.255.0\" (0 to 32)"},
      {"192.0.2.1/::", "bad prefix length in \"192.0.2.1/::\" (0 to 32)"},
      {"[::1]/129", "bad prefix length in \"[::1]/129\" (0 to 128)"},
      {"[::1]/255.0.0.0", "bad prefix length in \"[::1]/255.0.0.0\" (0 to 128)"},
      {"2001:db8::1:80",
       "the end of \"2001:db8::1:80\" may be a port or part of the address (with a port: [2001:db8::1]:80; without: "
       "[2001:db8::1:80])"},
      {"inet:::1", "inet: is for IPv4, and \"::1\" is an IPv6 address (leave out inet:)"},
      {"unix:x", "there are no unix: sockets among those of TCP"},
      {"link:x", "there are no link: sockets among those of TCP"},
      {"netlink:x", "there are no netlink: sockets among those of TCP"},
      {"vsock:x", "there are no vsock: sockets among those of TCP"},
      {"@bad", "cannot read bad"},
      {"192.0.2.1:x", "unknown port \"x\" (a number from 0 to 65535, or a name of /etc/services)"},
      {"[::1]:x", "unknown port \"x\" (a number from 0 to 65535, or a name of /etc/services)"},
      {"*:70000", "bad port \"70000\" (a number from 0 to 65535)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const std::string why = "4: " + std::string(row.why) + (row.hosts ? " " + std::string(kHost) : "");
    CHECK(refused("dst " + std::string(row.text), kServices) == why);
  }
  CHECK(refused("src @nets") == "4: unknown address \"@nets\" " + std::string(kHost));
}

TEST_CASE("ports are numbers, services, ranges and lists") {
  struct Row {
    std::string_view text;
    std::string_view tree;
  };
  const Row rows[] = {
      {"= 0", "sport = 0"},
      {"= 65535", "sport = 65535"},
      {"= :80", "sport = 80"},
      {"= [80]", "sport = 80"},
      {"= 0x50", "sport = 80"},
      {"= inet:80", "family ipv4 and sport = 80"},
      {"= inet6::80", "family ipv6 and sport = 80"},
      {"= *", "src any"},
      {"= :", "src any"},
      {"= 80-90", "sport = 80-90"},
      {"= 80-80", "sport = 80"},
      {"= 80-", "sport = 80-65535"},
      {"= http-alt", "sport = 8080"},
      {"= 80,http-alt,9000-", "sport = 80 or sport = 8080 or sport = 9000-65535"},
      {"= 80-http-alt", "sport = 80-8080"},
      {"< 80", "sport = 0-79"},
      {"< 1", "sport = 0"},
      {"< 0", "not src any"},
      {"<= 80", "sport = 0-80"},
      {"> 80", "sport = 81-65535"},
      {"> 65535", "not src any"},
      {"> 65534", "sport = 65535"},
      {">= 80", "sport = 80-65535"},
      {">= inet:80", "family ipv4 and sport = 80-65535"},
      {">= http-alt", "sport = 8080-65535"},
      {"!= 80", "not sport = 80"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(to_string(parsed("sport " + std::string(row.text), kServices)) == row.tree);
  }
}

TEST_CASE("why a port is none") {
  struct Row {
    std::string_view text;
    std::string_view why;
  };
  constexpr std::string_view kRemedy = "(a number from 0 to 65535, or a name of /etc/services)";
  const Row rows[] = {
      {"= 65536", "8: bad port \"65536\" (a number from 0 to 65535)"},
      {"= 99999999999999999999", "8: bad port \"99999999999999999999\" (a number from 0 to 65535)"},
      {"= 0x", "8: bad port \"0x\" (a number from 0 to 65535)"},
      {"= 0x10000", "8: bad port \"0x10000\" (a number from 0 to 65535)"},
      {"= 0x5g", "8: bad port \"0x5g\" (a number from 0 to 65535)"},
      {"= 010", "8: the port \"010\" begins with 0, which ss takes for octal (write 10)"},
      {"= 00", "8: the port \"00\" begins with 0, which ss takes for octal (write 0)"},
      {"= 90-80", "8: the port range \"90-80\" ends before it begins"},
      {"= 80-90-95", "8: unknown port \"90-95\" "},
      {"= 80-x", "8: unknown port \"x\" "},
      {"= -80", "8: unknown port \"-80\" "},
      {"= 80]", "8: unknown port \"80]\" "},
      {"= [80", "8: unknown port \"[80\" "},
      {"= 80,", "8: unknown port \"\" "},
      {"= ,80", "8: unknown port \"\" "},
      {"= unix:80", "8: there are no unix: sockets among those of TCP"},
      {"> *", "8: \"*\" is any port, which no port is less or greater than (a number)"},
      {"> :", "8: \":\" is any port, which no port is less or greater than (a number)"},
      {"> 80-90", "8: unknown port \"80-90\" "},
      {"< x", "8: unknown port \"x\" "},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const std::string why = std::string(row.why) + (row.why.ends_with(' ') ? std::string(kRemedy) : "");
    CHECK(refused("sport " + std::string(row.text), kServices) == why);
  }
}

TEST_CASE("a zone is cut out of an end") {
  struct Row {
    std::string_view text;
    std::string_view end;
    std::optional<DeviceTest> device;
  };
  const Row rows[] = {
      {"fe80::1", "fe80::1", {}},
      {"fe80::1%v0", "fe80::1", DeviceTest{"v0", 0}},
      {"fe80::1%7", "fe80::1", DeviceTest{"", 7}},
      {"fe80::1%7x", "fe80::1", DeviceTest{"7x", 0}},
      {"[fe80::1%v0]:80", "[fe80::1]:80", DeviceTest{"v0", 0}},
      {"[fe80::1]%v0:80", "[fe80::1]:80", DeviceTest{"v0", 0}},
      {"fe80::%v0/10", "fe80::/10", DeviceTest{"v0", 0}},
      {"%v0", "", DeviceTest{"v0", 0}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto zoned = without_zone(row.text);
    REQUIRE(zoned);
    CHECK(zoned->end == row.end);
    CHECK(zoned->device == row.device);
  }
  for (const std::string_view text : {"%", "fe80::1%", "[fe80::1%]", "fe80::1%/10", "*%:80"}) {
    CAPTURE(text);
    CHECK_FALSE(without_zone(text));
  }
}

}  // namespace
}  // namespace tcpstat::filter
