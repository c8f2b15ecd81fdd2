#include "model/column.h"

#include <algorithm>
#include <array>

namespace tcpstat::inline model {
namespace {

constexpr std::array kBaseColumns = std::to_array<Column>({
#define COLUMN(name, type, align, meaning) {ColumnId::name, #name, ColumnType::type, Align::align, meaning},
#include "model/columns.def"
#undef COLUMN
});

const std::vector<Column>& all_columns() {
  static const std::vector<Column> kAll = [] {
    std::vector<Column> all(kBaseColumns.begin(), kBaseColumns.end());
    for (const TcpInfoField& field : tcp_info_fields()) {
      all.push_back({ColumnId::tcp_info, field.name, ColumnType::number, Align::right, field.meaning, &field});
    }
    return all;
  }();
  return kAll;
}

bool same_word(std::string_view a, std::string_view b) {
  const auto folded = [](char c) {
    if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
    return c == '-' ? '_' : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return folded(x) == folded(y); });
}

Cell number_cell(std::uint64_t number) { return {.kind = Cell::Kind::number, .number = number}; }

template <typename T>
Cell number_cell(const std::optional<T>& number) {
  return number ? number_cell(std::uint64_t{*number}) : Cell{};
}

Cell word_cell(std::string_view text) { return text.empty() ? Cell{} : Cell{.kind = Cell::Kind::word, .text = text}; }

Cell foreign_cell(std::string_view text) {
  return text.empty() ? Cell{} : Cell{.kind = Cell::Kind::foreign, .text = text};
}

Cell owner_cell(const Socket& row, Cell::Kind kind) {
  return row.owners.empty() ? Cell{} : Cell{.kind = kind, .owners = row.owners};
}

Cell user_cell(const Socket& row, Names& names) {
  if (!row.uid) return {};
  const Cell name = foreign_cell(names.user(*row.uid));
  return name.kind == Cell::Kind::unknown ? number_cell(*row.uid) : name;
}

/// The columns that listeners and connections share.
Cell socket_cell(const Column& column, const Socket& row, State state, Names& names) {
  switch (column.id) {
    case ColumnId::STATE:
      return word_cell(name(state));
    case ColumnId::PHASE:
      return word_cell(name(info(state).phase));
    case ColumnId::FAMILY:
      return word_cell(name(row.family));
    case ColumnId::LOCAL:
      return {.kind = Cell::Kind::endpoint, .endpoint = &row.local};
    case ColumnId::LOCAL_ADDRESS:
      return {.kind = Cell::Kind::address, .endpoint = &row.local};
    case ColumnId::LOCAL_PORT:
      return number_cell(row.local.port);
    case ColumnId::UID:
      return number_cell(row.uid);
    case ColumnId::USER:
      return user_cell(row, names);
    case ColumnId::PID:
      return owner_cell(row, Cell::Kind::pids);
    case ColumnId::PROCESS:
      return owner_cell(row, Cell::Kind::processes);
    case ColumnId::INODE:
      return row.inode == 0 ? Cell{} : number_cell(row.inode);
    case ColumnId::COOKIE:
      return number_cell(row.cookie);
    case ColumnId::INTERFACE:
      return row.interface == 0 ? Cell{} : foreign_cell(names.interface(row.interface));
    case ColumnId::CGROUP:
      return row.cgroup ? foreign_cell(names.cgroup(*row.cgroup)) : Cell{};
    case ColumnId::MARK:
      return number_cell(row.mark);
    case ColumnId::ORPHAN:
      return word_cell(name(row.orphan));
    case ColumnId::SOURCE:
      return word_cell(name(row.origin));
    default:
      return {};
  }
}

Cell flags_cell(const Connection& row) {
  return row.flags.empty() ? Cell{} : Cell{.kind = Cell::Kind::flags, .flags = row.flags};
}

int compare_flags(RowFlags a, RowFlags b) {
  for (const RowFlagInfo& flag : kRowFlags) {
    if (a.has(flag.flag) != b.has(flag.flag)) return a.has(flag.flag) ? -1 : 1;
  }
  return 0;
}

constexpr int sign(auto ordering) { return ordering < 0 ? -1 : ordering > 0 ? 1 : 0; }

}  // namespace

