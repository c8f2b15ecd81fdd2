#include "filter/expression_match.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "filter/comm.h"
#include "filter/orphan_words.h"
#include "filter/untold.h"
#include "model/cgroup_place.h"
#include "model/column_number.h"
#include "model/column_values.h"
#include "model/row_rules.h"

namespace tcpstat::filter {

struct RowView {
  const Socket& socket;
  State state;
  const Endpoint& remote;
  const Connection* connection;
  const Listener* listener;
  Names& names;
  Ends ends = Ends::of_row;

  [[nodiscard]] Cell cell(const Column& column) const {
    return connection != nullptr ? cell_of(column, *connection, names) : cell_of(column, *listener, names);
  }
  [[nodiscard]] const Endpoint& end(Side side) const { return side == Side::local ? socket.local : remote; }
  [[nodiscard]] bool knows_end(Side side) const { return side == Side::local || ends != Ends::remote_unknown; }
  [[nodiscard]] bool knows_port(Side side) const {
    const bool not_chosen = side == Side::local && ends != Ends::of_row && socket.local.port == 0;
    return knows_end(side) && !not_chosen;
  }
};

namespace {

/// The bytes before the IPv4 address in a v4-mapped one.
constexpr std::size_t kMappedBytes = 12;

std::uint32_t four_bytes(const std::uint8_t* bytes) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// The mask of an IPv4 prefix, in the byte order of four_bytes().
std::uint32_t mask_of(const Prefix& prefix) {
  return htonl(static_cast<std::uint32_t>(~std::uint64_t{0} << (32U - prefix.length)));
}

/// Prefix::begins() for four bytes, as a single comparison, because every row is asked.
bool begins_ipv4(const Prefix& prefix, const std::uint8_t* bytes) {
  return ((four_bytes(prefix.network.bytes.data()) ^ four_bytes(bytes)) & mask_of(prefix)) == 0;
}

/// The IPv4 address that an IPv4 prefix is compared with, if there is one.
struct FourBytes {
  FourBytes() = default;
  explicit FourBytes(const Address& address)
      : known(address.family == Family::ipv4 || address.is_v4_mapped()),
        bytes(four_bytes(address.bytes.data() + (address.family == Family::ipv4 ? 0 : kMappedBytes))) {}

  bool known = false;
  std::uint32_t bytes = 0;
};

/// Compares as the kernel does: an IPv6 prefix sees all bits of a v4-mapped address, an IPv4 prefix the address within.
bool has_prefix(const Prefix& prefix, const Address& address) {
  if (prefix.network.family == Family::ipv6) {
    return address.family == Family::ipv6 && prefix.begins(address.bytes.data());
  }
  if (address.family == Family::ipv4) return begins_ipv4(prefix, address.bytes.data());
  return address.is_v4_mapped() && begins_ipv4(prefix, address.bytes.data() + kMappedBytes);
}

Truth compare(std::uint64_t number, Comparison comparison, std::uint64_t value) {
  switch (comparison) {
    case Comparison::equal:
      return truth_of(number == value);
    case Comparison::less:
      return truth_of(number < value);
    case Comparison::at_most:
      return truth_of(number <= value);
    case Comparison::greater:
      return truth_of(number > value);
    case Comparison::at_least:
      return truth_of(number >= value);
  }
  return Truth::unknown;
}

template <typename Matches>
Truth any_owner(const Socket& row, Matches matches) {
  if (std::any_of(row.owners.begin(), row.owners.end(), matches)) return Truth::yes;
  return all_owners_known(row) ? Truth::no : Truth::unknown;
}

/// A listener has none.
Truth flag_of(const RowView& row, RowFlag flag) {
  if (row.connection == nullptr) return Truth::no;
  if (row.connection->flags.has(flag)) return Truth::yes;
  return may_have(*row.connection, flag) ? Truth::unknown : Truth::no;
}

struct Evaluation {
  const RowView& row;

