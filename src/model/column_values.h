#pragma once
// Where the value of each column is in a row: columns.def names one of these, or a member. Everything here is known to
// the compiler, so that a format that writes all columns of a million rows pays no call for each.

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "model/column.h"

namespace tcpstat::inline model {
namespace column_values {

struct StateOf {
  std::string_view operator()(const Connection& row) const { return name(row.state); }
  std::string_view operator()(const Listener& /*row*/) const { return name(State::listen); }
};
struct PhaseOf {
  std::string_view operator()(const Connection& row) const { return name(info(row.state).phase); }
  std::string_view operator()(const Listener& /*row*/) const { return name(Phase::listening); }
};
inline std::string_view family_of(const Socket& row) { return name(row.family); }

inline const Endpoint* local_of(const Socket& row) { return &row.local; }
/// A wildcard or link-local address means something else on each device (RFC 4007), so the device tells ends apart.
inline Cell end_of(const Socket& row, const Endpoint& end, Names& names) {
  Cell cell{.kind = Cell::Kind::endpoint, .endpoint = &end};
  if (row.interface != 0) cell.text = names.interface_of(row.netns, row.interface);
  return cell;
}
inline Cell local_end_of(const Socket& row, Names& names) { return end_of(row, row.local, names); }
inline std::uint16_t local_port_of(const Socket& row) { return row.local.port; }
/// Null where there is none.
struct RemoteOf {
  const Endpoint* operator()(const Connection& row) const { return row.state == State::close ? nullptr : &row.remote; }
  const Endpoint* operator()(const Listener& /*row*/) const { return nullptr; }
};
/// The peer is not bound to a device of this host, but a link-local address is unique on its device only.
struct RemoteEndOf {
  Cell operator()(const Connection& row, Names& names) const {
    if (row.state == State::close) return {.kind = Cell::Kind::none};
    if (row.remote.address.is_link_local()) return end_of(row, row.remote, names);
    return {.kind = Cell::Kind::endpoint, .endpoint = &row.remote};
  }
  Cell operator()(const Listener& /*row*/, Names& /*names*/) const { return {.kind = Cell::Kind::none}; }
};
inline std::optional<std::uint16_t> remote_port_of(const Connection& row) {
  return row.state == State::close ? std::nullopt : std::optional(row.remote.port);
}

struct TimerOf {
  Cell operator()(const Connection& row) const {
    if (row.timer == TimerKind::unknown) return {};
    return {.kind = Cell::Kind::timer, .text = name(row.timer), .connection = &row};
  }
  Cell operator()(const Listener& row) const {
    if (row.timer == TimerKind::unknown) return {};
    return {.kind = Cell::Kind::timer, .text = name(row.timer), .listener = &row};
  }
};
struct TimerMsOf {
  std::optional<std::uint32_t> operator()(const Connection& row) const { return row.timer_ms; }
  std::optional<std::uint32_t> operator()(const Listener& row) const { return row.timer_ms; }
};
struct RetransmitsOf {
  std::optional<std::uint32_t> operator()(const Connection& row) const { return row.retransmits; }
  std::optional<std::uint32_t> operator()(const Listener& row) const { return row.retransmits; }
};

/// The user's name, or the uid if there is no name.
inline Cell user_of(const Socket& row, Names& names) {
  if (!row.uid) return {};
  const std::string_view user = names.user(*row.uid);
  if (user.empty()) return {.kind = Cell::Kind::number, .number = *row.uid};
  return {.kind = Cell::Kind::foreign, .text = user};
}
inline std::optional<std::uint64_t> inode_of(const Socket& row) {
  return row.inode == 0 ? std::nullopt : std::optional(row.inode);
}
inline std::string_view interface_of(const Socket& row, Names& names) {
  return row.interface == 0 ? std::string_view{} : names.interface_of(row.netns, row.interface);
}
inline std::string_view netns_of(const Socket& row, Names& names) { return names.netns(row.netns); }
inline std::string_view cgroup_of(const Socket& row, Names& names) {
  return row.cgroup ? names.cgroup(*row.cgroup) : std::string_view{};
}
/// The place of the first process that holds it; without such a process, that of its control group.
inline const CgroupPlace* place_of_row(const Socket& row, Names& names) {
  if (!row.owners.empty()) {
    const CgroupPlace* place = names.place_of_process(row.owners.front().pid);
    if (place != nullptr) return place;
  }
  return row.cgroup ? names.place_of_cgroup(*row.cgroup) : nullptr;
}
inline std::string_view unit_of(const Socket& row, Names& names) {
  const CgroupPlace* place = place_of_row(row, names);
  return place == nullptr ? std::string_view{} : std::string_view(place->unit);
}
inline std::string_view container_of(const Socket& row, Names& names) {
  const CgroupPlace* place = place_of_row(row, names);
  return place == nullptr ? std::string_view{} : std::string_view(place->container);
}
/// The name that stands in place of an id, else the name from the files of its engine.
inline std::string_view container_name_of(const Socket& row, Names& names) {
  const CgroupPlace* place = place_of_row(row, names);
  if (place == nullptr) return {};
  return is_container_id(place->container) ? place->container_name : place->container;
}
inline std::string_view pod_of(const Socket& row, Names& names) {
  const CgroupPlace* place = place_of_row(row, names);
  return place == nullptr ? std::string_view{} : std::string_view(place->pod);
}
inline std::optional<bool> v6only_of(const Socket& row) { return row.v6only; }
inline std::string_view ulp_of(const Socket& row) {
  const std::string_view text(row.ulp.data(), row.ulp.size());
  return text.substr(0, text.find('\0'));
}
/// Known where two samples were compared.
template <std::optional<std::uint64_t> Rates::*kRate>
struct RateOf {
  static constexpr std::optional<std::uint64_t> Rates::*kMember = kRate;
  std::optional<std::uint64_t> operator()(const Connection& row) const {
    return row.rates == nullptr ? std::nullopt : row.rates->*kRate;
  }
};
template <CongestionValues::Kind kOf, std::size_t kAt>
struct OfCongestion {
  static constexpr CongestionValues::Kind kKind = kOf;
  static constexpr std::size_t kNumber = kAt;
  std::optional<std::uint64_t> operator()(const Connection& row) const {
    const CongestionValues& values = row.congestion_values;
    return values.kind == kOf ? std::optional(values.numbers[kAt]) : std::nullopt;
  }
};
template <std::size_t kAt>
struct OfBbr : OfCongestion<CongestionValues::Kind::bbr, kAt> {};
/// All bits are set until there is a sample (net/ipv4/tcp_bbr.c, bbr_init()).
struct OfBbrMinRtt : OfBbr<1> {
  std::optional<std::uint64_t> operator()(const Connection& row) const {
    const auto value = OfBbr<1>::operator()(row);
    return value == UINT32_MAX ? std::nullopt : value;
  }
};
template <std::size_t kAt>
struct OfDctcp : OfCongestion<CongestionValues::Kind::dctcp, kAt> {};
inline std::string_view mptcp_role_of(const Socket& row) { return name(row.mptcp_role); }
/// How much of net.ipv4.tcp_mem the socket takes (sk_mem_charge(), include/net/sock.h).
inline std::optional<std::uint64_t> mem_of(const Socket& row) {
  if (!row.recv_memory_bytes || !row.queued_memory_bytes || !row.reserved_memory_bytes) return std::nullopt;
  return std::uint64_t{*row.recv_memory_bytes} + *row.queued_memory_bytes + *row.reserved_memory_bytes;
}
inline std::string_view orphan_of(const Socket& row) { return name(row.orphan); }
inline std::string_view source_of(const Socket& row) { return name(row.origin); }

}  // namespace column_values

/// The columns of columns.def: those before tcp_info's.
inline constexpr std::size_t kRowColumnCount = static_cast<std::size_t>(ColumnId::tcp_info);

/// What columns.def says of one column, for the compiler: `kKind`, `kValue`, `kObject`.
template <ColumnId kId>
struct ColumnSpec;

#define COLUMN_SPEC(name, kind, value)                               \
  template <>                                                        \
  struct ColumnSpec<ColumnId::name> {                                \
    static constexpr std::string_view kName = #name;                 \
    static constexpr ColumnKind kKind = ColumnKind::kind;            \
    static constexpr auto kValue = [] {                              \
      using namespace column_values; /* NOLINT */                    \
      return value;                                                  \
    }();                                                             \
    static constexpr JsonObject kObject = object_of(ColumnId::name); \
  };
#define COLUMN(name, kind, value, meaning) COLUMN_SPEC(name, kind, (value))
#include "model/columns.def"
#undef COLUMN_SPEC

template <ColumnId kId, typename Row>
concept TakesNames = std::invocable<decltype(ColumnSpec<kId>::kValue), const Row&, Names&>;
/// Whether rows of this kind have the column at all.
template <ColumnId kId, typename Row>
concept HasColumn = TakesNames<kId, Row> || std::invocable<decltype(ColumnSpec<kId>::kValue), const Row&>;

namespace column_values {

inline Cell text_cell(Cell::Kind kind, std::string_view text) {
  return text.empty() ? Cell{} : Cell{.kind = kind, .text = text};
}
template <std::integral Integer>
Cell number_cell(Integer number) {
  return {.kind = Cell::Kind::number, .number = number};
}
template <std::integral Integer>
Cell number_cell(const std::optional<Integer>& number) {
  return number ? number_cell(*number) : Cell{};
}

template <ColumnKind kKind, typename Value>
Cell cell(const Value& value) {
  if constexpr (std::same_as<Value, Cell>) {
    return value;
  } else if constexpr (kKind == ColumnKind::word) {
    return text_cell(Cell::Kind::word, value);
  } else if constexpr (kKind == ColumnKind::boolean) {
    return value ? text_cell(Cell::Kind::word, *value ? "yes" : "no") : Cell{};
  } else if constexpr (kKind == ColumnKind::foreign || kKind == ColumnKind::netns) {
    return text_cell(Cell::Kind::foreign, value);
  } else if constexpr (kKind == ColumnKind::number || kKind == ColumnKind::identity) {
    return number_cell(value);
  } else if constexpr (kKind == ColumnKind::address) {
    return value == nullptr ? Cell{} : Cell{.kind = Cell::Kind::address, .endpoint = value};
  } else if constexpr (kKind == ColumnKind::endpoint) {
    return value == nullptr ? Cell{.kind = Cell::Kind::none} : Cell{.kind = Cell::Kind::endpoint, .endpoint = value};
  } else if constexpr (kKind == ColumnKind::pids || kKind == ColumnKind::processes) {
    constexpr auto kCell = kKind == ColumnKind::pids ? Cell::Kind::pids : Cell::Kind::processes;
    return value.empty() ? Cell{} : Cell{.kind = kCell, .owners = value};
  } else {
    static_assert(kKind == ColumnKind::flags, "a value of this kind makes its own cell");
    return value.empty() ? Cell{} : Cell{.kind = Cell::Kind::flags, .flags = value};
  }
}

}  // namespace column_values

/// The cell of one column; unknown in a row that does not have it.
template <ColumnId kId, typename Row>
Cell cell_of(const Row& row, Names& names) {
  using Spec = ColumnSpec<kId>;
  static_assert(HasColumn<kId, Connection> || HasColumn<kId, Listener>, "its value fits no row");
  if constexpr (TakesNames<kId, Row>) {
    return column_values::cell<Spec::kKind>(std::invoke(Spec::kValue, row, names));
  } else if constexpr (HasColumn<kId, Row>) {
    return column_values::cell<Spec::kKind>(std::invoke(Spec::kValue, row));
  } else {
    return {};
  }
}

/// Calls `each.template operator()<ColumnId>()` for every column of columns.def, in order. Inlined, because a writer of
/// thirty members is slower by a seventh where its place in the text is kept in memory.
template <typename Each>
[[gnu::always_inline]] constexpr void for_each_row_column(Each&& each) {
  [&]<std::size_t... kNumbers>(std::index_sequence<kNumbers...>) __attribute__((always_inline)) {
    (each.template operator()<static_cast<ColumnId>(kNumbers)>(), ...);
  }
  (std::make_index_sequence<kRowColumnCount>{});
}

}  // namespace tcpstat::inline model
