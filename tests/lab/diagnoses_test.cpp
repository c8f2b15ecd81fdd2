// Each pile-up that a rule names, made for real: quiet while it is young or its peers behave, told when it lasts, and
// quiet again when the peers come back.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ostream>
#include <thread>

#include "counters.h"
#include "failure.h"
#include "ward.h"

namespace tcpstat::lab {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kFin = 1;  // octets that a FIN takes

const Address kPeer = visitor(50);

void say(const Conversation& conversation, std::size_t octets) {
  const std::string data(octets, 'd');
  check(::send(conversation.fd(), data.data(), data.size(), MSG_DONTWAIT), "sending");
}

/// Ages are lower bounds of the truth, but for what the kernel rounds up: timers of seconds by up to an eighth.
void check_age(const Checkup& said, const std::string& quantity, double least, Clock::time_point since) {
  constexpr double kRounding = 1.0 / 8;
  const double most = std::chrono::duration<double>(Clock::now() - since).count();
  const double age = said.evidence.value(quantity, -1.0);
  CHECK(age >= least);
  CHECK(age <= most * (1 + kRounding));
}

void read_all(const Conversation& conversation) {
  std::array<char, 4096> buffer;
  while (::recv(conversation.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
  }
}

bool mentions(const Checkup& said, const std::string& text) { return said.message.find(text) != std::string::npos; }

/// The peer reads again: opens its window, and acknowledges what the kernel then sends.
void take_in(Conversation& conversation, std::uint32_t octets) {
  conversation.send_ack();
  conversation.acknowledge(octets);
  conversation.send_ack();
}

TEST_SUITE("diagnoses") {
  TEST_CASE_FIXTURE(Ward, "closing-stuck: LAST_ACK whose FIN nobody acknowledges") {
    Conversations all = accepted(20, kPeer);
    for (Conversation& one : all) {
      one.send_fin();
      one.close();
    }
    CHECK(checkup("closing-stuck").status == "OK");
    const Checkup said = complaint("closing-stuck");
    CHECK(said.status == "WARNING");
    CHECK(said.subject == kPeer.text());
    CHECK(said.evidence.value("last_ack", 0) == 20);
    for (Conversation& one : all) {
      one.acknowledge(kFin);
      one.send_ack();
    }
    CHECK(checkup("closing-stuck").status == "OK");
  }

  TEST_CASE_FIXTURE(Ward, "closing-stuck: FIN_WAIT1 and CLOSING, of peers that have nothing in common") {
    std::vector<Conversations> every;
    for (std::uint32_t n = 0; n < 20; ++n) {
      Conversations& one = every.emplace_back(accepted(1, visitor(60 + n)));
      one[0].close();
      if (n % 2 == 0) one[0].send_fin();
    }
    CHECK(checkup("closing-stuck").status == "OK");
    const Checkup said = complaint("closing-stuck");
    CHECK(said.status == "WARNING");
    CHECK(said.subject == "host");
    CHECK(said.evidence.value("fin_wait1", 0) == 10);
    CHECK(said.evidence.value("closing", 0) == 10);
    CHECK(mentions(said, "no answer from 20 peers"));
    for (Conversations& one : every) {
      one[0].acknowledge(kFin);
      one[0].send_ack();
    }
    CHECK(checkup("closing-stuck").status == "OK");
  }

  TEST_CASE_FIXTURE(Ward, "closing-stuck: FIN_WAIT1 behind closed windows of a peer that answers") {
    Conversations all = accepted(20, kPeer);
    for (Conversation& one : all) {
      one.send_ack(0);
      say(one, 100);
      one.close();
    }
    CHECK(checkup("closing-stuck").status == "OK");
    const Checkup said = complaint("closing-stuck", {}, [&] { answer(all, 0, milliseconds(200)); });
    CHECK(said.status == "WARNING");
    CHECK(said.subject == kPeer.text());
    CHECK(said.evidence.value("fin_wait1", 0) == 20);
    CHECK(said.evidence.value("behind_closed_windows", 0) == 20);
    CHECK(mentions(said, "peers do not read"));
  }

  TEST_CASE_FIXTURE(Ward, "fin-wait2-orphans: closed here, and the peer does not close") {
    Conversations all = accepted(100, kPeer);
    for (Conversation& one : all) {
      one.close();
      one.acknowledge(kFin);
      one.send_ack();
    }
    CHECK(checkup("fin-wait2-orphans").status == "OK");
    const Checkup said = complaint("fin-wait2-orphans");
    CHECK(said.status == "WARNING");
    CHECK(said.subject == "host");
    CHECK(said.evidence.value("largest_of_one_peer", 0) == 100);
    CHECK(mentions(said, "100 of " + kPeer.text()));
    for (Conversation& one : all) one.send_fin();
    CHECK(checkup("fin-wait2-orphans").status == "OK");
  }

  TEST_CASE_FIXTURE(Ward, "half-close-held: shut down for writing, kept, and the peer does not close") {
    Conversations all = accepted(10, kPeer);
    for (Conversation& one : all) {
      check(::shutdown(one.fd(), SHUT_WR), "shutting down");
      one.acknowledge(kFin);
      one.send_ack();
    }
    CHECK(checkup("half-close-held").status == "OK");
    const Checkup said = complaint("half-close-held", {"--threshold", "half-close-held.age_s=1"});
    CHECK(said.status == "WARNING");
    CHECK(said.subject == "lab_test(" + std::to_string(::getpid()) + ")");
    CHECK(said.evidence.value("half_closed", 0) == 10);
    for (Conversation& one : all) one.send_data("late");
    CHECK(checkup("half-close-held", {"--threshold", "half-close-held.age_s=1"}).status == "OK");
  }

  TEST_CASE_FIXTURE(Ward, "zero-window-gone: a peer that closed its window and answers no probe") {
    Conversations all = accepted(3, kPeer);
    for (Conversation& one : all) {
      one.send_ack(0);
      say(one, 100);
    }
    CHECK(checkup("zero-window-gone").status == "OK");
    const Checkup said = complaint("zero-window-gone");
    CHECK(said.status == "WARNING");
    CHECK(said.subject == kPeer.text());
    CHECK(said.evidence.value("sockets", 0) == 3);
    CHECK(mentions(said, "3 connections wait"));
    for (Conversation& one : all) take_in(one, 100);
    CHECK(checkup("zero-window-gone").status == "OK");
  }

  TEST_CASE_FIXTURE(Ward, "zero-window-alive: a peer that closed its window and answers") {
    const std::vector<std::string> soon = {"--threshold", "zero-window-alive.warning=1"};
    Conversations all = accepted(3, kPeer);
    const auto since = Clock::now();
    for (Conversation& one : all) {
      one.send_ack(0);
      say(one, 100);
    }
    CHECK(checkup("zero-window-alive", soon).status == "OK");
    const Checkup said = complaint("zero-window-alive", soon, [&] { answer(all, 0, milliseconds(200)); });
    CHECK(said.status == "WARNING");
    CHECK(said.subject == kPeer.text());
    CHECK(said.evidence.value("sockets", 0) == 3);
    check_age(said, "window_closed_s", 1, since);
    CHECK(checkup("zero-window-alive").status == "OK");
    CHECK(checkup("zero-window-gone").status == "OK");
    for (Conversation& one : all) take_in(one, 100);
    CHECK(checkup("zero-window-alive", soon).status == "OK");
  }

  TEST_CASE_FIXTURE(Ward, "retransmitting: data that nobody acknowledges") {
    Conversations all = accepted(3, kPeer);
    for (Conversation& one : all) say(one, 100);
    CHECK(checkup("retransmitting").status == "OK");
    const Checkup said = complaint("retransmitting");
    CHECK(said.status == "WARNING");
    CHECK(said.subject == kPeer.text());
    CHECK(said.evidence.value("retransmits", 0) >= 3);
    CHECK(said.evidence.value("sockets", 0) == 3);
    for (Conversation& one : all) {
      one.acknowledge(100);
      one.send_ack();
    }
    CHECK(checkup("retransmitting").status == "OK");
  }

  TEST_CASE_FIXTURE(Ward, "not-reading: data that the program leaves, until its receive buffer is full") {
    const int octets = 1 << 15;
    check(::setsockopt(listener().get(), SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets), "setting SO_RCVBUF");
    Conversations all = accepted(2, kPeer);
    for (Conversation& one : all) one.send_data("hello");
    std::this_thread::sleep_for(milliseconds(1200));
    CHECK(checkup("not-reading").status == "OK");
    for (int sent = 0; sent < 2 * octets; sent += 1000) all[0].send_data(std::string(1000, 'd'));
    CHECK(checkup("not-reading").status == "OK");
    const Checkup said = complaint("not-reading");
    CHECK(said.status == "WARNING");
    CHECK(said.subject == "lab_test(" + std::to_string(::getpid()) + ")");
    CHECK(said.evidence.value("connections_not_read", 0) == 1);
    CHECK(mentions(said, "fills the receive buffer"));
    // By bytes alone it would not be full.
    CHECK(said.evidence.value("unread_of_all", 0) < 0.8 * 2 * octets);
    read_all(all[0]);
    CHECK(checkup("not-reading").status == "OK");
    CHECK(checkup("not-reading", {"--threshold", "not-reading.age_s=1"}).status == "WARNING");
    read_all(all[1]);
    CHECK(checkup("not-reading", {"--threshold", "not-reading.age_s=1"}).status == "OK");
  }

  TEST_CASE_FIXTURE(Ward, "keepalive-dead: a peer that answers no keepalive probe, beside one that does") {
    Conversations dead = accepted(3, kPeer);
    Conversations well = accepted(3, visitor(51));
    for (Conversations* some : {&dead, &well}) {
      for (Conversation& one : *some) {
        set_option(one, SOL_SOCKET, SO_KEEPALIVE, 1);
        set_option(one, IPPROTO_TCP, TCP_KEEPINTVL, 1);
        set_option(one, IPPROTO_TCP, TCP_KEEPIDLE, 1);
      }
    }
    CHECK(checkup("keepalive-dead").status == "OK");
    const Checkup said = complaint("keepalive-dead", {}, [&] { answer(well, 65535, milliseconds(200)); });
    CHECK(said.status == "WARNING");
    CHECK(said.subject == kPeer.text());
    CHECK(said.evidence.value("unanswered_probes", 0) >= 2);
    CHECK(said.evidence.value("sockets", 0) == 3);
    for (Conversation& one : dead) one.send_ack();
    CHECK(checkup("keepalive-dead").status == "OK");
  }

  TEST_CASE_FIXTURE(Ward, "accept-queue-full: the listener that dropped between two samples is named") {
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
    CHECK(checkup_around("accept-queue-full", drown).status == "OK");
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
    const Checkup passed = checkup_around("accept-queue-full", rush_and_accept);
    CHECK(passed.status == "WARNING");
    CHECK(passed.subject == own);
    CHECK(passed.evidence.value("listen_overflows", 0) == 3);
    CHECK(passed.evidence.value("listener_drops", 0) == 3);
    CHECK(checkup("accept-queue-full").status == "OK");

    burst = arriving(5, kPeer);
    const Checkup lasting = checkup_around("accept-queue-full", rush);
    CHECK(lasting.status == "CRITICAL");
    CHECK(lasting.subject == own);
    CHECK(lasting.evidence.value("listener_drops", 0) == 3);
    CHECK(mentions(lasting, "full, new clients are dropped, it dropped 3 SYNs or ACKs just now"));
    accept_all();
    CHECK(checkup("accept-queue-full").status == "OK");
  }

  TEST_CASE_FIXTURE(Ward, "fast-open-half-open: data was taken and the handshake does not end") {
    set_sysctl("net.ipv4.tcp_fastopen", "519");  // client, server, and no cookie wanted
    const int queue = 64;
    check(::setsockopt(listener().get(), IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof queue), "allowing fast open");
    Conversations all = arriving(8, kPeer);
    for (Conversation& one : all) {
      one.send_syn("hello");
      one.read_syn();
    }
    CHECK(checkup("fast-open-half-open").status == "OK");
    const Checkup said = complaint("fast-open-half-open");
    CHECK(said.status == "WARNING");
    CHECK(said.subject == ":" + std::to_string(kPort));
    CHECK(said.evidence.value("fast_open_half_open", 0) == 8);
    for (Conversation& one : all) one.send_ack();
    CHECK(checkup("fast-open-half-open").status == "OK");
  }

  TEST_CASE_FIXTURE(Ward, "syn-sent-blackhole: nothing comes back from a destination") {
    const Endpoint hole{kPeer, 443};
    const auto since = Clock::now();
    Conversations lost = leaving(3, hole);
    Conversations well = leaving(3, {visitor(51), 443});
    for (Conversation& one : well) one.send_syn_ack();
    CHECK(checkup("syn-sent-blackhole").status == "OK");
    Checkup said = complaint("syn-sent-blackhole");
    CHECK(said.status == "CRITICAL");
    CHECK(said.subject == kPeer.text() + ":443");
    CHECK(said.evidence.value("unanswered_syns", 0) == 3);
    check_age(said, "oldest_s", 2, since);
    CHECK(mentions(said, "of lab_test(" + std::to_string(::getpid()) + ")"));

    Conversations works = leaving(1, hole);
    works[0].send_syn_ack();
    said = checkup("syn-sent-blackhole");
    CHECK(said.status == "WARNING");
    CHECK(mentions(said, "other connections to it work"));

    for (Conversation& one : lost) one.send_syn_ack();
    CHECK(checkup("syn-sent-blackhole").status == "OK");
  }
}

}  // namespace
}  // namespace tcpstat::lab
