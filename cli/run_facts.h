#pragma once
// What list and summary settle alike from a request.

#include "base/text_buffer.h"
#include "cli/output.h"
#include "cli/reading.h"
#include "cli/request.h"
#include "model/report.h"
#include "render/renderer.h"
#include "survey/selection.h"

namespace tcpstat {

/// The states to read: a listener's half-opens are counted from their rows, shown or not.
StateSet states_to_read(const Request& request);
/// Whether listeners can be told their half-opens: those that both sources show never come with `both`.
Selection::HalfOpens half_opens_in(const Request& request, const Query& query);
RenderSettings render_settings(const Request& request, const Output& output, TextBuffer& out, Reading& reading,
                               std::vector<const Column*> columns);
/// A header or zeros over a source that could not be read would say that there is nothing; a JSON document says itself
/// that it is not complete.
bool worth_writing(const Request& request, const Report& report, const Expected<void>& read);
/// Without what only the end of the dump knows.
Report start_report(const Request& request, const Reading& reading);

}  // namespace tcpstat
