#include <doctest/doctest.h>

#include <ostream>
#include <string_view>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

using test::delta;
using test::one_shot;

TEST_CASE("the first line says what happens and the last what to type") {
  Scene scene;
  scene.backlog = 128;
  scene.flood(18, 7);
  scene.fresh(3);
  const SynReport report = one_shot(scene);
  const Finding* flood = test::finding(report, "syn-flood");
  REQUIRE(flood != nullptr);
  CHECK(flood->severity == Severity::critical);
  CHECK(flood->message ==
        "SYN flood on 0.0.0.0:443 from random sources, at least 18 SYN/s, queue full (129, room for 129)");
  CHECK(flood->next == "tcpstat summary --by remote_prefix -s SYN_RECV --local-port 443");
  CHECK(report.findings.front().rule == "syn-flood");
}

TEST_CASE("a rate of a part of the table is a least one") {
  Scene scene;
  scene.flood(18, 7);
  const SynSample sample = scene.sample();
  SynInput input;
  input.now = &sample;
  input.facts = test::zero_facts();
  input.completeness = Completeness::partial;
  const SynReport report = detect_syn(input, {});
  const Finding* flood = test::finding(report, "syn-flood");
  REQUIRE(flood != nullptr);
  CHECK(flood->message.find(", at least 18 SYN/s") != std::string::npos);
  CHECK(flood->brief == "SYN flood on 0.0.0.0:443, at least 18 SYN/s");
}

const Finding& found(const SynReport& report, std::string_view rule) {
  const Finding* one = test::finding(report, rule);
  REQUIRE(one != nullptr);
  return *one;
}

TEST_CASE("clients to whom no route leads are no flood") {
  struct Case {
    std::string_view name;
    std::uint64_t drops;
    std::uint64_t unrouted;
    std::uint64_t completions;
    Severity expected;
  };
  for (const Case& one :
       {Case{"nobody connects", 100, 100, 0, Severity::critical},
        Case{"five a second that do", 100, 100, 25, Severity::warning},
        Case{"one a second", 5, 5, 100, Severity::warning}, Case{"fewer are strays", 4, 4, 100, Severity::ok},
        Case{"those of programs here are no clients", 0, 100, 100, Severity::ok}}) {
    CAPTURE(one.name);
    Scene quiet;
    quiet.established(20);
    KernelFacts facts = test::zero_facts();
    facts.counters.out_no_routes = one.unrouted;
    facts.counters.listen_drops = one.drops;
    facts.counters.passive_opens = one.completions;
    const SynReport report = delta(quiet, quiet, facts);
    for (const SynVerdict& verdict : report.verdicts) CHECK(verdict.level == AttackLevel::none);
    CHECK(test::finding(report, "syn-flood") == nullptr);
    const Finding* told = test::finding(report, "return-path");
    CHECK((told == nullptr ? Severity::ok : told->severity) == one.expected);
    if (told == nullptr) continue;
    CHECK(told->subject == "host");
    CHECK(told->next == "ip route");
    CHECK(told->message.starts_with("This host has no route to its clients: about "));
  }
}

TEST_CASE("what leaves nothing in the table is shown by packets") {
  Scene quiet;
  quiet.established(20);
  KernelFacts cookies = test::zero_facts();
  cookies.settings.syncookies = 2;
  cookies.counters.syncookies_sent = 5000;
  CHECK(found(delta(quiet, quiet, cookies), "syn-flood").next ==
        "tcpdump -nni any -c 100 'dst port 443 and tcp[tcpflags] & 0x12 == tcp-syn'");
  KernelFacts resets = test::zero_facts();
  resets.counters.embryonic_rsts = 1500;
  const SynReport report = delta(quiet, quiet, resets);
  CHECK(found(report, "syn-flood").next == "tcpdump -nni any -c 100 'dst port 443 and tcp[tcpflags] & tcp-rst != 0'");
  CHECK(
      found(report, "syn-flood").sentence().starts_with("SYN flood on 0.0.0.0:443 from sources that answer with RST"));
  quiet.local = test::endpoint("::", 443);
  CHECK(
      found(delta(quiet, quiet, resets), "syn-flood").next ==
      "tcpdump -nni any -c 100 'dst port 443 and (tcp[tcpflags] & tcp-rst != 0 or ip6[6] == 6 and ip6[53] & 4 != 0)'");
}

TEST_CASE("cookies that are off are to be turned on") {
  Scene attacked;
  attacked.backlog = 128;
  attacked.flood(20, 10);
  KernelFacts facts = test::zero_facts();
  CHECK(found(one_shot(attacked, facts), "syn-flood").advice.starts_with("keep SYN cookies on"));
  facts.settings.syncookies = 0;
  CHECK(found(one_shot(attacked, facts), "syn-flood").advice.starts_with("turn SYN cookies on"));
}

