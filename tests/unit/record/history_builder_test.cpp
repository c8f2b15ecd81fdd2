#include "record/history_builder.h"

#include <doctest/doctest.h>

#include <ostream>

#include "record/counts.h"

namespace tcpstat::record {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

/// Samples go through frames, as they do in a file.
class Samples {
 public:
  explicit Samples(std::string by, std::optional<std::chrono::milliseconds> step = {})
      : builder_(std::move(by), step) {}

  void add(int second, CountsPacker counts, std::uint8_t boot = 1) {
    FrameHeader header;
    header.wall_ns = seconds(second).count() * 1'000'000'000;
    header.sample = number;
    header.flags = flags;
    header.kind = first_ || second % 7 == 0 ? FrameKind::key : FrameKind::difference;
    const TableSample sample = counts.take();
    first_ = false;
    if (header.kind == FrameKind::key) {
      REQUIRE(table_.apply_key(encoder_.key(sample, {})));
    } else {
      REQUIRE(table_.apply_difference(encoder_.difference(sample)));
    }
    builder_.add({.interval_ms = interval_ms, .boot_id = {boot}}, header, table_);
  }
  History take(std::optional<std::uint64_t> limit = {}) { return builder_.take(limit); }

  std::uint64_t number = 0;  ///< of the next sample
  std::uint8_t flags = 0;
  std::uint32_t interval_ms = 0;

