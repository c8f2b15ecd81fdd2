#include "support/rows.h"

#include <array>
#include <stdexcept>

#include "render/json_row.h"

namespace tcpstat::test {

Address address(std::string_view text) {
  const auto parsed = parse_address(text);
  if (!parsed) throw std::invalid_argument("no address: " + std::string(text));
  return *parsed;
}

Endpoint endpoint(std::string_view text, std::uint16_t port) { return {address(text), port}; }

Prefix prefix(std::string_view text, unsigned length) {
  return prefix_of(address(text), static_cast<std::uint8_t>(length));
}

Connection connection(State state, const Endpoint& local, const Endpoint& remote) {
  Connection row;
  row.state = state;
  row.local = local;
  row.remote = remote;
  row.family = local.address.family;
  row.uid = 1000;
  row.inode = 4711;
  row.recv_queue = 0;
  row.send_queue = 0;
  row.retransmits = 0;
  return row;
}

Listener listener(const Endpoint& local) {
  Listener row;
  row.local = local;
  row.family = local.address.family;
  row.uid = 1000;
  row.inode = 4712;
  row.accept_queue = 0;
  row.accept_limit = 128;
  return row;
}

KernelLimits age_limits(std::optional<std::uint32_t> fin_timeout_s, std::optional<std::uint32_t> synack_retries) {
  KernelLimits limits;
  limits.fin_timeout_s = fin_timeout_s;
  limits.synack_retries = synack_retries;
  return limits;
}

std::string facts(const Connection& row) {
  TableNames names;
  TextBuffer out;
  render::append_json_members(out, row, names, "null", {.processes = true, .tcp_info = true});
  std::string text(out.view());
  text += row.minisocket ? ",mini" : ",full";
  text += ",if " + std::to_string(row.interface);
  text += ",cgroup " + (row.cgroup ? std::to_string(*row.cgroup) : "-");
  return text;
}

std::string facts(const Listener& row) {
  TableNames names;
  TextBuffer out;
  render::append_json_members(out, row, names, "null", {.processes = true, .tcp_info = true});
  std::string text(out.view());
  text += ",if " + std::to_string(row.interface);
  text += ",cgroup " + (row.cgroup ? std::to_string(*row.cgroup) : "-");
  return text;
}

Address Random::address() {
  Address out;
  out.family = once_in(2) ? Family::ipv4 : Family::ipv6;
  const std::size_t size = out.family == Family::ipv4 ? 4 : 16;
  // Runs of zeros are what makes IPv6 text interesting.
  for (std::size_t i = 0; i < size; ++i) out.bytes[i] = static_cast<std::uint8_t>(once_in(2) ? 0 : number());
  return out;
}

Address Random::common_address() {
  constexpr std::array kTexts = {"192.0.2.1",        "192.0.2.129",     "198.51.100.7",    "0.0.0.0", "127.0.0.1",
                                 "::ffff:192.0.2.1", "2001:db8::1",     "2001:db8:0:1::1", "::",      "::1",
                                 "::ffff:127.0.0.1", "2001:db8:8000::1"};
  return test::address(kTexts[below(kTexts.size())]);
}

std::uint16_t Random::common_port() {
  constexpr std::array<std::uint16_t, 8> kPorts = {0, 22, 80, 81, 443, 8080, 40000, 65535};
  return kPorts[below(kPorts.size())];
}

namespace {

/// Old kernels count no drops.
void give_memory(Socket& row, Random& random) {
  for (auto* number :
       {&row.recv_memory_bytes, &row.recv_buffer_bytes, &row.send_memory_bytes, &row.send_buffer_bytes,
        &row.reserved_memory_bytes, &row.queued_memory_bytes, &row.option_memory_bytes, &row.backlog_memory_bytes}) {
    *number = static_cast<std::uint32_t>(random.number());
  }
  if (random.once_in(2)) row.drops = static_cast<std::uint32_t>(random.number());
}

}  // namespace

Connection Random::connection() {
  Connection row;
  do {
    row.local = {common_address(), common_port()};
    row.remote = {common_address(), common_port()};
  } while (row.local.address.family != row.remote.address.family);
  row.family = row.local.address.family;
  do {
    row.state = static_cast<State>(1 + below(kStateCount));
  } while (row.state == State::listen);
  row.inode = below(3) * below(100000);
  row.minisocket = row.state == State::time_wait || (row.state == State::syn_recv && row.inode == 0);
  if (!row.minisocket) row.uid = static_cast<std::uint32_t>(below(3) * 1000);
  row.recv_queue = static_cast<std::uint32_t>(number());
  row.send_queue = static_cast<std::uint32_t>(number());
  row.timer = static_cast<TimerKind>(below(6));
  if (row.timer != TimerKind::none) row.timer_ms = static_cast<std::uint32_t>(number());
  row.retransmits = static_cast<std::uint32_t>(below(20));
  if (once_in(2)) row.cookie = number();
  if (once_in(4)) row.mark = static_cast<std::uint32_t>(number());
  if (once_in(4)) row.age_ms = below(1'000'000);
  if (once_in(2)) give_memory(row, *this);
  if (once_in(2)) row.transparent = once_in(2);
  if (once_in(2)) row.freebind = once_in(2);
  if (once_in(4)) row.mptcp_token = static_cast<std::uint32_t>(number());
  row.mptcp_role = static_cast<MptcpRole>(below(5));
  row.orphan = orphan_reason(row);
  for (const RowFlagInfo& flag : kRowFlags) {
    if (once_in(4)) row.flags.add(flag.flag);
  }
  return row;
}

Listener Random::listener() {
  Listener row;
  row.local = {common_address(), common_port()};
  row.family = row.local.address.family;
  row.uid = static_cast<std::uint32_t>(below(3) * 1000);
  row.inode = 1 + below(100000);
  row.accept_queue = static_cast<std::uint32_t>(below(200));
  if (once_in(2)) row.accept_limit = static_cast<std::uint32_t>(below(200));
  if (once_in(2)) row.syn_recv = below(200);
  return row;
}

filter::Filter Random::filter() {
  filter::Filter out;
  const auto range = [&] {
    const std::uint16_t a = common_port();
    const std::uint16_t b = common_port();
    return filter::PortRange{std::min(a, b), std::max(a, b)};
  };
  const auto pattern = [&] {
    filter::EndpointPattern made;
    if (!once_in(3)) {
      const Address base = common_address();
      const unsigned bits = address_bits(base.family);
      made.prefix = prefix_of(base, static_cast<std::uint8_t>(once_in(2) ? bits : below(bits + 1)));
    }
    if (!once_in(3)) made.ports = range();
    return made;
  };
  const auto some = [&](auto& list, auto make) {
    if (once_in(2)) return;
    for (std::uint64_t left = 1 + below(3); left > 0; --left) list.push_back(make());
  };
  some(out.local, pattern);
  some(out.remote, pattern);
  some(out.ports, range);
  some(out.local_ports, range);
  some(out.remote_ports, range);
  return out;
}

std::string Random::text(std::size_t longest) {
  std::string out(below(longest + 1), '\0');
  for (char& c : out) {
    c = static_cast<char>(once_in(3) ? number() : 0x20 + below(0x5F));
  }
  return out;
}

}  // namespace tcpstat::test
