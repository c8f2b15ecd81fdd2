#include "parsers/logs/transition_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/byte_order_mark.h"

namespace tcpstat::logs {
namespace {

constexpr std::string_view kBlanks = " \t\r";

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

std::string_view take_word(std::string_view& text) {
  // A log has millions of lines: find_first_of() asks memchr(3) about each letter, which takes twice as long.
  std::size_t begin = 0;
  while (begin < text.size() && is_blank(text[begin])) ++begin;
  std::size_t end = begin;
  while (end < text.size() && !is_blank(text[end])) ++end;
  const std::string_view word = text.substr(begin, end - begin);
  text.remove_prefix(end);
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

std::optional<EventTime> seconds_of(std::string_view word) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), seconds, std::chars_format::fixed);
  constexpr double kMost = 9e12;  // its microseconds still fit
  if (error != std::errc{} || end != word.data() + word.size() || !(seconds >= 0 && seconds < kMost)) {
    return std::nullopt;
  }
  return EventTime(std::llround(seconds * 1e6));
}

std::optional<ObservedState> observed_state(std::string_view word) {
  std::string_view bare = word;
  for (const std::string_view prefix : {"BPF_", "TCP_"}) {
    if (bare.starts_with(prefix)) bare.remove_prefix(prefix.size());
  }
  if (bare == name(ObservedState::request()) || bare == "12") return ObservedState::request();
  // The kernel's own names first: a log has millions of them, and any other spelling is folded, which takes longer.
  for (const StateInfo& row : states()) {
    if (row.name == bare) return ObservedState(row.state);
  }
  const auto set = parse_state_word(word);
  if (!set || set->size() != 1) return std::nullopt;
  for (const StateInfo& row : states()) {
    if (set->has(row.state)) return ObservedState(row.state);
  }
  return std::nullopt;
}

std::span<const LineKind* const> line_kinds() {
  static constexpr auto kKinds = std::to_array<const LineKind*>({
#define LINE_KIND(name) &(name),
#include "parsers/logs/line_kinds.def"
#undef LINE_KIND
  });
  return kKinds;
}

TransitionLog::TransitionLog(std::span<const LineKind* const> kinds) : kinds_(kinds) {
  for (const LineKind* kind : kinds_) none_ += (none_.empty() ? "neither " : " nor ") + std::string(kind->name);
}

LogRecord TransitionLog::decode(std::string_view line, LogLineEnd end) {
  const bool ends_in_word = end == LogLineEnd::nothing && !line.empty() && !is_blank(line.back());
  // Windows ends lines with \r\n, and copied text may end in blanks. Blanks before a line stay: they say where its
  // columns begin.
  line = without_byte_order_mark(line.substr(0, line.find_last_not_of(kBlanks) + 1));
  const std::size_t first = line.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return OtherLine{};
  for (const LineKind* kind : kinds_) {
    if (!kind->recognizes(line)) continue;
    LogRecord record = kind->decode(line, text_);
    if (ends_in_word && std::holds_alternative<Transition>(record) && kind->may_go_on != nullptr &&
        kind->may_go_on(line)) {
      return BadLine{"the log ends within this line, or behind it without a newline: its last word may have gone on"};
    }
    return record;
  }
  if (line[first] == '#') return OtherLine{};
  return BadLine{none_};
}

}  // namespace tcpstat::logs
