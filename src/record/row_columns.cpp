#include "record/row_columns.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_set>

#include "base/keyed_hash.h"
#include "model/cgroup_place.h"
#include "model/column_values.h"
#include "model/row_rules.h"
#include "record/bytes.h"

namespace tcpstat::record {
namespace {

using column_values::ulp_of;

/// The first columns in the order of their cells; the numbers of columns.def and of tcp_info follow. A file names the
/// columns that it has, so that one may be added or left out.
enum Place : std::size_t {
  kState,   ///< the kernel's number, plus 16 for a minisocket
  kFamily,  ///< 1: an IPv6 socket; 2, 4: the local, the remote address is one of IPv6
  kLocalHigh,
  kLocalLow,
  kLocalPort,
  kRemoteHigh,
  kRemoteLow,
  kRemotePort,
  kInode,
  kTimer,
  kTimerDue,
  kRetransmits,
  kInStateSince,  ///< when the socket came into its state
  kFlags,
  kUser,
  kInterface,
  kCgroup,
  kV6only,
  kUlp,
  kMptcpRole,
  kTransparent,
  kFreebind,
  kOwners,    ///< an empty word: none was found
  kOwnersFd,  ///< of a single owner: kept apart, so that all sockets of a process share a word
  kOrphan,
  kCongestion,
  kInfoTime,
  kFirstNumber,
};

const std::array<TableColumn, kFirstNumber>& first_columns() {
  using enum CellKind;
  static const std::array<TableColumn, kFirstNumber> kColumns = {{{"state", raw},
                                                                  {"family", raw},
                                                                  {"local_high", raw},
                                                                  {"local_low", raw},
                                                                  {"local_port", raw},
                                                                  {"remote_high", raw},
                                                                  {"remote_low", raw},
                                                                  {"remote_port", raw},
                                                                  {"inode", raw},
                                                                  {"timer", number},
                                                                  {"timer_due_ms", time},
                                                                  {"retransmits", number},
                                                                  {"in_state_since_ms", time},
                                                                  {"flags", word},
                                                                  {"user", word},
                                                                  {"interface", word},
                                                                  {"cgroup", word},
                                                                  {"v6only", number},
                                                                  {"ulp", word},
                                                                  {"mptcp_role", word},
                                                                  {"transparent", number},
                                                                  {"freebind", number},
                                                                  {"owners", word, true},
                                                                  {"owners_fd", number, true},
                                                                  {"orphan", number, true},
                                                                  {"congestion", word, true},
                                                                  {std::string(kInfoTimeName), time, true}}};
  return kColumns;
}

/// Numbers of columns.def that are plain members of a row; a new one is recorded without a change here. Not the age:
/// the time at which it began is kept instead.
template <ColumnId kId>
constexpr bool kIsPlain = std::is_member_object_pointer_v<decltype(ColumnSpec<kId>::kValue)> &&
                          (ColumnSpec<kId>::kKind == ColumnKind::number ||
                           ColumnSpec<kId>::kKind == ColumnKind::identity) &&
                          kId != ColumnId::AGE_MS;

/// Columns that tell how full the receive buffer is, which rules ask about rows with unread data.
template <ColumnId kId>
constexpr bool kIsFill = kId == ColumnId::MEM_RECV || kId == ColumnId::MEM_RECV_LIMIT;
/// Other memory changes all the time, so that it is kept with InfoChoice::all only. Rules ask for what a listener
/// drops, so that this is always kept.
template <ColumnId kId>
constexpr bool kIsMemory = ColumnSpec<kId>::kName.starts_with("MEM") && kId != ColumnId::MEM_DROPS && !kIsFill<kId>;

bool has_unread_data(const Connection& row) { return row.recv_queue.value_or(0) > 0; }
bool has_unread_data(const Listener& /*row*/) { return false; }

template <typename Each>
void for_each_plain_column(Each&& each) {
  for_each_row_column([&]<ColumnId kId>() {
    if constexpr (kIsPlain<kId>) each.template operator()<kId>();
  });
}

/// What shows trouble, and what rules ask for, so that rules judge a recorded sample as they would have judged it live.
constexpr auto kSomeInfo = std::to_array<const TcpInfoField*>(
    {&tcp_info_field("rtt_us"), &tcp_info_field("cwnd"), &tcp_info_field("rto_ms"), &tcp_info_field("ca_state"),
     &tcp_info_field("unacked"), &tcp_info_field("lost"), &tcp_info_field("total_retrans"),
     &tcp_info_field("last_data_sent_ms"), &tcp_info_field("last_data_recv_ms"), &tcp_info_field("snd_wnd"),
     &tcp_info_field("rcv_wnd"), &tcp_info_field("bytes_acked"), &tcp_info_field("bytes_received"),
     &tcp_info_field("busy_us"), &tcp_info_field("notsent_bytes"), &tcp_info_field("last_ack_recv_ms"),
     &tcp_info_field("data_segs_out"), &tcp_info_field("backoff"), &tcp_info_field("mss")});

const std::vector<const TcpInfoField*>& info_fields(InfoChoice info) {
  static const std::vector<const TcpInfoField*> kSome(kSomeInfo.begin(), kSomeInfo.end());
  static const std::vector<const TcpInfoField*> kAll = [] {
    std::vector<const TcpInfoField*> all;
    for (const TcpInfoField& field : tcp_info_fields()) all.push_back(&field);
    return all;
  }();
  return info == InfoChoice::some ? kSome : kAll;
}

std::string info_column(const TcpInfoField& field) { return "tcp_info." + std::string(field.key.view()); }

/// The number in half of an address.
std::uint64_t big_endian(const std::uint8_t* bytes) {
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8U | bytes[i];
  return number;
}

/// Both halves of an address, the high one first; IPv4 is a small number.
std::pair<std::uint64_t, std::uint64_t> halves_of(const Address& address) {
  const std::uint64_t high = big_endian(address.bytes.data());
  if (address.family == Family::ipv4) return {0, high >> 32U};
  return {high, big_endian(address.bytes.data() + 8)};
}

Address address_from(Family family, std::uint64_t high, std::uint64_t low) {
  if (family == Family::ipv4) {
    high = low << 32U;
    low = 0;
  }
  Address address;
  address.family = family;
  for (std::size_t i = 0; i < 8; ++i) {
    address.bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    address.bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  return address;
}

/// It is the same in each run, so that each run chooses the same rows. The kernel chooses cookies. Without them, a
/// stranger who chooses addresses and ports can influence which half-opens are kept, but not how many.
std::uint64_t identity_of(const Socket& row, const Endpoint& remote) {
  constexpr std::uint64_t kFirst = 0x9E37'79B9'7F4A'7C15;
  constexpr std::uint64_t kSecond = 0xD1B5'4A32'D192'ED03;
  if (row.cookie) return folded_product(*row.cookie ^ kFirst, kSecond);
  const auto [local_high, local_low] = halves_of(row.local.address);
  const auto [remote_high, remote_low] = halves_of(remote.address);
  const std::uint64_t ports = std::uint64_t{row.local.port} << 16U | remote.port;
  std::uint64_t hash = kFirst;
  for (const std::uint64_t word :
       {local_high, local_low, remote_high, remote_low, ports, row.inode, std::uint64_t{row.interface}}) {
    hash = folded_product(hash ^ word, kSecond) + kFirst;
  }
  return hash;
}

std::string text_of(RowFlags flags) {
  std::string text;
  for (const RowFlagInfo& flag : kRowFlags) {
    if (flags.has(flag.flag)) text += (text.empty() ? "" : ",") + std::string(flag.name);
  }
  return text;
}

RowFlags flags_from(std::string_view text) {
  RowFlags flags;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (const auto flag = row_flag_from_name(text.substr(0, comma))) flags.add(*flag);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return flags;
}

bool in_trouble(const Connection& row) {
  // Only the time since the peer's close tells a leak from load.
  if (row.state == State::close_wait) return true;
  constexpr const TcpInfoField& kLost = tcp_info_field("lost");
  return !row.flags.empty() || row.retransmits.value_or(0) > 0 || tcp_info_value(row.tcp_info, kLost).value_or(0) > 0;
}

}  // namespace

std::vector<TableColumn> row_columns(InfoChoice info) {
  std::vector<TableColumn> columns(first_columns().begin(), first_columns().end());
  for_each_plain_column([&]<ColumnId kId>() {
    if (!kIsMemory<kId> || info == InfoChoice::all) {
      columns.push_back({ascii_lower(ColumnSpec<kId>::kName), CellKind::number});
    }
  });
  for (const TcpInfoField* field : info_fields(info)) columns.push_back({info_column(*field), CellKind::number, true});
  return columns;
}

/// Chooses at most `most` rows, those with the smallest identities. A row that is thrown out leaves its place to the
/// next.
class RowPacker::Chosen {
 public:
  explicit Chosen(std::size_t most, std::uint64_t bound = UINT64_MAX) : most_(most), bound_(bound) {}

