#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <vector>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;

using test::one_shot;

TEST_CASE("silence is not ok where a snapshot cannot see") {
  Scene scene;
  KernelFacts facts = test::zero_facts();
  const auto host = [&] { return test::verdict(one_shot(scene, facts), "host"); };
  CHECK(host().level == AttackLevel::none);
  CHECK(host().blind.size() == 1);  // sources that answer with RST: no snapshot sees them
  facts.counters.syncookies_sent = 1;
  CHECK(host().blind.size() == 2);
  CHECK(host().level == AttackLevel::none);
  facts.settings.syncookies = 2;
  CHECK(host().level == AttackLevel::unknown);
  facts.settings.syncookies = 1;
  facts.filters.synproxy_syn_received = 5;
  CHECK(host().level == AttackLevel::unknown);
  const SynReport report = one_shot(scene, facts);
  REQUIRE(test::finding(report, "syn-blind") != nullptr);
  CHECK(test::finding(report, "syn-blind")->severity == Severity::unknown);
  CHECK(test::finding(report, "syn-blind")->message ==
        "It is not known whether there is an attack: SYNPROXY answers SYNs before the listeners see them: a flood "
        "shows in "
        "its counters alone; use --interval");
}

TEST_CASE("what one snapshot cannot know of cookies is told, with the remedy where there is one") {
  const SynSample sample = Scene().sample();
  SynInput input;
  input.now = &sample;
  input.facts = test::zero_facts();
  const auto first = [&] { return test::verdict(detect_syn(input, {}), "host").blind.at(0); };
  CHECK(first() ==
        "sources that answer with RST leave no half-open: a flood of that kind shows in counters alone; use "
        "--interval");
  input.facts.counters.syncookies_sent = 1;
  CHECK(first() == "SYN cookies were sent since boot: what they answered is not in the table; use --interval");
  const SynReport report = detect_syn(input, {});
  const Finding* told = test::finding(report, "syn-blind");
  REQUIRE(told != nullptr);
  CHECK(told->message == "Not seen: " + first());
  REQUIRE(told->evidence.size() == 2);
  CHECK(told->evidence[0].value == 1);
  CHECK(told->evidence[0].quantity == "tcp_syncookies");
  CHECK(told->evidence[1].value == 1);
  CHECK(told->evidence[1].quantity == "cookies_since_boot");
  input.saved = true;
  CHECK(first() == "SYN cookies were sent since boot: what they answered is not in the table");
  input.facts.counters.syncookies_sent.reset();
  CHECK(first() == "whether SYN cookies are in use is not known");
  input.facts.counters.syncookies_sent = 0;
  input.facts.settings.syncookies.reset();
  CHECK(first() == "whether SYN cookies are in use is not known");
}

TEST_CASE("where no half-open outlives its first timeout, ages tell no crowd from a flood") {
  Scene scene;
  scene.fresh(100, 0.9);
  KernelFacts facts = test::zero_facts();
  CHECK(test::verdict(one_shot(scene, facts)).attack_class == "flash crowd");
  CHECK(test::verdict(one_shot(scene, facts), "host").blind.size() == 1);
  facts.settings.synack_retries = 0;
  const SynReport report = one_shot(scene, facts);
  CHECK(test::verdict(report).attack_class == "");
  CHECK(test::verdict(report, "host").blind.back() ==
        "net.ipv4.tcp_synack_retries is 0: no half-open gets older than a second, so a flood looks like a crowd; use "
        "--interval");
  CHECK(test::finding(report, "flash-crowd") == nullptr);
  // The last run is no help, but requests that are followed are.
  const SynSample sample = scene.sample();
  const TrackedRequest followed{};
  SynInput input;
  input.now = &sample;
  input.before = &sample;
  input.facts = input.facts_before.emplace(facts);
  input.apart = std::chrono::seconds(5);
  CHECK(test::verdict(detect_syn(input, {}), "host").blind.size() == 1);
  input.followed = {&followed, 1};
  CHECK(test::verdict(detect_syn(input, {}), "host").blind.empty());
}

TEST_CASE("rows of /proc alone find a flood and say what they lack") {
  Scene scene;
  scene.flood(20, 10);
  scene.rows = scene.proc_rows;
  scene.established(5);
  const SynReport report = one_shot(scene);
  CHECK(test::verdict(report).level == AttackLevel::likely);
  CHECK(test::evidence(test::verdict(report), "client_retries") == nullptr);
  CHECK(test::verdict(report, "host").blind.size() == 2);
}

TEST_CASE("a table that was read in part is not quiet") {
  const SynSample sample = Scene().sample();
  SynInput input;
  input.now = &sample;
  input.facts = test::zero_facts();
  const auto host = [&] { return test::verdict(detect_syn(input, {}), "host"); };
  const auto told = [&] {
    const std::vector<std::string> blind = host().blind;
    return std::find(blind.begin(), blind.end(), "the table was not read as a whole") != blind.end();
  };
  CHECK(host().level == AttackLevel::none);
  CHECK_FALSE(told());
  const auto half_opens = [&] {
    const std::vector<Evidence> all = host().evidence;
    return std::find_if(all.begin(), all.end(), [](const Evidence& one) { return one.quantity == "half_opens"; })
        ->value;
  };
  CHECK(half_opens() == 0);
  input.completeness = Completeness::partial;
  CHECK_FALSE(half_opens());
  CHECK(host().level == AttackLevel::unknown);
  CHECK(told());
  const SynReport report = detect_syn(input, {});
  const Finding* said = test::finding(report, "syn-blind");
  REQUIRE(said != nullptr);
  CHECK(said->severity == Severity::unknown);
  CHECK(said->message == "It is not known whether there is an attack: the table was not read as a whole");
}

TEST_CASE("the sources behind SYNPROXY are nowhere, once it has answered enough SYNs") {
  const SynSample sample = Scene().sample();
  SynInput input;
  input.now = &sample;
  input.before = &sample;
  input.facts = input.facts_before.emplace(test::zero_facts());
  input.apart = std::chrono::seconds(5);
  input.facts_before->filters.synproxy_syn_received = 0;
  input.facts_before->filters.synproxy_cookie_valid = 0;
  input.facts.filters.synproxy_cookie_valid = 0;
  const auto spots = [&](std::uint64_t syns) {
    input.facts.filters.synproxy_syn_received = syns;
    return test::verdict(detect_syn(input, {}), "host").blind.size();
  };
  CHECK(spots(19) == 0);
  CHECK(spots(20) == 1);
}

}  // namespace
}  // namespace tcpstat::detect
