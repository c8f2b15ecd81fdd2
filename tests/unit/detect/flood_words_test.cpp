#include "detect/flood_words.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "support/rows.h"

namespace tcpstat::detect {
namespace {

TEST_CASE("numbers have one digit behind the point below ten, and none that is zero") {
  struct Row {
    double value;
    std::string_view text;
  };
  for (const Row& row :
       {Row{0, "0"}, Row{0.04, "0"}, Row{0.05, "0.1"}, Row{1, "1"}, Row{1.04, "1"}, Row{1.25, "1.3"}, Row{9.94, "9.9"},
        Row{9.96, "10"}, Row{10, "10"}, Row{10.4, "10"}, Row{10.5, "11"}, Row{99.9, "100"}, Row{123456, "123456"}}) {
    CAPTURE(row.value);
    CHECK(number(row.value) == row.text);
  }
}

TEST_CASE("what is shown as one a second is one") {
  const auto told = [](double per_s) { return counted_per_second(per_s, "SYN", " is dropped", " are dropped"); };
  CHECK(told(1.04) == "1 SYN a second is dropped");
  CHECK(told(0.96) == "1 SYN a second is dropped");
  CHECK(told(1.06) == "1.1 SYNs a second are dropped");
}

TEST_CASE("ports are told as ranges, and of many the first") {
  CHECK(ports_text({}) == "");
  CHECK(ports_text({443}) == "443");
  CHECK(ports_text({81, 80}) == "80, 81");
  CHECK(ports_text({8002, 8000, 8001, 443, 443}) == "443, 8000–8002");
  CHECK(ports_text({1, 3, 5, 7, 9, 11, 13, 15, 16}) == "1, 3, 5, 7, 9, 11 and 3 more");
}

TEST_CASE("six ranges of ports are told, and a seventh is counted") {
  CHECK(ports_text({1, 3, 5, 7, 9, 11, 12, 13}) == "1, 3, 5, 7, 9, 11–13");
  CHECK(ports_text({1, 3, 5, 7, 9, 11, 13}) == "1, 3, 5, 7, 9, 11 and 1 more");
  CHECK(ports_text({65535, 65534, 65533, 1}) == "1, 65533–65535");
}

TEST_CASE("a queue is told with its room, where that is known") {
  Measurements signals;
  signals.half_open = 20;
  CHECK(queue_text(signals) == ", 20 half-open");
  signals.limit = 129;
  CHECK(queue_text(signals) == ", queue 20 of 129");
  signals.half_open = 128;
  CHECK(queue_text(signals) == ", queue 128 of 129");
  signals.half_open = 129;
  CHECK(queue_text(signals) == ", queue full (129, room for 129)");
  signals.half_open = 131;
  CHECK(queue_text(signals) == ", queue full (131, room for 129)");
}

TEST_CASE("commands are about the port of the listener, and about the families that it takes") {
  struct Row {
    std::string_view address;  ///< empty: the host
    std::string_view syns;
    std::string_view resets;
  };
  constexpr std::string_view kSyn = "tcp[tcpflags] & 0x12 == tcp-syn";
  constexpr std::string_view kSyn6 = "ip6[6] == 6 and ip6[53] & 0x12 == 2";
  constexpr std::string_view kReset = "tcp[tcpflags] & tcp-rst != 0";
  constexpr std::string_view kReset6 = "ip6[6] == 6 and ip6[53] & 4 != 0";
  const auto either = [](std::string_view ipv4, std::string_view ipv6) {
    return "(" + std::string(ipv4) + " or (" + std::string(ipv6) + "))";
  };
  const std::string both_syn = either(kSyn, kSyn6);
  const std::string both_reset = either(kReset, kReset6);
  for (const Row& row :
       {Row{"0.0.0.0", kSyn, kReset}, Row{"192.0.2.1", kSyn, kReset}, Row{"2001:db8::1", kSyn6, kReset6},
        Row{"::", both_syn, both_reset}, Row{"", both_syn, both_reset}}) {
    CAPTURE(row.address);
    SynInput input;
    SynListener listener;
    ListenerView view = host_view(input);
    if (!row.address.empty()) {
      listener.local = test::endpoint(row.address, 8443);
      view.now = &listener;
    }
    Assessment one;
    one.of = &view;
    const std::string port = row.address.empty() ? "" : "dst port 8443 and ";
    CHECK(syn_packets_command(one) == "tcpdump -nni any -c 100 '" + port + std::string(row.syns) + "'");
    CHECK(reset_packets_command(one) == "tcpdump -nni any -c 100 '" + port + std::string(row.resets) + "'");
    const std::string option = row.address.empty() ? "" : " --local-port 8443";
    CHECK(port_words(one) == option);
    CHECK(list_command(one) == "tcpstat -s SYN_RECV" + option);
  }
}

}  // namespace
}  // namespace tcpstat::detect