  /// The place for a row; `end` is the place behind all rows. Nothing: there are enough rows with smaller identities.
  std::optional<std::size_t> offer(std::uint64_t identity, std::size_t end) {
    if (identity > bound_) return std::nullopt;
    if (rows_.size() < most_) {
      rows_.emplace_back(identity, end);
      return end;
    }
    // The heap is made only if there are too many rows.
    if (!is_heap_) std::make_heap(rows_.begin(), rows_.end());
    is_heap_ = true;
    if (most_ == 0 || identity >= rows_.front().first) return std::nullopt;
    std::pop_heap(rows_.begin(), rows_.end());
    const std::size_t place = rows_.back().second;
    rows_.back() = {identity, place};
    std::push_heap(rows_.begin(), rows_.end());
    return place;
  }

  /// The largest identity that was chosen; nothing: there was room for more.
  [[nodiscard]] std::optional<std::uint64_t> largest() const {
    return is_heap_ && !rows_.empty() ? std::optional(rows_.front().first) : std::nullopt;
  }
  [[nodiscard]] bool wants_few() const { return rows_.size() >= most_ - most_ / 8; }

 private:
  std::size_t most_;
  std::uint64_t bound_;
  bool is_heap_ = false;  ///< the largest first
  std::vector<std::pair<std::uint64_t, std::size_t>> rows_;
};

RowPacker::RowPacker(Names& names, const Setting& setting, TableSample room)
    : names_(names),
      setting_(setting),
      width_(row_columns(setting.info).size()),
      sample_(std::move(room)),
      others_(std::make_unique<Chosen>(setting.limits.rows, setting.bound)) {
  sample_.identities.clear();
  sample_.cells.clear();
  sample_.words.clear();
}

RowPacker::~RowPacker() = default;

std::uint64_t RowPacker::next_bound() const {
  const auto larger = [](std::uint64_t by, std::uint64_t part) {
    return by > UINT64_MAX - by / part ? UINT64_MAX : by + by / part;
  };
  if (const auto largest = others_->largest()) return larger(*largest, 64);
  // A few sockets have gone, so that others beyond the bound may take their place.
  return others_->wants_few() ? larger(setting_.bound, 8) : UINT64_MAX;
}

CellValue RowPacker::word(std::string_view text) {
  if (const auto known = words_.find(text); known != words_.end()) return known->second;
  sample_.words.emplace_back(text);
  return words_.emplace(text, sample_.words.size()).first->second;
}

void RowPacker::put_owners(const Socket& row) {
  if (!row.owners_known) return;
  owners_.clear();
  const bool alone = row.owners.size() == 1;
  if (alone) row_[kOwnersFd] = to_cell(row.owners.front().fd);
  for (const Owner& owner : row.owners) {
    append_varint(owners_, owner.pid);
    append_varint(owners_, alone ? 0 : owner.fd);
    append_text(owners_, owner.name);
  }
  row_[kOwners] = word(owners_);
}

std::optional<std::size_t> RowPacker::place(Chosen& chosen, std::uint64_t identity) {
  const auto at = chosen.offer(identity, sample_.rows());
  if (!at || *at != sample_.rows()) ++dropped_;
  return at;
}

void RowPacker::store(std::size_t at, std::uint64_t identity) {
  if (at == sample_.rows()) {
    sample_.identities.push_back(identity);
    sample_.cells.insert(sample_.cells.end(), row_.begin(), row_.end());
    return;
  }
  sample_.identities[at] = identity;
  std::copy(row_.begin(), row_.end(), sample_.cells.begin() + static_cast<std::ptrdiff_t>(at * width_));
}

template <typename Row>
void RowPacker::pack(const Row& row, const Endpoint& remote, CellValue state) {
  row_.assign(width_, 0);
  const auto [local_high, local_low] = halves_of(row.local.address);
  const auto [remote_high, remote_low] = halves_of(remote.address);
  row_[kState] = state;
  row_[kFamily] = (row.family == Family::ipv6 ? 1U : 0U) | (row.local.address.family == Family::ipv6 ? 2U : 0U) |
                  (remote.address.family == Family::ipv6 ? 4U : 0U);
  row_[kLocalHigh] = local_high;
  row_[kLocalLow] = local_low;
  row_[kLocalPort] = row.local.port;
  row_[kRemoteHigh] = remote_high;
  row_[kRemoteLow] = remote_low;
  row_[kRemotePort] = remote.port;
  row_[kInode] = row.inode;
  row_[kTimer] = to_cell(static_cast<std::uint64_t>(row.timer));
  if (row.timer_ms) row_[kTimerDue] = to_cell(setting_.boot_ms + *row.timer_ms);
  row_[kRetransmits] = to_cell(row.retransmits);
  if (row.uid) {
    const std::string_view user = names_.user(*row.uid);
    if (!user.empty()) row_[kUser] = word(user);
  }
  if (row.interface != 0) row_[kInterface] = word(names_.interface_of(row.netns, row.interface));
  if (row.cgroup) {
    const std::string_view path = names_.cgroup(*row.cgroup);
    if (!path.empty()) row_[kCgroup] = word(path);
  }
  if (row.v6only) row_[kV6only] = to_cell(std::uint64_t{*row.v6only ? 1U : 0U});
  if (const auto ulp = ulp_of(row); !ulp.empty()) row_[kUlp] = word(ulp);
  if (row.mptcp_role != MptcpRole::unknown) row_[kMptcpRole] = word(name(row.mptcp_role));
  if (row.transparent) row_[kTransparent] = to_cell(std::uint64_t{*row.transparent ? 1U : 0U});
  if (row.freebind) row_[kFreebind] = to_cell(std::uint64_t{*row.freebind ? 1U : 0U});
  put_owners(row);
  if (row.owners_known || row.orphan != Orphan::none) row_[kOrphan] = to_cell(static_cast<std::uint64_t>(row.orphan));
  std::size_t at = kFirstNumber;
  for_each_plain_column([&]<ColumnId kId>() {
    if (kIsMemory<kId> && setting_.info != InfoChoice::all) return;
    const bool wanted = !kIsFill<kId> || setting_.info == InfoChoice::all || has_unread_data(row);
    if constexpr (HasColumn<kId, Row>) {
      if (wanted) row_[at] = to_cell(std::invoke(ColumnSpec<kId>::kValue, row));
    }
    ++at;
  });
}

void RowPacker::put_info(const Connection& row) {
  const bool wanted = setting_.info == InfoChoice::all || setting_.depth == Depth::every_row || in_trouble(row);
  if (!row.congestion.empty()) row_[kCongestion] = word(row.congestion);
  if (row.tcp_info.empty() || !wanted) return;
  row_[kInfoTime] = to_cell(setting_.boot_ms);
  const auto& fields = info_fields(setting_.info);
  const std::size_t first = width_ - fields.size();
  for (std::size_t i = 0; i < fields.size(); ++i) row_[first + i] = to_cell(tcp_info_value(row.tcp_info, *fields[i]));
}

Flow RowPacker::connection(const Connection& row) {
  const std::uint64_t identity = identity_of(row, row.remote);
  Chosen* chosen = others_.get();
  if (row.state == State::syn_recv) {
    // A host has few listeners; if there are very many, some of them share a limit.
    constexpr std::size_t kMostListeners = 256;
    const auto [high, low] = halves_of(row.local.address);
    constexpr std::uint64_t kSpread = 0x9E37'79B9'7F4A'7C15;
    const std::uint64_t end = std::uint64_t{row.interface} << 16U | row.local.port;
    std::uint64_t listener = folded_product(high ^ low ^ kSpread, (end << 1U | 1U) * kSpread);
    if (half_opens_.size() >= kMostListeners && !half_opens_.contains(listener)) listener %= kMostListeners;
    auto& own = half_opens_[listener];
    if (own == nullptr) own = std::make_unique<Chosen>(setting_.limits.half_opens);
    chosen = own.get();
  }
  const auto at = place(*chosen, identity);
  if (!at) return Flow::more;
  pack(row, row.remote, static_cast<CellValue>(row.state) | (row.minisocket ? 16U : 0U));
  if (row.age_ms) {
    row_[kInStateSince] = to_cell(setting_.boot_ms > *row.age_ms ? setting_.boot_ms - *row.age_ms : 0);
  }
  if (!row.flags.empty()) row_[kFlags] = word(text_of(row.flags));
  put_info(row);
  store(*at, identity);
  return Flow::more;
}

Flow RowPacker::listener(const Listener& row) {
  pack(row, {}, static_cast<CellValue>(State::listen));
  store(sample_.rows(), identity_of(row, {}));
  return Flow::more;
}

namespace {

/// Finds the columns of a table by their names, and makes rows of its cells.
class Unpacker {
 public:
  Unpacker(const Table& table, std::uint64_t boot_ms, RecordedNames& names)
      : table_(table), boot_ms_(boot_ms), names_(names) {
    for (std::size_t i = 0; i < first_columns().size(); ++i) first_[i] = find(first_columns()[i].name);
    for_each_plain_column([&]<ColumnId kId>() { plain_.push_back(find(ascii_lower(ColumnSpec<kId>::kName))); });
    for (const TcpInfoField& field : tcp_info_fields()) info_.push_back(find(info_column(field)));
  }

