#include "cli/verbs/recorded_sample.h"

#include <time.h>

#include <algorithm>

#include "detect/finding_rules.h"
#include "record/counts.h"
#include "record/history_builder.h"
#include "record/recorded_facts.h"
#include "report/subject.h"
#include "survey/metrics_counter.h"
#include "survey/top_remotes.h"

namespace tcpstat::cli::verbs {
namespace {

using std::chrono::microseconds;
namespace count_name = record::count_name;

/// The processor time that a sample may spend on owners, on average.
constexpr microseconds kOwnersEach{20'000};
/// At most the time of this many samples can be saved up in quiet times.
constexpr int kMostSaved = 50;

/// Longer than the name of any process (TASK_COMM_LEN), so that none can be called so.
constexpr std::string_view kOtherProcesses = "all other processes";

std::int64_t nanoseconds_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

filter::Filter everything() {
  filter::Filter all;
  all.states = StateSet::all();
  return all;
}

class Prefixes final : public Sink {
 public:
  Flow connection(const Connection& row) override {
    if (row.state != State::close) top_.add(row);
    return Flow::more;
  }
  Flow listener(const Listener& /*row*/) override { return Flow::more; }
  [[nodiscard]] std::vector<TopEntry> take() const { return top_.prefixes(); }

 private:
  survey::TopRemotes top_;
};

std::uint64_t sum_of(const StateCounts& states) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : states) sum += count;
  return sum;
}

}  // namespace

void OwnerBudget::spend(microseconds took, bool looked) {
  // Looking may cost more than that: then as much as it costs, or nobody would ever look again.
  credit_ = std::min(credit_ + kOwnersEach, std::max(kOwnersEach * kMostSaved, cost_.value_or(microseconds(0))));
  if (!looked) {
    without_ = took;
    return;
  }
  cost_ = std::max(took - without_.value_or(microseconds(0)), microseconds(1));
  credit_ -= *cost_;
}

microseconds processor_time() { return microseconds(nanoseconds_of(CLOCK_PROCESS_CPUTIME_ID) / 1000); }

SampleTaker::SampleTaker(Host& host, record::InfoChoice info, microseconds (*used)())
    : host_(host), info_(info), used_(used), check_(host, everything()), settings_(host.kernel_facts().settings) {}

TakenSample SampleTaker::take(bool key) {
  TakenSample taken;
  records::RecordedSample& sample = taken.sample;
  const microseconds before = used_();
  // Users, devices and control groups that came since get their names now.
  if (key) host_.names().forget();
  sample.wall_ns = nanoseconds_of(CLOCK_REALTIME);
  sample.boot_ns = nanoseconds_of(CLOCK_BOOTTIME);
  const bool owners = owners_.allows();

  record::RowPacker rows(host_.names(),
                         {.info = info_,
                          .depth = key ? record::Depth::every_row : record::Depth::trouble_alone,
                          .boot_ms = static_cast<std::uint64_t>(sample.boot_ns / 1'000'000),
                          .bound = bound_},
                         std::move(room_));
  survey::MetricsCounter metrics(settings_, owners ? survey::CountProcesses::yes : survey::CountProcesses::no);
  Prefixes prefixes;
  BothSinks counts(prefixes, metrics);
  BothSinks all(counts, rows);
  check::Judged judged = check_.look(all, owners ? check::Depth::whole : check::Depth::no_owners);
  host_.forget_owners();
  // If nobody looked for owners, rows keep their earlier ones, and so do the limits.
  if (owners) open_files_ = std::move(judged.open_files);

  sample.dump_us = static_cast<std::uint32_t>((nanoseconds_of(CLOCK_BOOTTIME) - sample.boot_ns) / 1000);
  sample.sockets = static_cast<std::uint32_t>(judged.reading.tally.total());
  sample.identity = judged.reading.source == "netlink" ? record::Identity::cookie : record::Identity::ends;
  if (!judged.reading.coverage.complete) sample.flags |= record::partial_dump;
  if (rows.dropped() > 0) sample.flags |= record::rows_limited;
  if (!owners) sample.flags |= record::owners_incomplete;
  bound_ = rows.next_bound();
  sample.rows = rows.take();
  add_counts(judged, metrics.metrics(), prefixes.take(), sample);
  const RunFacts& facts = judged.reading.facts;
  sample.facts = {{"version", facts.version}};
  if (facts.host) sample.facts.emplace_back("host", *facts.host);
  if (facts.kernel) sample.facts.emplace_back("kernel", *facts.kernel);
  if (facts.netns) sample.facts.emplace_back("netns", std::to_string(*facts.netns));
  owners_.spend(used_() - before, owners);
  taken.error = std::move(judged.error);
  taken.reading = std::move(judged.reading);
  return taken;
}

void SampleTaker::add_counts(const check::Judged& judged, const Metrics& metrics, const std::vector<TopEntry>& prefixes,
                             records::RecordedSample& to) {
  record::CountsPacker counts;
  const Report& reading = judged.reading;
  record::add_states(reading.tally, reading.counted(), counts);
  for (const ListenerMetrics& listener : metrics.listeners) {
    const std::string device = device_text(host_.names(), 0, listener.interface);
    const std::string end = Subject::endpoint(listener.local, device).text();
    counts.add("listener", count_name::listener(end, "accept_queue"), listener.accept_queue);
    counts.add("listener", count_name::listener(end, "accept_limit"), listener.accept_limit);
    counts.add("listener", count_name::listener(end, "half_open"), listener.half_open);
    counts.add("listener", count_name::listener(end, "drops"), listener.drops);
  }
  for (const PortMetrics& port : metrics.ports) {
    counts.add("port", port.port ? std::to_string(*port.port) : "others", sum_of(port.states));
  }
  for (const TopEntry& prefix : prefixes) counts.add("remote_prefix", prefix.key, prefix.count);
  if (metrics.processes) {
    for (const NameMetrics& process : *metrics.processes) {
      counts.add("process", process.name ? std::string_view(*process.name) : kOtherProcesses, sum_of(process.states));
    }
  }
  record::add_facts(judged.facts, counts);
  record::add_open_files(open_files_, counts);
  for (const SynVerdict& verdict : judged.verdicts) {
    if (verdict.level == AttackLevel::unknown) continue;
    counts.add("syn_flood_level", verdict.subject.text(), static_cast<std::uint64_t>(verdict.level));
  }
  for (const check::Problem& problem : judged.problems) {
    // This rule tells what cannot be seen this way, which is no finding to be recorded.
    if (problem.finding.is(detect::kBlindRule)) continue;
    counts.add("finding", count_name::finding(problem.finding.rule, problem.finding.subject.text()),
               static_cast<std::uint64_t>(problem.finding.severity), problem.finding.sentence());
  }
  to.counts = counts.take();
}

}  // namespace tcpstat::cli::verbs
