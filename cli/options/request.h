#pragma once
// What was typed, checked and typed in the other sense: no flag travels beyond the plan as text. The only file that
// knows CLI11 is request.cpp.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/options/check_words.h"
#include "cli/options/words.h"
#include "cli/terminal.h"
#include "filter/filter.h"
#include "render/renderer.h"
#include "survey/sorter.h"

namespace tcpstat::cli::options {

enum class Verb { list, summary, watch, explain, validate, check, audit, help, version, words };

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

  const render::FormatInfo* format = nullptr;
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

  std::string source = "auto";
  std::string proc_root;
  std::optional<std::chrono::milliseconds> timeout = std::chrono::seconds(10);
  bool strict = false;

  /// For Verb::watch. Without an interval the verb has its own; check has one sample then.
  bool events = false;
  std::optional<std::chrono::milliseconds> interval;
  std::optional<std::uint64_t> count;

  std::vector<std::string> group_by;  ///< `--by`; empty: state, family and the details

  CheckRequest check;
  /// Things said once on standard error before the run.
  std::vector<std::string> notes;
};

Parsed<Request> parse_request(int argc, const char* const* argv);

}  // namespace tcpstat::cli::options
