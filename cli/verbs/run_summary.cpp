// tcpstat summary: counts instead of rows.

#include <algorithm>

#include "cli/output.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/owner_stage.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/run_facts.h"
#include "cli/verbs/verbs.h"
#include "filter/query.h"
#include "survey/grouping.h"
#include "survey/selection.h"
#include "survey/summarizer.h"

namespace tcpstat::cli::verbs {

ExitStatus run_summary(const options::Request& request, const Notes& notes) {
  auto reading = host::open_host(host_options(request));
  if (!reading) return end_failed(reading.error(), notes);
  auto output = Output::open(request.output_file);
  if (!output) return end_failed(output.error(), notes);
  filter::Query query;
  query.filter = request.filter;
  query.states = states_to_read(request);

  const bool grouped = !request.group_by.empty();
  const auto& keys = request.group_by;
  survey::Grouping grouping(keys, (*reading)->names());
  survey::Summarizer summarizer;
  Sink* next = grouped ? static_cast<Sink*>(&grouping) : &summarizer;

  const bool by_process = std::find(keys.begin(), keys.end(), survey::kProcessKey) != keys.end();
  OwnerStage owners(**reading, by_process || request.filter.needs_owners(), request.filter);
  if (auto opened = owners.open(); !opened) return end_failed(opened.error(), notes);
  next = &owners.behind_selection(*next);
  survey::Selection selection(request.filter, half_opens_in(request, query), *next);

  Report report = start_report(request, **reading);
  const auto read = (*reading)->read(query, owners.before_selection(selection), report.coverage);
  owners.finish(selection);
  owners.add_warnings(report.coverage);
  complete_warnings(report.coverage, read);
  report.source = (*reading)->source_name();
  report.tally = selection.tally();

  Summary summary;
  if (grouped) {
    summary.keys = grouping.keys();
    summary.groups = grouping.groups();
  } else {
    summary = summarizer.summary(report);
  }
  TextBuffer out(output->fd());
  if (worth_writing(request, report, read)) {
    request.format->make(render_settings(request, *output, out, **reading, {}))->summary(report, summary);
  }

  return conclude(request, report, owners, out, *output, reading_status(request, report.coverage, read), notes);
}

}  // namespace tcpstat::cli::verbs
