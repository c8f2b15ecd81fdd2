#include "detect/flood_findings.h"

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "detect/causes.h"
#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

using test::delta;
using test::found;
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
  CHECK(found(delta(quiet, quiet, resets), "syn-flood").next ==
        "tcpdump -nni any -c 100 'dst port 443 and (tcp[tcpflags] & tcp-rst != 0 or (ip6[6] == 6 and ip6[53] & 4 != "
        "0))'");
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
  CHECK(why().ends_with("; nobody completes, as if last ACKs were lost"));
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
  CHECK(flood.message == "SYN flood on 0.0.0.0:443, about 400 SYN/s");
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

/// Assessments as they are written down: floods on 0.0.0.0:8000 and the ports behind it.
struct WrittenAssessment {
  SynSample sample;
  SynInput input;
  std::deque<SynListener> listeners;
  std::deque<ListenerView> views;
  std::deque<HalfOpen> requests;
  HostAssessment all;

  explicit WrittenAssessment(std::size_t count = 1) {
    input.now = &sample;
    sample.other_rows = 1;  // somebody is connected
    input.facts.settings.syncookies = 1;
    input.facts_before.emplace();
    all.host.of = &views.emplace_back(host_view(input));
    all.host.takes_host_evidence = true;
    for (std::size_t i = 0; i < count; ++i) {
      SynListener& listener = listeners.emplace_back();
      listener.local = test::endpoint("0.0.0.0", static_cast<std::uint16_t>(8000 + i));
      listener.sockets = 1;
      ListenerView& view = views.emplace_back(host_view(input));
      view.now = &listener;
      Assessment& one = all.listeners.emplace_back();
      one.of = &view;
      one.level = AttackLevel::likely;
      one.attack_class = AttackClass::random_sources;
      one.score = 4.5;
      one.rate_per_s = 100;
      one.signals.half_open = 200;
      one.signals.counted = 200;
      one.signals.aged = 100;
      one.signals.limit = 512;
      one.signals.amount_aged = Amount::many;
      one.signals.add("stale_half_opens", 0.5, ">=", 0.3, "ratio", 3, "sock_diag");
    }
  }
  WrittenAssessment(const WrittenAssessment&) = delete;
  WrittenAssessment& operator=(const WrittenAssessment&) = delete;

  Assessment& one(std::size_t i = 0) { return all.listeners.at(i); }
  Measurements& host() { return all.host.signals; }
  std::vector<Finding> findings() { return flood_findings(all, {}); }
  /// The only one.
  Finding finding() {
    std::vector<Finding> out = findings();
    REQUIRE(out.size() == 1);
    return out.front();
  }
  std::string message() { return finding().message; }
};

TEST_CASE("a flood is told with its place, its rate and its queue") {
  WrittenAssessment flood;
  const Finding one = flood.finding();
  CHECK(one.rule == "syn-flood");
  CHECK(one.severity == Severity::critical);
  CHECK(one.subject == "0.0.0.0:8000");
  CHECK(one.message == "SYN flood on 0.0.0.0:8000 from random sources, about 100 SYN/s, queue 200 of 512");
  CHECK(one.brief == "SYN flood on 0.0.0.0:8000, about 100 SYN/s");
  CHECK(one.why == "SYNs that never complete take the room of clients in the SYN queue");
  CHECK(one.advice ==
        "keep SYN cookies on (net.ipv4.tcp_syncookies); let the provider filter: the sources may be forged");
  CHECK(one.next == "tcpstat summary --by remote_prefix -s SYN_RECV --local-port 8000");
  CHECK(one.value == 4.5);
  CHECK(one.unit == "points");
  CHECK(one.warning == 2);
  CHECK(one.critical == 3.5);
  REQUIRE(one.evidence.size() == 1);
  CHECK(one.evidence[0].quantity == "stale_half_opens");
}

TEST_CASE("where nobody is connected, last ACKs may be what does not arrive") {
  Scene scene;
  scene.flood(18, 7);
  CHECK(test::finding(one_shot(scene), "syn-flood")->why.ends_with("; nobody is connected, as if last ACKs were lost"));
  scene.established(1);
  CHECK(test::finding(one_shot(scene), "syn-flood")->why.find("nobody is connected") == std::string::npos);
}

TEST_CASE("what is only suspicious is a possible flood, and to be looked at again") {
  WrittenAssessment flood;
  flood.one().level = AttackLevel::suspicious;
  const Finding one = flood.finding();
  CHECK(one.severity == Severity::warning);
  CHECK(one.message == "Possible SYN flood on 0.0.0.0:8000 from random sources, about 100 SYN/s, queue 200 of 512");
  CHECK(one.brief == "Possible SYN flood on 0.0.0.0:8000, about 100 SYN/s");
  CHECK(one.why == "SYNs that never complete take the room of clients in the SYN queue");
  CHECK(one.advice == "look again for longer before anything is blocked");
  CHECK(one.next == "tcpstat check --interval 5 -v");
  flood.one().signals.sources_are_clients = Answer::yes;
  CHECK(flood.finding().why == "the sources have other connections here: it may be their last ACKs that do not arrive");
  CHECK(flood.finding().advice == "check the way from these clients (routes, firewalls) before anything is blocked");
  flood.one().level = AttackLevel::likely;
  CHECK(flood.finding().why == "SYNs that never complete take the room of clients in the SYN queue");
  CHECK(flood.finding().advice ==
        "keep SYN cookies on (net.ipv4.tcp_syncookies); block nobody: these sources have other connections here");
}

TEST_CASE("a listener that is not even suspicious, or of which nothing is known, has no finding") {
  WrittenAssessment quiet;
  quiet.one().level = AttackLevel::unknown;
  CHECK(quiet.findings().empty());
  WrittenAssessment nothing;
  nothing.one().signals.evidence.clear();
  CHECK(nothing.findings().empty());
}

