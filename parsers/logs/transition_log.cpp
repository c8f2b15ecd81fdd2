#include "parsers/logs/transition_log.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tcpstat::logs {
namespace {

constexpr std::string_view kBlanks = " \t\r";

}  // namespace

std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

std::string_view take_last_word(std::string_view& text) {
  const std::size_t last = text.find_last_not_of(kBlanks);
  text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
  const std::size_t blank = text.find_last_of(kBlanks);
  const std::string_view word = text.substr(blank == std::string_view::npos ? 0 : blank + 1);
  text.remove_suffix(word.size());
  return word;
}

std::optional<LogTime> seconds_of(std::string_view word) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), seconds, std::chars_format::fixed);
  constexpr double kMost = 9e12;  // its microseconds still fit
  if (error != std::errc{} || end != word.data() + word.size() || !(seconds >= 0 && seconds < kMost)) {
    return std::nullopt;
  }
  return LogTime(std::llround(seconds * 1e6));
}

std::optional<LoggedState> logged_state(std::string_view word) {
  std::string_view bare = word;
  for (const std::string_view prefix : {"BPF_", "TCP_"}) {
    if (bare.starts_with(prefix)) bare.remove_prefix(prefix.size());
  }
  if (bare == name(LoggedState::request()) || bare == "12") return LoggedState::request();
  // The kernel's own names first: a log has millions of them, and any other spelling is folded, which takes longer.
  for (const StateInfo& row : states()) {
    if (row.name == bare) return LoggedState(row.state);
  }
  const auto set = parse_state_word(word);
  if (!set || set->size() != 1) return std::nullopt;
  for (const StateInfo& row : states()) {
    if (set->has(row.state)) return LoggedState(row.state);
  }
  return std::nullopt;
}

LogRecord TransitionLog::decode(std::string_view line) {
  const std::size_t first = line.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return OtherLine{};
  if (line[first] == '{') return log_json::decode(line, text_, host_);
  if (line[first] == '#') return OtherLine{};
  if (trace_line::recognizes(line)) return trace_line::decode(line);
  if (tcpstates_line::recognizes(line)) return tcpstates_line::decode(line);
  return BadLine{"neither ndjson nor a trace nor a table of tcpstates"};
}

}  // namespace tcpstat::logs
