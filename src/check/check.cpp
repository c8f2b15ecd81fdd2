#include "check/check.h"

#include <algorithm>
#include <set>

#include "base/quantity_text.h"
#include "check/check_headline.h"
#include "check/conntrack_sources.h"
#include "check/count_sockets.h"
#include "check/counted_handshakes.h"
#include "check/first_sample.h"
#include "check/half_opens.h"
#include "check/merge_findings.h"
#include "check/open_files.h"
#include "check/performance.h"
#include "check/rules.h"
#include "check/run_memory.h"
#include "check/unread_counters.h"
#include "detect/sample/tracked_sample.h"
#include "detect/syn_baseline.h"
#include "detect/syn_detector.h"
#include "diagnose/diagnoser.h"
#include "diagnose/finding_text.h"
#include "model/sink.h"
#include "report/ask_for_all.h"
#include "report/source_names.h"
#include "survey/dump.h"

namespace tcpstat::check {
namespace {

/// A share of so many half-opens is right to one part in a hundred.
constexpr EnoughTimeouts kEnoughBesideCheck = {.least = 4096, .each = 4096, .most = 4096, .rows = 1U << 20U};

/// A check by rules.
class Check {
 public:
  Check(Host& host, const CheckPlan& plan)
      : host_(host),
        plan_(plan),
        all_listeners_(!plan.filter.has_conditions_or_family()),
        stays_as_it_is_(host.is_file()) {}

  CheckReport run();

 private:
  /// The dump that is judged, as detection sees it. Diagnosis saw its rows as they passed, and is asked later.
  struct Now {
    detect::SynSample sample;
    KernelFacts facts;
    std::optional<std::vector<Untabled>> untabled;
    bool most_processes = true;  ///< could be looked into
  };

  void look_first();
  /// What could not be read the first time alone.
  void note_unread_at_first(const KernelFacts& now);
  /// How rows were read then, where that is not how they were read the second time.
  void tell_first_warnings();
  /// Two looks at one copy of /proc are one sample.
  void forget_same_moment(const KernelFacts& facts);
  void remember();
  /// Counts of another boot or namespace say nothing about this one.
  void forget_other_counts();
  Now look(diagnose::Diagnoser& diagnoser, const KernelFacts& facts);
  [[nodiscard]] detect::BaselineNow this_run(const Now& now, const std::vector<std::uint16_t>& left_ports) const;
  void diagnose_states(const Now& now, diagnose::Diagnoser& diagnoser);
  void judge_half_opens(const Now& now, const std::vector<std::uint16_t>& left_ports);
  void judge_beside_last_run(const Now& now, std::uint64_t close_waits, const std::vector<std::uint16_t>& left_ports);
  void save(RunMemory next);
  void lose_memory(std::string why) {
    coverage().warn("state_file", why);
    memory_lost_ = std::move(why);
  }

  [[nodiscard]] bool wants(std::string_view rule) const {
    return plan_.rules.empty() || std::find(plan_.rules.begin(), plan_.rules.end(), rule) != plan_.rules.end();
  }
  void keep(std::vector<Finding> findings);
  void keep(std::vector<SynVerdict> verdicts);
  void tell(diagnose::Unseen unseen);
  void tell_unread_family();
  Coverage& coverage() { return report_.reading.coverage; }

