#include "cli/verbs/plans.h"

#include <algorithm>

#include "cli/terminal.h"
#include "survey/grouping.h"

namespace tcpstat::cli::verbs {
namespace {

using Owners = survey::DumpPlan::Owners;

Owners required_if(bool wanted) { return wanted ? Owners::required : Owners::not_read; }

/// A listener's half-opens are counted from their rows, shown or not.
StateSet states_to_read(const options::Request& request) {
  const StateSet shown = request.filter.states;
  return shown.has(State::listen) ? shown | StateSet{State::syn_recv} : shown;
}

}  // namespace

host::HostOptions host_options(const options::Request& request) {
  return {.netns = request.netns,
          .source = request.source,
          .file = request.file,
          .proc_root = request.proc_root,
          .timeout = request.timeout,
          .needs_owners = request.filter.needs_owners()};
}

survey::DumpPlan list_plan(const options::Request& request, const Columns& columns) {
  const Columns used = used_columns(request, columns);
  const bool flags = request.info || has_column(used, ColumnId::FLAGS);
  survey::DumpPlan plan;
  plan.query.filter = request.filter;
  plan.query.states = states_to_read(request);
  // Two flags rest on tcp_info, and one of them on memory: who asks for the column, asks for all of them.
  plan.query.tcp_info = flags || has_column(used, ColumnId::tcp_info);
  plan.query.memory = flags;
  plan.query.congestion = request.info || has_column(used, ColumnId::CONGESTION);
  plan.owners = required_if(request.processes || request.filter.needs_owners() || has_column(used, ColumnId::PID) ||
                            has_column(used, ColumnId::PROCESS));
  plan.sort = request.sort;
  plan.limit = request.limit;
  return plan;
}

survey::DumpPlan summary_plan(const options::Request& request) {
  const auto& keys = request.group_by;
  survey::DumpPlan plan;
  plan.query.filter = request.filter;
  plan.query.states = states_to_read(request);
  plan.owners = required_if(request.filter.needs_owners() ||
                            std::find(keys.begin(), keys.end(), survey::kProcessKey) != keys.end());
  return plan;
}

survey::DumpPlan events_plan(const options::Request& request) {
  survey::DumpPlan plan;
  plan.query.filter = request.filter;
  plan.rows = survey::DumpPlan::Rows::every;
  plan.owners = required_if(request.filter.needs_owners());
  return plan;
}

check::CheckPlan check_plan(const options::Request& request) {
  const options::CheckRequest& check = request.check;
  const auto limit = [](const std::optional<check::ValueRange>& range, const std::string& text) {
    return range ? std::optional(check::CountRange{*range, text}) : std::nullopt;
  };
  return {.filter = request.filter,
          .filter_words = check.filter_words,
          .warning = limit(check.warning, check.warning_text),
          .critical = limit(check.critical, check.critical_text),
          .rules = check.rules,
          .thresholds = check.thresholds,
          .interval = request.interval};
}

render::RenderSettings render_settings(const options::Request& request, const Output& output, TextBuffer& out,
                                       Host& host, Columns columns) {
  const Terminal terminal = look_at_terminal(output.fd());
  return {.out = out,
          .names = host.names(),
          .facts = host.facts(),
          .columns = std::move(columns),
          .header = request.header,
          .states = request.filter.states,
          .width = request.truncate ? terminal.width : 0,
          .colour = choose_colour(request.colour, terminal),
          .ellipsis = terminal.ellipsis(),
          .processes = request.processes,
          .tcp_info = request.info};
}

}  // namespace tcpstat::cli::verbs
