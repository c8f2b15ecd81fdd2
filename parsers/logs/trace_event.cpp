#include "parsers/logs/trace_event.h"

#include <algorithm>

#include "parsers/logs/transition_log.h"

namespace tcpstat::logs {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A process may have any name (prctl(2), PR_SET_NAME: up to 15 bytes of any kind), and arguments of other events may
// hold any text. So neither is searched for an event if the line shows where they end.

enum class Name : std::uint8_t { none, set_state, tcp_set_state, subsystem, other };

/// "inet_sock_set_state:", "tcp:tcp_set_state:" or "sched_switch:". Times begin with a digit.
Name event_name(std::string_view word) {
  if (word.size() < 2 || !word.ends_with(':') || is_digit(word.front())) return Name::none;
  if (word == "sock:" || word == "tcp:") return Name::subsystem;
  word.remove_suffix(1);
  word.remove_prefix(std::min(word.rfind(':') + 1, word.size()));
  if (word == "inet_sock_set_state") return Name::set_state;
  return word == "tcp_set_state" ? Name::tcp_set_state : Name::other;
}

/// "6300.358534:", and with options/latency-format "16383005395us+:", or with the colon apart. `rest` is what follows
/// `word`.
bool is_time(std::string_view word, std::string_view rest) {
  if (word.ends_with(':')) {
    word.remove_suffix(1);
  } else if (take_word(rest) != ":") {
    return false;
  }
  constexpr std::string_view kMarks = "+!#*@$";  // kernel/trace/trace_output.c, trace_find_mark()
  if (!word.empty() && kMarks.find(word.back()) != std::string_view::npos) word.remove_suffix(1);
  if (word.ends_with("us")) word.remove_suffix(2);
  return seconds_of(word).has_value();
}

bool has_states(std::string_view fields) {
  return fields.find("oldstate=") != std::string_view::npos && fields.find("newstate=") != std::string_view::npos;
}

std::string_view text_before(std::string_view word, std::string_view text) {
  return text.substr(0, static_cast<std::size_t>(word.data() - text.data()));
}
std::string_view text_from(std::string_view word, std::string_view text) {
  return text.substr(static_cast<std::size_t>(word.data() - text.data()));
}

/// What follows the name of the process and its number: the kernel, trace-cmd(1) and perf(1) print the name 16 columns
/// wide ("%16s-%-7d" in kernel/trace/trace_output.c, trace_print_context()). Nothing if the line is not laid out like
/// this.
std::optional<std::string_view> behind_process(std::string_view line) {
  constexpr std::size_t kWidth = 16;
  if (line.size() <= kWidth || line.front() != ' ' || (line[kWidth] != '-' && line[kWidth] != ' ')) return std::nullopt;
  std::string_view rest = line.substr(kWidth + 1);
  if (line[kWidth] == '-' && (rest.empty() || !is_digit(rest.front()))) return std::nullopt;
  const std::string_view number = take_word(rest);
  if (number.empty() || number.find_first_not_of("0123456789/") != std::string_view::npos) return std::nullopt;
  return rest;
}

/// The first event name decides what the line is; if a field comes before any name, the fields decide.
std::optional<TraceEvent> event_behind_process(std::string_view text) {
  std::string_view rest = text;
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    const Name name = event_name(word);
    if (name == Name::other) return std::nullopt;
    if (name == Name::set_state || name == Name::tcp_set_state) return TraceEvent{text_before(word, text), rest};
    if (word.find('=') == std::string_view::npos) continue;
    if (!has_states(text_from(word, text))) return std::nullopt;
    return TraceEvent{text_before(word, text), text_from(word, text)};
  }
  return std::nullopt;
}

/// "1.0: sched_switch: ": a time, then the name of an event that is none of ours.
bool is_other_event(std::string_view line) {
  bool timed = false;
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
    if (timed && event_name(word) == Name::other) return true;
    timed = is_time(word, line) || (timed && word == ":");
  }
  return false;
}

/// The event of this name, which counts only if fields follow it.
std::optional<TraceEvent> event_named(Name wanted, std::string_view line) {
  std::string_view rest = line;
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    std::string_view behind = rest;
    if (event_name(word) == wanted && take_word(behind).find('=') != std::string_view::npos) {
      return TraceEvent{text_before(word, line), rest};
    }
  }
  return std::nullopt;
}

/// For a line that does not show where the process's name ends. "inet_sock_set_state:" is too long to be such a name.
std::optional<TraceEvent> event_somewhere(std::string_view line) {
  if (auto event = event_named(Name::set_state, line)) return event;
  if (is_other_event(line)) return std::nullopt;
  if (auto event = event_named(Name::tcp_set_state, line)) return event;
  // Without its name it is known by its states.
  if (!has_states(line)) return std::nullopt;
  std::size_t first = std::string_view::npos;
  for (const std::string_view key : {"family=", "protocol=", "skaddr=", "sport=", "oldstate="}) {
    first = std::min(first, line.find(key));
  }
  return TraceEvent{line.substr(0, first), line.substr(first)};
}

}  // namespace

bool begins_with_process(std::string_view line) {
  if (behind_process(line)) return true;
  constexpr std::size_t kLongestName = 15;
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  for (std::size_t at = 0; at <= kLongestName && at + 1 < line.size(); ++at) {
    if (line[at] != '-' && line[at] != ' ') continue;
    const std::size_t end = line.find_first_not_of("0123456789", at + 1);
    if (end != std::string_view::npos && end > at + 1 && (line[end] == ' ' || line[end] == '\t')) return true;
  }
  return false;
}

std::optional<TraceEvent> trace_event(std::string_view line) {
  if (line.find("state") == std::string_view::npos) return std::nullopt;
  const auto rest = behind_process(line);
  return rest ? event_behind_process(*rest) : event_somewhere(line);
}

bool looks_like_event(std::string_view line) {
  const bool with_process = begins_with_process(line);
  do {
    const std::string_view word = take_word(line);
    if (is_time(word, line)) return !line.empty();
  } while (with_process && !line.empty());
  return false;
}

}  // namespace tcpstat::logs
