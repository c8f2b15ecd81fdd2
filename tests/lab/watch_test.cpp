// Lives of real sockets, led step by step, as tcpstat watch --events tells them.

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <ostream>
#include <string>
#include <vector>

#include "conversation.h"
#include "every_state_fixture.h"
#include "failure.h"
#include "soak.h"
#include "watching.h"

namespace tcpstat::lab {
namespace {

struct Told {
  std::string from_to, verdict, cookie, path;

  bool operator==(const Told&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Told& told) {
  return out << told.from_to << ' ' << told.verdict << ' ' << told.cookie << ' ' << told.path;
}

/// The peer, a listener on port 8000, and tcpstat watching every 50 ms.
struct Stage {
  FreshNamespace fresh;
  TunPeer peer;
  Family family;
  Handle listener;
  Watching watching;

  Stage(Family wire, const std::string& source)
      : family(wire),
        listener(listen_on(wire)),
        watching({"watch", "--events", "-a", "--interval", "0.05", "--source", source}) {
    // It has its baseline when it tells of a socket that is made now.
    while (true) {
      const int kind = family == Family::ipv4 ? AF_INET : AF_INET6;
      const Handle probe(check(::socket(kind, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a socket"));
      check(::listen(probe.get(), 1), "listening");
      auto line = watching.line(std::chrono::milliseconds(500));
      // A probe that the first sample has shown ends with the sample that shows the next one.
      while (line && told(*line).from_to == "LISTEN>ABSENT") line = watching.line(std::chrono::milliseconds(500));
      if (!line) continue;
      CHECK(told(*line).from_to == "ABSENT>LISTEN");
      break;
    }
  }

  static Handle listen_on(Family wire) {
    Handle socket(
        check(::socket(wire == Family::ipv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a socket"));
    const SocketName name({TunPeer::local(wire), 8000});
    check(::bind(socket.get(), name.get(), name.size()), "binding");
    check(::listen(socket.get(), 16), "listening");
    return socket;
  }

  Conversation arriving(std::uint16_t port) {
    return Conversation::to_listener(peer, {TunPeer::local(family), 8000}, {Address::peer(family, 0x4D), port});
  }

  static Told told(const std::string& line) {
    return {value_of(line, "from") + ">" + value_of(line, "to"), value_of(line, "verdict"), value_of(line, "cookie"),
            value_of(line, "path")};
  }

  /// The next line about the connection from `port`.
  Told next(std::uint16_t port) {
    while (const auto line = watching.line()) {
      if (value_of(*line, "remote_port") == std::to_string(port)) return told(*line);
    }
    return {};
  }
};

enum class End { peer_first, we_first, both, reset };

/// A connection from its first segment to its last.
void lead(const std::string& source, Family family, End end) {
  Stage stage(family, source);
  auto conversation = stage.arriving(40001);
  conversation.send_syn();
  conversation.read_syn();
  const Told born = stage.next(40001);
  CHECK(born.from_to == "ABSENT>SYN_RECV");
  CHECK((born.cookie == "null") == (source == "proc"));
  const auto expect = [&](const std::string& from_to) {
    const Told expected{from_to, "legal", born.cookie, "[]"};
    CHECK(stage.next(40001) == expected);
  };
  conversation.send_ack();
  expect("SYN_RECV>ESTABLISHED");
  conversation.adopt(Handle(check(::accept4(stage.listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accepting")));
  switch (end) {
    case End::peer_first:
      conversation.send_fin();
      expect("ESTABLISHED>CLOSE_WAIT");
      conversation.close();
      expect("CLOSE_WAIT>LAST_ACK");
      conversation.acknowledge(1);
      conversation.send_ack();
      expect("LAST_ACK>ABSENT");
      break;
    case End::we_first: {
      conversation.close();
      expect("ESTABLISHED>FIN_WAIT1");
      conversation.acknowledge(1);
      conversation.send_ack();
      expect("FIN_WAIT1>FIN_WAIT2");
      conversation.send_fin();
      expect("FIN_WAIT2>TIME_WAIT");
      // The peer comes back.
      Segment syn;
      syn.source = conversation.remote();
      syn.destination = conversation.local();
      syn.sequence = 0x20000000;  // newer than anything of the old connection (RFC 9293 §3.6.1)
      syn.flags = kSyn;
      stage.peer.send(syn);
      const Told back = stage.next(40001);
      CHECK(back.from_to == "TIME_WAIT>SYN_RECV");
      CHECK(back.verdict == "reuse");
      CHECK((back.cookie != born.cookie) == (source == "netlink"));
      break;
    }
    case End::both:
      conversation.close();
      expect("ESTABLISHED>FIN_WAIT1");
      conversation.send_fin();
      expect("FIN_WAIT1>CLOSING");
      conversation.acknowledge(1);
      conversation.send_ack();
      expect("CLOSING>TIME_WAIT");
      break;
    case End::reset: {
      Segment reset;
      reset.source = conversation.remote();
      reset.destination = conversation.local();
      reset.sequence = 0x10000000U + 40001U + 1;
      reset.flags = kRst;
      stage.peer.send(reset);
      // The socket has left the kernel's table, and so the dump, while the descriptor is open.
      expect("ESTABLISHED>ABSENT");
      break;
    }
  }
  stage.watching.interrupt();
  CHECK(stage.watching.line().has_value());
  CHECK(stage.watching.wait() == 0);
}

TEST_SUITE("watch") {
  TEST_CASE("a socket that was reset is gone with the next sample, which is the last") {
    const FreshNamespace fresh;
    TunPeer peer;
    const Handle listener = Stage::listen_on(Family::ipv4);
    auto conversation = Conversation::to_listener(peer, {TunPeer::local(Family::ipv4), 8000},
                                                  {Address::peer(Family::ipv4, 0x4D), 40001});
    conversation.shake_hands();
    conversation.adopt(Handle(check(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accepting")));
    Watching watching({"watch", "--events", "-a", "--interval", "1.5", "--count", "3"});
    // After the first sample, to be seen in the second.
    ::usleep(700'000);
    const Handle second(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a socket"));
    check(::listen(second.get(), 1), "listening");
    const auto appeared = watching.line();
    REQUIRE(appeared);
    CHECK(Stage::told(*appeared).from_to == "ABSENT>LISTEN");
    conversation.send_rst();
    conversation.close();
    const auto gone = watching.line();
    REQUIRE(gone);
    CHECK(Stage::told(*gone).from_to == "ESTABLISHED>ABSENT");
    CHECK(value_of(*gone, "remote_port") == "40001");
    CHECK(value_of(*gone, "snapshot") == "3");
  }

  TEST_CASE("lives are told as they were led, and by one cookie each") {
    for (const std::string source : kSources) {
      for (const Family family : {Family::ipv4, Family::ipv6}) {
        for (const End end : {End::peer_first, End::we_first, End::both, End::reset}) {
          CAPTURE(source);
          CAPTURE(family == Family::ipv6);
          CAPTURE(static_cast<int>(end));
          lead(source, family, end);
        }
      }
    }
  }

  TEST_CASE("what is missed between two samples is named") {
    Stage stage(Family::ipv4, "netlink");
    auto conversation = stage.arriving(40002);
    conversation.shake_hands();
    CHECK(stage.next(40002).from_to == "ABSENT>ESTABLISHED");
    conversation.adopt(Handle(check(::accept4(stage.listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accepting")));
    conversation.close();
    conversation.acknowledge(1);
    conversation.send_fin();  // acknowledges our FIN as well: FIN_WAIT1, FIN_WAIT2 and TIME_WAIT in one breath
    // A sample may fall into that breath. Whatever was seen, all samples together lead from one end to the other, each
    // step begins where the one before ended, and what is named as passed is what was not seen.
    std::vector<Told> steps;
    do {
      steps.push_back(stage.next(40002));
      CHECK(steps.back().verdict == "legal");
    } while (!steps.back().from_to.ends_with(">TIME_WAIT") && !steps.back().from_to.empty() && steps.size() < 4);
    CHECK(steps.front().from_to.starts_with("ESTABLISHED>"));
    CHECK(steps.back().from_to.ends_with(">TIME_WAIT"));
    std::string seen;
    std::string passed;
    for (const Told& step : steps) {
      seen += step.from_to + " ";
      passed += step.path;
    }
    CAPTURE(seen);
    CHECK((seen.find("FIN_WAIT1") != std::string::npos) != (passed.find("FIN_WAIT1") != std::string::npos));
  }

  TEST_CASE("beside thousands of connections a second nothing is illegal") {
    for (const std::string source : kSources) {
      CAPTURE(source);
      SoakOptions options;
      options.time = std::chrono::seconds(5);
      options.interval = "0.2";
      options.source = source;
      const Soaked result = soak(options);
      MESSAGE(source << ": " << result.connections << " connections in " << result.seconds << " s, "
                     << result.transitions << " transitions in " << result.samples << " samples, " << result.reuse
                     << " reuse, " << result.peak_kib << " KiB");
      CHECK(result.exit_code == 0);
      CHECK(result.connections > 1000);
      CHECK(result.transitions > 1000);
      CHECK(result.illegal == 0);
      CHECK(result.quirk == 0);
      if (source == "netlink") CHECK(result.example == "");
    }
  }
}

}  // namespace
}  // namespace tcpstat::lab
