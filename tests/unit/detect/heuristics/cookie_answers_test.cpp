#include <doctest/doctest.h>

#include <chrono>
#include <ostream>

#include "detect/asked.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Asked;
using test::Scene;

using test::counted;

TEST_CASE("cookie answers: weights at their limits") {
  using Facts = KernelFacts;
  const auto cookies = [](std::uint64_t sent, std::uint64_t answered) {
    return [=](Facts& f) {
      f.counters.syncookies_sent = sent;
      f.counters.syncookies_recv = answered;
    };
  };
  CHECK_FALSE(counted(cookies(9, 0), "cookie_answers").has_value());
  CHECK(counted(cookies(100, 49), "cookie_answers")->weight == 4);
  CHECK(counted(cookies(100, 50), "cookie_answers")->weight == 2.5);
  CHECK(counted(cookies(100, 80), "cookie_answers")->weight == 0);
  CHECK(counted(cookies(100, 85), "cookie_answers")->weight == -1);
  CHECK(counted(cookies(49, 49), "cookie_answers")->weight == 0);
  CHECK(counted(cookies(100, 0), "cookies_unanswered")->weight == 1);
  CHECK(counted(cookies(99, 0), "cookies_unanswered")->weight == 0);
}

TEST_CASE("clients that come all at once answer their cookies, whenever the readings fall") {
  const SynSample sample = Scene().sample();
  SynInput input;
  input.now = &sample;
  input.before = &sample;
  input.facts = test::zero_facts();
  input.facts.counters.syncookies_sent = 500;
  input.facts.counters.syncookies_recv = 400;
  input.facts_before = test::zero_facts();
  input.apart = std::chrono::seconds(3);
  // 235 came at the start and answered within the first second, as many come in the last one.
  input.after_first_second = input.facts_before->counters;
  input.after_first_second->syncookies_sent = 235;
  input.after_first_second->syncookies_recv = 400;
  input.before_last_second = input.after_first_second;
  const SynReport report = detect_syn(input, {});
  const Evidence* found = test::evidence(test::verdict(report, "host"), "cookie_answers");
  REQUIRE(found != nullptr);
  CHECK(found->value == doctest::Approx(0.8));
  CHECK(found->weight == 0);
}

TEST_CASE("answers are compared with the cookies that could be answered") {
  const auto told = [](std::uint64_t sent_until_last_second) {
    Asked asked;
    asked.input.facts.counters.syncookies_sent = 1000;
    asked.input.facts.counters.syncookies_recv = 600;
    asked.input.after_first_second = asked.input.facts_before->counters;
    asked.input.before_last_second = asked.input.facts_before->counters;
    asked.input.before_last_second->syncookies_sent = sent_until_last_second;
    asked.ask_host(cookie_answers::heuristic);
    return asked.told("cookie_answers");
  };
  CHECK(told(650) == "0.923077 < 0.8 ratio, -1, /proc/net/netstat");
  CHECK(told(1000) == "0.6 < 0.8 ratio, +2.5, /proc/net/netstat");
  CHECK(told(0) == "0.6 < 0.8 ratio, 0, /proc/net/netstat");  // all came in the last second: nothing is known
}

TEST_CASE("without the readings in between, cookies of a few seconds weigh nothing") {
  Scene scene;
  const SynSample sample = scene.sample();
  SynInput input;
  input.now = &sample;
  input.before = &sample;
  input.facts = test::zero_facts();
  input.facts_before = test::zero_facts();
  input.facts.counters.syncookies_sent = 1000;
  input.apart = std::chrono::seconds(5);
  const auto weight = [&] {
    return test::evidence(test::verdict(detect_syn(input, {}), "host"), "cookie_answers")->weight;
  };
  CHECK(weight() == 0);
  input.apart = std::chrono::seconds(60);
  CHECK(weight() == 4);
}

TEST_CASE("cookies and their answers are told by the ratio and by the second") {
  struct Row {
    std::uint64_t sent;  ///< in five seconds
    std::uint64_t answered;
    double completions;
    std::string_view ratio;
    std::string_view unanswered;
    Answer flow;
    CookieAnswers answers;
    bool accuse;
  };
  for (const Row& row : {Row{4, 0, 0, "nothing", "nothing", Answer::no, CookieAnswers::unknown, false},
                         Row{5, 0, 0, "nothing", "nothing", Answer::yes, CookieAnswers::unknown, false},
                         Row{10, 2, 0, "0.2 < 0.8 ratio, +4, /proc/net/netstat", "1.6 >= 20 /s, 0, /proc/net/netstat",
                             Answer::yes, CookieAnswers::few, true},
                         Row{200, 100, 0, "0.5 < 0.8 ratio, +2.5, /proc/net/netstat",
                             "20 >= 20 /s, +1, /proc/net/netstat", Answer::yes, CookieAnswers::few, true},
                         Row{200, 160, 0, "0.8 < 0.8 ratio, 0, /proc/net/netstat", "8 >= 20 /s, 0, /proc/net/netstat",
                             Answer::yes, CookieAnswers::some, false},
                         Row{1000, 800, 0, "0.8 < 0.8 ratio, 0, /proc/net/netstat", "40 >= 20 /s, 0, /proc/net/netstat",
                             Answer::yes, CookieAnswers::some, false},
                         Row{200, 170, 0, "0.85 < 0.8 ratio, -1, /proc/net/netstat", "6 >= 20 /s, 0, /proc/net/netstat",
                             Answer::yes, CookieAnswers::nearly_all, false},
                         Row{40, 50, 0, "1.25 < 0.8 ratio, 0, /proc/net/netstat", "0 >= 20 /s, 0, /proc/net/netstat",
                             Answer::yes, CookieAnswers::nearly_all, false},
                         Row{500, 250, 100, "0.5 < 0.8 ratio, +2.5, /proc/net/netstat",
                             "50 >= 50 /s, +1, /proc/net/netstat", Answer::yes, CookieAnswers::few, true},
                         Row{500, 250, 102, "0.5 < 0.8 ratio, +2.5, /proc/net/netstat",
                             "50 >= 51 /s, 0, /proc/net/netstat", Answer::yes, CookieAnswers::few, true}}) {
    CAPTURE(row.sent);
    CAPTURE(row.answered);
    Asked asked;
    asked.input.facts.counters.syncookies_sent = row.sent;
    asked.input.facts.counters.syncookies_recv = row.answered;
    asked.input.after_first_second = asked.input.facts_before->counters;
    asked.input.before_last_second = asked.input.facts.counters;
    asked.signals.completions_per_s = row.completions;
    asked.ask_host(cookie_answers::heuristic);
    CHECK(asked.told("cookie_answers") == row.ratio);
    CHECK(asked.told("cookies_unanswered") == row.unanswered);
    CHECK(asked.signals.cookies_flow == row.flow);
    CHECK(asked.signals.cookie_answers == row.answers);
    CHECK(asked.signals.counters_accuse == row.accuse);
  }
}

}  // namespace
}  // namespace tcpstat::detect
