// Each pile-up that programs of this host cause, made for real: quiet while it is young, told when it lasts, and quiet
// again when the program does its work.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ostream>
#include <thread>

#include "counters.h"
#include "failure.h"
#include "server_under_test.h"

namespace tcpstat::lab {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kFin = 1;  // octets that a FIN takes

const Address kPeer = visitor(50);

std::string this_program() { return "lab_test(" + std::to_string(::getpid()) + ")"; }

void read_all(const Conversation& conversation) {
  std::array<char, 4096> buffer;
  while (::recv(conversation.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
  }
}

bool mentions(const CheckOutcome& said, const std::string& text) {
  return said.message.find(text) != std::string::npos;
}

/// Closed here, then by the peer: TIME_WAIT.
void finish(Conversation& conversation) {
  conversation.close();
  conversation.acknowledge(kFin);
  conversation.send_fin();
}

TEST_SUITE("diagnoses") {
  TEST_CASE_FIXTURE(ServerUnderTest, "half-close-held: shut down for writing, kept, and the peer does not close") {
    Conversations all = accepted(10, kPeer);
    for (Conversation& one : all) {
      check(::shutdown(one.fd(), SHUT_WR), "shutting down");
      one.acknowledge(kFin);
      one.send_ack();
    }
    CHECK(check_outcome("half-close-held").status == "OK");
    const CheckOutcome said = complaint("half-close-held", {"--threshold", "half-close-held.age_s=1"});
    CHECK(said.status == "WARNING");
    CHECK(said.subject == this_program());
    CHECK(said.evidence.value("half_closed", 0) == 10);
    for (Conversation& one : all) one.send_data("late");
    CHECK(check_outcome("half-close-held", {"--threshold", "half-close-held.age_s=1"}).status == "OK");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "not-reading: data that the program leaves, until its receive buffer is full") {
    const int octets = 1 << 15;
    check(::setsockopt(listener().get(), SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets), "setting SO_RCVBUF");
    Conversations all = accepted(2, kPeer);
    for (Conversation& one : all) one.send_data("hello");
    std::this_thread::sleep_for(milliseconds(1200));
    CHECK(check_outcome("not-reading").status == "OK");
    for (int sent = 0; sent < 2 * octets; sent += 1000) all[0].send_data(std::string(1000, 'd'));
    const std::vector<std::string> soon = {"--threshold", "not-reading.full_age_s=1"};
    CHECK(check_outcome("not-reading", soon).status == "OK");
    const CheckOutcome said = complaint("not-reading", soon);
    CHECK(said.status == "WARNING");
    CHECK(said.subject == this_program());
    CHECK(said.evidence.value("connections_not_read", 0) == 1);
    CHECK(mentions(said, "fills the receive buffer"));
    // By bytes alone it would not be full.
    CHECK(said.evidence.value("unread_of_all", 0) < 0.8 * 2 * octets);
    read_all(all[0]);
    CHECK(check_outcome("not-reading", soon).status == "OK");
    CHECK(check_outcome("not-reading", {"--threshold", "not-reading.age_s=1"}).status == "WARNING");
    read_all(all[1]);
    CHECK(check_outcome("not-reading", {"--threshold", "not-reading.age_s=1"}).status == "OK");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "close-wait-leak: the end was read, and the socket kept") {
    const std::vector<std::string> soon = {"--threshold", "close-wait-leak.age_s=1"};
    Conversations all = accepted(10, kPeer);
    for (Conversation& one : all) {
      one.send_fin();
      read_all(one);
    }
    CHECK(check_outcome("close-wait-leak", soon).status == "OK");
    const CheckOutcome said = complaint("close-wait-leak", soon);
    CHECK(said.status == "WARNING");
    CHECK(said.subject == this_program());
    CHECK(said.evidence.value("close_wait_read", 0) == 10);
    CHECK(check_outcome("close-wait-not-read", {"--threshold", "close-wait-not-read.age_s=1"}).status == "OK");
    all.clear();
    CHECK(check_outcome("close-wait-leak", soon).status == "OK");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "close-wait-not-read: the end came, and nobody reads it") {
    const std::vector<std::string> soon = {"--threshold", "close-wait-not-read.age_s=1"};
    Conversations all = accepted(10, kPeer);
    for (Conversation& one : all) one.send_fin();
    CHECK(check_outcome("close-wait-not-read", soon).status == "OK");
    const CheckOutcome said = complaint("close-wait-not-read", soon);
    CHECK(said.status == "WARNING");
    CHECK(said.subject == this_program());
    CHECK(said.evidence.value("close_wait_unread", 0) == 10);
    for (Conversation& one : all) read_all(one);
    CHECK(check_outcome("close-wait-not-read", soon).status == "OK");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "accept-queue-full: the listener that dropped between two samples is named") {
    const std::string own = TunPeer::local(Family::ipv4).text() + ":" + std::to_string(kPort);
    const auto accept_all = [&] {
      while (Handle(::accept4(listener().get(), nullptr, nullptr, SOCK_CLOEXEC)).valid()) {
      }
    };
    check(::fcntl(listener().get(), F_SETFL, O_NONBLOCK), "not waiting in accept(2)");
    // Without cookies two SYNs fill the SYN queue of a backlog of 1: drops, and no overflow.
    set_sysctl("net.ipv4.tcp_syncookies", "0");
    check(::listen(listener().get(), 1), "listening");
    Conversations flood = arriving(8, visitor(51));
    const auto drown = [&] {
      for (Conversation& one : flood) one.send_syn();
    };
    const Counters before = read_counters();
    CHECK(check_outcome_around("accept-queue-full", drown).status == "OK");
    Counters grown = read_counters() - before;
    CHECK(grown["TcpExt.ListenDrops"] == 6);
    CHECK(grown["TcpExt.ListenOverflows"] == 0);
    for (Conversation& one : flood) one.send_rst();

    Conversations burst = arriving(5, kPeer);
    const auto rush = [&] {
      for (Conversation& one : burst) {
        one.send_syn();
        if (&one > &burst[1]) continue;  // the queue holds one more than its limit
        one.read_syn();
        one.send_ack();
      }
    };
    const auto rush_and_accept = [&] {
      rush();
      accept_all();
    };
    const CheckOutcome passed = check_outcome_around("accept-queue-full", rush_and_accept);
    CHECK(passed.status == "WARNING");
    CHECK(passed.subject == own);
    CHECK(passed.evidence.value("listen_overflows", 0) == 3);
    CHECK(passed.evidence.value("listener_drops", 0) == 3);
    CHECK(check_outcome("accept-queue-full").status == "OK");

    burst = arriving(5, kPeer);
    const CheckOutcome lasting = check_outcome_around("accept-queue-full", rush);
    CHECK(lasting.status == "CRITICAL");
    CHECK(lasting.subject == own);
    CHECK(lasting.evidence.value("listener_drops", 0) == 3);
    CHECK(mentions(lasting, "full, new clients are dropped, it dropped 3 SYNs or ACKs just now"));
    accept_all();
    CHECK(check_outcome("accept-queue-full").status == "OK");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "port-exhaustion: one destination takes the ports, open or in TIME_WAIT") {
    set_sysctl("net.ipv4.ip_local_port_range", "40000 40009");
    set_sysctl("net.ipv4.ip_local_reserved_ports", "");
    const Endpoint upstream{kPeer, 443};
    Conversations other = leaving(5, {kPeer, 444});
    Conversations all = leaving(6, upstream);
    CHECK(check_outcome("port-exhaustion").status == "OK");
    for (Conversation& one : leaving(1, upstream)) all.push_back(std::move(one));
    CHECK(check_outcome("port-exhaustion").status == "WARNING");
    for (Conversation& one : leaving(3, upstream)) all.push_back(std::move(one));
    CheckOutcome said = check_outcome("port-exhaustion");
    CHECK(said.status == "CRITICAL");
    CHECK(said.subject == kPeer.text() + ":443");
    CHECK(said.evidence.value("ports_taken", 0.0) == 1);
    CHECK_THROWS_AS(leaving(1, upstream), std::system_error);

    for (Conversation& one : all) {
      one.send_syn_ack();
      finish(one);
    }
    said = check_outcome("port-exhaustion");
    CHECK(said.status == "CRITICAL");
    CHECK(said.evidence.value("ports_in_time_wait", 0) == 10);
    CHECK_THROWS_AS(leaving(1, upstream), std::system_error);

    // tcp_twsk_unique() takes a port again only from a connection with timestamps, which this peer does not use.
    set_sysctl("net.ipv4.tcp_tw_reuse", "1");
    set_sysctl("net.ipv4.tcp_timestamps", "1");
    std::this_thread::sleep_for(milliseconds(1100));
    said = check_outcome("port-exhaustion");
    CHECK(said.status == "OK");
    CHECK(mentions(said, "after 1 s (tcp_tw_reuse) if the peer uses timestamps"));
    CHECK_THROWS_AS(leaving(1, upstream), std::system_error);
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "port-exhaustion: bind(2) takes ports that connect(2) then misses everywhere") {
    set_sysctl("net.ipv4.ip_local_port_range", "40000 40009");
    set_sysctl("net.ipv4.ip_local_reserved_ports", "");
    const SocketName any_port({TunPeer::local(Family::ipv4), 0});
    std::vector<Handle> bound;
    const auto bind_one = [&] {
      bound.emplace_back(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a socket"));
      check(::bind(bound.back().get(), any_port.get(), any_port.size()), "binding");
    };
    for (int i = 0; i < 6; ++i) bind_one();
    CHECK(check_outcome("port-exhaustion").status == "OK");
    bind_one();
    CHECK(check_outcome("port-exhaustion").status == "WARNING");
    for (int i = 0; i < 3; ++i) bind_one();
    const CheckOutcome said = check_outcome("port-exhaustion");
    CHECK(said.status == "CRITICAL");
    CHECK(said.subject == "host");
    CHECK(said.evidence.value("ports_bound_and_not_connected", 0) == 10);
    CHECK_THROWS_AS(leaving(1, {kPeer, 443}), std::system_error);
    bound.resize(3);
    CHECK(check_outcome("port-exhaustion").status == "OK");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "unfreed-sockets: reset by the peer, and never closed here") {
    Conversations all = accepted(25, kPeer);
    CHECK(check_outcome("unfreed-sockets").subject.empty());
    for (Conversation& one : all) one.send_rst();
    CHECK(check_outcome("unfreed-sockets").subject == this_program());
    all.clear();
    CHECK(check_outcome("unfreed-sockets").subject.empty());
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "idle-connections: silent clients, then some that send half a request") {
    const std::vector<std::string> soon = {"--threshold", "idle-connections.age_s=1", "--threshold",
                                           "idle-connections.least=20"};
    Conversations all = accepted(20, kPeer);
    CHECK(check_outcome("idle-connections", {"--threshold", "idle-connections.least=20"}).subject.empty());
    std::this_thread::sleep_for(milliseconds(1100));
    CheckOutcome said = check_outcome("idle-connections", soon);
    CHECK(said.status == "OK");
    CHECK(said.subject == ":" + std::to_string(kPort));
    CHECK(said.evidence.value("never_sent_a_byte", 0) == 20);
    CHECK(mentions(said, "20 of 20 connections on :" + std::to_string(kPort) + " never brought a byte"));
    CHECK(mentions(said, "100 % of them from " + kPeer.text()));
    for (Conversation& one : all) one.send_data("GET /");
    said = check_outcome("idle-connections", soon);
    CHECK(said.evidence.value("unfinished_requests", 0) == 20);
    for (Conversation& one : all) check(::send(one.fd(), "200", 3, 0), "answering");
    CHECK(check_outcome("idle-connections", soon).subject.empty());
  }

  TEST_CASE_FIXTURE(ServerUnderTest,
                    "time-wait-limit: more connections are closed than the kernel keeps in TIME_WAIT") {
    set_sysctl("net.ipv4.tcp_max_tw_buckets", "10");
    Conversations all = accepted(12, kPeer);
    for (std::size_t i = 0; i < 6; ++i) finish(all[i]);
    CHECK(check_outcome("time-wait-limit").status == "OK");
    CHECK(check_outcome("time-wait-limit").subject.empty());
    finish(all[6]);
    CHECK(check_outcome("time-wait-limit").status == "OK");
    CHECK(check_outcome("time-wait-limit").subject == "host");  // worth knowing
    for (std::size_t i = 7; i < 10; ++i) finish(all[i]);
    CheckOutcome said = check_outcome("time-wait-limit");
    CHECK(said.status == "WARNING");
    CHECK(said.subject == "host");
    CHECK(said.evidence.value("share_of_limit", 0.0) == 1);
    said = check_outcome_around("time-wait-limit", [&] {
      for (std::size_t i = 10; i < 12; ++i) finish(all[i]);
    });
    CHECK(said.status == "WARNING");
    CHECK(mentions(said, "2 were dropped just now"));
  }
}

}  // namespace
}  // namespace tcpstat::lab
