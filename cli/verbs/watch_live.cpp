#include "cli/verbs/watch_live.h"

#include <cstdlib>
#include <sstream>

#include "cli/live/live.h"
#include "cli/options/filter_options.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/list_columns.h"
#include "cli/verbs/plans.h"
#include "parsers/names/reverse_dns.h"

namespace tcpstat::cli::verbs {
namespace {

/// Reads a filter from words of options, as `watch` takes them.
tl::expected<filter::Filter, std::string> read_filter(const std::string& words, Host& host) {
  std::vector<std::string> line = {"watch"};
  std::istringstream rest(words);
  for (std::string word; rest >> word;) line.push_back(word);
  const options::CommandLine scanned = options::scan_command_line(line);
  const auto parsed = options::parse_command(scanned);
  if (!parsed) return tl::make_unexpected(parsed.error().sentence);
  const auto* watch = std::get_if<options::WatchCommand>(&parsed->command);
  const auto typed = options::parse_options(scanned);
  if (watch == nullptr || !typed || !options::narrows_alone(*typed)) {
    return tl::make_unexpected("a filter has the words of filter options alone");
  }
  return settled(watch->filter, host);
}

}  // namespace

bool is_live(const options::WatchCommand& watch, const Watched& watched) {
  const char* kind = std::getenv("TERM");
  const bool able = watched.format.for_people && look_at_terminal(watched.output.fd()).is_terminal && kind != nullptr &&
                    *kind != '\0' && std::string_view(kind) != "dumb";
  const bool differences = watch.source.id == host::SourceId::both;
  if (!watch.rows.mptcp && !differences) return able;
  if (able) {
    watched.notes.print(Notes::Level::note,
                        differences
                            ? "the live view judges all sockets: of what only one source has each sample is a list"
                            : "the live view knows TCP alone: of MPTCP each sample is a list");
  }
  return false;
}

ExitStatus watch_live(const options::WatchCommand& watch, const Watched& watched) {
  const auto& [host, format, output, notes, replay] = watched;
  const Terminal terminal = look_at_terminal(output.fd());
  const filter::Filter filter = settled(watch.filter, host);
  live::LivePlan plan{.host = host,
                      .out = output.fd(),
                      .filter = filter,
                      .sort = watch.rows.sort,
                      .interval = watch.sampling.interval.value_or(kUsualInterval),
                      .count = watch.sampling.count,
                      .colour = choose_colour(watch.output.colour, terminal),
                      .read_filter = [&host = host](const std::string& words) { return read_filter(words, host); },
                      .resolve = names::resolve_hosts};
  plan.manner.charset = terminal.foreign_charset();
  plan.manner.sparks = has_block_eighths() ? plan.manner.charset : render::Charset::ascii;
  plan.manner.clipboard = screen_abilities().clipboard;
  plan.manner.processes = watch.rows.processes;
  plan.manner.tcp_info = watch.rows.info || watch.rows.rate;
  plan.manner.names = &host.names();
  if (host.spans_namespaces()) plan.manner.netns = watch.source.netns;
  if (!watch.rows.columns.empty() || !watch.rows.added_columns.empty()) {
    plan.manner.columns = chosen_columns(watch.rows, watch.filter, watch.source);
    if (has_column(plan.manner.columns, ColumnId::NETNS)) host.names().find_namespaces();
  }
  if (replay != nullptr) {
    plan.replay = {.step = [replay = replay](std::ptrdiff_t by) { return replay->step(by); },
                   .place =
                       [replay = replay] {
                         return "sample " + std::to_string(replay->position()) + " of " +
                                std::to_string(replay->samples());
                       }};
  }
  const live::LiveEnd end = live::run_live(std::move(plan));

  TextBuffer out(output.fd());
  if (end.samples > 0) out.append(end.summary + "\n");
  for (const std::string& command : end.copied) out.append(command + "\n");
  WatchResult result;
  result.samples = end.samples;
  result.failed = end.failed;
  result.partial = end.partial;
  const ExitStatus status = finish_output(out, output, result.status(watch.source), notes);
  SampleNotes(notes).print(end.reading.coverage);  // on the terminal it would have been drawn over
  if (watch.output.verbose) print_reading(end.reading, notes);
  return status;
}

}  // namespace tcpstat::cli::verbs
