// Connections that came and went while others were stuck.

#include "diagnose/turnover.h"

#include <doctest/doctest.h>

#include <array>
#include <chrono>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

namespace {

Ages aged(std::initializer_list<std::uint64_t> seconds) {
  Ages ages;
  for (const std::uint64_t age : seconds) ages.add(age * 1000 + 999);
  return ages;
}

/// A client that went silent so long ago.
Connection silent_peer(Diagnosing::Info& info, std::uint64_t seconds) {
  Connection row = waiting(TimerKind::retransmit, 8, 0);
  // Four doublings of this make that time.
  info = {{"rto_ms", (seconds * 1000 + 500) * 16 / 31}, {"backoff", 4}, {"last_ack_recv_ms", seconds * 1000 + 500}};
  row.remote.address = address("10.20." + std::to_string(seconds) + ".1");  // each of another network
  return row;
}

/// Twenty of them, one a second, and one client that is served.
void silent_peers(Diagnosing& run) {
  Diagnosing::Info info;
  for (std::uint64_t second = 3; second < 23; ++second) {
    const Connection row = silent_peer(info, second);
    run.rows(1, row, info);
  }
  run.rows(1, served(State::established));
}

Connection ended(std::uint64_t age_ms) {
  Connection row = served(State::time_wait);
  row.minisocket = true;
  row.inode = 0;
  row.age_ms = age_ms;
  return row;
}

void handshakes(Diagnosing& run, std::uint64_t accepted, std::chrono::seconds in = std::chrono::seconds(4)) {
  run.before.emplace().counters.passive_opens = 1000;
  run.facts.counters.passive_opens = 1000 + accepted;
  run.facts.boot_time = in;
}

}  // namespace

TEST_CASE("ages are counted by whole seconds, the oldest together") {
  const Ages ages = aged({0, 1, 1, 2000, 5000});
  CHECK(ages.all() == 5);
  CHECK(ages.in({0, 1}) == 1);
  CHECK(ages.in({1, 2}) == 2);
  CHECK(ages.in({0, 9999}) == 5);
  CHECK(ages.in({Ages::kMost - 1, Ages::kMost}) == 2);
  CHECK(ages.in({3, 2}) == 0);
  CHECK(Ages().in({0, 10}) == 0);
}

TEST_CASE("the younger half ends before the second of the middle and begins behind that of the youngest") {
  const AgeSpan span = aged({3, 4, 5, 6, 7, 8}).younger_half();
  CHECK(span.first == 4);
  CHECK(span.end == 5);
  CHECK(span.seconds() == 1);
  CHECK(aged({7, 7, 7}).younger_half().seconds() == 0);
  CHECK(Ages().younger_half().seconds() == 0);
}

TEST_CASE("clients that vanish one after the other are held against those that are served meanwhile") {
  Diagnosing alone;
  silent_peers(alone);
  CHECK(alone.verdict("retransmitting") == Severity::critical);

  // 60 a second are, as rows of those that this host closed show.
  Diagnosing rows;
  silent_peers(rows);
  for (std::uint64_t age = 0; age < 60'000; age += 1000) rows.rows(60, ended(age));
  const auto all = rows.finish("retransmitting");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::info);
  CHECK(evidence(all[0], "well_meanwhile") == 1200);
  CHECK(all[0].message.ends_with("; spread over 20 peers; meanwhile about 1200 others came and went well"));
  CHECK(all[0].advice == "see whether the peer is up and reachable");

  // Or the counters, where clients close first.
  Diagnosing counters;
  silent_peers(counters);
  handshakes(counters, 240);
  CHECK(counters.verdict("retransmitting") == Severity::info);
  Diagnosing few;
  silent_peers(few);
  handshakes(few, 1);
  CHECK(few.verdict("retransmitting") == Severity::critical);
}

