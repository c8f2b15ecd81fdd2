#include "parsers/netlink/inet_diag_bytecode.h"

#include <linux/inet_diag.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace tcpstat::netlink::inet_diag {
namespace {

// How the kernel runs it (net/ipv4/inet_diag.c, inet_diag_bc_run()): each operation jumps `yes` bytes if it is true and
// `no` bytes if not; a row passes if the program ends exactly at its end, and fails if it jumps 4 bytes past it.
// inet_diag_bc_audit() wants every `no` target to lie on the chain of `yes` jumps, and forward, so `yes` is always the
// next operation. A true operation falls through to the next; a false one leaves by a `no` that is patched later:
//
//   a or b     a   (its `no`: b)   JUMP end   b   end        a JUMP is never true: it jumps by its `no`
//   not a      a   (its `no`: end) JUMP reject    end
constexpr std::size_t kMaxBytes = 32 * 1024;  // `no` has 16 bits

using Bytes = std::vector<std::byte>;
using filter::Expression;
using filter::Side;

class Program {
 public:
  Bytes bytes_of(const Expression& tree) {
    const Places rejects = add(tree);
    patch(rejects, bytes_.size() + sizeof(inet_diag_bc_op));
    return std::move(bytes_);
  }

 private:
  /// Operations whose `no` is still to be set.
  using Places = std::vector<std::size_t>;

  void put(const void* data, std::size_t size) {
    const auto* begin = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), begin, begin + size);
  }
  std::size_t add_operation(unsigned char code, const void* argument, std::size_t size) {
    const std::size_t at = bytes_.size();
    inet_diag_bc_op op{};
    op.code = code;
    op.yes = static_cast<unsigned char>(sizeof op + size);
    put(&op, sizeof op);
    if (size > 0) put(argument, size);
    return at;
  }
  std::size_t add_jump() { return add_operation(INET_DIAG_BC_JMP, nullptr, 0); }

  void patch(const Places& places, std::size_t target) {
    for (const std::size_t at : places) {
      inet_diag_bc_op op;
      std::memcpy(&op, bytes_.data() + at, sizeof op);
      op.no = static_cast<unsigned short>(target - at);
      std::memcpy(bytes_.data() + at, &op, sizeof op);
    }
  }

  Places add(const Expression& tree) {
    switch (tree.kind()) {
      case Expression::Kind::test:
        return add(tree.test());
      case Expression::Kind::negation: {
        const Places part = add(tree.parts().front());
        const std::size_t jump = add_jump();
        patch(part, bytes_.size());
        return {jump};
      }
      case Expression::Kind::all_of: {
        Places rejects;
        for (const Expression& part : tree.parts()) {
          const Places more = add(part);
          rejects.insert(rejects.end(), more.begin(), more.end());
        }
        return rejects;
      }
      case Expression::Kind::any_of:
        break;
    }
    Places jumps;
    Places rejects;
    for (const Expression& part : tree.parts()) {
      const bool first = &part == &tree.parts().front();
      if (!first) {
        jumps.push_back(add_jump());
        patch(rejects, bytes_.size());
      }
      rejects = add(part);
    }
    patch(jumps, bytes_.size());
    return rejects;
  }

  Places add(const filter::Test& test) {
    if (const auto* port = std::get_if<filter::PortTest>(&test)) return add(*port);
    if (const auto* address = std::get_if<filter::AddressTest>(&test)) return add(*address);
    if (const auto* family = std::get_if<filter::FamilyTest>(&test)) {
      return {add_host(Side::local, Prefix{Address{family->family, {}}, 0})};
    }
    if (const auto* device = std::get_if<filter::DeviceTest>(&test)) {
      return {add_operation(INET_DIAG_BC_DEV_COND, &device->index, sizeof device->index)};
    }
    if (const auto* mark = std::get_if<filter::MarkTest>(&test)) {
      const inet_diag_markcond condition{mark->value, mark->mask};
      return {add_operation(INET_DIAG_BC_MARK_COND, &condition, sizeof condition)};
    }
    return {};  // kernel_part() leaves nothing else
  }

  Places add(const filter::PortTest& test) {
    // The port stands in the `no` field of a second operation.
    inet_diag_bc_op argument{};
    argument.no = test.range.first;
    const bool local = test.side == Side::local;
    Places rejects;
    if (test.range.first > 0) {
      rejects.push_back(add_operation(local ? INET_DIAG_BC_S_GE : INET_DIAG_BC_D_GE, &argument, sizeof argument));
    }
    argument.no = test.range.last;
    if (test.range.last < UINT16_MAX) {
      rejects.push_back(add_operation(local ? INET_DIAG_BC_S_LE : INET_DIAG_BC_D_LE, &argument, sizeof argument));
    }
    return rejects;
  }

  // An AF_INET condition also matches v4-mapped addresses of AF_INET6 sockets, as AddressTest does.
  Places add(const filter::AddressTest& test) { return {add_host(test.side, test.prefix)}; }

  std::size_t add_host(Side side, const Prefix& prefix) {
    const bool v4 = prefix.network.family == Family::ipv4;
    // struct inet_diag_hostcond ends in an array of no stated size, so the bytes are laid out here.
    inet_diag_hostcond head{};
    head.family = v4 ? AF_INET : AF_INET6;
    head.prefix_len = prefix.length;
    head.port = -1;
    std::array<std::byte, sizeof head + 16> argument{};
    std::memcpy(argument.data(), &head, sizeof head);
    std::memcpy(argument.data() + sizeof head, prefix.network.bytes.data(), v4 ? 4 : 16);
    return add_operation(side == Side::local ? INET_DIAG_BC_S_COND : INET_DIAG_BC_D_COND, argument.data(),
                         sizeof head + (v4 ? 4U : 16U));
  }

  Bytes bytes_;
};

}  // namespace

std::vector<std::byte> bytecode(const filter::Filter& filter, Wanted wanted, KernelTests tests) {
  Bytes bytes = Program().bytes_of(kernel_part(filter, wanted, tests));
  return bytes.size() > kMaxBytes ? Bytes{} : bytes;
}

}  // namespace tcpstat::netlink::inet_diag
