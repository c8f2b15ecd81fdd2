#include "check/half_opens.h"

#include <algorithm>

#include "check/unread_counters.h"
#include "report/source_names.h"

namespace tcpstat::check {
namespace {

bool whole_listeners(const filter::Filter& filter) {
  filter::Filter others = filter;
  others.local.clear();
  others.local_ports.clear();
  return !others.has_conditions();
}

detect::SynReport judge_sample(Host& host, detect::SynSample& sample, Coverage& coverage) {
  detect::SynInput input;
  input.now = &sample;
  input.facts = host.kernel_facts();
  warn_of_unread_counters(input.facts, coverage);
  input.completeness = coverage.completeness();
  // /proc is read for few among many only if they may be an attack.
  if (sample.other_rows > kManyOtherRows * sample.half_open()) {
    detect::SynReport report = detect::detect_syn(input, Thresholds{});
    constexpr double kNearSuspicious = 1;
    const auto near = [](const SynVerdict& one) { return one.score >= kNearSuspicious; };
    if (std::none_of(report.verdicts.begin(), report.verdicts.end(), near)) return report;
  }
  add_timeouts(host, sample, kEnoughBesideRows);
  return detect::detect_syn(input, Thresholds{});
}

}  // namespace

void add_timeouts(Host& host, detect::SynSample& sample, const EnoughTimeouts& enough) {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const std::size_t listeners = sample.wants_timeouts(family);
    if (listeners == 0) continue;
    const std::uint64_t wanted = std::min(enough.most, std::max(enough.least, enough.each * listeners));
    detect::TimeoutJoin join(sample, wanted);
    host.read_half_opens_from_proc(family, wanted * enough.rows, join);
  }
}

detect::SynSample taken(detect::SynSampler& sampler, const filter::Filter& filter, const Coverage& coverage) {
  using Requests = detect::SynSampler::Requests;
  return sampler.take(coverage.chosen_part && whole_listeners(filter) ? Requests::part : Requests::all);
}

bool ListedHalfOpens::can_judge(const survey::DumpPlan& plan) const {
  const filter::Filter& filter = plan.query.filter;
  return !plan.limit && !plan.query.mptcp && !host_.is_file() && !host_.spans_namespaces() &&
         host_.shows_all_half_opens() && filter.states.has(State::syn_recv) && whole_listeners(filter);
}

void ListedHalfOpens::join(survey::DumpPlan& plan) {
  plan.query.states |= StateSet{State::syn_recv, State::listen};
  plan.witness = &sampler_;
}

void ListedHalfOpens::judge(Report& report) {
  if (!report.coverage.complete) return;
  detect::SynSample sample = sampler_.take();
  sample.name_devices(host_.names());
  detect::SynReport judged = judge_sample(host_, sample, report.coverage);
  const SourceNames names = host_.evidence_names();
  names.put_into(judged.verdicts);
  names.put_into(judged.findings);
  report.verdicts = std::move(judged.verdicts);
  report.findings = std::move(judged.findings);
}

}  // namespace tcpstat::check
