#pragma once
// What list and summary settle alike from a request.

#include "base/text_buffer.h"
#include "cli/options/request.h"
#include "cli/output.h"
#include "filter/query.h"
#include "model/host.h"
#include "render/renderer.h"
#include "report/report.h"
#include "survey/selection.h"

namespace tcpstat::cli::verbs {

/// The states to read: a listener's half-opens are counted from their rows, shown or not.
StateSet states_to_read(const options::Request& request);
/// Whether listeners can be told their half-opens: those that both sources show never come with `both`.
survey::Selection::HalfOpens half_opens_in(const options::Request& request, const filter::Query& query);
render::RenderSettings render_settings(const options::Request& request, const Output& output, TextBuffer& out,
                                       Host& reading, std::vector<const Column*> columns);
/// A header or zeros over a source that could not be read would say that there is nothing; a JSON document says itself
/// that it is not complete.
bool worth_writing(const options::Request& request, const Report& report, const Expected<void>& read);
/// Without what only the end of the dump knows.
Report start_report(const options::Request& request, const Host& reading);

}  // namespace tcpstat::cli::verbs
