#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <string_view>
#include <vector>

#include "detect/assess.h"
#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

using test::delta;
using test::one_shot;

TEST_CASE("IPv6 is ranked by /64, and IPv4 inside IPv6 is IPv4") {
  Scene scene;
  scene.local = test::endpoint("::", 443);
  SUBCASE("one /64") {
    scene.flood(40, 7, Sources::ipv6_subnet);
    CHECK(test::verdict(one_shot(scene), "[::]:443").attack_class == "flood: subnet");
  }
  SUBCASE("a /32") {
    scene.flood(40, 7, Sources::ipv6_random);
    CHECK(test::verdict(one_shot(scene), "[::]:443").attack_class == "flood: random sources");
  }
  SUBCASE("v4-mapped") {
    scene.flood(40, 7, Sources::mapped);
    CHECK(test::verdict(one_shot(scene), "[::]:443").attack_class == "flood: random sources");
  }
}

TEST_CASE("half a queue of accepted connections overflows if it dropped some") {
  struct Row {
    std::uint32_t waiting;
    std::uint64_t overflows;
    std::uint32_t drops;
    bool overflow;
  };
  for (const Row& row : {Row{60, 50, 50, true}, Row{60, 0, 50, false}, Row{60, 50, 0, false}, Row{49, 50, 50, false},
                         Row{90, 0, 0, true}}) {
    CAPTURE(row.waiting);
    CAPTURE(row.overflows);
    CAPTURE(row.drops);
    Scene before;
    Scene now;
    before.backlog = now.backlog = 100;
    now.accept_queue = row.waiting;
    now.drops = row.drops;
    now.flood(5, 5);
    KernelFacts facts = test::zero_facts();
    facts.counters.listen_overflows = row.overflows;
    facts.counters.listen_drops = row.overflows;
    CHECK((test::verdict(delta(before, now, facts)).attack_class == AttackClass::accept_queue) == row.overflow);
  }
}

TEST_CASE("what a program that died leaves half-open has no clients") {
  Scene scene;
  for (int i = 0; i < 20; ++i) scene.request(1.5, Sources::random, 1);
  for (int i = 0; i < 8; ++i) scene.request(5, Sources::random, 1);
  SynSample sample = scene.sample();
  SynInput input;
  input.now = &sample;
  input.facts = test::zero_facts();
  CHECK(test::finding(detect_syn(input, {}), "lossy-clients") != nullptr);
  sample.listeners.front().sockets = 0;
  CHECK(test::finding(detect_syn(input, {}), "lossy-clients") == nullptr);
}