TEST_CASE("a flood is told where it comes from") {
  WrittenAssessment flood;
  const auto begins = [&](std::string_view text) {
    const std::string message = flood.message();
    CAPTURE(message);
    return message.starts_with("SYN flood on 0.0.0.0:8000" + std::string(text) + ", about 100 SYN/s");
  };
  Assessment& one = flood.one();
  one.attack_class = AttackClass::mixed_sources;
  CHECK(begins(""));  // nothing is known of them
  one.signals.origin = Origin{AttackClass::mixed_sources, ""};
  CHECK(begins(" from mixed sources"));
  one.attack_class = AttackClass::subnet;
  one.signals.origin = Origin{AttackClass::subnet, "198.51.100.0/24"};
  CHECK(begins(" from 198.51.100.0/24"));
  // Random is what they are, whatever a network is called.
  one.attack_class = AttackClass::random_sources;
  CHECK(begins(" from random sources"));
  one.attack_class = AttackClass::live_sources;
  CHECK(begins(" from sources that answer with RST"));
  flood.host().reset_origin = Origin{AttackClass::random_sources, ""};
  CHECK(begins(" from sources that answer with RST"));
  flood.host().reset_origin->place = "203.0.113.0/24";
  CHECK(begins(" in the name of 203.0.113.0/24, which answers with RST"));
}

TEST_CASE("one place is to be dropped in the firewall, and many are not") {
  constexpr std::string_view kFilter =
      "keep SYN cookies on (net.ipv4.tcp_syncookies); let the provider filter: the sources may be forged";
  constexpr std::string_view kDrop =
      "drop SYNs from 198.51.100.7 in the firewall, unless clients of yours are there; keep SYN cookies on "
      "(net.ipv4.tcp_syncookies)";
  struct Row {
    AttackClass attack_class;
    std::optional<Origin> origin;
    std::string_view advice;
  };
  const Origin place{AttackClass::single_source, "198.51.100.7"};
  const Origin nowhere{AttackClass::single_source, ""};
  for (const Row& row :
       {Row{AttackClass::single_source, place, kDrop}, Row{AttackClass::subnet, place, kDrop},
        Row{AttackClass::single_source, nowhere, kFilter}, Row{AttackClass::subnet, {}, kFilter},
        Row{AttackClass::mixed_sources, place, kFilter}, Row{AttackClass::random_sources, place, kFilter}}) {
    WrittenAssessment flood;
    flood.one().attack_class = row.attack_class;
    flood.one().signals.origin = row.origin;
    CHECK(flood.finding().advice == row.advice);
  }
}

TEST_CASE("a place that sends a part of it is not told as all") {
  WrittenAssessment flood;
  flood.one().attack_class = AttackClass::subnet;
  flood.one().signals.origin = Origin{AttackClass::subnet, "198.51.100.0/24", std::nullopt, 0.9};
  CHECK(flood.message().starts_with("SYN flood on 0.0.0.0:8000 from 198.51.100.0/24"));
  flood.one().signals.origin->share = 0.54;
  CHECK(flood.message().starts_with("SYN flood on 0.0.0.0:8000, 54 % of it from 198.51.100.0/24"));
  CHECK(flood.finding().advice.starts_with(
      "drop SYNs from 198.51.100.0/24 and others (see the command) in the firewall, "));
}

TEST_CASE("a network that is to be dropped has clients, if anything from there is connected") {
  const auto advice = [](std::string_view client) {
    test::Scene scene;
    scene.flood(40, 7, test::Sources::subnet);
    scene.rows.push_back(test::connection(State::established, scene.local, test::endpoint(client, 4000)));
    return test::found(test::one_shot(scene), "syn-flood").advice;
  };
  const std::string drop = "drop SYNs from 198.51.100.0/24 in the firewall, ";
  // They may be connected since before their last ACKs got lost.
  CHECK(advice("198.51.100.200")
            .starts_with("see that last ACKs arrive (firewall, routing); if they do, " + drop +
                         "if you can do without the clients there that are connected; keep "));
  CHECK(advice("198.51.101.200").starts_with(drop + "unless clients of yours are there; keep "));
}

TEST_CASE("cookies are to be turned on where they are off, and kept on where nobody knows") {
  WrittenAssessment flood;
  const auto says = [&](std::string_view words) { return flood.finding().advice.starts_with(words); };
  flood.input.facts.settings.syncookies = 0;
  CHECK(says("turn SYN cookies on (net.ipv4.tcp_syncookies); "));
  flood.input.facts.settings.syncookies.reset();
  CHECK(says("keep SYN cookies on (net.ipv4.tcp_syncookies); "));
}

