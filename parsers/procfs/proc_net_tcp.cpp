#include "parsers/procfs/proc_net_tcp.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <type_traits>

#include "base/byte_order_mark.h"

namespace tcpstat::procfs::proc_net_tcp {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Takes the next blank-separated field off the front of `rest`; empty at the end.
std::string_view next_field(std::string_view& rest) {
  std::size_t start = 0;
  while (start < rest.size() && is_blank(rest[start])) ++start;
  std::size_t end = start;
  while (end < rest.size() && !is_blank(rest[end])) ++end;
  const std::string_view field = rest.substr(start, end - start);
  rest.remove_prefix(end);
  return field;
}

constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// A whole field as a hexadecimal number; false for anything else.
template <typename Integer>
bool parse_hex(std::string_view text, Integer& out) {
  if (text.empty() || text.size() > 2 * sizeof(Integer)) return false;
  std::uint64_t value = 0;
  for (const char c : text) {
    const int digit = hex_digit(c);
    if (digit < 0) return false;
    value = value << 4U | static_cast<unsigned>(digit);
  }
  out = static_cast<Integer>(value);
  return true;
}

template <typename Integer>
bool parse_decimal(std::string_view text, Integer& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

/// A user id. Old kernels print it with a sign ("%5d"): -2 is 4294967294, and -1 is nobody's.
bool parse_uid(std::string_view text, std::uint32_t& out) {
  std::int32_t printed = 0;
  if (!text.starts_with('-')) return parse_decimal(text, out);
  if (!parse_decimal(text, printed) || printed == -1) return false;
  out = static_cast<std::uint32_t>(printed);
  return true;
}

/// "AAAA:BBBB" -> the two halves; false without a colon.
bool split(std::string_view field, std::string_view& left, std::string_view& right) {
  const std::size_t colon = field.find(':');
  if (colon == std::string_view::npos) return false;
  left = field.substr(0, colon);
  right = field.substr(colon + 1);
  return true;
}

bool parse_endpoint(std::string_view field, std::endian order, Endpoint& out) {
  std::string_view address;
  std::string_view port;
  if (!split(field, address, port) || port.size() != 4 || !parse_hex(port, out.port)) return false;
  if (address.size() != 8 && address.size() != 32) return false;
  out.address.family = address.size() == 8 ? Family::ipv4 : Family::ipv6;
  for (std::size_t word = 0; word * 8 < address.size(); ++word) {
    std::uint32_t value = 0;
    if (!parse_hex(address.substr(word * 8, 8), value)) return false;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto shift = static_cast<unsigned>(order == std::endian::little ? 8 * i : 24 - 8 * i);
      out.address.bytes[word * 4 + i] = static_cast<std::uint8_t>(value >> shift);
    }
  }
  return true;
}

/// False if the kernel would have gone on with blanks behind the last one.
bool is_padded(std::string_view line) { return line.size() >= kPaddedRow || !is_blank(line.back()); }

/// Whether the text has a "0: ", which begins each row and stands nowhere else.
bool has_slot(std::string_view text) { return text.find(": ") != std::string_view::npos; }

/// The fields of a line, as numbers.
struct Fields {
  Endpoint local;
  Endpoint remote;
  std::uint8_t state = 0;
  std::uint32_t tx_queue = 0;
  std::uint32_t rx_queue = 0;
  std::uint8_t timer = 0;
  std::uint64_t when = 0;
  std::uint32_t retransmits = 0;
  std::uint32_t uid = 0;
  std::int64_t probes = 0;
  std::uint64_t inode = 0;
  std::uint64_t kernel_address = 0;
  bool minisocket = false;
};

/// `out` must not be used if a flaw comes back.
std::optional<Flaw> parse(std::string_view line, LineEnd end, const Format& format, Fields& out) {
  std::string_view rest = line;
  const std::string_view slot = next_field(rest);
  const std::string_view local = next_field(rest);
  const std::string_view remote = next_field(rest);
  const std::string_view state = next_field(rest);
  const std::string_view queues = next_field(rest);
  const std::string_view timer = next_field(rest);
  const std::string_view retransmits = next_field(rest);
  const std::string_view uid = next_field(rest);
  const std::string_view probes = next_field(rest);
  const std::string_view inode = next_field(rest);
  const std::string_view after_inode = next_field(rest);
  // The inode is the last field that is used; in a cut line it is whole only if something follows it.
  if (inode.empty() || ((end == LineEnd::cut || format.goes_on) && after_inode.empty())) return Flaw::cut_short;

  const std::endian order = format.byte_order;
  std::string_view left;
  std::string_view right;
  const bool readable = slot.back() == ':' && parse_endpoint(local, order, out.local) &&
                        parse_endpoint(remote, order, out.remote) && parse_hex(state, out.state) &&
                        split(queues, left, right) && parse_hex(left, out.tx_queue) && parse_hex(right, out.rx_queue) &&
                        split(timer, left, right) && parse_hex(left, out.timer) && parse_hex(right, out.when) &&
                        parse_hex(retransmits, out.retransmits) && parse_uid(uid, out.uid) &&
                        parse_decimal(probes, out.probes) && parse_decimal(inode, out.inode);
  if (!readable) return Flaw::unreadable_number;
  if (has_slot(rest)) return Flaw::joined;
  if (out.local.address.family != out.remote.address.family) return Flaw::unknown_family;
  // Five more fields follow for a full socket.
  if (!parse_hex(next_field(rest), out.kernel_address)) out.kernel_address = 0;
  out.minisocket = next_field(rest).empty();
  return std::nullopt;
}

constexpr std::uint8_t kTimerProbe = 4;
constexpr std::uint8_t kTimerKeepalive = 2;

/// Without a timer a listener has no count of retransmissions.
template <typename AnyRow>
void fill_timer(AnyRow& row, const Fields& fields, std::uint32_t ticks_per_second) {
  row.timer = fields.timer <= 5 ? static_cast<TimerKind>(fields.timer) : TimerKind::unknown;
  if (row.timer != TimerKind::none) {
    // A saved file may have any number: more than fits when multiplied, too.
    const std::uint64_t ms = std::min<std::uint64_t>(fields.when, UINT64_MAX / 1000) * 1000 / ticks_per_second;
    row.timer_ms = static_cast<std::uint32_t>(std::min<std::uint64_t>(ms, UINT32_MAX));
  }
  if (std::is_same_v<AnyRow, Listener> && row.timer == TimerKind::none) return;
  // As sock_diag counts: probes while a probe or keepalive timer runs (inet_sk_diag_fill()).
  const bool probing = fields.timer == kTimerProbe || fields.timer == kTimerKeepalive;
  row.retransmits = probing && fields.probes >= 0 ? static_cast<std::uint32_t>(fields.probes) : fields.retransmits;
}

}  // namespace

