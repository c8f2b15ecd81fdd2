// tcpstat: the list of connections.

#include <algorithm>
#include <memory>

#include "cli/output.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/list_columns.h"
#include "cli/verbs/list_verdict.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"
#include "cli/verbs/waiting_rows.h"
#include "parsers/names/reverse_dns.h"
#include "render/judgement_text.h"

namespace tcpstat::cli::verbs {
namespace {

/// How long name servers may keep us waiting in all.
constexpr std::chrono::milliseconds kResolveLimit{5000};

/// One row is enough.
class FirstMatch final : public Sink {
 public:
  Flow connection(const Connection&) override { return Flow::stop; }
  Flow listener(const Listener&) override { return Flow::stop; }
};

/// -q: whether there is such a connection.
ExitStatus look_for_match(const options::Request& request, Host& host, const Notes& notes) {
  survey::DumpPlan plan = list_plan(request, chosen_columns(request));
  plan.until = survey::DumpPlan::Until::first_match;
  plan.sort.clear();
  plan.limit.reset();
  FirstMatch first_match;
  const survey::Dump dump = survey::take(host, plan, first_match);
  print_warnings(dump.report.coverage, notes);
  const ExitStatus status = reading_status(request, dump);
  if (status == ExitStatus::failed) return status;
  return dump.report.tally.total() > 0 ? ExitStatus::done : ExitStatus::no_match;
}

}  // namespace

ExitStatus run_list(const options::Request& request, const Notes& notes) {
  auto opened = host::open_host(host_options(request));
  if (!opened) return end_failed(opened.error(), notes);
  Host& host = **opened;
  if (request.quiet) return look_for_match(request, host, notes);
  auto output = Output::open(request.output_file);
  if (!output) return end_failed(output.error(), notes);

  const Columns columns = chosen_columns(request);
  survey::DumpPlan plan = list_plan(request, columns);
  ListVerdict verdict(request, *output, host, plan);
  TextBuffer out(output->fd());
  render::RenderSettings settings = render_settings(request, *output, out, host, columns);
  std::unique_ptr<render::ListWriter> writer;
  std::unique_ptr<KnownHosts> hosts;
  survey::Dump dump;
  if (request.resolve && request.format->name == "table") {
    WaitingRows waiting;
    dump = survey::take(host, plan, waiting);
    const auto left = std::min(request.timeout.value_or(kResolveLimit), kResolveLimit);
    hosts = std::make_unique<KnownHosts>(names::resolve_hosts(waiting.addresses(), left));
    settings.hosts = hosts.get();
    writer = request.format->list(settings);
    waiting.finish(*writer);
  } else {
    writer = request.format->list(settings);
    dump = survey::take(host, plan, *writer);
  }
  verdict.judge(dump.report);
  if (worth_writing(request, dump)) writer->finish(dump.report);
  if (verdict.below_table(dump.report)) render::write_verdict_lines(out, dump.report.verdicts, dump.report.findings);
  return conclude(request, dump, out, *output, notes);
}

}  // namespace tcpstat::cli::verbs
