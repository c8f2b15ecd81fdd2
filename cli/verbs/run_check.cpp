// tcpstat check: a verdict with evidence and an exit code.

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "check/merge_namespaces.h"
#include "cli/state_file.h"
#include "cli/verbs/check_ending.h"
#include "cli/verbs/counted_metrics.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"
#include "parsers/bpf/handshake_counter.h"
#include "parsers/host/many_namespaces.h"

namespace tcpstat::cli::verbs {
namespace {

Expected<void> write_metrics(const std::string& path, const CheckReport& report) {
  auto output = Output::open(path);
  if (!output) return tl::make_unexpected(output.error());
  TextBuffer out(output->fd());
  render::format(render::FormatId::prometheus).check({.out = out}, report);
  out.flush();
  if (out.error() != 0) return failure("write " + output->name(), out.error());
  return output->commit();
}

/// What was asked for is not there: that is not ok, however quiet the host is.
void say_unwritten(const Error& error, CheckReport& report) {
  report.reading.coverage.lose("metrics_file", error.sentence());
  if (report.status >= Severity::warning) return;
  report.status = Severity::unknown;
  report.headline = error.sentence();
}

/// So many namespaces are looked at side by side: while two samples are taken, each check mostly sleeps.
constexpr std::size_t kSideBySide = 64;

/// The check of one of several namespaces; nothing where it ended meanwhile.
std::optional<check::NamespaceCheck> check_one(const host::KnownNamespace& known, const host::HostOptions& options,
                                               const check::CheckPlan& plan) {
  auto host = host::open_namespace(known, options);
  check::NamespaceCheck one{known.inode, known.label, {}};
  if (host) {
    check::CheckPlan settled_plan = plan;
    settled_plan.filter = settled(plan.filter, **host);
    one.report = check::run(**host, settled_plan);
    return one;
  }
  if (host::is_gone(known)) return std::nullopt;
  one.report.status = Severity::unknown;
  one.report.headline = host.error().sentence();
  one.report.reading.coverage.lose("netns_not_entered", host.error().sentence());
  return one;
}

/// Each namespace in a thread that enters it, and that ends there.
std::vector<check::NamespaceCheck> check_each(const host::NamespaceList& list, const host::HostOptions& options,
                                              const check::CheckPlan& plan) {
  const auto& all = list.namespaces;
  std::vector<std::optional<check::NamespaceCheck>> checks(all.size());
  std::atomic<std::size_t> next{0};
  std::vector<std::exception_ptr> failures(all.size());  // the first is thrown again where it is answered
  const auto work = [&] {
    const host::WayHome way_home;
    for (std::size_t i = next.fetch_add(1); i < all.size(); i = next.fetch_add(1)) {
      try {
        checks[i] = check_one(all[i], options, plan);
      } catch (...) {
        failures[i] = std::current_exception();
      }
      way_home.go();
    }
  };
  const std::size_t most = plan.interval ? kSideBySide : 1;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::min(most, all.size()); ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
  std::vector<check::NamespaceCheck> done;
  for (auto& one : checks) {
    if (one) done.push_back(std::move(*one));
  }
  return done;
}

ExitStatus run_many(const options::CheckCommand& command, const Notes& notes) {
  host::HostOptions options = host_options(command.source, command.filter);
  const check::CheckPlan plan = check_plan(command);
  // One after the other they share one walk of /proc; side by side each looks at the time of its own rows.
  if (!plan.interval) options.first_owners = std::make_shared<host::FirstOwners>();
  const auto list = host::chosen_namespaces(options.netns);
  if (!list) return end_unknown_check(command.output, list.error(), notes);
  auto output = Output::open(command.output.file, command.source.timeout);
  if (!output) return end_unknown_check(command.output, output.error(), notes);
  CheckReport report = check::merge(check_each(*list, options, plan));
  if (std::string hidden = host::hidden_namespaces(*list); !hidden.empty()) {
    report.status = worse(report.status, Severity::unknown);
    if (report.status == Severity::unknown) report.headline = hidden;
    report.reading.coverage.lose("netns_hidden", std::move(hidden));
  }
  return end_check(command.output, report, *output, notes);
}

/// Of the namespace that is looked at.
std::unique_ptr<HandshakeCounter> handshake_counter(const Host& host) {
  return bpf::handshake_counter(static_cast<std::uint32_t>(host.facts().netns.value_or(0)));
}

}  // namespace

ExitStatus run(const options::CheckCommand& command, const Notes& notes) {
  const bool live = host::info(command.source.id).live() && command.source.proc_root.empty();
  const auto* rules = std::get_if<options::RuleChoice>(&command.judge);
  // Limits are those of all sockets together.
  if (rules != nullptr && live && host::names_several(command.source.netns)) return run_many(command, notes);
  auto host = host::open_host(host_options(command.source, command.filter));
  if (!host) return end_unknown_check(command.output, host.error(), notes);
  auto output = Output::open(command.output.file, command.source.timeout);
  if (!output) return end_unknown_check(command.output, output.error(), notes);
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
    if (auto written = write_metrics(command.metrics_file, report); !written) say_unwritten(written.error(), report);
  }
  return end_check(command.output, report, *output, notes);
}

}  // namespace tcpstat::cli::verbs
