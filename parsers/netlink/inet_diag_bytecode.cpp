#include "parsers/netlink/inet_diag_bytecode.h"

#include <linux/inet_diag.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace tcpstat::netlink::inet_diag {
namespace {

// How the kernel runs it (net/ipv4/inet_diag.c, inet_diag_bc_run()): each operation jumps `yes` bytes if it is true
// and `no` bytes if not; a row passes if the program ends exactly at its end, and fails if it jumps 4 bytes past it.
// inet_diag_bc_audit() wants every `no` target to lie on the chain of `yes` jumps, so `yes` is always the next
// operation. An OR of conditions is therefore
//
//   condition 1   yes: next   no: condition 2
//   JUMP          (its `no`)  end of the OR
//   condition 2   yes: next   no: reject
//
// `no` holds 16 bits and is 4 too large by nature for a reject, which bounds a program's size.
constexpr std::size_t kMaxBytes = 32 * 1024;

using Bytes = std::vector<std::byte>;

void put(Bytes& program, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::byte*>(data);
  program.insert(program.end(), bytes, bytes + size);
}

void patch_no(Bytes& program, std::size_t at, std::size_t target) {
  inet_diag_bc_op op;
  std::memcpy(&op, program.data() + at, sizeof op);
  op.no = static_cast<unsigned short>(target - at);
  std::memcpy(program.data() + at, &op, sizeof op);
}

/// One condition: operations that must all hold. Remembers where each operation starts, to patch its `no`.
struct Condition {
  Bytes code;
  std::vector<std::size_t> operations;

  void add(unsigned char code_number, const void* argument, std::size_t size) {
    operations.push_back(code.size());
    inet_diag_bc_op op{};
    op.code = code_number;
    op.yes = static_cast<unsigned char>(sizeof op + size);
    put(code, &op, sizeof op);
    put(code, argument, size);
  }
};

enum class Side : bool { local, remote };

void add_ports(Condition& to, Side side, const filter::PortRange& range) {
  // The port stands in the `no` field of a second operation.
  inet_diag_bc_op argument{};
  argument.no = range.first;
  to.add(side == Side::local ? INET_DIAG_BC_S_GE : INET_DIAG_BC_D_GE, &argument, sizeof argument);
  argument.no = range.last;
  to.add(side == Side::local ? INET_DIAG_BC_S_LE : INET_DIAG_BC_D_LE, &argument, sizeof argument);
}

void add_prefix(Condition& to, Side side, const Prefix& prefix) {
  // An AF_INET condition also matches v4-mapped addresses of AF_INET6 sockets, as Prefix::contains() does.
  const bool v4 = prefix.network.family == Family::ipv4;
  // struct inet_diag_hostcond ends in an array of no stated size, so the bytes are laid out here.
  inet_diag_hostcond head{};
  head.family = v4 ? AF_INET : AF_INET6;
  head.prefix_len = prefix.length;
  head.port = -1;
  std::array<std::byte, sizeof head + 16> argument{};
  std::memcpy(argument.data(), &head, sizeof head);
  std::memcpy(argument.data() + sizeof head, prefix.network.bytes.data(), v4 ? 4 : 16);
  to.add(side == Side::local ? INET_DIAG_BC_S_COND : INET_DIAG_BC_D_COND, argument.data(),
         sizeof head + (v4 ? 4U : 16U));
}

using Alternatives = std::vector<Condition>;

Alternatives of_patterns(Side side, const std::vector<filter::EndpointPattern>& patterns) {
  Alternatives out;
  for (const filter::EndpointPattern& pattern : patterns) {
    Condition condition;
    if (pattern.prefix && pattern.prefix->length > 0) add_prefix(condition, side, *pattern.prefix);
    if (pattern.ports) add_ports(condition, side, *pattern.ports);
    if (condition.code.empty()) return {};  // any endpoint: nothing that the kernel could leave out
    out.push_back(std::move(condition));
  }
  return out;
}

void of_ports(Side side, const std::vector<filter::PortRange>& ranges, Alternatives& out) {
  for (const filter::PortRange& range : ranges) add_ports(out.emplace_back(), side, range);
}

/// Appends `one of these`; the places of rejecting `no` fields are added to `rejects`.
void append(Bytes& program, const Alternatives& alternatives, std::vector<std::size_t>& rejects) {
  std::vector<std::size_t> jumps;
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    const bool last = i + 1 == alternatives.size();
    const std::size_t base = program.size();
    put(program, alternatives[i].code.data(), alternatives[i].code.size());
    if (!last) {
      jumps.push_back(program.size());
      inet_diag_bc_op jump{};
      jump.code = INET_DIAG_BC_JMP;
      jump.yes = sizeof jump;
      put(program, &jump, sizeof jump);
    }
    for (const std::size_t operation : alternatives[i].operations) {
      if (last) {
        rejects.push_back(base + operation);
      } else {
        patch_no(program, base + operation, program.size());
      }
    }
  }
  for (const std::size_t jump : jumps) patch_no(program, jump, program.size());
}

}  // namespace

std::vector<std::byte> bytecode(const filter::Filter& filter) {
  std::vector<Alternatives> all;
  all.push_back(of_patterns(Side::local, filter.local));
  all.push_back(of_patterns(Side::remote, filter.remote));
  Alternatives either;
  of_ports(Side::local, filter.ports, either);
  of_ports(Side::remote, filter.ports, either);
  all.push_back(std::move(either));
  of_ports(Side::local, filter.local_ports, all.emplace_back());
  of_ports(Side::remote, filter.remote_ports, all.emplace_back());

  Bytes program;
  std::vector<std::size_t> rejects;
  for (const Alternatives& alternatives : all) {
    append(program, alternatives, rejects);
    if (program.size() > kMaxBytes) return {};
  }
  for (const std::size_t at : rejects) patch_no(program, at, program.size() + sizeof(inet_diag_bc_op));
  return program;
}

}  // namespace tcpstat::netlink::inet_diag