TEST_CASE("the rate is a least one, a greatest one, or about what comes") {
  WrittenAssessment flood;
  Measurements& signals = flood.one().signals;
  const auto says = [&](std::string_view bound) {
    const std::string message = flood.message();
    CAPTURE(message);
    return message.find(std::string(bound) + "100 SYN/s") != std::string::npos;
  };
  CHECK(says(", about "));
  SUBCASE("a queue that was full between two looks hides the rest if it tells no rate") {
    signals.saturated_lately = Answer::yes;
    CHECK(says(", at least "));
    signals.arrivals_per_s = 50;
    CHECK(says(", about "));
    signals.arrivals_per_s.reset();
    signals.saturated_lately = Answer::no;
    CHECK(says(", about "));
  }
  SUBCASE("one look sees no more than that it was full") {
    flood.input.facts_before.reset();
    signals.arrivals_per_s = 50;
    CHECK(says(", about "));
    signals.saturated_lately = Answer::yes;
    CHECK(says(", at least "));
    // What it holds is not asked then.
    signals.saturated_lately = Answer::no;
    signals.half_open = 600;
    CHECK(says(", about "));
  }
  SUBCASE("two looks see what is full now") {
    signals.arrivals_per_s = 50;
    signals.half_open = 511;
    CHECK(says(", about "));
    signals.half_open = 512;
    CHECK(says(", at least "));
    signals.limit.reset();
    CHECK(says(", about "));
  }
  SUBCASE("counters tell what a full queue hides, if they are those of this listener") {
    signals.half_open = 512;
    flood.host().unanswered_per_s = 3;
    CHECK(says(", at least "));
    flood.one().takes_host_evidence = true;
    CHECK(says(", about "));
  }
  SUBCASE("clients are dropped with the flood") {
    flood.one().takes_host_evidence = true;
    flood.host().silent_drops_per_s = 1;
    CHECK(says(", about "));
    flood.host().completions_per_s = 1;
    CHECK(says(", up to "));
    flood.host().completions_per_s = 0;
    CHECK(says(", about "));
    flood.host().completions_per_s = 1;
    flood.host().silent_drops_per_s = 0;
    CHECK(says(", about "));
    flood.host().silent_drops_per_s = 1;
    flood.one().takes_host_evidence = false;
    CHECK(says(", about "));
    flood.one().takes_host_evidence = true;
    flood.one().attack_class = AttackClass::live_sources;
    CHECK(says(", about "));
  }
  SUBCASE("clients that repeat their SYNs are counted with it") {
    signals.half_open = 512;
    signals.clients_retry = Answer::yes;
    CHECK(says(", up to "));
    signals.clients_retry = Answer::no;
    CHECK(says(", at least "));
  }
  SUBCASE("of a part of the table it is a least one, whatever else") {
    signals.clients_retry = Answer::yes;
    flood.host().table = Completeness::partial;
    CHECK(says(", at least "));
  }
  SUBCASE("sources that answer leave nothing in a queue") {
    signals.half_open = 512;
    flood.one().attack_class = AttackClass::live_sources;
    CHECK(says(", about "));
  }
}

TEST_CASE("a rate that is not worth a digit is not told") {
  WrittenAssessment flood;
  flood.one().rate_per_s = 0.05;
  CHECK(flood.finding().brief == "SYN flood on 0.0.0.0:8000, about 0.1 SYN/s");
  flood.one().rate_per_s = 0.049;
  CHECK(flood.finding().brief == "SYN flood on 0.0.0.0:8000");
  flood.one().rate_per_s.reset();
  CHECK(flood.finding().brief == "SYN flood on 0.0.0.0:8000");
  CHECK(flood.message() == "SYN flood on 0.0.0.0:8000 from random sources, queue 200 of 512");
}

TEST_CASE("a queue that fills tells when it is full") {
  WrittenAssessment flood;
  const auto says = [&](std::string_view end) { return flood.message().ends_with(end); };
  flood.one().seconds_to_full = 7.2;
  CHECK(says(", queue 200 of 512, full in 8 s"));
  flood.one().seconds_to_full = 0;
  CHECK(says(", queue 200 of 512"));
  flood.one().seconds_to_full = 7.2;
  flood.one().outlook.leaves_room = true;
  flood.one().outlook.most_half_open = 20.5;
  CHECK(says(", queue 200 of 512"));
  flood.one().level = AttackLevel::suspicious;
  CHECK(says(", full in 8 s"));
}

TEST_CASE("a sure flood that leaves room harms nobody, and a possible one may") {
  WrittenAssessment flood;
  flood.one().outlook.leaves_room = true;
  flood.one().outlook.most_half_open = 20.5;
  CHECK(flood.finding().severity == Severity::warning);
  CHECK(flood.finding().why == "harmless at this rate, 21 at most");
  CHECK(flood.finding().advice == "");
  flood.one().level = AttackLevel::suspicious;
  CHECK(flood.finding().why == "SYNs that never complete take the room of clients in the SYN queue");
  CHECK(flood.finding().advice == "look again for longer before anything is blocked");
  flood.one().level = AttackLevel::likely;
  flood.one().impact = Impact::pressure;
  CHECK(flood.finding().severity == Severity::critical);
}

TEST_CASE("where nobody completes the way may be broken, unless the sources answered") {
  WrittenAssessment flood;
  const auto why = [&] { return flood.finding().why; };
  constexpr std::string_view kRoom = "SYNs that never complete take the room of clients in the SYN queue";
  // Who blocks clients whose last ACKs are lost makes that permanent.
  flood.one().attack_class = AttackClass::single_source;
  flood.one().signals.origin = Origin{AttackClass::single_source, "198.51.100.7"};
  const auto asks_first = [&] {
    return flood.finding().advice.starts_with("see that last ACKs arrive (firewall, routing); if they do, drop SYNs");
  };
  flood.host().completions_per_s = 1;
  CHECK(why() == kRoom);
  CHECK_FALSE(asks_first());
  flood.host().completions_per_s = 0;
  CHECK(why() == std::string(kRoom) + "; nobody completes, as if last ACKs were lost");
  CHECK(asks_first());
  flood.one().attack_class = AttackClass::live_sources;
  flood.one().impact = Impact::pressure;
  CHECK(why() == kRoom);
  CHECK_FALSE(asks_first());
  CHECK(flood.finding().next == "tcpdump -nni any -c 100 'dst port 8000 and tcp[tcpflags] & tcp-rst != 0'");
}

TEST_CASE("a cookie for each SYN takes nobody's room, unless clients are dropped") {
  WrittenAssessment flood;
  flood.input.facts.settings.syncookies = 2;
  CHECK(flood.message() == "SYN flood on 0.0.0.0:8000 from random sources, about 100 SYN/s");
  CHECK(flood.finding().severity == Severity::warning);
  CHECK(flood.finding().why == "a cookie answers each SYN (net.ipv4.tcp_syncookies is 2), which takes nobody's room");
  SUBCASE("SYNs are dropped") {
    flood.host().syns_dropped = Answer::yes;
    CHECK(flood.finding().severity == Severity::critical);
  }
  SUBCASE("accept queues overflow") {
    flood.host().overflows_per_s = 0;
    CHECK(flood.finding().severity == Severity::warning);
    flood.host().overflows_per_s = 0.1;
    CHECK(flood.finding().severity == Severity::critical);
  }
  SUBCASE("the sources answer") {
    flood.one().attack_class = AttackClass::live_sources;
    CHECK(flood.finding().severity == Severity::warning);
    flood.one().impact = Impact::pressure;
    CHECK(flood.finding().severity == Severity::critical);
  }
}