  Truth operator()(const StateTest& test) const { return truth_of(test.states.has(row.state)); }
  Truth operator()(const FamilyTest& test) const { return truth_of(row.socket.family == test.family); }
  Truth operator()(const AddressTest& test) const {
    if (!row.knows_end(test.side)) return Truth::unknown;
    return truth_of(has_prefix(test.prefix, row.end(test.side).address));
  }
  Truth operator()(const AddressSetTest& test) const {
    if (!row.knows_end(test.side)) return Truth::unknown;
    return truth_of(test.prefixes->contains(row.end(test.side).address));
  }
  Truth operator()(const PortTest& test) const {
    if (!row.knows_port(test.side)) return Truth::unknown;
    return truth_of(test.range.has(row.end(test.side).port));
  }
  Truth operator()(const DeviceTest& test) const {
    if (!device_known(row.socket)) return Truth::unknown;
    if (test.name.empty()) return truth_of(row.socket.interface == test.index);
    if (row.socket.interface == 0) return Truth::no;
    return truth_of(row.socket.interface == test.index ||
                    row.names.interface_of(row.socket.netns, row.socket.interface) == test.name);
  }
  Truth operator()(const MarkTest& test) const {
    return row.socket.mark ? truth_of((*row.socket.mark & test.mask) == test.value) : Truth::unknown;
  }
  Truth operator()(const NumberTest& test) const {
    const auto number =
        row.connection != nullptr ? number_of(*test.column, *row.connection) : number_of(*test.column, *row.listener);
    return number ? compare(*number, test.comparison, test.value) : Truth::unknown;
  }
  Truth operator()(const WordTest& test) const {
    if (test.column->id == ColumnId::PROCESS) {
      return any_owner(row.socket, [&](const Owner& owner) { return is_process_name(owner.name, test.word); });
    }
    if (test.column->id == ColumnId::FLAGS) {
      const auto flag = row_flag_from_name(test.word);
      return flag ? flag_of(row, *flag) : Truth::no;
    }
    if (test.column->id == ColumnId::ORPHAN) return orphan(test.word);
    const Cell cell = row.cell(*test.column);
    if (test.column->id == ColumnId::UNIT) return place(cell, is_unit(cell.text, test.word));
    if (test.column->id == ColumnId::CONTAINER) return container(cell, test.word);
    if (test.column->id == ColumnId::CONTAINER_NAME && is_in_unnamed_container()) return Truth::unknown;
    if (test.column->id == ColumnId::CONTAINER_NAME) return place(cell, cell.text == test.word);
    // Over netlink, an empty name is known to be none: the kernel names the protocol of every full socket that has one.
    if (test.column->id == ColumnId::ULP && row.socket.origin == Origin::netlink)
      return truth_of(cell.text == test.word);
    if (test.column->id == ColumnId::MPTCP_ROLE && knows_no_mptcp()) return Truth::no;
    if (test.column->id == ColumnId::POD) return place(cell, cell.text == test.word);
    if (cell.kind == Cell::Kind::number) return truth_of(std::to_string(cell.number) == test.word);
    return cell.text.empty() ? Truth::unknown : truth_of(cell.text == test.word);
  }
  Truth operator()(const AutoboundTest& /*test*/) const {
    return row.socket.autobound ? truth_of(*row.socket.autobound) : Truth::unknown;
  }
  Truth operator()(const PidTest& test) const {
    return any_owner(row.socket, [&](const Owner& owner) { return owner.pid == test.pid; });
  }
  Truth operator()(const KnownTest& test) const {
    if (test.column->id == ColumnId::INTERFACE) return truth_of(device_known(row.socket));
    if (test.column->kind == ColumnKind::processes || test.column->kind == ColumnKind::pids) {
      return truth_of(!row.socket.owners.empty() || all_owners_known(row.socket));
    }
    return truth_of(row.cell(*test.column).kind != Cell::Kind::unknown);
  }

