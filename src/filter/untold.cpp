#include "filter/untold.h"

#include <algorithm>

#include "base/ascii.h"
#include "filter/no_names.h"
#include "filter/orphan_words.h"
#include "model/column_number.h"
#include "model/column_values.h"
#include "model/row_rules.h"

namespace tcpstat::filter {
namespace {

Told told_if(bool told) { return told ? Told::yes : Told::no; }
/// What only full sockets have.
Told of_full_socket(const Connection& row, bool told) {
  const bool full = !row.minisocket && row.state != State::time_wait;
  return told ? Told::yes : (full ? Told::no : Told::never);
}
Told of_full_socket(const Listener& /*row*/, bool told) { return told_if(told); }

/// A number that is zero or without limit is null in a saved row, and so is one that was not saved.
Told info_told(const TcpInfo& info, const TcpInfoField& field) {
  if (tcp_info_value(info, field)) return Told::yes;
  if (info.empty() || (info.untold & missing_bit(field)) != 0) return Told::no;
  constexpr std::size_t kMayBeUnlimited = 8;
  const bool may_be_unknown = field.sample != 0 || field.size == kMayBeUnlimited;
  if ((info.missing & missing_bit(field)) != 0) return may_be_unknown ? Told::never : Told::no;
  return info.size() < std::size_t{field.offset} + field.size ? Told::no : Told::never;
}

Told connection_tells(const Column& column, const Connection& row) {
  // A socket that is bound and not connected has measured nothing, as a listener has not.
  if (row.state == State::close) return Told::never;
  if (column.id == ColumnId::tcp_info) return of_full_socket(row, info_told(row.tcp_info, *column.field) != Told::no);
  const ColumnNeeds needs = needs_of(column);
  if (needs.rates) return of_full_socket(row, row.rates != nullptr);
  if (needs.parts.congestion_values) {
    return of_full_socket(row, row.congestion_values.kind != CongestionValues::Kind::none || !row.congestion.empty());
  }
  if (needs.parts.congestion) return of_full_socket(row, !row.congestion.empty());
  // The kernel names the protocol only together with tcp_info.
  if (needs.parts.tcp_info && !needs.parts.memory) {
    return of_full_socket(row, !row.tcp_info.empty() || !column_values::ulp_of(row).empty() || row.mptcp_token);
  }
  return Told::never;
}
/// tcp_info of listeners is nobody's business.
Told connection_tells(const Column& /*column*/, const Listener& /*row*/) { return Told::never; }

/// The kernel tells this of sockets that listen or are bound (net/ipv4/inet_diag.c, inet_diag_msg_attrs_fill()).
bool tells_v6only(const Connection& row) { return row.family == Family::ipv6 && row.state == State::close; }
bool tells_v6only(const Listener& row) { return row.family == Family::ipv6; }

Told limit_told(const Connection& /*row*/) { return Told::never; }
Told limit_told(const Listener& row) { return told_if(row.accept_limit.has_value()); }

/// A dump has numbers that only its host could name. Of a live host, what has no name is gone.
bool has_name(const Socket& row, std::string_view name) { return !name.empty() || row.origin == Origin::netlink; }

/// Rows of a file say so where there is none. Of a host, who holds the socket may have ended, or a copy of /proc may
/// lack the file; that owners are not known at all is told with them.
bool tells_place(const Socket& row, Names& names) {
  if (column_values::place_of_row(row, names) != nullptr) return true;
  return row.origin == Origin::file ? all_owners_known(row) : !all_owners_known(row) || row.owners.empty();
}

template <typename Row>
Told column_told(const Column& column, const Row& row, Names& names) {
  switch (column.id) {
    case ColumnId::PID:
    case ColumnId::PROCESS:
      return told_if(all_owners_known(row));
    case ColumnId::UNIT:
    case ColumnId::CONTAINER:
    case ColumnId::CONTAINER_NAME:
    case ColumnId::POD:
      return of_full_socket(row, tells_place(row, names));
    case ColumnId::COOKIE:
      return told_if(row.cookie.has_value());
    case ColumnId::CGROUP:
      return of_full_socket(row, row.cgroup && has_name(row, names.cgroup(*row.cgroup)));
    case ColumnId::MARK:
      return of_full_socket(row, row.mark.has_value());
    case ColumnId::ACCEPT_LIMIT:
      return limit_told(row);
    case ColumnId::V6ONLY:
      return row.v6only || !tells_v6only(row) ? Told::yes : Told::no;
    case ColumnId::TRANSPARENT:
      return of_full_socket(row, row.transparent.has_value());
    case ColumnId::FREEBIND:
      return of_full_socket(row, row.freebind.has_value());
    default:
      break;
  }
  // What needs memory and nothing else is a number of it.
  const RowParts parts = needs_of(column).parts;
  if (parts.memory && !parts.tcp_info) return of_full_socket(row, number_of(column, row).has_value());
  return connection_tells(column, row);
}

Told flag_told(const Connection& row, RowFlag flag) {
  return row.flags.has(flag) || !may_have(row, flag) ? Told::yes : Told::no;
}
Told flag_told(const Listener& /*row*/, RowFlag /*flag*/) { return Told::never; }

template <typename Row>
struct ToldOfTest {
  const Row& row;
  Names& names;