TEST_CASE("a full queue of fresh requests is undecided") {
  WrittenAssessment crowd;
  crowd.one().attack_class = AttackClass::undecided;
  crowd.one().level = AttackLevel::suspicious;
  crowd.one().signals.aged = 0;
  crowd.one().signals.half_open = 512;
  const Finding one = crowd.finding();
  CHECK(one.message == "SYN queue of 0.0.0.0:8000 is full of fresh requests, queue full (512, room for 512)");
  CHECK(one.brief == "");
  CHECK(one.why == "a flood or a flash crowd, which one snapshot cannot tell");
  CHECK(one.advice == "take two samples, which tell");
  CHECK(one.next == "tcpstat check --interval 5 -v");
  WrittenAssessment two(2);
  for (Assessment& each : two.all.listeners) each.attack_class = AttackClass::undecided;
  CHECK(two.message() == "SYN queue of 2 listeners (8000, 8001) is full of fresh requests");
}

TEST_CASE("what left nothing old in the table is shown by packets, what was deferred by its retransmits") {
  WrittenAssessment flood;
  flood.one().signals.aged = 0;
  CHECK(flood.finding().next == "tcpdump -nni any -c 100 'dst port 8000 and tcp[tcpflags] & 0x12 == tcp-syn'");
  flood.one().signals.aged = 1;
  CHECK(flood.finding().next == "tcpstat summary --by remote_prefix -s SYN_RECV --local-port 8000");
  flood.one().signals.deferring = Answer::yes;
  CHECK(flood.finding().next == "tcpstat -s SYN_RECV --local-port 8000 -S retransmits:desc");
}

TEST_CASE("a flood that has ended tells since when, and what is left") {
  WrittenAssessment flood;
  flood.one().outlook.over_for_s = 14.9;
  flood.one().outlook.gone_within_s = 30.1;
  flood.host().completions_per_s = 0;
  const Finding one = flood.finding();
  CHECK(one.severity == Severity::warning);
  CHECK(one.message ==
        "SYN flood on 0.0.0.0:8000 from random sources is over: no new ones for 14 s, 200 left, which expire within "
        "31 s");
  CHECK(one.brief == "SYN flood on 0.0.0.0:8000 is over");
  CHECK(one.why == "");
  CHECK(one.advice == "");
}

TEST_CASE("of several listeners the last of a flood counts") {
  WrittenAssessment flood(3);
  const double over[] = {20, 14, 17};
  const double gone[] = {10, 30, 20};
  for (std::size_t i = 0; i < 3; ++i) {
    flood.one(i).outlook.over_for_s = over[i];
    flood.one(i).outlook.gone_within_s = gone[i];
  }
  CHECK(flood.message() ==
        "SYN flood over 3 listeners (8000–8002) from random sources is over: no new ones for 14 s, 600 left, which "
        "expire within 30 s");
  // One that holds nothing of it any more tells no time.
  flood.one(1).outlook = {};
  flood.one(1).outlook.emptied = true;
  CHECK(flood.message().ends_with(" is over: no new ones for 17 s, 600 left, which expire within 20 s"));
}

