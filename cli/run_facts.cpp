#include "cli/run_facts.h"

#include "cli/terminal.h"

namespace tcpstat {

StateSet states_to_read(const Request& request) {
  const StateSet shown = request.filter.states;
  return shown.has(State::listen) ? shown | StateSet{State::syn_recv} : shown;
}

Selection::HalfOpens half_opens_in(const Request& request, const Query& query) {
  const bool read = query.states.has(State::syn_recv) && request.source != "both";
  return read ? Selection::HalfOpens::read : Selection::HalfOpens::not_read;
}

RenderSettings render_settings(const Request& request, const Output& output, TextBuffer& out, Reading& reading,
                               std::vector<const Column*> columns) {
  const Terminal terminal = look_at_terminal(output.fd());
  return {.out = out,
          .names = reading.names(),
          .facts = reading.facts(),
          .columns = std::move(columns),
          .header = request.header,
          .states = request.filter.states,
          .width = request.truncate ? terminal.width : 0,
          .colour = choose_colour(request.colour, terminal),
          .ellipsis = terminal.ellipsis(),
          .processes = request.processes,
          .tcp_info = request.info};
}

bool worth_writing(const Request& request, const Report& report, const Expected<void>& read) {
  return read || report.coverage.rows_read > 0 || !request.format->has_columns;
}

Report start_report(const Request& request, const Reading& reading) {
  const Filter& filter = request.filter;
  Report report;
  report.facts = reading.facts();
  report.selected = filter.states;
  report.ipv4 = filter.ipv4;
  report.ipv6 = filter.ipv6;
  report.filtered = filter.has_conditions() || !filter.ipv4 || !filter.ipv6;
  return report;
}

}  // namespace tcpstat