std::string_view name(ColumnType type) {
  constexpr std::array<std::string_view, 4> kNames = {"text", "number", "address", "endpoint"};
  return kNames[static_cast<std::size_t>(type)];
}

std::span<const Column> columns() { return all_columns(); }

const Column* find_column(std::string_view word) {
  const auto all = columns();
  const auto at = std::find_if(all.begin(), all.end(), [&](const Column& c) { return same_word(c.name, word); });
  return at == all.end() ? nullptr : &*at;
}

const Column& column(ColumnId id) { return all_columns()[static_cast<std::size_t>(id)]; }

Cell cell_of(const Column& column, const Connection& row, Names& names) {
  switch (column.id) {
    case ColumnId::REMOTE:
      if (row.state == State::close) return {.kind = Cell::Kind::none};
      return {.kind = Cell::Kind::endpoint, .endpoint = &row.remote};
    case ColumnId::REMOTE_ADDRESS:
      if (row.state == State::close) return {};
      return {.kind = Cell::Kind::address, .endpoint = &row.remote};
    case ColumnId::REMOTE_PORT:
      if (row.state == State::close) return {};
      return number_cell(row.remote.port);
    case ColumnId::RECV_QUEUE:
      return number_cell(row.recv_queue);
    case ColumnId::SEND_QUEUE:
      return number_cell(row.send_queue);
    case ColumnId::TIMER:
      if (row.timer == TimerKind::unknown) return {};
      return {.kind = Cell::Kind::timer, .text = name(row.timer), .connection = &row};
    case ColumnId::TIMER_MS:
      return number_cell(row.timer_ms);
    case ColumnId::RETRANSMITS:
      return number_cell(row.retransmits);
    case ColumnId::AGE_MS:
      return number_cell(row.age_ms);
    case ColumnId::FLAGS:
      return flags_cell(row);
    case ColumnId::CONGESTION:
      return foreign_cell(row.congestion);
    case ColumnId::tcp_info:
      return number_cell(tcp_info_value(row.tcp_info, *column.field));
    default:
      return socket_cell(column, row, row.state, names);
  }
}

Cell cell_of(const Column& column, const Listener& row, Names& names) {
  switch (column.id) {
    case ColumnId::REMOTE:
      return {.kind = Cell::Kind::none};
    case ColumnId::ACCEPT_QUEUE:
      return number_cell(row.accept_queue);
    case ColumnId::ACCEPT_LIMIT:
      return number_cell(row.accept_limit);
    case ColumnId::SYN_RECV:
      return number_cell(row.syn_recv);
    case ColumnId::TIMER:
      return word_cell(name(TimerKind::none));
    default:
      return socket_cell(column, row, State::listen, names);
  }
}

int compare(const Cell& a, const Cell& b) {
  const auto rank = [](const Cell& cell) {
    if (cell.kind == Cell::Kind::unknown) return 2;
    return cell.kind == Cell::Kind::none ? 1 : 0;
  };
  if (rank(a) != 0 || rank(b) != 0) return rank(a) - rank(b);
  // USER holds a name in one row and a number in the next; numbers come first.
  if (a.kind != b.kind) return a.kind < b.kind ? -1 : 1;
  switch (a.kind) {
    case Cell::Kind::number:
      return sign(a.number <=> b.number);
    case Cell::Kind::word:
    case Cell::Kind::foreign:
      return sign(a.text <=> b.text);
    case Cell::Kind::timer:
      if (a.text != b.text) return sign(a.text <=> b.text);
      return sign(a.connection->timer_ms.value_or(0) <=> b.connection->timer_ms.value_or(0));
    case Cell::Kind::address:
      return sign(a.endpoint->address <=> b.endpoint->address);
    case Cell::Kind::endpoint:
      return sign(*a.endpoint <=> *b.endpoint);
    case Cell::Kind::pids:
      return sign(a.owners.front().pid <=> b.owners.front().pid);
    case Cell::Kind::processes:
      if (a.owners.front().name != b.owners.front().name) {
        return sign(a.owners.front().name <=> b.owners.front().name);
      }
      return sign(a.owners.front().pid <=> b.owners.front().pid);
    case Cell::Kind::flags:
      return compare_flags(a.flags, b.flags);
    case Cell::Kind::unknown:
    case Cell::Kind::none:
      return 0;
  }
  return 0;
}

}  // namespace tcpstat::inline model
