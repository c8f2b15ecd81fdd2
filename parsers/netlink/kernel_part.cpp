#include "parsers/netlink/kernel_part.h"

#include <algorithm>

namespace tcpstat::netlink::inet_diag {
namespace {

using filter::Expression;
using filter::Side;
using filter::Test;
using Kind = Expression::Kind;

/// On which side the reduced tree may be wrong.
enum class Bound : std::uint8_t {
  above,  ///< it matches all that the tree matches, and more
  below,  ///< it matches nothing that the tree does not match
};

constexpr Bound opposite(Bound bound) { return bound == Bound::above ? Bound::below : Bound::above; }

/// What takes the place of a test that the kernel cannot answer.
Expression unanswered(Bound bound) { return bound == Bound::above ? Expression::everything() : Expression::nothing(); }

bool is_everything(const Expression& tree) { return tree.kind() == Kind::all_of && tree.parts().empty(); }
bool is_nothing(const Expression& tree) { return tree.kind() == Kind::negation && is_everything(tree.parts().front()); }

std::size_t count_tests(const Expression& tree) {
  if (tree.kind() == Kind::test) return 1;
  std::size_t count = 0;
  for (const Expression& part : tree.parts()) count += count_tests(part);
  return count;
}

/// Whether the test matches the remote end of LISTEN and CLOSE, which is the wildcard with port 0, for some family.
bool matches_no_remote(const Test& test) {
  if (const auto* port = std::get_if<filter::PortTest>(&test)) return port->range.has(0);
  const auto* address = std::get_if<filter::AddressTest>(&test);
  return address != nullptr && address->prefix.network.is_wildcard();
}

/// Whether the kernel tests exactly the value that it reports of a row, so that the test holds below a `not` as well.
bool is_of_row_alone(const Test& test, KernelTests tests) {
  if (tests == KernelTests::oldest) return false;
  const auto* device = std::get_if<filter::DeviceTest>(&test);
  return std::holds_alternative<filter::MarkTest>(test) || (device != nullptr && device->name.empty());
}

bool is_remote(const Test& test) {
  const auto* port = std::get_if<filter::PortTest>(&test);
  const auto* address = std::get_if<filter::AddressTest>(&test);
  return (port != nullptr && port->side == Side::remote) || (address != nullptr && address->side == Side::remote);
}

/// Reduces a test to one of a row as the kernel holds it.
class OfRow {
 public:
  OfRow(StateSet states, KernelTests tests) : states_(states), tests_(tests) {}

  [[nodiscard]] Expression operator()(const Test& test, Bound bound) const {
    if (const auto* family = std::get_if<filter::FamilyTest>(&test)) {
      // The kernel's AF_INET has v4-mapped rows too.
      if (family->family == Family::ipv6) return test;
      return Expression::negation(Test(filter::FamilyTest{Family::ipv6}));
    }
    if (is_of_row_alone(test, tests_)) return test;
    const bool end =
        std::holds_alternative<filter::PortTest>(test) || std::holds_alternative<filter::AddressTest>(test);
    if (!end) return unanswered(bound);
    if (!is_remote(test) || !states_.has(State::close)) return test;
    // In the kernel a CLOSE row may still have the peer that it had; here it has none.
    const bool matches_close = matches_no_remote(test);
    return matches_close == (bound == Bound::above) ? unanswered(bound) : Expression(test);
  }

 private:
  StateSet states_;
  KernelTests tests_;
};

/// Reduces a test of a listener to one of its half-open requests: they have its local port, an address that it listens
/// on, and a peer, which it does not have.
class OfListener {
 public:
  explicit OfListener(KernelTests tests) : tests_(tests) {}

  [[nodiscard]] Expression operator()(const Test& test, Bound bound) const {
    if (const auto* port = std::get_if<filter::PortTest>(&test)) {
      if (port->side == Side::local) return test;
      return port->range.has(0) ? Expression::everything() : Expression::nothing();
    }
    // The requests of a listener that is bound to a device are bound to it, too; those of others may be bound to any
    // (tcp_l3mdev_accept, or a link-local peer). Their mark may be the packet's (tcp_fwmark_accept).
    const auto* device = std::get_if<filter::DeviceTest>(&test);
    const bool bound_to_one = device != nullptr && device->name.empty() && device->index != 0;
    if (bound_to_one && bound == Bound::above && tests_ == KernelTests::all) return test;
    const auto* address = std::get_if<filter::AddressTest>(&test);
    if (address == nullptr || bound == Bound::below) return unanswered(bound);
    // A listener on the wildcard listens on every address, and its requests may show IPv4 as such or mapped.
    const Address& network = address->prefix.network;
    if (network.is_wildcard() || (network.family == Family::ipv6 && network.bytes[0] == 0)) {
      return Expression::everything();
    }
    return address->side == Side::local ? Expression(test) : Expression::nothing();
  }

