#include "cli/verbs/run_facts.h"

#include "cli/terminal.h"

namespace tcpstat::cli::verbs {

StateSet states_to_read(const options::Request& request) {
  const StateSet shown = request.filter.states;
  return shown.has(State::listen) ? shown | StateSet{State::syn_recv} : shown;
}

survey::Selection::HalfOpens half_opens_in(const options::Request& request, const filter::Query& query) {
  const bool read = query.states.has(State::syn_recv) && request.source != "both";
  return read ? survey::Selection::HalfOpens::read : survey::Selection::HalfOpens::not_read;
}

render::RenderSettings render_settings(const options::Request& request, const Output& output, TextBuffer& out,
                                       Host& reading, std::vector<const Column*> columns) {
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

bool worth_writing(const options::Request& request, const Report& report, const Expected<void>& read) {
  return read || report.coverage.rows_read > 0 || !request.format->has_columns;
}

Report start_report(const options::Request& request, const Host& reading) {
  const filter::Filter& filter = request.filter;
  Report report;
  report.facts = reading.facts();
  report.selected = filter.states;
  report.ipv4 = filter.ipv4;
  report.ipv6 = filter.ipv6;
  report.filtered = filter.has_conditions() || !filter.ipv4 || !filter.ipv6;
  return report;
}

}  // namespace tcpstat::cli::verbs
