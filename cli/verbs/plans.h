#pragma once
// The only place where a command of the user becomes plans for the engines.

#include "base/text_buffer.h"
#include "check/check.h"
#include "cli/options/command.h"
#include "cli/output.h"
#include "cli/verbs/list_columns.h"
#include "model/host.h"
#include "parsers/host/opened_host.h"
#include "render/formats.h"
#include "survey/dump.h"

namespace tcpstat::cli::verbs {

host::HostOptions host_options(const options::SourceChoice& source, const filter::Filter& filter = {});

/// The filter with the names that the host knows: without them, no test of a name holds.
filter::Filter settled(filter::Filter filter, Host& host);

// The filters of these plans are settled.

/// `used`: the columns that the run looks at.
survey::DumpPlan list_plan(const filter::Filter& filter, const options::RowChoice& rows, const Columns& used,
                           Host& host);
survey::DumpPlan summary_plan(const filter::Filter& filter, const std::vector<std::string>& group_by, Host& host);
/// For transitions: every row, because a transition is shown if either side matches.
survey::DumpPlan events_plan(const filter::Filter& filter, Host& host);
/// The plan without the memory of earlier runs.
check::CheckPlan check_plan(const options::CheckCommand& check);

/// Without columns: only a list has them, and add_rows() adds what it shows.
render::RenderSettings render_settings(const filter::Filter& filter, const options::TextChoice& text, When colour,
                                       const Output& output, TextBuffer& out, Host& host);
void add_rows(const options::RowChoice& rows, const Columns& columns, render::RenderSettings& to);

}  // namespace tcpstat::cli::verbs