Header header_of(std::string_view line) {
  std::string_view rest = without_byte_order_mark(line);
  const std::string_view first = next_field(rest);
  if (first.empty() || first.front() <= '9') return Header::none;  // a row: that is what most lines are
  const auto says = [line](std::string_view word) { return line.find(word) != std::string_view::npos; };
  // net/ipv4/udp.c and raw.c count drops, net/ipv4/tcp_ipv4.c does not.
  if (first == "sl") return says("drops") ? Header::other : says("remote_address") ? Header::tcp6 : Header::tcp;
  // The first columns of unix; netlink, packet; sctp/eps, sctp/assocs; route.
  const bool other = (first == "Num" && says("RefCount")) || (first == "sk" && (says("Eth") || says("RefCnt"))) ||
                     first == "ENDPT" || first == "ASSOC" || (first == "Iface" && says("Gateway"));
  return other ? Header::other : Header::none;
}

bool has_joined_rows(std::string_view header) { return has_slot(header); }

bool is_whole_header(std::string_view header) {
  return header.find("inode") != std::string_view::npos && is_padded(header);
}

bool begins_row(std::string_view text) {
  constexpr std::size_t kMostBlanks = 3;
  return !text.empty() && text.size() <= kMostBlanks && text.find_first_not_of(' ') == std::string_view::npos;
}

bool is_whole(std::string_view line, const Row& row) {
  constexpr std::size_t kFields = 17;
  constexpr std::size_t kMinisocketFields = 12;
  const auto* connection = std::get_if<Connection>(&row);
  std::size_t fields = 0;
  for (std::string_view rest = line; !next_field(rest).empty();) ++fields;
  const bool has_all = fields >= (connection != nullptr && connection->minisocket ? kMinisocketFields : kFields);
  return has_all && is_padded(line);
}

bool shows_other_state(std::string_view line, State state) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  // ": ADDRESS:PORT ADDRESS:PORT ST ", with the same number of digits in both addresses.
  for (const std::size_t address : {std::size_t{8}, std::size_t{32}}) {
    constexpr std::size_t kPort = 4;
    const std::size_t local = colon + 2;
    const std::size_t at = local + 2 * (address + 1 + kPort + 1);
    if (line.size() <= at + 2 || line[local + address] != ':' || line[at - 1] != ' ' || line[at + 2] != ' ') continue;
    std::uint8_t number = 0;
    return parse_hex(line.substr(at, 2), number) && state_from_kernel(number) != state;
  }
  return false;
}

Row decode(std::string_view line, LineEnd end, const Format& format) {
  Fields fields;
  if (const auto flaw = parse(line, end, format, fields)) return *flaw;
  const std::optional<State> state = state_from_kernel(fields.state);
  if (!state) return Flaw::unknown_state;

  if (*state == State::listen) {
    Listener listener;
    listener.origin = Origin::proc;
    listener.local = fields.local;
    listener.family = fields.local.address.family;
    listener.uid = fields.uid;
    listener.inode = fields.inode;
    listener.kernel_address = fields.kernel_address;
    fill_timer(listener, fields, format.ticks_per_second);
    listener.accept_queue = fields.rx_queue;
    return listener;
  }

  Connection row;
  row.origin = Origin::proc;
  row.local = fields.local;
  row.remote = fields.remote;
  row.family = fields.local.address.family;
  row.state = *state;
  row.inode = fields.inode;
  row.kernel_address = fields.kernel_address;
  fill_timer(row, fields, format.ticks_per_second);
  // Only a missing rest tells a request from a Fast Open child, and a cut line lacks the rest in any case.
  if (end == LineEnd::cut && *state == State::syn_recv && fields.inode == 0 && fields.minisocket) {
    return Flaw::cut_short;
  }
  row.minisocket = fields.inode == 0 &&
                   (*state == State::time_wait || (*state == State::fin_wait2 && row.timer == TimerKind::time_wait) ||
                    (*state == State::syn_recv && fields.minisocket));
  // Requests show their listener's uid here and TIME_WAIT shows 0: neither owns the row.
  if (!row.minisocket) row.uid = fields.uid;
  row.recv_queue = fields.rx_queue;
  row.send_queue = fields.tx_queue;
  return row;
}

}  // namespace tcpstat::procfs::proc_net_tcp
