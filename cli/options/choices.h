#pragma once
// The parts that several commands have, read from the options that fill them.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/command.h"
#include "cli/options/filter_options.h"

namespace tcpstat::cli::options {

Failure read(const Words& words, SourceChoice& to);
Failure read(const Words& words, OutputChoice& to);
Failure read(const Words& words, TextChoice& to);
/// Without rates and MPTCP, which read_rate() and read_mptcp() add for verbs that have them.
Failure read(const Words& words, FormatId format, RowChoice& to);
Failure read(const Words& words, Sampling& to);

/// Empty for standard output, which is also "-".
Failure read_output_file(const Words& words, std::string& to);
/// Without the options of records and other saved samples.
Failure read_live(const Words& words, SourceChoice& to);
/// Refuses several network namespaces for verbs that look at one.
Failure check_namespaces(const Words& words, const std::string& netns);
/// Refuses several network namespaces for metrics: counters and settings are those of one.
Failure refuse_several_namespaces(const SourceChoice& source);
/// What --source takes with a verb: names, in the order of --list sources, and whether files.
struct VerbSources {
  std::vector<std::string_view> names;
  bool files = false;
};
VerbSources sources_of(VerbId verb);
/// Refuses the source that shows only what netlink and /proc do not agree on. `who` "judges all sockets", or the like.
Failure refuse_differences(const SourceChoice& source, std::string_view who, std::string_view sources);
/// Decides whether rates are shown: they compare two samples of tcp_info, so both have to be taken.
Failure read_rate(const Words& words, const filter::Filter& filter, const SourceChoice& source, RowChoice& to);
/// Refuses a filter by rates of a live host, for verbs that do not take two samples.
Failure refuse_rates(const filter::Filter& filter, const SourceChoice& source);
/// Reads whether connections of MPTCP are wanted instead of those of TCP.
Failure read_mptcp(const Words& words, bool& mptcp, SourceChoice& source);
/// `without_metrics`: what to say if no metrics are made; empty: they are made.
Failure read_metrics_ports(const Words& words, std::string_view without_metrics, std::vector<std::uint16_t>& to);
/// The shortest time between two samples of a list or a watch.
inline constexpr std::chrono::milliseconds kShortestInterval{50};
/// The error that the verb does not print a format of that name.
UsageError not_printed(const Words& words, std::string_view format);
/// The error that -j contradicts another option about the format.
UsageError contradiction(const Words& words);

/// The parts that most commands have.
template <typename C>
Failure read_parts(const Words& words, C& to) {
  if (auto failed = read_filter(words, to.filter)) return failed;
  if (auto failed = read(words, to.output)) return failed;
  if (auto failed = read(words, to.source)) return failed;
  if constexpr (requires { to.text; }) {
    if (auto failed = read(words, to.text)) return failed;
  }
  if constexpr (requires { to.rows; }) return read(words, to.output.format, to.rows);
  return std::nullopt;
}

}  // namespace tcpstat::cli::options
