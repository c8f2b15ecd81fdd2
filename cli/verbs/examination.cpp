#include "cli/verbs/examination.h"
#include "filter/query.h"
#include "report/source_names.h"

#include <time.h>

#include <algorithm>

#include "check/rules.h"
#include "cli/verbs/check_ending.h"
#include "cli/verbs/conntrack_sources.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/owner_stage.h"
#include "cli/verbs/run_facts.h"
#include "detect/syn_baseline.h"
#include "diagnose/diagnoser.h"
#include "model/both_sinks.h"
#include "survey/selection.h"

namespace tcpstat::cli::verbs {
namespace {

class OpenFiles final : public diagnose::ProcessLimits {
 public:
  explicit OpenFiles(const Host& reading) : reading_(reading) {}
  [[nodiscard]] std::optional<std::uint64_t> open_files(std::uint32_t pid) const override {
    return reading_.open_files_limit(pid);
  }

 private:
  const Host& reading_;
};

detect::Seen seen(const Coverage& coverage) { return coverage.complete ? detect::Seen::whole : detect::Seen::partial; }

std::int64_t wall_clock_s() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return time.tv_sec;
}

/// The kernel counts timeouts of half-opens in /proc and retransmits on netlink: both tell who repeats a SYN. `most` of
/// either family are enough.
void add_timeouts(Host& reading, detect::SynSample& sample, std::uint64_t most) {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    if (!sample.wants_timeouts()) return;
    detect::TimeoutJoin join(sample, most);
    reading.read_half_opens_from_proc(family, join);
  }
}

/// A share of them is right to one part in a hundred.
constexpr std::uint64_t kEnoughTimeouts = 4096;
/// To four parts: a list is not to take much longer for its verdict.
constexpr std::uint64_t kEnoughBesideList = 128;

template <typename T, typename Same, typename Worse>
void merge(std::vector<T>& into, std::vector<T> from, Same same, Worse worse) {
  for (T& one : from) {
    const auto at = std::find_if(into.begin(), into.end(), [&](const T& other) { return same(one, other); });
    if (at == into.end()) {
      into.push_back(std::move(one));
    } else if (worse(one, *at)) {
      *at = std::move(one);
    }
  }
  std::stable_sort(into.begin(), into.end(), worse);
}

/// Detection meets full accept queues too, and only it is there beside a list; diagnosis knows the program as well.
void drop_repeats(std::vector<Finding>& findings) {
  const auto of_rule = [](std::string_view rule) { return [rule](const Finding& one) { return one.rule == rule; }; };
  if (std::none_of(findings.begin(), findings.end(), of_rule("accept-queue-full"))) return;
  std::erase_if(findings, of_rule("accept-queue"));
}

}  // namespace

bool Examination::wants(std::string_view rule) const {
  const auto& chosen = request_.check.rules;
  return chosen.empty() || std::find(chosen.begin(), chosen.end(), rule) != chosen.end();
}

