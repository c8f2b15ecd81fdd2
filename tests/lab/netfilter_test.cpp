// What netfilter sees of a flood that leaves nothing in the table of sockets: connection tracking beside SYN cookies, and
// SYNPROXY before the listener. The rules stand in the private namespace of each test and go with it.

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

#include "command.h"
#include "dump.h"
#include "folder.h"
#include "namespace.h"
#include "privileges.h"
#include "running_scenario.h"

namespace tcpstat::lab {
namespace {

using nlohmann::json;
using std::chrono::seconds;

// Any rule that asks for the state of a connection sets connection tracking to work.
const char* const kTracking = R"(
table inet lab {
  chain input { type filter hook input priority filter; ct state invalid counter drop; }
})";

// As nftables documents it (nft(8), SYNPROXY STATEMENT).
const char* const kSynproxy = R"(
table inet lab {
  chain untracked {
    type filter hook prerouting priority raw;
    tcp dport 8443 tcp flags & (fin|syn|rst|ack) == syn notrack;
  }
  chain input {
    type filter hook input priority filter;
    tcp dport 8443 ct state { invalid, untracked } synproxy mss 1460 wscale 7 timestamp sack-perm;
    tcp dport 8443 ct state invalid drop;
  }
})";

const char* const kConntrack = "/proc/sys/net/netfilter/nf_conntrack_count";

/// False, and says so, where there is no nft or the kernel has not `needed`: to load it is not for a test to do.
bool filtered(const char* rules, const char* needed) {
  if (::access(needed, F_OK) != 0) {
    std::printf("skipped: the kernel has no %s\n", needed);
    return false;
  }
  const Outcome nft = run({"nft", rules});
  if (nft.exit_code == 0) return true;
  const bool missing = nft.exit_code == 127;
  std::printf("skipped: %s\n",
              missing ? "nft is not installed" : ("the kernel takes no such rule: " + nft.err).c_str());
  return false;
}

Scenario flood_of(double rate, Sources sources) {
  Scenario scenario;
  scenario.sysctls = {{"net.ipv4.tcp_syncookies", "2"}};
  scenario.flood = Flood{sources, rate};
  scenario.onset = milliseconds(0);
  return scenario;
}

json check(std::vector<std::string> more, const RunOptions& options = {}) {
  std::vector<std::string> words = {"check", "--json"};
  words.insert(words.end(), more.begin(), more.end());
  const Outcome outcome = tcpstat(words, options);
  json document = json::parse(outcome.out, nullptr, false);
  REQUIRE_MESSAGE(document.is_object(), outcome.err);
  return document;
}

json check_for(unsigned interval_s, const RunOptions& options = {}) {
  return check({"--interval", std::to_string(interval_s)}, options);
}

/// The evidence of this name in any verdict, or null.
json evidence(const json& document, const std::string& quantity) {
  for (const json& verdict : document["verdicts"])
    for (const json& one : verdict["evidence"])
      if (one["quantity"] == quantity) return one;
  return nullptr;
}

bool blind_to(const json& document, const std::string& what) {
  for (const json& verdict : document["verdicts"])
    if (verdict.contains("blind") && verdict["blind"].dump().find(what) != std::string::npos) return true;
  return false;
}

std::string worst_class(const json& document) {
  for (const json& verdict : document["verdicts"])
    if (verdict["level"] == "likely" || verdict["level"] == "under attack") return verdict["class"];
  return "no attack";
}

