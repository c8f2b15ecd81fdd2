// Whole lives on the running kernel, as the tracepoint sock:inet_sock_set_state prints them: the machine's tables on
// trial. Lives are written from birth on; the states of a request and of a time-wait socket are never among them.

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <ostream>

#include "dump.h"
#include "failure.h"
#include "oracle_stage.h"
#include "trace/identity.h"
#include "trace/judgement.h"

namespace tcpstat::lab {
namespace {

using Texts = std::vector<std::string>;

constexpr std::uint16_t kPort = 12700;

const std::string kActive = "CLOSE SYN_SENT ESTABLISHED";
const std::string kPassive = "LISTEN SYN_RECV ESTABLISHED";

/// What was printed is what is written here, and nothing of it is accused.
void check_lives(const Stage& stage, Texts expected) {
  const Texts lives = stage.lives_when(expected);
  std::sort(expected.begin(), expected.end());
  CHECK_MESSAGE(lives == expected, [&] {
    std::string text = "printed:";
    for (const auto& life : lives) text += "\n  " + life;
    return text;
  }());
  for (const std::string& complaint : stage.complaints()) FAIL_CHECK(complaint);
}

std::optional<DumpedSocket> find(std::uint16_t local_port, std::uint16_t remote_port) {
  for (const DumpedSocket& row : dump_sockets(kMaskAll)) {
    if (row.local_port == local_port && row.remote_port == remote_port) return row;
  }
  return std::nullopt;
}

/// The state that a dump shows of the kernel's end now, or absent.
Seen seen(const Conversation& conversation) {
  const auto row = find(conversation.local().port, conversation.remote().port);
  return row ? Seen(state_from_kernel(row->state)) : kAbsent;
}

std::uint64_t cookie(const Conversation& conversation) {
  const auto row = find(conversation.local().port, conversation.remote().port);
  return row ? row->cookie : 0;
}

void shut_down(int fd) { check(::shutdown(fd, SHUT_WR), "shutting down"); }

TEST_SUITE("oracle") {
  TEST_CASE("a handshake, and the client closes first") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle listener = Stage::listener(kPort);
    Handle client = connect_to(kPort);
    Handle server = accept_from(listener);
    client.reset();
    read_to_end(server.get());
    server.reset();
    check_lives(*stage, {kActive + " FIN_WAIT1 FIN_WAIT2 CLOSE", kPassive + " CLOSE_WAIT LAST_ACK CLOSE"});
  }

  TEST_CASE("the server closes first") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle listener = Stage::listener(kPort);
    Handle client = connect_to(kPort);
    accept_from(listener).reset();
    read_to_end(client.get());
    client.reset();
    check_lives(*stage, {kActive + " CLOSE_WAIT LAST_ACK CLOSE", kPassive + " FIN_WAIT1 FIN_WAIT2 CLOSE"});
  }