TEST_CASE("nobody comes through where clients repeat their SYNs and none completes") {
  struct Row {
    std::string_view name;
    void (*change)(Measurements&);
    bool nobody;
  };
  for (const Row& row : {
           Row{"no outcome is known, and they do not get old", [](Measurements&) {}, false},
           Row{"they survive", [](Measurements& s) { s.requests_survive = Answer::yes; }, true},
           Row{"most are old", [](Measurements& s) { s.staleness = Staleness::most; }, true},
           Row{"nobody completes", [](Measurements& s) { s.completion = Completion::nobody; }, true},
           Row{"some complete, and most are old",
               [](Measurements& s) {
                 s.completion = Completion::some;
                 s.staleness = Staleness::most;
               },
               true},
           Row{"some complete",
               [](Measurements& s) {
                 s.completion = Completion::some;
                 s.staleness = Staleness::some;
                 s.requests_survive = Answer::yes;
               },
               false},
           Row{"a full queue, half of them repeat",
               [](Measurements& s) {
                 s.saturated_lately = Answer::yes;
                 s.staleness = Staleness::some;
                 s.retry_share = 0.5;
                 s.cookie_answers = CookieAnswers::few;
               },
               true},
           Row{"a full queue, half of them repeat, and cookies are answered",
               [](Measurements& s) {
                 s.saturated_lately = Answer::yes;
                 s.staleness = Staleness::some;
                 s.retry_share = 0.5;
                 s.cookie_answers = CookieAnswers::some;
               },
               false},
           Row{"a full queue, fewer repeat",
               [](Measurements& s) {
                 s.saturated_lately = Answer::yes;
                 s.staleness = Staleness::some;
                 s.retry_share = 0.49;
                 s.cookie_answers = CookieAnswers::few;
               },
               false},
           Row{"half of them repeat, and there is room",
               [](Measurements& s) {
                 s.saturated_lately = Answer::no;
                 s.staleness = Staleness::some;
                 s.retry_share = 0.5;
                 s.cookie_answers = CookieAnswers::few;
               },
               false},
           Row{"a full queue of fresh requests",
               [](Measurements& s) {
                 s.saturated_lately = Answer::yes;
                 s.staleness = Staleness::fresh;
                 s.retry_share = 0.5;
                 s.cookie_answers = CookieAnswers::few;
               },
               false},
           Row{"a full queue, some repeat, and their sources are clients",
               [](Measurements& s) {
                 s.clients_retry = Answer::no;
                 s.some_retry = s.saturated_lately = Answer::yes;
                 s.known_share = 0.5;
                 s.staleness = Staleness::most;
               },
               true},
           Row{"a full queue, some repeat, and their sources are strangers",
               [](Measurements& s) {
                 s.clients_retry = Answer::no;
                 s.some_retry = s.saturated_lately = Answer::yes;
                 s.known_share = 0.49;
                 s.staleness = Staleness::most;
               },
               false},
           Row{"some repeat, their sources are clients, and there is room",
               [](Measurements& s) {
                 s.clients_retry = Answer::no;
                 s.some_retry = Answer::yes;
                 s.known_share = 1;
                 s.staleness = Staleness::most;
               },
               false},
           Row{"the same, and some of them complete",
               [](Measurements& s) {
                 s.clients_retry = Answer::no;
                 s.some_retry = s.saturated_lately = Answer::yes;
                 s.known_share = 1;
                 s.completion = Completion::some;
                 s.staleness = Staleness::most;
               },
               false},
           Row{"a full queue of clients, which repeat no SYN",
               [](Measurements& s) {
                 s.clients_retry = s.some_retry = Answer::no;
                 s.saturated_lately = Answer::yes;
                 s.known_share = 1;
                 s.staleness = Staleness::most;
               },
               false},
           Row{"they get fewer, and none of their network is connected",
               [](Measurements& s) {
                 s.rounds_thin_out = true;
                 s.cut_off = Answer::yes;
               },
               true},
           Row{"none of their network is connected, and clients complete",
               [](Measurements& s) {
                 s.completion = Completion::clients;
                 s.cut_off = Answer::yes;
               },
               false},
           Row{"clients complete",
               [](Measurements& s) {
                 s.completion = Completion::clients;
                 s.staleness = Staleness::most;
               },
               false},
           Row{"they get fewer from round to round",
               [](Measurements& s) {
                 s.rounds_thin_out = true;
                 s.staleness = Staleness::most;
               },
               false},
           Row{"few are old",
               [](Measurements& s) {
                 s.amount_aged = Amount::few;
                 s.completion = Completion::nobody;
               },
               false},
           Row{"nobody repeats",
               [](Measurements& s) {
                 s.clients_retry = Answer::no;
                 s.completion = Completion::nobody;
               },
               false},
       }) {
    CAPTURE(row.name);
    Measurements signals;
    signals.clients_retry = Answer::yes;
    signals.amount_aged = Amount::enough;
    row.change(signals);
    Measurements host;
    host.cookie_answers = signals.cookie_answers;
    CHECK(nobody_comes_through(signals, host) == row.nobody);
  }
}

TEST_CASE("each class has a name of its own") {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(AttackClass::undecided); ++i) {
    const std::string_view one = name(static_cast<AttackClass>(i));
    CHECK(one.empty() == (i == 0));
    CHECK(std::find(names.begin(), names.end(), one) == names.end());
    names.push_back(one);
  }
}

}  // namespace
}  // namespace tcpstat::detect
