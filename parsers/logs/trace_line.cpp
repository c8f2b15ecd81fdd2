// The text that the kernel makes of sock:inet_sock_set_state (include/trace/events/sock.h):
//
//   comm-123 [001] ..s2.  6300.358534: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=59879 dport=0
//     saddr=127.0.0.1 daddr=0.0.0.0 saddrv6=::ffff:127.0.0.1 daddrv6=::ffff:0.0.0.0 oldstate=TCP_CLOSE newstate=TCP_LISTEN
//
// and with options/fields=1 (kernel/trace/trace_output.c, print_event_fields()), which alone shows skaddr:
//
//   … inet_sock_set_state: skaddr=0xffff8881025f8000 (-131…) oldstate=0x7 (7) newstate=0xa (10) sport=0xbb77 (47991)
//     dport=0x0 (0) family=0x2 (2) protocol=0x6 (6) saddr=0x100007f (16777343) daddr=0x0 (0) saddr_v6=<INVALID-SIZE> …
//
// and what perf-script(1) prints of it with or without the name of the event, and of tcp:tcp_set_state, as Linux 4.15
// called it, without family and protocol.

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "base/saturated.h"
#include "parsers/logs/ring_header.h"
#include "parsers/logs/trace_event.h"
#include "parsers/logs/transition_log.h"

