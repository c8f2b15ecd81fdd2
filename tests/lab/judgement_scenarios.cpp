#include "judgement_scenarios.h"

#include "scenario_classes.h"

namespace tcpstat::lab {
namespace {

using std::chrono::seconds;

constexpr milliseconds kOnset{4000};
constexpr milliseconds kLong{40'000};  // three runs of cron at its slowest

/// What the first line says of a flood.
constexpr const char* kFlooded = "SYN flood on|SYN flood over";

/// Clients that the SYN+ACKs reach until the onset, and no longer.
std::vector<Crowd> cut_off(double rate, int rtt_ms = 50) {
  const Crowd before{.rate = rate, .rtt = milliseconds(rtt_ms), .end = kOnset};
  const Crowd after{.rate = rate, .rtt = milliseconds(rtt_ms), .loss_to_client = 1, .begin = kOnset};
  return {before, after};
}

std::vector<Crowd> cut_off_among(double rate, double others) {
  std::vector<Crowd> out = cut_off(rate);
  out.push_back(crowd(others, 60));
  return out;
}

Server listeners(std::uint16_t count, int backlog = 511) { return {.backlog = backlog, .listeners = count}; }

std::vector<Scenario> outages() {
  constexpr const char* kUnheard = "SYN.ACK";
  return {
      {.id = "o1",
       .what = "40 clients/s that no SYN+ACK reaches any more, room for 128",
       .label = Label::netfault,
       .classes = {kReturnPath},
       .server = {.backlog = 128},
       .crowds = cut_off(40),
       .length = kLong,
       .says = kUnheard},
      {.id = "o2",
       .what = "half of 40 clients/s are cut off, room for 128",
       .label = Label::netfault,
       .classes = {kReturnPath},
       .server = {.backlog = 128},
       .crowds = cut_off_among(20, 20),
       .length = kLong,
       .says = kUnheard},
      {.id = "o3",
       .what = "10 of 60 clients/s are cut off, room for 511",
       .label = Label::netfault,
       .classes = {kReturnPath},
       .crowds = cut_off_among(10, 50),
       .length = kLong,
       .says = kUnheard},
      {.id = "o4",
       .what = "40 IPv6 clients/s are cut off, room for 64",
       .label = Label::netfault,
       .classes = {kReturnPath},
       .server = {.bound = Server::Bound::ipv6, .backlog = 64},
       .crowds = cut_off(40),
       .length = kLong,
       .says = kUnheard},
      {.id = "o5",
       .what = "half of 40 clients/s are cut off, room for 128, no cookies",
       .label = Label::netfault,
       .classes = {kReturnPath},
       .server = {.backlog = 128},
       .sysctls = {{"net.ipv4.tcp_syncookies", "0"}},
       .crowds = cut_off_among(20, 20),
       .length = kLong,
       .says = kUnheard},
      {.id = "o6",
       .what = "a firewall of this host eats the SYN+ACKs of one of two listeners, 6 clients/s",
       .label = Label::netfault,
       .classes = {kReturnPath},
       .server = listeners(2),
       .crowds = {crowd(30), {.rate = 6, .listener = 1}},
       .length = kLong,
       .rules = "table inet lab {\n chain out {\n  type filter hook output priority 0;\n"
                "  tcp sport 8444 tcp flags & (syn|ack) == (syn|ack) drop;\n }\n}",
       .says = "SYN.ACKs.*:8444"},
  };
}

std::vector<Scenario> harmless() {
  return {
      {.id = "n1",
       .what = "1 SYN/s that dies among 100 clients/s, room for 4096",
       .label = Label::noise,
       .classes = {kQuiet, kStray},
       .server = {.backlog = 4096},
       .crowds = {crowd(100)},
       .flood = Flood{.rate = 1},
       .length = kLong,
       .exits = {0}},
      {.id = "n2",
       .what = "1 SYN/s that dies among 5 clients/s, room for 4096",
       .label = Label::noise,
       .classes = {kQuiet, kStray},
       .server = {.backlog = 4096},
       .crowds = {crowd(5)},
       .flood = Flood{.rate = 1},
       .length = kLong,
       .exits = {0}},
      {.id = "hc1",
       .what = "45 half-open health checks/s of 3 hosts at 30 listeners",
       .classes = {kQuiet, kResets},
       .server = listeners(30),
       .checks = Checks{3, 30, milliseconds(2000)},
       .length = kLong,
       .says = "nothing wrong|end in RST"},
      {.id = "hc2",
       .what = "60 half-open health checks/s of 20 hosts at 30 listeners",
       .classes = {kQuiet, kResets},
       .server = listeners(30),
       .checks = Checks{20, 30, milliseconds(10'000)},
       .length = kLong,
       .says = "nothing wrong|end in RST"},
      {.id = "hc3",
       .what = "12 half-open health checks/s of 4 hosts at 3 listeners, 2 clients/s",
       .classes = {kQuiet, kResets},
       .server = listeners(3),
       .crowds = {crowd(2)},
       .checks = Checks{4, 3, milliseconds(1000)},
       .says = "nothing wrong|end in RST"},
      {.id = "ds1",
       .what = "45 half-open health checks/s of 3 hosts at 30 listeners that defer, and 10 idle clients/s",
       .classes = {kQuiet, kDeferred, kResets},
       .server = {.listeners = 30, .defer_accept = 30},
       .crowds = {{.rate = 10, .manner = Manner::idle}},
       .checks = Checks{3, 30, milliseconds(2000)},
       .says = "no flood|end in RST"},
      {.id = "sq1",
       .what = "150 clients/s, no cookies, tcp_max_syn_backlog 16",
       .label = Label::overload,
       .classes = {kSmallQueue},
       .sysctls = {{"net.ipv4.tcp_syncookies", "0"}, {"net.ipv4.tcp_max_syn_backlog", "16"}},
       .crowds = {crowd(150, 100)},
       .length = kLong,
       .says = "too small"},
      {.id = "sq2",
       .what = "150 clients/s that lose 3 % each way, no cookies, room for 16",
       .label = Label::overload,
       .classes = {kSmallQueue, kLossy},
       .server = {.backlog = 16},
       .sysctls = {{"net.ipv4.tcp_syncookies", "0"}},
       .crowds = {{.rate = 150, .rtt = milliseconds(100), .loss_to_server = 0.03, .loss_to_client = 0.03}},
       .length = kLong,
       .says = "too small"},
  };
}

std::vector<Scenario> attacks() {
  return {
      {.id = "e1",
       .what = "250 SYNs in 5 s, and then no more",
       .label = Label::attack,
       .classes = {kRandom},
       .server = {.backlog = 4096},
       .flood = Flood{.rate = 50, .end = milliseconds(9000)},
       .length = seconds(50),
       .says = "SYN flood"},
      {.id = "d1",
       .what = "40 SYN/s among 20 idle clients/s that a listener defers",
       .label = Label::attack,
       .classes = {kRandom},
       .server = {.defer_accept = 30},
       .crowds = {{.rate = 20, .manner = Manner::idle}},
       .flood = Flood{.rate = 40},
       .length = kLong,
       .says = kFlooded},
      {.id = "ca1",
       .what = "100 SYN/s over 50 listeners",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .server = listeners(50),
       .flood = Flood{.rate = 100, .listeners = 50},
       .length = kLong,
       .says = "SYN flood over 50 listeners"},
      {.id = "ca2",
       .what = "25 SYN/s over 5 listeners",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .server = listeners(5),
       .flood = Flood{.rate = 25, .listeners = 5},
       .length = kLong,
       .says = "SYN flood over 5 listeners"},
      {.id = "ca3",
       .what = "20 SYN/s at one of 300 listeners",
       .label = Label::attack,
       .classes = {kRandom},
       .server = listeners(300),
       .flood = Flood{.rate = 20},
       .says = "SYN flood on [^ ]*:8443"},
      {.id = "rf1",
       .what = "150 SYN/s in the name of one victim that answers RST, over 30 listeners",
       .label = Label::attack,
       .classes = {kResets},
       .server = listeners(30),
       .flood = Flood{.sources = Sources::single, .rate = 150, .answer = Answer::reset, .listeners = 30},
       .length = kLong,
       .says = kFlooded},
      {.id = "st1",
       .what = "a program that accepts nothing, and 100 SYN/s",
       .label = Label::attack,
       .classes = {kOverflow, kRandom, kMixed},
       .server = {.backlog = 64, .accepting = Accepting::never},
       .crowds = {crowd(10)},
       .flood = Flood{.rate = 100},
       .length = kLong},
      {.id = "pu1",
       .what = "100 SYN/s for 2 s, 10 s of silence, …",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .flood = Flood{.rate = 100, .pulse = seconds(2), .rest = seconds(10)},
       .length = kLong,
       .says = kFlooded},
      {.id = "bo1",
       .what = "100 SYN/s of 40 hosts",
       .label = Label::attack,
       .classes = {kMixed, kRandom},
       .flood = Flood{.sources = Sources::botnet, .rate = 100},
       .length = kLong,
       .says = kFlooded},
      {.id = "bo2",
       .what = "100 SYN/s of 40 hosts, a cookie for every SYN",
       .label = Label::attack,
       .classes = {kMixed, kRandom},
       .sysctls = {{"net.ipv4.tcp_syncookies", "2"}},
       .flood = Flood{.sources = Sources::botnet, .rate = 100},
       .length = kLong,
       .says = kFlooded},
      {.id = "sm1",
       .what = "5 SYN/s, room for 9",
       .label = Label::attack,
       .classes = {kMixed, kRandom},
       .server = {.backlog = 8},
       .flood = Flood{.rate = 5},
       .length = kLong,
       .says = kFlooded},
      {.id = "sh1",
       .what = "80 SYNs in a second, six seconds of silence, …",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .server = {.backlog = 128},
       .flood = Flood{.rate = 80, .pulse = seconds(1), .rest = seconds(6)},
       .length = kLong,
       .says = kFlooded},
  };
}

/// What was played and told wrongly when everything above was right.
std::vector<Scenario> second_look() {
  return {
      {.id = "rp1",
       .what = "30 SYN/s, each repeated three times as clients do, among 20 clients/s",
       .label = Label::unclear,
       .classes = {kReturnPath},
       .flood = Flood{.rate = 30, .repeats = 3},
       .length = kLong,
       .says = "possible SYN flood"},
      {.id = "ck2",
       .what = "300 SYN/s, a cookie for every SYN: nothing is dropped",
       .label = Label::attack,
       .classes = {kMixed, kRandom},
       .sysctls = {{"net.ipv4.tcp_syncookies", "2"}},
       .flood = Flood{.rate = 300},
       .says = kFlooded,
       .exits = {0, 1, 3}},
      {.id = "cl1",
       .what = "a service that lives for 600 ms and is gone for 1.6 s, again and again, 20 clients/s",
       .label = Label::overload,
       .classes = {kQuiet},
       .server = {.life = milliseconds(600), .pause_between = milliseconds(1600)},
       .says = "starts and ends again and again|was restarted|Nothing listens"},
      {.id = "or1",
       .what = "30 connections/s of this host that are refused",
       .label = Label::outgoing,
       .classes = {kQuiet},
       .outgoing = Outgoing{.connections = 20, .rate = 30, .answer = Answer::reset},
       .onset = milliseconds(0),
       .says = "that this host opens are refused"},
      {.id = "gu1",
       .what = "5 connections/s of this host that nobody answers, given up after 2 s",
       .label = Label::outgoing,
       .classes = {kQuiet},
       .outgoing = Outgoing{.connections = 10, .rate = 5, .impatient = true},
       .onset = milliseconds(0),
       .says = "nobody answered within a second|does not answer"},
      {.id = "os1",
       .what = "100 connections/s of this host to as many ports of a host that does not answer",
       .label = Label::outgoing,
       .classes = {kQuiet},
       .outgoing = Outgoing{.connections = 1000, .rate = 100, .ports = 5000},
       .onset = milliseconds(0),
       .says = "ports of 198.18.7.7, which do not answer|nothing wrong"},
  };
}

}  // namespace

std::vector<Scenario> judgement_scenarios() {
  std::vector<Scenario> table = outages();
  for (auto* const more : {harmless, attacks, second_look})
    for (Scenario& scenario : more()) table.push_back(std::move(scenario));
  return table;
}

}  // namespace tcpstat::lab