  Told operator()(const NumberTest& test) const { return column_told(*test.column, row, names); }
  Told operator()(const WordTest& test) const {
    if (test.column->id == ColumnId::FLAGS) {
      const auto flag = row_flag_from_name(test.word);
      return flag ? flag_told(row, *flag) : Told::never;
    }
    if (test.column->id == ColumnId::ORPHAN) {
      const bool open = row.orphan == Orphan::none && !row.owners_known && found_by_search(test.word);
      return told_if(!open);
    }
    return column_told(*test.column, row, names);
  }
  Told operator()(const PidTest& /*test*/) const { return told_if(all_owners_known(row)); }
  Told operator()(const MarkTest& /*test*/) const { return column_told(column(ColumnId::MARK), row, names); }
  Told operator()(const DeviceTest& test) const {
    const bool by_name = !test.name.empty() && row.interface != 0 && row.interface != test.index;
    return told_if(device_known(row) && (!by_name || has_name(row, names.interface_of(row.netns, row.interface))));
  }
  // Ends, states and families are in every row, and `known` asks for no more than there is.
  template <typename Other>
  Told operator()(const Other& /*test*/) const {
    return Told::yes;
  }
};

template <typename T>
constexpr bool kIsColumn = std::is_same_v<T, NumberTest> || std::is_same_v<T, WordTest>;

std::string word_of(const Test& test) {
  return std::visit(
      []<typename T>(const T& one) -> std::string {
        if constexpr (std::is_same_v<T, WordTest>) {
          if (one.column->id == ColumnId::FLAGS) return "flag " + one.word;
        }
        if constexpr (kIsColumn<T>) return ascii_lower(one.column->name);
        if constexpr (std::is_same_v<T, PidTest>) return "pid";
        if constexpr (std::is_same_v<T, MarkTest>) return "fwmark";
        if constexpr (std::is_same_v<T, DeviceTest>) return "dev";
        return {};
      },
      test);
}

const Column* column_of(const Test& test) {
  return std::visit(
      []<typename T>(const T& one) -> const Column* {
        if constexpr (kIsColumn<T>) return one.column;
        if constexpr (std::is_same_v<T, PidTest>) return &column(ColumnId::PID);
        if constexpr (std::is_same_v<T, MarkTest>) return &column(ColumnId::MARK);
        if constexpr (std::is_same_v<T, DeviceTest>) return &column(ColumnId::INTERFACE);
        return nullptr;
      },
      test);
}

/// Whether the rows of a live host may not tell it: numbers that came with later kernels, and what is read of a process
/// that has ended, or that a copy of /proc lacks.
bool may_lack_live(const Column& column) {
  const ColumnNeeds needs = needs_of(column);
  if (needs.places) return true;
  const bool words = needs.parts.congestion || needs.parts.congestion_values || needs.rates;
  return column.id == ColumnId::CGROUP || column.id == ColumnId::tcp_info || (needs.parts.memory && !words);
}

bool may_lack_saved(const Column& column) {
  const ColumnNeeds needs = needs_of(column);
  return needs.netlink_alone || needs.owners != OwnersNeed::none;
}

}  // namespace

bool all_owners_known(const Socket& row) {
  return row.owners_known && row.orphan != Orphan::not_permitted && row.orphan != Orphan::owners_unread &&
         row.orphan != Orphan::other_pid_namespace;
}

bool device_known(const Socket& row) {
  // netlink always tells the device, and nothing but netlink tells a cookie.
  return row.interface != 0 || row.origin == Origin::netlink || row.cookie.has_value();
}

Told told_by(const Test& test, const Connection& row, Names& names) {
  return std::visit(ToldOfTest<Connection>{row, names}, test);
}
Told told_by(const Test& test, const Listener& row, Names& names) {
  return std::visit(ToldOfTest<Listener>{row, names}, test);
}

Untold::Untold(const Filter& filter, Rows rows) : filter_(filter), rows_(rows) {
  if (rows == Rows::saved) {
    if (!filter.pids.empty()) facts_.push_back({PidTest{}});
    if (!filter.processes.empty()) facts_.push_back({WordTest{&column(ColumnId::PROCESS), {}}});
  }
  if (filter.expression != nullptr) add_tests(*filter.expression);
}

bool Untold::may_lack(const Test& test) const {
  const Column* of = column_of(test);
  if (of == nullptr) return false;
  if (const auto* word = std::get_if<WordTest>(&test)) {
    const auto flag = of->id == ColumnId::FLAGS ? row_flag_from_name(word->word) : std::nullopt;
    if (of->id == ColumnId::FLAGS) return flag && needs_tcp_info(*flag);
    if (of->id == ColumnId::ORPHAN) return rows_ == Rows::saved && found_by_search(word->word);
  }
  return rows_ == Rows::saved ? may_lack_saved(*of) : may_lack_live(*of);
}

void Untold::add_tests(const Expression& expression) {
  if (expression.kind() == Expression::Kind::test && may_lack(expression.test())) {
    facts_.push_back({expression.test()});
  }
  for (const Expression& part : expression.parts()) add_tests(part);
}

template <typename Row>
void Untold::see_row(const Row& row, bool matches) {
  NoNames none;
  Names& names = filter_.names != nullptr ? *filter_.names : none;
  if (matches) {
    for (Fact& fact : facts_) fact.told = fact.told || told_by(fact.test, row, names) == Told::yes;
    return;
  }
  bool lacks = false;
  for (Fact& fact : facts_) {
    const Told told = told_by(fact.test, row, names);
    fact.told = fact.told || told == Told::yes;
    lacks = lacks || told == Told::no;
  }
  if (!lacks || !filter_.could_match(row)) return;
  ++undecided_;
  for (Fact& fact : facts_) fact.lacking = fact.lacking || told_by(fact.test, row, names) == Told::no;
}

template void Untold::see_row(const Connection& row, bool matches);
template void Untold::see_row(const Listener& row, bool matches);

const Untold::Fact* Untold::worst() const {
  auto at = std::find_if(facts_.begin(), facts_.end(), [](const Fact& one) { return one.lacking && !one.told; });
  if (at == facts_.end()) at = std::find_if(facts_.begin(), facts_.end(), [](auto& one) { return one.lacking; });
  return at == facts_.end() ? nullptr : &*at;
}

bool Untold::none_tells() const { return worst() != nullptr && !worst()->told; }

std::string Untold::word() const { return worst() == nullptr ? std::string() : word_of(worst()->test); }

std::string Untold::options_that_save() const {
  if (worst() == nullptr) return {};
  const ColumnNeeds needs = needs_of(*column_of(worst()->test));
  const bool of_search = std::holds_alternative<WordTest>(worst()->test) &&
                         std::get<WordTest>(worst()->test).column->id == ColumnId::ORPHAN;
  std::string options;
  if (needs.owners != OwnersNeed::none || of_search) options += " -p";
  if (needs.rates) return options + " --rate";
  if (needs.parts.tcp_info || needs.parts.congestion || needs.parts.congestion_values) options += " -i";
  if (needs.parts.memory && !needs.parts.tcp_info) options += " -m";
  return options;
}

}  // namespace tcpstat::filter
