// The kernel's own rules (net/ipv4/inet_diag.c, Linux 6.18) held against the programs that are made for it.

#include "parsers/netlink/inet_diag_bytecode.h"

#include <doctest/doctest.h>
#include <linux/inet_diag.h>
#include <sys/socket.h>

#include <cstring>
#include <ostream>

#include "filter/random_expressions.h"
#include "support/rows.h"

namespace tcpstat::netlink {
namespace {

using Program = std::vector<std::byte>;

inet_diag_bc_op op_at(const Program& program, std::size_t at) {
  inet_diag_bc_op op;
  REQUIRE(at + sizeof op <= program.size());
  std::memcpy(&op, program.data() + at, sizeof op);
  return op;
}

/// valid_cc(): whether a jump to `cc` bytes before the end reaches an operation.
bool valid_target(const Program& program, int length, int cc) {
  std::size_t at = 0;
  while (length >= 0) {
    if (cc > length) return false;
    if (cc == length) return true;
    const inet_diag_bc_op op = op_at(program, at);
    if (op.yes < 4 || (op.yes & 3U) != 0) return false;
    length -= op.yes;
    at += op.yes;
  }
  return false;
}

/// valid_hostcond(): takes the condition's bytes off `min_length`'s promise.
bool valid_host(const Program& program, std::size_t at, int length, int& min_length) {
  min_length += static_cast<int>(sizeof(inet_diag_hostcond));
  if (length < min_length) return false;
  inet_diag_hostcond condition;
  std::memcpy(&condition, program.data() + at + sizeof(inet_diag_bc_op), sizeof condition);
  int address = 0;
  switch (condition.family) {
    case AF_UNSPEC:
      break;
    case AF_INET:
      address = 4;
      break;
    case AF_INET6:
      address = 16;
      break;
    default:
      return false;
  }
  min_length += address;
  return length >= min_length && condition.prefix_len <= 8 * address;
}

/// inet_diag_bc_audit()
bool audit(const Program& program) {
  const int whole = static_cast<int>(program.size());
  int length = whole;
  std::size_t at = 0;
  while (length > 0) {
    int min_length = sizeof(inet_diag_bc_op);
    if (length < min_length) return false;
    const inet_diag_bc_op op = op_at(program, at);
    switch (op.code) {
      case INET_DIAG_BC_S_COND:
      case INET_DIAG_BC_D_COND:
        if (!valid_host(program, at, length, min_length)) return false;
        break;
      case INET_DIAG_BC_S_GE:
      case INET_DIAG_BC_S_LE:
      case INET_DIAG_BC_D_GE:
      case INET_DIAG_BC_D_LE:
        min_length += static_cast<int>(sizeof(inet_diag_bc_op));
        if (length < min_length) return false;
        break;
      case INET_DIAG_BC_DEV_COND:  // valid_devcond()
        min_length += static_cast<int>(sizeof(std::uint32_t));
        if (length < min_length) return false;
        break;
      case INET_DIAG_BC_MARK_COND:  // valid_markcond()
        min_length += static_cast<int>(sizeof(inet_diag_markcond));
        if (length < min_length) return false;
        break;
      case INET_DIAG_BC_JMP:
      case INET_DIAG_BC_NOP:
        break;
      default:
        return false;
    }
    if (op.code != INET_DIAG_BC_NOP) {
      if (op.no < min_length || op.no > length + 4 || (op.no & 3U) != 0) return false;
      if (op.no < length && !valid_target(program, whole, length - op.no)) return false;
    }
    if (op.yes < min_length || op.yes > length + 4 || (op.yes & 3U) != 0) return false;
    length -= op.yes;
    at += op.yes;
  }
  return length == 0;
}

bool bits_equal(const std::uint8_t* a, const std::uint8_t* b, unsigned bits) {
  for (unsigned i = 0; i < bits; ++i) {
    if (((a[i / 8] ^ b[i / 8]) & (0x80U >> (i % 8))) != 0) return false;
  }
  return true;
}

bool host_matches(const Program& program, std::size_t at, Family family, const Endpoint& end) {
  inet_diag_hostcond condition;
  std::memcpy(&condition, program.data() + at + sizeof(inet_diag_bc_op), sizeof condition);
  std::uint8_t wanted[16] = {};
  const std::size_t from = at + sizeof(inet_diag_bc_op) + sizeof condition;
  std::memcpy(wanted, program.data() + from, std::min<std::size_t>(16, program.size() - from));
  if (condition.port != -1 && condition.port != end.port) return false;
  const int number = family == Family::ipv4 ? AF_INET : AF_INET6;
  if (condition.family != AF_UNSPEC && condition.family != number) {
    if (number == AF_INET6 && condition.family == AF_INET && end.address.is_v4_mapped()) {
      return bits_equal(end.address.bytes.data() + 12, wanted, condition.prefix_len);
    }
    return false;
  }
  return condition.prefix_len == 0 || bits_equal(end.address.bytes.data(), wanted, condition.prefix_len);
}

/// inet_diag_bc_run()
bool run(const Program& program, Family family, const Endpoint& local, const Endpoint& remote, unsigned device = 0,
         std::uint32_t mark = 0) {
  int length = static_cast<int>(program.size());
  std::size_t at = 0;
  int steps = 0;
  while (length > 0) {
    REQUIRE(++steps < 100'000);
    const inet_diag_bc_op op = op_at(program, at);
    const auto argument = [&] { return op_at(program, at + sizeof op).no; };
    bool yes = true;
    switch (op.code) {
      case INET_DIAG_BC_NOP:
        break;
      case INET_DIAG_BC_JMP:
        yes = false;
        break;
      case INET_DIAG_BC_S_GE:
        yes = local.port >= argument();
        break;
      case INET_DIAG_BC_S_LE:
        yes = local.port <= argument();
        break;
      case INET_DIAG_BC_D_GE:
        yes = remote.port >= argument();
        break;
      case INET_DIAG_BC_D_LE:
        yes = remote.port <= argument();
        break;
      case INET_DIAG_BC_S_COND:
      case INET_DIAG_BC_D_COND:
        yes = host_matches(program, at, family, op.code == INET_DIAG_BC_S_COND ? local : remote);
        break;
      case INET_DIAG_BC_DEV_COND: {
        std::uint32_t index = 0;
        std::memcpy(&index, program.data() + at + sizeof op, sizeof index);
        yes = index == device;
        break;
      }
      case INET_DIAG_BC_MARK_COND: {
        inet_diag_markcond condition{};
        std::memcpy(&condition, program.data() + at + sizeof op, sizeof condition);
        yes = (mark & condition.mask) == condition.mark;
        break;
      }
      default:
        FAIL("an operation that is not expected here");
    }
    const int step = yes ? op.yes : op.no;
    REQUIRE(step > 0);
    length -= step;
    at += static_cast<std::size_t>(step);
  }
  return length == 0;
}

bool matches(const Program& program, const Connection& row) {
  // A mark that the kernel does not tell is one all the same.
  return program.empty() ||
         run(program, row.family, row.local, row.remote, row.interface, row.mark.value_or(test::kUntoldMark));
}

TEST_CASE("a filter without ports and addresses needs no program") {
  filter::Filter filter;
  filter.users = {1000};
  filter.states = {State::listen};
  filter.pids = {1};
  CHECK(inet_diag::bytecode(filter).empty());
}

TEST_CASE("the kernel accepts every program") {
  test::Random random(17);
  for (int i = 0; i < 20'000; ++i) REQUIRE(audit(inet_diag::bytecode(random.filter())));
}

TEST_CASE("what the filter matches, the kernel lets pass") {
  test::Random random(23);
  std::uint64_t both = 0;
  std::uint64_t neither = 0;
  std::uint64_t kernel_only = 0;
  for (int i = 0; i < 2'000; ++i) {
    const filter::Filter filter = random.filter();
    const Program program = inet_diag::bytecode(filter);
    for (int j = 0; j < 40; ++j) {
      const Connection row = random.connection();
      const bool wanted = filter.matches(row);
      const bool passed = matches(program, row);
      CAPTURE(to_string(row.local));
      CAPTURE(to_string(row.remote));
      if (wanted) REQUIRE(passed);
      ++(wanted ? both : passed ? kernel_only : neither);
    }
    for (int j = 0; j < 10; ++j) {
      const Listener row = random.listener();
      Endpoint nobody;
      nobody.address.family = row.family;
      if (filter.matches(row) && !program.empty()) REQUIRE(run(program, row.family, row.local, nobody));
    }
  }
  // The program is worth its while: of what is not wanted nearly nothing comes.
  CHECK(both > 1000);
  CHECK(neither > 10 * kernel_only);
}

TEST_CASE("a reject at the end and an accept at the end are told apart") {
  struct Row {
    std::string_view name;
    filter::Filter filter;
    std::uint16_t local;
    std::uint16_t remote;
    bool passes;
  };
  filter::Filter one;
  one.local_ports = {{443, 443}};
  filter::Filter two;
  two.local_ports = {{80, 80}, {443, 443}};
  filter::Filter either;
  either.ports = {{443, 443}};
  filter::Filter both;
  both.local_ports = {{443, 443}};
  both.remote_ports = {{1000, 2000}};
  const Row rows[] = {
      {"the port", one, 443, 1, true},
      {"one less", one, 442, 1, false},
      {"one more", one, 444, 1, false},
      {"the first of two", two, 80, 1, true},
      {"the second of two", two, 443, 1, true},
      {"neither of two", two, 81, 1, false},
      {"either side: local", either, 443, 1, true},
      {"either side: remote", either, 1, 443, true},
      {"either side: neither", either, 1, 1, false},
      {"both conditions", both, 443, 1500, true},
      {"the first alone", both, 443, 2001, false},
      {"the second alone", both, 80, 1500, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Program program = inet_diag::bytecode(row.filter);
    REQUIRE(audit(program));
    CHECK(run(program, Family::ipv4, test::endpoint("192.0.2.1", row.local),
              test::endpoint("198.51.100.7", row.remote)) == row.passes);
  }
}

TEST_CASE("0.0.0.0/0 lets v4-mapped addresses pass and ::/0 does not hide anything it should show") {
  for (const char* network : {"0.0.0.0", "::"}) {
    filter::Filter filter;
    filter.remote = {{test::prefix(network, 0), std::nullopt}};
    const Program program = inet_diag::bytecode(filter);
    for (const char* remote : {"198.51.100.7", "::ffff:198.51.100.7", "2001:db8::7"}) {
      const Endpoint end = test::endpoint(remote, 1);
      const Connection row = test::connection(State::established, test::endpoint(remote, 443), end);
      if (filter.matches(row)) CHECK(matches(program, row));
    }
  }
}

/// What is asked for by an expression alone.
filter::Filter of_expression(const filter::Expression& tree) {
  filter::Filter filter;
  filter::add_expression(filter, tree);
  return filter;
}

TEST_CASE("what the kernel lets pass of an expression, evaluated again, is what the expression matches") {
  CHECK(rc::check("whatever the tree and the row", [] {
    const filter::Expression tree =
        inet_diag::with_device_indexes(test::some_expression(4), [](const char*) { return 7U; });
    const filter::Filter filter = of_expression(tree);
    const Program program = inet_diag::bytecode(filter);
    RC_ASSERT(audit(program));
    const Connection row = test::some_connection();
    Connection in_kernel = row;
    // A socket that was closed may still hold the peer that it had.
    if (row.state == State::close) in_kernel.remote = {row.remote.address, test::some_port()};
    if (filter.matches(row)) RC_ASSERT(matches(program, in_kernel));
    const Listener listener = test::listener(row.local);
    const Endpoint nobody{Address{row.family, {}}, 0};
    if (filter.matches(listener)) RC_ASSERT(program.empty() || run(program, row.family, row.local, nobody));
  }));
}

TEST_CASE("half-opens of a listener that is shown pass too, to be counted") {
  CHECK(rc::check("whatever the tree", [] {
    const filter::Filter filter = of_expression(test::some_expression(4));
    const Program program = inet_diag::bytecode(filter, inet_diag::Wanted::and_half_opens);
    RC_ASSERT(audit(program));
    const Connection request = test::some_connection();
    Listener listener = test::listener(request.local);
    listener.family = request.family;
    if (*rc::gen::arbitrary<bool>()) listener.local.address = Address{request.family, {}};
    // What is bound to a device makes requests that are; what is not may make either.
    if (*rc::gen::arbitrary<bool>()) listener.interface = request.interface;
    listener.mark = *rc::gen::element<std::optional<std::uint32_t>>(std::nullopt, 0U, 5U);
    if (filter.matches(listener)) RC_ASSERT(matches(program, request));
  }));
}

TEST_CASE("an expression that the kernel can answer is left to it whole") {
  const auto leaves = [](const filter::Test& a, const filter::Test& b) {
    using filter::Expression;
    return Expression::any_of({Expression::all_of({a, b}), Expression::negation(Expression::any_of({a, b}))});
  };
  const filter::PortTest port{filter::Side::local, {443, 443}};
  const filter::AddressTest network{filter::Side::remote, test::prefix("10.0.0.0", 8)};
  filter::Filter filter = of_expression(leaves(port, network));
  filter.states = {State::established};
  const Program program = inet_diag::bytecode(filter);
  for (const char* remote : {"10.1.2.3", "::ffff:10.1.2.3", "192.0.2.1", "::ffff:192.0.2.1"}) {
    for (const std::uint16_t local_port : {std::uint16_t{443}, std::uint16_t{444}}) {
      const Address peer = test::address(remote);
      Endpoint local{Address{peer.family, {}}, local_port};
      const Connection row = test::connection(State::established, local, {peer, 7});
      CHECK(matches(program, row) == filter.matches(row));
    }
  }
  // What asks for nothing that can be, asks nothing.
  const filter::Filter none = of_expression(filter::Expression::nothing());
  CHECK_FALSE(run(inet_diag::bytecode(none), Family::ipv4, {}, {}));
}

TEST_CASE("devices and marks are left to the kernel, on either side of a not") {
  using filter::Expression;
  const Expression tree = Expression::any_of(
      {Expression::all_of({filter::Test(filter::DeviceTest{{}, 7}), filter::Test(filter::MarkTest{5, 0xFF})}),
       Expression::negation(filter::Test(filter::DeviceTest{{}, 0}))});
  const filter::Filter filter = of_expression(tree);
  const Program program = inet_diag::bytecode(filter);
  REQUIRE(audit(program));
  for (const unsigned device : {0U, 7U, 8U}) {
    for (const std::uint32_t mark : {0U, 5U, 0x105U}) {
      Connection row = test::connection(State::established, test::endpoint("::1", 1), test::endpoint("::1", 2));
      row.interface = device;
      row.mark = mark;
      CHECK(matches(program, row) == filter.matches(row));
    }
  }
  // An older kernel, or one that tells no marks, is not asked.
  CHECK(inet_diag::bytecode(filter, inet_diag::Wanted::matches, inet_diag::KernelTests::oldest).empty());
}

TEST_CASE("a device by name is asked for by its index, where there is one") {
  using filter::Expression;
  const auto index_of = [](const char* name) { return std::string_view(name) == "v0" ? 7U : 0U; };
  const Expression known = filter::Test(filter::DeviceTest{"v0", 0});
  const Expression gone = filter::Test(filter::DeviceTest{"v1", 0});
  const Expression port = filter::Test(filter::PortTest{filter::Side::local, {80, 80}});
  const Expression tree = Expression::any_of({Expression::all_of({port, known}), Expression::negation(gone)});
  const Expression index = filter::Test(filter::DeviceTest{{}, 7});
  CHECK(inet_diag::with_device_indexes(tree, index_of) ==
        Expression::any_of({Expression::all_of({port, index}), Expression::negation(gone)}));
  CHECK(inet_diag::bytecode(of_expression(known)).empty());
}

TEST_CASE("so many conditions that the kernel takes longer than the filter are left to the filter") {
  std::size_t largest = 0;
  bool dropped = false;
  for (std::size_t count = 1; count < 500; count += 7) {
    filter::Filter filter;
    for (std::size_t i = 0; i < count; ++i) {
      filter.remote.push_back({test::prefix("2001:db8::1", 128), filter::PortRange{80, 80}});
    }
    const Program program = inet_diag::bytecode(filter);
    dropped = dropped || program.empty();
    if (program.empty()) continue;
    REQUIRE_FALSE(dropped);
    largest = std::max(largest, program.size());
    REQUIRE(program.size() + 4 < 65536);
    REQUIRE(audit(program));
    const Connection row =
        test::connection(State::established, test::endpoint("::1", 1), test::endpoint("2001:db8::1", 80));
    REQUIRE(matches(program, row));
  }
  CHECK(dropped);
  CHECK(largest > 1'000);
}

}  // namespace
}  // namespace tcpstat::netlink
