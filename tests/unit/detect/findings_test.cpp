#include <doctest/doctest.h>

#include <ostream>
#include <string_view>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

using test::delta;
using test::found;
using test::one_shot;

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

TEST_CASE("what rp_filter drops is worth knowing, and a warning where nothing else comes in") {
  struct Case {
    std::uint64_t dropped;
    std::optional<std::uint64_t> received;
    Severity expected;
  };
  for (const Case& one : {Case{500, 0, Severity::warning}, Case{500, 1, Severity::info}, Case{500, {}, Severity::info},
                          Case{4, 0, Severity::ok}, Case{5, 0, Severity::warning}}) {
    CAPTURE(one.dropped);
    Scene quiet;
    KernelFacts facts = test::zero_facts();
    facts.counters.reverse_path_filtered = one.dropped;
    facts.counters.in_segs = one.received;
    const SynReport report = delta(quiet, quiet, facts);
    const Finding* told = test::finding(report, "return-path");
    CHECK((told == nullptr ? Severity::ok : told->severity) == one.expected);
    if (told == nullptr || one.dropped != 500) continue;
    CHECK(told->message == "100 packets a second are dropped by rp_filter");
    CHECK(told->why.ends_with("; no TCP segment comes in") == (one.expected == Severity::warning));
    CHECK(told->next == "ip route");
  }
}

TEST_CASE("one connection that waits is one") {
  Scene scene;
  scene.backlog = 0;
  scene.accept_queue = 1;
  CHECK(found(one_shot(scene), "accept-queue").message ==
        "0.0.0.0:443 accepts too slowly, 1 connection waits, room for 1");
}

TEST_CASE("an accept queue is told from three quarters on, and critical near its end") {
  struct Case {
    std::uint32_t waiting;
    Severity severity;
    std::string_view why;
    std::string_view brief;
  };
  for (const Case& one : {Case{74, Severity::ok, "", ""},
                          Case{75, Severity::warning, "new clients are dropped once it is full",
                               "0.0.0.0:443 accept queue nearly full (75, room for 101)"},
                          Case{90, Severity::critical, "new clients are dropped once it is full",
                               "0.0.0.0:443 accept queue nearly full (90, room for 101)"},
                          Case{101, Severity::critical, "new clients are dropped",
                               "0.0.0.0:443 accept queue full (101, room for 101)"}}) {
    CAPTURE(one.waiting);
    Scene scene;
    scene.backlog = 100;
    scene.accept_queue = one.waiting;
    const SynReport report = one_shot(scene);
    const Finding* told = test::finding(report, "accept-queue");
    CHECK((told == nullptr ? Severity::ok : told->severity) == one.severity);
    if (told == nullptr) continue;
    CHECK(told->why == one.why);
    CHECK(told->brief == one.brief);
    CHECK(told->next == "tcpstat -lp --local-port 443");
  }
}

TEST_CASE("idle clients of a deferring listener matter once they fill its queue") {
  for (const auto& [backlog, severity] :
       {std::pair(1023U, Severity::info), {511U, Severity::warning}, {319U, Severity::critical}}) {
    CAPTURE(backlog);
    Scene scene;
    scene.backlog = backlog;
    scene.established(5);
    for (int i = 0; i < 300; ++i) scene.request(i / 20.0, Sources::random, 0, 9);
    const SynReport report = one_shot(scene);
    const Finding& told = found(report, "deferred-accept");
    CHECK(told.severity == severity);
    CHECK(told.advice == (severity == Severity::info ? "" : "raise its backlog, or turn TCP_DEFER_ACCEPT off"));
    CHECK(told.message.starts_with("Idle clients wait on 0.0.0.0:443, queue 300 of "));
    CHECK(told.next == "tcpstat -s SYN_RECV --local-port 443");
  }
}

TEST_CASE("clients that need several tries are no flood") {
  Scene scene;
  scene.established(50);
  for (int i = 0; i < 20; ++i) scene.request(1.5, Sources::random, 1);
  for (int i = 0; i < 8; ++i) scene.request(5, Sources::random, 1);
  scene.fresh(20);
  const SynReport report = one_shot(scene);
  const Finding& told = found(report, "lossy-clients");
  CHECK(told.severity == Severity::info);
  CHECK(told.sentence() ==
        "Clients of 0.0.0.0:443 need several tries, queue 48 of 512: segments get lost on the way, no flood");
  CHECK(told.advice == "");
  CHECK(told.next == "tcpstat -s SYN_RECV --local-port 443");
}

TEST_CASE("a crowd that is sent cookies is told what room it needs") {
  Scene crowd;
  crowd.fresh(137);
  KernelFacts facts = test::zero_facts();
  facts.counters.passive_opens = 5000;
  const auto told = [&] { return found(delta(crowd, crowd, facts), "flash-crowd"); };
  CHECK(told().why == "all half-opens are fresh, a flash crowd");
  CHECK(told().advice == "");
  facts.counters.syncookies_sent = facts.counters.syncookies_recv = 100;
  CHECK(told().why.find("its backlog is too small") != std::string::npos);
  CHECK(told().advice == "raise it, 206 would do");  // 1.5 x 1000 a second x 137 ms
  CHECK(told().next == "tcpstat -lp --local-port 443");
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

TEST_CASE("handshakes that end in RST are told with the listeners that share them") {
  for (const std::size_t share : {1U, 2U}) {
    SynSample before = Scene().sample();
    before.listeners.push_back(before.listeners.front());
    before.listeners.back().local.port = 80;
    SynSample now = before;
    for (std::size_t i = 0; i < share; ++i) now.listeners[i].drops = 50;
    KernelFacts facts = test::zero_facts();
    facts.counters.embryonic_rsts = 5 * 20;
    CHECK(found(detect_syn(test::between(before, now, facts), {}), "half-open-resets").message ==
          (share == 1 ? "20 handshakes/s end in RST" : "20 handshakes/s end in RST (2 listeners share them)"));
  }
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
  // A kernel that does not tell what each listener lost may mean this one.
  Scene untold_before = before;
  Scene untold = scene;
  untold_before.drops.reset();
  untold.drops.reset();
  CHECK(test::verdict(delta(untold_before, untold, facts)).attack_class == "SYN queue too small");
  // More are dropped than get in: that is felt by most.
  facts.counters.listen_drops = 5 * 400;
  CHECK(found(delta(before, scene, facts), "syn-queue-small").severity == Severity::critical);
  Scene short_backlog = scene;
  short_backlog.backlog = 12;
  facts.settings.max_syn_backlog = 512;
  CHECK(found(delta(before, short_backlog, facts), "syn-queue-small").next == "tcpstat -lp --local-port 443");
  CHECK(found(delta(before, short_backlog, facts), "syn-queue-small").advice ==
        "raise its backlog and net.core.somaxconn or turn SYN cookies on");
  facts.settings.syncookies = 1;
  CHECK(found(delta(before, short_backlog, facts), "syn-queue-small").advice ==
        "raise its backlog and net.core.somaxconn");
}

}  // namespace
}  // namespace tcpstat::detect
