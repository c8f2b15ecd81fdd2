#include "check/half_opens.h"

#include <algorithm>

#include "report/source_names.h"

namespace tcpstat::check {
namespace {

/// A list is not to take much longer for its verdict: the kernel writes every row of /proc, and half-opens are few among
/// them. The share of clients that repeat their SYNs is 0.01 in floods and 0.55 or more in lossy networks (client-retries):
/// of 48 it is right to seven parts in a hundred. A listener needs eight of its own, and of twelve that it gets on average
/// hardly any has fewer.
constexpr EnoughTimeouts kEnoughBesideList = {.least = 48, .each = 12, .most = 128};

bool whole_listeners(const filter::Filter& filter) {
  filter::Filter others = filter;
  others.local.clear();
  others.local_ports.clear();
  return !others.has_conditions();
}

detect::SynReport judge_sample(Host& host, detect::SynSample& sample, const Coverage& coverage) {
  detect::SynInput input;
  input.now = &sample;
  input.facts = host.kernel_facts();
  input.completeness = coverage.completeness();
  // Few half-opens among many others lie far apart in /proc: it is read for those that may be an attack.
  constexpr std::uint64_t kMany = 16;
  if (sample.other_rows > kMany * sample.half_open()) {
    detect::SynReport report = detect::detect_syn(input, Thresholds{});
    constexpr double kNearSuspicious = 1;
    const auto near = [](const SynVerdict& one) { return one.score >= kNearSuspicious; };
    if (std::none_of(report.verdicts.begin(), report.verdicts.end(), near)) return report;
  }
  add_timeouts(host, sample, kEnoughBesideList);
  return detect::detect_syn(input, Thresholds{});
}

}  // namespace

void add_timeouts(Host& host, detect::SynSample& sample, const EnoughTimeouts& enough) {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const std::size_t listeners = sample.wants_timeouts(family);
    if (listeners == 0) continue;
    detect::TimeoutJoin join(sample, std::min(enough.most, std::max(enough.least, enough.each * listeners)));
    host.read_half_opens_from_proc(family, join);
  }
}

bool ListedHalfOpens::can_judge(const survey::DumpPlan& plan) const {
  const filter::Filter& filter = plan.query.filter;
  return !plan.limit && !host_.is_file() && host_.shows_all_half_opens() && filter.states.has(State::syn_recv) &&
         whole_listeners(filter);
}

void ListedHalfOpens::join(survey::DumpPlan& plan) {
  plan.query.states |= StateSet{State::syn_recv, State::listen};
  plan.witness = &sampler_;
}

void ListedHalfOpens::judge(Report& report) {
  if (!report.coverage.complete) return;
  detect::SynSample sample = sampler_.take();
  detect::SynReport judged = judge_sample(host_, sample, report.coverage);
  const SourceNames names = host_.evidence_names();
  names.put_into(judged.verdicts);
  names.put_into(judged.findings);
  report.verdicts = std::move(judged.verdicts);
  report.findings = std::move(judged.findings);
}

}  // namespace tcpstat::check
