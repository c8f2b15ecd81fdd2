#include "parsers/tracefs/trace_record.h"

#include <sys/socket.h>

#include <cstring>

namespace tcpstat::tracefs {
namespace {

/// A number in the byte order of this host; the kernel writes no other.
template <typename Number>
bool read(std::span<const std::byte> bytes, RecordLayout::Field field, Number& to) {
  if (field.size != sizeof(Number) || field.offset + field.size > bytes.size()) return false;
  std::memcpy(&to, bytes.data() + field.offset, sizeof(Number));
  return true;
}

bool read_address(std::span<const std::byte> bytes, RecordLayout::Field v4, RecordLayout::Field v6,
                  std::uint16_t family, Address& to) {
  const bool six = family == AF_INET6;
  const RecordLayout::Field field = six ? v6 : v4;
  const std::size_t size = six ? 16 : 4;
  if (field.size != size || field.offset + size > bytes.size()) return false;
  to.family = six ? Family::ipv6 : Family::ipv4;
  std::memcpy(to.bytes.data(), bytes.data() + field.offset, size);
  return true;
}

bool read_socket(std::span<const std::byte> bytes, RecordLayout::Field field, std::uint64_t& to) {
  // A pointer of a 32-bit kernel has four bytes.
  std::uint32_t small_pointer = 0;
  if (field.size != sizeof small_pointer) return read(bytes, field, to);
  if (!read(bytes, field, small_pointer)) return false;
  to = small_pointer;
  return true;
}

std::optional<ObservedState> state_of(std::int32_t number) {
  constexpr std::int32_t kNewSynRecv = 12;  // TCP_NEW_SYN_RECV
  if (number == kNewSynRecv) return ObservedState::request();
  if (number < 1 || number > static_cast<std::int32_t>(kStateCount)) return std::nullopt;
  return ObservedState(static_cast<State>(number));
}

}  // namespace

std::uint16_t event_id(std::span<const std::byte> bytes) {
  std::uint16_t id = 0;  // common_type (kernel/trace/trace.h, struct trace_entry)
  return read(bytes, {0, sizeof id}, id) ? id : std::uint16_t{0};
}

bool decode_reset(std::span<const std::byte> bytes, const RecordLayout& layout, TraceRecord& to) {
  to.kind = TraceRecord::Kind::reset;
  return read_socket(bytes, layout.skaddr, to.socket);
}

bool decode(std::span<const std::byte> bytes, const RecordLayout& layout, TraceRecord& to) {
  if (!read_socket(bytes, layout.skaddr, to.socket)) return false;
  // Before Linux 5.6 one byte (include/trace/events/sock.h).
  std::uint8_t small_protocol = 0;
  if (layout.protocol.size == sizeof small_protocol) {
    if (!read(bytes, layout.protocol, small_protocol)) return false;
    to.protocol = small_protocol;
  } else if (!read(bytes, layout.protocol, to.protocol)) {
    return false;
  }
  to.kind = TraceRecord::Kind::transition;
  return read(bytes, layout.oldstate, to.from) && read(bytes, layout.newstate, to.to) &&
         read(bytes, layout.family, to.family) && read(bytes, layout.sport, to.local.port) &&
         read(bytes, layout.dport, to.remote.port) &&
         read_address(bytes, layout.saddr, layout.saddr_v6, to.family, to.local.address) &&
         read_address(bytes, layout.daddr, layout.daddr_v6, to.family, to.remote.address);
}

std::optional<Transition> to_transition(const TraceRecord& record) {
  const auto protocol = protocol_of_number(record.protocol);
  if (!protocol) return std::nullopt;
  const auto from = state_of(record.from);
  const auto to = state_of(record.to);
  if (!from || !to) return std::nullopt;
  Transition transition;
  transition.from = *from;
  transition.to = *to;
  transition.observed = Observed::exact;
  transition.protocol = *protocol;
  transition.local = record.local;
  // A socket that listens has no other end.
  if (record.remote.port != 0) transition.remote = record.remote;
  return transition;
}

}  // namespace tcpstat::tracefs
