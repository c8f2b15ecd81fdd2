// Lives as JSON objects.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "render/life_json.h"
#include "render/transitions.h"

namespace tcpstat::render {
namespace {

using nlohmann::json;

TEST_CASE("a life in ndjson, and what a trace has counted in its last line") {
  const auto all = lines(lives("ndjson", reset_life()));
  REQUIRE(all.size() == 2);
  const json life = json::parse(all[0]);
  CHECK(life["type"] == "life");
  CHECK(life["local_port"] == 40'000);
  CHECK(life["lasted_us"] == 3'206);
  CHECK(life["handshake_us"] == 57);
  CHECK(life["closed_first"] == nullptr);
  CHECK(life["ending"] == "reset");
  CHECK(life["reset_by"] == "peer");
  CHECK(life["states"] == json::array({{{"state", name(State::syn_sent)}, {"lasted_us", 57}},
                                       {{"state", name(State::established)}, {"lasted_us", 3'149}}}));
  const json end = json::parse(all[1]);
  CHECK(end["lives"] == 1);
  CHECK(end["running"] == 0);
  CHECK(end["handshakes"]["outgoing"] == json{{"completed", 0}, {"refused", 0}, {"failed", 0}});
  CHECK(end["handshakes"]["incoming"] ==
        json{{"completed", 0}, {"reset", nullptr}, {"expired", nullptr}, {"pruned", nullptr}, {"cookie", nullptr}});
  REQUIRE(end["state_times"].size() == 1);
  CHECK(end["state_times"][0]["local_port"] == 80);
  CHECK(end["state_times"][0]["states"][0]["max_us"] == 9);
}

TEST_CASE("why this host sent the RST that ended a life") {
  ConnectionLife life = reset_life();
  life.reset_by = ResetBy::here;
  life.reset_reason = ResetReason::keepalive_timeout;
  CHECK(json::parse(lines(lives("ndjson", life))[0])["reset_reason"] == "keepalive-timeout");
  CHECK(lines(lives("csv", life))[1].ends_with(":3149,keepalive-timeout,socket,,,,"));
  CHECK(lines(lives("table", life))[1].find("(keepalive-timeout) SYN_SENT") != std::string::npos);
}

TEST_CASE("a life has each of its facts under a key of its own") {
  ConnectionLife life;
  life.body = Body::request;
  life.local = test::endpoint("2001:db8::1", 80);
  life.remote = test::endpoint("2001:db8::2", 40'000);
  life.cookie = 0xFFFF'FFFF'FFFF'FFFF;
  life.netns = 8;
  life.interface = 7;
  life.opening = Opening::passive;
  life.states = {{State::established, {}}};
  life.began = EventTime(5);
  life.ended = EventTime(25);
  life.handshake = EventTime(3);
  life.protocol = Protocol::mptcp;
  life.closed_first = ClosedFirst::both;
  life.ending = Ending::timed_out;
  life.reset_by = ResetBy::here;
  life.reset_reason = ResetReason::abort;
  life.bytes_sent = 10;
  life.bytes_received = 20;
  life.complete = false;
  life.legal = false;
  test::TableNames names;
  names.interfaces[7] = "eth0";
  const DeviceNames devices(names, 8);
  json wanted = {{"object", "request"},
                 {"family", "ipv6"},
                 {"protocol", 262},
                 {"local_address", "2001:db8::1"},
                 {"local_port", 80},
                 {"remote_address", "2001:db8::2"},
                 {"remote_port", 40'000},
                 {"cookie", "18446744073709551615"},
                 {"socket", nullptr},
                 {"opening", "passive"},
                 {"began_us", 5},
                 {"ended_us", 25},
                 {"lasted_us", 20},
                 {"handshake_us", 3},
                 {"closed_first", "both"},
                 {"ending", "timed-out"},
                 {"reset_by", "here"},
                 {"reset_reason", "abort"},
                 {"bytes_sent", 10},
                 {"bytes_received", 20},
                 {"complete", false},
                 {"legal", false},
                 {"interface", "eth0"},
                 {"netns", 8},
                 {"states", json::array({{{"state", name(State::established)}, {"lasted_us", nullptr}}})}};
  CHECK(json(life_json(life, devices)) == wanted);
  life = {};
  life.socket = "s";
  const json little = life_json(life, devices);
  CHECK(little.size() == wanted.size());
  CHECK(little["socket"] == "s");
  CHECK(little["object"] == "socket");
  CHECK(little["complete"] == true);
  CHECK(little["legal"] == true);
  CHECK(little["states"] == json::array());
  for (const char* key : {"family", "local_address", "local_port", "remote_address", "remote_port", "cookie", "opening",
                          "began_us", "ended_us", "lasted_us", "handshake_us", "closed_first", "ending", "reset_by",
                          "reset_reason", "bytes_sent", "bytes_received", "interface", "netns"}) {
    CAPTURE(key);
    CHECK(little.at(key).is_null());
  }
}

TEST_CASE("what a trace has counted has each number under a key of its own") {
  TraceSummary of;
  of.lives = 4;
  of.running = 5;
  of.handshakes.outgoing = {.completed = 6, .refused = 7, .failed = 8};
  of.handshakes.incoming = {.completed = 9, .reset = 10, .expired = 11, .pruned = 12, .cookie = 13};
  of.groups = {{.opening = Opening::passive,
                .local = test::endpoint("192.0.2.1", 80),
                .states = {{State::established, 1, EventTime(2), EventTime(3), EventTime(4), EventTime(5)}},
                .interface = 7,
                .netns = 8},
               {.opening = Opening::unknown, .local = {}, .states = {}, .interface = 0}};
  test::TableNames names;
  names.interfaces[7] = "eth0";
  nlohmann::ordered_json to;
  add_trace_summary(to, of, DeviceNames(names, 8));
  CHECK(json(to) ==
        json{{"lives", 4},
             {"running", 5},
             {"handshakes",
              {{"outgoing", {{"completed", 6}, {"refused", 7}, {"failed", 8}}},
               {"incoming", {{"completed", 9}, {"reset", 10}, {"expired", 11}, {"pruned", 12}, {"cookie", 13}}}}},
             {"state_times", json::array({{{"opening", "passive"},
                                           {"local_address", "192.0.2.1"},
                                           {"local_port", 80},
                                           {"interface", "eth0"},
                                           {"states", json::array({{{"state", name(State::established)},
                                                                    {"count", 1},
                                                                    {"p50_us", 2},
                                                                    {"p90_us", 3},
                                                                    {"p99_us", 4},
                                                                    {"max_us", 5}}})}},
                                          {{"opening", nullptr},
                                           {"local_address", nullptr},
                                           {"local_port", nullptr},
                                           {"interface", nullptr},
                                           {"states", json::array()}}})}});
}

}  // namespace
}  // namespace tcpstat::render
