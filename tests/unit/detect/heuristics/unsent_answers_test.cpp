#include <doctest/doctest.h>

#include <deque>
#include <ostream>

#include "detect/asked.h"

namespace tcpstat::detect {
namespace {

using test::Asked;

/// Twenty requests, five of them older than half a second, of which ten a second end with nothing sent again.
struct Unsent : Asked {
  std::deque<HalfOpen> entries;

  Unsent() {
    signals.counted = 20;
    input.facts.counters.tcp_timeouts = 50;
    fresh(15, 501);
    fresh(5, 500);
  }
  void fresh(std::size_t count, std::optional<std::uint32_t> timer_ms, std::uint8_t rounds = 0) {
    for (std::size_t i = 0; i < count; ++i) {
      HalfOpen& entry = entries.emplace_back();
      entry.retransmits = rounds;
      entry.timer_ms = timer_ms;
    }
  }
  Answer answered() {
    ListenerView view = host_view(input);
    for (const HalfOpen& entry : entries) view.requests.push_back(&entry);
    unsent_answers::heuristic.judge(view, {}, signals);
    return signals.answers_unsent;
  }
};

TEST_CASE("requests that end with their first timeout, and nothing sent again, were never answered") {
  Unsent asked;
  CHECK(asked.answered() == Answer::yes);
  CHECK(asked.signals.unsent_per_s == 10);
  CHECK_MESSAGE(asked.signals.score == 0, "it is no sign of a flood");
  const Evidence* said = asked.said("timeouts_without_retransmit");
  REQUIRE(said != nullptr);
  CHECK(said->value == 10);
  CHECK(said->op == ">=");
  CHECK(said->limit == 10);
  CHECK(said->unit == "/s");
  CHECK(said->weight == 0);
  CHECK(said->source == "/proc/net/netstat");
}

TEST_CASE("what else explains fresh requests and timeouts") {
  struct Row {
    std::string_view name;
    void (*change)(Unsent&);
    Answer answer;
  };
  const Row rows[] = {
      {"too few timeouts", [](Unsent& a) { a.input.facts.counters.tcp_timeouts = 49; }, Answer::no},
      {"a tenth is old", [](Unsent& a) { a.signals.aged = 2; }, Answer::no},
      {"nearly a tenth is old", [](Unsent& a) { a.signals.aged = 1.9; }, Answer::yes},
      {"hardly any is late", [](Unsent& a) { a.fresh(1, 501); }, Answer::no},
      {"more are late", [](Unsent& a) { a.fresh(1, 400); }, Answer::yes},
      {"of some the age is not known", [](Unsent& a) { a.fresh(1, {}); }, Answer::yes},
      {"old ones are not late", [](Unsent& a) { a.entries.pop_back(), a.fresh(1, 501), a.fresh(9, 100, 1); },
       Answer::no},
      {"SYN+ACKs are sent again", [](Unsent& a) { a.input.facts.counters.syn_retrans = 1; }, Answer::no},
      {"segments are sent again", [](Unsent& a) { a.input.facts.counters.retrans_segs = 1; }, Answer::no},
      {"those are the same",
       [](Unsent& a) {
         a.input.facts.counters.tcp_timeouts = 55;
         a.input.facts.counters.retrans_segs = 5;
         a.input.facts.counters.syn_retrans = 5;
       },
       Answer::yes},
      {"requests are deferred", [](Unsent& a) { a.second.listeners.resize(2), a.second.listeners[1].deferred = 1; },
       Answer::unknown},
      {"none is", [](Unsent& a) { a.second.listeners.resize(2); }, Answer::yes},
      {"deferred ones were dropped", [](Unsent& a) { a.input.facts.counters.defer_accept_drop = 1; }, Answer::unknown},
      {"nobody counts those", [](Unsent& a) { a.input.facts.counters.defer_accept_drop.reset(); }, Answer::yes},
      {"no retries", [](Unsent& a) { a.input.facts.settings.synack_retries = 0; }, Answer::unknown},
      {"one retry", [](Unsent& a) { a.input.facts.settings.synack_retries = 1; }, Answer::yes},
      {"retries are not known", [](Unsent& a) { a.input.facts.settings.synack_retries.reset(); }, Answer::yes},
      {"timeouts are not known", [](Unsent& a) { a.input.facts.counters.tcp_timeouts.reset(); }, Answer::unknown},
      {"SYN+ACKs are not known", [](Unsent& a) { a.input.facts.counters.syn_retrans.reset(); }, Answer::unknown},
      {"segments are not known", [](Unsent& a) { a.input.facts.counters.retrans_segs.reset(); }, Answer::unknown},
      {"few requests", [](Unsent& a) { a.signals.counted = 7; }, Answer::unknown},
      {"enough requests", [](Unsent& a) { a.signals.counted = 8; }, Answer::yes},
      {"one look", [](Unsent& a) { a.alone(); }, Answer::unknown},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Unsent asked;
    row.change(asked);
    CHECK(asked.answered() == row.answer);
    CHECK(asked.signals.unsent_per_s.has_value() == (row.answer == Answer::yes));
    CHECK((asked.said("timeouts_without_retransmit") != nullptr) == (row.answer != Answer::unknown));
  }
}

TEST_CASE("more sent again than timed out is nothing unsent, and no less") {
  Unsent asked;
  asked.input.facts.counters.retrans_segs = 500;
  CHECK(asked.answered() == Answer::no);
  CHECK(asked.said("timeouts_without_retransmit")->value == 0);
}

}  // namespace
}  // namespace tcpstat::detect