TEST_CASE("what was well before the others got stuck says nothing of them") {
  // The link went down 23 s ago.
  Diagnosing rows;
  silent_peers(rows);
  for (std::uint64_t age = 23'000; age < 60'000; age += 1000) rows.rows(60, ended(age));
  CHECK(rows.verdict("retransmitting") == Severity::critical);
  // Most of what was counted in five minutes was before.
  Diagnosing counters;
  silent_peers(counters);
  handshakes(counters, 18'000, std::chrono::seconds(300));
  CHECK(counters.verdict("retransmitting") == Severity::critical);
}

TEST_CASE("what got stuck all at once is not held against what came later") {
  Diagnosing run;
  Diagnosing::Info info;
  for (int i = 0; i < 12; ++i) {
    Connection row = silent_peer(info, 20);
    row.remote.address = address("203.0.113." + std::to_string(i));
    run.rows(1, row, info);
  }
  for (std::uint64_t age = 0; age < 60'000; age += 1000) run.rows(60, ended(age));
  handshakes(run, 240);
  CHECK(run.verdict("retransmitting") == Severity::critical);
}

TEST_CASE("connections of this host with itself, and those of the other direction, say nothing of its peers") {
  Diagnosing run;
  silent_peers(run);
  for (std::uint64_t age = 0; age < 60'000; age += 1000) {
    Connection row = ended(age);
    row.remote.address = address("127.0.0.1");
    run.rows(60, row);
    row = ended(age);
    row.remote.address = row.local.address;
    run.rows(60, row);
    row = ended(age);
    row.local.port = 50'000;
    row.remote.port = 443;
    run.rows(1, row);
  }
  CHECK(run.verdict("retransmitting") == Severity::critical);
  // Each of them counts at both ends.
  handshakes(run, 240);
  run.before->counters.active_opens = 0;
  run.facts.counters.active_opens = 240;
  CHECK(run.verdict("retransmitting") == Severity::critical);
  run.facts.counters.active_opens = 0;
  CHECK(run.verdict("retransmitting") == Severity::info);
}

TEST_CASE("connections that have just begun tell how many there are at least") {
  const Diagnosing::Info fresh = {
      {"last_data_sent_ms", 20}, {"last_data_recv_ms", 20}, {"last_ack_recv_ms", 20}, {"segs_in", 3}};
  Diagnosing run;
  silent_peers(run);
  run.rows(3, served(State::established), fresh);
  CHECK(run.verdict("retransmitting") == Severity::warning);
  Diagnosing old;
  silent_peers(old);
  old.rows(3, served(State::established),
           {{"last_data_sent_ms", 20}, {"last_data_recv_ms", 20}, {"last_ack_recv_ms", 20}, {"segs_in", 9}});
  old.rows(3, served(State::established),
           {{"last_data_sent_ms", 1000}, {"last_data_recv_ms", 20}, {"last_ack_recv_ms", 20}, {"segs_in", 3}});
  CHECK(old.verdict("retransmitting") == Severity::critical);
}

TEST_CASE("FINs that vanished clients leave are held against those that are served meanwhile") {
  const auto stuck = [](Diagnosing& run) {
    for (std::uint64_t second = 1; second <= 44; ++second) {
      Connection row = served(State::fin_wait1);
      row.inode = 0;
      row.timer = TimerKind::retransmit;
      row.retransmits = 4;
      row.remote.address = address("203.0.113." + std::to_string(second));
      run.rows(1, row, {{"last_ack_recv_ms", second * 1000}});
    }
  };
  Diagnosing alone;
  stuck(alone);
  CHECK(alone.verdict("closing-stuck") == Severity::warning);
  CHECK(alone.finish("closing-stuck").at(0).advice == "look at this host's way out");
  Diagnosing run;
  stuck(run);
  handshakes(run, 240);
  const Finding found = run.finish("closing-stuck").at(0);
  CHECK(found.severity == Severity::info);
  CHECK(found.advice.empty());
  CHECK(found.why.ends_with("came and went well"));
}

TEST_CASE("closed windows of slow readers are held against those that are served meanwhile") {
  const auto closed = [](Diagnosing& run) {
    for (std::uint64_t second = 12; second <= 22; ++second) {
      Connection row = waiting(TimerKind::probe, 0, 0);
      row.remote.address = address("203.0.113." + std::to_string(second));
      run.rows(1, row, {{"rto_ms", second * 1000 / 31}, {"backoff", 4}, {"snd_wnd", 0}});
    }
  };
  Diagnosing alone;
  closed(alone);
  CHECK(alone.verdict("zero-window-alive") == Severity::warning);
  Diagnosing run;
  closed(run);
  handshakes(run, 240);
  CHECK(run.verdict("zero-window-alive") == Severity::info);
}