  /// False if its state is not known, so that it cannot be shown.
  bool unpack(std::size_t slot, Sink& sink) {
    row_ = table_.row(slot);
    const auto state = state_from_kernel(static_cast<unsigned>(cell(kState) & 15U));
    if (!state) return false;
    if (*state == State::listen) {
      Listener row;
      fill(row);
      sink.listener(row);
      return true;
    }
    Connection row;
    row.state = *state;
    row.minisocket = (cell(kState) & 16U) != 0;
    const auto family = (cell(kFamily) & 4U) != 0 ? Family::ipv6 : Family::ipv4;
    row.remote = {address_from(family, cell(kRemoteHigh), cell(kRemoteLow)),
                  static_cast<std::uint16_t>(cell(kRemotePort))};
    fill(row);
    if (const auto since = from_cell(cell(kInStateSince))) row.age_ms = boot_ms_ > *since ? boot_ms_ - *since : 0;
    row.flags = flags_from(table_.word(cell(kFlags)));
    row.congestion = table_.word(cell(kCongestion));
    fill_info(row);
    sink.connection(row);
    return true;
  }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;

  [[nodiscard]] std::size_t find(std::string_view name) const {
    const auto& columns = table_.columns();
    const auto at = std::find_if(columns.begin(), columns.end(), [name](const auto& one) { return one.name == name; });
    return at == columns.end() ? kNone : static_cast<std::size_t>(at - columns.begin());
  }
  [[nodiscard]] CellValue cell_at(std::size_t column) const { return column == kNone ? 0 : row_[column]; }
  [[nodiscard]] CellValue cell(Place place) const { return cell_at(first_[place]); }
  [[nodiscard]] std::string_view word(Place place) const { return table_.word(cell(place)); }

