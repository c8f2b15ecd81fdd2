#include "trace/log_check.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <vector>

#include "support/rows.h"

namespace tcpstat::trace {
namespace {

/// A source of transitions that no log and no kernel has: an array.
class ArraySource final : public TransitionSource {
 public:
  explicit ArraySource(std::vector<Transition> all) : all_(std::move(all)) {}

  Expected<void> read(ObservationSink& sink) override {
    std::uint64_t number = 0;
    for (Transition& each : all_) {
      each.line = ++number;
      if (sink.transition(each) == Flow::stop) break;
      ++given_;
    }
    return {};
  }
  [[nodiscard]] std::size_t given() const { return given_; }

 private:
  std::vector<Transition> all_;
  std::size_t given_ = 0;
};

Transition step(State from, State to, std::string_view socket = "a") {
  Transition out;
  out.from = from;
  out.to = to;
  out.socket = socket;
  return out;
}

struct Checked {
  std::vector<LogFinding> findings;
  Flow answer = Flow::more;
  LogCheck check;

  explicit Checked(const KernelLimits& limits = {})
      : check("here", limits, [this](const LogFinding& finding) {
          findings.push_back(finding);
          return answer;
        }) {}
  [[nodiscard]] std::vector<std::string> warnings(const LogEnd& end) {
    std::vector<std::string> codes;
    for (const Warning& warning : check.finish(end).warnings) codes.emplace_back(warning.code);
    return codes;
  }
};

using Codes = std::vector<std::string>;

std::uint64_t count(const Validation& validation, TransitionVerdict verdict) {
  for (const VerdictCount& one : validation.verdicts) {
    if (one.verdict == verdict) return one.count;
  }
  return 0;
}

TEST_CASE("any source of transitions is judged as a log is") {
  Checked checked;
  ArraySource source({step(State::close, State::syn_sent), step(State::syn_sent, State::established),
                      step(State::established, State::listen), step(State::close_wait, State::last_ack, "b")});
  REQUIRE(source.read(checked.check));
  const Validation validation = checked.check.finish({{}, 4});
  CHECK(validation.complete);
  CHECK(validation.sockets == 2);
  CHECK(count(validation, TransitionVerdict::legal) == 3);
  CHECK(count(validation, TransitionVerdict::illegal) == 1);
  REQUIRE(checked.findings.size() == 2);
  CHECK(checked.findings[0].line == 3);
  CHECK(checked.findings[0].rule == LogRule::illegal);
  CHECK(checked.findings[1].line == 4);
  CHECK(checked.findings[1].rule == LogRule::birth);
}

TEST_CASE("a source stops when nobody wants findings any more") {
  Checked checked;
  checked.answer = Flow::stop;
  ArraySource source({step(State::close, State::established), step(State::close, State::syn_sent)});
  REQUIRE(source.read(checked.check));
  CHECK(source.given() == 0);
  CHECK(checked.findings.size() == 1);
}

TEST_CASE("notes beyond the first hundred of a kind are counted, warnings are all told") {
  Checked checked;
  for (std::uint64_t line = 1; line <= kMostNotes + 7; ++line) checked.check.bad_line({"no JSON object"}, line);
  CHECK(checked.findings.size() == kMostNotes);
  for (std::uint64_t line = 1; line <= kMostNotes + 7; ++line) {
    checked.check.transition(step(State::established, State::close_wait, std::to_string(line)));
  }
  CHECK(checked.findings.size() == 2 * kMostNotes);
  for (std::uint64_t line = 1; line <= kMostNotes + 7; ++line) {
    checked.check.transition(step(State::close, State::established, "x" + std::to_string(line)));
  }
  const Validation validation = checked.check.finish({{}, 3 * kMostNotes});
  CHECK(validation.left_out == 7 + 7);
  CHECK(validation.bad_lines == kMostNotes + 7);
  CHECK_FALSE(validation.complete);
  std::size_t illegal = 0;
  for (const LogFinding& finding : checked.findings) illegal += finding.rule == LogRule::illegal ? 1U : 0U;
  CHECK(illegal == kMostNotes + 7);
}

TEST_CASE("a log that says nothing is said to have said nothing") {
  CHECK(Checked().warnings({}) == Codes{"nothing_judged"});
  CHECK(Checked().warnings({{}, 3}) == Codes{"nothing_judged"});
  Checked one;
  SampleRow row;
  row.sample.counter = 1;
  row.local = test::endpoint("192.0.2.1", 80);
  row.remote = test::endpoint("192.0.2.2", 7);
  row.state = State::established;
  one.check.row(row, 1);
  one.check.sample_end({row.sample, Whole::yes});
  CHECK(one.warnings({{}, 2}) == Codes{"nothing_judged"});
  Checked two;
  for (const char* host : {"a", "b"}) {
    row.sample.host = host;
    two.check.row(row, 1);
    two.check.sample_end({row.sample, Whole::yes});
  }
  const auto warnings = two.check.finish({{}, 4}).warnings;
  CHECK(std::any_of(warnings.begin(), warnings.end(), [](const Warning& each) {
    return each.message == "no two samples of the log show sockets of one host: nothing was judged";
  }));
}

TEST_CASE("what was judged, and what was not, follows from transitions and from samples that were compared") {
  CHECK_FALSE(Checked().check.finish({}).judged);
  CHECK_FALSE(Checked().check.finish({}).complete);
  Checked one;
  one.check.transition(step(State::close, State::syn_sent));
  CHECK(one.check.finish({{}, 1}).judged);
  const auto two_samples = [](const char* first, const char* second) {
    Checked checked;
    SampleRow row;
    row.local = test::endpoint("192.0.2.1", 80);
    row.remote = test::endpoint("192.0.2.2", 7);
    row.state = State::established;
    std::uint64_t number = 0;
    for (const char* host : {first, second}) {
      row.sample.counter = ++number;
      row.sample.host = host;
      checked.check.row(row, number);
      checked.check.sample_end({row.sample, Whole::yes});
    }
    return checked.check.finish({{}, 4}).judged;
  };
  CHECK(two_samples("web1", "web1"));
  CHECK_FALSE(two_samples("web1", "web2"));
}

TEST_CASE("a log that lost records is not complete, and names its own host alone") {
  Checked checked;
  Transition record = step(State::close, State::syn_sent);
  record.host = "web1";
  checked.check.transition(record);
  CHECK(checked.check.finish({{}, 1}).host == "web1");
  CHECK(checked.check.finish({{}, 1}).complete);
  checked.check.lost(15, 1);
  CHECK_FALSE(checked.check.finish({{}, 2}).complete);
  record.host = "web2";
  checked.check.transition(record);
  CHECK_FALSE(checked.check.finish({{}, 3}).host);
  CHECK_FALSE(Checked().check.finish({}).host);
}

RunEnd end_of_run(std::optional<std::uint64_t> lost, Whole seen = Whole::yes, std::string_view why = {}) {
  RunEnd end;
  end.lost = lost;
  end.sight = {seen, why};
  end.line = 9;
  return end;
}

TEST_CASE("a log that lacks transitions that the end of their run counts is not whole") {
  const auto checked = [](std::uint64_t there, std::uint64_t wanted, std::uint64_t bad = 0) {
    Checked out;
    for (std::uint64_t i = 0; i < there; ++i) out.check.transition(step(State::close, State::syn_sent));
    for (std::uint64_t i = 0; i < bad; ++i) out.check.bad_line({"cut"}, i + 1);
    RunEnd end = end_of_run(0);
    end.transitions = wanted;
    out.check.run_end(end);
    // A run that is whole stands behind it.
    end.transitions = 1;
    out.check.transition(step(State::close, State::syn_sent));
    out.check.run_end(end);
    return out.check.finish({{}, 9});
  };
  CHECK(checked(2, 2).complete);
  const Validation fewer = checked(2, 5);
  CHECK_FALSE(fewer.complete);
  CHECK(fewer.lost_records == 3);
  REQUIRE(fewer.warnings.size() == 1);
  CHECK(fewer.warnings[0].code == "records_missing");
  CHECK(fewer.warnings[0].message ==
        "line 9: the summary line counts 5 transitions, and the lines before it have 2: records are missing");
  const Validation more = checked(3, 2);
  CHECK_FALSE(more.complete);
  CHECK(more.warnings[0].message.find("and the lines before it have 3: some are of another run") != std::string::npos);
  // A line that cannot be read was one of them.
  CHECK(checked(2, 3, 1).lost_records == 0);
  CHECK(checked(2, 5, 1).lost_records == 2);
}

TEST_CASE("what a trace lost is counted once, whether its lines or its end tell it") {
  struct Row {
    std::uint64_t told;
    std::optional<std::uint64_t> at_end;
    std::uint64_t lost;
  };
  for (const Row& row : {Row{500, 500, 500}, Row{0, 500, 500}, Row{200, 500, 500}, Row{500, 0, 500},
                         Row{500, std::nullopt, 500}, Row{0, 0, 0}, Row{0, std::nullopt, 0}}) {
    Checked checked;
    checked.check.transition(step(State::close, State::syn_sent));
    if (row.told > 0) checked.check.lost(row.told, 2);
    checked.check.run_end(end_of_run(row.at_end));
    const Validation validation = checked.check.finish({{}, 9});
    CHECK(validation.lost_records == row.lost);
    CHECK(validation.complete == (row.lost == 0));
    CHECK(validation.samples == 0);
    CHECK(validation.warnings.size() == (row.lost == 0 ? 0U : 1U));
  }
  Checked twice;
  for (int run = 0; run < 2; ++run) {
    twice.check.lost(5, 3);
    twice.check.run_end(end_of_run(5));
  }
  const Validation validation = twice.check.finish({{}, 9});
  CHECK(validation.lost_records == 10);
  CHECK(validation.warnings.front().message ==
        "the log says that 10 records were lost, the first of them before line 3");
}

TEST_CASE("more lost records than can be counted are not few") {
  Checked checked;
  checked.check.lost(UINT64_MAX, 3);
  checked.check.lost(5, 4);
  checked.check.overwritten({UINT64_MAX}, 5);
  checked.check.overwritten({5}, 6);
  const Validation validation = checked.check.finish({{}, 9});
  CHECK(validation.lost_records == UINT64_MAX);
  CHECK(validation.overwritten_entries == UINT64_MAX);
  CHECK(validation.warnings.front().message.starts_with("the log says that 18446744073709551615 records were lost"));
}

TEST_CASE("one lost record is told where it was lost") {
  Checked checked;
  checked.check.lost(1, 7);
  CHECK(checked.check.finish({{}, 9}).warnings.front().message == "the log says that 1 record was lost before line 7");
}

TEST_CASE("entries that a ring has overwritten are lost before the first record, and called entries") {
  Checked checked;
  checked.check.overwritten({1855}, 3);
  checked.check.transition(step(State::close, State::syn_sent));
  checked.check.overwritten({}, 20);
  Transition later = step(State::established, State::close_wait);
  later.line = 21;
  checked.check.transition(later);
  REQUIRE(checked.findings.size() == 1);
  CHECK_MESSAGE(checked.findings[0].severity == Severity::info, "one processor's part begins between the two");
  Validation validation = checked.check.finish({{}, 21});
  CHECK_FALSE(validation.complete);
  CHECK(validation.lost_records == 1855);
  CHECK(validation.overwritten_entries == 1855);
  REQUIRE(validation.warnings.size() == 1);
  CHECK(validation.warnings[0].code == "overwritten_entries");
  CHECK(validation.warnings[0].message ==
        "1855 entries of the trace, of this event or others, were overwritten before line 3: a larger buffer_size_kb "
        "keeps more");
  checked.check.lost(2, 30);
  validation = checked.check.finish({{}, 30});
  CHECK(validation.lost_records == 1857);
  REQUIRE(validation.warnings.size() == 2);
  CHECK(validation.warnings[0].message == "the log says that 2 records were lost, the first of them before line 30");
}

TEST_CASE("without the head of the trace a part that begins later says that something was overwritten") {
  Checked checked;
  checked.check.overwritten({}, 20);
  checked.check.overwritten({}, 25);
  const Validation validation = checked.check.finish({{}, 30});
  CHECK(validation.lost_records == 1);
  CHECK_FALSE(validation.complete);
  CHECK(
      validation.warnings.front().message ==
      "at least 1 entry of the trace, of this event or others, was overwritten before line 20: a larger buffer_size_kb "
      "keeps more");
}

TEST_CASE("a log is not complete if who wrote it did not see everything") {
  Checked checked;
  checked.check.transition(step(State::close, State::syn_sent));
  checked.check.run_end(end_of_run(0, Whole::no, "the kernel may skip programs"));
  Validation validation = checked.check.finish({{}, 9});
  CHECK_FALSE(validation.complete);
  CHECK(validation.unseeing_ends == 1);
  CHECK(validation.lost_records == 0);
  REQUIRE(validation.warnings.size() == 1);
  CHECK(validation.warnings.front().code == "not_all_seen");
  CHECK(validation.warnings.front().message ==
        "not everything was seen when the log was written, as line 9 says: the kernel may skip programs");
  SampleEnd sample;
  sample.sight.whole = Whole::no;
  sample.line = 12;
  checked.check.sample_end(sample);
  validation = checked.check.finish({{}, 12});
  CHECK(validation.unseeing_ends == 2);
  CHECK(validation.warnings.front().message ==
        "not everything was seen when the log was written, as 2 lines say, the first of them line 9: the kernel may "
        "skip programs");
}

TEST_CASE("behind the end of a trace another one begins, and no life that goes on is accused") {
  Checked checked;
  checked.check.transition(step(State::close, State::syn_sent));
  checked.check.run_end(end_of_run(0));
  Transition later = step(State::established, State::close_wait);
  later.line = 10;
  checked.check.transition(later);
  REQUIRE(checked.findings.size() == 1);
  CHECK(checked.findings[0].severity == Severity::info);
  CHECK(checked.check.finish({{}, 10}).complete);
}

TEST_CASE("how the log ended is part of the result") {
  Checked checked;
  checked.check.transition(step(State::close, State::syn_sent));
  CHECK(checked.warnings({tl::make_unexpected(Error{"read x", 5}), 1, true}) == Codes{"interrupted", "read_failed"});
  CHECK_FALSE(checked.check.finish({{}, 1, true}).complete);
}

TEST_CASE("the limits of this host bound its own log alone") {
  KernelLimits limits;
  limits.synack_retries = 5;
  limits.syn_retries = 6;
  for (const std::string_view host : {"here", "", "elsewhere"}) {
    CAPTURE(host);
    Checked checked(limits);
    Transition record = step(State::listen, State::syn_recv);
    record.host = host;
    record.time = EventTime{};
    checked.check.transition(record);
    record.from = State::syn_recv;
    record.to = State::established;
    record.time = std::chrono::minutes(10);
    checked.check.transition(record);
    CHECK(checked.findings.size() == (host == "elsewhere" ? 0U : 1U));
    CHECK(checked.warnings({{}, 2}) == (host == "elsewhere" ? Codes{"other_host"} : Codes{}));
  }
}

TEST_CASE("transitions and samples of one log are counted together") {
  Checked checked;
  checked.check.transition(step(State::close, State::syn_sent));
  for (const std::uint64_t number : {1U, 2U}) {
    SampleRow row;
    row.sample.counter = number;
    row.state = number == 1 ? State::syn_recv : State::established;
    row.local = test::endpoint("192.0.2.1", 80);
    row.remote = test::endpoint("192.0.2.2", 7);
    row.cookie = 5;
    checked.check.row(row, number);
    checked.check.sample_end({row.sample, Whole::yes});
  }
  checked.check.lost(3, 9);
  const Validation validation = checked.check.finish({{}, 5});
  CHECK(validation.transitions == 2);
  CHECK(validation.sockets == 2);
  CHECK(validation.samples == 2);
  CHECK(validation.lost_records == 3);
}

}  // namespace
}  // namespace tcpstat::trace
