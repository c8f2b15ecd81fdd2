// tcpstat summary: counts instead of rows.

#include "cli/output.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"
#include "survey/grouping.h"
#include "survey/summarizer.h"

namespace tcpstat::cli::verbs {

ExitStatus run(const options::SummaryCommand& command, const Notes& notes) {
  auto opened = host::open_host(host_options(command.source, command.filter));
  if (!opened) {
    write_failed(render::format(command.output.format), command.output, WithRows::no, opened.error());
    return end_failed(opened.error(), notes);
  }
  Host& host = **opened;
  auto output = Output::open(command.output.file, command.source.timeout);
  if (!output) return end_failed(output.error(), notes);

  const bool grouped = !command.group_by.empty();
  survey::Grouping grouping(command.group_by, host.names());
  survey::Summarizer summarizer;
  Sink& counts = grouped ? static_cast<Sink&>(grouping) : summarizer;
  const survey::Dump dump = survey::take(host, summary_plan(settled(command.filter, host), command.group_by), counts);

  Summary summary;
  if (grouped) {
    summary.keys = grouping.keys();
    summary.groups = grouping.groups();
  } else {
    summary = summarizer.summary(dump.report);
  }
  TextBuffer out(output->fd());
  const render::Format& format = render::format(command.output.format);
  if (worth_writing(format, dump)) {
    format.summary(render_settings(command.filter, command.text, *output, out, host), dump.report, summary);
  }
  return conclude(command.source, command.output, dump, out, *output, notes);
}

}  // namespace tcpstat::cli::verbs