TEST_CASE("handshakes that a few hosts give up are worth knowing") {
  Scene quiet;
  KernelFacts facts = test::zero_facts();
  facts.counters.embryonic_rsts = 5 * 20;
  const SynReport report = delta(quiet, quiet, facts);
  CHECK(test::finding(report, "syn-flood") == nullptr);
  CHECK(test::verdict(report, "host").level == AttackLevel::none);
  CHECK(found(report, "half-open-resets").severity == Severity::info);
  CHECK(found(report, "half-open-resets").sentence() ==
        "20 handshakes/s end in RST: health checks look like this; a flood if they are news");
}

TEST_CASE("SYN+ACKs that cannot be sent are told from a crowd") {
  Scene before;
  Scene now;
  now.fresh(20, 1);
  KernelFacts facts = test::zero_facts();
  facts.counters.passive_opens = 500;
  facts.counters.tcp_timeouts = 5 * 18;
  const SynReport report = delta(before, now, facts);
  CHECK(test::verdict(report).attack_class == "return path or replay");
  CHECK(found(report, "return-path").severity == Severity::critical);
  CHECK(found(report, "return-path")
            .sentence()
            .starts_with("SYN+ACKs of 0.0.0.0:443 do not leave this host: 18 requests"));
  CHECK(found(report, "return-path").next == "tcpstat -s SYN_RECV --local-port 443 -S age_ms:desc");
  // Without retries no request lives longer.
  facts.settings.synack_retries = 0;
  CHECK(test::finding(delta(before, now, facts), "return-path") == nullptr);
  facts.settings.synack_retries = 5;
  // So do deferred requests end their rounds, and connections have timeouts of their own.
  Scene deferring = now;
  deferring.request(5, Sources::random, 0, 2);
  CHECK(test::finding(delta(before, deferring, facts), "return-path") == nullptr);
  facts.counters.retrans_segs = 5 * 18;
  CHECK(test::finding(delta(before, now, facts), "return-path") == nullptr);
  facts.counters.retrans_segs = 0;
  facts.counters.defer_accept_drop = 1;
  CHECK(test::finding(delta(before, now, facts), "return-path") == nullptr);
  facts.counters.defer_accept_drop = 0;
  CHECK(test::finding(delta(before, now, facts), "return-path") != nullptr);
  // Timeouts after which the SYN+ACK is sent again are those of clients far away.
  facts.counters.syn_retrans = 5 * 18;
  CHECK(test::finding(delta(before, now, facts), "return-path") == nullptr);
}

TEST_CASE("a half-open that is gone is no completion unless the host has one for it") {
  Scene before;
  Scene now;
  for (int i = 0; i < 20; ++i) before.request(1.2);
  now.next = 500;
  now.flood(20, 5);
  KernelFacts facts = test::zero_facts();
  CHECK(test::evidence(test::verdict(delta(before, now, facts)), "aged_completed") == nullptr);
  facts.counters.passive_opens = 20;
  CHECK(test::evidence(test::verdict(delta(before, now, facts)), "aged_completed")->value == 1);
}

TEST_CASE("a crowd in front of a short queue is told what would help") {
  Scene scene;
  scene.fresh(13, 0.1);
  const Scene before = scene;
  scene.drops = 200;
  KernelFacts facts = test::zero_facts();
  facts.settings.syncookies = 0;
  facts.settings.max_syn_backlog = 16;
  facts.counters.listen_drops = 5 * 40;
  facts.counters.passive_opens = 5 * 110;
  const SynReport report = delta(before, scene, facts);
  CHECK(test::verdict(report).level == AttackLevel::none);
  CHECK(test::verdict(report).attack_class == "SYN queue too small");
  CHECK(found(report, "syn-queue-small").severity == Severity::warning);
  CHECK(found(report, "syn-queue-small").sentence() ==
        "SYN queue too small on 0.0.0.0:443 (room for 13): 40 SYNs a second of its clients are dropped, 110 connect; "
        "raise "
        "net.ipv4.tcp_max_syn_backlog or turn SYN cookies on");
  CHECK(found(report, "syn-queue-small").next == "sysctl net.ipv4.tcp_max_syn_backlog net.ipv4.tcp_syncookies");
  // More are dropped than get in: that is felt by most.
  facts.counters.listen_drops = 5 * 400;
  CHECK(found(delta(before, scene, facts), "syn-queue-small").severity == Severity::critical);
  Scene short_backlog = scene;
  short_backlog.backlog = 12;
  facts.settings.max_syn_backlog = 512;
  CHECK(found(delta(before, short_backlog, facts), "syn-queue-small").next == "tcpstat -lp --local-port 443");
}

