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
/// Without rates and MPTCP, which read_rate() and read_mptcp() add where a verb has them.
Failure read(const Words& words, FormatId format, RowChoice& to);
Failure read(const Words& words, Sampling& to);

/// A source that is read from now on.
Failure read_live(const Words& words, SourceChoice& to);
/// Several are one list, one summary, one check and so on; a record is of one.
Failure check_namespaces(const Words& words, const std::string& netns);
/// Counters and settings are those of one namespace.
Failure refuse_several_namespaces(const SourceChoice& source);
/// Rates are of two samples of tcp_info, so that both have to be taken.
Failure read_rate(const Words& words, const filter::Filter& filter, const SourceChoice& source, RowChoice& to);
/// Of a live host, where nobody takes two samples.
Failure refuse_rates(const filter::Filter& filter, const SourceChoice& source);
/// Connections of MPTCP instead of those of TCP.
Failure read_mptcp(const Words& words, bool& mptcp, SourceChoice& source);
/// `without_metrics`: what to say where none are made; empty: they are.
Failure read_metrics_ports(const Words& words, std::string_view without_metrics, std::vector<std::uint16_t>& to);
/// Between two samples of a list or a watch.
inline constexpr std::chrono::milliseconds kShortestInterval{50};
/// The verb does not print a format of that name.
UsageError not_printed(const Words& words, std::string_view format);
/// What another option says of the format than -j does.
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