 private:
  [[nodiscard]] std::string_view container_name() const {
    return column_values::container_name_of(row.socket, row.names);
  }
  /// Its id is known, and the files of its engine do not tell its name, or may not be read.
  [[nodiscard]] bool is_in_unnamed_container() const {
    const CgroupPlace* at = column_values::place_of_row(row.socket, row.names);
    return at != nullptr && is_container_id(at->container) && container_name().empty();
  }
  [[nodiscard]] Truth container(const Cell& cell, std::string_view word) const {
    if (is_container(cell.text, word) || container_name() == word) return place(cell, true);
    const bool is_name = word.find_first_not_of("0123456789abcdef") != std::string_view::npos;
    return is_name && is_in_unnamed_container() ? Truth::unknown : place(cell, false);
  }
  [[nodiscard]] bool knows_no_mptcp() const {
    return row.socket.origin == Origin::netlink && column_values::ulp_of(row.socket) != "mptcp";
  }
  /// A process that runs in no container (unit, pod) is known to be in none, if its place is known.
  [[nodiscard]] Truth place(const Cell& cell, bool same) const {
    if (!cell.text.empty()) return truth_of(same);
    return column_values::place_of_row(row.socket, row.names) != nullptr ? Truth::no : Truth::unknown;
  }
  [[nodiscard]] Truth orphan(std::string_view word) const {
    if (name(row.socket.orphan) == word) return Truth::yes;
    const bool open = row.socket.orphan == Orphan::none && !row.socket.owners_known && found_by_search(word);
    return open ? Truth::unknown : Truth::no;
  }
};

[[gnu::noinline]] bool is_by_visit(const Test& test, Truth wanted, const RowView& row) {
  return std::visit(Evaluation{row}, test) == wanted;
}

/// The cost of a test relative to others: tests of numbers that every row has come first.
int cost_of(const Expression& part) {
  if (part.kind() != Expression::Kind::test) {
    int cost = 0;
    for (const Expression& one : part.parts()) cost = std::max(cost, cost_of(one));
    return cost;
  }
  const Test& test = part.test();
  if (std::holds_alternative<PortTest>(test) || std::holds_alternative<StateTest>(test)) return 0;
  if (std::holds_alternative<AddressTest>(test) || std::holds_alternative<FamilyTest>(test)) return 1;
  return std::holds_alternative<WordTest>(test) ? 3 : 2;
}

/// The remote end of a socket that is not connected, as ss prints it.
Endpoint no_remote(Family family) {
  Endpoint any;
  any.address.family = family;
  return any;
}

template <typename Answer>
auto with_view(const Connection& row, Names& names, Ends ends, const Answer& answer) {
  if (row.state != State::close || ends != Ends::of_row) {
    return answer(RowView{row, row.state, row.remote, &row, nullptr, names, ends});
  }
  const Endpoint none = no_remote(row.family);
  return answer(RowView{row, row.state, none, &row, nullptr, names, ends});
}

template <typename Answer>
auto with_view(const Listener& row, Names& names, const Answer& answer) {
  const Endpoint none = no_remote(row.family);
  return answer(RowView{row, State::listen, none, nullptr, &row, names});
}

}  // namespace

Matcher::Matcher(Expression tree, Truth wanted) : tree_(std::move(tree)), begin_(add(tree_, wanted, kYes, kNo)) {
  has_prefixes_ = std::any_of(steps_.begin(), steps_.end(), [](auto& one) { return one.kind == Kind::ipv4_prefix; });
}

Matcher::Step Matcher::step_of(const Test& test, Truth wanted) {
  Step step;
  step.wanted = wanted;
  step.test = &test;
  if (const auto* port = std::get_if<PortTest>(&test); port != nullptr && port->range.first <= port->range.last) {
    step.kind = Kind::port;
    step.side = port->side;
    step.first = port->range.first;
    step.further = static_cast<std::uint16_t>(port->range.last - port->range.first);
  } else if (const auto* address = std::get_if<AddressTest>(&test);
             address != nullptr && address->prefix.network.family == Family::ipv4) {
    step.kind = Kind::ipv4_prefix;
    step.side = address->side;
    step.network = four_bytes(address->prefix.network.bytes.data());
    step.mask = mask_of(address->prefix);
  } else if (const auto* state = std::get_if<StateTest>(&test)) {
    step.kind = Kind::states;
    step.states = state->states;
  } else if (const auto* word = std::get_if<WordTest>(&test); word != nullptr && word->column->id == ColumnId::FLAGS) {
    if (const auto flag = row_flag_from_name(word->word)) {
      step.kind = Kind::flag;
      step.flag = *flag;
    }
  } else if (const auto* device = std::get_if<DeviceTest>(&test)) {
    step.kind = Kind::device;
    step.unbound = device->name.empty() && device->index == 0;
  } else if (std::holds_alternative<NumberTest>(test)) {
    step.kind = Kind::number;
  }
  return step;
}

Matcher::Target Matcher::add(const Expression& part, Truth wanted, Target found, Target missed) {
  switch (part.kind()) {
    case Expression::Kind::test: {
      Step step = step_of(part.test(), wanted);
      step.found = found;
      step.missed = missed;
      steps_.push_back(step);
      return static_cast<Target>(steps_.size() - 1);
    }
    case Expression::Kind::negation:
      return add(part.parts().front(), !wanted, found, missed);
    case Expression::Kind::all_of:
    case Expression::Kind::any_of:
      break;
  }
  std::vector<const Expression*> parts;
  for (const Expression& one : part.parts()) parts.push_back(&one);
  std::stable_sort(parts.begin(), parts.end(), [](auto* a, auto* b) { return cost_of(*a) < cost_of(*b); });
  // All of them hold if each does; all of them do not if one does not. Any of them: the other way round.
  const bool each = (part.kind() == Expression::Kind::all_of) == (wanted == Truth::yes);
  Target next = each ? found : missed;
  for (auto one = parts.rbegin(); one != parts.rend(); ++one) {
    next = each ? add(**one, wanted, next, missed) : add(**one, wanted, found, next);
  }
  return next;
}

template <typename Found>
inline bool Matcher::walk(const Found& found) const {
  Target at = begin_;
  while (at < kNo) {
    const Step& step = steps_[at];
    at = found(step) ? step.found : step.missed;
  }
  return at == kYes;
}

bool Matcher::run(const RowView& row) const {
  if (row.ends != Ends::of_row) {
    return walk([&](const Step& step) { return is_by_visit(*step.test, step.wanted, row); });
  }
  // Both ends of the row are known here, so tests of ports and addresses are never unknown.
  const std::array ends = {&row.socket.local, &row.remote};
  std::array<FourBytes, 2> addresses;
  if (has_prefixes_) addresses = {FourBytes(row.socket.local.address), FourBytes(row.remote.address)};
  return walk([&](const Step& step) {
    const auto side = static_cast<std::size_t>(step.side);
    const bool yes = step.wanted == Truth::yes;
    switch (step.kind) {
      case Kind::port:
        return (static_cast<std::uint16_t>(ends[side]->port - step.first) <= step.further) == yes;
      case Kind::ipv4_prefix:
        return (addresses[side].known && ((addresses[side].bytes ^ step.network) & step.mask) == 0) == yes;
      case Kind::states:
        return step.states.has(row.state) == yes;
      case Kind::flag:
        return flag_of(row, step.flag) == step.wanted;
      case Kind::device:
        // Hardly any socket is bound to one.
        if (row.socket.interface != 0 || row.socket.origin != Origin::netlink) break;
        return step.unbound == yes;
      case Kind::number:
        return Evaluation{row}(*std::get_if<NumberTest>(step.test)) == step.wanted;
      case Kind::other:
        break;
    }
    return is_by_visit(*step.test, step.wanted, row);
  });
}

bool Matcher::matches(const Connection& row, Names& names, Ends ends) const {
  return with_view(row, names, ends, [&](const RowView& view) { return run(view); });
}

bool Matcher::matches(const Listener& row, Names& names) const {
  return with_view(row, names, [&](const RowView& view) { return run(view); });
}

template <typename Row>
bool Matcher::walk_untold(const RowView& view, const Row& row) const {
  return walk([&](const Step& step) {
    return is_by_visit(*step.test, step.wanted, view) || told_by(*step.test, row, view.names) == Told::no;
  });
}

bool Matcher::could_match(const Connection& row, Names& names) const {
  return with_view(row, names, Ends::of_row, [&](const RowView& view) { return walk_untold(view, row); });
}

bool Matcher::could_match(const Listener& row, Names& names) const {
  return with_view(row, names, [&](const RowView& view) { return walk_untold(view, row); });
}

Truth evaluate(const Expression& expression, const Connection& row, Names& names, Ends ends) {
  if (Matcher(expression).matches(row, names, ends)) return Truth::yes;
  return Matcher(expression, Truth::no).matches(row, names, ends) ? Truth::no : Truth::unknown;
}

Truth evaluate(const Expression& expression, const Listener& row, Names& names) {
  if (Matcher(expression).matches(row, names)) return Truth::yes;
  return Matcher(expression, Truth::no).matches(row, names) ? Truth::no : Truth::unknown;
}

}  // namespace tcpstat::filter
