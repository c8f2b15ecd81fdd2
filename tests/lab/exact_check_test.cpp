// tcpstat check --exact: every handshake of a few seconds, by what became of it.

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <thread>

#include "command.h"
#include "server_under_test.h"

namespace tcpstat::lab {
namespace {

using nlohmann::json;

/// By then the programs are attached.
constexpr std::chrono::milliseconds kAttached{1200};

void set_sysctl(const std::string& name, int value) { std::ofstream("/proc/sys/net/ipv4/" + name) << value; }

/// What a check says while `meanwhile` is done; null, and a line that says why, where nothing can be counted here.
json exact_check(const std::string& seconds, const std::function<void()>& meanwhile) {
  auto said = std::async(std::launch::async, [&] {
    return tcpstat({"check", "--json", "--interval", seconds, "--exact"});
  });
  std::this_thread::sleep_for(kAttached);
  meanwhile();
  const Outcome outcome = said.get();
  json document = json::parse(outcome.out, nullptr, false);
  REQUIRE_MESSAGE(document.is_object(), outcome.err);
  for (const json& warning : document["warnings"]) {
    if (warning["code"] != "exact") continue;
    MESSAGE("skipped: ", warning["message"].get<std::string>());
    return nullptr;
  }
  return document;
}

json evidence_of(const json& document, const std::string& quantity) {
  for (const json& verdict : document["verdicts"])
    for (const json& one : verdict["evidence"])
      if (one["quantity"] == quantity) return one;
  return {};
}

json count(const json& document, const std::string& fate) { return evidence_of(document, fate)["value"]; }

TEST_SUITE("trace") {
  TEST_CASE("check --exact: each handshake counts as what became of it") {
    ServerUnderTest server;
    set_sysctl("tcp_synack_retries", 1);
    Conversations silent = server.arriving(3, visitor(10));
    Conversations reset = server.arriving(2, visitor(11));
    Conversations late = server.arriving(1, visitor(12));
    Conversations repeated = server.arriving(1, visitor(13));
    Conversations done;
    const json said = exact_check("6", [&] {
      for (Conversation& one : silent) one.send_syn();
      for (Conversation& one : late) one.send_syn();
      done = server.accepted(4, visitor(14));
      for (Conversation& one : reset) {
        one.send_syn();
        one.read_syn();
        one.send_rst();
      }
      for (Conversation& one : repeated) {
        one.send_syn();
        one.repeat_syn();
        one.read_syn();
        one.send_ack();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1400));
      for (Conversation& one : late) {
        one.read_syn();
        one.send_ack();
      }
      set_sysctl("tcp_syncookies", 2);
      for (Conversation& one : server.accepted(2, visitor(15))) done.push_back(std::move(one));
    });
    if (said.is_null()) return;
    CHECK(count(said, "handshakes_completed") == 6);
    CHECK(count(said, "handshakes_by_cookie") == 2);
    CHECK(count(said, "handshakes_reset") == 2);
    CHECK(count(said, "handshakes_expired") == 3);
    CHECK(count(said, "handshakes_pruned") == 0);
    CHECK(evidence_of(said, "handshakes_reset")["source"] == "bpf");
  }

  TEST_CASE("check --exact: what a full queue drops early is pruned, and nobody of a flood answers late") {
    ServerUnderTest server;
    Conversations flood = server.arriving(300, visitor(20));
    const json said = exact_check("10", [&] {
      for (Conversation& one : flood) one.send_syn();
    });
    if (said.is_null()) return;
    CHECK(count(said, "handshakes_completed") == 0);
    CHECK(count(said, "handshakes_expired") == 0);
    // It drops until the queue is half full: 256 of 512.
    CHECK(count(said, "handshakes_pruned") == 44);
    CHECK(evidence_of(said, "aged_completed")["value"] == 0);
    CHECK(evidence_of(said, "aged_completed")["source"] == "bpf");
  }
}

}  // namespace
}  // namespace tcpstat::lab
