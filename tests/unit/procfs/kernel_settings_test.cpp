#include "parsers/procfs/kernel_settings.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "support/proc_root.h"

namespace tcpstat::procfs {
namespace {

TEST_CASE("a setting is one number and nothing else") {
  CHECK(setting_value("1\n") == 1);
  CHECK(setting_value("-1\n") == -1);
  CHECK(setting_value(" 4096 \n") == 4096);
  CHECK_FALSE(setting_value(""));
  CHECK_FALSE(setting_value("\n"));
  CHECK_FALSE(setting_value("1 2\n"));
  CHECK_FALSE(setting_value("cubic\n"));
  CHECK_FALSE(setting_value("0x10\n"));
  CHECK_FALSE(setting_value("9223372036854775808\n"));
}

TEST_CASE("a range of ports has a first and a last") {
  const auto range = port_range("32768\t60999\n");
  REQUIRE(range);
  CHECK(range->first == 32768);
  CHECK(range->last == 60999);
  REQUIRE(port_range("7 7"));
  for (const auto* text : {"", "32768", "60999 32768", "0 65536", "1 2 3", "-1 5", "a b"}) {
    CAPTURE(text);
    CHECK_FALSE(port_range(text));
  }
}

TEST_CASE("reserved ports are counted where they lie in the range") {
  struct Case {
    std::string_view list;
    std::optional<std::uint32_t> count;
  };
  for (const Case& row :
       {Case{"\n", 0}, Case{"", 0}, Case{"8080,9148\n", 0}, Case{"30000-33000\n", 233},
        Case{"32768,32770,60999,61000\n", 3}, Case{"0-65535\n", 28232}, Case{"60999-65535", 1},
        Case{"40000,40000-40001,40001", 2}, Case{"40000,", 1}, Case{"40000-", std::nullopt},
        Case{"-40000", std::nullopt}, Case{"50000-40000", std::nullopt}, Case{"65536", std::nullopt},
        Case{"40000;40001", std::nullopt}, Case{"40000 40001", std::nullopt}, Case{",", std::nullopt}}) {
    CAPTURE(row.list);
    CHECK(reserved_ports_in(row.list, {32768, 60999}) == row.count);
  }
}

TEST_CASE("every second port may be reserved") {
  std::string list;
  for (unsigned port = 1; port < 65536; port += 2) list += std::to_string(port) + ",";
  CHECK(reserved_ports_in(list, {0, 65535}) == 32768U);
}

TEST_CASE("uptime is in hundredths of a second") {
  CHECK(uptime_of("6201.35 11034.80\n") == std::chrono::milliseconds(6201350));
  CHECK(uptime_of("0.05 0.00\n") == std::chrono::milliseconds(50));
  for (const auto* text : {"", "6201\n", "6201.\n", "6201.3\n", "6201.345\n", "-1.00\n", "a.bc\n", "1.-1\n"}) {
    CAPTURE(text);
    CHECK_FALSE(uptime_of(text));
  }
}

TEST_CASE("each sysctl of the table is read from its file, whichever struct has it") {
  const test::ProcRoot root;
  std::uint32_t value = 7;
  const auto write = [&](const auto& table) {
    for (const auto& info : table) root.file("sys/" + std::string(info.file), std::to_string(value++) + "\n");
  };
  write(kTimerSettings);
  write(kOtherSettings);
  const KernelSettings settings = read_kernel_settings(root.path(), read_kernel_limits(root.path()));
  const KernelLimits limits = read_kernel_limits(root.path());
  value = 7;
  for (const auto& info : kTimerSettings) {
    CAPTURE(info.key);
    CHECK(settings.*info.member == value);
    CHECK(limits.*info.member == value++);
  }
  for (const auto& info : kOtherSettings) {
    CAPTURE(info.key);
    CHECK(settings.*info.member == value++);
  }
}

TEST_CASE("a list of reserved ports is read whole, however long it is") {
  const test::ProcRoot root;
  root.file("sys/net/ipv4/ip_local_port_range", "1024\t65535\n");
  std::string list;
  for (std::uint32_t port = 10'000; port < 10'400; port += 2) {
    list += (list.empty() ? "" : ",") + std::to_string(port);
    root.file("sys/net/ipv4/ip_local_reserved_ports", list + "\n");
    REQUIRE(read_kernel_settings(root.path(), {}).reserved_ports == (port - 10'000) / 2 + 1);
  }
}

TEST_CASE("what is no number, or too large for a timer, is unknown") {
  const test::ProcRoot root;
  root.file("sys/net/ipv4/tcp_fin_timeout", "sixty\n");
  root.file("sys/net/ipv4/tcp_retries2", "4294967296\n");
  root.file("sys/net/ipv4/tcp_syn_retries", "-1\n");
  const KernelLimits limits = read_kernel_limits(root.path());
  CHECK_FALSE(limits.fin_timeout_s);
  CHECK_FALSE(limits.retries2);
  CHECK_FALSE(limits.syn_retries);
  CHECK_FALSE(limits.synack_retries);
}

}  // namespace
}  // namespace tcpstat::procfs
