// Each threshold that --list rules names is moved on a scene where it matters, and something else is said then.

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "check/rules.h"
#include "detect/sample/tracked_sample.h"
#include "detect/scene.h"
#include "detect/syn_detector.h"
#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::test;

namespace {

/// Levels, classes, severities, and which findings there are; no text and no score.
using Said = std::set<std::string>;

struct Moved {
  std::string_view threshold;  ///< "rule.name"
  double to;
};

struct Row {
  Moved moved;
  std::function<Said(const Thresholds&)> scene;
  std::vector<Moved> beside = {};  ///< in both runs
};

void set(Thresholds& thresholds, const Moved& moved) {
  const std::size_t dot = moved.threshold.find('.');
  thresholds.set(moved.threshold.substr(0, dot), moved.threshold.substr(dot + 1), moved.to);
}

void add(Said& said, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    said.insert(finding.rule + " " + finding.subject.text() + " " + std::string(name(finding.severity)) + " " +
                finding.message + " " + finding.why);
  }
}

/// Programs give up after one SYN that was sent again.
void brief_attempts(Diagnosing& run) {
  run.before.emplace();
  run.before->counters.active_opens = 0;
  run.before->counters.syn_retrans = 0;
  run.facts.counters.active_opens = 25;
  run.facts.counters.syn_retrans = 25;
  run.facts.boot_time = std::chrono::seconds(5);
}

void silent_attempts(Diagnosing& run) {
  run.before.emplace();
  run.before->counters.active_opens = run.before->counters.in_segs = 0;
  run.facts.counters.active_opens = 25;
  run.facts.counters.in_segs = 5;
  run.facts.boot_time = std::chrono::seconds(5);
}

Said of(const SynReport& report) {
  Said said;
  for (const SynVerdict& verdict : report.verdicts) {
    said.insert(verdict.subject.text() + " " + std::string(name(verdict.level)) + " " +
                std::string(name(verdict.attack_class)));
  }
  add(said, report.findings);
  return said;
}

// Detection.

auto snapshot(void (*make)(Scene&)) {
  return [make](const Thresholds& thresholds) {
    Scene scene;
    make(scene);
    const SynSample sample = scene.sample();
    SynInput input;
    input.now = &sample;
    input.facts = zero_facts();
    return of(detect_syn(input, thresholds));
  };
}

