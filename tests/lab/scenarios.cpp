// The table of the suite. Each row says what happens; the figures beside it are those of a Linux 6.18.

#include "judgement_scenarios.h"
#include "scenario.h"
#include "scenario_classes.h"
#include "untuned_scenarios.h"

namespace tcpstat::lab {
namespace {

using std::chrono::seconds;

Server with_backlog(int backlog) {
  Server server;
  server.backlog = backlog;
  return server;
}

Server bound(Server::Bound to) {
  Server server;
  server.bound = to;
  return server;
}

Server application(int backlog, Accepting accepting) {
  Server server;
  server.backlog = backlog;
  server.accepting = accepting;
  return server;
}

Server deferring() {
  Server server;
  server.defer_accept = 30;
  return server;
}

Server restarting() {
  Server server;
  server.restart = milliseconds(8000);
  return server;
}

Flood flood(double rate, Sources sources = Sources::random) { return {sources, rate}; }

/// The visitors of every day, and from the onset on many more.
std::vector<Crowd> rush(double rate, milliseconds rtt) {
  Crowd more = crowd(rate, rtt);
  more.begin = milliseconds(4000);
  return {crowd(20, rtt), more};
}

std::vector<Crowd> lossy(double rate, milliseconds rtt, double each_way) {
  return {{.rate = rate, .rtt = rtt, .loss_to_server = each_way, .loss_to_client = each_way}};
}

std::vector<Scenario> floods() {
  return {
      {.id = "a1", .what = "20 SYN/s, room for 511", .label = Label::attack, .classes = {kRandom}, .flood = flood(20)},
      {.id = "a2",
       .what = "2 SYN/s, room for 4096",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .server = with_backlog(4096),
       .flood = flood(2),
       .length = seconds(34)},
      {.id = "a3",
       .what = "200 SYN/s, room for 4096",
       .label = Label::attack,
       .classes = {kRandom},
       .server = with_backlog(4096),
       .flood = flood(200)},
      {.id = "a4",
       .what = "5 SYN/s, room for 511",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .flood = flood(5)},
      {.id = "a5",
       .what = "10 SYN/s, 1 source in 16 from 240/8",
       .label = Label::attack,
       .classes = {kRandom},
       .flood = flood(10, Sources::with_240)},
      {.id = "b1",
       .what = "3000 SYN/s with cookies",
       .label = Label::attack,
       .classes = {kRandom},
       .flood = flood(3000)},
      {.id = "b2",
       .what = "100 SYN/s with cookies, room for 128",
       .label = Label::attack,
       .classes = {kRandom},
       .server = with_backlog(128),
       .flood = flood(100)},
      {.id = "b3",
       .what = "100 SYN/s for 3 s, 3 s of silence, …",
       .label = Label::attack,
       .classes = {kRandom},
       .flood = Flood{.rate = 100, .pulse = seconds(3)}},
      {.id = "c1",
       .what = "3000 SYN/s without cookies",
       .label = Label::attack,
       .classes = {kRandom},
       .sysctls = {{"net.ipv4.tcp_syncookies", "0"}},
       .flood = flood(3000)},
      {.id = "c2",
       .what = "200 SYN/s without cookies, tcp_max_syn_backlog 256",
       .label = Label::attack,
       .classes = {kRandom},
       .sysctls = {{"net.ipv4.tcp_syncookies", "0"}, {"net.ipv4.tcp_max_syn_backlog", "256"}},
       .flood = flood(200)},
      // No SYN leaves a half-open connection, so the sources are nowhere.
      {.id = "d",
       .what = "1000 SYN/s, a cookie for every SYN",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .sysctls = {{"net.ipv4.tcp_syncookies", "2"}},
       .flood = flood(1000)},
      {.id = "e",
       .what = "100 SYN/s of one source",
       .label = Label::attack,
       .classes = {kSingle},
       .flood = flood(100, Sources::single)},
      {.id = "f",
       .what = "100 SYN/s of one /24",
       .label = Label::attack,
       .classes = {kSubnet},
       .flood = flood(100, Sources::subnet)},
      {.id = "l1",
       .what = "200 SYN/s of random IPv6 sources",
       .label = Label::attack,
       .classes = {kRandom},
       .server = bound(Server::Bound::ipv6),
       .flood = flood(200, Sources::random_ipv6)},
      // One host may have a whole /64.
      {.id = "l2",
       .what = "200 SYN/s of one IPv6 /64",
       .label = Label::attack,
       .classes = {kSubnet, kSingle},
       .server = bound(Server::Bound::ipv6),
       .flood = flood(200, Sources::subnet_ipv6)},
      {.id = "m",
       .what = "300 SYN/s of sources that answer RST",
       .label = Label::attack,
       .classes = {kResets},
       .flood = Flood{.rate = 300, .answer = Answer::reset}},
      {.id = "n",
       .what = "100 SYN/s of IPv4 at a dual-stack listener",
       .label = Label::attack,
       .classes = {kRandom},
       .server = bound(Server::Bound::dual_stack),
       .flood = flood(100)},
      {.id = "r",
       .what = "300 SYN/s among 300 clients/s",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .crowds = {crowd(300, milliseconds(100))},
       .flood = flood(300)},
      {.id = "s",
       .what = "50 SYN/s among 60 clients/s that lose 10 %",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .server = with_backlog(1024),
       .crowds = lossy(60, milliseconds(100), 0.1),
       .flood = flood(50)},
  };
}

/// Not one thing alone: smaller rates, other queues, two troubles at once.
std::vector<Scenario> mixed_floods() {
  return {
      {.id = "u1",
       .what = "5 SYN/s, room for 16",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .server = with_backlog(16),
       .flood = flood(5)},
      {.id = "u2",
       .what = "8 SYN/s among 200 clients/s, RTT 150 ms",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .server = with_backlog(1024),
       .crowds = {crowd(200, milliseconds(150))},
       .flood = flood(8)},
      {.id = "u3",
       .what = "60 SYN/s among 60 clients/s that lose 20 % each way",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .server = with_backlog(256),
       .crowds = lossy(60, milliseconds(200), 0.2),
       .flood = flood(60)},
      {.id = "u4",
       .what = "40 SYN/s, TCP_DEFER_ACCEPT, 50 clients/s that talk",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .server = deferring(),
       .crowds = {crowd(50, milliseconds(50))},
       .flood = flood(40)},
      {.id = "u5",
       .what = "80 SYN/s and a flash crowd of 200/s",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .server = with_backlog(256),
       .crowds = rush(200, milliseconds(200)),
       .flood = flood(80)},
  };
}

std::vector<Scenario> others() {
  return {
      {.id = "g1",
       .what = "flash crowd of 800/s next door",
       .classes = {kQuiet, kFlashCrowd},
       .crowds = rush(800, milliseconds(0))},
      {.id = "g2",
       .what = "flash crowd of 400/s, RTT 300 ms",
       .classes = {kQuiet, kFlashCrowd},
       .crowds = rush(400, milliseconds(300))},
      {.id = "g3",
       .what = "flash crowd of 400/s, room for 32",
       .classes = {kFlashCrowd},
       .server = with_backlog(32),
       .crowds = rush(400, milliseconds(300))},
      {.id = "g4",
       .what = "60 clients/s by satellite, RTT 1.2 s",
       .classes = {kQuiet, kLossy, kFlashCrowd},
       .crowds = {crowd(60, milliseconds(1200))}},
      {.id = "h1",
       .what = "60 clients/s that lose 20 % each way, RTT 200 ms",
       .label = Label::netfault,
       .classes = {kQuiet, kLossy},
       .crowds = lossy(60, milliseconds(200), 0.2)},
      {.id = "h2",
       .what = "30 clients/s that lose 40 % each way, RTT 400 ms",
       .label = Label::netfault,
       .classes = {kQuiet, kLossy},
       .crowds = lossy(30, milliseconds(400), 0.4)},
      {.id = "h3",
       .what = "60 idle clients/s, 40 % of the ACKs lost",
       .label = Label::netfault,
       .classes = {kQuiet, kLossy},
       .crowds = {{.rate = 60, .loss_of_ack = 0.4, .manner = Manner::idle}}},
      {.id = "i",
       .what = "scan of 2000 ports at 400/s",
       .label = Label::scan,
       .classes = {kScan},
       .scan = Scan{2000, 400}},
      {.id = "j1",
       .what = "application accepts nothing, room for 64, 40 clients/s",
       .label = Label::overload,
       .classes = {kOverflow},
       .server = application(64, Accepting::never),
       .crowds = {crowd(40, milliseconds(0))}},
      {.id = "j2",
       .what = "application accepts nothing, room for 16, 100 clients/s, RTT 200 ms",
       .label = Label::overload,
       .classes = {kOverflow},
       .server = application(16, Accepting::never),
       .crowds = {crowd(100, milliseconds(200))}},
      {.id = "j3",
       .what = "application accepts 50/s, room for 64, 150 clients/s",
       .label = Label::overload,
       .classes = {kOverflow},
       .server = application(64, Accepting::slowly),
       .crowds = {crowd(150, milliseconds(50))}},
      {.id = "k1",
       .what = "TCP_DEFER_ACCEPT, 20 idle clients/s",
       .classes = {kDeferred},
       .server = deferring(),
       .crowds = {{.rate = 20, .manner = Manner::idle}}},
      {.id = "k2",
       .what = "TCP_DEFER_ACCEPT, 100 clients/s that talk",
       .classes = {kQuiet, kDeferred},
       .server = deferring(),
       .crowds = {crowd(100, milliseconds(50))}},
      {.id = "q",
       .what = "40 connections of our own into a black hole",
       .label = Label::outgoing,
       .classes = {kQuiet},
       .outgoing = Outgoing{40, 5}},
      {.id = "t",
       .what = "20 clients/s that no SYN+ACK reaches",
       .label = Label::netfault,
       .classes = {kReturnPath},
       .crowds = {{.rate = 20, .loss_to_client = 1}}},
      {.id = "v1",
       .what = "200 clients/s that lose 10 % each way, room for 32",
       .label = Label::netfault,
       .classes = {kQuiet, kLossy, kFlashCrowd},
       .server = with_backlog(32),
       .crowds = lossy(200, milliseconds(300), 0.1)},
      {.id = "v2",
       .what = "200 clients every 2 s at once, RTT 900 ms, room for 128",
       .classes = {kQuiet, kFlashCrowd},
       .server = with_backlog(128),
       .crowds = {{.rate = 100, .rtt = milliseconds(900), .burst = seconds(2)}}},
      {.id = "v3",
       .what = "the server restarts among 100 clients/s",
       .classes = {kQuiet, kFlashCrowd},
       .server = restarting(),
       .crowds = {crowd(100, milliseconds(200))}},
      {.id = "v4",
       .what = "100 clients/s that lose 30 % of what is sent to them",
       .label = Label::netfault,
       .classes = {kQuiet, kLossy},
       .crowds = {{.rate = 100, .rtt = milliseconds(100), .loss_to_client = 0.3}}},
      {.id = "v5",
       .what = "5 clients/s that lose 30 % each way",
       .label = Label::netfault,
       .classes = {kQuiet, kLossy},
       .crowds = lossy(5, milliseconds(100), 0.3)},
      {.id = "x", .what = "20 clients/s and nothing else", .classes = {kQuiet}, .length = seconds(14)},
  };
}

std::vector<Scenario> all() {
  std::vector<Scenario> table = floods();
  for (auto* const more : {mixed_floods, others, untuned_scenarios, judgement_scenarios})
    for (Scenario& scenario : more()) table.push_back(std::move(scenario));
  return table;
}

}  // namespace

const char* name(Label label) {
  switch (label) {
    case Label::attack:
      return "attack";
    case Label::benign:
      return "benign";
    case Label::overload:
      return "overload";
    case Label::netfault:
      return "netfault";
    case Label::noise:
      return "noise";
    case Label::scan:
      return "scan";
    case Label::outgoing:
      return "outgoing";
    case Label::unclear:
      return "unclear";
  }
  return "";
}

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> kTable = all();
  return kTable;
}

const Scenario* find_scenario(const std::string& id) {
  for (const Scenario& scenario : scenarios())
    if (scenario.id == id) return &scenario;
  return nullptr;
}

}  // namespace tcpstat::lab