  TEST_CASE("half close: one side goes on sending; close() before and after the other FIN") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle listener = Stage::listener(kPort);
    for (const bool early : {false, true}) {
      Handle client = connect_to(kPort);
      Handle server = accept_from(listener);
      shut_down(client.get());
      read_to_end(server.get());
      check(::send(server.get(), "more", 4, 0), "sending into a half-closed connection");
      char buffer[4];
      CHECK(::recv(client.get(), buffer, sizeof buffer, MSG_WAITALL) == 4);
      if (early) client.reset();
      server.reset();
      if (!early) read_to_end(client.get());
      client.reset();
    }
    check_lives(*stage, {kActive + " FIN_WAIT1 FIN_WAIT2 CLOSE", kActive + " FIN_WAIT1 FIN_WAIT2 FIN_WAIT2 CLOSE",
                         kPassive + " CLOSE_WAIT LAST_ACK CLOSE", kPassive + " CLOSE_WAIT LAST_ACK CLOSE"});
  }

  TEST_CASE("simultaneous open: completed by an ACK") {
    const auto stage = Stage::open();
    if (!stage) return;
    auto crossed = stage->leaving();
    crossed.send_syn();
    CHECK(seen(crossed) == State::syn_recv);
    crossed.send_ack();
    linger_0(crossed.fd());
    crossed.close();
    check_lives(*stage, {"CLOSE SYN_SENT SYN_RECV ESTABLISHED CLOSE"});
  }

  TEST_CASE("a crossed socket that is closed before the ACK") {
    const auto stage = Stage::open();
    if (!stage) return;
    auto crossed = stage->leaving();
    crossed.send_syn();
    crossed.close();
    CHECK(seen(crossed) == State::fin_wait1);
    crossed.send_rst();
    check_lives(*stage, {"CLOSE SYN_SENT SYN_RECV FIN_WAIT1 CLOSE"});
  }

  TEST_CASE("simultaneous close, with a descriptor and without") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle listener = Stage::listener(kPort);
    for (const bool keep : {false, true}) {
      auto conversation = stage->accepted(listener, kPort);
      if (keep)
        shut_down(conversation.fd());
      else
        conversation.close();
      conversation.send_fin();
      CHECK(seen(conversation) == State::closing);
      if (keep) conversation.close();
      conversation.acknowledge(1);
      conversation.send_ack();
      CHECK(seen(conversation) == State::time_wait);
    }
    check_lives(*stage, {kPassive + " FIN_WAIT1 CLOSING CLOSE", kPassive + " FIN_WAIT1 CLOSING CLOSING CLOSE"});
  }

  TEST_CASE("FIN with the ACK of our FIN: two steps where the RFC has one") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle listener = Stage::listener(kPort);
    auto conversation = stage->accepted(listener, kPort);
    conversation.close();
    conversation.acknowledge(1);
    conversation.send_fin();
    CHECK(seen(conversation) == State::time_wait);
    check_lives(*stage, {kPassive + " FIN_WAIT1 FIN_WAIT2 CLOSE"});
  }

  TEST_CASE("FIN on the handshake's ACK passes ESTABLISHED") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle listener = Stage::listener(kPort);
    auto conversation = stage->arriving(kPort);
    conversation.send_syn();
    conversation.read_syn();
    conversation.send_fin();
    CHECK(seen(conversation) == State::close_wait);
    accept_from(listener).reset();
    conversation.acknowledge(1);
    conversation.send_ack();
    check_lives(*stage, {kPassive + " CLOSE_WAIT LAST_ACK CLOSE"});
  }

  TEST_CASE("shutdown, then close: the same state is stored again") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle listener = Stage::listener(kPort);
    auto first = stage->accepted(listener, kPort);
    shut_down(first.fd());
    first.close();
    first.send_rst();
    auto second = stage->accepted(listener, kPort);
    second.send_fin();
    shut_down(second.fd());
    second.close();
    second.send_rst();
    check_lives(*stage, {kPassive + " FIN_WAIT1 FIN_WAIT1 CLOSE", kPassive + " CLOSE_WAIT LAST_ACK LAST_ACK CLOSE"});
  }

  TEST_CASE("self-connect: a socket that is its own peer") {
    const auto stage = Stage::open();
    if (!stage) return;
    Handle socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a socket"));
    const SocketName name({own_loopback(), kPort});
    check(::bind(socket.get(), name.get(), name.size()), "binding");
    check(::connect(socket.get(), name.get(), name.size()), "connecting to itself");
    socket.reset();
    check_lives(*stage, {"CLOSE SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT1 CLOSING CLOSE"});
  }

  TEST_CASE("RST in each state") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle listener = Stage::listener(kPort);
    Texts expected;

    auto refused = stage->leaving();
    refused.send_rst();
    expected.push_back("CLOSE SYN_SENT CLOSE");

    auto request = stage->arriving(kPort);
    request.send_syn();
    request.read_syn();
    CHECK(seen(request) == State::syn_recv);
    request.send_rst();
    CHECK(seen(request) == kAbsent);  // and nothing is printed

    auto crossed = stage->leaving();
    crossed.send_syn();
    crossed.send_rst();
    expected.push_back("CLOSE SYN_SENT SYN_RECV CLOSE");

    std::vector<Conversation> kept;
    const auto reset_in = [&](State state, const std::string& passed, const auto& lead_there) {
      auto conversation = stage->accepted(listener, kPort);
      lead_there(conversation);
      CHECK(seen(conversation) == state);
      conversation.send_rst();
      CHECK(seen(conversation) == kAbsent);
      expected.push_back(kPassive + passed + " CLOSE");
      kept.push_back(std::move(conversation));
    };
    const auto acknowledge_fin = [](Conversation& conversation) {
      conversation.acknowledge(1);
      conversation.send_ack();
    };
    reset_in(State::established, "", [](Conversation&) {});
    reset_in(State::fin_wait1, " FIN_WAIT1", [](Conversation& c) { shut_down(c.fd()); });
    reset_in(State::fin_wait2, " FIN_WAIT1 FIN_WAIT2", [&](Conversation& c) {
      shut_down(c.fd());
      acknowledge_fin(c);
    });
    reset_in(State::close_wait, " CLOSE_WAIT", [](Conversation& c) { c.send_fin(); });
    reset_in(State::last_ack, " CLOSE_WAIT LAST_ACK", [](Conversation& c) {
      c.send_fin();
      shut_down(c.fd());
    });
    reset_in(State::closing, " FIN_WAIT1 CLOSING", [](Conversation& c) {
      shut_down(c.fd());
      c.send_fin();
    });
    // The time-wait socket goes without a word: tcp_rfc1337 is 0. So does one that waits for the FIN.
    reset_in(State::time_wait, " FIN_WAIT1 FIN_WAIT2", [&](Conversation& c) {
      c.close();
      c.acknowledge(1);
      c.send_fin();
    });
    reset_in(State::fin_wait2, " FIN_WAIT1 FIN_WAIT2", [&](Conversation& c) {
      c.close();
      acknowledge_fin(c);
    });
    kept.clear();
    check_lives(*stage, expected);
  }

  TEST_CASE("abort: SO_LINGER 0, unread data, connect(AF_UNSPEC)") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle listener = Stage::listener(kPort);
    auto lingering = stage->accepted(listener, kPort);
    linger_0(lingering.fd());
    lingering.close();
    auto unread = stage->accepted(listener, kPort);
    unread.send_data("unread");
    unread.close();
    auto closed = stage->accepted(listener, kPort);
    closed.send_data("unread");
    closed.send_fin();
    closed.close();
    auto dissolved = stage->accepted(listener, kPort);
    const sockaddr nowhere{AF_UNSPEC, {}};
    check(::connect(dissolved.fd(), &nowhere, sizeof nowhere), "dissolving");
    check_lives(*stage,
                {kPassive + " CLOSE", kPassive + " CLOSE", kPassive + " CLOSE_WAIT CLOSE", kPassive + " CLOSE"});
  }

  TEST_CASE("refused, and the same descriptor tries again: two lives of one socket") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle client(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a socket"));
    const SocketName name({own_loopback(), kPort});
    CHECK(::connect(client.get(), name.get(), name.size()) != 0);
    const Handle listener = Stage::listener(kPort);
    check(::connect(client.get(), name.get(), name.size()), "connecting at last");
    check_lives(*stage, {"CLOSE SYN_SENT CLOSE", kActive, kPassive});
  }

  TEST_CASE("a full accept queue: no child is born, the request stays; the listener closes with its children") {
    const auto stage = Stage::open();
    if (!stage) return;
    set_sysctl("net.ipv4.tcp_abort_on_overflow", "0");
    Handle listener = Stage::listener(kPort, 1);
    std::vector<Conversation> callers;
    for (int i = 0; i < 2; ++i) {
      callers.push_back(stage->arriving(kPort));
      callers.back().shake_hands();
    }
    // The queue holds one more than the backlog. A SYN that comes now is dropped, so the last one is let in before.
    check_lives(*stage, {kPassive, kPassive});
    check(::listen(listener.get(), 2), "making the backlog longer");
    auto waiting = stage->arriving(kPort);
    waiting.send_syn();
    waiting.read_syn();
    check(::listen(listener.get(), 1), "making the backlog shorter");
    waiting.send_ack();
    CHECK(seen(waiting) == State::syn_recv);
    check_lives(*stage, {kPassive, kPassive});
    const std::uint64_t was = cookie(waiting);
    CHECK(was != 0);
    listener.reset();
    CHECK(seen(callers[0]) == kAbsent);
    CHECK(cookie(waiting) == was);  // a request outlives its listener
    check_lives(*stage, {kPassive + " CLOSE", kPassive + " CLOSE"});
    const auto lives = lives_of(stage->trace().events()).all;
    CHECK(lives.front().text() == "CLOSE LISTEN CLOSE");
  }

  TEST_CASE("fast open: the child is born at the SYN, and may be closed before the ACK") {
    const auto stage = Stage::open();
    if (!stage) return;
    set_sysctl("net.ipv4.tcp_fastopen", "519");
    const Handle listener = Stage::listener(kPort);
    const int queue = 16;
    check(::setsockopt(listener.get(), IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof queue), "asking for fast open");
    auto first = stage->arriving(kPort);
    first.send_syn("hello");
    check_lives(*stage, {"LISTEN SYN_RECV"});
    first.read_syn();
    first.adopt(accept_from(listener));
    first.send_ack();
    auto second = stage->arriving(kPort);
    second.send_syn("hello");
    second.read_syn();
    second.adopt(accept_from(listener));
    char buffer[5];
    CHECK(::recv(second.fd(), buffer, sizeof buffer, 0) == 5);
    second.close();
    CHECK(seen(second) == State::fin_wait1);
    check_lives(*stage, {kPassive, "LISTEN SYN_RECV FIN_WAIT1"});
  }

  TEST_CASE("defer-accept: nothing is printed until there is data") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle listener = Stage::listener(kPort);
    const int seconds = 10;
    check(::setsockopt(listener.get(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds), "deferring");
    auto conversation = stage->arriving(kPort);
    conversation.shake_hands();
    CHECK(seen(conversation) == State::syn_recv);
    check_lives(*stage, {});
    const std::uint64_t request = cookie(conversation);
    conversation.send_data("data");
    CHECK(seen(conversation) == State::established);
    CHECK(cookie(conversation) == request);
    check_lives(*stage, {kPassive});
  }

  TEST_CASE("an orphan: the time-wait socket takes over in FIN_WAIT2 and moves without a word") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle listener = Stage::listener(kPort);
    auto conversation = stage->accepted(listener, kPort);
    const std::uint64_t full_socket = cookie(conversation);
    conversation.close();
    conversation.acknowledge(1);
    conversation.send_ack();
    check_lives(*stage, {kPassive + " FIN_WAIT1 FIN_WAIT2 CLOSE"});
    CHECK(seen(conversation) == State::fin_wait2);
    CHECK(cookie(conversation) == full_socket);
    conversation.send_fin();
    CHECK(seen(conversation) == State::time_wait);
    CHECK(cookie(conversation) == full_socket);
    check_lives(*stage, {kPassive + " FIN_WAIT1 FIN_WAIT2 CLOSE"});
    CHECK(trace::judge_sampled(State::established, State::time_wait, Sameness::same).verdict ==
          TransitionVerdict::legal);
  }

  TEST_CASE("an orphan that is to wait longer than a minute stays a full socket") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle listener = Stage::listener(kPort);
    auto conversation = stage->accepted(listener, kPort);
    const int seconds = 120;
    check(::setsockopt(conversation.fd(), IPPROTO_TCP, TCP_LINGER2, &seconds, sizeof seconds), "setting TCP_LINGER2");
    conversation.close();
    conversation.acknowledge(1);
    conversation.send_ack();
    check_lives(*stage, {kPassive + " FIN_WAIT1 FIN_WAIT2"});
    conversation.send_fin();
    CHECK(seen(conversation) == State::time_wait);
    check_lives(*stage, {kPassive + " FIN_WAIT1 FIN_WAIT2 CLOSE"});
  }

  TEST_CASE("data that reaches an orphan ends it") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle listener = Stage::listener(kPort);
    auto conversation = stage->accepted(listener, kPort);
    conversation.close();
    conversation.send_data("too late");
    CHECK(seen(conversation) == kAbsent);
    check_lives(*stage, {kPassive + " FIN_WAIT1 CLOSE"});
  }

  TEST_CASE("a tuple used again is another connection: new cookie, judged as reuse") {
    const auto stage = Stage::open();
    if (!stage) return;
    const Handle listener = Stage::listener(kPort);
    auto conversation = stage->accepted(listener, kPort);
    conversation.close();
    conversation.acknowledge(1);
    conversation.send_fin();
    REQUIRE(seen(conversation) == State::time_wait);
    const std::uint64_t before = cookie(conversation);
    conversation.advance(100000);
    conversation.shake_hands();
    const Seen now = seen(conversation);
    CHECK(now == State::established);
    const std::uint64_t after = cookie(conversation);
    CHECK(before != after);
    const auto judgement = trace::judge_sampled(State::time_wait, now, trace::sameness({before, {}}, {after, {}}));
    CHECK(judgement.verdict == TransitionVerdict::reuse);
    check_lives(*stage, {kPassive + " FIN_WAIT1 FIN_WAIT2 CLOSE", kPassive});
  }

  TEST_CASE("listen() that fails has begun") {
    const auto stage = Stage::open();
    if (!stage) return;
    Handle sockets[2];
    const int yes = 1;
    for (Handle& socket : sockets) {
      socket = Handle(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a socket"));
      check(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), "sharing a port");
      const SocketName name({own_loopback(), kPort});
      check(::bind(socket.get(), name.get(), name.size()), "binding");
    }
    check(::listen(sockets[0].get(), 1), "listening");
    CHECK(::listen(sockets[1].get(), 1) != 0);
    const auto lives = lives_of(stage->trace().events()).all;
    REQUIRE(lives.size() == 2);
    CHECK(lives[0].text() == "CLOSE LISTEN");
    CHECK(lives[1].text() == "CLOSE LISTEN CLOSE");
    check_lives(*stage, {});
  }
}

}  // namespace
}  // namespace tcpstat::lab
