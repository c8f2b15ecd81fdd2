#pragma once
// One line of a log of TCP sockets -> what it says. Each line shows by itself what kind it is (line_kinds.def). Pure.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/log_record.h"

namespace tcpstat::logs {

/// Strings that a record points to, if they do not stand in the line verbatim.
struct LineText {
  std::string socket;
  std::string host;
  std::string kernel;
  std::string why;
};

/// A kind of line. A new one is a file that defines it and a line in line_kinds.def.
struct LineKind {
  std::string_view name;  ///< for the sentence about a line that is none of them: "ndjson"
  bool (*recognizes)(std::string_view line);
  LogRecord (*decode)(std::string_view line, LineText& text);
  /// Whether the last word of a readable line may have been cut and mean something else in full. Null: it never may.
  bool (*may_go_on)(std::string_view line) = nullptr;
};

/// What follows a line: the last one of a log may have been cut.
enum class LogLineEnd : std::uint8_t { newline, nothing };

#define LINE_KIND(name) extern const LineKind name;
#include "parsers/logs/line_kinds.def"
#undef LINE_KIND

/// All, in the order of line_kinds.def.
std::span<const LineKind* const> line_kinds();

class TransitionLog {
 public:
  explicit TransitionLog(std::span<const LineKind* const> kinds = line_kinds());

  /// What the record points to lives until the next call. Blank lines are other lines, and so are comments: lines that
  /// begin with # and are of no kind.
  LogRecord decode(std::string_view line, LogLineEnd end = LogLineEnd::newline);

 private:
  std::span<const LineKind* const> kinds_;
  std::string none_;  ///< why a line of no kind is bad
  LineText text_;
};

/// The state that one word of a log names; nothing for groups and what is no state.
std::optional<ObservedState> observed_state(std::string_view word);

/// Takes the first word of `text` away, without the blanks before it; empty at the end.
std::string_view take_word(std::string_view& text);
/// Takes the last word away.
std::string_view take_last_word(std::string_view& text);
/// Decimal seconds, as "6300.358534".
std::optional<EventTime> seconds_of(std::string_view word);

}  // namespace tcpstat::logs
