// tcpstat check: a verdict with evidence and an exit code.

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "check/merge_namespaces.h"
#include "cli/state_file.h"
#include "cli/verbs/check_ending.h"
#include "cli/verbs/counted_metrics.h"
#include "cli/verbs/each_namespace.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"
#include "parsers/bpf/handshake_counter.h"
#include "parsers/host/many_namespaces.h"

namespace tcpstat::cli::verbs {
namespace {

Expected<void> write_metrics(const options::CheckCommand& command, const CheckReport& report) {
  auto output = Output::open(command.metrics_file, command.source.timeout);
  if (!output) return tl::make_unexpected(output.error());
  TextBuffer out(output->fd());
  render::format(render::FormatId::prometheus).check({.out = out}, report);
  out.flush();
  if (out.error() != 0) return failure("write " + output->name(), out.error());
  return output->commit();
}

/// Metrics that were asked for were not written: that is not OK, however quiet the host is. A report that is UNKNOWN
/// keeps its own reason.
void say_unwritten(const Error& error, CheckReport& report) {
  report.reading.coverage.lose("metrics_file", error.sentence());
  if (report.status >= Severity::unknown) return;
  report.status = Severity::unknown;
  report.headline = error.sentence();
}

/// How many namespaces are looked at side by side: while two samples are taken, each check mostly sleeps.
constexpr std::size_t kSideBySide = 64;

/// How each of several namespaces is looked at.
struct EachPlan {
  const host::HostOptions& options;
  const check::CheckPlan& plan;
  std::shared_ptr<bpf::HandshakePrograms> programs;  ///< null: handshakes are not counted
};

/// The check of one of several namespaces; nothing if it has ended meanwhile.
std::optional<check::NamespaceCheck> check_one(const host::KnownNamespace& known, const EachPlan& each) {
  const auto& [options, plan, programs] = each;
  auto host = host::open_namespace(known, options);
  check::NamespaceCheck one{known.inode, known.label, {}};
  if (host) {
    check::CheckPlan settled_plan = plan;
    settled_plan.filter = settled(plan.filter, **host);
    std::unique_ptr<HandshakeCounter> handshakes;
    if (programs) {
      handshakes = bpf::handshake_counter(static_cast<std::uint32_t>(known.inode), programs);
      settled_plan.handshakes = handshakes.get();
    }
    one.report = check::run(**host, settled_plan);
    return one;
  }
  if (host::is_gone(known)) return std::nullopt;
  note_not_entered(host.error(), one);
  return one;
}

ExitStatus run_many(const options::CheckCommand& command, const Notes& notes) {
  host::HostOptions options = host_options(command.source, command.filter);
  const check::CheckPlan plan = check_plan(command);
  // One walk of /proc tells the owners of all. Samples that come an interval later have a walk of their own.
  constexpr std::chrono::seconds kLasts{1};
  using Lasts = std::optional<std::chrono::milliseconds>;
  options.shared_owners = std::make_shared<host::SharedOwners>(plan.interval ? Lasts(kLasts) : std::nullopt);
  const auto list = host::chosen_namespaces(options.netns);
  if (!list) return end_unknown_check(command, list.error(), notes);
  auto output = Output::open(command.output.file, command.source.timeout);
  if (!output) return end_unknown_check(command, output.error(), notes);
  const auto* rules = std::get_if<options::RuleChoice>(&command.judge);
  const bool exact = rules != nullptr && rules->exact;
  const EachPlan each{options, plan, exact ? bpf::shared_handshake_programs() : nullptr};
  const std::size_t threads = plan.interval ? kSideBySide : 1;
  CheckReport report = check::merge(judge_each<check::NamespaceCheck>(
      *list, threads, [&](const host::KnownNamespace& known) { return check_one(known, each); }));
  note_hidden(*list, report);
  return end_check(command.output, report, *output, notes);
}

/// The counter for the namespace that is looked at.
std::unique_ptr<HandshakeCounter> handshake_counter(const Host& host) {
  return bpf::handshake_counter(static_cast<std::uint32_t>(host.facts().netns.value_or(0)));
}

}  // namespace

ExitStatus run(const options::CheckCommand& command, const Notes& notes) {
  const bool live = host::info(command.source.id).live() && command.source.proc_root.empty();
  const auto* rules = std::get_if<options::RuleChoice>(&command.judge);
  // The limits of -w and -c are for all sockets together.
  if (rules != nullptr && live && host::names_several(command.source.netns)) return run_many(command, notes);
  auto host = host::open_host(host_options(command.source, command.filter));
  if (!host) return end_unknown_check(command, host.error(), notes);
  auto output = Output::open(command.output.file, command.source.timeout);
  if (!output) return end_unknown_check(command, output.error(), notes);
  check::CheckPlan plan = check_plan(command);
  plan.filter = settled(plan.filter, **host);
  std::optional<StateFile> state_file;
  if (rules != nullptr && !rules->state_file.empty()) {
    plan.memory = &state_file.emplace(rules->state_file, command.source.timeout);
  }
  std::unique_ptr<HandshakeCounter> handshakes;
  if (rules != nullptr && rules->exact) {
    handshakes = handshake_counter(**host);
    plan.handshakes = handshakes.get();
  }
  std::optional<CountedMetrics> metrics;
  if (render::format(command.output.format).counts_metrics || !command.metrics_file.empty()) {
    metrics.emplace(**host, std::vector<std::string>{}, command.metrics_ports);
    plan.audience = &metrics->rows();
  }
  CheckReport report = check::run(**host, plan);
  if (metrics) report.metrics = metrics->take();
  if (!command.metrics_file.empty()) {
    if (auto written = write_metrics(command, report); !written) say_unwritten(written.error(), report);
  }
  return end_check(command.output, report, *output, notes);
}

}  // namespace tcpstat::cli::verbs