void Examination::keep(std::vector<Finding> findings) {
  std::erase_if(findings, [this](const Finding& finding) { return !wants(finding.rule); });
  merge(
      report_.findings, std::move(findings),
      [](const Finding& a, const Finding& b) { return a.rule == b.rule && a.subject == b.subject; },
      [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
}

void Examination::keep(std::vector<SynVerdict> verdicts) {
  const auto rules = detect::detect_rules();
  if (std::none_of(rules.begin(), rules.end(), [this](const RuleInfo& rule) { return wants(rule.id); })) return;
  merge(
      report_.verdicts, std::move(verdicts),
      [](const SynVerdict& a, const SynVerdict& b) { return a.subject == b.subject; },
      [](const SynVerdict& a, const SynVerdict& b) { return a.level > b.level; });
}

void Examination::remember() {
  if (request_.check.state_file.empty()) return;
  Coverage& coverage = report_.reading.coverage;
  auto file = StateFile::open(request_.check.state_file, request_.timeout);
  if (!file) {
    // What was asked for cannot be kept: that is not ok, however quiet the host is.
    coverage.complete = false;
    coverage.warn("state_file", file.error().sentence() + "; judged without a memory");
    return;
  }
  file_ = std::move(*file);
  const auto text = file_->read();
  if (!text) {
    coverage.warn("state_file", text.error().sentence() + "; starting afresh");
    return;
  }
  if (text->empty()) {
    coverage.warn("state_file", "the state file " + request_.check.state_file + " is new: judged from one sample");
    return;
  }
  auto memory = check::memory_from(*text);
  if (!memory) {
    coverage.warn("state_file", "the state file " + request_.check.state_file + " " + memory.error() +
                                    "; starting afresh, judged from one sample");
    return;
  }
  memory_ = std::move(*memory);
}

void Examination::save(check::RunMemory next) {
  if (!file_) return;
  if (const auto written = file_->replace(check::memory_text(next)); !written) {
    report_.reading.coverage.complete = false;
    report_.reading.coverage.warn("state_file", written.error().sentence());
  }
  file_.reset();
}

void Examination::judge_halves(const detect::SynSample& now, const KernelFacts& facts) {
  const Thresholds& thresholds = request_.check.thresholds;
  const Coverage& coverage = report_.reading.coverage;
  if (earlier_ || !file_) {
    detect::SynInput input;
    input.now = &now;
    input.facts = facts;
    input.seen = seen(coverage);
    if (earlier_) {
      input.before = &earlier_->sample;
      input.facts_before = earlier_->facts;
      input.after_first_second = earlier_->after_first_second;
      input.before_last_second = earlier_->before_last_second;
      input.followed = earlier_->followed.all();
      input.apart = facts.boot_time - earlier_->facts.boot_time;
      input.tracked = &tracked_;
    }
    detect::SynReport report = detect::detect_syn(input, thresholds);
    keep(std::move(report.verdicts));
    keep(std::move(report.findings));
  }
  if (!file_) return;
  detect::BaselineNow run{.boot_id = reading_.boot_id().value_or(std::string()),
                          .netns = reading_.facts().netns.value_or(0),
                          .wall_time_s = wall_clock_s(),
                          .sample = &now,
                          .facts = facts,
                          .nominal = memory_ ? memory_->spacing : std::nullopt,
                          .seen = seen(coverage)};
  detect::BaselineStep result = step(memory_ ? &memory_->baseline : nullptr, run, thresholds);
  for (std::string& note : result.notes) report_.reading.coverage.warn("state_file", std::move(note));
  keep(std::move(result.report.verdicts));
  keep(std::move(result.report.findings));
  check::RunMemory next{.baseline = std::move(result.next), .close_waits = {}, .spacing = std::nullopt};
  if (memory_) {
    next.close_waits = std::move(memory_->close_waits);
    const auto apart = facts.boot_time - memory_->baseline.boot_time;
    // A run that came at once, beside another or by hand, is none of those that the next one is measured by.
    const bool counts = apart.count() > 0 && next.baseline.boot_time == facts.boot_time;
    next.spacing = counts ? apart : memory_->spacing;
  }
  next.close_waits.push_back(close_waits_);
  if (next.close_waits.size() > check::RunMemory::kMostCloseWaits) next.close_waits.erase(next.close_waits.begin());
  save(std::move(next));
}

void Examination::add_performance(const detect::SynSample& now, const KernelFacts& facts) {
  const auto count = [](std::uint64_t number) { return static_cast<double>(number); };
  const auto counter = [&](const char* label, const std::optional<std::uint64_t>& value) {
    if (value) report_.performance.push_back({.label = label, .value = count(*value), .unit = "c"});
  };
  std::optional<double> room;
  for (const detect::SynListener& listener : now.listeners) {
    for (const std::uint32_t backlog : listener.backlogs) room = room.value_or(0) + backlog + 1;
  }
  report_.performance.push_back(
      {.label = "syn_recv", .value = count(now.half_open()), .unit = "", .least = 0, .most = room});
  counter("listen_drops", facts.counters.listen_drops);
  counter("listen_overflows", facts.counters.listen_overflows);
  counter("syncookies_sent", facts.counters.syncookies_sent);
  const Tally& tally = report_.reading.tally;
  for (const State state : {State::established, State::time_wait, State::close_wait}) {
    report_.performance.push_back(
        {.label = std::string(info(state).key), .value = count(tally.count(state)), .least = 0});
  }
}

void Examination::conclude() {
  drop_repeats(report_.findings);
  const Coverage& coverage = report_.reading.coverage;
  report_.status = worst_of(report_.findings, coverage);
  if (!report_.findings.empty() && report_.findings.front().severity >= Severity::warning) {
    report_.headline = report_.findings.front().message;
    const auto more = std::count_if(report_.findings.begin() + 1, report_.findings.end(),
                                    [](const Finding& f) { return f.severity >= Severity::unknown; });
    if (more > 0) report_.headline += " (and " + std::to_string(more) + " more)";
    return;
  }
  if (!coverage.complete) {
    report_.headline = coverage.warnings.empty() ? "not everything could be read" : coverage.warnings.back().message;
    return;
  }
  if (!report_.findings.empty() && report_.findings.front().severity == Severity::unknown) {
    report_.headline = report_.findings.front().message;
    return;
  }
  const std::uint64_t total = report_.reading.tally.total();
  report_.headline = std::to_string(total) + (total == 1 ? " socket" : " sockets") + ", nothing wrong";
}

CheckReport Examination::run() {
  report_.reading = start_report(request_, reading_);
  Coverage& coverage = report_.reading.coverage;
  if (request_.interval) {
    if (reading_.is_file()) {
      coverage.warn("interval", "a saved file has one sample: --interval changes nothing");
    } else if (auto earlier = look_earlier(request_, reading_); earlier) {
      earlier_ = std::move(*earlier);
    } else {
      coverage.warn("interval", earlier.error().sentence());
    }
  }
  remember();

  const KernelFacts facts = reading_.kernel_facts();
  detect::SynSampler sampler;
  if (earlier_) {
    sampler.watch(earlier_->sample);
    sampler.watch(earlier_->followed.cookies());
  }
  if (memory_) {
    const auto cookies = detect::cookies_of(memory_->baseline);
    sampler.watch(cookies);
  }
  diagnose::Diagnoser diagnoser(
      {.thresholds = request_.check.thresholds, .settings = facts.settings, .limits = reading_.kernel_limits()});
  BothSinks both(sampler, diagnoser);
  OwnerStage owners(reading_, true, request_.filter);
  Expected<void> read = owners.open();
  survey::Selection selection(request_.filter, survey::Selection::HalfOpens::read, owners.behind_selection(both));
  if (read) read = reading_.read(examined(request_, StateSet::all()), owners.before_selection(selection), coverage);
  owners.finish(selection);
  owners.add_warnings(coverage);
  complete_warnings(coverage, read);
  report_.reading.source = reading_.source_name();
  report_.reading.tally = selection.tally();
  detect::SynSample sample = sampler.take();
  add_timeouts(reading_, sample, kEnoughTimeouts);
  if (earlier_) tracked_ = tracked_sources(reading_, sample, earlier_->facts, facts);
  close_waits_ = diagnoser.close_waits();

  diagnose::DiagnosisFacts known{.facts = facts};
  const OpenFiles open_files(reading_);
  known.processes = &open_files;
  std::vector<ListenerDrops> listener_drops;
  if (earlier_) {
    known.before = &earlier_->facts;
    listener_drops = sample.drops_since(earlier_->sample);
    known.listener_drops = listener_drops;
  }
  if (memory_) known.earlier_close_waits = memory_->close_waits;
  keep(diagnoser.finish(known));
  judge_halves(sample, facts);
  const SourceNames names = reading_.evidence_names();
  names.put_into(report_.findings);
  names.put_into(report_.verdicts);
  add_performance(sample, facts);
  conclude();
  return std::move(report_);
}

detect::SynReport judge_listed(Host& reading, detect::SynSample& sample, const Coverage& coverage) {
  detect::SynInput input;
  input.now = &sample;
  input.facts = reading.kernel_facts();
  input.seen = seen(coverage);
  detect::SynReport report;
  // Few half-opens among many others lie far apart in /proc: it is read for those that may be an attack.
  constexpr std::uint64_t kMany = 16;
  const bool apart = sample.other_rows > kMany * sample.half_open();
  if (apart) report = detect::detect_syn(input, Thresholds{});
  constexpr double kNearSuspicious = 1;
  const bool near = std::any_of(report.verdicts.begin(), report.verdicts.end(),
                                [](const SynVerdict& one) { return one.score >= kNearSuspicious; });
  if (!apart || near) {
    add_timeouts(reading, sample, kEnoughBesideList);
    report = detect::detect_syn(input, Thresholds{});
  }
  const SourceNames names = reading.evidence_names();
  names.put_into(report.findings);
  names.put_into(report.verdicts);
  return report;
}

}  // namespace tcpstat::cli::verbs
