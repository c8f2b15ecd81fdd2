#include "render/json_row.h"

#include <array>
#include <optional>

#include "model/column_values.h"
#include "model/tcp_info.h"
#include "render/escape.h"

namespace tcpstat::render {
namespace {

template <typename T>
void append_number(TextBuffer& out, const std::optional<T>& number) {
  if (number) {
    out.number(*number);
  } else {
    out.append("null");
  }
}

/// One of our own words, which need no escaping; null for none.
void append_word(TextBuffer& out, std::string_view word) {
  if (word.empty()) {
    out.append("null");
    return;
  }
  out.append('"');
  out.append(word);
  out.append('"');
}

void append_foreign(TextBuffer& out, std::string_view text) {
  if (text.empty()) {
    out.append("null");
  } else {
    append_json_string(out, text);
  }
}

void append_address(TextBuffer& out, const Address& address) {
  char* to = out.reserve(kMaxAddressText + 2);
  *to++ = '"';
  to = write_address(to, address);
  *to++ = '"';
  out.commit(to);
}

void append_owners(TextBuffer& out, const Socket& row) {
  out.append('[');
  for (const Owner& owner : row.owners) {
    if (&owner != row.owners.data()) out.append(',');
    out.append(R"({"pid":)");
    out.number(owner.pid);
    out.append(R"(,"name":)");
    append_json_string(out, owner.name);
    out.append(R"(,"fd":)");
    out.number(owner.fd);
    out.append('}');
  }
  out.append(']');
}

void append_flags(TextBuffer& out, RowFlags flags) {
  out.append('[');
  bool first = true;
  for (const RowFlagInfo& flag : kRowFlags) {
    if (!flags.has(flag.flag)) continue;
    if (!first) out.append(',');
    first = false;
    append_word(out, flag.name);
  }
  out.append(']');
}

/// A short text that the compiler puts together.
class Literal {
 public:
  constexpr Literal& operator+=(std::string_view more) {
    for (const char c : more) text_[size_++] = c;
    return *this;
  }
  [[nodiscard]] constexpr std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 40> text_{};
  std::size_t size_ = 0;
};

/// Whether no column before it is in the same object: the row's, or tcp_info.
template <ColumnId kId>
constexpr bool is_first_member() {
  bool first = true;
  for_each_row_column([&]<ColumnId kOther>() {
    if (kOther < kId && ColumnSpec<kOther>::kInTcpInfo == ColumnSpec<kId>::kInTcpInfo) first = false;
  });
  return first;
}

/// `,"recv_queue":`; the first member of an object has no comma. With `null` behind it where rows of this kind have no such
/// column.
template <ColumnId kId, typename Row>
constexpr Literal member_start() {
  using Spec = ColumnSpec<kId>;
  Literal text;
  if (!is_first_member<kId>()) text += ",";
  text += "\"";
  text += json_key(Spec::kKind, Spec::kName).view();
  text += "\":";
  if (!HasColumn<kId, Row>) text += Spec::kKind == ColumnKind::flags ? "[]" : "null";
  return text;
}

template <ColumnKind kKind>
void append_value(TextBuffer& out, const Cell& cell) {
  if constexpr (kKind == ColumnKind::flags) {
    append_flags(out, cell.flags);
  } else if constexpr (kKind == ColumnKind::word || kKind == ColumnKind::timer) {
    append_word(out, cell.text);
  } else if constexpr (kKind == ColumnKind::foreign || kKind == ColumnKind::user) {
    append_foreign(out, cell.text);
  } else if (cell.kind == Cell::Kind::unknown) {
    out.append("null");
  } else if constexpr (kKind == ColumnKind::number) {
    out.number(cell.number);
  } else if constexpr (kKind == ColumnKind::identity) {
    out.append('"');
    out.number(cell.number);
    out.append('"');
  } else {
    static_assert(kKind == ColumnKind::address, "JSON has no value of this kind");
    append_address(out, cell.endpoint->address);
  }
}

template <ColumnId kId, typename Row>
void append_member(TextBuffer& out, const Row& row, Names& names, const JsonRowStyle& style) {
  using Spec = ColumnSpec<kId>;
  if constexpr (!json_key(Spec::kKind, Spec::kName).view().empty()) {
    static constexpr Literal kStart = member_start<kId, Row>();
    out.append(kStart.view());
    if constexpr (Spec::kKind == ColumnKind::processes) {
      // Nobody is something else than not known.
      if (style.processes && row.owners_known) {
        append_owners(out, row);
      } else {
        out.append("null");
      }
    } else if constexpr (HasColumn<kId, Row>) {
      append_value<Spec::kKind>(out, cell_of<kId>(row, names));
    }
  }
}

void append_tcp_info(TextBuffer& out, const Connection& row, Names& names, const JsonRowStyle& style) {
  if (!style.tcp_info || row.tcp_info.empty()) {
    out.append("null");
    return;
  }
  out.append('{');
  for_each_row_column([&]<ColumnId kId>() {
    if constexpr (ColumnSpec<kId>::kInTcpInfo) append_member<kId>(out, row, names, style);
  });
  for (const TcpInfoField& field : tcp_info_fields()) {
    out.append(",\"");
    out.append(field.key);
    out.append("\":");
    append_number(out, tcp_info_value(row.tcp_info, field));
  }
  out.append('}');
}

template <typename Row>
void append_members(TextBuffer& out, const Row& row, Names& names, std::string_view netns, const JsonRowStyle& style) {
  for_each_row_column([&]<ColumnId kId>() {
    if constexpr (!ColumnSpec<kId>::kInTcpInfo) append_member<kId>(out, row, names, style);
  });
  out.append(R"(,"netns":)");
  out.append(netns);
  out.append(R"(,"tcp_info":)");
}

}  // namespace

std::string ndjson_line_start(std::string_view type, std::string_view time, const std::optional<std::string>& host,
                              std::uint64_t snapshot) {
  TextBuffer start;
  start.append(R"({"type":)");
  append_word(start, type);
  start.append(R"(,"time":)");
  append_json_string(start, time);
  start.append(R"(,"host":)");
  if (host) {
    append_json_string(start, *host);
  } else {
    start.append("null");
  }
  start.append(R"(,"snapshot":)");
  start.number(snapshot);
  return std::string(start.view());
}

void append_json_members(TextBuffer& out, const Connection& row, Names& names, std::string_view netns,
                         const JsonRowStyle& style) {
  append_members(out, row, names, netns, style);
  append_tcp_info(out, row, names, style);
}

void append_json_members(TextBuffer& out, const Listener& row, Names& names, std::string_view netns,
                         const JsonRowStyle& style) {
  append_members(out, row, names, netns, style);
  out.append("null");
}

}  // namespace tcpstat::render