 private:
  HistoryBuilder builder_;
  TableEncoder encoder_{count_columns(), 0};
  Table table_;
  bool first_ = true;
};

std::string text_of(const HistorySeries& series) {
  std::string text = series.name + ":";
  for (const auto& value : series.values) text += value ? " " + std::to_string(*value) : " -";
  return text;
}

TEST_CASE("states are counted over both families, in the order of states, and a gap is no zero") {
  Samples samples("state");
  for (int second = 0; second < 10; ++second) {
    CountsPacker counts;
    counts.add("state", count_name::state("ipv4", "TIME_WAIT"), second);
    if (second != 4) counts.add("state", count_name::state("ipv4", "ESTABLISHED"), 10);
    if (second != 4) counts.add("state", count_name::state("ipv6", "ESTABLISHED"), second % 2);
    counts.add("port", "80", 99);
    samples.add(second, std::move(counts));
  }
  const History history = samples.take();
  CHECK(history.samples == 10);
  CHECK(history.from == seconds(0));
  CHECK(history.to == seconds(9));
  REQUIRE(history.series.size() == 2);
  CHECK(text_of(history.series[0]) == "ESTABLISHED: 10 11 10 11 - 11 10 11 10 11");
  CHECK(text_of(history.series[1]) == "TIME_WAIT: 0 1 2 3 4 5 6 7 8 9");
  CHECK(history.series[1].least == 0U);
  CHECK(history.series[1].greatest == 9U);
  CHECK(history.series[1].last == 9U);
  CHECK(history.series[1].mean == doctest::Approx(4.5));
}

TEST_CASE("samples that are missing, and times without any, are told and leave a gap") {
  const auto one = [](std::uint64_t value) {
    CountsPacker counts;
    counts.add("port", "80", value);
    return counts;
  };
  Samples samples("port");
  samples.interval_ms = 10'000;
  for (const int second : {0, 10, 20}) {
    ++samples.number;
    samples.add(second, one(1));
  }
  samples.number += 3;
  samples.add(50, one(2));
  ++samples.number;
  samples.add(70, one(3));  // late, not missing
  ++samples.number;
  samples.add(91, one(4));
  History history = samples.take();
  CHECK(text_of(history.series.at(0)) == "80: 1 1 1 - 2 3 - 4");
  CHECK_FALSE(history.coverage.complete);
  REQUIRE(history.coverage.warnings.size() == 2);
  CHECK(history.coverage.warnings[0].message ==
        "2 samples are missing, the first between 1970-01-01T00:00:20.000Z and 1970-01-01T00:00:50.000Z");
  CHECK(history.coverage.warnings[1].message ==
        "nothing was recorded between 1970-01-01T00:01:10.000Z and 1970-01-01T00:01:31.000Z");

  Samples paused("port");
  paused.interval_ms = 10'000;
  for (const int second : {0, 10, 100, 110, 200}) {
    ++paused.number;
    paused.add(second, one(1));
  }
  history = paused.take();
  CHECK(history.coverage.complete);
  CHECK(history.coverage.warnings.at(0).message.ends_with(" and 1970-01-01T00:01:40.000Z, nor 1 other time"));

  Samples thinned("port");
  thinned.interval_ms = 10'000;
  thinned.flags = record::thinned;
  for (const int second : {0, 60, 120}) {
    thinned.number += 6;
    thinned.add(second, one(1));
  }
  CHECK(thinned.take().coverage.warnings.empty());
}

TEST_CASE("a step has the greatest of its samples, and one without samples has nothing") {
  Samples samples("port", std::chrono::seconds(10));
  for (const int second : {0, 3, 9, 12, 41}) {
    CountsPacker counts;
    counts.add("port", "80", second);
    samples.add(second, std::move(counts));
  }
  const History history = samples.take();
  REQUIRE(history.series.size() == 1);
  CHECK(text_of(history.series[0]) == "80: 9 12 - - 41");
  CHECK(history.times.back() == seconds(40));
}

TEST_CASE("each file has slots of its own, also where its key is not visited") {
  HistoryBuilder builder("port", {});
  const auto add = [&](std::uint64_t file, std::initializer_list<std::pair<const char*, std::uint64_t>> ports) {
    CountsPacker counts;
    for (const auto& [port, count] : ports) counts.add("port", port, count);
    TableEncoder encoder(count_columns(), 0);
    Table table;
    REQUIRE(table.apply_key(encoder.key(counts.take(), {})));
    FrameHeader header;
    header.wall_ns = static_cast<std::int64_t>(file) * 1'000'000'000;
    header.kind = FrameKind::difference;
    builder.add({.boot_id = {1}, .first_sample = file}, header, table);
  };
  add(1, {{"80", 5}, {"443", 7}});
  add(2, {{"443", 8}, {"80", 6}});
  const History history = builder.take({});
  REQUIRE(history.series.size() == 2);
  CHECK(text_of(history.series[0]) == "443: 7 8");
  CHECK(text_of(history.series[1]) == "80: 5 6");
}

TEST_CASE("counters tell how much they grew, and a reset tells nothing") {
  Samples samples("counter");
  for (const int value : {100, 104, 104, 7, 9}) {
    CountsPacker counts;
    counts.add("counter", "listen_drops", value);
    samples.add(1 + value, std::move(counts));
  }
  const History history = samples.take();
  REQUIRE(history.series.size() == 1);
  CHECK(text_of(history.series[0]) == "listen_drops: - 4 0 - 2");
}

TEST_CASE("what is no counter does not grow") {
  Samples samples("counter");
  for (const int value : {1, 5}) {
    CountsPacker counts;
    counts.add("counter", "curr_estab", value);
    samples.add(value, std::move(counts));
  }
  CHECK(samples.take().series.empty());
}

TEST_CASE("behind a start of the host counters begin anew, even if they are larger than before, and that is told") {
  Samples samples("counter");
  int second = 1;
  for (const int value : {100, 104, 150, 151}) {
    CountsPacker counts;
    counts.add("counter", "listen_drops", value);
    samples.add(second, std::move(counts), second < 3 ? 1 : 2);
    ++second;
  }
  const History history = samples.take();
  CHECK(text_of(history.series[0]) == "listen_drops: - 4 - 1");
  REQUIRE(history.coverage.warnings.size() == 1);
  CHECK(history.coverage.warnings[0].code == "host_restarted");
  CHECK(history.coverage.warnings[0].message ==
        "the host was started anew between 1970-01-01T00:00:02.000Z and 1970-01-01T00:00:03.000Z");
  CHECK(history.coverage.complete);
}

TEST_CASE("the limit keeps the greatest and says how many it left out") {
  Samples samples("process");
  CountsPacker counts;
  counts.add("process", "small", 1);
  counts.add("process", "large", 9);
  counts.add("process", "middle", 5);
  samples.add(0, std::move(counts));
  const History history = samples.take(2);
  REQUIRE(history.series.size() == 2);
  CHECK(history.series[0].name == "large");
  CHECK(history.series[1].name == "middle");
  CHECK(history.left_out == 1);
}

TEST_CASE("of findings the limit keeps those that matter most, and of listeners the fullest, in their own order") {
  Samples samples("finding");
  const auto add = [&](int second, const char* rule, Severity severity) {
    CountsPacker counts;
    counts.add("finding", count_name::finding(rule, "host"), static_cast<std::uint64_t>(severity), "words");
    samples.add(second, std::move(counts));
  };
  add(0, "first", Severity::warning);
  add(1, "second", Severity::critical);
  add(2, "third", Severity::warning);
  add(3, "fourth", Severity::warning);
  const History worst = samples.take(2);
  REQUIRE(worst.findings.size() == 2);
  CHECK(worst.findings[0].rule == "second");
  CHECK(worst.findings[1].rule == "fourth");  // it goes on
  CHECK(worst.left_out == 2);

  Samples listeners("listener");
  CountsPacker counts;
  counts.add("listener", count_name::listener("0.0.0.0:80", "accept_queue"), 1);
  counts.add("listener", count_name::listener("0.0.0.0:443", "accept_queue"), 0);
  listeners.add(0, std::move(counts));
  CountsPacker later;
  later.add("listener", count_name::listener("0.0.0.0:80", "accept_queue"), 1);
  later.add("listener", count_name::listener("0.0.0.0:443", "accept_queue"), 90);
  listeners.add(1, std::move(later));
  const History fullest = listeners.take(1);
  REQUIRE(fullest.series.size() == 1);
  CHECK(fullest.series[0].greatest == 90U);
}

TEST_CASE("what was zero all the time takes no place of what was not") {
  Samples samples("state");
  CountsPacker counts;
  counts.add("state", name(State::syn_sent), 0);
  counts.add("state", name(State::time_wait), 4);
  counts.add("state", name(State::listen), 2);
  samples.add(0, std::move(counts));
  const History history = samples.take(1);
  REQUIRE(history.series.size() == 1);
  CHECK(history.series[0].greatest == 4);
  CHECK(history.left_out == 2);
  CHECK(history.zeros_left_out == 1);
}

TEST_CASE("a finding has a beginning, an end, and the words of its worst sample") {
  Samples samples("finding");
  const auto sample = [&](int second, std::optional<Severity> flood, bool other) {
    CountsPacker counts;
    const std::string words = "at " + std::to_string(second);
    if (flood) {
      counts.add("finding", count_name::finding("syn-flood", "0.0.0.0:80"), static_cast<std::uint64_t>(*flood), words);
    }
    if (other) counts.add("finding", count_name::finding("leak", "a b(7)"), 3, words);
    samples.add(second, std::move(counts));
  };
  sample(0, std::nullopt, false);
  sample(1, Severity::warning, false);
  sample(2, Severity::critical, true);
  sample(3, Severity::warning, true);
  sample(4, std::nullopt, true);
  sample(5, Severity::warning, true);
  const History history = samples.take();
  REQUIRE(history.findings.size() == 3);
  const PastFinding& first = history.findings[0];
  CHECK(first.rule == "syn-flood");
  CHECK(first.subject == "0.0.0.0:80");
  CHECK(first.severity == Severity::critical);
  CHECK(first.message == "at 2");
  CHECK(first.begin == seconds(1));
  CHECK(first.end == seconds(3));
  CHECK(first.ended);
  CHECK(first.samples == 3);
  CHECK(history.findings[1].subject == "a b(7)");
  CHECK_FALSE(history.findings[1].ended);
  CHECK(history.findings[2].begin == seconds(5));
}

TEST_CASE("a clock that jumps makes no endless row of steps") {
  Samples samples("port", std::chrono::seconds(1));
  for (const int second : {0, 2'000'000'000, 5}) {
    CountsPacker counts;
    counts.add("port", "80", 1);
    samples.add(second, std::move(counts));
  }
  CHECK(samples.take().times.size() == 3);
  // The steps of a pause are shown, up to a number that no pause of a recorder has.
  for (const auto& [gap, steps] : {std::pair(100'000, 100'001U), std::pair(100'001, 2U)}) {
    CAPTURE(gap);
    Samples paused("port", std::chrono::seconds(1));
    for (const int second : {0, gap}) {
      CountsPacker counts;
      counts.add("port", "80", 1);
      paused.add(second, std::move(counts));
    }
    CHECK(paused.take().times.size() == steps);
  }
}

}  // namespace
}  // namespace tcpstat::record
