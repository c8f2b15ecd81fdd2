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
  std::string file;       ///< for SourceId::file ("-" is standard input) and SourceId::record
  std::string proc_root;  ///< empty: /proc
  std::string netns;      ///< empty: this one
  std::optional<std::chrono::milliseconds> timeout = std::chrono::seconds(10);  ///< nothing: for ever
  bool strict = false;                                                          ///< a partial snapshot is a failure
  std::optional<std::endian> byte_order;                                        ///< nothing: saved text tells
  std::optional<std::chrono::microseconds> at;                                  ///< since 1970; not with a sample
  std::optional<std::uint64_t> sample;                                          ///< nothing: the last
  bool mptcp = false;  ///< the samples of a file that are of MPTCP
};

struct OutputChoice {
  FormatId format = FormatId::table;
  std::string file;  ///< empty: standard output
  bool quiet = false;
  bool verbose = false;
  When colour = When::automatic;  ///< of formats for people
};

/// How formats for people look.
struct TextChoice {
  bool header = true;
  bool truncate = true;
};

/// Which rows of a list, which columns of them, and in which order.
struct RowChoice {
  std::vector<const Column*> columns;        ///< `-o COL,…`; empty: the default ones
  std::vector<const Column*> added_columns;  ///< `-o +COL`
  std::vector<survey::SortKey> sort;
  std::optional<std::uint64_t> limit;
  bool processes = false;
  bool info = false;
  bool memory = false;
  bool extended = false;
  bool mptcp = false;  ///< the connections of MPTCP instead of those of TCP
  bool rate = false;   ///< also where a column, an order or a filter asks for one
  bool resolve = false;
};

/// When samples are taken. Without an interval the verb has its own.
struct Sampling {
  std::optional<std::chrono::milliseconds> interval;
  std::optional<std::uint64_t> count;
};

/// The time span of a record whose samples are shown instead of new ones.
using Replay = std::optional<TimeSpan>;

struct ListCommand {
  filter::Filter filter;  ///< here and below, its states are settled
  SourceChoice source;
  OutputChoice output;
  TextChoice text;
  RowChoice rows;
  std::chrono::milliseconds interval{1000};  ///< between the samples of rates
};

struct SummaryCommand {
  filter::Filter filter;
  SourceChoice source;
  OutputChoice output;
  TextChoice text;
  std::optional<std::uint64_t> limit;
  std::vector<std::string> group_by;         ///< `--by`; empty: state, family and the details
  std::vector<std::uint16_t> metrics_ports;  ///< that metrics tell apart; empty: those that have a listener
  bool mptcp = false;                        ///< as in RowChoice
};

struct WatchCommand {
  filter::Filter filter;
  SourceChoice source;
  OutputChoice output;
  FormatId format_in_pipe = FormatId::ndjson;  ///< where the output is no terminal
  TextChoice text;
  RowChoice rows;
  Sampling sampling;
  Replay replay;
};

/// `watch --events`.
struct EventsCommand {
  filter::Filter filter;
  SourceChoice source;
  OutputChoice output;
  FormatId format_in_pipe = FormatId::ndjson;
  TextChoice text;
  Sampling sampling;
  Replay replay;
};

/// Transitions as the kernel announces them.
struct TraceCommand {
  filter::Filter filter;
  const TraceSourceInfo* source = nullptr;  ///< null: the first that works
  std::vector<std::string> command;         ///< to run and to follow; empty: all sockets
  std::string netns;                        ///< as typed; empty: the caller's
  OutputChoice output;
  FormatId format_in_pipe = FormatId::ndjson;
  TextChoice text;
  std::optional<std::chrono::milliseconds> duration;  ///< nothing: until a signal
  std::optional<std::uint64_t> count;                 ///< of transitions
  bool strict = false;                                ///< a lost record is a failure
  bool processes = false;                             ///< tell who did it
  bool lives = false;                                 ///< one line per connection, at its end
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
  std::optional<std::chrono::milliseconds> timeout;  ///< of a pipe that brings nothing; nothing: for ever
  std::optional<std::endian> byte_order;             ///< of text of /proc; nothing: it tells
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
  bool exact = false;                                 ///< handshakes are counted during the interval
  std::string state_file;                             ///< empty: none
};

struct CheckCommand {
  filter::Filter filter;
  std::string filter_words;  ///< the filters as typed, for the next command that a finding names
  SourceChoice source;
  OutputChoice output;
  std::variant<RuleChoice, CountLimits> judge;
  std::string metrics_file;                  ///< empty: none
  std::vector<std::uint16_t> metrics_ports;  ///< that metrics tell apart; empty: those that have a listener
};

/// Writes samples into a directory until it is ended.
struct RecordCommand {
  SourceChoice source;
  OutputChoice output;
  std::string directory;
  std::chrono::milliseconds interval{};
  std::optional<std::uint64_t> count;  ///< of samples; nothing: until it is ended
  std::chrono::milliseconds keep{};
  std::uint64_t max_size = 0;  ///< bytes
  std::uint64_t min_free = 0;  ///< percent of the disk
  bool info = false;           ///< all of tcp_info, always
};

struct HistoryCommand {
  OutputChoice output;
  TextChoice text;
  std::string directory;
  TimeSpan span{};
  std::optional<std::chrono::milliseconds> interval;  ///< of one value; nothing: as the format has it
  std::optional<std::uint64_t> limit;
  std::string by;         ///< one of history_keys()
  bool findings = false;  ///< when they began and ended, instead
  bool strict = false;    ///< a damaged record is a failure
};

struct AuditCommand {
  SourceChoice source;
  OutputChoice output;
};

/// `--list`.
struct WordsCommand {
  std::string list;                ///< states, columns, …
  const VerbInfo* verb = nullptr;  ///< the verb that it was typed with: formats are those that the verb prints
  bool of_machine = false;         ///< typed with `explain machine`, which is drawn too
  OutputChoice output;
};

/// `--help` and `--version`.
struct TextCommand {
  std::string text;                   ///< of the usual width
  const VerbInfo* page_of = nullptr;  ///< whose page it is, to be made anew for a terminal of another width
};

using Command =
    std::variant<ListCommand, SummaryCommand, WatchCommand, EventsCommand, TraceCommand, ExplainCommand,
                 ValidateCommand, CheckCommand, RecordCommand, HistoryCommand, AuditCommand, WordsCommand, TextCommand>;

/// `-q`.
bool is_quiet(const Command& command);

struct ParsedLine {
  Command command;
  /// Things said once on standard error before the run.
  std::vector<std::string> notes;
};

Parsed<ParsedLine> parse_command(const CommandLine& line);

}  // namespace tcpstat::cli::options
