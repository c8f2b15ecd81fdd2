// Each pile-up that peers cause, made for real: quiet while it is young or its peers behave, told when it lasts, and
// quiet again when the peers come back.

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <ostream>

#include "failure.h"
#include "server_under_test.h"

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
void check_age(const CheckOutcome& said, const std::string& quantity, double least, Clock::time_point since) {
  constexpr double kRounding = 1.0 / 8;
  const double most = std::chrono::duration<double>(Clock::now() - since).count();
  const double age = said.evidence.value(quantity, -1.0);
  CHECK(age >= least);
  CHECK(age <= most * (1 + kRounding));
}

bool mentions(const CheckOutcome& said, const std::string& text) {
  return said.message.find(text) != std::string::npos;
}

/// The peer reads again: opens its window, and acknowledges what the kernel then sends.
void take_in(Conversation& conversation, std::uint32_t octets) {
  conversation.send_ack();
  conversation.acknowledge(octets);
  conversation.send_ack();
}

TEST_SUITE("diagnoses") {
  TEST_CASE_FIXTURE(ServerUnderTest, "closing-stuck: LAST_ACK whose FIN nobody acknowledges") {
    Conversations all = accepted(20, kPeer);
    for (Conversation& one : all) {
      one.send_fin();
      one.close();
    }
    CHECK(check_outcome("closing-stuck").status == "OK");
    const CheckOutcome said = complaint("closing-stuck");
    CHECK(said.status == "WARNING");
    CHECK(said.subject == kPeer.text());
    CHECK(said.evidence.value("last_ack", 0) == 20);
    for (Conversation& one : all) {
      one.acknowledge(kFin);
      one.send_ack();
    }
    CHECK(check_outcome("closing-stuck").status == "OK");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "closing-stuck: FIN_WAIT1 and CLOSING, of peers that have nothing in common") {
    std::vector<Conversations> every;
    for (std::uint32_t n = 0; n < 20; ++n) {
      Conversations& one = every.emplace_back(accepted(1, visitor(60 + n)));
      one[0].close();
      if (n % 2 == 0) one[0].send_fin();
    }
    CHECK(check_outcome("closing-stuck").status == "OK");
    const CheckOutcome said = complaint("closing-stuck");
    CHECK(said.status == "WARNING");
    CHECK(said.subject == "host");
    CHECK(said.evidence.value("fin_wait1", 0) == 10);
    CHECK(said.evidence.value("closing", 0) == 10);
    CHECK(mentions(said, "no answer from 20 peers"));
    for (Conversations& one : every) {
      one[0].acknowledge(kFin);
      one[0].send_ack();
    }
    CHECK(check_outcome("closing-stuck").status == "OK");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "closing-stuck: FIN_WAIT1 behind closed windows of a peer that answers") {
    Conversations all = accepted(20, kPeer);
    for (Conversation& one : all) {
      one.send_ack(0);
      say(one, 100);
      one.close();
    }
    CHECK(check_outcome("closing-stuck").status == "OK");
    const CheckOutcome said = complaint("closing-stuck", {}, [&] { answer(all, 0, milliseconds(200)); });
    CHECK(said.status == "WARNING");
    CHECK(said.subject == kPeer.text());
    CHECK(said.evidence.value("fin_wait1", 0) == 20);
    CHECK(said.evidence.value("behind_closed_windows", 0) == 20);
    CHECK(mentions(said, "peers do not read"));
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "fin-wait2-orphans: closed here, and the peer does not close") {
    Conversations all = accepted(100, kPeer);
    for (Conversation& one : all) {
      one.close();
      one.acknowledge(kFin);
      one.send_ack();
    }
    const std::vector<std::string> few = {"--threshold", "fin-wait2-orphans.warning=100"};
    CHECK(check_outcome("fin-wait2-orphans", few).status == "OK");
    const CheckOutcome said = complaint("fin-wait2-orphans", few);
    CHECK(said.status == "WARNING");
    CHECK(check_outcome("fin-wait2-orphans").status == "OK");  // so few are worth knowing, and no trouble
    CHECK(check_outcome("fin-wait2-orphans").subject == "host");
    CHECK(said.subject == "host");
    CHECK(said.evidence.value("largest_of_one_peer", 0) == 100);
    CHECK(mentions(said, "100 of " + kPeer.text()));
    for (Conversation& one : all) one.send_fin();
    CHECK(check_outcome("fin-wait2-orphans", few).status == "OK");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "zero-window-gone: a peer that closed its window and answers no probe") {
    Conversations all = accepted(3, kPeer);
    for (Conversation& one : all) {
      one.send_ack(0);
      say(one, 100);
    }
    CHECK(check_outcome("zero-window-gone").status == "OK");
    const CheckOutcome said = complaint_of(3, "zero-window-gone");
    CHECK(said.status == "WARNING");
    CHECK(said.subject == kPeer.text());
    CHECK(said.evidence.value("sockets", 0) == 3);
    CHECK(mentions(said, "3 connections wait"));
    for (Conversation& one : all) take_in(one, 100);
    CHECK(check_outcome("zero-window-gone").status == "OK");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "not-sent: the link is down, and no window is closed") {
    Conversations all = accepted(3, kPeer);
    take_down("lab0");
    for (Conversation& one : all) say(one, 100);
    CHECK(check_outcome("not-sent").status == "OK");
    const CheckOutcome said = complaint("not-sent");
    CHECK(said.status == "WARNING");
    CHECK(said.subject == kPeer.text());
    CHECK(said.evidence.value("sockets", 0) >= 1);
    CHECK(mentions(said, "no route, link down or dropped on the way out"));
    for (const std::string rule : {"zero-window-gone", "zero-window-alive", "retransmitting"}) {
      CAPTURE(rule);
      CHECK(check_outcome(rule).subject.empty());
    }
    const CheckOutcome from_proc = check_outcome("not-sent", {"--source", "proc"});
    CHECK(from_proc.status == "WARNING");
    CHECK(mentions(from_proc, "only tcp_info tells"));
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "zero-window-alive: a peer that closed its window and answers") {
    const std::vector<std::string> soon = {"--threshold", "zero-window-alive.warning=1"};
    Conversations all = accepted(3, kPeer);
    const auto since = Clock::now();
    for (Conversation& one : all) {
      one.send_ack(0);
      say(one, 100);
    }
    CHECK(check_outcome("zero-window-alive", soon).status == "OK");
    const CheckOutcome said = complaint("zero-window-alive", soon, [&] { answer(all, 0, milliseconds(200)); });
    CHECK(said.status == "WARNING");
    CHECK(said.subject == kPeer.text());
    CHECK(said.evidence.value("sockets", 0) == 3);
    check_age(said, "window_closed_s", 1, since);
    CHECK(check_outcome("zero-window-alive").status == "OK");
    CHECK(check_outcome("zero-window-gone").status == "OK");
    for (Conversation& one : all) take_in(one, 100);
    CHECK(check_outcome("zero-window-alive", soon).status == "OK");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "retransmitting: data that nobody acknowledges") {
    Conversations all = accepted(3, kPeer);
    const auto since = Clock::now();
    for (Conversation& one : all) say(one, 100);
    CHECK(check_outcome("retransmitting").status == "OK");
    const CheckOutcome said = complaint_of(3, "retransmitting");
    check_age(said, "oldest_s", 1.3, since);
    CHECK(said.status == "WARNING");
    CHECK(said.subject == kPeer.text());
    CHECK(said.evidence.value("retransmits", 0) >= 3);
    CHECK(said.evidence.value("sockets", 0) == 3);
    for (Conversation& one : all) {
      one.acknowledge(100);
      one.send_ack();
    }
    CHECK(check_outcome("retransmitting").status == "OK");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "keepalive-dead: a peer that answers no keepalive probe, beside one that does") {
    Conversations dead = accepted(3, kPeer);
    Conversations well = accepted(3, visitor(51));
    for (Conversations* some : {&dead, &well}) {
      for (Conversation& one : *some) {
        set_option(one, SOL_SOCKET, SO_KEEPALIVE, 1);
        set_option(one, IPPROTO_TCP, TCP_KEEPINTVL, 1);
        set_option(one, IPPROTO_TCP, TCP_KEEPIDLE, 1);
      }
    }
    CHECK(check_outcome("keepalive-dead").status == "OK");
    const CheckOutcome said = complaint("keepalive-dead", {}, [&] { answer(well, 65535, milliseconds(200)); });
    CHECK(said.status == "WARNING");
    CHECK(said.subject == kPeer.text());
    CHECK(said.evidence.value("unanswered_probes", 0) >= 2);
    CHECK(said.evidence.value("sockets", 0) == 3);
    for (Conversation& one : dead) one.send_ack();
    CHECK(check_outcome("keepalive-dead").status == "OK");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "fast-open-half-open: data was taken and the handshake does not end") {
    set_sysctl("net.ipv4.tcp_fastopen", "519");  // client, server, and no cookie wanted
    const int queue = 64;
    check(::setsockopt(listener().get(), IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof queue), "allowing fast open");
    Conversations all = arriving(8, kPeer);
    for (Conversation& one : all) {
      one.send_syn("hello");
      one.read_syn();
    }
    CHECK(check_outcome("fast-open-half-open").status == "OK");
    const CheckOutcome said = complaint("fast-open-half-open");
    CHECK(said.status == "WARNING");
    CHECK(said.subject == ":" + std::to_string(kPort));
    CHECK(said.evidence.value("fast_open_half_open", 0) == 8);
    for (Conversation& one : all) one.send_ack();
    CHECK(check_outcome("fast-open-half-open").status == "OK");
  }

  TEST_CASE_FIXTURE(ServerUnderTest, "syn-sent-blackhole: nothing comes back from a destination") {
    const Endpoint hole{kPeer, 443};
    const auto since = Clock::now();
    Conversations lost = leaving(3, hole);
    Conversations well = leaving(3, {visitor(51), 443});
    for (Conversation& one : well) one.send_syn_ack();
    CHECK(check_outcome("syn-sent-blackhole").status == "OK");
    CheckOutcome said = complaint("syn-sent-blackhole");
    CHECK(said.status == "CRITICAL");
    CHECK(said.subject == kPeer.text() + ":443");
    CHECK(said.evidence.value("unanswered_syns", 0) == 3);
    check_age(said, "oldest_s", 2, since);
    CHECK(mentions(said, "of lab_test(" + std::to_string(::getpid()) + ")"));

    Conversations works = leaving(1, hole);
    works[0].send_syn_ack();
    said = check_outcome("syn-sent-blackhole");
    CHECK(said.status == "WARNING");
    CHECK(mentions(said, "other connections to it work"));

    for (Conversation& one : lost) one.send_syn_ack();
    CHECK(check_outcome("syn-sent-blackhole").status == "OK");
  }
}

}  // namespace
}  // namespace tcpstat::lab
