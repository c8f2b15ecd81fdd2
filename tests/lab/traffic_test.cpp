// The scenario engine's own facts: what its traffic leaves in the kernel, without tcpstat.

#include <doctest/doctest.h>

#include <ostream>
#include <thread>

#include "counters.h"
#include "dump.h"
#include "every_state_fixture.h"
#include "namespace.h"
#include "running_scenario.h"

namespace tcpstat::lab {
namespace {

/// A scenario for some seconds after its onset, which comes at once.
struct Played {
  std::uint64_t half_open = 0;
  std::uint64_t syn_sent = 0;
  Counters grown;

  Played(const std::string& id, milliseconds time) {
    REQUIRE(find_scenario(id) != nullptr);
    Scenario scenario = *find_scenario(id);
    scenario.onset = milliseconds(0);
    for (Crowd& crowd : scenario.crowds) crowd.begin = milliseconds(0);
    enter_namespace();
    const RunningScenario running(scenario, 1);
    const Counters before = read_counters();
    std::this_thread::sleep_for(time);
    half_open = count_rows(kMaskSynRecv);
    syn_sent = count_rows(1U << 2);
    grown = read_counters() - before;
  }
  std::int64_t operator[](const std::string& name) const {
    REQUIRE_MESSAGE(grown.contains(name), name);
    return grown.at(name);
  }
};

TEST_SUITE("traffic") {
  TEST_CASE("a slow flood grows by its rate, and its SYN+ACKs are repeated in vain") {
    const Played played("a1", milliseconds(5000));
    CHECK(played.half_open > 70);
    CHECK(played.half_open < 140);
    CHECK(played["TcpExt.TCPTimeouts"] > 60);
    CHECK(played["TcpExt.TCPSynRetrans"] <= played["TcpExt.TCPTimeouts"]);
    CHECK(played["Tcp.PassiveOpens"] > 60);  // the clients of every day are served
    CHECK(played["Tcp.PassiveOpens"] < 140);
    CHECK(played["TcpExt.SyncookiesSent"] == 0);
  }

  TEST_CASE("a full queue sends cookies, which the flood does not return") {
    const Played played("b2", milliseconds(5000));
    CHECK(played.half_open <= 129);
    CHECK(played.half_open >= 100);
    CHECK(played["TcpExt.SyncookiesSent"] > 200);
    CHECK(played["TcpExt.SyncookiesRecv"] * 2 < played["TcpExt.SyncookiesSent"]);
    CHECK(played["TcpExt.SyncookiesRecv"] > 0);
  }

  TEST_CASE("without cookies the queue's last quarter drops in silence") {
    const Played played("c2", milliseconds(4000));
    CHECK(played.half_open == 193);
    CHECK(played["TcpExt.TCPReqQFullDrop"] == 0);
    CHECK(played["TcpExt.ListenDrops"] > 200);
  }

  TEST_CASE("a flash crowd fills the queue with handshakes that complete") {
    const Played played("g2", milliseconds(4000));
    CHECK(played.half_open > 60);
    CHECK(played.half_open < 250);
    CHECK(played["Tcp.PassiveOpens"] > 1000);
    CHECK(played["TcpExt.TCPSynRetrans"] == 0);
  }

  TEST_CASE("lost segments make clients repeat their SYN") {
    const Played played("t", milliseconds(5000));
    CHECK(played.half_open > 60);
    CHECK(played["Tcp.PassiveOpens"] == 0);
    CHECK(played["TcpExt.TCPSynRetrans"] > played["TcpExt.TCPTimeouts"]);
  }

  TEST_CASE("a source that answers RST leaves nothing but a counter") {
    const Played played("m", milliseconds(3000));
    CHECK(played.half_open < 40);
    CHECK(played["TcpExt.EmbryonicRsts"] > 400);
    CHECK(played["TcpExt.ListenDrops"] == 0);
  }

  TEST_CASE("a scan is answered by resets of the kernel") {
    const Played played("i", milliseconds(3000));
    CHECK(played["Tcp.OutRsts"] > 600);
    CHECK(played["TcpExt.EmbryonicRsts"] <= 2);
  }

  TEST_CASE("an application that does not accept overflows") {
    const Played played("j1", milliseconds(5000));
    CHECK(played.half_open < 5);
    CHECK(played["TcpExt.ListenOverflows"] > 40);
    CHECK(played["TcpExt.ListenDrops"] == played["TcpExt.ListenOverflows"]);
  }

  TEST_CASE("deferred accepts wait as half-open requests whose timer fires without a SYN+ACK") {
    const Played played("k1", milliseconds(5000));
    CHECK(played.half_open > 60);
    CHECK(played["TcpExt.TCPDeferAcceptDrop"] > 60);
    CHECK(played["TcpExt.TCPTimeouts"] > 40);
    CHECK(played["TcpExt.TCPSynRetrans"] == 0);
  }

  TEST_CASE("a black hole keeps our own connections waiting") {
    const Played played("q", milliseconds(5000));
    CHECK(played.syn_sent > 10);
    CHECK(played.half_open < 10);
    CHECK(played["Tcp.ActiveOpens"] > 10);
  }

  TEST_CASE("the caps hold whatever a scenario says") {
    enter_namespace();
    TunPeer peer;
    Scenario scenario = *find_scenario("a1");
    scenario.flood->rate = kMostPerSecond + 1;
    prepare_namespace(scenario);
    CHECK_THROWS(Traffic(peer, scenario, 1).run());
    scenario = *find_scenario("a1");
    scenario.length = kLongestRun + milliseconds(1);
    CHECK_THROWS(Traffic(peer, scenario, 1));
  }
}

}  // namespace
}  // namespace tcpstat::lab