 private:
  KernelTests tests_;
};

template <typename OfTest>
Expression reduced(const Expression& tree, Bound bound, const OfTest& of_test);

/// Reduces the parts of a tree. Those that decide nothing are left out; one that decides all replaces the tree.
template <typename OfTest>
Expression reduced_parts(const Expression& tree, Bound bound, const OfTest& of_test) {
  const bool all = tree.kind() == Kind::all_of;
  std::vector<Expression> parts;
  std::size_t tests = 0;
  for (const Expression& part : tree.parts()) {
    Expression one = reduced(part, bound, of_test);
    if (all ? is_everything(one) : is_nothing(one)) continue;
    if (all ? is_nothing(one) : is_everything(one)) return one;
    tests += count_tests(one);
    // If all parts must hold, the first few still match more than the tree; otherwise they are of no use if one is
    // missing.
    if (tests > kMostTests && all && bound == Bound::above) break;
    if (tests > kMostTests) return unanswered(bound);
    parts.push_back(std::move(one));
  }
  return all ? Expression::all_of(std::move(parts)) : Expression::any_of(std::move(parts));
}

template <typename OfTest>
Expression reduced(const Expression& tree, Bound bound, const OfTest& of_test) {
  if (tree.kind() == Kind::test) return of_test(tree.test(), bound);
  if (tree.kind() != Kind::negation) return reduced_parts(tree, bound, of_test);
  Expression part = reduced(tree.parts().front(), opposite(bound), of_test);
  return part.kind() == Kind::negation ? part.parts().front() : Expression::negation(std::move(part));
}

void add_ports(Side side, const std::vector<filter::PortRange>& ranges, std::vector<Expression>& to) {
  for (const filter::PortRange& range : ranges) to.emplace_back(Test(filter::PortTest{side, range}));
}

void add_patterns(Side side, const std::vector<filter::EndpointPattern>& patterns, std::vector<Expression>& whole) {
  std::vector<Expression> any;
  for (const filter::EndpointPattern& pattern : patterns) any.push_back(filter::expression_of(side, pattern));
  if (!any.empty()) whole.push_back(Expression::any_of(std::move(any)));
}

/// The options of a filter as a tree, except for what the kernel never answers.
Expression options_tree(const filter::Filter& filter) {
  std::vector<Expression> whole;
  add_patterns(Side::local, filter.local, whole);
  add_patterns(Side::remote, filter.remote, whole);
  const auto add_any = [&](std::vector<Expression> any) {
    if (!any.empty()) whole.push_back(Expression::any_of(std::move(any)));
  };
  std::vector<Expression> either;
  add_ports(Side::local, filter.ports, either);
  add_ports(Side::remote, filter.ports, either);
  add_any(std::move(either));
  std::vector<Expression> local;
  add_ports(Side::local, filter.local_ports, local);
  add_any(std::move(local));
  std::vector<Expression> remote;
  add_ports(Side::remote, filter.remote_ports, remote);
  add_any(std::move(remote));
  return Expression::all_of(std::move(whole));
}

}  // namespace

Expression kernel_part(const filter::Filter& filter, Wanted wanted, KernelTests tests) {
  const Expression options = options_tree(filter);
  const Expression expression = filter.expression != nullptr ? *filter.expression : Expression::everything();
  // An option of the remote end matches no CLOSE row, whatever peer the kernel still has for it.
  const StateSet connected = filter.states - StateSet{State::close};
  Expression rows = Expression::all_of({reduced(options, Bound::above, OfRow(connected, tests)),
                                        reduced(expression, Bound::above, OfRow(filter.states, tests))});
  if (wanted == Wanted::matches) return rows;
  const OfListener of_listener(tests);
  Expression listeners =
      Expression::all_of({reduced(options, Bound::above, of_listener), reduced(expression, Bound::above, of_listener)});
  if (is_everything(rows) || is_nothing(listeners) || listeners == rows) return rows;
  if (is_everything(listeners)) return listeners;
  return Expression::any_of({std::move(rows), std::move(listeners)});
}

Expression with_device_indexes(const Expression& tree, unsigned (*index_of)(const char*)) {
  if (tree.kind() == Kind::test) {
    const auto* device = std::get_if<filter::DeviceTest>(&tree.test());
    if (device == nullptr || device->name.empty()) return tree;
    const unsigned found = index_of(device->name.c_str());
    const unsigned index = found == 0 ? device->index : found;
    return index == 0 ? tree : Expression(Test(filter::DeviceTest{{}, index}));
  }
  std::vector<Expression> parts;
  for (const Expression& part : tree.parts()) parts.push_back(with_device_indexes(part, index_of));
  if (tree.kind() == Kind::negation) return Expression::negation(std::move(parts.front()));
  return tree.kind() == Kind::all_of ? Expression::all_of(std::move(parts)) : Expression::any_of(std::move(parts));
}

}  // namespace tcpstat::netlink::inet_diag
