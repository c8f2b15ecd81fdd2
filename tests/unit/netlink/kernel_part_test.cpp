#include "parsers/netlink/kernel_part.h"

#include <doctest/doctest.h>

#include <memory>
#include <ostream>
#include <string>

#include "filter/parsed.h"
#include "support/rows.h"

namespace tcpstat::netlink::inet_diag {
namespace {

using filter::Expression;
using filter::Filter;

Filter filter_of(std::string_view text, StateSet states = {State::established}) {
  Filter out;
  out.states = states;
  out.expression = std::make_shared<const Expression>(test::parsed(text));
  return out;
}

struct KernelRow {
  std::string_view text;
  std::string_view kernel;
};

TEST_CASE("the kernel is asked for ends, families, devices and marks, and for no more") {
  for (const KernelRow& row : {KernelRow{"", "src any"},
                               KernelRow{"family ipv6", "family ipv6"},
                               KernelRow{"family ipv4", "not family ipv6"},
                               KernelRow{"not family ipv4", "family ipv6"},
                               KernelRow{"fwmark 5", "fwmark = 0x5/0xffffffff"},
                               KernelRow{"not fwmark 5", "not fwmark = 0x5/0xffffffff"},
                               KernelRow{"dev 7", "dev = 7"},
                               KernelRow{"not dev 0", "not dev = 0"},
                               KernelRow{"dev eth0", "src any"},
                               KernelRow{"not dev eth0", "src any"},
                               KernelRow{"sport = 80", "sport = 80"},
                               KernelRow{"dport = 80", "dport = 80"},
                               KernelRow{"src 10/8", "src 10.0.0.0/8"},
                               KernelRow{"not dst 10/8", "not dst 10.0.0.0/8"},
                               KernelRow{"uid 5", "src any"},
                               KernelRow{"not uid 5", "src any"},
                               KernelRow{"state listen", "src any"},
                               KernelRow{"sport = 80 and uid 5", "sport = 80"},
                               KernelRow{"sport = 80 or uid 5", "src any"},
                               KernelRow{"not (sport = 80 or uid 5)", "not sport = 80"},
                               KernelRow{"not (sport = 80 and uid 5)", "src any"},
                               KernelRow{"uid 5 and (uid 6 or sport = 80)", "src any"},
                               KernelRow{"sport = 80 and not (dport = 5 and not uid 5)", "sport = 80"},
                               KernelRow{"sport = 80 or dport < 0", "sport = 80"},
                               KernelRow{"sport = 80 and dport < 0", "not src any"},
                               KernelRow{"not (uid 5 or sport = 80) and dport = 9", "not sport = 80 and dport = 9"}}) {
    CAPTURE(row.text);
    CHECK(to_string(kernel_part(filter_of(row.text), Wanted::matches)) == row.kernel);
  }
}

TEST_CASE("the oldest kernels take neither devices nor marks") {
  for (const KernelRow& row :
       {KernelRow{"fwmark 5", "src any"}, KernelRow{"dev 7", "src any"}, KernelRow{"not dev 7", "src any"},
        KernelRow{"dev 7 and sport = 80", "sport = 80"}, KernelRow{"family ipv6", "family ipv6"}}) {
    CAPTURE(row.text);
    CHECK(to_string(kernel_part(filter_of(row.text), Wanted::matches, KernelTests::oldest)) == row.kernel);
  }
}

TEST_CASE("a CLOSE row has no peer, whatever the kernel still holds of it") {
  for (const KernelRow& row :
       {KernelRow{"dport = 80", "dport = 80"}, KernelRow{"dport = 0", "src any"}, KernelRow{"dport < 80", "src any"},
        KernelRow{"not dport = 80", "src any"}, KernelRow{"not dport = 0", "not dport = 0"},
        KernelRow{"dst 10/8", "dst 10.0.0.0/8"}, KernelRow{"dst 0.0.0.0/0", "src any"},
        KernelRow{"dst [::]/64", "src any"}, KernelRow{"not dst 10/8", "src any"},
        KernelRow{"not dst [::]/0", "not dst [::/0]"}, KernelRow{"sport = 0", "sport = 0"},
        KernelRow{"not src 10/8", "not src 10.0.0.0/8"}, KernelRow{"dev 7", "dev = 7"}}) {
    CAPTURE(row.text);
    CHECK(to_string(kernel_part(filter_of(row.text, {State::established, State::close}), Wanted::matches)) ==
          row.kernel);
  }
  CHECK(to_string(kernel_part(filter_of("dport = 0"), Wanted::matches)) == "dport = 0");
}

TEST_CASE("half-opens of a listener are asked for by what they share with it") {
  for (const KernelRow& row :
       {KernelRow{"sport = 80", "sport = 80"},
        KernelRow{"dport = 80", "dport = 80"},
        KernelRow{"dport = 0", "src any"},
        KernelRow{"src 10/8", "src 10.0.0.0/8"},
        KernelRow{"dst 10/8", "dst 10.0.0.0/8"},
        KernelRow{"src 0.0.0.0/8", "src any"},
        KernelRow{"src [::1]", "src any"},
        KernelRow{"src [2001:db8::]/32", "src [2001:db8::/32]"},
        KernelRow{"dst [::ffff:10.0.0.0]/104", "src any"},
        KernelRow{"not src 10/8", "src any"},
        KernelRow{"not sport = 80", "not sport = 80"},
        KernelRow{"not dport = 80", "src any"},
        KernelRow{"dev 7", "dev = 7"},
        KernelRow{"dev 0", "src any"},
        KernelRow{"not dev 7", "src any"},
        KernelRow{"dev eth0", "src any"},
        KernelRow{"fwmark 5", "src any"},
        KernelRow{"family ipv6", "src any"},
        KernelRow{"sport = 80 and fwmark 5", "( sport = 80 and fwmark = 0x5/0xffffffff ) or sport = 80"},
        KernelRow{"sport = 80 and dport = 9", "sport = 80 and dport = 9"},
        KernelRow{"uid 5", "src any"}}) {
    CAPTURE(row.text);
    CHECK(to_string(kernel_part(filter_of(row.text), Wanted::and_half_opens)) == row.kernel);
  }
  CHECK(to_string(kernel_part(filter_of("dev 7"), Wanted::and_half_opens, KernelTests::oldest)) == "src any");
}

std::string some_ports(std::size_t count, std::string_view between) {
  std::string out;
  for (std::size_t i = 1; i <= count; ++i) out += (i > 1 ? std::string(between) : "") + "sport = " + std::to_string(i);
  return out;
}

TEST_CASE("of more tests than pay some are enough where all must hold, and none elsewhere") {
  const auto kernel = [](const std::string& text) { return to_string(kernel_part(filter_of(text), Wanted::matches)); };
  CHECK(kernel(some_ports(kMostTests, " or ")) == some_ports(kMostTests, " or "));
  CHECK(kernel(some_ports(kMostTests + 1, " or ")) == "src any");
  CHECK(kernel(some_ports(kMostTests, " and ")) == some_ports(kMostTests, " and "));
  CHECK(kernel(some_ports(kMostTests + 1, " and ")) == some_ports(kMostTests, " and "));
  CHECK(kernel("not (" + some_ports(kMostTests + 1, " and ") + ")") == "src any");
  CHECK(kernel("not (" + some_ports(kMostTests + 1, " or ") + ")") == "src any");
  CHECK(kernel("dport = 9 and (" + some_ports(kMostTests, " or ") + ")") == "dport = 9");
}

TEST_CASE("options are a part of the filter, but match no CLOSE row by a remote end") {
  Filter options;
  options.states = {State::established, State::close};
  options.local = {{test::prefix("10.0.0.0", 8), std::nullopt}, {std::nullopt, filter::PortRange{80, 80}}};
  CHECK(to_string(kernel_part(options, Wanted::matches)) == "src 10.0.0.0/8 or sport = 80");
  options.remote = {{test::prefix("192.0.2.0", 24), filter::PortRange{5, 6}}};
  CHECK(to_string(kernel_part(options, Wanted::matches)) ==
        "( src 10.0.0.0/8 or sport = 80 ) and dst 192.0.2.0/24 and dport = 5-6");
  options.local.clear();
  options.remote.clear();
  options.ports = {{1, 2}};
  CHECK(to_string(kernel_part(options, Wanted::matches)) == "sport = 1-2 or dport = 1-2");
  options.ports.clear();
  options.local_ports = {{1, 1}, {3, 3}};
  CHECK(to_string(kernel_part(options, Wanted::matches)) == "sport = 1 or sport = 3");
  options.remote_ports = {{0, 9}};
  CHECK(to_string(kernel_part(options, Wanted::matches)) == "( sport = 1 or sport = 3 ) and dport = 0-9");
  options.expression = std::make_shared<const Expression>(test::parsed("dport = 0"));
  CHECK(to_string(kernel_part(options, Wanted::matches)) == "( sport = 1 or sport = 3 ) and dport = 0-9");
}

unsigned index_of_device(const char* name) { return std::string_view(name) == "eth0" ? 3 : 0; }

TEST_CASE("devices become indexes wherever they stand, and names where there is no such device") {
  for (const KernelRow& row :
       {KernelRow{"dev eth0", "dev = 3"}, KernelRow{"dev eth1", "dev = eth1"}, KernelRow{"dev 7", "dev = 7"},
        KernelRow{"dev if7", "dev = 7"}, KernelRow{"not dev eth0", "not dev = 3"},
        KernelRow{"sport = 1 and dev eth0", "sport = 1 and dev = 3"},
        KernelRow{"sport = 1 or not (dev eth0 and dev eth1)", "sport = 1 or not ( dev = 3 and dev = eth1 )"},
        KernelRow{"", "src any"}}) {
    CAPTURE(row.text);
    CHECK(to_string(with_device_indexes(test::parsed(row.text), index_of_device)) == row.kernel);
  }
}

}  // namespace
}  // namespace tcpstat::netlink::inet_diag
