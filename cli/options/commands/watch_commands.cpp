#include "cli/options/choices.h"
#include "cli/options/commands/commands.h"
#include "cli/options/read_option.h"
#include "parsers/host/many_namespaces.h"

namespace tcpstat::cli::options {
namespace {

/// Reads where samples come from: they are new ones, or with --replay those of a record.
template <typename C>
Failure read_replay(const Words& words, C& to) {
  const auto span = [](const std::string& word) { return parse_time_span(word, now()); };
  if (auto failed = read_one(words, OptionId::replay, to.replay, span)) return failed;
  if (to.replay) {
    if (words.given(OptionId::source) || words.given(OptionId::proc_root) || words.given(OptionId::netns)) {
      return UsageError{"--replay shows the samples of a record: --record DIR names it"};
    }
    to.source.id = SourceId::record;
    if (to.source.file.empty()) to.source.file = kRecordDirectory;
    return std::nullopt;
  }
  if (to.source.id == SourceId::record) {
    return UsageError{"watch samples a live host; --replay FROM..TO shows the samples of a record"};
  }
  if (info(to.source.id).live()) return std::nullopt;
  if (find_trace_source(to.source.file) != nullptr) {
    return UsageError{"watch takes samples; to follow transitions by " + to.source.file + ", add --events"};
  }
  return UsageError{"watch samples a live host, so " + in_quotes(to.source.file) + " cannot be its source"};
}

Failure refuse_what_source_lacks(const TraceCommand& to) {
  if (to.source == nullptr) return std::nullopt;
  const std::string name(to.source->name);
  const auto takes = [](bool TraceSourceInfo::*can) { return "--source " + std::string(trace_source_that(can)); };
  if (!to.source->follows_commands && !to.command.empty()) {
    return UsageError{name + " does not tell whose a socket is; following a command takes " +
                      takes(&TraceSourceInfo::follows_commands)};
  }
  if (!to.source->tells_processes && to.processes) {
    return UsageError{name + " does not tell which process did it; -p takes " +
                      takes(&TraceSourceInfo::tells_processes)};
  }
  if (!to.source->tells_namespaces && !to.netns.empty() && to.netns != host::kAllNamespaces) {
    return UsageError{name + " shows the transitions of all network namespaces and does not say which is whose; " +
                      takes(&TraceSourceInfo::tells_namespaces) +
                      " tells them apart, and tcpstat watch --events --netns NAME samples one"};
  }
  return std::nullopt;
}

bool chooses_format(const Words& words) {
  return words.given(OptionId::format) || words.given(OptionId::json) || words.given(OptionId::output);
}

}  // namespace

Failure read(const Words& words, WatchCommand& to) {
  if (auto failed = read_parts(words, to)) return failed;
  if (auto failed = read_replay(words, to)) return failed;
  if (to.replay && words.given(OptionId::mptcp)) {
    return UsageError{"a record has connections of TCP, and MPTCP_TOKEN of their subflows: leave out --mptcp"};
  }
  if (auto failed = read_mptcp(words, to.rows.mptcp, to.source)) return failed;
  if (auto failed = read_rate(words, to.filter, to.source, to.rows)) return failed;
  if (chooses_format(words)) to.format_in_pipe = to.output.format;
  return read(words, to.sampling);
}

Failure read(const Words& words, EventsCommand& to) {
  if (auto failed = read_parts(words, to)) return failed;
  if (auto failed = refuse_rates(to.filter, to.source)) return failed;
  if (auto failed = read_replay(words, to)) return failed;
  if (!info(to.source.id).traits.one_source) {
    return UsageError{"watch --events follows the sockets of one source: --source netlink or --source proc"};
  }
  if (chooses_format(words)) to.format_in_pipe = to.output.format;
  return read(words, to.sampling);
}

Failure read(const Words& words, TraceCommand& to) {
  if (auto failed = read_filter(words, to.filter)) return failed;
  // A listener's own moves are transitions as well.
  if (const std::string_view word = to.filter.needs.row_word; !word.empty()) {
    return UsageError{"the kernel announces a transition without " + std::string(word) +
                      "; tcpstat watch --events reads whole rows"};
  }
  const bool chosen = words.given(OptionId::state) || words.given(OptionId::listening) || to.filter.needs.states;
  if (!chosen) to.filter.states = StateSet::all();
  if (auto failed = read(words, to.output)) return failed;
  if (auto failed = read(words, to.text)) return failed;
  if (auto failed = read_interval(words, OptionId::duration, to.duration, std::chrono::milliseconds(1))) return failed;
  if (auto failed = read_positive(words, OptionId::count, to.count, "a trace prints at least one transition"))
    return failed;
  to.strict = words.given(OptionId::strict);
  to.lives = words.given(OptionId::lives);
  to.processes = words.given(OptionId::processes);
  if (auto failed = read_one(words, OptionId::source, to.source, parse_trace_source)) return failed;
  if (auto failed = read_text(words, OptionId::netns, to.netns, "all, NAME, PID or PATH")) return failed;
  if (to.netns != host::kAllNamespaces) {
    if (auto failed = check_namespaces(words, to.netns)) return failed;
  }
  to.command = words.command;
  if (auto failed = refuse_what_source_lacks(to)) return failed;
  if (auto failed = read_one(words, OptionId::only, to.only, parse_transition_kind)) return failed;
  if (chooses_format(words)) to.format_in_pipe = to.output.format;
  return std::nullopt;
}

}  // namespace tcpstat::cli::options
