#pragma once
// What the words of the user mean to those who do the work: the only place where a request becomes their plans.

#include "base/text_buffer.h"
#include "check/check.h"
#include "cli/options/request.h"
#include "cli/output.h"
#include "cli/verbs/list_columns.h"
#include "model/host.h"
#include "parsers/host/opened_host.h"
#include "render/formats.h"
#include "survey/dump.h"

namespace tcpstat::cli::verbs {

host::HostOptions host_options(const options::Request& request);

/// `columns`: those that are printed.
survey::DumpPlan list_plan(const options::Request& request, const Columns& columns);
survey::DumpPlan summary_plan(const options::Request& request);
/// For transitions: every row, because a transition is shown if either side matches.
survey::DumpPlan events_plan(const options::Request& request);
/// Without its memory.
check::CheckPlan check_plan(const options::Request& request);

render::RenderSettings render_settings(const options::Request& request, const Output& output, TextBuffer& out,
                                       Host& host, Columns columns);

}  // namespace tcpstat::cli::verbs
