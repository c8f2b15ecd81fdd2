// A row of the table that tcpstates of bcc prints; columns before SKADDR depend on its options:
//
//   SKADDR           C-PID C-COMM     LADDR           LPORT RADDR           RPORT OLDSTATE    -> NEWSTATE    MS
//   ffff9fd7e8192000 22384 curl       100.66.100.185  0     52.33.159.26    80    CLOSE       -> SYN_SENT    0.000
//
// and with -s the same columns separated by commas, with IP (4 or 6) before LADDR:
//
//   ffff9fd7e8192000,22384,curl,4,100.66.100.185,0,52.33.159.26,80,CLOSE,SYN_SENT,0.000
//
// Both are printed from buffers that each processor has for itself, so not in the order in which they happened.
//
// C-COMM is a name that a program chose, with blanks or without, so the row is read from its two ends.

#include <algorithm>
#include <charconv>

#include "base/saturated.h"
#include "parsers/logs/transition_log.h"

namespace tcpstat::logs {
namespace {

bool is_socket(std::string_view word) {
  constexpr std::size_t kLeast = 8;  // digits of an address in the kernel, on 32 bits
  return word.size() >= kLeast && word.size() <= 16 &&
         word.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<Endpoint> tcpstates_endpoint(std::string_view address, std::string_view port) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  const auto parsed = parse_address(address);
  if (error != std::errc{} || end != port.data() + port.size() || !parsed) return std::nullopt;
  return Endpoint{*parsed, number};
}

/// Takes the last piece between commas away, or the first.
std::string_view take_last_piece(std::string_view& text) {
  const std::size_t comma = text.rfind(',');
  const std::string_view piece = text.substr(comma == std::string_view::npos ? 0 : comma + 1);
  text = text.substr(0, comma == std::string_view::npos ? 0 : comma);
  return piece;
}
std::string_view take_first_piece(std::string_view& text) {
  const std::size_t comma = std::min(text.find(','), text.size());
  const std::string_view piece = text.substr(0, comma);
  text.remove_prefix(std::min(comma + 1, text.size()));
  return piece;
}

bool is_header(std::string_view line) {
  return line.find("OLDSTATE") != std::string_view::npos && line.find("SKADDR") != std::string_view::npos;
}

/// "Tracing TCP state changes ... Hit Ctrl-C to end."
bool is_greeting(std::string_view line) { return take_word(line) == "Tracing"; }

bool is_csv(std::string_view line) {
  constexpr auto kCommas = 9;
  if (std::count(line.begin(), line.end(), ',') < kCommas) return false;
  if (is_header(line)) return true;
  take_last_piece(line);
  return observed_state(take_last_piece(line)) && observed_state(take_last_piece(line));
}

/// "Possibly lost 12 samples", as bcc says it on standard error (src/cc/perf_reader.c), and "lost 12 events on CPU #1",
/// as its successor in C does (libbpf-tools/tcpstates.c). Without a number it is one at least.
std::optional<std::uint64_t> samples_lost(std::string_view line) {
  std::string_view word = take_word(line);
  if (word == "Possibly") word = take_word(line);
  if (word != "lost" && word != "Lost") return std::nullopt;
  const std::string_view number = take_word(line);
  const std::string_view what = take_word(line);
  if (what != "samples" && what != "events") return std::nullopt;
  return saturated_number(number).value_or(1);
}

bool is_tcpstates(std::string_view line) {
  std::string_view words = line;
  if (take_word(words).starts_with('#')) return false;
  return is_csv(line) || line.find(" -> ") != std::string_view::npos || is_greeting(line) || samples_lost(line);
}

LogRecord decode_tcpstates(std::string_view line, LineText& /*text*/) {
  if (is_greeting(line)) return OtherLine{};
  if (const auto lost = samples_lost(line)) return LostRecords{*lost};
  if (is_header(line)) return OtherLine{};
  Transition record;
  record.order = RecordOrder::by_processor;
  const bool csv = is_csv(line);
  const auto take_last = csv ? take_last_piece : take_last_word;
  const auto take_first = csv ? take_first_piece : take_word;
  std::string_view rest = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
  const auto milliseconds = seconds_of(take_last(rest));
  const std::string_view after = take_last(rest);
  const std::string_view arrow = csv ? "->" : take_last(rest);
  const std::string_view before = take_last(rest);
  if (!milliseconds || arrow != "->") return BadLine{"a row of tcpstates without OLDSTATE -> NEWSTATE MS at its end"};
  const auto from = observed_state(before);
  const auto to = observed_state(after);
  if (!from || !to) return BadLine{"a row of tcpstates with no state that is known"};
  record.from = *from;
  record.to = *to;
  const std::string_view remote_port = take_last(rest);
  const std::string_view remote = take_last(rest);
  const std::string_view local_port = take_last(rest);
  const std::string_view local = take_last(rest);
  record.local = tcpstates_endpoint(local, local_port);
  record.remote = tcpstates_endpoint(remote, remote_port);
  if (!record.local || !record.remote) return BadLine{"a row of tcpstates without addresses and ports"};
  // At most HH:MM:SS and seconds stand before the socket. C-COMM, which a program chose, comes later and is not read.
  for (int column = 0; column < 3 && record.socket.empty(); ++column) {
    const std::string_view word = take_first(rest);
    if (is_socket(word)) {
      record.socket = word;
    } else if (word.find('.') != std::string_view::npos) {
      record.time = seconds_of(word);
    }
  }
  if (record.socket.empty()) return BadLine{"a row of tcpstates without SKADDR"};
  // tcpstates prints 0.000 if it did not see the socket before.
  if (milliseconds->count() > 0) record.dwell = *milliseconds / 1000;
  return record;
}

/// Milliseconds have three decimals ("%.3f"): with fewer, the line was cut.
bool tcpstates_may_go_on(std::string_view line) {
  constexpr std::size_t kDecimals = 3;
  const std::size_t point = line.rfind('.');
  return point == std::string_view::npos || line.size() - point - 1 < kDecimals;
}

}  // namespace

const LineKind tcpstates_line{"a table of tcpstates", is_tcpstates, decode_tcpstates, tcpstates_may_go_on};

}  // namespace tcpstat::logs
