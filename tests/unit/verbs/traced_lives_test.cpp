#include "cli/verbs/traced_lives.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cli/in_child.h"
#include "machine/dwell.h"
#include "support/rows.h"

namespace tcpstat::cli::verbs {
namespace {

using std::chrono::seconds;

/// Keeps what it is told.
class Kept final : public render::TransitionWriter {
 public:
  std::vector<std::string> steps;
  std::vector<ConnectionLife> lives;
  int samples_ended = 0;
  std::string time;
  std::vector<std::string> losses;

  void sample(const render::SampleTime& of) override { time = of.utc; }
  void lost(std::uint64_t count) override { losses.push_back(std::to_string(count) + " " + time.substr(0, 2)); }
  void transition(const Transition& of, const Judgement&) override {
    steps.push_back(std::string(name(of.from)) + ">" + std::string(name(of.to)));
  }
  void life(const ConnectionLife& life) override { lives.push_back(life); }
  void sample_end() override { ++samples_ended; }
  void finish(const Report&, const render::TransitionCounts&) override {}
};

struct Tracing {
  Tracing() { command.filter.states = StateSet::all(); }

  options::TraceCommand command;
  KernelLimits limits;
  Kept kept;
  TextBuffer out;
  Notes notes;
  std::optional<TracedLives> traced;
  EventTime now = seconds(1000);

