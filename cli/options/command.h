#pragma once
// What to do: one type for each thing that tcpstat does, with what that needs and nothing else. Everything in them is
// checked; no option travels beyond here as text.

#include <bit>
#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/options/command_line_scan.h"
#include "cli/options/option_values.h"
#include "filter/filter.h"
#include "filter/transition_kind.h"

namespace tcpstat::cli::options {

/// Where the rows come from.
struct SourceChoice {
  SourceId id = SourceId::automatic;
  std::string file;       ///< for SourceId::file; "-" is standard input
  std::string proc_root;  ///< empty: /proc
  std::string netns;      ///< empty: this one
  std::optional<std::chrono::milliseconds> timeout = std::chrono::seconds(10);  ///< nothing: for ever
  bool strict = false;                                                          ///< a partial snapshot is a failure
  std::optional<std::endian> byte_order;                                        ///< nothing: saved text tells
  std::optional<std::chrono::microseconds> at;                                  ///< since 1970; not with a sample
  std::optional<std::uint64_t> sample;                                          ///< nothing: the last
};

struct OutputChoice {
  FormatId format = FormatId::table;
  std::string file;  ///< empty: standard output
  bool quiet = false;
  bool verbose = false;
};

/// How formats for people look.
struct TextChoice {
  bool header = true;
  bool truncate = true;
  When colour = When::automatic;
};

/// Which rows of a list, which columns of them, and in which order.
struct RowChoice {
  std::vector<const Column*> columns;        ///< `-o COL,…`; empty: the default ones
  std::vector<const Column*> added_columns;  ///< `-o +COL`
  std::vector<survey::SortKey> sort;
  std::optional<std::uint64_t> limit;
  bool processes = false;
  bool info = false;
  bool resolve = false;
};

/// When samples are taken. Without an interval the verb has its own.
struct Sampling {
  std::optional<std::chrono::milliseconds> interval;
  std::optional<std::uint64_t> count;
};

struct ListCommand {
  filter::Filter filter;  ///< here and below, its states are settled
  SourceChoice source;
  OutputChoice output;
  TextChoice text;
  RowChoice rows;
};

struct SummaryCommand {
  filter::Filter filter;
  SourceChoice source;
  OutputChoice output;
  TextChoice text;
  std::optional<std::uint64_t> limit;
  std::vector<std::string> group_by;  ///< `--by`; empty: state, family and the details
};

struct WatchCommand {
  filter::Filter filter;
  SourceChoice source;
  OutputChoice output;
  FormatId format_in_pipe = FormatId::ndjson;  ///< where the output is no terminal
  TextChoice text;
  RowChoice rows;
  Sampling sampling;
};

/// `watch --events`.
struct EventsCommand {
  filter::Filter filter;
  SourceChoice source;
  OutputChoice output;
  FormatId format_in_pipe = FormatId::ndjson;
  TextChoice text;
  Sampling sampling;
};

/// Transitions as the kernel announces them.
struct TraceCommand {
  filter::Filter filter;
  TraceSource source = TraceSource::automatic;
  std::vector<std::string> command;  ///< to run and to follow; empty: all sockets
  std::string netns;                 ///< as typed; empty: the caller's
  OutputChoice output;
  FormatId format_in_pipe = FormatId::ndjson;
  TextChoice text;
  std::optional<std::chrono::milliseconds> duration;  ///< nothing: until a signal
  std::optional<std::uint64_t> count;                 ///< of transitions
  bool strict = false;                                ///< a lost record is a failure
  bool lives = false;                                 ///< a line a connection, at its end
  std::optional<filter::TransitionKind> only;         ///< nothing: all
};

struct ExplainCommand {
  std::string subject;  ///< empty: the names of everything that can be explained
  OutputChoice output;
  Drawing drawing = Drawing::none;  ///< of the machine
  std::string proc_root;            ///< where the limits of a state are read
};

struct ValidateCommand {
  std::string log;  ///< "-" is standard input
  OutputChoice output;
  std::string proc_root;
  bool truncate = true;
  bool strict = false;
};

/// `check -w RANGE -c RANGE`: limits of the number of selected sockets.
struct CountLimits {
  std::optional<check::ValueRange> warning;
  std::optional<check::ValueRange> critical;
  std::string warning_text;  ///< as typed, for the performance data
  std::string critical_text;
};

/// `check` without them.
struct RuleChoice {
  std::vector<std::string> rules;  ///< empty: all
  Thresholds thresholds;
  std::optional<std::chrono::milliseconds> interval;  ///< nothing: one sample
  std::string state_file;                             ///< empty: none
};

struct CheckCommand {
  filter::Filter filter;
  std::string filter_words;  ///< the filters as typed, for the next command that a finding names
  SourceChoice source;
  OutputChoice output;
  std::variant<RuleChoice, CountLimits> judge;
  std::string metrics_file;  ///< empty: none
};

struct AuditCommand {
  SourceChoice source;
  OutputChoice output;
};

/// `--list`.
struct WordsCommand {
  std::string list;  ///< states, columns, …
  OutputChoice output;
};

/// `--help` and `--version`.
struct TextCommand {
  std::string text;                   ///< of the usual width
  const VerbInfo* page_of = nullptr;  ///< of a page that a terminal of another width gets anew
};

using Command = std::variant<ListCommand, SummaryCommand, WatchCommand, EventsCommand, TraceCommand, ExplainCommand,
                             ValidateCommand, CheckCommand, AuditCommand, WordsCommand, TextCommand>;

/// `-q`.
bool is_quiet(const Command& command);

struct ParsedLine {
  Command command;
  /// Things said once on standard error before the run.
  std::vector<std::string> notes;
};

Parsed<ParsedLine> parse_command(const CommandLine& line);

}  // namespace tcpstat::cli::options
