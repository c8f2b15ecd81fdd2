#include "cli/verbs/plans.h"

#include <algorithm>

#include "base/shell_word.h"
#include "cli/terminal.h"
#include "model/column_needs.h"
#include "parsers/host/many_namespaces.h"
#include "survey/grouping.h"

namespace tcpstat::cli::verbs {
namespace {

using Owners = survey::DumpPlan::Owners;

Owners required_if(bool wanted) { return wanted ? Owners::required : Owners::not_read; }

/// A listener's half-opens are counted from their rows, shown or not.
StateSet states_to_read(const filter::Filter& filter) {
  const StateSet shown = filter.states;
  return shown.has(State::listen) ? shown | StateSet{State::syn_recv} : shown;
}

void ask_for(const ColumnNeeds& needs, survey::DumpPlan& plan, Host& host) {
  if (needs.namespaces) host.names().find_namespaces();
  plan.query.parts = needs.parts;
  if (needs.owners == OwnersNeed::required) plan.owners = Owners::required;
  if (needs.owners == OwnersNeed::helpful && plan.owners == Owners::not_read) plan.owners = Owners::helpful;
}

}  // namespace

host::HostOptions host_options(const options::SourceChoice& source, const filter::Filter& filter) {
  const bool elsewhere = !source.proc_root.empty() || !host::info(source.id).live();
  // A live host is asked for each user as the rows come.
  std::vector<std::string> user_names = elsewhere ? filter.expression_users : std::vector<std::string>();
  return {.netns = source.netns,
          .source = source.id,
          .file = source.file,
          .proc_root = source.proc_root,
          .timeout = source.timeout,
          .needs_owners = filter.needs_owners(),
          .user_names = std::move(user_names),
          .needs_autobound = filter.needs.autobound,
          .devices = filter.needs.devices,
          .cgroups = filter.needs.cgroups,
          .byte_order = source.byte_order,
          .sample = source.sample,
          .at = source.at,
          .mptcp = source.mptcp};
}

filter::Filter settled(filter::Filter filter, Host& host) {
  filter::settle(filter, host.names());
  return filter;
}

survey::DumpPlan list_plan(const filter::Filter& filter, const options::RowChoice& rows, const Columns& used,
                           Host& host) {
  ColumnNeeds needs;
  for (const Column* one : used) needs |= needs_of(*one);
  if (rows.info) needs.parts = {.tcp_info = true, .memory = true, .congestion = true, .congestion_values = true};
  if (rows.memory) needs.parts.memory = true;
  if (rows.processes) needs.owners = OwnersNeed::required;
  survey::DumpPlan plan;
  plan.query.filter = settled(filter, host);
  plan.query.states = states_to_read(filter);
  plan.owners = required_if(filter.needs_owners());
  ask_for(needs, plan, host);
  plan.sort = rows.sort;
  plan.limit = rows.limit;
  return plan;
}

survey::DumpPlan summary_plan(const filter::Filter& filter, const std::vector<std::string>& group_by, Host& host) {
  ColumnNeeds needs;
  for (const std::string& key : group_by) needs |= survey::needs_of_key(key);
  survey::DumpPlan plan;
  plan.query.filter = settled(filter, host);
  plan.query.states = states_to_read(filter);
  plan.owners = required_if(filter.needs_owners());
  ask_for(needs, plan, host);
  return plan;
}

survey::DumpPlan events_plan(const filter::Filter& filter, Host& host) {
  survey::DumpPlan plan;
  plan.query.filter = settled(filter, host);
  plan.rows = survey::DumpPlan::Rows::every;
  plan.owners = required_if(filter.needs_owners());
  return plan;
}

check::CheckPlan check_plan(const options::CheckCommand& check) {
  check::CheckPlan plan{.filter = check.filter, .filter_words = check.filter_words};
  if (const auto* limits = std::get_if<options::CountLimits>(&check.judge)) {
    // The host names one namespace by itself; of several it does not know how they were chosen.
    const std::string& netns = check.source.netns;
    if (host::names_several(netns)) plan.netns_words = " --netns " + shell_word(netns);
    if (limits->warning) plan.warning = {*limits->warning, limits->warning_text};
    if (limits->critical) plan.critical = {*limits->critical, limits->critical_text};
  } else {
    const auto& choice = std::get<options::RuleChoice>(check.judge);
    plan.rules = choice.rules;
    plan.thresholds = choice.thresholds;
    plan.interval = choice.interval;
  }
  return plan;
}

render::RenderSettings render_settings(const filter::Filter& filter, const options::TextChoice& text, When colour,
                                       const Output& output, TextBuffer& out, Host& host) {
  const Terminal terminal = look_at_terminal(output.fd());
  return {.out = out,
          .names = host.names(),
          .facts = host.facts(),
          .columns = {},
          .header = text.header,
          .states = filter.states,
          .width = text.truncate ? terminal.width : 0,
          .colour = choose_colour(colour, terminal),
          .ellipsis = terminal.ellipsis(),
          .charset = terminal.foreign_charset()};
}

void add_rows(const options::RowChoice& rows, const Columns& columns, render::RenderSettings& to) {
  to.columns = columns;
  to.processes = rows.processes;
  to.tcp_info = rows.info;
  to.protocol = tcp_or_mptcp(rows.mptcp);
  to.asked = rows.columns;
  to.asked.insert(to.asked.end(), rows.added_columns.begin(), rows.added_columns.end());
}

}  // namespace tcpstat::cli::verbs