  Host& host_;
  const CheckPlan& plan_;
  bool all_listeners_;   ///< no filter leaves any out
  bool stays_as_it_is_;  ///< what is read: a second look shows nothing new
  CheckReport report_;
  std::optional<FirstSample> first_;
  std::optional<CountedHandshakes> counted_;
  bool counting_ = false;
  Completeness table_ = Completeness::whole;  ///< of the rows alone
  bool remembers_ = false;                    ///< the store is open, and this run is to replace its memory
  std::string memory_lost_;                   ///< why nothing is remembered, although the sockets were seen
  std::optional<RunMemory> memory_;
  std::set<std::string_view> unjudged_;  ///< rules that could not be judged, or not of all rows
};

CheckReport Check::run() {
  look_first();
  remember();
  const KernelFacts facts = host_.kernel_facts();
  forget_same_moment(facts);
  if (counting_) counted_ = stop_counting(*plan_.handshakes, first_, facts, coverage());
  note_unread_counters(
      facts, first_ || memory_ ? Readings::two : Readings::one, [this](std::string_view rule) { return wants(rule); },
      coverage());
  if (first_) note_unread_at_first(facts);
  diagnose::Diagnoser diagnoser({.thresholds = plan_.thresholds,
                                 .settings = facts.settings,
                                 .limits = host_.kernel_limits(),
                                 .addresses = host_.addresses()});
  const Now now = look(diagnoser, facts);
  if (first_) tell_first_warnings();
  forget_other_counts();
  diagnose_states(now, diagnoser);
  const auto left_ports =
      all_listeners_ && coverage().complete ? diagnoser.left_services() : std::vector<std::uint16_t>{};
  judge_half_opens(now, left_ports);
  judge_beside_last_run(now, diagnoser.close_waits(), left_ports);
  drop_repeats(report_.findings);

  const SourceNames names = host_.evidence_names();
  names.put_into(report_.findings);
  names.put_into(report_.verdicts);
  report_.performance = performance(now.sample, facts, report_.reading);
  report_.counters = facts.counters;
  if (!memory_lost_.empty()) {
    coverage().complete = false;
    coverage().last_loss = memory_lost_;
  }
  for (const std::string_view rule : finding_rule_ids()) {
    if (wants(rule) && !unjudged_.contains(rule)) report_.rules.push_back(rule);
  }
  report_.status = worst_of(report_.findings, coverage());
  report_.headline = headline(report_);
  return std::move(report_);
}

void Check::look_first() {
  if (host_.is_file()) {
    first_ = recorded_first_sample(host_, plan_.filter);
    if (plan_.interval) coverage().warn("interval", "a saved file stays as it is: --interval changes nothing");
    if (plan_.handshakes != nullptr) coverage().warn("exact", "a saved file stays as it is: --exact counts nothing");
    return;
  }
  if (!plan_.interval) return;
  if (plan_.handshakes != nullptr) counting_ = start_counting(*plan_.handshakes, coverage());
  auto first = take_first_sample(host_, plan_.filter, *plan_.interval);
  if (first) {
    first_ = std::move(*first);
    first_->sample.name_devices(host_.names());
  } else {
    coverage().warn("interval", first.error().sentence());
  }
}

void Check::note_unread_at_first(const KernelFacts& now) {
  KernelFacts lacking;
  for (const UnreadFile& unread : first_->facts.unread) {
    const auto again = [&](const UnreadFile& one) { return one.file == unread.file; };
    const bool told = std::any_of(now.unread.begin(), now.unread.end(), again);
    // Usage is compared with limits, not with itself.
    if (!told && unread.file != "sockstat") lacking.unread.push_back(unread);
  }
  note_unread_counters(
      lacking, Readings::two, [this](std::string_view rule) { return wants(rule); }, coverage());
}

void Check::tell_first_warnings() {
  for (const Warning& warning : first_->warnings) {
    const auto& told = coverage().warnings;
    const auto same = [&](const Warning& one) { return one.message == warning.message; };
    if (std::none_of(told.begin(), told.end(), same)) coverage().warn(warning.code, "At first: " + warning.message);
  }
}

void Check::forget_same_moment(const KernelFacts& facts) {
  if (host_.is_file() || !first_ || facts.boot_time != first_->facts.boot_time) return;
  stays_as_it_is_ = true;
  coverage().warn("interval", "the clock of this /proc stands still, it is a copy: --interval changes nothing");
  first_.reset();
}

void Check::remember() {
  if (plan_.memory == nullptr) return;
  if (const auto opened = plan_.memory->open(); !opened) {
    // The user asked for a memory and there is none: that is not OK, however quiet the host is.
    lose_memory(opened.error().sentence() + "; judged without a memory");
    return;
  }
  const auto kept = plan_.memory->read();
  if (!kept) {
    lose_memory(kept.error().sentence() + "; judged without a memory");
    return;
  }
  auto memory = memory_from(kept->text);
  if (!memory && !kept->text.empty() && !begins_like_memory(kept->text)) {
    // A slip of the user's, and somebody's file: this run must not take its place.
    const Error other{"use " + plan_.memory->name(), 0, "name another", "it holds something else"};
    lose_memory(other.sentence() + "; judged without a memory");
    return;
  }
  remembers_ = true;
  if (kept->doubt) {
    coverage().warn("state_file", kept->doubt->sentence() + "; starting afresh");
    return;
  }
  if (kept->text.empty()) {
    coverage().warn("state_file", plan_.memory->name() + " is new: judged from one sample");
    return;
  }
  if (!memory) {
    coverage().warn("state_file",
                    plan_.memory->name() + " " + memory.error() + "; starting afresh, judged from one sample");
    return;
  }
  if (memory->filter_words.value_or(plan_.filter_words) != plan_.filter_words) {
    coverage().warn("state_file", "The last run had another filter: starting anew.");
    return;
  }
  memory_ = std::move(*memory);
}

void Check::forget_other_counts() {
  if (!memory_) return;
  const detect::SynBaseline& last = memory_->baseline;
  const bool same = last.boot_id == host_.boot_id().value_or("") && last.netns == host_.facts().netns.value_or(0);
  if (!same) memory_->close_waits.clear();
}

Check::Now Check::look(diagnose::Diagnoser& diagnoser, const KernelFacts& facts) {
  detect::SynSampler sampler;
  if (first_) {
    sampler.watch(first_->sample);
    sampler.watch(first_->followed.cookies());
  }
  if (memory_) sampler.watch(detect::cookies_of(memory_->baseline));
  BothSinks judges(sampler, diagnoser);
  BothSinks with_audience(plan_.audience != nullptr ? *plan_.audience : judges, judges);
  Sink& rows = plan_.audience != nullptr ? static_cast<Sink&>(with_audience) : judges;
  survey::DumpPlan plan = rule_dump(plan_.filter, StateSet::all());
  plan.owners = survey::DumpPlan::Owners::helpful;
  plan.descriptors = survey::DumpPlan::Descriptors::all;
  plan.witness = &diagnoser.witness();
  survey::Dump dump = survey::take(host_, plan, rows);
  ask_for_all(dump.report.coverage);
  // Earlier warnings stand before those of the dump.
  table_ = dump.report.coverage.completeness();
  const Coverage before = std::move(coverage());
  report_.reading = std::move(dump.report);
  coverage().put_before(before);

  Now now{.sample = taken(sampler, plan_.filter, coverage()), .facts = facts, .untabled = std::move(dump.untabled)};
  // A security module may keep some shut, for root too; who is not root sees hardly any.
  if (const auto& search = dump.owner_search) now.most_processes = search->forbidden + search->failed <= search->read;
  now.sample.name_devices(host_.names());
  add_timeouts(host_, now.sample, kEnoughBesideCheck);
  return now;
}

detect::BaselineNow Check::this_run(const Now& now, const std::vector<std::uint16_t>& left_ports) const {
  const auto wall_time = host_.clock().wall_time().time_since_epoch();
  return {.boot_id = host_.boot_id().value_or(std::string()),
          .netns = host_.facts().netns.value_or(0),
          .wall_time_s = std::chrono::duration_cast<std::chrono::seconds>(wall_time).count(),
          .sample = &now.sample,
          .facts = now.facts,
          .nominal = memory_ ? memory_->spacing : std::nullopt,
          .completeness = table_,
          .all_listeners = all_listeners_,
          .left_ports = left_ports,
          .names = &host_.names()};
}

void Check::diagnose_states(const Now& now, diagnose::Diagnoser& diagnoser) {
  diagnose::DiagnosisFacts known{.facts = now.facts};
  const OpenFiles open_files(host_);
  known.processes = &open_files;
  known.names = &host_.names();
  std::vector<ListenerDrops> listener_drops;
  std::optional<detect::PastRun> last_run;
  if (!first_ && memory_) last_run = detect::past_run(memory_->baseline, this_run(now, {}));
  if (first_ || last_run) {
    known.before = first_ ? &first_->facts : &last_run->facts;
    listener_drops = now.sample.drops_since(first_ ? first_->sample : last_run->sample);
    known.listener_drops = listener_drops;
  }
  if (now.untabled) known.untabled = *now.untabled;
  known.most_processes = now.most_processes;
  if (memory_) known.earlier_close_waits = memory_->close_waits;
  known.visible = coverage().visible;
  keep(diagnoser.finish(known));
  for (diagnose::Unseen& one : diagnoser.not_seen()) tell(std::move(one));
  for (diagnose::Unseen& one : growth_not_seen(known.facts, known.before, stays_as_it_is_ ? "" : "; use --interval"))
    tell(std::move(one));
  tell_unread_family();
  if (!plan_.rules.empty()) return;
  if (std::string unknown = open_files.unknown(); !unknown.empty()) report_.not_seen.push_back(std::move(unknown));
  if (host_.is_file()) {
    report_.not_seen.emplace_back(
        "sockets that programs still hold though their connections have ended: only a check of the live host sees "
        "them");
  }
  if (known.before == nullptr) {
    report_.not_seen.emplace_back(
        std::string("what is refused, dropped or sent again at this moment: one sample has no rates") +
        (stays_as_it_is_ ? "" : "; use --interval"));
  }
}

/// If neither family could be read, the reading says why.
void Check::tell_unread_family() {
  const Coverage& seen = coverage();
  if (!plan_.filter.ipv4 || !plan_.filter.ipv6 || seen.ipv4 == seen.ipv6) return;
  report_.not_seen.push_back(unread_family(seen, host_.is_file()));
}

void Check::judge_half_opens(const Now& now, const std::vector<std::uint16_t>& left_ports) {
  // A run with a memory and without an interval is judged beside the last run alone.
  if (!first_ && remembers_) return;
  detect::SynInput input;
  input.now = &now.sample;
  input.facts = now.facts;
  input.completeness = table_;
  input.all_listeners = all_listeners_;
  input.left_ports = left_ports;
  input.saved = stays_as_it_is_;
  detect::TrackedSample tracked;
  std::vector<detect::EndedListener> ended;
  if (first_) {
    if (all_listeners_ && table_ == Completeness::whole) {
      first_->listeners.add(now.sample);
      ended = first_->listeners.all();
      input.ended = ended;
    }
    tracked = tracked_sources(host_, now.sample, first_->facts, now.facts, plan_.thresholds);
    input.before = &first_->sample;
    input.facts_before = first_->facts;
    input.after_first_second = first_->after_first_second;
    input.before_last_second = first_->before_last_second;
    input.followed = first_->followed.all();
    input.apart = now.facts.boot_time - first_->facts.boot_time;
    input.tracked = &tracked;
    if (counted_) input.counted = &*counted_;
  }
  detect::SynReport report = detect::detect_syn(input, plan_.thresholds);
  keep(std::move(report.verdicts));
  keep(std::move(report.findings));
}

void Check::judge_beside_last_run(const Now& now, std::uint64_t close_waits,
                                  const std::vector<std::uint16_t>& left_ports) {
  if (!remembers_) return;
  detect::BaselineStep result =
      detect::step(memory_ ? &memory_->baseline : nullptr, this_run(now, left_ports), plan_.thresholds);
  for (std::string& note : result.notes) coverage().warn("state_file", std::move(note));
  keep(std::move(result.report.verdicts));
  keep(std::move(result.report.findings));

  RunMemory next{.baseline = std::move(result.next),
                 .close_waits = {},
                 .spacing = std::nullopt,
                 .filter_words = plan_.filter_words};
  bool kept = false;
  if (memory_) {
    next.close_waits = std::move(memory_->close_waits);
    const auto apart = now.facts.boot_time - memory_->baseline.boot_time;
    // A run that came right after another one keeps what that one left.
    kept = apart.count() == 0 || next.baseline.boot_time != now.facts.boot_time;
    next.spacing = memory_->spacing;
    // One run by hand between two others makes neither of them late.
    if (apart.count() > 0 && !kept) next.spacing = std::max(apart, memory_->spacing.value_or(apart) / 2);
  }
  if (!kept) next.close_waits.push_back(close_waits);
  if (next.close_waits.size() > RunMemory::kMostCloseWaits) next.close_waits.erase(next.close_waits.begin());
  save(std::move(next));
}

void Check::save(RunMemory next) {
  if (const auto written = plan_.memory->replace(memory_text(next)); !written) {
    lose_memory(written.error().sentence());
  }
}

void Check::keep(std::vector<Finding> findings) {
  std::erase_if(findings, [this](const Finding& finding) { return !wants(finding.rule); });
  merge(report_.findings, std::move(findings));
}

/// If the user chose rules, one that cannot judge makes the result UNKNOWN. Else what it did not see gets a line of its
/// own.
void Check::tell(diagnose::Unseen unseen) {
  if (!wants(unseen.rule)) return;
  const bool rows_unjudged = unseen.unjudged > 0;
  const bool unable = rows_unjudged || unseen.not_at_all;
  const bool asked_for = !plan_.rules.empty();
  report_.all_judged = report_.all_judged && !rows_unjudged;
  if (unable) unjudged_.insert(unseen.rule);
  // What no check of this kind can judge is no news, unless it was asked for.
  if (unseen.not_at_all && !rows_unjudged && !asked_for) return;
  // The first run with a memory has nothing to compare with; the next one has.
  const bool starts = unseen.not_at_all && remembers_ && !memory_;
  if (!asked_for || !unable || starts) {
    std::vector<std::string>& told = report_.not_seen;
    if (std::find(told.begin(), told.end(), unseen.what) == told.end()) told.push_back(std::move(unseen.what));
    return;
  }
  const auto rows = static_cast<double>(unseen.unjudged);
  Finding one(std::string(unseen.rule), Severity::unknown, Subject::host(),
              {{"not_judged", rows, rows_unjudged ? ">=" : "", rows_unjudged ? std::optional<double>(1) : std::nullopt,
                "sockets", 0, std::string(diagnose::kFromDump)}});
  one.message = "not seen: " + unseen.what;
  merge(report_.findings, {std::move(one)});
}

void Check::keep(std::vector<SynVerdict> verdicts) {
  const auto rules = detect::detect_rules();
  if (std::none_of(rules.begin(), rules.end(), [this](const RuleInfo& rule) { return wants(rule.id); })) return;
  report_.judged_half_opens = true;
  merge(report_.verdicts, std::move(verdicts));
}

}  // namespace

CheckReport run(Host& host, const CheckPlan& plan) {
  return plan.warning || plan.critical ? count_sockets(host, plan) : Check(host, plan).run();
}

}  // namespace tcpstat::check