  template <typename Row>
  void fill(Row& row) {
    row.origin = Origin::file;
    row.family = (cell(kFamily) & 1U) != 0 ? Family::ipv6 : Family::ipv4;
    const auto local = (cell(kFamily) & 2U) != 0 ? Family::ipv6 : Family::ipv4;
    row.local = {address_from(local, cell(kLocalHigh), cell(kLocalLow)), static_cast<std::uint16_t>(cell(kLocalPort))};
    row.inode = cell(kInode);
    row.timer = static_cast<TimerKind>(from_cell(cell(kTimer)).value_or(0));
    if (name(row.timer).empty()) row.timer = TimerKind::unknown;
    if (const auto due = from_cell(cell(kTimerDue))) {
      row.timer_ms = static_cast<std::uint32_t>(*due > boot_ms_ ? *due - boot_ms_ : 0);
    }
    if (const auto count = from_cell(cell(kRetransmits))) row.retransmits = static_cast<std::uint32_t>(*count);
    if (const auto v6only = from_cell(cell(kV6only))) row.v6only = *v6only != 0;
    word(kUlp).copy(row.ulp.data(), row.ulp.size() - 1);
    row.mptcp_role = mptcp_role_from_name(word(kMptcpRole));
    if (const auto transparent = from_cell(cell(kTransparent))) row.transparent = *transparent != 0;
    if (const auto freebind = from_cell(cell(kFreebind))) row.freebind = *freebind != 0;
    std::size_t at = 0;
    for_each_plain_column([&]<ColumnId kId>() {
      if constexpr (HasColumn<kId, Row>) {
        auto& member = std::invoke(ColumnSpec<kId>::kValue, row);
        using Number = typename std::remove_reference_t<decltype(member)>::value_type;
        if (const auto value = from_cell(cell_at(plain_[at]))) member = static_cast<Number>(*value);
      }
      ++at;
    });
    if (row.uid && !word(kUser).empty()) names_.record_user(*row.uid, word(kUser));
    if (!word(kInterface).empty()) row.interface = names_.record_interface(word(kInterface));
    if (const auto path = word(kCgroup); !path.empty()) {
      row.cgroup = names_.record_cgroup(path);
      if (places_.insert(*row.cgroup).second) names_.record_place(*row.cgroup, place_of(path));
    }
    fill_owners(row);
  }

