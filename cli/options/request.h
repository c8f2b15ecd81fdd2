#pragma once
// A Command as the verbs take it until each of them takes its own: one bag for all.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/options/command.h"

namespace tcpstat::cli::options {

enum class Verb { list, summary, watch, explain, validate, check, audit, help, version, words };

/// How a verdict is come by.
struct CheckRequest {
  /// -w and -c: limits of the number of selected sockets. Without both, the rules judge.
  std::optional<check::ValueRange> warning;
  std::optional<check::ValueRange> critical;
  std::string warning_text;  ///< as typed, for the performance data
  std::string critical_text;
  std::vector<std::string> rules;  ///< empty: all
  Thresholds thresholds;
  std::string state_file;
  /// The filters as typed, for the next command that a finding names.
  std::string filter_words;

  [[nodiscard]] bool counts() const { return warning || critical; }
};

struct Request {
  Verb verb = Verb::list;
  /// For Verb::words: states, columns, …
  std::string words_of;

  /// For Verb::explain: what to explain; empty with --all.
  std::string subject;
  /// For `explain machine`: dot, mermaid or nothing.
  std::string drawing;

  /// For Verb::validate: the log, "-" for standard input.
  std::string log;

  filter::Filter filter;  ///< its states are settled, whatever the verb
  std::string netns;

  const render::Format* format = nullptr;
  bool format_given = false;                 ///< else it is the default
  std::vector<const Column*> columns;        ///< `-o COL,…`; empty: the default ones
  std::vector<const Column*> added_columns;  ///< `-o +COL`
  std::vector<survey::SortKey> sort;
  std::optional<std::uint64_t> limit;
  bool header = true;
  bool truncate = true;
  bool processes = false;
  bool info = false;
  bool resolve = false;
  When colour = When::automatic;
  std::string output_file;
  bool quiet = false;
  bool verbose = false;

  SourceId source = SourceId::automatic;
  std::string file;
  std::string proc_root;
  std::optional<std::chrono::milliseconds> timeout = std::chrono::seconds(10);
  bool strict = false;

  /// For Verb::watch. Without an interval the verb has its own; check has one sample then.
  bool events = false;
  std::optional<std::chrono::milliseconds> interval;
  std::optional<std::uint64_t> count;

  std::vector<std::string> group_by;  ///< `--by`; empty: state, family and the details

  CheckRequest check;
};

Request as_request(const Command& command);

}  // namespace tcpstat::cli::options