namespace tcpstat::logs {
namespace {

std::optional<std::uint64_t> number_of(std::string_view word) {
  int base = 10;
  if (word.starts_with("0x")) {
    word.remove_prefix(2);
    base = 16;
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, base);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return number;
}

std::optional<ObservedState> state_of(std::string_view word) {
  if (!word.starts_with("0x")) return observed_state(word);
  const auto number = number_of(word);
  return number && *number <= ObservedState::kCount ? observed_state(std::to_string(*number)) : std::nullopt;
}

struct Fields {
  std::string_view socket, family, protocol, sport, dport, saddr, daddr, saddr6, daddr6, before, after;
};

Fields fields_of(std::string_view text) {
  Fields to;
  while (true) {
    const std::string_view word = take_word(text);
    if (word.empty()) return to;
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = word.substr(0, equals);
    const std::string_view value = word.substr(equals + 1);
    if (key == "skaddr") to.socket = value;
    if (key == "family") to.family = value;
    if (key == "protocol") to.protocol = value;
    if (key == "sport") to.sport = value;
    if (key == "dport") to.dport = value;
    if (key == "saddr") to.saddr = value;
    if (key == "daddr") to.daddr = value;
    if (key == "saddrv6") to.saddr6 = value;
    if (key == "daddrv6") to.daddr6 = value;
    if (key == "oldstate") to.before = value;
    if (key == "newstate") to.after = value;
  }
}

/// As options/fields prints four bytes: a number of a little-endian host.
std::optional<Address> address_of_number(std::string_view word) {
  const auto number = word.starts_with("0x") ? number_of(word) : std::nullopt;
  if (!number || *number > UINT32_MAX) return std::nullopt;
  Address address;
  for (unsigned i = 0; i < 4; ++i) address.bytes[i] = static_cast<std::uint8_t>(*number >> (8 * i));
  return address;
}

/// Whether the key is there at all. A key without a value is there, and cannot be right.
bool is_given(std::string_view value) { return value.data() != nullptr; }

struct PrintedEnd {
  std::string_view v4, v6, port;
};

/// False if a part is there that cannot be right. If a part is missing, `out` stays as it is.
bool read_printed_end(const PrintedEnd& end, std::string_view family, std::optional<Endpoint>& out) {
  const auto number = number_of(end.port);
  if (is_given(end.port) && (!number || *number > UINT16_MAX)) return false;
  const auto v6 = parse_address(end.v6);
  if (is_given(end.v6) && (!v6 || v6->family != Family::ipv6)) return false;
  auto v4 = parse_address(end.v4);
  if (!v4) v4 = address_of_number(end.v4);
  if (is_given(end.v4) && (!v4 || v4->family != Family::ipv4)) return false;
  const bool is_v6 = family == "AF_INET6" || family == "0xa" || family == "10";
  const bool is_v4 = family == "AF_INET" || family == "0x2" || family == "2";
  if (!is_v6 && !is_v4 && is_given(family)) return false;
  // Without a family the IPv6 address tells: an IPv4 socket has a v4-mapped one.
  const auto& address = is_v6 || (!is_v4 && v6 && !v6->is_v4_mapped()) ? v6 : v4;
  if (address && number) out = Endpoint{*address, static_cast<std::uint16_t>(*number)};
  return true;
}

/// "python3 1 [001] 12.000001: PERF_RECORD_LOST lost 21", as perf-script(1) says it with --show-lost-events. The word
/// is too long to be the name of a process.
std::optional<std::uint64_t> lost_by_perf(std::string_view line) {
  constexpr std::string_view kLost = "PERF_RECORD_LOST";
  const std::size_t at = line.find(kLost);
  if (at == std::string_view::npos) return std::nullopt;
  line.remove_prefix(at + kLost.size());
  return take_word(line) == "lost" ? std::optional(saturated_number(take_word(line)).value_or(1)) : std::nullopt;
}

/// "CPU:1 [LOST 123 EVENTS]", as trace_pipe says it (kernel/trace/trace.c, print_trace_line()), and "CPU:1 [123 EVENTS
/// DROPPED]", as trace-cmd(1) does (tracecmd/trace-read.c, show_data()). Without a number it is one at least.
std::optional<std::uint64_t> lost_in(std::string_view line) {
  if (const auto lost = lost_by_perf(line)) return lost;
  std::string_view words = line;
  const std::string_view processor = take_word(words);
  if (!processor.starts_with("CPU:") || !number_of(processor.substr(4))) return std::nullopt;
  std::string_view first = take_word(words);
  if (!first.starts_with('[')) return std::nullopt;
  first.remove_prefix(1);
  const std::string_view last = take_last_word(words);
  if (first == "LOST" && last == "EVENTS]") return saturated_number(take_word(words)).value_or(1);
  if (first == "EVENTS" && last == "DROPPED]") return 1;
  if (take_word(words) == "EVENTS" && last == "DROPPED]") return saturated_number(first).value_or(1);
  return std::nullopt;
}

/// What trace-cmd(1) prints before the first record.
bool is_preface(std::string_view line) {
  const std::string_view first = take_word(line);
  if (first == "CPU") return line.find(" is empty") != std::string_view::npos;
  if (first == "version") return take_word(line) == "=";
  return first.starts_with("cpus=") && number_of(first.substr(5));
}

bool is_trace(std::string_view line) {
  std::string_view words = line;
  const std::string_view first = take_word(words);
  // A comment or a JSON object, unless a process has such a name.
  if (first.starts_with('#') || first.starts_with('{')) {
    return ring_entries(line) || (begins_with_process(line) && (trace_event(line) || looks_like_event(line)));
  }
  return trace_event(line) || lost_in(line) || first == "=>" || is_preface(line) || looks_like_event(line);
}

/// Whether a second record follows, because the end of a line was lost. Names of processes stand before the fields.
bool has_another(std::string_view fields) {
  constexpr std::string_view kState = "oldstate=";
  const std::size_t first = fields.find(kState);
  return fields.find("set_state: ") != std::string_view::npos ||
         (first != std::string_view::npos && fields.find(kState, first + 1) != std::string_view::npos);
}

LogRecord decode_trace(std::string_view line, LineText& /*text*/) {
  if (const auto lost = lost_in(line)) return LostRecords{*lost};
  const auto event = trace_event(line);
  if (!event) {
    const auto entries = ring_entries(line);
    return entries ? LogRecord(*entries) : OtherLine{};
  }
  if (has_another(event->fields)) return BadLine{"another record in the same line"};
  const Fields fields = fields_of(event->fields);
  Transition record;
  if (fields.protocol == "IPPROTO_MPTCP" || fields.protocol == "0x106" || fields.protocol == "262") {
    record.protocol = Protocol::mptcp;
  } else if (!fields.protocol.empty() && fields.protocol != "IPPROTO_TCP" && fields.protocol != "0x6" &&
             fields.protocol != "6") {
    return OtherLine{};  // SCTP and DCCP use the same numbers with other meanings
  }
  const auto from = state_of(fields.before);
  const auto to = state_of(fields.after);
  if (!from || !to) return BadLine{"no state that is known in oldstate or newstate"};
  record.from = *from;
  record.to = *to;
  record.socket = fields.socket;
  if (!read_printed_end({fields.saddr, fields.saddr6, fields.sport}, fields.family, record.local) ||
      !read_printed_end({fields.daddr, fields.daddr6, fields.dport}, fields.family, record.remote)) {
    return BadLine{"an address or a port that cannot be"};
  }
  std::string_view head = event->head;
  std::string_view time = take_last_word(head);
  if (time == "sock:" || time == "tcp:") time = take_last_word(head);  // perf-script(1)
  if (time.ends_with(':')) time.remove_suffix(1);
  record.time = seconds_of(time);
  return record;
}

/// CLOSE may be the beginning of CLOSE_WAIT, and 1 that of 10.
bool may_be_longer_state(std::string_view word) {
  if (word.empty() || (word.front() >= '0' && word.front() <= '9')) return true;
  for (const std::string_view prefix : {"BPF_", "TCP_"}) {
    if (word.starts_with(prefix)) word.remove_prefix(prefix.size());
  }
  return std::any_of(states().begin(), states().end(), [word](const StateInfo& row) {
    return row.name.size() > word.size() && row.name.starts_with(word);
  });
}

bool trace_may_go_on(std::string_view line) {
  std::string_view rest = line;
  const std::string_view last = take_last_word(rest);
  const std::size_t equals = last.find('=');
  if (equals == std::string_view::npos) return false;
  constexpr std::string_view kNeeded[] = {"skaddr", "family", "protocol", "sport",   "dport",
                                          "saddr",  "daddr",  "saddrv6",  "daddrv6", "oldstate"};
  const std::string_view key = last.substr(0, equals);
  if (key == "newstate") return may_be_longer_state(last.substr(equals + 1));
  return std::find(std::begin(kNeeded), std::end(kNeeded), key) != std::end(kNeeded);
}

}  // namespace

const LineKind trace_line{"a trace", is_trace, decode_trace, trace_may_go_on};

}  // namespace tcpstat::logs
