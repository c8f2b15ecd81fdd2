// A second table: scenarios that were written when the weights had been set. They tell how far the verdicts can be
// trusted elsewhere, as long as nobody fits weights to them; what they find is mended by better questions.

#include "untuned_scenarios.h"

namespace tcpstat::lab {
namespace {

const char* const kRandom = "flood: random sources";
const char* const kMixed = "flood: mixed";
const char* const kSingle = "flood: single source";
const char* const kSubnet = "flood: subnet";
const char* const kFlashCrowd = "flash crowd";
const char* const kOverflow = "accept-queue overflow";
const char* const kDeferred = "deferred accept";
const char* const kLossy = "lossy clients";
const char* const kReturnPath = "return path or replay";
const char* const kResets = "live-source resets";
const char* const kQuiet = "";

Crowd crowd(double rate, int rtt_ms) { return {.rate = rate, .rtt = milliseconds(rtt_ms)}; }

Crowd lossy(double rate, int rtt_ms, double to_server, double to_client) {
  return {.rate = rate, .rtt = milliseconds(rtt_ms), .loss_to_server = to_server, .loss_to_client = to_client};
}

std::vector<Scenario> attacks() {
  return {
      {.id = "w1",
       .what = "5 SYN/s among 100 clients/s, room for 128",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .server = {.backlog = 128},
       .crowds = {crowd(100, 80)},
       .flood = Flood{.rate = 5},
       .onset = milliseconds(3300)},
      {.id = "w2",
       .what = "6 SYN/s among 50 clients/s far away, RTT 600 ms",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .crowds = {crowd(50, 600)},
       .flood = Flood{.rate = 6},
       .onset = milliseconds(4700)},
      {.id = "w3",
       .what = "50 SYN/s for 1 s, 1 s of silence, …",
       .label = Label::attack,
       .classes = {kRandom},
       .flood = Flood{.rate = 50, .pulse = milliseconds(1000)}},
      {.id = "w4",
       .what = "30 SYN/s, and the server restarts",
       .label = Label::attack,
       .classes = {kRandom},
       .server = {.restart = milliseconds(9000)},
       .flood = Flood{.rate = 30}},
      {.id = "w5",
       .what = "15 SYN/s among 100 clients/s that lose 15 % each way",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .crowds = {lossy(100, 120, 0.15, 0.15)},
       .flood = Flood{.rate = 15}},
      {.id = "w6",
       .what = "1000 SYN/s of one /24, room for 1024",
       .label = Label::attack,
       .classes = {kSubnet},
       .server = {.backlog = 1024},
       .flood = Flood{.sources = Sources::subnet, .rate = 1000}},
      {.id = "w7",
       .what = "40 SYN/s of one source among 100 clients/s, RTT 200 ms",
       .label = Label::attack,
       .classes = {kSingle},
       .crowds = {crowd(100, 200)},
       .flood = Flood{.sources = Sources::single, .rate = 40}},
      {.id = "w8",
       .what = "12 SYN/s of random IPv6 sources",
       .label = Label::attack,
       .classes = {kRandom},
       .server = {.bound = Server::Bound::ipv6},
       .flood = Flood{.sources = Sources::random_ipv6, .rate = 12}},
      {.id = "w9",
       .what = "150 SYN/s without cookies, room for 64",
       .label = Label::attack,
       .classes = {kRandom},
       .server = {.backlog = 64},
       .sysctls = {{"net.ipv4.tcp_syncookies", "0"}},
       .flood = Flood{.rate = 150}},
      {.id = "w10",
       .what = "3 SYN/s among 30 clients/s, room for 32",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .server = {.backlog = 32},
       .crowds = {crowd(30, 300)},
       .flood = Flood{.rate = 3},
       .length = milliseconds(24'000)},
      {.id = "w11",
       .what = "500 SYN/s among 200 clients/s, a cookie for every SYN",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .sysctls = {{"net.ipv4.tcp_syncookies", "2"}},
       .crowds = {crowd(200, 100)},
       .flood = Flood{.rate = 500}},
      {.id = "w12",
       .what = "60 SYN/s of sources that answer RST, among 50 clients/s",
       .label = Label::attack,
       .classes = {kResets},
       .crowds = {crowd(50, 50)},
       .flood = Flood{.rate = 60, .answer = Answer::reset}},
      {.id = "w13",
       .what = "25 SYN/s among 60 idle clients/s that lose 40 % of their ACKs",
       .label = Label::attack,
       .classes = {kRandom, kMixed},
       .crowds = {{.rate = 60, .loss_of_ack = 0.4, .manner = Manner::idle}},
       .flood = Flood{.rate = 25}},
  };
}

std::vector<Scenario> look_alikes() {
  return {
      {.id = "y1",
       .what = "20 idle clients/s, 60 % of the ACKs lost",
       .label = Label::netfault,
       .classes = {kQuiet, kLossy},
       .crowds = {{.rate = 20, .loss_of_ack = 0.6, .manner = Manner::idle}}},
      {.id = "y2",
       .what = "80 clients/s that lose 30 % of what they send",
       .label = Label::netfault,
       .classes = {kQuiet, kLossy},
       .crowds = {lossy(80, 40, 0.3, 0)}},
      {.id = "y3",
       .what = "300 clients/s, RTT 600 ms, room for 64",
       .classes = {kFlashCrowd},
       .server = {.backlog = 64},
       .crowds = {crowd(300, 600)}},
      {.id = "y4",
       .what = "application accepts 25/s, room for 16, 100 clients/s",
       .label = Label::overload,
       .classes = {kOverflow},
       .server = {.backlog = 16, .accepting = Accepting::slowly, .pause = milliseconds(40)},
       .crowds = {crowd(100, 150)}},
      {.id = "y5",
       .what = "10 clients/s that lose half each way",
       .label = Label::netfault,
       .classes = {kQuiet, kLossy},
       .crowds = {lossy(10, 250, 0.5, 0.5)}},
      {.id = "y6",
       .what = "300 clients every 3 s at once, room for 64",
       .classes = {kQuiet, kFlashCrowd},
       .server = {.backlog = 64},
       .crowds = {{.rate = 100, .rtt = milliseconds(250), .burst = milliseconds(3000)}}},
      {.id = "y7",
       .what = "TCP_DEFER_ACCEPT, 60 idle clients/s, room for 128",
       .classes = {kDeferred},
       .server = {.backlog = 128, .defer_accept = 30},
       .crowds = {{.rate = 60, .manner = Manner::idle}}},
      {.id = "y8",
       .what = "the server restarts among 300 clients/s that lose 5 %",
       .label = Label::netfault,
       .classes = {kQuiet, kLossy, kFlashCrowd},
       .server = {.backlog = 128, .restart = milliseconds(8000)},
       .crowds = {lossy(300, 400, 0.05, 0.05)}},
      {.id = "y9",
       .what = "120 idle clients/s, 25 % of the ACKs lost",
       .label = Label::netfault,
       .classes = {kQuiet, kLossy},
       .crowds = {{.rate = 120, .loss_of_ack = 0.25, .manner = Manner::idle}}},
      {.id = "y10",
       .what = "200 clients/s, a cookie for every SYN",
       .classes = {kQuiet, kFlashCrowd},
       .sysctls = {{"net.ipv4.tcp_syncookies", "2"}},
       .crowds = {crowd(200, 100)}},
      {.id = "y11",
       .what = "400 clients/s without cookies, RTT 300 ms, room for 64",
       .label = Label::overload,
       .classes = {kFlashCrowd},
       .server = {.backlog = 64},
       .sysctls = {{"net.ipv4.tcp_syncookies", "0"}},
       .crowds = {crowd(400, 300)}},
      {.id = "y12",
       .what = "15 clients/s that no SYN+ACK reaches, among 60 others",
       .label = Label::netfault,
       .classes = {kReturnPath, kLossy},
       .crowds = {{.rate = 15, .loss_to_client = 1}, crowd(60, 80)}},
      {.id = "y13",
       .what = "40 clients/s, RTT 2.5 s",
       .classes = {kQuiet, kLossy, kFlashCrowd},
       .crowds = {crowd(40, 2500)}},
  };
}

}  // namespace

std::vector<Scenario> untuned_scenarios() {
  std::vector<Scenario> table = attacks();
  for (Scenario& scenario : look_alikes()) table.push_back(std::move(scenario));
  return table;
}

}  // namespace tcpstat::lab
