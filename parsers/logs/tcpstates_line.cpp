// A row of the table that tcpstates of bcc prints; columns before SKADDR depend on its options:
//
//   SKADDR           C-PID C-COMM     LADDR           LPORT RADDR           RPORT OLDSTATE    -> NEWSTATE    MS
//   ffff9fd7e8192000 22384 curl       100.66.100.185  0     52.33.159.26    80    CLOSE       -> SYN_SENT    0.000
//
// C-COMM is a name that a program chose, with blanks or without, so the row is read from its two ends.

#include <charconv>

#include "parsers/logs/transition_log.h"

namespace tcpstat::logs {
namespace {

bool is_socket(std::string_view word) {
  constexpr std::size_t kLeast = 8;  // digits of an address in the kernel, on 32 bits
  return word.size() >= kLeast && word.size() <= 16 &&
         word.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<Endpoint> endpoint_of(std::string_view address, std::string_view port) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  const auto parsed = parse_address(address);
  if (error != std::errc{} || end != port.data() + port.size() || !parsed) return std::nullopt;
  return Endpoint{*parsed, number};
}

bool recognizes(std::string_view line) {
  return line.find(" -> ") != std::string_view::npos || line.starts_with("Tracing ") ||
         line.starts_with("Possibly lost ");
}

LogRecord decode(std::string_view line, LineText& /*text*/) {
  if (line.starts_with("Tracing ")) return OtherLine{};
  if (line.starts_with("Possibly lost ")) {  // bcc says so on standard error
    line.remove_prefix(std::string_view("Possibly lost ").size());
    std::uint64_t count = 0;
    const std::string_view word = take_word(line);
    std::from_chars(word.data(), word.data() + word.size(), count);
    return LostRecords{count};
  }
  if (line.find("OLDSTATE") != std::string_view::npos && line.find("SKADDR") != std::string_view::npos) {
    return OtherLine{};
  }
  Transition record;
  std::string_view rest = line;
  const auto milliseconds = seconds_of(take_last_word(rest));
  const std::string_view after = take_last_word(rest);
  const std::string_view arrow = take_last_word(rest);
  const std::string_view before = take_last_word(rest);
  if (!milliseconds || arrow != "->") return BadLine{"a row of tcpstates without OLDSTATE -> NEWSTATE MS at its end"};
  const auto from = observed_state(before);
  const auto to = observed_state(after);
  if (!from || !to) return BadLine{"a row of tcpstates with no state that is known"};
  record.from = *from;
  record.to = *to;
  const std::string_view remote_port = take_last_word(rest);
  const std::string_view remote = take_last_word(rest);
  const std::string_view local_port = take_last_word(rest);
  const std::string_view local = take_last_word(rest);
  record.local = endpoint_of(local, local_port);
  record.remote = endpoint_of(remote, remote_port);
  if (!record.local || !record.remote) return BadLine{"a row of tcpstates without addresses and ports"};
  // What a program chose begins in the third column at the earliest: HH:MM:SS, seconds, then the socket.
  for (int column = 0; column < 3 && record.socket.empty(); ++column) {
    const std::string_view word = take_word(rest);
    if (is_socket(word)) {
      record.socket = word;
    } else if (word.find('.') != std::string_view::npos) {
      record.time = seconds_of(word);
    }
  }
  if (record.socket.empty()) return BadLine{"a row of tcpstates without SKADDR"};
  // 0.000 where it did not see the socket before.
  if (milliseconds->count() > 0) record.dwell = *milliseconds / 1000;
  return record;
}

}  // namespace

const LineKind tcpstates_line{"a table of tcpstates", recognizes, decode};

}  // namespace tcpstat::logs