TEST_CASE("a flood of which counters alone tell is over since the last run") {
  WrittenAssessment flood;
  flood.one().outlook.emptied = true;
  flood.one().takes_host_evidence = true;
  flood.host().unanswered_per_s = 4;
  flood.host().silent_drops_per_s = 1;
  flood.input.apart = std::chrono::milliseconds(60'000);
  CHECK(flood.message() ==
        "SYN flood on 0.0.0.0:8000 since the last run is over: 300 SYNs in 60 s came to nothing, and none is left");
  CHECK(flood.finding().brief == "SYN flood on 0.0.0.0:8000 since the last run is over");
  flood.host().clients_alive = Answer::yes;
  CHECK(flood.message() ==
        "Possible SYN flood on 0.0.0.0:8000 since the last run is over: 300 SYNs in 60 s came to nothing, and none is "
        "left; SYNs were repeated, as clients do that get no SYN+ACK");
  CHECK(flood.finding().brief == "Possible SYN flood on 0.0.0.0:8000 since the last run is over");
  flood.one().outlook.emptied = false;
  CHECK(flood.message().starts_with("SYN flood on"));
}

TEST_CASE("what counters show of several floods is at most that of each") {
  WrittenAssessment flood(2);
  flood.host().unanswered_per_s = 95;
  for (std::size_t i = 0; i < 2; ++i) {
    flood.one(i).signals.origin = Origin{AttackClass::subnet, "198.51.10" + std::to_string(i) + ".0/24"};
    flood.one(i).attack_class = AttackClass::subnet;
  }
  const auto says = [&](std::string_view bound) {
    for (const Finding& one : flood.findings()) {
      if (one.message.find(std::string(bound) + "100 SYN/s") == std::string::npos) return false;
    }
    return true;
  };
  flood.one(0).takes_host_evidence = true;
  CHECK(says(", about "));
  flood.one(1).takes_host_evidence = true;
  CHECK(flood.findings().size() == 2);
  CHECK(says(", up to "));
  flood.host().unanswered_per_s = 0;
  CHECK(says(", about "));
  flood.host().unanswered_per_s = 95;
  flood.host().table = Completeness::partial;
  CHECK(says(", at least "));
}

TEST_CASE("who sends from or to a loopback address is on this host") {
  const auto advice = [](std::string_view source, std::string_view local) {
    WrittenAssessment flood;
    flood.listeners.back().local = test::endpoint(local, 8000);
    for (int i = 0; i < 10; ++i) {
      HalfOpen& entry = flood.requests.emplace_back();
      entry.source = test::address(i == 0 ? source : "127.0.0.9");
      flood.views.back().aged.push_back(&entry);
    }
    return flood.finding().advice;
  };
  constexpr std::string_view kHere = "find the program on this host that sends them; no network can";
  CHECK(advice("127.7.7.7", "0.0.0.0") == kHere);
  CHECK(advice("198.51.100.7", "127.0.0.1") == kHere);
  CHECK(advice("198.51.100.7", "0.0.0.0").ends_with("let the provider filter: the sources may be forged"));
}

TEST_CASE("a source that answers by RST leaves nothing old, which is no end of its flood") {
  WrittenAssessment flood;
  flood.one().outlook.over_for_s = 14;
  flood.one().outlook.gone_within_s = 30;
  CHECK(flood.message().find(" is over") != std::string::npos);
  flood.one().attack_class = AttackClass::live_sources;
  CHECK(flood.message().find(" is over") == std::string::npos);
  // It takes nobody's room.
  CHECK(flood.finding().severity == Severity::warning);
  flood.one().impact = Impact::pressure;
  CHECK(flood.finding().severity == Severity::critical);
}

TEST_CASE("a listener that keeps a few requests counts with many that are flooded, and with two does not") {
  for (const std::size_t flooded : {3U, 2U}) {
    WrittenAssessment flood(flooded + 1);
    Assessment& quiet = flood.one(flooded);
    quiet.level = AttackLevel::none;
    quiet.attack_class = AttackClass::none;
    flood.all.unexplained = {&quiet};
    const std::string listeners = flooded == 3 ? "4 listeners (8000–8003)" : "2 listeners (8000, 8001)";
    CHECK(flood.message().starts_with("SYN flood over " + listeners));
  }
}

TEST_CASE("the worst of several listeners tells how bad a flood is") {
  WrittenAssessment flood(2);
  flood.one(0).level = AttackLevel::suspicious;
  flood.one(0).score = 9;
  CHECK(flood.finding().severity == Severity::critical);
  CHECK(flood.message().starts_with("SYN flood over 2 listeners"));
}

TEST_CASE("a flood of sources that answer by RST takes no room while its requests end at once") {
  WrittenAssessment flood(2);
  for (Assessment& one : flood.all.listeners) one.attack_class = AttackClass::live_sources;
  CHECK(flood.finding().why == "each RST ends a request at once, which takes nobody's room");
  CHECK(flood.finding().next.find("port") == std::string::npos);
  for (Assessment& one : flood.all.listeners) one.impact = Impact::full;
  CHECK(flood.finding().why == "SYNs that never complete take the room of clients in the SYN queue");
}

TEST_CASE("counters add to the rate of several listeners what they alone show") {
  WrittenAssessment flood(3);
  for (Assessment& one : flood.all.listeners) one.signals.arrivals_per_s = 100;
  flood.host().unanswered_per_s = 30;
  flood.host().embryonic_per_s = 40;
  const auto says = [&](const char* rate) { return flood.message().find(rate) != std::string::npos; };
  CHECK(says(", about 300 SYN/s together"));  // they speak of none of the three
  flood.one(1).takes_host_evidence = true;
  CHECK(says(", about 330 SYN/s together"));
  for (Assessment& one : flood.all.listeners) one.attack_class = AttackClass::live_sources;
  CHECK(says("370 SYN/s together"));
}

TEST_CASE("a flood over several listeners is harmless only if each has room") {
  const auto severity = [](void (*change)(WrittenAssessment&)) {
    WrittenAssessment flood(2);
    for (Assessment& one : flood.all.listeners) one.outlook.most_half_open = 20;
    change(flood);
    return flood.finding().severity;
  };
  CHECK(severity([](WrittenAssessment&) {}) == Severity::warning);
  CHECK(severity([](WrittenAssessment& flood) { flood.one(1).impact = Impact::pressure; }) == Severity::critical);
  CHECK(severity([](WrittenAssessment& flood) { flood.one(1).outlook.most_half_open.reset(); }) == Severity::critical);
  CHECK(severity([](WrittenAssessment& flood) {
          for (Assessment& one : flood.all.listeners) one.attack_class = AttackClass::live_sources;
        }) == Severity::warning);
  CHECK(severity([](WrittenAssessment& flood) {
          for (Assessment& one : flood.all.listeners) one.attack_class = AttackClass::live_sources;
          flood.one().impact = Impact::pressure;
        }) == Severity::critical);
}

TEST_CASE("connection tracking names the source if it has more requests than the table") {
  WrittenAssessment flood;
  flood.one().attack_class = AttackClass::subnet;
  flood.one().signals.origin = Origin{AttackClass::subnet, "198.51.100.0/24"};
  flood.one().takes_host_evidence = true;
  flood.host().origin = Origin{AttackClass::subnet, "203.0.113.0/24"};
  const auto names = [&](const char* place) { return flood.message().find(place) != std::string::npos; };
  flood.host().tracked = 100;
  CHECK(names(" from 198.51.100.0/24"));
  flood.host().tracked = 101;
  CHECK(names(" from 203.0.113.0/24"));
  flood.one().takes_host_evidence = false;
  CHECK(names(" from 198.51.100.0/24"));
}

TEST_CASE("a flood over many listeners is one finding about the host") {
  WrittenAssessment flood(3);
  for (std::size_t i = 0; i < 3; ++i) {
    flood.one(i).score = 4 + static_cast<double>(i);
    flood.one(i).signals.arrivals_per_s = 100;
  }
  const Finding one = flood.finding();
  CHECK(one.subject.is_host());
  CHECK(one.value == 6);
  CHECK(one.message == "SYN flood over 3 listeners (8000–8002) from random sources, about 300 SYN/s together");
  CHECK(one.brief == "SYN flood over 3 listeners (8000–8002), about 300 SYN/s");
  CHECK(one.next == "tcpstat summary --by local_port -s SYN_RECV");
  REQUIRE(one.evidence.size() == 2);
  CHECK(one.evidence[1].quantity == "listeners");
  CHECK(one.evidence[1].value == 3);
  CHECK(one.evidence[1].op == "");
  CHECK_FALSE(one.evidence[1].limit.has_value());
  CHECK(one.evidence[1].unit == "listeners");
  CHECK(one.evidence[1].weight == 0);
  CHECK(one.evidence[1].source == "sock_diag");
  CHECK_FALSE(one.why.starts_with("harmless"));
  // Any of the queues may hide the rest, until counters tell it.
  flood.one(0).signals.half_open = 512;
  CHECK(flood.message().find(", at least 300 SYN/s") != std::string::npos);
  flood.host().unanswered_per_s = 1;
  CHECK(flood.message().find(", about 300 SYN/s") != std::string::npos);
}

TEST_CASE("a few SYNs that die are told with their rate, and the room that they take") {
  WrittenAssessment stray(2);
  for (std::size_t i = 0; i < 2; ++i) {
    Assessment& one = stray.one(i);
    one.attack_class = AttackClass::stray;
    one.level = AttackLevel::none;
    one.outlook.per_s = 0.3 + static_cast<double>(i);
    one.outlook.most_half_open = 6.2;
    one.signals.limit = 100 + i;
  }
  const Finding two = stray.finding();
  CHECK(two.rule == "stray-syns");
  CHECK(two.severity == Severity::info);
  CHECK(two.message ==
        "1.6 SYN/s at 2 listeners (8000, 8001) never become connections, harmless at this room (13 of 201 at most)");
  CHECK(two.brief == "stray SYNs at 2 listeners (8000, 8001), harmless at this room");
  CHECK(two.unit == "/s");
  CHECK_FALSE(two.warning.has_value());
  CHECK_FALSE(two.critical.has_value());
  stray.all.listeners.pop_back();
  CHECK(stray.finding().value == 0.3);
  CHECK(stray.message() ==
        "0.3 SYN/s at 0.0.0.0:8000 never become connections, harmless at this room (7 of 100 at most)");
}

TEST_CASE("beside a flood over many listeners a few SYNs are a part of it") {
  for (const std::size_t flooded : {2U, 3U}) {
    CAPTURE(flooded);
    WrittenAssessment flood(flooded + 1);
    Assessment& last = flood.one(flooded);
    last.attack_class = AttackClass::stray;
    last.level = AttackLevel::none;
    last.outlook.per_s = 0.3;
    last.outlook.most_half_open = 6;
    CHECK(flood.findings().size() == (flooded == 2 ? 2 : 1));
  }
}

TEST_CASE("a broken way back tells who waits, and since when") {
  WrittenAssessment path;
  Assessment& one = path.one();
  one.attack_class = AttackClass::return_path;
  one.level = AttackLevel::suspicious;
  one.signals.retry_share = 0.959;
  path.host().completions_per_s = 0;
  const Finding nobody = path.finding();
  CHECK(nobody.rule == "return-path");
  CHECK(nobody.severity == Severity::critical);
  CHECK(nobody.message == "No client of 0.0.0.0:8000 gets our SYN+ACK");
  CHECK(nobody.brief == "");
  CHECK(nobody.why == "95 % of those that wait repeat their SYN, none completed");
  CHECK(nobody.advice == "check the way out, firewall and routing");
  CHECK(nobody.next == "tcpstat -s SYN_RECV --local-port 8000 -S retransmits:desc");
  CHECK(nobody.unit == "points");
  one.signals.amount_aged = Amount::enough;
  CHECK(path.finding().severity == Severity::warning);
  one.signals.amount_aged = Amount::many;
  path.host().completions_per_s = 1;
  one.signals.saturated_lately = Answer::yes;
  const Finding some = path.finding();
  CHECK(some.severity == Severity::warning);
  CHECK(some.message == "Clients of 0.0.0.0:8000 do not get our SYN+ACK, or a possible SYN flood repeats its SYNs");
  CHECK(some.brief == "Clients of 0.0.0.0:8000 get no SYN+ACK, or possible SYN flood");
  CHECK(some.why ==
        "95 % of those that wait repeat their SYN, none completed, queue full, while other clients complete");
  CHECK(some.advice ==
        "see who they are: one network is a broken way to it (routing, firewall), random sources are a flood");
  CHECK(some.next == "tcpstat summary --by remote_prefix -s SYN_RECV --local-port 8000");
  path.host().completions_per_s.reset();
  one.signals.retry_share.reset();
  CHECK(path.finding().why == "100 % of those that wait repeat their SYN, none completed, queue full");
  one.signals.some_are_clients = Answer::yes;
  path.host().completions_per_s = 1;
  CHECK(path.message() == "Clients of 0.0.0.0:8000 do not get our SYN+ACK");
  CHECK(path.finding().why == "100 % of those that wait repeat their SYN, none completed, queue full");
  CHECK(path.finding().advice == "check the way out, firewall and routing");
}

TEST_CASE("who waits longest tells how long, where timeouts are known") {
  WrittenAssessment path;
  path.one().attack_class = AttackClass::return_path;
  const auto wait = [&](std::optional<std::uint8_t> timeouts, std::optional<std::uint32_t> timer_ms) {
    HalfOpen& entry = path.requests.emplace_back();
    entry.retransmits = 5;
    entry.timeouts = timeouts;
    entry.timer_ms = timer_ms;
    path.views.back().aged.push_back(&entry);
  };
  wait({}, 1000);  // 62 s by what was sent again, which clients ask for
  wait(3, {});
  CHECK(path.finding().why.find(" for ") == std::string::npos);
  wait(3, 100);  // 14.9 s
  wait(2, 100);  // 6.9 s
  CHECK(path.finding().why.find("none completed for 14 s") != std::string::npos);
}

TEST_CASE("SYN+ACKs that do not leave the host are told with the most of them") {
  WrittenAssessment path(2);
  for (std::size_t i = 0; i < 2; ++i) {
    Assessment& one = path.one(i);
    one.attack_class = AttackClass::return_path;
    one.score = 5 - static_cast<double>(i);
    one.signals.amount_aged = Amount::few;
    one.signals.answers_unsent = Answer::yes;
    one.signals.unsent_per_s = 10 + static_cast<double>(i);
  }
  const Finding two = path.finding();
  CHECK(two.severity == Severity::critical);
  CHECK(two.message == "SYN+ACKs of 2 listeners (8000, 8001) do not leave this host");
  CHECK(two.why == "11 requests a second end at their first timeout, and nothing is sent again");
  CHECK(two.advice == "check its firewall (output) and routing");
  CHECK(two.next == "tcpstat -s SYN_RECV -S age_ms:desc");
  path.all.listeners.pop_back();
  CHECK(path.finding().next == "tcpstat -s SYN_RECV --local-port 8000 -S age_ms:desc");
  path.one().signals.unsent_per_s.reset();
  CHECK(path.finding().why.starts_with("0 requests a second"));
}

TEST_CASE("several listeners that nobody hears are looked at together") {
  WrittenAssessment path(2);
  for (Assessment& one : path.all.listeners) one.attack_class = AttackClass::return_path;
  CHECK(path.finding().next == "tcpstat summary --by remote_prefix -s SYN_RECV");
  path.host().completions_per_s = 0;
  CHECK(path.finding().next == "tcpstat -s SYN_RECV -S retransmits:desc");
}

TEST_CASE("a full accept queue may hide a flood where half-opens grow old and nobody completes") {
  const auto hiding = [](WrittenAssessment& scene) {
    Assessment& one = scene.one();
    one.level = AttackLevel::none;
    one.attack_class = AttackClass::accept_queue;
    one.signals.accept_queue = AcceptQueue::full;
    one.signals.staleness = Staleness::most;
    one.signals.amount_aged = Amount::enough;
  };
  WrittenAssessment scene;
  hiding(scene);
  const Finding one = scene.finding();
  CHECK(one.rule == "syn-flood");
  CHECK(one.severity == Severity::info);
  CHECK(one.subject == "0.0.0.0:8000");
  CHECK(one.value == 4.5);
  CHECK(one.unit == "points");
  CHECK(one.warning == 2);
  CHECK(one.critical == 3.5);
  CHECK(one.message == "A SYN flood on 0.0.0.0:8000 could hide behind its full accept queue");
  CHECK(one.why == "100 half-opens wait for more than a second, which clients do there too");
  CHECK(one.next == "tcpstat -s SYN_RECV --local-port 8000 -S retransmits:desc");
  CHECK(one.evidence.size() == 1);
  struct Row {
    std::string_view name;
    void (*change)(Assessment&);
  };
  for (const Row& row :
       {Row{"it is not full", [](Assessment& hidden) { hidden.signals.accept_queue = AcceptQueue::loaded; }},
        Row{"it is something else", [](Assessment& hidden) { hidden.attack_class = AttackClass::deferred_accept; }},
        Row{"few are old", [](Assessment& hidden) { hidden.signals.amount_aged = Amount::few; }},
        Row{"some are old", [](Assessment& hidden) { hidden.signals.staleness = Staleness::some; }},
        Row{"clients complete", [](Assessment& hidden) { hidden.signals.completion = Completion::clients; }}}) {
    CAPTURE(row.name);
    WrittenAssessment changed;
    hiding(changed);
    row.change(changed.one());
    CHECK(changed.findings().empty());
  }
}

TEST_CASE("evidence of the host counts for a listener that takes it, once") {
  WrittenAssessment scene;
  scene.host().add("cookies_unanswered", 5, ">=", 1, "/s", 3, "/proc/net/netstat");
  CHECK(evidence_of(scene.one(), scene.host()).size() == 1);
  scene.one().takes_host_evidence = true;
  const std::vector<Evidence> both = evidence_of(scene.one(), scene.host());
  REQUIRE(both.size() == 2);
  CHECK(both[0].quantity == "stale_half_opens");
  CHECK(both[1].quantity == "cookies_unanswered");
  CHECK(evidence_of(scene.all.host, scene.host()).size() == 1);
}

TEST_CASE("the old requests of a listener are told with those of others, or by themselves") {
  WrittenAssessment scene(4);
  Assessment& quiet = scene.one(3);
  quiet.level = AttackLevel::none;
  CHECK_FALSE(told_together(scene.all, quiet));
  scene.all.unexplained = {&scene.one(0), &quiet};
  CHECK(told_together(scene.all, quiet));
  CHECK_FALSE(told_together(scene.all, scene.one(1)));
  // Two are not so many that one flood sends to all.
  scene.one(2).level = AttackLevel::none;
  CHECK_FALSE(told_together(scene.all, quiet));
  scene.all.together.emplace();
  scene.all.together->of = scene.one(0).of;
  CHECK(told_together(scene.all, quiet));
  CHECK_FALSE(told_together(scene.all, scene.one(1)));
}

/// The host's counters show a flood, and its one listener nothing.
struct HostFlood : WrittenAssessment {
  HostFlood() {
    one().level = AttackLevel::none;
    one().attack_class = AttackClass::none;
    one().signals.aged = 0;
    all.host.level = AttackLevel::likely;
    all.host.attack_class = AttackClass::mixed_sources;
    all.host.score = 4.5;
    all.host.rate_per_s = 30;
    host().unanswered_per_s = 30;
    host().add("cookies_unanswered", 30, ">=", 1, "/s", 3, "/proc/net/netstat");
  }
  std::vector<Finding> of_host() { return host_flood_findings(all, {}); }
  Finding only() {
    std::vector<Finding> out = of_host();
    REQUIRE(out.size() == 1);
    return out.front();
  }
};

TEST_CASE("what counters alone show is told of the host") {
  HostFlood flood;
  const Finding one = flood.only();
  CHECK(one.rule == "syn-flood");
  CHECK(one.severity == Severity::critical);
  CHECK(one.subject.is_host());
  CHECK(one.value == 4.5);
  CHECK(one.unit == "points");
  CHECK(one.warning == 2);
  CHECK(one.critical == 3.5);
  CHECK(one.message == "SYN flood on the host from sources that no listener's table shows, about 30 SYN/s");
  CHECK(one.brief == "SYN flood on the host, about 30 SYN/s");
  CHECK(one.why == "SYNs that never complete take the room of clients in the SYN queues");
  CHECK(one.advice ==
        "keep SYN cookies on (net.ipv4.tcp_syncookies); let the provider filter: the sources may be forged");
  CHECK(one.next ==
        "tcpdump -nni any -c 100 '(tcp[tcpflags] & 0x12 == tcp-syn or (ip6[6] == 6 and ip6[53] & 0x12 == 2))'");
  REQUIRE(one.evidence.size() == 1);
  CHECK(one.evidence[0].quantity == "cookies_unanswered");
}

TEST_CASE("what the host's counters only suspect is a possible flood") {
  HostFlood flood;
  flood.all.host.level = AttackLevel::suspicious;
  CHECK(flood.only().severity == Severity::warning);
  CHECK(flood.only().message.starts_with("Possible SYN flood on the host from "));
  CHECK(flood.only().brief == "Possible SYN flood on the host, about 30 SYN/s");
  CHECK(flood.only().advice == "look again for longer before anything is blocked");
  flood.all.host.level = AttackLevel::unknown;
  CHECK(flood.of_host().empty());
}

TEST_CASE("the host is told only where it is worse than each listener and all of them together") {
  HostFlood flood;
  flood.one().level = AttackLevel::suspicious;
  CHECK(flood.of_host().size() == 1);
  SUBCASE("a listener") {
    flood.one().level = AttackLevel::likely;
    CHECK(flood.of_host().empty());
  }
  SUBCASE("all together") {
    flood.all.together.emplace();
    flood.all.together->level = AttackLevel::suspicious;
    CHECK(flood.of_host().size() == 1);
    flood.all.together->level = AttackLevel::likely;
    CHECK(flood.of_host().empty());
  }
  SUBCASE("no evidence") {
    flood.host().evidence.clear();
    CHECK(flood.of_host().empty());
  }
}

TEST_CASE("sources that connection tracking shows are those of the host's flood") {
  HostFlood flood;
  flood.host().origin = Origin{AttackClass::subnet, "198.51.100.0/24"};
  flood.host().tracked = 50;
  flood.host().tracked_listener = "0.0.0.0:8000";
  CHECK(flood.only().message ==
        "SYN flood on the host, most of it at 0.0.0.0:8000, from 198.51.100.0/24, about 30 SYN/s");
  CHECK(flood.only().advice.starts_with("drop SYNs from 198.51.100.0/24 in the firewall"));
  // What answers is no source.
  flood.all.host.attack_class = AttackClass::live_sources;
  CHECK(flood.only().message.find(" from sources that answer with RST, about") != std::string::npos);
  CHECK(flood.only().next ==
        "tcpdump -nni any -c 100 '(tcp[tcpflags] & tcp-rst != 0 or (ip6[6] == 6 and ip6[53] & 4 != 0))'");
}

TEST_CASE("where nothing else tells, what waits at all listeners shows the sources of the host's flood") {
  for (const std::size_t waiting : {7U, 8U}) {
    CAPTURE(waiting);
    HostFlood flood;
    for (std::size_t i = 0; i < waiting; ++i) {
      HalfOpen& entry = flood.requests.emplace_back();
      entry.source = test::address("198.51.100.7");
      flood.views.back().aged.push_back(&entry);
    }
    flood.one().signals.aged = static_cast<double>(waiting);
    const bool enough = waiting == 8;
    CHECK(flood.only().message == "SYN flood on the host from " +
                                      std::string(enough ? "198.51.100.7" : "sources that no listener's table shows") +
                                      ", about 30 SYN/s");
    CHECK(flood.only().advice.starts_with("drop SYNs from 198.51.100.7 in the firewall") == enough);
    CHECK(flood.only().next == "tcpstat summary --by local_port,remote_prefix -s SYN_RECV");
  }
}

TEST_CASE("a flood on the host that harms nobody, or has ended, is no emergency") {
  HostFlood flood;
  SUBCASE("a cookie for each") {
    flood.input.facts.settings.syncookies = 2;
    CHECK(flood.only().severity == Severity::warning);
    CHECK(flood.only().why == "a cookie answers each SYN (net.ipv4.tcp_syncookies is 2), which takes nobody's room");
    flood.host().syns_dropped = Answer::yes;
    CHECK(flood.only().severity == Severity::critical);
  }
  SUBCASE("it has ended") {
    flood.all.host.outlook.emptied = true;
    flood.input.apart = std::chrono::milliseconds(10'000);
    const Finding one = flood.only();
    CHECK(one.severity == Severity::warning);
    CHECK(one.message ==
          "SYN flood on the host since the last run is over: 300 SYNs in 10 s came to nothing, and none is left");
    CHECK(one.brief == "SYN flood on the host since the last run is over");
    CHECK(one.why == "");
    CHECK(one.advice == "");
    flood.host().clients_alive = Answer::yes;
    CHECK(flood.only().brief == "Possible SYN flood on the host since the last run is over");
  }
}

}  // namespace
}  // namespace tcpstat::detect
