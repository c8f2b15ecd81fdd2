// What is unusual about one row: flags on rows of the real kernel, beside rows that have none.

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <ostream>
#include <thread>

#include "failure.h"
#include "listing.h"
#include "server_under_test.h"

namespace tcpstat::lab {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

/// Longer than any timer that these tests wait for.
constexpr std::chrono::seconds kPatience{5};

/// The flags of one connection's row as netlink or /proc tells it; "?" if there is no such row.
std::string flags_of(const Conversation& conversation, const std::string& source) {
  const std::string port = std::to_string(conversation.remote().port);
  const json rows = list({"-i", "--source", source, "--remote-port", port}).rows();
  if (rows.size() != 1) return "?";
  std::string words;
  for (const json& flag : rows[0]["flags"]) words += (words.empty() ? "" : ",") + flag.get<std::string>();
  return words;
}

/// Waits until they are as expected.
std::string flags_when(const Conversation& conversation, const std::string& source, const std::string& expected,
                       std::chrono::steady_clock::duration patience = kPatience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::string flags = flags_of(conversation, source);
  while (flags != expected && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(50));
    flags = flags_of(conversation, source);
  }
  return flags;
}

TEST_SUITE("flags") {
  TEST_CASE_FIXTURE(ServerUnderTest, "stale: a SYN+ACK that was sent again") {
    Conversations all = arriving(2, visitor(50));
    for (Conversation& one : all) one.send_syn();
    for (const std::string source : kSources) CHECK(flags_of(all[0], source) == "");
    all[1].read_syn();
    all[1].send_ack();
    for (const std::string source : kSources) {
      CAPTURE(source);
      CHECK(flags_when(all[0], source, "stale") == "stale");
      CHECK(flags_of(all[1], source) == "");
    }
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "client-retry: a SYN that was repeated more often than the timer explains") {
    set_sysctl("net.ipv4.tcp_synack_retries", "1");
    set_sysctl("net.ipv4.tcp_invalid_ratelimit", "0");  // else only one of them in 500 ms is answered
    Conversations all = arriving(1, visitor(50));
    all[0].send_syn();
    all[0].repeat_syn();
    CHECK(flags_of(all[0], "netlink") == "stale");
    all[0].repeat_syn();
    CHECK(flags_of(all[0], "netlink") == "stale,client-retry");
    CHECK(flags_of(all[0], "proc") == "");  // it counts timeouts, of which there was none
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "deferred: the client has answered, and TCP_DEFER_ACCEPT waits for data") {
    const int seconds = 30;
    check(::setsockopt(listener().get(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds), "deferring");
    Conversations all = arriving(2, visitor(50));
    for (Conversation& one : all) one.shake_hands();
    all[1].send_data("hello");
    CHECK(flags_of(all[0], "netlink") == "");
    CHECK(flags_when(all[0], "netlink", "deferred") == "deferred");
    CHECK(flags_of(all[1], "netlink") == "");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "not-read: a receive buffer that is full for ten seconds") {
    const int octets = 1 << 15;
    check(::setsockopt(listener().get(), SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets), "setting SO_RCVBUF");
    Conversations all = accepted(2, visitor(50));
    for (int sent = 0; sent < 2 * octets; sent += 1000) all[0].send_data(std::string(1000, 'd'));
    all[1].send_data("hello");
    CHECK(flags_of(all[0], "netlink") == "");
    CHECK(flags_when(all[0], "netlink", "not-read", kPatience + std::chrono::seconds(10)) == "not-read");
    CHECK(flags_of(all[1], "netlink") == "");
  }

  TEST_CASE_FIXTURE(ServerUnderTest,
                    "retransmitting, zero-window, keepalive-unanswered and overdue: peers that do not answer") {
    set_sysctl("net.ipv4.tcp_keepalive_probes", "1");
    Conversations all = accepted(4, visitor(50));
    check(::send(all[0].fd(), "data", 4, 0), "sending");
    all[1].send_ack(0);
    check(::send(all[1].fd(), "data", 4, 0), "sending");
    set_option(all[2], IPPROTO_TCP, TCP_KEEPINTVL, 1);
    set_option(all[2], IPPROTO_TCP, TCP_KEEPIDLE, 1);
    set_option(all[2], IPPROTO_TCP, TCP_KEEPCNT, 9);
    set_option(all[2], SOL_SOCKET, SO_KEEPALIVE, 1);
    for (const std::string source : kSources) {
      CAPTURE(source);
      CHECK(flags_of(all[1], source) == (source == "netlink" ? "zero-window" : ""));  // /proc has no window
      CHECK(flags_of(all[2], source) == "");
    }
    CHECK(flags_when(all[0], "netlink", "retransmitting") == "retransmitting");
    for (const std::string expected : {"keepalive-unanswered", "overdue,keepalive-unanswered"})
      CHECK(flags_when(all[2], "netlink", expected) == expected);
    for (const std::string source : kSources) CHECK(flags_of(all[3], source) == "");
  }
}

}  // namespace
}  // namespace tcpstat::lab
