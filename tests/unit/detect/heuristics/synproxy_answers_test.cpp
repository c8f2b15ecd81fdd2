#include <doctest/doctest.h>

#include <ostream>

#include "detect/asked.h"

namespace tcpstat::detect {
namespace {

using test::Asked;

struct Row {
  std::uint64_t received;
  std::uint64_t valid;
  double weight;
  Answer answers;
};

void count(Asked& asked, std::uint64_t received, std::uint64_t valid) {
  asked.input.facts_before->filters.synproxy_syn_received = 100;
  asked.input.facts_before->filters.synproxy_cookie_valid = 50;
  asked.input.facts.filters.synproxy_syn_received = 100 + received;
  asked.input.facts.filters.synproxy_cookie_valid = 50 + valid;
}

TEST_CASE("cookies of SYNPROXY that fewer than half of the clients answer accuse") {
  for (const Row& row : {Row{20, 10, 0, Answer::yes}, Row{20, 9, 4, Answer::no}, Row{20, 0, 4, Answer::no},
                         Row{1000, 499, 4, Answer::no}, Row{1000, 500, 0, Answer::yes}, Row{20, 30, 0, Answer::yes}}) {
    CAPTURE(row.received);
    CAPTURE(row.valid);
    Asked asked;
    count(asked, row.received, row.valid);
    asked.ask_host(synproxy_answers::heuristic);
    CHECK(asked.signals.score == row.weight);
    CHECK(asked.signals.proxy_answers == row.answers);
    CHECK(asked.signals.counters_accuse == (row.weight > 0));
    const double lost = row.received > row.valid ? static_cast<double>(row.received - row.valid) / 5 : 0;
    CHECK(asked.signals.unanswered_per_s == lost);
  }
}

TEST_CASE("it adds to the cookies that others left unanswered, and clears no accusation of theirs") {
  Asked asked;
  count(asked, 100, 90);
  asked.signals.unanswered_per_s = 7;
  asked.signals.counters_accuse = true;
  asked.ask_host(synproxy_answers::heuristic);
  CHECK(asked.signals.unanswered_per_s == 9);
  CHECK(asked.signals.counters_accuse);
}

TEST_CASE("few SYNs, unknown counters and one sample are no answer") {
  Asked few;
  count(few, 19, 0);
  few.ask_host(synproxy_answers::heuristic);
  CHECK(few.signals.proxy_answers == Answer::unknown);
  CHECK(few.signals.evidence.empty());
  for (auto FilterCounters::*const counter :
       {&FilterCounters::synproxy_syn_received, &FilterCounters::synproxy_cookie_valid}) {
    Asked unknown;
    count(unknown, 100, 0);
    (unknown.input.facts.filters.*counter).reset();
    unknown.ask_host(synproxy_answers::heuristic);
    CHECK(unknown.signals.proxy_answers == Answer::unknown);
    CHECK_FALSE(unknown.signals.unanswered_per_s.has_value());
  }
  Asked alone;
  count(alone, 100, 0);
  alone.alone();
  alone.ask_host(synproxy_answers::heuristic);
  CHECK(alone.signals.proxy_answers == Answer::unknown);
}

TEST_CASE("the answers of SYNPROXY are told as a ratio") {
  Asked few;
  count(few, 100, 49);
  few.ask_host(synproxy_answers::heuristic);
  CHECK(few.told("synproxy_answers") == "0.49 < 0.5 ratio, +4, /proc/net/stat/synproxy");
  Asked enough;
  count(enough, 100, 50);
  enough.ask_host(synproxy_answers::heuristic);
  CHECK(enough.told("synproxy_answers") == "0.5 < 0.5 ratio, 0, /proc/net/stat/synproxy");
}

}  // namespace
}  // namespace tcpstat::detect
