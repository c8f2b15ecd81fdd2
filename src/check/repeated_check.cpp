#include "check/repeated_check.h"

#include <algorithm>
#include <iterator>

#include "check/conntrack_sources.h"
#include "check/first_sample.h"
#include "check/half_opens.h"
#include "check/merge_findings.h"
#include "check/open_files.h"
#include "check/unread_counters.h"
#include "detect/sample/tracked_sample.h"
#include "detect/syn_detector.h"
#include "diagnose/diagnoser.h"
#include "survey/dump.h"

namespace tcpstat::check {
namespace {

using std::chrono::milliseconds;

/// Two samples closer than this are one: `check --interval` takes no less.
constexpr std::chrono::seconds kLeastApart{3};
/// A sample is compared with one that is so old, or up to twice as old.
constexpr std::chrono::seconds kRenewed{5};
/// An ACK with a cookie comes a round trip after the cookie.
constexpr std::chrono::seconds kCookieLag{1};

}  // namespace

RepeatedCheck::RepeatedCheck(const filter::Filter& filter) : filter_(filter) { filter_.states = StateSet::all(); }

std::optional<milliseconds> Judged::apart_in(std::uint64_t netns) const {
  if (namespaces.empty()) return apart;
  const auto at = std::find_if(namespaces.begin(), namespaces.end(),
                               [netns](const JudgedNamespace& one) { return one.verdict.inode == netns; });
  return at == namespaces.end() ? std::nullopt : at->apart;
}

const RepeatedCheck::Earlier* RepeatedCheck::earlier(Clock::Instant now, milliseconds boot_time) const {
  // The clock of a copy of /proc stands still: two looks at it are one sample.
  const bool usable =
      !earlier_.empty() && now - earlier_.front().at >= kLeastApart && earlier_.front().facts.boot_time != boot_time;
  return usable ? &earlier_.front() : nullptr;
}

Judged RepeatedCheck::look(Host& host, Sink& rows, Depth depth) {
  const Clock::Instant now = host.clock().now();
  const KernelFacts facts = host.kernel_facts();
  const Earlier* before = earlier(now, facts.boot_time);

  detect::SynSampler sampler;
  if (before != nullptr) {
    sampler.watch(before->sample);
    sampler.watch(before->followed.cookies());
  }
  diagnose::Diagnoser diagnoser(
      {.thresholds = {}, .settings = facts.settings, .limits = host.kernel_limits(), .addresses = host.addresses()});
  BothSinks engines(sampler, diagnoser);
  BothSinks all(engines, rows);
  survey::DumpPlan plan = rule_dump(filter_, StateSet::all());
  plan.query.parts.tcp_info = plan.query.parts.memory = depth != Depth::rows;
  if (depth == Depth::whole) plan.owners = survey::DumpPlan::Owners::helpful;
  plan.witness = &diagnoser.witness();
  survey::Dump dump = survey::take(host, plan, all);

  Judged judged;
  judged.reading = std::move(dump.report);
  judged.error = std::move(dump.error);
  Coverage& coverage = judged.reading.coverage;
  warn_of_unread_counters(facts, coverage);
  detect::SynSample sample = taken(sampler, filter_, coverage);
  sample.name_devices(host.names());
  add_timeouts(host, sample, kEnoughBesideRows);

  diagnose::DiagnosisFacts known{.facts = facts};
  const OpenFiles open_files(host);
  known.processes = &open_files;
  known.names = &host.names();
  known.visible = coverage.visible;
  if (before != nullptr) {
    known.before = &before->facts;
    judged.drops = sample.drops_since(before->sample);
    judged.apart = facts.boot_time - before->facts.boot_time;
    known.listener_drops = judged.drops;
  }
  std::vector<Finding> findings;
  merge(findings, diagnoser.finish(known));
  judged.open_files = open_files.known();

  detect::SynInput input;
  input.now = &sample;
  input.facts = facts;
  input.completeness = coverage.completeness();
  input.all_listeners = !filter_.has_conditions_or_family();
  const bool all_listeners = input.all_listeners && coverage.complete;
  const auto left_ports = all_listeners ? diagnoser.left_services() : std::vector<std::uint16_t>{};
  input.left_ports = left_ports;
  detect::TrackedSample tracked;
  if (before != nullptr) {
    tracked = tracked_sources(host, sample, before->facts, facts, {});
    input.before = &before->sample;
    input.facts_before = before->facts;
    input.after_first_second = before->after_first_second;
    const auto late = std::find_if(counters_.rbegin(), counters_.rend(),
                                   [now](const CountersAt& one) { return now - one.at >= kCookieLag; });
    if (late != counters_.rend()) input.before_last_second = late->counters;
    input.followed = before->followed.all();
    input.apart = judged.apart;
    input.tracked = &tracked;
  }
  detect::SynReport report = detect::detect_syn(input, {});
  merge(judged.verdicts, std::move(report.verdicts));
  merge(findings, std::move(report.findings));
  drop_repeats(findings);
  judged.place = host.evidence_names();
  judged.place.put_into(findings);
  judged.place.put_into(judged.verdicts);
  judged.status = worst_of(findings, coverage);
  keep_since(std::move(findings), now, judged);
  // Later samples cannot be compared with a part of the rows.
  if (coverage.complete) remember(now, sample, facts);
  judged.half_open = sample.half_open();
  judged.half_opens = std::move(sample);
  judged.facts = facts;
  return judged;
}

void RepeatedCheck::remember(Clock::Instant now, const detect::SynSample& sample, const KernelFacts& facts) {
  constexpr std::size_t kMostCounters = 64;
  counters_.push_back({now, facts.counters});
  if (counters_.size() > kMostCounters) counters_.pop_front();
  for (Earlier& one : earlier_) {
    one.followed.add(sample, std::chrono::duration_cast<milliseconds>(now - one.at));
    if (!one.after_first_second && now - one.at >= kCookieLag) one.after_first_second = facts.counters;
  }
  if (!earlier_.empty() && now - earlier_.back().at < kRenewed) return;
  if (earlier_.size() == 2) earlier_.pop_front();
  earlier_.push_back({now, sample, facts, detect::TrackedRequests(sample), std::nullopt});
}

void RepeatedCheck::keep_since(std::vector<Finding> findings, Clock::Instant now, Judged& judged) {
  for (Finding& finding : findings) {
    const auto known = std::find_if(before_.begin(), before_.end(), [&](const Problem& one) {
      return one.finding.rule == finding.rule && one.finding.subject == finding.subject;
    });
    const Clock::Instant since = known == before_.end() ? now : known->since;
    judged.problems.push_back({std::move(finding), since});
  }
  before_ = judged.problems;
}

}  // namespace tcpstat::check
