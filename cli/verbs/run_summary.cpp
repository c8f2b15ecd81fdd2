// tcpstat summary: counts instead of rows.

#include "cli/output.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"
#include "survey/grouping.h"
#include "survey/summarizer.h"

namespace tcpstat::cli::verbs {

ExitStatus run_summary(const options::Request& request, const Notes& notes) {
  auto opened = host::open_host(host_options(request));
  if (!opened) return end_failed(opened.error(), notes);
  Host& host = **opened;
  auto output = Output::open(request.output_file);
  if (!output) return end_failed(output.error(), notes);

  const bool grouped = !request.group_by.empty();
  survey::Grouping grouping(request.group_by, host.names());
  survey::Summarizer summarizer;
  Sink& counts = grouped ? static_cast<Sink&>(grouping) : summarizer;
  const survey::Dump dump = survey::take(host, summary_plan(request), counts);

  Summary summary;
  if (grouped) {
    summary.keys = grouping.keys();
    summary.groups = grouping.groups();
  } else {
    summary = summarizer.summary(dump.report);
  }
  TextBuffer out(output->fd());
  if (worth_writing(request, dump)) {
    request.format->summary(render_settings(request, *output, out, host, {}), dump.report, summary);
  }
  return conclude(request, dump, out, *output, notes);
}

}  // namespace tcpstat::cli::verbs
