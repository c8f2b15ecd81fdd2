// tcpstat summary: counts instead of rows.

#include <algorithm>

#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/verbs/counted_metrics.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/summary_screen.h"
#include "cli/verbs/verbs.h"
#include "survey/grouping.h"
#include "survey/mptcp_count.h"
#include "survey/summarizer.h"

namespace tcpstat::cli::verbs {

namespace {

/// Keeps the first of each list; the states of a plain summary are no list. Returns whether anything was left out.
bool cut(Summary& summary, std::uint64_t most) {
  bool shorter = false;
  const auto cut_one = [&](auto& list) {
    if (list.size() <= most) return;
    list.resize(static_cast<std::size_t>(most), list.front());
    shorter = true;
  };
  if (!summary.details) cut_one(summary.groups);
  cut_one(summary.listeners);
  cut_one(summary.top_remotes);
  cut_one(summary.top_prefixes);
  return shorter;
}

/// Counts of MPTCP beside rows from netlink, which alone knows them. A filter by processes would look for owners twice
/// more.
std::optional<MptcpCounts> mptcp_beside(const survey::Dump& dump, const filter::Filter& filter, Host& host) {
  if (dump.error || host.source_name() != "netlink" || filter.needs_owners()) return std::nullopt;
  host.keep_source();
  return survey::count_mptcp(host, settled(filter, host));
}

/// The lines for the summary, without those of the prompt and of the note that tells what is left out.
std::size_t screen_lines(const Terminal& terminal) {
  constexpr std::size_t kUsual = 24;
  constexpr std::size_t kBelow = 2;
  return std::max(kUsual, terminal.height) - kBelow;
}

}  // namespace

ExitStatus run(const options::SummaryCommand& command, const Notes& notes) {
  auto opened = host::open_host(host_options(command.source, command.filter));
  if (!opened) {
    write_failed(render::format(command.output.format), command.source, command.output, Unread::counts, opened.error());
    return end_failed(opened.error(), notes);
  }
  Host& host = **opened;
  auto output = Output::open(command.output.file, command.source.timeout);
  if (!output) return end_failed(output.error(), notes);

  const bool grouped = !command.group_by.empty();
  survey::Grouping grouping(command.group_by, host.names());
  survey::Summarizer summarizer;
  const render::Format& format = render::format(command.output.format);
  std::optional<CountedMetrics> metrics;
  if (format.counts_metrics) metrics.emplace(host, command.group_by, command.metrics_ports);
  Sink& counts = metrics ? metrics->rows() : grouped ? static_cast<Sink&>(grouping) : summarizer;
  survey::DumpPlan plan = summary_plan(command.filter, command.group_by, host);
  plan.query.parts.memory = format.counts_metrics;  // what listeners have dropped
  plan.query.mptcp = command.mptcp;
  survey::Dump dump = survey::take(host, plan, counts);

  Summary summary;
  if (metrics) {
    summary.metrics = metrics->take();
    summary.counters = metrics->counters();
  } else if (grouped) {
    summary.keys = grouping.keys();
    summary.groups = grouping.groups();
  } else {
    summary = summarizer.summary(dump.report);
    if (!command.mptcp) summary.mptcp = mptcp_beside(dump, command.filter, host);
  }
  if (command.limit && cut(summary, *command.limit)) dump.report.limited = true;
  TextBuffer out(output->fd());
  std::string left_out;
  if (worth_writing(format, dump)) {
    const render::RenderSettings settings =
        render_settings(command.filter, command.text, command.output.colour, *output, out, host);
    const bool screenful = format.for_people && settings.width != 0 && !command.output.verbose && !command.limit;
    if (screenful && summary.details) {
      left_out = fit_screen(summary, dump.report, screen_lines(look_at_terminal(output->fd())));
    }
    format.summary(settings, dump.report, summary);
  }
  const ExitStatus status = conclude(command.source, command.output, dump, out, *output, notes);
  if (!left_out.empty()) notes.print(Notes::Level::note, left_out);
  return status;
}

}  // namespace tcpstat::cli::verbs