/// Two samples, 5 s apart, and what the kernel counted between them.
struct Interval {
  Scene before;
  Scene now;
  KernelFacts facts = zero_facts();
  std::chrono::milliseconds apart{5'000};
  bool read_in_between = true;
  std::optional<double> cusum;
  std::vector<EndedListener> ended;
  TrackedSample tracked;

  Interval() {
    now.next = 10'000;
    facts.filters.synproxy_syn_received = 0;
    facts.filters.synproxy_cookie_valid = 0;
  }
};

auto interval(void (*make)(Interval&)) {
  return [make](const Thresholds& thresholds) {
    Interval made;
    make(made);
    const SynSample first = made.before.sample();
    const SynSample second = made.now.sample(&first);
    SynInput input;
    input.now = &second;
    input.before = &first;
    input.facts = made.facts;
    input.facts_before = zero_facts();
    input.facts_before->filters.synproxy_syn_received = 0;
    input.facts_before->filters.synproxy_cookie_valid = 0;
    if (made.read_in_between) {
      input.after_first_second = input.facts_before->counters;
      input.before_last_second = input.facts.counters;
    }
    input.apart = made.apart;
    input.cusum = made.cusum;
    input.ended = made.ended;
    input.tracked = &made.tracked;
    return of(detect_syn(input, thresholds));
  };
}

void requests(Scene& scene, int count, double from_s, double to_s, std::uint32_t repeated = 0) {
  for (int i = 0; i < count; ++i) {
    scene.request(from_s + (to_s - from_s) * (i + 0.5) / count, Sources::random, repeated);
  }
}

void flood(Scene& scene) { scene.flood(20, 10); }
void crowd(Scene& scene) { scene.fresh(138); }
/// 60 clients a second, of whose ACKs 40 % get lost.
void silent_clients(Scene& scene) {
  requests(scene, 24, 0, 0.9);
  requests(scene, 19, 1, 3);
  requests(scene, 15, 3, 7);
  requests(scene, 12, 7, 14.5);
}
/// As many wait for the third SYN+ACK as for the second, and hardly any for later ones.
void thin_after_the_third(Scene& scene) {
  requests(scene, 20, 1, 3);
  requests(scene, 28, 3, 7);
  requests(scene, 12, 7, 14.5);
  requests(scene, 4, 15, 30);
}
/// Too few for two rounds to say something, but not for all.
void few_silent_clients(Scene& scene) {
  requests(scene, 4, 0, 0.9);
  requests(scene, 3, 1, 3);
  requests(scene, 5, 3, 7);
  requests(scene, 1, 13, 15);
}
void idle_clients(Scene& scene) {
  for (int i = 0; i < 300; ++i) scene.request(i / 20.0, Sources::random, 0, 9);
}
void half_full(Scene& scene) { scene.flood(40, 7); }
void slow_program(Scene& scene) {
  scene.backlog = 64;
  scene.accept_queue = 60;
}
/// The first of the earlier sample wait on, `completed` completed, and `gone` are neither.
void outcomes(Interval& made, int waiting, int completed, int gone, double age_s) {
  requests(made.before, waiting + completed + gone, age_s, age_s + 0.01);
  const double now_s = age_s + 5;
  for (int i = 0; i < waiting; ++i) {
    made.now.request(now_s).cookie = made.before.rows[static_cast<std::size_t>(i)].cookie;
  }
  for (int i = waiting; i < waiting + completed; ++i) {
    const Connection& row = made.before.rows[static_cast<std::size_t>(i)];
    made.now.rows.push_back(connection(State::established, row.local, row.remote));
    made.now.rows.back().cookie = row.cookie;
  }
}
void dropped_syns(Interval& made) {
  made.now.flood(20, 5);
  made.facts.counters.listen_drops = 2775;
  made.facts.counters.passive_opens = 71;
}
void dropped_syns_of_clients(Interval& made) {
  dropped_syns(made);
  made.facts.counters.syn_retrans = 330;
  made.facts.counters.tcp_timeouts = 100;
}
void cookies(Interval& made, std::uint64_t sent, std::uint64_t answered) {
  made.facts.counters.syncookies_sent = sent;
  made.facts.counters.syncookies_recv = answered;
}
void resets(Interval& made, std::uint64_t per_s) { made.facts.counters.embryonic_rsts = 5 * per_s; }
void proxied(Interval& made) {
  made.facts.filters.synproxy_syn_received = 3080;
  made.facts.filters.synproxy_cookie_valid = 80;
}
void tracked(Interval& made) {
  cookies(made, 5000, 10);
  made.tracked.tracking = Tracking::read;
  made.tracked.unanswered = 1000;
  for (std::uint64_t i = 0; i < 1000; ++i) made.tracked.sources.push_back(made.now.source(Sources::random, i));
}
/// So many SYNs a second do not complete beside ten that do.
void beside_completions(Interval& made, double per_s) {
  made.now.flood(per_s, 10);
  made.facts.counters.passive_opens = 50;
}
/// Twenty hosts reset 30 handshakes a second at one listener.
void checkers(Interval& made) {
  resets(made, 30);
  made.tracked.tracking = Tracking::read;
  made.tracked.reset = 1200;
  for (int i = 0; i < 1200; ++i) made.tracked.reset_sources.push_back(address("198.51.100." + std::to_string(i % 20)));
}
/// One SYN a second in front of much room.
void few_strays(Scene& scene) {
  scene.backlog = 4096;
  scene.flood(1, 40);
}
void strays_among_clients(Interval& made) {
  made.before.backlog = made.now.backlog = 4096;
  made.now.flood(2, 40);
  made.facts.counters.passive_opens = 500;
}
/// 150 clients a second in front of a queue for 13.
void crowd_without_room(Interval& made) {
  made.before.backlog = made.now.backlog = 12;
  made.now.fresh(13, 0.1);
  made.facts.settings.syncookies = 0;
  made.facts.counters.listen_drops = 1000;
  made.facts.counters.passive_opens = 600;
}
void some_wait_without_room(Interval& made) {
  crowd_without_room(made);
  made.now = Scene();
  made.now.backlog = 12;
  made.now.fresh(8, 0.1);
  made.now.flood(1, 5);
}
/// 20 requests a second, none of which can be answered.
void unsent_answers(Interval& made) {
  made.now.fresh(20, 1);
  made.facts.counters.tcp_timeouts = 100;
}
void ports(Scene& scene, std::uint16_t first, std::uint16_t step) {
  scene.flood(10, 10);
  for (Connection& row : scene.rows) row.remote.port = first, first = static_cast<std::uint16_t>(first + step);
}
/// 100 old requests, of whose sources `known` own other connections.
void known(Scene& scene, std::size_t of_them) {
  scene.flood(10, 10);
  scene.established(10);
  for (std::size_t i = 10; i < 10 + of_them; ++i) {
    scene.rows.push_back(connection(State::established, scene.local, scene.rows[i].remote));
  }
}
void first_timeout(Scene& scene) {
  requests(scene, 12, 0.55, 0.95);
  requests(scene, 19, 1.05, 2.9);
}

const std::vector<Row>& detection() {
  static const std::vector<Row> kRows = {
      {{"syn-flood.suspicious", 50}, snapshot(flood)},
      {{"syn-flood.likely", 50}, snapshot(flood)},
      {{"syn-flood.under_attack", 50}, snapshot(half_full)},
      {{"syn-flood.pressure", 0.9}, snapshot([](Scene& scene) { scene.flood(5, 20); })},
      {{"syn-flood.over", 40}, snapshot([](Scene& scene) {
         scene.backlog = 300;
         requests(scene, 150, 25, 27);
       })},
      {{"stray-syns.room", 0.01}, snapshot(few_strays)},
      {{"stray-syns.rate", 0.5}, snapshot(few_strays)},
      {{"stray-syns.rate_among_clients", 1}, interval(strays_among_clients)},
      {{"stray-syns.share", 0.01}, interval(strays_among_clients)},
      {{"accept-queue.warning", 0.95}, snapshot(slow_program)},
      {{"accept-queue.critical", 0.95}, snapshot(slow_program)},
      {{"deferred-accept.warning", 0.7}, snapshot(idle_clients)},
      {{"deferred-accept.critical", 0.55}, snapshot(idle_clients)},
      {{"refused-connections.resets", 500}, interval([](Interval& made) { made.facts.counters.out_rsts = 2000; })},
      {{"refused-connections.after_end", 10}, interval([](Interval& made) {
         made.now.local.port = 8443;
         made.facts.counters.out_rsts = 25;
       })},
      {{"refused-connections.notice", 20}, interval([](Interval& made) { made.facts.counters.out_rsts = 60; })},
      {{"refused-connections.ends", 3}, interval([](Interval& made) {
         made.ended = {{{made.now.local, 0}, 2}};
         made.facts.counters.out_rsts = 25;
       })},

      {{"client-liveness.alive", 5}, interval(dropped_syns_of_clients), {{"syn-flood.likely", 7}}},
      {{"client-liveness.timeouts", 30}, interval(dropped_syns_of_clients), {{"syn-flood.likely", 7}}},
      {{"cookie-answers.few", 0.7}, interval([](Interval& made) { cookies(made, 50, 30); })},
      {{"cookie-answers.some", 0.55}, interval([](Interval& made) { cookies(made, 50, 30); })},
      {{"cookie-answers.most", 0.95}, interval([](Interval& made) {
         crowd(made.now);
         cookies(made, 100, 90);
       })},
      {{"cookie-answers.sent", 60}, interval([](Interval& made) { cookies(made, 50, 0); })},
      {{"cookie-answers.sent_for_relief", 200},
       interval([](Interval& made) {
         flood(made.now);
         cookies(made, 100, 100);
       }),
       {{"syn-flood.likely", 6.5}}},
      {{"cookie-answers.unanswered", 50},
       interval([](Interval& made) { cookies(made, 150, 0); }),
       {{"syn-flood.likely", 4.5}}},
      {{"cookie-answers.uncorrected", 3}, interval([](Interval& made) {
         cookies(made, 1000, 0);
         made.read_in_between = false;
       })},
      {{"silent-drops.drops", 1000}, interval(dropped_syns)},
      {{"return-path.unrouted", 100}, interval([](Interval& made) {
         made.facts.counters.out_no_routes = 270;
         made.facts.counters.listen_drops = 270;
       })},
      {{"return-path.filtered", 100}, interval([](Interval& made) {
         made.facts.counters.reverse_path_filtered = 270;
         made.facts.counters.in_segs = 0;
       })},
      {{"silent-drops.far_handshake", 0.01}, interval(crowd_without_room)},
      {{"silent-drops.handshake", 0.01}, interval(some_wait_without_room)},
      {{"silent-drops.stale", 0.95}, interval(dropped_syns), {{"syn-flood.likely", 10}}},
      {{"embryonic-resets.some", 40}, interval([](Interval& made) { resets(made, 30); })},
      {{"embryonic-resets.as_many", 60}, interval([](Interval& made) { resets(made, 45); })},
      {{"embryonic-resets.many", 100}, interval([](Interval& made) { resets(made, 60); }), {{"syn-flood.likely", 4.5}}},
      {{"embryonic-resets.one_listener", 20}, interval([](Interval& made) { resets(made, 24); })},
      {{"embryonic-resets.all_listeners", 20}, interval([](Interval& made) { resets(made, 24); })},
      {{"embryonic-resets.repeating", 0.001}, interval(checkers)},
      {{"embryonic-resets.pair", 0.1}, interval(checkers)},
      {{"synproxy-answers.answers", 0.01}, interval(proxied)},
      {{"synproxy-answers.received", 5000}, interval(proxied)},
      {{"tracked-sources.entries", 2000}, interval(tracked)},
      {{"history.sum", 3}, interval([](Interval& made) { made.cusum = 2; })},

      {{"queue-fill.pressure", 0.7}, snapshot(half_full)},
      {{"queue-fill.saturated", 1.5}, snapshot([](Scene& scene) {
         scene.backlog = 32;
         scene.fresh(33);
       })},
      {{"queue-fill.pruned", 0.8}, snapshot([](Scene& scene) {
         scene.flood(28, 7);
         requests(scene, 60, 7.1, 15);
       })},
      {{"stale-share.half", 0.6}, snapshot([](Scene& scene) {
         requests(scene, 10, 0, 0.3);
         requests(scene, 12, 1.4, 1.6);
       })},
      {{"stale-share.most", 0.95}, snapshot(flood), {{"syn-flood.likely", 5}}},
      {{"stale-share.few", 0}, snapshot(crowd)},
      {{"stale-share.aged", 20}, snapshot([](Scene& scene) {
         requests(scene, 8, 0, 0.3);
         requests(scene, 12, 1.4, 1.6);
       })},
      {{"stale-share.many", 30}, snapshot([](Scene& scene) { scene.fresh(25); })},
      {{"unsent-answers.entries", 1000}, interval(unsent_answers)},
      {{"unsent-answers.aged", 0}, interval(unsent_answers)},
      {{"unsent-answers.late", 0.9}, interval(unsent_answers)},
      {{"unsent-answers.unsent", 2}, interval(unsent_answers)},
      {{"arrival-rate.settled", 10},
       interval([](Interval& made) {
         requests(made.now, 40, 1, 3);
         requests(made.now, 2, 4.9, 5);
         made.facts.counters.passive_opens = 25;
       }),
       {{"syn-flood.suspicious", 3}}},
      {{"cohort-fate.none", 0.01},
       interval([](Interval& made) { outcomes(made, 39, 1, 0, 1.5); }),
       {{"syn-flood.likely", 8}}},
      {{"cohort-fate.clients", 0.9}, interval([](Interval& made) { outcomes(made, 20, 20, 0, 1.5); })},
      {{"cohort-fate.entries", 50}, interval([](Interval& made) { outcomes(made, 20, 20, 0, 1.5); })},
      {{"cohort-fate.expiry", 6}, interval([](Interval& made) {
         outcomes(made, 0, 0, 40, 1.5);
         flood(made.now);
         made.facts.counters.passive_opens = 40;
       })},
      {{"cohort-fate.apart", 3},
       interval([](Interval& made) {
         outcomes(made, 0, 0, 40, 3.5);
         flood(made.now);
       }),
       {{"syn-flood.likely", 8}}},
      {{"survival.flood", 1.5}, snapshot(flood), {{"syn-flood.likely", 5}}},
      {{"survival.clients", 0.05}, snapshot(silent_clients), {{"first-timeout.likelihood", 1000}}},
      {{"survival.entries", 4},
       snapshot(few_silent_clients),
       {{"first-timeout.likelihood", 1000}, {"survival.likelihood", 1000}}},
      {{"survival.width", 10}, snapshot(silent_clients), {{"first-timeout.likelihood", 1000}}},
      {{"survival.likelihood", 1000}, snapshot(thin_after_the_third), {{"first-timeout.likelihood", 1000}}},
      {{"survival.accused", 1000}, snapshot(flood)},
      {{"first-timeout.clients", 0.1}, snapshot(first_timeout)},
      {{"first-timeout.likelihood", 1000}, snapshot(first_timeout)},
      {{"first-timeout.accused", -1000}, snapshot(first_timeout)},
      {{"first-timeout.width", 3}, snapshot(first_timeout)},
      {{"client-retries.none", 0}, snapshot(flood), {{"syn-flood.likely", 5}}},
      {{"client-retries.clients", 2}, snapshot([](Scene& scene) { scene.flood(20, 15, Sources::random, 3); })},
      {{"client-retries.entries", 1000}, snapshot([](Scene& scene) { scene.flood(20, 15, Sources::random, 3); })},
      {{"deferred-share.share", 2}, snapshot(idle_clients)},
      {{"deferred-share.entries", 1000}, snapshot(idle_clients)},
      {{"deferred-share.acks", 1000}, interval([](Interval& made) {
         flood(made.now);
         made.now.rows = made.now.proc_rows;
         made.facts.counters.defer_accept_drop = 100;
       })},
      {{"abandonment.most", 0.9},
       interval([](Interval& made) { beside_completions(made, 15); }),
       {{"syn-flood.likely", 6.5}}},
      {{"abandonment.some", 0.45},
       interval([](Interval& made) { beside_completions(made, 5); }),
       {{"syn-flood.likely", 5.75}}},
      {{"abandonment.few", 0},
       interval([](Interval& made) {
         beside_completions(made, 5);
         made.facts.counters.passive_opens = 5'000;
       }),
       {{"syn-flood.likely", 5}}},
      {{"source-spread.unique", 2}, snapshot(flood), {{"syn-flood.likely", 5.25}}},
      {{"source-spread.top", 2},
       snapshot([](Scene& scene) { scene.flood(40, 7, Sources::subnet); }),
       {{"source-spread.wide", 2}}},
      {{"source-spread.wide", 2}, snapshot([](Scene& scene) {
         scene.flood(20, 10);
         for (std::size_t i = 0; i < scene.rows.size(); ++i) {
           scene.rows[i].remote.address = address("198.51." + std::to_string(i % 64) + "." + std::to_string(i / 64));
         }
       })},
      {{"source-spread.different", 2}, snapshot(flood)},
      {{"source-spread.even", 0}, snapshot(flood)},
      {{"source-spread.entries", 1000}, snapshot(flood)},
      {{"source-spread.many", 1000}, snapshot(flood), {{"syn-flood.likely", 5.25}}},
      {{"known-sources.few", 0}, snapshot([](Scene& scene) { known(scene, 1); }), {{"syn-flood.likely", 5.75}}},
      {{"known-sources.some", 2}, snapshot([](Scene& scene) { known(scene, 50); }), {{"syn-flood.likely", 5}}},
      {{"known-sources.entries", 1000}, snapshot([](Scene& scene) { known(scene, 50); }), {{"syn-flood.likely", 5}}},
      {{"known-sources.nearly_all", 1.1}, snapshot([](Scene& scene) { known(scene, 200); })},
      {{"known-sources.clients", 1000}, snapshot([](Scene& scene) { known(scene, 200); })},
      {{"impossible-sources.share", 0.5},
       snapshot([](Scene& scene) { scene.flood(20, 10, Sources::class_e); }),
       {{"syn-flood.likely", 6}}},
      {{"impossible-sources.entries", 1000},
       snapshot([](Scene& scene) { scene.flood(20, 10, Sources::class_e); }),
       {{"syn-flood.likely", 6}}},
      {{"port-pattern.entries", 1000},
       snapshot([](Scene& scene) { ports(scene, 4444, 0); }),
       {{"syn-flood.likely", 5}}},
      {{"port-pattern.fixed", 2}, snapshot([](Scene& scene) { ports(scene, 4444, 0); }), {{"syn-flood.likely", 5}}},
      {{"port-pattern.run", 2}, snapshot([](Scene& scene) { ports(scene, 2000, 1); }), {{"syn-flood.likely", 5}}},
      {{"port-pattern.unique", 2}, snapshot([](Scene& scene) { ports(scene, 4444, 0); }), {{"syn-flood.likely", 5}}},
      {{"accept-queue-load.load", 0.95}, snapshot([](Scene& scene) {
         slow_program(scene);
         scene.flood(9, 5);
       })},
      {{"accept-queue-load.loaded", 0.7}, interval([](Interval& made) {
         made.now.backlog = made.before.backlog = 100;
         made.now.accept_queue = 60;
         made.now.drops = 50;
         made.facts.counters.listen_overflows = 50;
         made.facts.counters.listen_drops = 50;
         made.now.flood(5, 5);
       })},
      {{"accept-queue-load.limit", 20}, snapshot([](Scene& scene) {
         scene.backlog = 8;
         scene.accept_queue = 8;
       })},
  };
  return kRows;
}

// Diagnosis.

auto diagnosis(void (*make)(Diagnosing&)) {
  return [make](const Thresholds& thresholds) {
    Diagnosing run;
    run.rule_limits.thresholds = thresholds;
    make(run);
    Said said;
    add(said, run.finish());
    return said;
  };
}

const Owner kOwner{55, 9, "worker"};

Connection with_timer(State state, TimerKind timer, std::uint32_t retransmits) {
  Connection row = served(state);
  row.timer = timer;
  row.timer_ms = 500;
  row.retransmits = retransmits;
  return row;
}

void closing(Diagnosing& run) { run.rows(50, with_timer(State::last_ack, TimerKind::retransmit, 4)); }
void close_wait(Diagnosing& run, std::size_t count, std::uint32_t unread) {
  Connection row = served(State::close_wait);
  row.recv_queue = unread;
  run.rows(count, row, {{"last_ack_recv_ms", 90'000}}, kOwner);
}
void leak(Diagnosing& run) { close_wait(run, 50, 0); }
void unread_close(Diagnosing& run) { close_wait(run, 50, 1); }
void closed_window(Diagnosing& run) {
  Connection row = with_timer(State::established, TimerKind::probe, 0);
  row.send_queue = 1000;
  run.rows(10, row, {{"snd_wnd", 0}, {"rto_ms", 500}, {"backoff", 5}});  // 31 s
  row.remote.address = address("203.0.113.1");
  run.rows(9, row, {{"snd_wnd", 0}, {"rto_ms", 500}, {"backoff", 5}});
}
void few_closed_windows(Diagnosing& run) {
  closed_window(run);
  run.rows(500, served(State::established));
}
void gone_window(Diagnosing& run) {
  run.rows(12, with_timer(State::established, TimerKind::probe, 4), {{"snd_wnd", 0}});
}
void not_sent(Diagnosing& run, std::size_t others) {
  run.rows(5, with_timer(State::established, TimerKind::probe, 6), {{"snd_wnd", 1000}});
  run.rows(others, served(State::established));
}
void held_back(Diagnosing& run) {
  Connection row = with_timer(State::established, TimerKind::probe, 0);
  row.timer_ms = 20'000;
  run.rows(5, row);
}
void retransmitting(Diagnosing& run) {
  run.rows(12, with_timer(State::established, TimerKind::retransmit, 4),
           {{"last_ack_recv_ms", 10'000}, {"rto_ms", 8'000}, {"backoff", 4}});
}
void full_segments(Diagnosing& run) {
  Connection row = with_timer(State::established, TimerKind::retransmit, 4);
  row.send_queue = 4000;
  run.rows(5, row, {{"mss", 1448}, {"bytes_acked", 0}, {"bytes_received", 18}});
}
void lossy_host(Diagnosing& run) {
  run.before.emplace();
  run.before->counters.out_segs = 0;
  run.before->counters.retrans_segs = 0;
  run.facts.counters.out_segs = 10'000;
  run.facts.counters.retrans_segs = 300;
  run.rows(20, served(State::established), {{"data_segs_out", 100}, {"total_retrans", 3}});
}
void keepalive(Diagnosing& run) { run.rows(12, with_timer(State::established, TimerKind::keepalive, 4)); }
void unread(Diagnosing& run, std::uint64_t age_ms, std::uint64_t window) {
  Connection row = served(State::established);
  row.recv_queue = 1000;
  run.rows(5, row, {{"last_data_recv_ms", age_ms}, {"rcv_wnd", window}}, kOwner);
}
void not_reading(Diagnosing& run) { unread(run, 40'000, 1000); }
void orphans(Diagnosing& run, std::size_t count, std::uint64_t age_ms) {
  Connection row = served(State::fin_wait2);
  row.minisocket = true;
  row.inode = 0;
  row.timer = TimerKind::time_wait;
  row.age_ms = age_ms;
  run.rows(count, row);
}
void half_close(Diagnosing& run) { run.rows(50, served(State::fin_wait2), {{"last_ack_recv_ms", 90'000}}, kOwner); }
void accept_queue(Diagnosing& run, std::uint32_t waiting, std::uint32_t limit) {
  Listener row = listener(endpoint("0.0.0.0", 443));
  row.accept_queue = waiting;
  row.accept_limit = limit;
  run.row(row);
}
void stalled_queue(Diagnosing& run) {
  accept_queue(run, 8, 100);
  Connection row = served(State::established);
  row.inode = 0;
  run.rows(8, row, {{"last_data_sent_ms", 30'000}});
}
void time_wait(Diagnosing& run) {
  run.rule_limits.settings.max_tw_buckets = 100;
  run.facts.usage.tw = 80;
}
void memory(Diagnosing& run) {
  run.rule_limits.settings.tcp_mem_pages = {50, 100, 200};
  run.facts.usage.mem_pages = 150;
}
void closed_sockets(Diagnosing& run) {
  run.rule_limits.settings.max_orphans = 100;
  run.facts.usage.orphan = 40;
}
void tracked_connections(Diagnosing& run) {
  run.rule_limits.settings.conntrack_count = 90;
  run.rule_limits.settings.conntrack_max = 100;
}
void dropping_table(Diagnosing& run) {
  tracked_connections(run);
  run.before.emplace().filters.conntrack_drop = 0;
  run.facts.filters.conntrack_drop = 20;
}
void taken_ports(Diagnosing& run) {
  run.rule_limits.settings.first_local_port = 40'000;
  run.rule_limits.settings.last_local_port = 40'099;
  Connection row = connection(State::established, endpoint("192.0.2.1", 40'000), endpoint("198.51.100.7", 443));
  for (int i = 0; i < 80; ++i, ++row.local.port) run.rows(1, row);
}
void blackhole(Diagnosing& run) {
  Connection row = connection(State::syn_sent, endpoint("192.0.2.1", 40'000), endpoint("198.51.100.7", 443));
  row.timer = TimerKind::retransmit;
  row.timer_ms = 500;
  row.retransmits = 3;
  for (int i = 0; i < 10; ++i, ++row.local.port) run.rows(1, row);
  row.state = State::established;
  row.retransmits = 0;
  run.rows(1, row);
}
void scanning(Diagnosing& run) {
  Connection row = connection(State::syn_sent, endpoint("192.0.2.1", 40'000), endpoint("198.51.100.7", 1));
  row.timer = TimerKind::retransmit;
  row.timer_ms = 500;
  row.retransmits = 3;
  for (int i = 0; i < 60; ++i, ++row.local.port, ++row.remote.port) run.rows(1, row);
}
/// Bytes received and segments sent, and how long ago.
Diagnosing::Info carried(std::uint64_t received, std::uint64_t sent, std::uint64_t sent_ms, std::uint64_t received_ms) {
  return {{"bytes_received", received},
          {"data_segs_out", sent},
          {"last_data_sent_ms", sent_ms},
          {"last_data_recv_ms", received_ms}};
}
void silent(Diagnosing& run, std::size_t count) {
  run.processes.table[kOwner.pid] = 250;
  run.rows(count, served(State::established), carried(0, 0, 60'000, 60'000), kOwner);
}
void fast_open(Diagnosing& run) { run.rows(20, with_timer(State::syn_recv, TimerKind::retransmit, 2)); }
void unfreed(Diagnosing& run) {
  run.untabled = {{812, "java", 300}};
  run.processes.table[812] = 700;
}
/// So many connections of a program that may have 100 files open.
void holding(Diagnosing& run, std::size_t count) {
  run.processes.table[kOwner.pid] = 100;
  run.rows(count, served(State::established), {}, kOwner);
}

void refused_attempts(Diagnosing& run) {
  run.before.emplace();
  run.before->counters.attempt_fails = run.before->counters.embryonic_rsts = run.before->counters.out_rsts = 0;
  run.facts.counters.attempt_fails = 20;
  run.facts.counters.embryonic_rsts = 0;
  run.facts.counters.out_rsts = 10;
  run.facts.boot_time = std::chrono::seconds(10);
}

/// So many of those that this host opened.
void reset_by_peers(Diagnosing& run, std::uint64_t reset, std::uint64_t opened) {
  KernelCounters& before = run.before.emplace().counters;
  before.estab_resets = before.active_opens = before.passive_opens = before.abort_on_timeout = 0;
  KernelCounters& now = run.facts.counters;
  now.estab_resets = reset;
  now.active_opens = opened;
  now.passive_opens = now.abort_on_timeout = 0;
}

/// Half of its attempts, as programs make that try both families.
void refused_by_itself(Diagnosing& run) {
  refused_attempts(run);
  run.facts.counters.out_rsts = 20;
  run.before->counters.active_opens = 0;
  run.facts.counters.active_opens = 40;
}

const std::vector<Row>& diagnoses() {
  static const std::vector<Row> kRows = {
      {{"closing-stuck.warning", 60}, diagnosis(closing)},
      {{"closing-stuck.critical", 40}, diagnosis(closing)},
      {{"closing-stuck.some", 2}, diagnosis(closing)},
      {{"closing-stuck.retransmits", 5}, diagnosis(closing)},
      {{"close-wait-leak.warning", 60}, diagnosis(leak)},
      {{"close-wait-leak.critical", 40}, diagnosis(leak)},
      {{"close-wait-leak.age_s", 100}, diagnosis(leak)},
      {{"close-wait-leak.descriptors", 0.01}, diagnosis([](Diagnosing& run) {
         leak(run);
         run.processes.table[kOwner.pid] = 1024;
       })},
      {{"close-wait-not-read.warning", 60}, diagnosis(unread_close)},
      {{"close-wait-not-read.critical", 40}, diagnosis(unread_close)},
      {{"close-wait-not-read.age_s", 100}, diagnosis(unread_close)},
      {{"zero-window-alive.warning", 40}, diagnosis(closed_window)},
      {{"zero-window-alive.critical", 15}, diagnosis(closed_window), {{"zero-window-alive.sockets", 15}}},
      {{"zero-window-alive.sockets", 15}, diagnosis(closed_window)},
      {{"zero-window-alive.many", 19}, diagnosis(few_closed_windows)},
      {{"zero-window-alive.share", 2}, diagnosis(closed_window)},
      {{"zero-window-alive.some", 0.01}, diagnosis(few_closed_windows)},
      {{"zero-window-gone.warning", 5}, diagnosis(gone_window)},
      {{"zero-window-gone.critical", 4}, diagnosis(gone_window)},
      {{"zero-window-gone.share", 2}, diagnosis(gone_window)},
      {{"zero-window-gone.some", 2}, diagnosis(gone_window), {{"zero-window-gone.most", 2}}},
      {{"zero-window-gone.most", 2}, diagnosis(gone_window), {{"zero-window-gone.critical", 4}}},
      {{"not-sent.warning", 7}, diagnosis([](Diagnosing& run) { not_sent(run, 0); }), {{"not-sent.critical", 8}}},
      {{"not-sent.critical", 7}, diagnosis([](Diagnosing& run) { not_sent(run, 0); })},
      {{"not-sent.age_s", 30}, diagnosis(held_back)},
      {{"not-sent.share", 2}, diagnosis([](Diagnosing& run) { not_sent(run, 0); })},
      {{"not-sent.some", 0.5}, diagnosis([](Diagnosing& run) { not_sent(run, 50); })},
      {{"not-sent.most", 0.01}, diagnosis([](Diagnosing& run) { not_sent(run, 50); })},
      {{"retransmitting.warning", 5}, diagnosis(retransmitting)},
      {{"retransmitting.critical", 4}, diagnosis(retransmitting)},
      {{"retransmitting.age_s", 5}, diagnosis(retransmitting)},
      {{"retransmitting.share", 2}, diagnosis(retransmitting)},
      {{"retransmitting.some", 2}, diagnosis(retransmitting), {{"retransmitting.most", 2}}},
      {{"retransmitting.most", 2}, diagnosis(retransmitting), {{"retransmitting.critical", 4}}},
      {{"retransmitting.lossy", 0.5}, diagnosis(lossy_host)},
      {{"retransmitting.host_warning", 0.04}, diagnosis(lossy_host)},
      {{"retransmitting.host_critical", 0.025}, diagnosis(lossy_host)},
      {{"retransmitting.host_least", 20'000}, diagnosis(lossy_host), {{"retransmitting.host_again", 1'000}}},
      {{"retransmitting.host_again", 301}, diagnosis(lossy_host), {{"retransmitting.host_least", 20'000}}},
      {{"keepalive-dead.warning", 5}, diagnosis(keepalive)},
      {{"keepalive-dead.critical", 4}, diagnosis(keepalive)},
      {{"keepalive-dead.share", 2}, diagnosis(keepalive)},
      {{"keepalive-dead.some", 2}, diagnosis(keepalive), {{"keepalive-dead.most", 2}}},
      {{"keepalive-dead.most", 2}, diagnosis(keepalive), {{"keepalive-dead.critical", 4}}},
      {{"not-reading.warning", 6}, diagnosis(not_reading)},
      {{"not-reading.critical", 5}, diagnosis(not_reading)},
      {{"not-reading.age_s", 50}, diagnosis(not_reading)},
      {{"not-reading.full", 0.9}, diagnosis([](Diagnosing& run) {
         Connection row = served(State::established);
         row.recv_queue = 85'000;
         row.recv_buffer_bytes = 100'000;
         run.rows(5, row, {{"last_data_recv_ms", 15'000}}, kOwner);
       })},
      {{"not-reading.full_age_s", 20}, diagnosis([](Diagnosing& run) { unread(run, 15'000, 0); })},
      {{"fin-wait2-orphans.warning", 2000}, diagnosis([](Diagnosing& run) {
         orphans(run, 1500, 10'000);
         run.rows(20'000, served(State::established));
       })},
      {{"fin-wait2-orphans.share", 0.9}, diagnosis([](Diagnosing& run) {
         orphans(run, 200, 10'000);
         run.rows(200, served(State::established));
       })},
      {{"fin-wait2-orphans.share_least", 300}, diagnosis([](Diagnosing& run) { orphans(run, 200, 10'000); })},
      {{"fin-wait2-orphans.critical", 0.1}, diagnosis([](Diagnosing& run) {
         run.rule_limits.settings.max_tw_buckets = 1000;
         orphans(run, 200, 10'000);
       })},
      {{"fin-wait2-orphans.age_s", 20}, diagnosis([](Diagnosing& run) { orphans(run, 200, 10'000); })},
      {{"half-close-held.warning", 60}, diagnosis(half_close)},
      {{"half-close-held.critical", 40}, diagnosis(half_close)},
      {{"half-close-held.age_s", 100}, diagnosis(half_close)},
      {{"accept-queue-full.warning", 0.85}, diagnosis([](Diagnosing& run) { accept_queue(run, 80, 100); })},
      {{"accept-queue-full.critical", 0.8}, diagnosis([](Diagnosing& run) { accept_queue(run, 80, 100); })},
      {{"accept-queue-full.least", 10}, diagnosis([](Diagnosing& run) { accept_queue(run, 8, 9); })},
      {{"accept-queue-full.stalled_s", 40}, diagnosis([](Diagnosing& run) { stalled_queue(run); })},
      {{"accept-queue-full.stalled_critical_s", 20}, diagnosis([](Diagnosing& run) { stalled_queue(run); })},
      {{"accept-queue-full.stalled_few_s", 40}, diagnosis([](Diagnosing& run) {
         accept_queue(run, 2, 100);
         Connection row = served(State::established);
         row.inode = 0;
         run.rows(2, row, {{"last_data_sent_ms", 35'000}});
       })},
      {{"accept-queue-full.overflows", 10}, diagnosis([](Diagnosing& run) {
         run.before.emplace().counters.listen_overflows = 0;
         run.facts.counters.listen_overflows = 5;
       })},
      {{"signature-failed.warning", 50}, diagnosis([](Diagnosing& run) {
         run.before.emplace().counters.md5_failure = 0;
         run.facts.counters.md5_failure = 40;
       })},
      {{"time-wait-limit.warning", 0.75}, diagnosis(time_wait)},
      {{"time-wait-limit.notice", 0.9}, diagnosis(time_wait)},
      {{"time-wait-limit.overflows", 10}, diagnosis([](Diagnosing& run) {
         run.before.emplace().counters.time_wait_overflow = 0;
         run.facts.counters.time_wait_overflow = 5;
       })},
      {{"retransmitting.alike", 6}, diagnosis(full_segments)},
      {{"retransmitting.idle_s", 700}, diagnosis([](Diagnosing& run) {
         run.rows(5, with_timer(State::established, TimerKind::retransmit, 4),
                  {{"last_data_recv_ms", 600'000}, {"last_ack_recv_ms", 600'000}, {"rto_ms", 8'000}, {"backoff", 4}});
       })},
      {{"outgoing-refused.warning", 3}, diagnosis(refused_attempts)},
      {{"outgoing-refused.least", 30}, diagnosis(refused_attempts)},
      {{"outgoing-refused.local", 0.4}, diagnosis(refused_attempts)},
      {{"outgoing-refused.reset", 0.9}, diagnosis([](Diagnosing& run) { reset_by_peers(run, 40, 50); })},
      {{"outgoing-refused.fallback", 0.4}, diagnosis(refused_by_itself)},
      {{"tcp-memory.warning", 2}, diagnosis(memory)},
      {{"tcp-memory.critical", 0.5}, diagnosis(memory)},
      {{"orphans.warning", 0.45}, diagnosis(closed_sockets)},
      {{"orphans.critical", 0.35}, diagnosis(closed_sockets)},
      {{"conntrack-full.warning", 0.96}, diagnosis(tracked_connections)},
      {{"conntrack-full.critical", 0.85}, diagnosis(dropping_table)},
      {{"conntrack-full.dropped", 30}, diagnosis(dropping_table), {{"conntrack-full.critical", 0.85}}},
      {{"port-exhaustion.warning", 0.85}, diagnosis(taken_ports)},
      {{"port-exhaustion.critical", 0.75}, diagnosis(taken_ports)},
      {{"syn-sent-blackhole.warning", 15}, diagnosis(blackhole)},
      {{"syn-sent-blackhole.critical", 8}, diagnosis(blackhole)},
      {{"syn-sent-blackhole.retransmits", 5}, diagnosis(blackhole)},
      {{"syn-sent-blackhole.scan", 61}, diagnosis(scanning)},
      {{"syn-sent-blackhole.destinations", 1}, diagnosis(blackhole)},
      {{"syn-sent-blackhole.attempts", 30}, diagnosis(brief_attempts)},
      {{"syn-sent-blackhole.lost", 2}, diagnosis(brief_attempts)},
      {{"syn-sent-blackhole.silent", 0.9}, diagnosis(silent_attempts)},
      {{"idle-connections.warning", 0.9}, diagnosis([](Diagnosing& run) { silent(run, 200); })},
      {{"idle-connections.critical", 0.7}, diagnosis([](Diagnosing& run) { silent(run, 200); })},
      {{"idle-connections.least", 300}, diagnosis([](Diagnosing& run) { silent(run, 200); })},
      {{"idle-connections.network", 1.1}, diagnosis([](Diagnosing& run) {
         Connection row = served(State::established);
         for (std::uint8_t host = 1; host <= 200; ++host, ++row.remote.address.bytes[3]) {
           run.rows(1, row, carried(0, 0, 60'000, 60'000), kOwner);
         }
       })},
      {{"accept-queue-full.descriptors", 0.9}, diagnosis([](Diagnosing& run) {
         Listener queue = listener(endpoint("0.0.0.0", 443));
         queue.accept_queue = 33;
         queue.accept_limit = 32;
         queue.owners = {&kOwner, 1};
         run.processes.table[kOwner.pid] = 64;
         run.rows(55, served(State::established), {}, kOwner);
         run.row(queue);
       })},
      {{"idle-connections.waiting", 2}, diagnosis([](Diagnosing& run) {
         silent(run, 100);
         Connection row = served(State::established);
         row.inode = 0;
         run.rows(4, row, {{"last_data_sent_ms", 30'000}});
       })},
      {{"idle-connections.age_s", 100}, diagnosis([](Diagnosing& run) { silent(run, 200); })},
      {{"idle-connections.slow", 1}, diagnosis([](Diagnosing& run) {
         run.rows(200, served(State::established), carried(600, 0, 60'000, 1'000), kOwner);
       })},
      {{"idle-connections.idle_s", 600}, diagnosis([](Diagnosing& run) {
         run.rows(200, served(State::established), carried(600, 5, 400'000, 400'000), kOwner);
       })},
      {{"unfreed-sockets.warning", 0.4}, diagnosis(unfreed)},
      {{"unfreed-sockets.critical", 0.3}, diagnosis(unfreed)},
      {{"unfreed-sockets.least", 301}, diagnosis(unfreed)},
      {{"descriptors.warning", 0.97}, diagnosis([](Diagnosing& run) { holding(run, 96); })},
      {{"descriptors.critical", 0.95}, diagnosis([](Diagnosing& run) { holding(run, 96); })},
      {{"descriptors.least", 97}, diagnosis([](Diagnosing& run) { holding(run, 96); })},
      {{"fast-open-half-open.warning", 30}, diagnosis(fast_open)},
      {{"fast-open-half-open.critical", 15}, diagnosis(fast_open)},
      {{"fast-open-half-open.retransmits", 3}, diagnosis(fast_open)},
  };
  return kRows;
}

std::string text(const Said& said) {
  std::string out;
  for (const std::string& one : said) out += one + "\n";
  return out;
}

void check_each(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.moved.threshold);
    Thresholds thresholds;
    for (const Moved& other : row.beside) set(thresholds, other);
    const std::string before = text(row.scene(thresholds));
    set(thresholds, row.moved);
    const std::string after = text(row.scene(thresholds));
    CHECK(before != after);
  }
}

}  // namespace

TEST_CASE("each threshold of detection matters") { check_each(detection()); }

TEST_CASE("each threshold of diagnosis matters") { check_each(diagnoses()); }

TEST_CASE("no threshold is forgotten, and none is moved that is not there") {
  std::set<std::string> named;
  for (const RuleInfo& rule : check::all_rules()) {
    for (const ThresholdInfo& threshold : rule.thresholds) {
      named.insert(std::string(rule.id) + "." + std::string(threshold.name));
    }
  }
  std::set<std::string> moved;
  for (const auto* rows : {&detection(), &diagnoses()}) {
    for (const Row& row : *rows) {
      moved.insert(std::string(row.moved.threshold));
      for (const Moved& other : row.beside) CHECK(named.count(std::string(other.threshold)) == 1);
    }
  }
  const auto without = [](const std::set<std::string>& all, const std::set<std::string>& some) {
    std::set<std::string> rest;
    std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::inserter(rest, rest.end()));
    return text(rest);
  };
  CHECK(without(named, moved) == "");
  CHECK(without(moved, named) == "");
}
