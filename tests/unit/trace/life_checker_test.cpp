#include "trace/life_checker.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "machine/recorded_lives.h"
#include "trace/judgement.h"

namespace tcpstat::trace {
namespace {

using test::RecordedEvent;

struct Judged {
  explicit Judged(const KernelLimits& known = {}) : limits(known) {}

  KernelLimits limits;
  PairCounts pairs;
  std::vector<LogFinding> findings;
  LifeChecker lives{limits, pairs, [this](const LogFinding& finding) { findings.push_back(finding); }};
  std::uint64_t line = 0;

  void add(ObservedState from, ObservedState to, std::string_view socket, Protocol protocol = Protocol::tcp,
           std::optional<EventTime> time = {}) {
    Transition record;
    record.from = from;
    record.to = to;
    record.socket = socket;
    record.protocol = protocol;
    record.time = time;
    record.line = ++line;
    lives.transition(record);
  }
  void add(const std::vector<RecordedEvent>& events) {
    for (const RecordedEvent& event : events) add(event.from, event.to, event.socket, event.protocol);
  }
  [[nodiscard]] std::size_t count(Severity severity) const {
    std::size_t count = 0;
    for (const LogFinding& finding : findings) count += finding.severity == severity ? 1U : 0U;
    return count;
  }
};

ObservedState logged_at(std::size_t number) {
  return number == kStateCount + 1 ? ObservedState::request() : ObservedState(static_cast<State>(number));
}

bool printed(ObservedState from, ObservedState to, Protocol protocol) {
  if (from.is_request() || to.is_request()) return false;
  return judge_exact(*from.seen(), *to.seen(), protocol).verdict != TransitionVerdict::illegal;
}

TEST_CASE("every recorded life is legal") {
  REQUIRE(test::recorded_lives().size() == 42);
  for (const auto& life : test::recorded_lives()) {
    CAPTURE(life.name);
    Judged judged;
    judged.add(life.events);
    CHECK(judged.pairs.total() == life.events.size());
    CHECK(judged.pairs.count(TransitionVerdict::illegal) == 0);
    CHECK(judged.count(Severity::critical) == 0);
    CHECK(judged.count(Severity::warning) == 0);
  }
}

TEST_CASE("each life with any one pair changed to any illegal one is caught, on its line") {
  std::size_t mutations = 0;
  for (const auto& life : test::recorded_lives()) {
    CAPTURE(life.name);
    for (std::size_t at = 0; at < life.events.size(); ++at) {
      Judged judged;  // one for all mutations of this event: sockets of each are told apart by a prefix
      for (std::size_t from = 1; from <= kStateCount + 1; ++from) {
        for (std::size_t to = 1; to <= kStateCount + 1; ++to) {
          if (printed(logged_at(from), logged_at(to), life.events[at].protocol)) continue;
          ++mutations;
          judged.findings.clear();
          const std::uint64_t before = judged.line;
          for (std::size_t i = 0; i < life.events.size(); ++i) {
            const RecordedEvent& event = life.events[i];
            const std::string socket = std::to_string(mutations) + event.socket;
            judged.add(i == at ? logged_at(from) : event.from, i == at ? logged_at(to) : event.to, socket,
                       event.protocol);
          }
          REQUIRE(judged.count(Severity::critical) == 1);
          for (const LogFinding& finding : judged.findings) {
            if (finding.severity == Severity::critical) REQUIRE(finding.line == before + at + 1);
          }
        }
      }
    }
  }
  CHECK(mutations > 40'000);
}

TEST_CASE("116 of the 144 pairs are illegal, those of request sockets among them") {
  std::size_t illegal = 0;
  for (std::size_t from = 1; from <= kStateCount + 1; ++from) {
    for (std::size_t to = 1; to <= kStateCount + 1; ++to) {
      Judged judged;
      judged.add(logged_at(from), logged_at(to), "");
      illegal += judged.pairs.count(TransitionVerdict::illegal);
    }
  }
  CHECK(illegal == 116);
}

TEST_CASE("a request is judged, and is no life that a full socket goes on with") {
  Judged judged;
  Transition record;
  record.body = Body::request;
  record.to = State::syn_recv;
  record.socket = "a";
  record.line = ++judged.line;
  judged.lives.transition(record);
  judged.add(State::close, State::listen, "a");
  CHECK(judged.findings.empty());
  CHECK(judged.lives.sockets() == 1);
  CHECK(judged.pairs.total() == 2);
  record.to = State::established;
  judged.lives.transition(record);
  CHECK(judged.count(Severity::critical) == 1);
}

TEST_CASE("a missing record is suspected before the kernel is accused") {
  Judged judged;
  judged.add(State::close, State::syn_sent, "a");
  judged.add(State::syn_sent, State::established, "a");
  judged.add(State::fin_wait1, State::fin_wait2, "a");
  REQUIRE(judged.findings.size() == 1);
  CHECK(judged.findings[0].rule == LogRule::continuity);
  CHECK(judged.findings[0].severity == Severity::warning);
  CHECK(judged.findings[0].message == "line 2 left it in " + std::string(name(State::established)) +
                                          ", and this record begins in " + std::string(name(State::fin_wait1)) +
                                          "; records were lost, or left out by a filter");
  CHECK(judged.pairs.count(TransitionVerdict::illegal) == 0);
}

/// "CLOSE>SYN_SENT" … as tcpstates prints them, socket "a".
std::vector<LogFinding> printed_by_processors(const std::vector<std::pair<State, State>>& pairs,
                                              std::uint64_t apart = 1) {
  Judged judged;
  for (const auto& [from, to] : pairs) {
    Transition record;
    record.from = from;
    record.to = to;
    record.socket = "a";
    record.order = RecordOrder::by_processor;
    record.line = judged.line += apart;
    judged.lives.transition(record);
  }
  judged.lives.finish();
  CHECK(judged.pairs.total() == pairs.size());
  return judged.findings;
}

TEST_CASE("records that were printed out of order wait for the one before them") {
  using enum State;
  const std::vector<std::pair<State, State>> life = {{listen, syn_recv},       {syn_recv, established},
                                                     {established, fin_wait1}, {fin_wait1, fin_wait2},
                                                     {fin_wait2, close},       {close, syn_sent}};
  std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5};
  do {
    std::vector<std::pair<State, State>> printed_order;
    for (const std::size_t at : order) printed_order.push_back(life[at]);
    // CLOSE>SYN_SENT begins another life; before the first began it would be a life that never ended.
    if (std::find(order.begin(), order.end(), 5U) < std::find(order.begin(), order.end(), 0U)) continue;
    const auto findings = printed_by_processors(printed_order);
    CAPTURE(findings.size());
    CHECK(findings.empty());
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a record that never comes is told when its place is far behind, or at the end") {
  using enum State;
  const std::vector<std::pair<State, State>> broken = {
      {listen, syn_recv}, {syn_recv, established}, {fin_wait1, fin_wait2}, {fin_wait2, close}};
  const auto at_end = printed_by_processors(broken);
  REQUIRE(at_end.size() == 1);
  CHECK(at_end[0].rule == LogRule::continuity);
  CHECK(at_end[0].line == 3);
  CHECK(at_end[0].message.find("line 2 left it in ESTABLISHED") != std::string::npos);
  const auto far = printed_by_processors(broken, 100'000);
  REQUIRE(far.size() == 1);
  CHECK(far[0].line == 300'000);
}

TEST_CASE("records of one socket that fit nothing do not pile up") {
  Judged judged;
  Transition record;
  record.from = State::established;
  record.to = State::fin_wait1;
  record.socket = "a";
  record.order = RecordOrder::by_processor;
  constexpr std::uint64_t kMost = 4096;
  for (record.line = 1; record.line <= kMost; ++record.line) judged.lives.transition(record);
  CHECK(judged.findings.empty());
  judged.lives.transition(record);
  REQUIRE(judged.findings.size() == 1);
  CHECK(judged.findings[0].line == 1);
  ++record.line;
  judged.lives.transition(record);
  REQUIRE(judged.findings.size() == 2);
  CHECK(judged.findings[1].line == 2);
  judged.lives.finish();
  CHECK(judged.findings.size() == kMost + 2);
}

TEST_CASE("the child of a listener has the listener's ends before Linux 6.15, and is not its life") {
  Judged judged;
  const auto add = [&](State from, State to) {
    Transition record;
    record.from = from;
    record.to = to;
    record.local = Endpoint{{}, 8000};
    record.remote = Endpoint{{}, 0};
    record.line = ++judged.line;
    judged.lives.transition(record);
  };
  add(State::close, State::listen);
  add(State::listen, State::syn_recv);
  CHECK(judged.findings.empty());
}

TEST_CASE("what the log says it lost is repeated where a life breaks") {
  Judged judged;
  judged.add(State::close, State::syn_sent, "a");
  judged.lives.lost(7, 2);
  judged.add(State::established, State::close_wait, "a");
  REQUIRE(judged.findings.size() == 1);
  CHECK(judged.findings[0].message.ends_with("(the log says that it lost 7)"));
  CHECK(judged.lives.lost_records() == 7);
}

TEST_CASE("a life that breaks where the log says that records are missing is a note") {
  for (const bool lost : {true, false}) {
    CAPTURE(lost);
    Judged judged;
    judged.add(State::close, State::syn_sent, "a");
    judged.add(State::syn_sent, State::established, "b");
    judged.add(State::established, State::close, "b");
    judged.findings.clear();
    if (lost) {
      judged.lives.lost(500, ++judged.line);
    } else {
      judged.lives.interrupted(++judged.line);
    }
    judged.add(State::established, State::close_wait, "a");
    judged.add(State::established, State::close_wait, "b");
    REQUIRE(judged.findings.size() == 2);
    CHECK(judged.findings[0].rule == LogRule::continuity);
    CHECK(judged.findings[0].message.ends_with(lost ? "(the log says that it lost 500)"
                                                    : "(a trace ended between them, on line 4)"));
    CHECK(judged.findings[1].rule == LogRule::birth);
    for (const LogFinding& finding : judged.findings) CHECK(finding.severity == Severity::info);
    judged.add(State::last_ack, State::close, "a");
    REQUIRE(judged.findings.size() == 3);
    CHECK_MESSAGE(judged.findings[2].severity == Severity::warning, "nothing was lost since");
    judged.add(State::close, State::syn_sent, "c");
    judged.lives.interrupted(++judged.line);
    judged.add(State::established, State::listen, "c");
    REQUIRE(judged.findings.size() == 5);
    CHECK(judged.findings[3].rule == LogRule::illegal);
    CHECK(judged.findings[3].message.find("damaged") == std::string::npos);
    CHECK(judged.findings[3].message.find("it follows") == std::string::npos);
  }
}

TEST_CASE("how long a state lasted across lost records is held against nobody, unless the record says it") {
  for (const bool lost : {false, true}) {
    for (const bool told : {false, true}) {
      KernelLimits limits;
      limits.synack_retries = 5;
      limits.syn_retries = 6;
      Judged judged(limits);
      judged.add(State::listen, State::syn_recv, "a", Protocol::tcp, EventTime{});
      if (lost) judged.lives.lost(1, ++judged.line);
      Transition record;
      record.from = State::syn_recv;
      record.to = State::established;
      record.socket = "a";
      record.time = std::chrono::minutes(10);
      if (told) record.dwell = record.time;
      record.line = ++judged.line;
      judged.lives.transition(record);
      CHECK(judged.findings.size() == (lost && !told ? 0U : 1U));
    }
  }
}

TEST_CASE("a life that ran when the log began is a note, one after its own end a warning") {
  Judged judged;
  judged.add(State::established, State::close_wait, "a");
  REQUIRE(judged.findings.size() == 1);
  CHECK(judged.findings[0].rule == LogRule::birth);
  CHECK(judged.findings[0].severity == Severity::info);
  judged.add(State::close_wait, State::close, "a");
  judged.add(State::established, State::close_wait, "a");
  REQUIRE(judged.findings.size() == 2);
  CHECK(judged.findings[1].rule == LogRule::birth);
  CHECK(judged.findings[1].severity == Severity::warning);
}

TEST_CASE("an address of the kernel is used again, and that is no finding") {
  Judged judged;
  for (int life = 0; life < 3; ++life) {
    judged.add(State::close, State::syn_sent, "a");
    judged.add(State::syn_sent, State::close, "a");
    judged.add(State::listen, State::syn_recv, "a");
    judged.add(State::syn_recv, State::established, "a");
    judged.add(State::established, State::close, "a");
  }
  CHECK(judged.findings.empty());
  CHECK(judged.lives.sockets() == 6);
}

/// Two sockets in one place of the kernel's memory, the end of the first and the birth of the second being lost.
struct TwoInOnePlace {
  std::optional<std::uint64_t> cookie;
  std::uint16_t local = 80;
  std::uint16_t remote = 40'000;
};

std::vector<ConnectionLife> lives_of_both(const TwoInOnePlace& first, const TwoInOnePlace& second,
                                          std::vector<LogFinding>& findings, std::uint64_t& sockets) {
  KernelLimits limits;
  PairCounts pairs;
  std::vector<ConnectionLife> ended;
  std::vector<std::optional<EventTime>> dwells;
  LifeChecker lives(
      limits, pairs, [&](const LogFinding& finding) { findings.push_back(finding); },
      [&](const Transition& transition, const Judgement&, Opening) {
        dwells.push_back(transition.dwell);
        return Flow::more;
      },
      [&](const ConnectionLife& life) {
        ended.push_back(life);
        ended.back().socket = {};
        return Flow::more;
      });
  std::uint64_t line = 0;
  const auto step = [&](State from, State to, const TwoInOnePlace& of) {
    Transition record;
    record.from = from;
    record.to = to;
    record.socket = "a";
    record.cookie = of.cookie;
    record.local = Endpoint{{}, of.local};
    record.remote = Endpoint{{}, of.remote};
    record.time = std::chrono::hours(++line);
    record.line = line;
    lives.transition(record);
  };
  step(State::listen, State::syn_recv, first);
  step(State::syn_recv, State::established, first);
  step(State::established, State::fin_wait1, second);
  step(State::fin_wait1, State::close, second);
  REQUIRE(dwells.size() == 4);
  const bool is_one = first.cookie == second.cookie && first.local == second.local && first.remote == second.remote;
  CHECK(dwells[2].has_value() == is_one);
  sockets = lives.sockets();
  return ended;
}

TEST_CASE("a socket that got the memory of another one is told from it by its cookie or its ports") {
  for (const TwoInOnePlace& second : {TwoInOnePlace{1, 80, 40'000}, TwoInOnePlace{2, 80, 40'000},
                                      TwoInOnePlace{{}, 80, 40'001}, TwoInOnePlace{{}, 81, 40'000}}) {
    const TwoInOnePlace first{second.cookie ? std::optional<std::uint64_t>(1) : std::nullopt, 80, 40'000};
    std::vector<LogFinding> findings;
    std::uint64_t sockets = 0;
    const auto ended = lives_of_both(first, second, findings, sockets);
    REQUIRE(ended.size() == 1);
    if (second.cookie == 1U) {
      CHECK(sockets == 1);
      CHECK(findings.empty());
      CHECK(ended[0].complete);
      continue;
    }
    CHECK(sockets == 2);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == LogRule::continuity);
    CHECK(findings[0].message ==
          "line 2 left it in ESTABLISHED, and this record is of another socket in the same place; records were lost or "
          "left out by a filter, its end and another beginning among them");
    CHECK_FALSE(ended[0].complete);
    CHECK((ended[0].opening == Opening::unknown));
    CHECK(ended[0].states.size() == 2);
  }
}

TEST_CASE("a birth behind an end that was lost is another socket") {
  Judged judged;
  judged.add(State::close, State::syn_sent, "a");
  judged.add(State::close, State::syn_sent, "a");
  CHECK(judged.lives.sockets() == 2);
}

TEST_CASE("that lives were forgotten is a sentence") {
  CHECK(forgotten_sentence(1) ==
        "1 socket had no record for so long that it was forgotten: more than 262144 ran at once");
  CHECK(forgotten_sentence(2) ==
        "2 sockets had no record for so long that they were forgotten: more than 262144 ran at once");
}

TEST_CASE("of lives whose end never comes the one that changed longest ago is forgotten, and counted") {
  const KernelLimits limits;
  PairCounts pairs;
  std::vector<LogFinding> findings;
  LifeChecker lives(
      limits, pairs, [&](const LogFinding& finding) { findings.push_back(finding); }, {}, {}, 2);
  const auto step = [&](State from, State to, std::string_view socket) {
    Transition record;
    record.from = from;
    record.to = to;
    record.socket = socket;
    lives.transition(record);
  };
  step(State::close, State::syn_sent, "old");
  step(State::close, State::syn_sent, "older");
  step(State::syn_sent, State::established, "old");
  CHECK(lives.forgotten() == 0);
  step(State::close, State::syn_sent, "new");
  CHECK(lives.forgotten() == 1);
  step(State::established, State::fin_wait1, "old");
  step(State::syn_sent, State::established, "new");
  CHECK(findings.empty());
  // It is as if the log had begun behind its birth.
  step(State::syn_sent, State::established, "older");
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].rule == LogRule::birth);
  CHECK(findings[0].severity == Severity::info);
  // Ends make room.
  step(State::fin_wait1, State::close, "old");
  step(State::syn_sent, State::close, "new");
  step(State::established, State::close, "older");
  for (const std::string_view socket : {"a", "b"}) step(State::close, State::syn_sent, socket);
  CHECK(lives.forgotten() == 2);
}

TEST_CASE("a listener does not become its own child") {
  Judged judged;
  judged.add(State::close, State::listen, "a");
  judged.add(State::listen, State::syn_recv, "a");
  REQUIRE(judged.findings.size() == 1);
  CHECK(judged.findings[0].rule == LogRule::continuity);
}

TEST_CASE("without an identity of the socket a break is only a note") {
  Judged judged;
  Transition record;
  record.local = test::on_loopback("80");
  record.remote = test::on_loopback("40000");
  record.from = State::listen;
  record.to = State::syn_recv;
  record.line = 1;
  judged.lives.transition(record);
  record.from = State::established;
  record.to = State::close_wait;
  record.line = 2;
  judged.lives.transition(record);
  REQUIRE(judged.findings.size() == 1);
  CHECK(judged.findings[0].severity == Severity::info);
  CHECK(judged.findings[0].message ==
        "line 1 left it in SYN_RECV, and this record begins in ESTABLISHED; perhaps another connection on the same "
        "addresses and ports, or another network namespace");
}

TEST_CASE("where no way leads on, the end of a life and another beginning are missing too") {
  struct Case {
    State left;
    State begins;
    State goes_to;
    std::string_view missing;
  };
  const std::string_view another =
      "; records were lost or left out by a filter, its end and another beginning among them";
  for (const Case& one : {
           Case{State::syn_recv, State::established, State::close_wait, "; records were lost, or left out by a filter"},
           Case{State::syn_recv, State::fin_wait2, State::close,
                "; records were lost, or left out by a filter; it went by way of FIN_WAIT1"},
           Case{State::established, State::syn_sent, State::established, another},
           Case{State::listen, State::syn_recv, State::established, another},
           Case{State::listen, State::close, State::syn_sent, another},
       }) {
    CAPTURE(name(one.left));
    CAPTURE(name(one.begins));
    Judged judged;
    judged.add(State::close, one.left, "a");
    judged.findings.clear();
    judged.add(one.begins, one.goes_to, "a");
    REQUIRE(judged.findings.size() == 1);
    CHECK(judged.findings[0].message == "line 1 left it in " + std::string(name(one.left)) +
                                            ", and this record begins in " + std::string(name(one.begins)) +
                                            std::string(one.missing));
  }
}

TEST_CASE("a time is told in seconds and tenths") {
  KernelLimits limits;
  limits.synack_retries = 5;
  limits.syn_retries = 6;
  Judged judged(limits);
  judged.add(State::listen, State::syn_recv, "a", Protocol::tcp, EventTime{0});
  judged.add(State::syn_recv, State::established, "a", Protocol::tcp, std::chrono::milliseconds(190'250));
  REQUIRE(judged.findings.size() == 1);
  CHECK(judged.findings[0].message.starts_with("in SYN_RECV for 190.2 s, longer than the "));
}

TEST_CASE("a state that lasts longer than its timers allow is said, and only with known sysctls") {
  KernelLimits limits;
  limits.synack_retries = 5;
  limits.syn_retries = 6;
  limits.syn_linear_timeouts = 4;
  limits.rto_max_ms = 120000;
  for (const bool known : {true, false}) {
    for (const int seconds : {120, 145}) {
      CAPTURE(known);
      CAPTURE(seconds);
      Judged judged(known ? limits : KernelLimits{});
      judged.add(State::listen, State::syn_recv, "a", Protocol::tcp, EventTime{0});
      judged.add(State::syn_recv, State::established, "a", Protocol::tcp, std::chrono::seconds(seconds));
      // 127 s for a fast-open child and a crossed opening, and a tenth for the timer wheel.
      CHECK(judged.findings.size() == (known && seconds > 140 ? 1 : 0));
    }
  }
}

TEST_CASE("a state that is stored again lasts since the first time") {
  const KernelLimits limits;
  PairCounts pairs;
  std::vector<std::optional<EventTime>> dwells;
  LifeChecker lives(
      limits, pairs, [](const LogFinding&) {},
      [&](const Transition& transition, const Judgement&, Opening) {
        dwells.push_back(transition.dwell);
        return Flow::more;
      });
  const auto step = [&](State from, State to, std::int64_t at) {
    Transition transition;
    transition.from = from;
    transition.to = to;
    transition.socket = "a";
    transition.time = EventTime(at);
    lives.transition(transition);
  };
  step(State::close_wait, State::last_ack, 100);
  step(State::last_ack, State::last_ack, 150);
  step(State::last_ack, State::close, 180);
  REQUIRE(dwells.size() == 3);
  CHECK(dwells[2] == EventTime(80));
}

TEST_CASE("how long a FIN waits behind data is up to the peer, and no finding") {
  KernelLimits limits;
  limits.orphan_retries = 0;
  limits.retries2 = 15;
  limits.rto_max_ms = 120'000;
  Judged judged(limits);
  judged.add(State::close_wait, State::last_ack, "a", Protocol::tcp, EventTime{0});
  judged.findings.clear();
  judged.add(State::last_ack, State::close, "a", Protocol::tcp, std::chrono::hours(1));
  CHECK(judged.findings.empty());
}

TEST_CASE("sampled transitions are never illegal") {
  for (std::size_t from = 0; from <= kStateCount; ++from) {
    for (std::size_t to = 0; to <= kStateCount; ++to) {
      Judged judged;
      Transition record;
      record.observed = Observed::sampled;
      record.cookie = 5;
      record.from = from == 0 ? ObservedState::absent() : logged_at(from);
      record.to = to == 0 ? ObservedState::absent() : logged_at(to);
      judged.lives.transition(record);
      CHECK(judged.pairs.count(TransitionVerdict::illegal) == 0);
      CHECK(judged.findings.empty());
    }
  }
}

TEST_CASE("each transition is passed on with its judgement and the time that the life says") {
  const KernelLimits limits;
  PairCounts pairs;
  std::vector<std::pair<Transition, TransitionVerdict>> told;
  std::vector<Opening> openings;
  LifeChecker lives(
      limits, pairs, [](const LogFinding&) {},
      [&](const Transition& transition, const Judgement& judgement, Opening opening) {
        openings.push_back(opening);
        told.emplace_back(transition, judgement.verdict);
        return told.size() < 3 ? Flow::more : Flow::stop;
      });
  const auto step = [&](State from, State to, std::int64_t at) {
    Transition transition;
    transition.from = from;
    transition.to = to;
    transition.socket = "a";
    transition.time = EventTime(at);
    return lives.transition(transition);
  };
  CHECK(step(State::close, State::syn_sent, 100) == Flow::more);
  CHECK(step(State::syn_sent, State::established, 157) == Flow::more);
  CHECK(step(State::established, State::listen, 3'157) == Flow::stop);
  REQUIRE(told.size() == 3);
  CHECK_FALSE(told[0].first.dwell);
  CHECK(told[1].first.dwell == EventTime(57));
  CHECK(told[2].first.dwell == EventTime(3'000));
  CHECK((told[1].second == TransitionVerdict::legal));
  CHECK((told[2].second == TransitionVerdict::illegal));
  // A time that the record itself tells is believed.
  Transition timed;
  timed.from = State::listen;
  timed.to = State::close;
  timed.socket = "a";
  timed.time = EventTime(4'000);
  timed.dwell = EventTime(5);
  lives.transition(timed);
  REQUIRE(told.size() == 4);
  CHECK(told[3].first.dwell == EventTime(5));
}

}  // namespace
}  // namespace tcpstat::trace
