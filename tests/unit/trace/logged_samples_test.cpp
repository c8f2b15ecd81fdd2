#include "trace/logged_samples.h"

#include <doctest/doctest.h>

#include <ostream>

#include "machine/recorded_lives.h"
#include "trace/pair_counts.h"
#include "trace/transition_judge.h"

namespace tcpstat::trace {
namespace {

using std::chrono::seconds;

struct Walked {
  explicit Walked(const KernelLimits& known = {}) : limits(known) {}

  KernelLimits limits;
  PairCounts pairs;
  std::vector<LogFinding> findings;
  TransitionJudge judge{[this](const Transition& transition, const Judgement& judgement) {
    pairs.add(transition, judgement);
    return Flow::more;
  }};
  LoggedSamples walk{limits, judge, [this](const LogFinding& finding) { findings.push_back(finding); }};
  SampleName sample;
  std::uint64_t line = 0;

  void begin(std::uint64_t number, std::optional<EventTime> time = {}) {
    sample.counter = number;
    sample.time = time;
  }
  void row(State state, std::optional<std::uint64_t> cookie, const std::string& local = "80",
           const std::string& remote = "40000", TimerKind timer = TimerKind::none) {
    SampleRow record;
    record.sample = sample;
    record.state = state;
    record.cookie = cookie;
    record.local = test::on_loopback(local);
    record.remote = test::on_loopback(remote);
    record.timer = timer;
    walk.row(record, ++line);
  }
  void end(Whole whole = Whole::yes) { walk.end({sample, whole}); }
  [[nodiscard]] std::uint64_t count(ObservedState from, ObservedState to, TransitionVerdict verdict) const {
    const auto at = pairs.pairs().find({Observed::sampled, Protocol::tcp, verdict, from, to});
    return at == pairs.pairs().end() ? 0 : at->second.count;
  }
};

TEST_CASE("the samples of every recorded life are consistent") {
  for (const auto& life : test::recorded_lives()) {
    CAPTURE(life.name);
    Walked walked;
    std::uint64_t number = 0;
    for (const auto& sample : life.samples) {
      walked.begin(++number);
      for (const auto& row : sample.rows) {
        walked.row(row.state, row.cookie, std::to_string(row.local.port), std::to_string(row.remote.port));
      }
      walked.end();
    }
    walked.walk.finish();
    CHECK(walked.pairs.count(TransitionVerdict::illegal) == 0);
    CHECK(walked.findings.empty());
  }
}

TEST_CASE("the same cookie makes progress, another one is a reused tuple") {
  Walked walked;
  walked.begin(1);
  walked.row(State::established, 1);
  walked.end();
  walked.begin(2);
  walked.row(State::time_wait, 1);
  walked.end();
  walked.begin(3);
  walked.row(State::syn_recv, 2);
  walked.end();
  walked.walk.finish();
  CHECK(walked.count(State::established, State::time_wait, TransitionVerdict::legal) == 1);
  CHECK(walked.count(State::time_wait, State::syn_recv, TransitionVerdict::reuse) == 1);
  CHECK(walked.walk.sockets() == 2);
}

TEST_CASE("who is missing once may be there, who is missing twice is gone") {
  Walked walked;
  walked.begin(1);
  walked.row(State::established, 1);
  walked.end();
  walked.begin(2);
  walked.end();
  walked.begin(3);
  walked.row(State::established, 1);
  walked.end();
  CHECK(walked.pairs.total() == 0);
  walked.begin(4);
  walked.end();
  walked.begin(5);
  walked.end();
  CHECK(walked.count(State::established, ObservedState::absent(), TransitionVerdict::legal) == 1);
}

TEST_CASE("a row that a filtered sample does not show is unknown, not vanished") {
  Walked walked;
  walked.begin(1);
  walked.row(State::established, 1);
  walked.end();
  for (const std::uint64_t number : {2U, 3U, 4U}) {
    walked.begin(number);
    walked.end(Whole::no);
  }
  walked.walk.finish();
  CHECK(walked.pairs.total() == 0);
  CHECK(walked.walk.unknown() == 1);
}

TEST_CASE("runs that were appended all count from 1 and are told apart by their last lines") {
  Walked walked;
  for (const State state : {State::syn_recv, State::established, State::close_wait}) {
    walked.begin(1);
    walked.row(state, 9);
    walked.end();
  }
  CHECK(walked.walk.samples() == 3);
  CHECK(walked.count(State::syn_recv, State::established, TransitionVerdict::legal) == 1);
  CHECK(walked.count(State::established, State::close_wait, TransitionVerdict::legal) == 1);
}

TEST_CASE("without last lines samples are told apart by counter or time") {
  Walked walked;
  walked.begin(1, seconds(1));
  walked.row(State::established, 9);
  walked.begin(1, seconds(2));
  walked.row(State::close_wait, 9);
  walked.walk.finish();
  CHECK(walked.walk.samples() == 2);
  CHECK(walked.count(State::established, State::close_wait, TransitionVerdict::legal) == 1);
}

TEST_CASE("counter, time and host each tell samples apart alone, and namespaces share one") {
  struct Case {
    std::string_view name;
    SampleName other;
  };
  const SampleName same{.counter = 1, .time = seconds(1), .host = "a", .netns = 7};
  std::vector<Case> cases(5, {"nothing", same});
  cases[1].name = "counter";
  cases[1].other.counter = 2;
  cases[2].name = "time";
  cases[2].other.time = seconds(2);
  cases[3].name = "host";
  cases[3].other.host = "b";
  cases[4].name = "namespace";
  cases[4].other.netns = 8;
  for (const Case& one : cases) {
    CAPTURE(one.name);
    Walked walked;
    walked.sample = same;
    walked.row(State::established, 9);
    walked.sample = one.other;
    walked.row(State::close_wait, 9);
    walked.walk.finish();
    CHECK(walked.walk.samples() == (one.name == "nothing" || one.name == "namespace" ? 1 : 2));
  }
}

TEST_CASE("samples of several namespaces are compared within each") {
  Walked walked;
  for (std::uint64_t number = 1; number <= 3; ++number) {
    for (const std::uint64_t netns : {7U, 8U}) {
      walked.begin(number);
      walked.sample.netns = netns;
      // The same ends, and on older kernels the same cookies, are other sockets there.
      walked.row(number < 3 || netns == 8 ? State::established : State::close_wait, 9);
      walked.row(State::listen, 10 + netns, "80", "0");
    }
    walked.sample.netns.reset();
    walked.end();
  }
  walked.walk.finish();
  CHECK(walked.walk.samples() == 3);
  CHECK(walked.walk.compared() == 2);
  CHECK(walked.walk.sockets() == 4);
  CHECK(walked.walk.unknown() == 0);
  CHECK(walked.count(State::established, State::close_wait, TransitionVerdict::legal) == 1);
  CHECK(walked.pairs.total() == 1);
}

TEST_CASE("a sample of one namespace says nothing of another's sockets") {
  for (const Whole whole : {Whole::yes, Whole::no}) {
    Walked walked;
    for (const std::uint64_t netns : {7U, 8U, 7U}) {
      walked.begin(netns, seconds(walked.line));
      walked.sample.netns = netns;
      walked.row(State::established, netns);
      walked.end(whole);
    }
    walked.walk.finish();
    CHECK(walked.walk.samples() == 3);
    CHECK(walked.walk.compared() == 0);
    CHECK(walked.pairs.total() == 0);
    CHECK(walked.walk.unknown() == 0);
  }
}

TEST_CASE("ends that cannot be so together are believed in the second sample") {
  for (const State other : {State::close_wait, State::established}) {
    Walked walked;
    for (const std::uint64_t number : {1U, 2U, 3U}) {
      walked.begin(number);
      walked.row(State::close_wait, 1);
      walked.row(other, 2, "40000", "80");
      walked.end();
      CHECK(walked.findings.size() == (number >= 2 ? 1U : 0U));
    }
    CHECK(walked.findings[0].rule == LogRule::joint);
    CHECK(walked.findings[0].severity == Severity::warning);
  }
}

TEST_CASE("ends that agree, and a new connection that meets an old one's end, are no finding") {
  Walked walked;
  for (const std::uint64_t number : {1U, 2U, 3U}) {
    walked.begin(number);
    walked.row(State::close_wait, 1);
    walked.row(State::fin_wait2, 2, "40000", "80");
    walked.row(State::syn_sent, 3, "50000", "81");
    walked.row(State::time_wait, 4, "81", "50000");
    walked.end();
  }
  CHECK(walked.findings.empty());
}

TEST_CASE("TIME_WAIT lasts 60 s and a tenth") {
  for (const int age : {65, 67}) {
    Walked walked;
    walked.begin(1, seconds(100));
    walked.row(State::time_wait, 1);
    walked.end();
    walked.begin(2, seconds(100 + age));
    walked.row(State::time_wait, 1);
    walked.end();
    CHECK(walked.findings.size() == (age > 66 ? 1U : 0U));
  }
}

TEST_CASE("a request may wait for data for as long as TCP_DEFER_ACCEPT says") {
  Walked walked;
  walked.limits.synack_retries = 1;
  walked.limits.syn_retries = 1;
  walked.limits.rto_max_ms = 120'000;
  for (const std::uint64_t number : {1U, 2U}) {
    walked.begin(number, seconds(60 * number));
    walked.row(State::syn_recv, 1, "80", "40000", TimerKind::retransmit);
    walked.end();
  }
  CHECK(walked.findings.empty());
}

TEST_CASE("a half-closed FIN_WAIT2 has no bound, and its timer counts from when its process closed it") {
  Walked walked;
  walked.limits.fin_timeout_s = 60;
  const auto at = [&](std::uint64_t number, int second, TimerKind timer) {
    walked.begin(number, seconds(second));
    walked.row(State::fin_wait2, 1, "80", "40000", timer);
    walked.end();
  };
  at(1, 100, TimerKind::none);
  at(2, 400, TimerKind::time_wait);
  at(3, 450, TimerKind::time_wait);
  CHECK(walked.findings.empty());
  at(4, 480, TimerKind::time_wait);
  REQUIRE(walked.findings.size() == 1);
  CHECK(walked.findings[0].message.starts_with("in FIN_WAIT2 for at least 80 s, longer than the 66 s"));
}

TEST_CASE("without cookies the tuple may be another connection's, so nothing lasts too long") {
  Walked walked;
  for (const std::uint64_t number : {1U, 2U}) {
    walked.begin(number, seconds(100 * number));
    walked.row(State::time_wait, {});
    walked.end();
  }
  CHECK(walked.findings.empty());
}

}  // namespace
}  // namespace tcpstat::trace