  TracedLives& lives() { return traced ? *traced : traced.emplace(command, limits, kept, out, notes); }
  /// A step of a full socket, a second after the one before.
  Flow step(ObservedState from, ObservedState to, std::string_view socket = "a") {
    Transition record;
    record.from = from;
    record.to = to;
    record.socket = socket;
    record.local = test::endpoint("192.0.2.1", 40'000);
    record.remote = test::endpoint("198.51.100.7", 443);
    record.time = now += seconds(1);
    record.line = static_cast<std::uint64_t>(now.count());
    return lives().transition(record);
  }
  /// It connects, and closes first.
  void whole_life(std::string_view socket = "a") {
    constexpr State kWay[] = {State::close,     State::syn_sent,  State::established,
                              State::fin_wait1, State::fin_wait2, State::close};
    for (std::size_t i = 0; i + 1 < std::size(kWay); ++i) step(kWay[i], kWay[i + 1], socket);
  }
  /// A request or a time-wait socket ends after three seconds.
  Flow minisocket(Body body, State from, MinisocketEnd end, std::optional<EventTime> dwell = seconds(3)) {
    Transition record;
    record.body = body;
    record.from = from;
    record.minisocket_end = end;
    record.local = test::endpoint("192.0.2.1", 443);
    record.remote = test::endpoint("198.51.100.7", 50'000);
    record.time = now += seconds(1);
    record.dwell = dwell;
    return lives().transition(record);
  }
};

TEST_CASE_FIXTURE(Tracing, "lives that lack records are counted, and the first twenty are told") {
  const auto child = test::in_child([this] {
    for (int i = 0; i < 25; ++i) {
      const std::string socket = std::to_string(i);
      step(State::close, State::syn_sent, socket);
      step(State::fin_wait1, State::fin_wait2, socket);
    }
    return static_cast<int>(lives().broken_lives());
  });
  CHECK(child.status == 25);
  CHECK(std::count(child.err.begin(), child.err.end(), '\n') == 20);
  CHECK(child.err.find("continuity: 192.0.2.1:40000 198.51.100.7:443: line ") != std::string::npos);
}

TEST_CASE_FIXTURE(Tracing, "a loss has the time at which it was found, before anything else is told too") {
  const auto child = test::in_child([this] {
    lives().lost(3, 1);
    whole_life();
    lives().lost(4, 9);
    // The steps are of 1970.
    return kept.losses == std::vector<std::string>{"3 20", "4 20"} ? static_cast<int>(lives().lost_records()) : 99;
  });
  CHECK(child.status == 7);
  CHECK(child.err.find("the kernel lost 3 records here\n") != std::string::npos);
}

TEST_CASE_FIXTURE(Tracing, "a life that ran when the trace began is no news, and one whose beginning is lost is") {
  const auto child = test::in_child([this] {
    step(State::established, State::close_wait, "ran");
    CHECK(lives().broken_lives() == 0);
    whole_life("closed");
    step(State::established, State::close_wait, "closed");
    return static_cast<int>(lives().broken_lives());
  });
  CHECK(child.status == 1);
  CHECK(std::count(child.err.begin(), child.err.end(), '\n') == 1);
  CHECK(child.err.find("birth: ") != std::string::npos);
  CHECK(child.err.find("this socket had been closed") != std::string::npos);
}

TEST_CASE_FIXTURE(Tracing, "a state that lasts too long is told, and breaks no life") {
  limits.synack_retries = 5;
  limits.syn_retries = 6;
  const auto most = machine::longest_socket_dwell(State::syn_recv, limits);
  REQUIRE(most);
  const auto child = test::in_child([&] {
    step(State::listen, State::syn_recv);
    now += *most;
    step(State::syn_recv, State::close);
    return static_cast<int>(lives().broken_lives());
  });
  CHECK(child.status == 0);
  CHECK(child.err.find("dwell: 192.0.2.1:40000 198.51.100.7:443: in SYN_RECV for ") != std::string::npos);
}

TEST_CASE_FIXTURE(Tracing, "each way in which a request or a time-wait socket ends is the end of a life") {
  command.lives = true;
  struct Row {
    Body body;
    MinisocketEnd end;
    Ending ending;
  };
  for (const Row& row : {Row{Body::request, MinisocketEnd::reset, Ending::reset},
                         Row{Body::request, MinisocketEnd::expired, Ending::expired},
                         Row{Body::request, MinisocketEnd::pruned, Ending::pruned},
                         Row{Body::request, MinisocketEnd::listener_gone, Ending::listener_gone},
                         Row{Body::time_wait, MinisocketEnd::expired, Ending::expired},
                         Row{Body::time_wait, MinisocketEnd::cut_short, Ending::cut_short}}) {
    CAPTURE(name(row.ending));
    kept.lives.clear();
    const bool request = row.body == Body::request;
    CHECK(minisocket(row.body, request ? State::syn_recv : State::time_wait, row.end) == Flow::more);
    REQUIRE(kept.lives.size() == 1);
    const ConnectionLife& life = kept.lives[0];
    CHECK(life.body == row.body);
    CHECK(life.ending == row.ending);
    CHECK(life.opening == (request ? Opening::passive : Opening::unknown));
    CHECK(life.ended == now);
    CHECK(life.began == now - seconds(3));
    CHECK(life.complete);
    REQUIRE(life.states.size() == 1);
    CHECK(life.states[0].state == ObservedState(request ? State::syn_recv : State::time_wait));
    CHECK(life.states[0].lasted == seconds(3));
  }
}

TEST_CASE_FIXTURE(Tracing, "a life whose beginning nobody saw has none, and lacks records") {
  command.lives = true;
  minisocket(Body::time_wait, State::time_wait, MinisocketEnd::expired, std::nullopt);
  REQUIRE(kept.lives.size() == 1);
  CHECK_FALSE(kept.lives[0].began);
  CHECK_FALSE(kept.lives[0].complete);
}

TEST_CASE_FIXTURE(Tracing, "a request whose handshake was completed lives on, and is told as the connection alone") {
  command.lives = true;
  minisocket(Body::request, State::syn_recv, MinisocketEnd::completed);
  CHECK(kept.lives.empty());
  minisocket(Body::request, State::syn_recv, MinisocketEnd::expired);
  CHECK(kept.lives.size() == 1);
}

TEST_CASE_FIXTURE(Tracing, "with lives steps are not told, and without them lives are not") {
  SUBCASE("lives") {
    command.lives = true;
    whole_life();
    CHECK(kept.steps.empty());
    CHECK(kept.lives.size() == 1);
  }
  SUBCASE("steps") {
    whole_life();
    minisocket(Body::request, State::syn_recv, MinisocketEnd::completed);
    CHECK(kept.steps.size() == 6);
    CHECK(kept.steps.back() == "SYN_RECV>ABSENT");
    CHECK(kept.lives.empty());
  }
  CHECK(lives().counts().trace->lives == 1);
}

TEST_CASE_FIXTURE(Tracing, "as many as were asked for are enough") {
  command.count = 2;
  CHECK(step(State::close, State::syn_sent) == Flow::more);
  CHECK(step(State::syn_sent, State::established) == Flow::stop);
}

TEST_CASE_FIXTURE(Tracing, "what came since the last time is shown once") {
  lives().flush();
  CHECK(kept.samples_ended == 0);
  step(State::close, State::syn_sent);
  lives().flush();
  lives().flush();
  CHECK(kept.samples_ended == 1);
  step(State::syn_sent, State::established);
  lives().flush();
  CHECK(kept.samples_ended == 2);
}

TEST_CASE_FIXTURE(Tracing, "a life is wanted if it was ever in a state that is") {
  command.lives = true;
  struct Row {
    State asked;
    std::size_t lives;
  };
  for (const Row& row : {Row{State::fin_wait2, 1}, Row{State::syn_sent, 1}, Row{State::close_wait, 0}}) {
    CAPTURE(name(row.asked));
    command.filter.states = {row.asked};
    traced.reset();
    kept.lives.clear();
    whole_life();
    CHECK(kept.lives.size() == row.lives);
    CHECK(lives().counts().trace->lives == row.lives);
  }
}

}  // namespace
}  // namespace tcpstat::cli::verbs