TEST_CASE("nobody who waits hears this host: how many, for how long, and what to look at") {
  Scene scene;
  scene.flood(20, 15, Sources::random, 3);
  KernelFacts facts = test::zero_facts();
  const Scene before;
  CHECK(found(delta(before, scene, facts), "return-path").severity == Severity::critical);
  CHECK(
      found(delta(before, scene, facts), "return-path").sentence() ==
      "No client of 0.0.0.0:443 gets our SYN+ACK: 100 % of those that wait repeat their SYN, none completed for 14 s; "
      "check the way out, firewall and routing");
  CHECK(found(delta(before, scene, facts), "return-path").next ==
        "tcpstat -s SYN_RECV --local-port 443 -S retransmits:desc");
  facts.counters.passive_opens = 100;
  CHECK(found(delta(before, scene, facts), "return-path").severity == Severity::warning);
  CHECK(found(delta(before, scene, facts), "return-path")
            .sentence()
            .starts_with("Clients of 0.0.0.0:443 do not get our SYN+ACK, or a possible SYN flood repeats its SYNs"));
  CHECK(found(delta(before, scene, facts), "return-path").next ==
        "tcpstat summary --by remote_prefix -s SYN_RECV --local-port 443");
}

TEST_CASE("those who wait in vain and have other connections here are clients, and no flood") {
  Scene scene;
  scene.flood(20, 15, Sources::random, 3);
  for (std::size_t i = 0; i < 100; ++i) {
    scene.rows.push_back(test::connection(State::established, scene.local, scene.rows[i].remote));
  }
  KernelFacts facts = test::zero_facts();
  facts.counters.passive_opens = 100;
  CHECK(found(delta(Scene(), scene, facts), "return-path").message == "Clients of 0.0.0.0:443 do not get our SYN+ACK");
}

TEST_CASE("the rate of a full queue is a least one until counters tell the rest, and then may be too much") {
  Scene scene;
  scene.backlog = 128;
  scene.flood(18, 7);
  scene.fresh(3);
  KernelFacts facts = test::zero_facts();
  facts.counters.passive_opens = 100;
  const auto says = [&](const char* words) {
    const std::string message = found(delta(scene, scene, facts), "syn-flood").message;
    CAPTURE(message);
    return message.find(words) != std::string::npos;
  };
  CHECK(says(", at least "));
  const auto why = [&] { return found(delta(scene, scene, facts), "syn-flood").why; };
  CHECK(why() == "SYNs that never complete take the room of clients in the SYN queue");
  facts.counters.passive_opens = 0;
  CHECK(why().ends_with("; nobody completes: see that last ACKs arrive"));
  facts.counters.passive_opens = 100;
  facts.counters.syncookies_sent = 100;
  CHECK(says(", about "));
  // Clients that find no room are dropped as well.
  facts.settings.syncookies = 0;
  facts.counters.syncookies_sent = 0;
  facts.counters.req_q_full_drop = 200;
  CHECK(says(", up to "));
}

TEST_CASE("where every SYN is answered by a cookie a flood takes nobody's room") {
  const Scene quiet;
  KernelFacts facts = test::zero_facts();
  facts.settings.syncookies = 2;
  facts.counters.syncookies_sent = 2000;
  facts.counters.passive_opens = 100;
  const Finding flood = found(delta(quiet, quiet, facts), "syn-flood");
  CHECK(flood.severity == Severity::warning);
  CHECK(flood.message == "SYN flood on 0.0.0.0:443 from mixed sources, about 400 SYN/s");
  CHECK(flood.why == "a cookie answers each SYN (net.ipv4.tcp_syncookies is 2), which takes nobody's room");
  facts.counters.listen_overflows = 100;
  facts.counters.listen_drops = 200;
  CHECK(found(delta(quiet, quiet, facts), "syn-flood").severity == Severity::critical);
}

TEST_CASE("a flood among deferred clients is a flood, and what is listed first was never answered") {
  Scene scene;
  for (int i = 0; i < 100; ++i) scene.request(i / 10.0, Sources::random, 0, 9);
  scene.flood(20, 10);
  const SynReport report = one_shot(scene);
  CHECK(test::verdict(report).attack_class == "flood: random sources");
  CHECK(found(report, "syn-flood").sentence().starts_with("SYN flood on 0.0.0.0:443 from random sources"));
  CHECK(found(report, "syn-flood").next == "tcpstat -s SYN_RECV --local-port 443 -S retransmits:desc");
}

TEST_CASE("what a full accept queue may hide is said beside it") {
  Scene scene;
  scene.backlog = 64;
  scene.accept_queue = 65;
  scene.flood(9, 7);
  const SynReport report = one_shot(scene);
  CHECK(found(report, "accept-queue").severity == Severity::critical);
  CHECK(found(report, "syn-flood").severity == Severity::info);
  CHECK(found(report, "syn-flood")
            .sentence()
            .starts_with("A SYN flood on 0.0.0.0:443 could hide behind its full accept"));
  CHECK(report.findings.front().rule == "accept-queue");
}

}  // namespace
}  // namespace tcpstat::detect