  void fill_owners(Socket& row) {
    owners_.clear();
    row.owners_known = cell(kOwners) != 0;
    ByteReader reader(word(kOwners));
    while (!reader.at_end()) {
      const auto pid = reader.varint();
      const auto fd = reader.varint();
      const auto name = reader.text();
      if (!pid || !fd || !name) break;
      owners_.push_back({static_cast<std::uint32_t>(*pid), static_cast<std::uint32_t>(*fd), *name});
    }
    if (const auto fd = from_cell(cell(kOwnersFd)); fd && owners_.size() == 1) {
      owners_.front().fd = static_cast<std::uint32_t>(*fd);
    }
    row.owners = owners_;
    const auto orphan = from_cell(cell(kOrphan));
    if (orphan && *orphan <= static_cast<std::uint64_t>(kLastOrphan)) row.orphan = static_cast<Orphan>(*orphan);
  }

  void fill_info(Connection& row) {
    if (cell(kInfoTime) == 0) return;
    bytes_.clear();
    std::uint64_t missing = 0;
    std::uint64_t untold = 0;
    for (std::size_t i = 0; i < info_.size(); ++i) {
      const TcpInfoField& field = tcp_info_fields()[i];
      if (const auto value = from_cell(cell_at(info_[i]))) {
        set_tcp_info_value(bytes_, field, *value);
      } else {
        missing |= missing_bit(field);
        if (info_[i] == kNone) untold |= missing_bit(field);
      }
    }
    row.tcp_info = {bytes_, missing, untold};
  }

  const Table& table_;
  std::uint64_t boot_ms_;
  RecordedNames& names_;
  std::array<std::size_t, kFirstNumber> first_{};
  std::vector<std::size_t> plain_;
  std::vector<std::size_t> info_;
  std::span<const CellValue> row_;
  std::vector<Owner> owners_;
  std::vector<std::byte> bytes_;
  std::unordered_set<std::uint64_t> places_;
};

}  // namespace

std::uint64_t unpack(const Table& table, std::uint64_t boot_ms, RecordedNames& names, Sink& sink) {
  Unpacker unpacker(table, boot_ms, names);
  std::uint64_t unknown = 0;
  for (std::size_t slot = 0; slot < table.slots(); ++slot) {
    if (table.is_used(slot) && !unpacker.unpack(slot, sink)) ++unknown;
  }
  return unknown;
}

}  // namespace tcpstat::record
