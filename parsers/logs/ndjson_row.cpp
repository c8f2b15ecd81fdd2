#include "parsers/logs/ndjson_row.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>

#include "model/column_values.h"
#include "model/tcp_info.h"
#include "parsers/logs/shallow_json.h"

namespace tcpstat::logs {
namespace {

using nlohmann::json;

/// A column's key, zero-terminated.
template <ColumnId kId>
constexpr LowerCase kKey = json_key(ColumnSpec<kId>::kKind, ColumnSpec<kId>::kName);

/// The member, or null if it is missing or null.
const json* member(const json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() || at->is_null() ? nullptr : &*at;
}

/// True with nothing stored if the member is missing or null; false if it is no number that fits.
template <typename Integer>
bool read_number(const json& object, const char* key, std::optional<Integer>& to) {
  const json* value = member(object, key);
  if (value == nullptr) return true;
  if (!value->is_number_unsigned()) return false;
  const auto number = value->get<std::uint64_t>();
  if (number > std::numeric_limits<Integer>::max()) return false;
  to = static_cast<Integer>(number);
  return true;
}

/// Empty if missing or null; false if it is no string.
bool read_text(const json& object, const char* key, std::string_view& to) {
  const json* value = member(object, key);
  if (value == nullptr) return true;
  if (!value->is_string()) return false;
  to = value->get_ref<const std::string&>();
  return true;
}

bool read_flag(const json& object, const char* key, std::optional<bool>& to) {
  const json* value = member(object, key);
  if (value == nullptr) return true;
  if (!value->is_boolean()) return false;
  to = value->get<bool>();
  return true;
}

bool read_identity(const json& object, const char* key, std::optional<std::uint64_t>& to) {
  std::string_view text;
  if (!read_text(object, key, text)) return false;
  if (text.empty()) return true;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  to = number;
  return true;
}

/// Reads the columns of columns.def that are plain members of the row: a new one needs no code here.
template <typename Row>
bool read_plain_members(const json& object, Row& to) {
  bool good = true;
  const json* memory = member(object, "memory");
  if (memory != nullptr && !memory->is_object()) return false;
  for_each_row_column([&]<ColumnId kId>() {
    using Spec = ColumnSpec<kId>;
    if constexpr (std::is_member_object_pointer_v<decltype(Spec::kValue)> && HasColumn<kId, Row>) {
      if constexpr (Spec::kObject == JsonObject::memory) {
        good = good && (memory == nullptr || read_number(*memory, kKey<kId>.data(), to.*Spec::kValue));
      } else if constexpr (Spec::kKind == ColumnKind::number) {
        good = good && read_number(object, kKey<kId>.data(), to.*Spec::kValue);
      } else if constexpr (Spec::kKind == ColumnKind::boolean) {
        good = good && read_flag(object, kKey<kId>.data(), to.*Spec::kValue);
      } else if constexpr (Spec::kKind == ColumnKind::identity) {
        good = good && read_identity(object, kKey<kId>.data(), to.*Spec::kValue);
      }
    }
  });
  return good;
}

bool read_endpoint(const json& object, const char* address_key, const char* port_key, Endpoint& to) {
  std::string_view text;
  std::optional<std::uint16_t> port;
  if (!read_text(object, address_key, text) || !read_number(object, port_key, port)) return false;
  const std::optional<Address> address = parse_address(text);
  if (!address || !port) return false;
  to = {*address, *port};
  return true;
}

/// Whether the value fits the kernel's field; cut off, it would be another number.
bool fits(const TcpInfoField& field, std::uint64_t value) {
  const unsigned bits = field.bits != 0 ? field.bits : 8U * field.size;
  return value <= (~std::uint64_t{0} >> (64 - bits)) / field.divisor;
}

/// Whether both ends have one family, and the one that the row states.
bool agrees(const json& object, Family family, Family remote) {
  std::string_view said;
  return family == remote && read_text(object, "family", said) && (said.empty() || said == name(family));
}

bool read_orphan(std::string_view word, Orphan& to) {
  for (int number = 0; number <= static_cast<int>(kLastOrphan); ++number) {
    if (name(static_cast<Orphan>(number)) == word) {
      to = static_cast<Orphan>(number);
      return true;
    }
  }
  return true;  // a reason of a later version
}

template <typename Row>
bool read_timer(const json& object, Row& to) {
  std::string_view timer;
  if (!read_text(object, "timer", timer)) return false;
  to.timer = timer_from_name(timer);
  return read_number(object, kKey<ColumnId::TIMER_MS>.data(), to.timer_ms) &&
         read_number(object, kKey<ColumnId::RETRANSMITS>.data(), to.retransmits);
}

/// Words that a later version may add are passed over.
bool read_flags(const json& object, RowFlags& to) {
  const json* list = member(object, "flags");
  if (list == nullptr) return true;
  if (!list->is_array()) return false;
  for (const json& entry : *list) {
    if (!entry.is_string()) return false;
    if (const auto flag = row_flag_from_name(entry.get_ref<const std::string&>())) to.add(*flag);
  }
  return true;
}

/// The most owners that are copied for one row; a hostile file may list millions.
constexpr std::size_t kMostOwners = 65536;

}  // namespace

bool NdjsonDecoder::read_owners(const json& object, Socket& to) {
  owners_.clear();
  owner_names_.clear();
  const json* list = member(object, "processes");
  if (list == nullptr) return true;
  if (!list->is_array() || list->size() > kMostOwners) return false;
  owner_names_.reserve(list->size());  // views into it must stay valid
  to.owners_known = true;
  for (const json& entry : *list) {
    std::optional<std::uint32_t> pid;
    std::optional<std::uint32_t> fd;
    std::string_view name;
    if (!entry.is_object() || !read_number(entry, "pid", pid) || !read_number(entry, "fd", fd) ||
        !read_text(entry, "name", name) || !pid) {
      return false;
    }
    owners_.push_back({*pid, fd.value_or(0), owner_names_.emplace_back(name)});
  }
  to.owners = owners_;
  return true;
}

bool NdjsonDecoder::read_socket(const json& object, Socket& to) {
  std::string_view text;
  to.origin = Origin::file;
  std::optional<std::uint64_t> inode;
  if (!read_endpoint(object, "local_address", "local_port", to.local) || !read_number(object, "inode", inode)) {
    return false;
  }
  to.family = to.local.address.family;
  to.inode = inode.value_or(0);
  std::optional<std::uint64_t> netns;
  if (!read_number(object, "netns", netns)) return false;
  to.netns = netns.value_or(0);
  std::string_view ulp;
  if (!read_text(object, "ulp", ulp) || !read_flag(object, "v6only", to.v6only)) return false;
  if (!read_text(object, "mptcp_role", text)) return false;
  to.mptcp_role = mptcp_role_from_name(text);
  text = {};
  ulp.copy(to.ulp.data(), to.ulp.size() - 1);
  if (!read_text(object, "netns_name", text)) return false;
  if (!text.empty()) names_.record_netns(to.netns, text);
  text = {};
  if (!read_text(object, "user", text)) return false;
  if (to.uid && !text.empty()) names_.record_user(*to.uid, text);
  text = {};
  if (!read_text(object, "interface", text)) return false;
  if (!text.empty()) to.interface = names_.record_interface(text);
  text = {};
  if (!read_text(object, "cgroup", text)) return false;
  if (!text.empty()) to.cgroup = names_.record_cgroup(text);
  text = {};
  return read_text(object, "orphan", text) && read_orphan(text, to.orphan) && read_owners(object, to) &&
         read_place(object, to);
}

bool NdjsonDecoder::read_place(const json& object, const Socket& row) {
  std::string_view unit;
  std::string_view container;
  std::string_view pod;
  std::string_view name;
  if (!read_text(object, "unit", unit) || !read_text(object, "container", container) ||
      !read_text(object, "pod", pod) || !read_text(object, "container_name", name)) {
    return false;
  }
  CgroupPlace place{std::string(unit), std::string(container), std::string(pod),
                    is_container_id(container) ? std::string(name) : std::string()};
  if (place.empty()) return true;
  if (!row.owners.empty()) {
    names_.record_process(row.owners.front().pid, std::move(place));
  } else if (row.cgroup) {
    names_.record_place(*row.cgroup, std::move(place));
  }
  return true;
}

bool NdjsonDecoder::read_tcp_info(const json& object, Connection& to) {
  tcp_info_.clear();
  const json* info = member(object, "tcp_info");
  if (info == nullptr) return true;
  std::string_view congestion;
  if (!info->is_object() || !read_text(*info, "congestion", congestion)) return false;
  congestion_ = congestion;
  to.congestion = congestion_;
  bool good = true;
  for_each_row_column([&]<ColumnId kId>() {
    using Value = decltype(ColumnSpec<kId>::kValue);
    if constexpr (requires { Value::kNumber; }) {
      std::optional<std::uint64_t> value;
      good = good && read_number(*info, kKey<kId>.data(), value);
      if (!value) return;
      to.congestion_values.kind = Value::kKind;
      to.congestion_values.numbers[Value::kNumber] = *value;
    }
  });
  if (!good) return false;
  std::uint64_t missing = 0;
  for (const TcpInfoField& field : tcp_info_fields()) {
    std::optional<std::uint64_t> value;
    if (!read_number(*info, field.key.data(), value) || (value && !fits(field, *value))) return false;
    if (value) {
      set_tcp_info_value(tcp_info_, field, *value);
    } else {
      missing |= missing_bit(field);
    }
  }
  to.tcp_info = {tcp_info_, missing};
  return true;
}

bool NdjsonDecoder::read_rates(const json& object, Connection& to) {
  const json* rates = member(object, "rates");
  if (rates == nullptr) return true;
  if (!rates->is_object()) return false;
  rates_ = {};
  bool good = true;
  for_each_row_column([&]<ColumnId kId>() {
    if constexpr (ColumnSpec<kId>::kObject == JsonObject::rates) {
      good = good && read_number(*rates, kKey<kId>.data(), rates_.*ColumnSpec<kId>::kValue.kMember);
    }
  });
  to.rates = &rates_;
  return good;
}

bool NdjsonDecoder::read_connection(const json& object, Connection& to) {
  if (!read_plain_members(object, to) || !read_socket(object, to) || !read_timer(object, to) ||
      !read_flags(object, to.flags) || !read_rates(object, to) || !read_tcp_info(object, to)) {
    return false;
  }
  // FIN_WAIT2 has both kinds of sockets; only the small one waits like TIME_WAIT.
  to.minisocket = to.orphan == Orphan::half_open || to.orphan == Orphan::time_wait || to.timer == TimerKind::time_wait;
  if (to.state != State::close) return read_endpoint(object, "remote_address", "remote_port", to.remote);
  to.remote.address.family = to.local.address.family;
  return true;
}

NdjsonDecoder::Row NdjsonDecoder::decode(std::string_view line) { return decode_object(shallow_json(line)); }

NdjsonDecoder::Row NdjsonDecoder::decode_object(const json& object) {
  if (!object.is_object()) return Flaw::not_json;
  std::string_view type;
  std::string_view state_word;
  if (!read_text(object, "type", type)) return Flaw::unreadable_number;
  if (!type.empty() && type != "connection") return NoRow{};
  if (!read_text(object, "state", state_word) || state_word.empty()) return Flaw::missing_field;
  const std::optional<StateSet> set = parse_state_word(state_word);
  if (!set || set->size() != 1) return Flaw::unknown_state;
  if (*set == StateSet{State::listen}) {
    Listener listener;
    if (!read_plain_members(object, listener) || !read_socket(object, listener) || !read_timer(object, listener)) {
      return Flaw::unreadable_number;
    }
    if (!agrees(object, listener.family, listener.family)) return Flaw::unknown_family;
    return listener;
  }
  Connection row;
  for (const StateInfo& candidate : states()) {
    if (set->has(candidate.state)) row.state = candidate.state;
  }
  if (!read_connection(object, row)) return Flaw::unreadable_number;
  if (!agrees(object, row.family, row.remote.address.family)) return Flaw::unknown_family;
  return row;
}

}  // namespace tcpstat::logs