TEST_SUITE("netfilter") {
  TEST_CASE("connection tracking names the network of a flood that cookies hide") {
    enter_namespace();
    const Scenario flood = flood_of(300, Sources::subnet);
    const RunningScenario running(flood, 1);
    if (!filtered(kTracking, kConntrack)) return;
    std::this_thread::sleep_for(seconds(2));
    const json seen = check_for(3);
    CHECK(count_rows(kMaskSynRecv) == 0);
    CHECK(worst_class(seen) == "flood: subnet");
    CHECK(seen["headline"].get<std::string>().find(" from 198.19.66.0/24,") != std::string::npos);
    const json tracked = evidence(seen, "tracked_half_opens");
    REQUIRE(tracked.is_object());
    CHECK(tracked["source"] == "ctnetlink");
    CHECK(tracked["value"] > 500);
    CHECK(evidence(seen, "tracked_top_prefix")["value"] > 0.9);

    RunOptions nobody;
    nobody.prepare = drop_privileges;
    const json unseen = check_for(3, nobody);
    CHECK(worst_class(unseen) == "flood: mixed");
    CHECK(blind_to(unseen, "CAP_NET_ADMIN"));
    CHECK(evidence(unseen, "tracked_half_opens").is_null());
  }

  TEST_CASE("connection tracking tells in whose name a flood is sent that its victim resets") {
    enter_namespace();
    Scenario reflection;
    reflection.server.listeners = 30;
    reflection.flood = Flood{.sources = Sources::single, .rate = 150, .answer = Answer::reset, .listeners = 30};
    reflection.onset = milliseconds(0);
    const RunningScenario running(reflection, 1);
    if (!filtered(kTracking, kConntrack)) return;
    std::this_thread::sleep_for(seconds(2));
    const json seen = check_for(3);
    CHECK(worst_class(seen) == "live-source resets");
    const auto headline = seen["headline"].get<std::string>();
    CHECK(headline.starts_with(
        "SYN flood over 30 listeners (8443–8472) in the name of 198.18.6.6, which answers with RST"));
  }

  TEST_CASE("connection tracking clears hosts that check the health of listeners") {
    enter_namespace();
    Scenario checks;
    checks.server.listeners = 30;
    checks.checks = Checks{20, 30, milliseconds(5000)};
    const RunningScenario running(checks, 1);
    if (!filtered(kTracking, kConntrack)) return;
    std::this_thread::sleep_for(seconds(2));
    const json seen = check_for(3);
    CHECK(seen["status"] == "OK");
    CHECK(seen["headline"].get<std::string>().find("handshakes/s end in RST") != std::string::npos);
  }

  TEST_CASE("without it the sources stay unknown, and are said to be") {
    enter_namespace();
    const Scenario flood = flood_of(300, Sources::subnet);
    const RunningScenario running(flood, 1);
    const json seen = check_for(3);
    CHECK(worst_class(seen) == "flood: mixed");
    CHECK(blind_to(seen, "connection tracking is not at work"));
  }

  TEST_CASE("while no cookie goes unanswered it is not asked") {
    enter_namespace();
    Scenario clients;
    clients.sysctls = {{"net.ipv4.tcp_syncookies", "2"}};
    const RunningScenario running(clients, 1);
    if (!filtered(kTracking, kConntrack)) return;
    const json seen = check_for(3);
    CHECK(worst_class(seen) == "no attack");
    CHECK(evidence(seen, "conntrack_fill")["value"] > 0);
    CHECK(evidence(seen, "tracked_half_opens").is_null());
    CHECK_FALSE(blind_to(seen, "sources"));
  }

  TEST_CASE("the counters of SYNPROXY tell a flood from clients") {
    enter_namespace();
    Scenario scenario = flood_of(200, Sources::random);
    scenario.sysctls.clear();
    scenario.onset = milliseconds(6000);
    const RunningScenario running(scenario, 1);
    if (!filtered(kSynproxy, "/proc/net/stat/synproxy")) return;
    // The last ACK of its handshake must be INVALID, not the start of a tracked connection.
    set_sysctl("net.netfilter.nf_conntrack_tcp_loose", "0");
    std::this_thread::sleep_for(seconds(1));
    const json before = check_for(3);
    CHECK(worst_class(before) == "no attack");
    CHECK(evidence(before, "synproxy_answers")["value"] > 0.8);
    std::this_thread::sleep_for(scenario.onset - running.elapsed() + seconds(1));
    const json during = check_for(3);
    CHECK(worst_class(during).rfind("flood: ", 0) == 0);
    CHECK(evidence(during, "synproxy_answers")["value"] < 0.3);
    CHECK(evidence(during, "completions")["value"] > 5);  // the clients of every day are served
    CHECK(blind_to(during, "SYNPROXY"));
    CHECK(count_rows(kMaskSynRecv) < 5);
  }

  TEST_CASE("from run to run they tell it as well") {
    enter_namespace();
    const Folder folder;
    const std::string state_file = folder / "state.json";
    Scenario scenario = flood_of(200, Sources::random);
    scenario.sysctls.clear();
    scenario.onset = milliseconds(6000);
    const RunningScenario running(scenario, 1);
    if (!filtered(kSynproxy, "/proc/net/stat/synproxy")) return;
    set_sysctl("net.netfilter.nf_conntrack_tcp_loose", "0");
    const auto check_at = [&](milliseconds at) {
      std::this_thread::sleep_for(at - running.elapsed());
      return check({"--state-file", state_file});
    };
    check_at(milliseconds(1500));
    const json before = check_at(milliseconds(5500));
    CHECK(worst_class(before) == "no attack");
    CHECK(evidence(before, "synproxy_answers")["value"] > 0.8);
    check_at(milliseconds(10000));  // the first run that sees the flood waits for a second one
    const json during = check_at(milliseconds(14000));
    CHECK(worst_class(during).rfind("flood: ", 0) == 0);
    CHECK(evidence(during, "synproxy_answers")["value"] < 0.3);
  }
}

}  // namespace
}  // namespace tcpstat::lab
