// All diagnoses together: silence over a healthy server, bounded memory, and rules that keep what they promise.

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "diagnose/finding_text.h"
#include "diagnose/row_groups.h"
#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

namespace {

/// What a server under full load shows: many connections, and a little of everything for a moment.
void feed_healthy(Diagnosing& run) {
  const Owner nginx{812, 5, "nginx"};
  Connection open = served(State::established);
  const Diagnosing::Info fresh = {{"last_ack_recv_ms", 40}, {"last_data_recv_ms", 40}, {"rto_ms", 204}, {"backoff", 0}};
  run.rows(9'000, open, fresh, nginx);
  open.timer = TimerKind::keepalive;
  open.timer_ms = 3'000'000;
  run.rows(1'000, open, {{"last_ack_recv_ms", 600'000}, {"last_data_recv_ms", 600'000}}, nginx);
  open.timer = TimerKind::retransmit;
  open.timer_ms = 180;
  open.send_queue = 90'000;
  run.rows(500, open, fresh, nginx);
  open.retransmits = 1;
  run.rows(20, open, fresh, nginx);
  open.retransmits = 7;  // clients that walked away
  run.rows(5, open, {{"last_ack_recv_ms", 60'000}, {"rto_ms", 26'000}, {"backoff", 7}}, nginx);
  open = served(State::established);
  open.recv_queue = 1400;
  open.recv_buffer_bytes = 131'072;
  run.rows(300, open, fresh, nginx);
  open.recv_queue = 131'072;
  run.rows(5, open, fresh, nginx);

  Connection waiting = served(State::time_wait);
  waiting.minisocket = true;
  waiting.inode = 0;
  waiting.timer = TimerKind::time_wait;
  waiting.timer_ms = 30'000;
  waiting.age_ms = 30'000;
  run.rows(20'000, waiting);
  waiting.state = State::fin_wait2;
  waiting.age_ms = 80;
  run.rows(800, waiting);

  Connection closed = served(State::close_wait);
  closed.recv_queue = 1;
  run.rows(150, closed, fresh, nginx);
  closed.recv_queue = 0;
  run.rows(150, closed, fresh, nginx);
  for (const State state : {State::fin_wait1, State::last_ack, State::closing}) {
    Connection leaving = served(state);
    leaving.inode = 0;
    leaving.timer = TimerKind::retransmit;
    leaving.timer_ms = 150;
    run.rows(200, leaving, fresh);
  }
  Connection request = served(State::syn_recv);
  request.minisocket = true;
  request.inode = 0;
  run.rows(200, request);
  for (std::uint16_t port = 33'000; port < 38'000; ++port) {
    const Connection upstream =
        connection(State::established, endpoint("192.0.2.1", port), endpoint("203.0.113.5", 8080));
    run.rows(1, upstream, fresh, nginx);
  }
  Connection opening = connection(State::syn_sent, endpoint("192.0.2.1", 39'000), endpoint("203.0.113.5", 8080));
  opening.retransmits = 1;
  run.rows(50, opening, {}, nginx);
  Listener listening = listener(endpoint("0.0.0.0", 443));
  listening.accept_queue = 30;
  listening.accept_limit = 511;
  run.row(listening);
}

/// A letter, then letters, digits and single joints between them. Not by std::regex, in which g++ 12 sees uninitialized
/// members when sanitizers are on.
bool is_word(std::string_view text, char joint) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !letter(text.front()) || text.back() == joint) return false;
  char before = text.front();
  for (const char c : text.substr(1)) {
    if (!letter(c) && !digit(c) && !(c == joint && before != joint)) return false;
    before = c;
  }
  return true;
}

}  // namespace

TEST_CASE("a healthy busy server gives no finding") {
  Diagnosing run;
  run.rule_limits.settings.first_local_port = 32768;
  run.rule_limits.settings.last_local_port = 60999;
  run.rule_limits.settings.reserved_ports = 0;
  run.rule_limits.settings.max_tw_buckets = 262'144;
  run.rule_limits.settings.max_orphans = 262'144;
  run.rule_limits.settings.tcp_mem_pages = {90'000, 120'000, 180'000};
  run.rule_limits.limits.keepalive_probes = 9;
  run.facts.usage.tw = 20'800;
  run.facts.usage.orphan = 600;
  run.facts.usage.mem_pages = 20'000;
  run.facts.counters.out_segs = 2'000'000;
  run.facts.counters.retrans_segs = 9'000;
  run.before.emplace();
  run.before->counters.out_segs = 1'000'000;
  run.before->counters.retrans_segs = 1'000;
  run.processes.table = {{812, 20'000}};
  run.earlier_close_waits = {100, 200, 250};
  feed_healthy(run);
  for (const Finding& finding : run.finish()) FAIL_CHECK(finding.rule << ": " << finding.message);
}

TEST_CASE("and none where nothing beside the rows is known") {
  Diagnosing run;
  feed_healthy(run);
  for (const Finding& finding : run.finish()) FAIL_CHECK(finding.rule << ": " << finding.message);
}

TEST_CASE("an empty dump gives no finding") { CHECK(Diagnosing().finish().empty()); }

TEST_CASE("the worst finding comes first") {
  Diagnosing run;
  run.rule_limits.settings.max_orphans = 100;
  run.facts.usage.orphan = 30;
  Listener full = listener(endpoint("192.0.2.1", 80));
  full.accept_queue = 129;
  run.row(full);
  Connection leak = served(State::close_wait);
  run.rows(200, leak);  // of unknown age
  const auto all = run.finish();
  REQUIRE(all.size() == 3);
  CHECK(all[0].severity == Severity::critical);
  CHECK(all[1].severity == Severity::warning);
  CHECK(all[2].severity == Severity::info);
}

TEST_CASE("no rule says more than its five worst groups") {
  Diagnosing run;
  for (std::uint16_t port = 1000; port < 1100; ++port) {
    Listener full = listener(endpoint("192.0.2.1", port));
    full.accept_queue = port;
    full.accept_limit = 100;
    run.row(full);
    run.rows(20, served(State::close_wait, port), {{"last_ack_recv_ms", 90'000}});
  }
  CHECK(run.finish("close-wait-leak").size() == 5);
  const auto queues = run.finish("accept-queue-full");
  REQUIRE(queues.size() == 5);
  CHECK(queues[0].subject == "192.0.2.1:1099");
}

TEST_CASE("each rule has an id, a question, a reference and reasons") {
  std::set<std::string_view> ids;
  CHECK(diagnose::diagnose_rules().size() == 24);
  for (const RuleInfo& rule : diagnose::diagnose_rules()) {
    CAPTURE(rule.id);
    CHECK(ids.insert(rule.id).second);
    CHECK(is_word(rule.id, '-'));
    CHECK(rule.question.ends_with("?"));
    CHECK(!rule.reference.empty());
    REQUIRE(!rule.thresholds.empty());
    CHECK(rule.thresholds[0].name == "warning");
    std::set<std::string_view> names;
    for (const ThresholdInfo& threshold : rule.thresholds) {
      CAPTURE(threshold.name);
      CHECK(names.insert(threshold.name).second);
      CHECK(is_word(threshold.name, '_'));
      CHECK(!threshold.reason.empty());
      CHECK(!threshold.unit.empty());
    }
  }
}

TEST_CASE("rows without tcp_info are judged by no age, and each rule that needs one says so") {
  Diagnosing run;
  Listener queue = listener(endpoint("0.0.0.0", 443));
  queue.accept_queue = 4;
  queue.accept_limit.reset();
  run.row(queue);
  Connection unread = served(State::established);
  unread.recv_queue = 10;
  run.rows(2, unread);
  run.rows(3, served(State::close_wait));
  run.rows(1, served(State::fin_wait2));
  CHECK(run.finish().empty());
  std::vector<std::string> told;
  for (const Unseen& one : run.diagnoser().not_seen()) {
    if (one.unjudged > 0) told.push_back(std::string(one.rule) + ": " + one.what.substr(0, one.what.find(": only")));
  }
  std::sort(told.begin(), told.end());
  CHECK(told == std::vector<std::string>{
                    "accept-queue-full: how full the accept queues of 1 listener are where connections wait",
                    "close-wait-leak: whether 3 connections in CLOSE_WAIT are left unread, a leak or load",
                    "close-wait-not-read: whether 3 connections in CLOSE_WAIT are left unread, a leak or load",
                    "half-close-held: how long programs have held 1 connection half-closed",
                    "not-reading: how long data has waited unread on 2 connections"});
}

TEST_CASE("rows with tcp_info leave nothing unseen of what needs it") {
  Diagnosing run;
  const Diagnosing::Info fresh = {{"last_ack_recv_ms", 40}, {"last_data_recv_ms", 40}};
  Connection unread = served(State::established);
  unread.recv_queue = 10;
  run.rows(2, unread, fresh).rows(3, served(State::close_wait), fresh).rows(1, served(State::fin_wait2), fresh);
  Listener queue = listener(endpoint("0.0.0.0", 443));
  queue.accept_queue = 0;
  queue.accept_limit.reset();
  run.row(queue);
  run.finish();
  for (const Unseen& one : run.diagnoser().not_seen()) CHECK_MESSAGE(one.unjudged == 0, one.what);
}
