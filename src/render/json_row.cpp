#include "render/json_row.h"

#include <array>
#include <cstring>
#include <optional>

#include "model/column_values.h"
#include "model/netns.h"
#include "model/tcp_info.h"
#include "render/escape.h"

namespace tcpstat::render {
namespace {

/// One of our own words, which need no escaping.
void append_word(TextBuffer& out, std::string_view word) {
  out.append('"');
  out.append(word);
  out.append('"');
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

void append_flag_words(TextBuffer& out, RowFlags flags) {
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

/// Whether no column before it is in the same object.
template <ColumnId kId>
constexpr bool is_first_member() {
  bool first = true;
  for_each_row_column([&]<ColumnId kOther>() {
    if (kOther < kId && ColumnSpec<kOther>::kObject == ColumnSpec<kId>::kObject) first = false;
  });
  return first;
}

template <ColumnId kId>
constexpr bool has_member() {
  return !json_key(ColumnSpec<kId>::kKind, ColumnSpec<kId>::kName).view().empty();
}

/// `,"recv_queue":`; the first member of an object has no comma. If rows of this kind do not have the column, the value
/// follows.
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

/// Numbers, addresses and our own words are at most this long, including quotes; so are most names of others.
constexpr std::size_t kMostOwnValue = 64;
static_assert(kMostOwnValue >= kMaxAddressText + 2);

/// The room that a row needs, without lists and long text of others.
template <typename Row>
constexpr std::size_t most_own_text() {
  std::size_t size = 0;
  for_each_row_column([&]<ColumnId kId>() {
    if constexpr (has_member<kId>()) size += member_start<kId, Row>().view().size() + kMostOwnValue;
  });
  return size;
}

/// Writes a row into room that is reserved once, not for each of its thirty members.
class MemberWriter {
 public:
  MemberWriter(TextBuffer& out, std::size_t most_own_text)
      : out_(out), most_own_text_(most_own_text), to_(out.reserve(most_own_text)) {}
  MemberWriter(const MemberWriter&) = delete;
  MemberWriter& operator=(const MemberWriter&) = delete;
  ~MemberWriter() { out_.commit(to_); }

  void put(std::string_view text) {
    std::memcpy(to_, text.data(), text.size());
    to_ += text.size();
  }
  void null() { put("null"); }
  void number(std::uint64_t value) { to_ = write_number(to_, value); }
  void quoted_number(std::uint64_t value) {
    *to_++ = '"';
    number(value);
    *to_++ = '"';
  }
  /// Null for an empty word.
  void word(std::string_view text) {
    if (text.empty()) return null();
    quoted(text);
  }
  void quoted(std::string_view text) {
    *to_++ = '"';
    put(text);
    *to_++ = '"';
  }
  void address(const Address& address) {
    *to_++ = '"';
    to_ = write_address(to_, address);
    *to_++ = '"';
  }
  /// For values of any length: `write` appends to the buffer.
  template <typename Write>
  void long_value(Write write) {
    out_.commit(to_);
    write(out_);
    to_ = out_.reserve(most_own_text_);
  }
  void foreign(std::string_view text) {
    if (text.empty()) return null();
    if (text.size() + 2 <= kMostOwnValue && is_plain(text)) return quoted(text);
    long_value([&](TextBuffer& out) { append_json_string(out, text); });
  }

 private:
  TextBuffer& out_;
  std::size_t most_own_text_;
  char* to_;
};

template <ColumnKind kKind>
void write_value(MemberWriter& to, const Cell& cell) {
  if constexpr (kKind == ColumnKind::flags) {
    if (cell.flags.empty()) return to.put("[]");
    to.long_value([&](TextBuffer& out) { append_flag_words(out, cell.flags); });
  } else if constexpr (kKind == ColumnKind::boolean) {
    if (cell.text.empty()) return to.null();
    to.put(cell.text == "yes" ? "true" : "false");
  } else if constexpr (kKind == ColumnKind::word || kKind == ColumnKind::timer) {
    to.word(cell.text);
  } else if constexpr (kKind == ColumnKind::foreign || kKind == ColumnKind::user || kKind == ColumnKind::netns) {
    to.foreign(cell.text);
  } else if (cell.kind == Cell::Kind::unknown) {
    to.null();
  } else if constexpr (kKind == ColumnKind::number) {
    to.number(cell.number);
  } else if constexpr (kKind == ColumnKind::identity) {
    to.quoted_number(cell.number);
  } else {
    static_assert(kKind == ColumnKind::address, "JSON has no value of this kind");
    to.address(cell.endpoint->address);
  }
}

template <ColumnId kId, typename Row>
void write_member(MemberWriter& to, const Row& row, Names& names, const JsonRowStyle& style) {
  using Spec = ColumnSpec<kId>;
  static constexpr Literal kStart = member_start<kId, Row>();
  to.put(kStart.view());
  if constexpr (Spec::kKind == ColumnKind::processes) {
    // "Nobody holds it" and "not known" are different answers.
    if (!style.processes || !row.owners_known) return to.null();
    to.long_value([&](TextBuffer& out) { append_owners(out, row); });
  } else if constexpr (HasColumn<kId, Row>) {
    write_value<Spec::kKind>(to, cell_of<kId>(row, names));
  }
}

/// The members of one object.
template <JsonObject kObject, typename Row>
void append_members(TextBuffer& out, const Row& row, Names& names, const JsonRowStyle& style) {
  constexpr std::size_t kRoom = most_own_text<Row>();
  MemberWriter to(out, kRoom);
  for_each_row_column([&]<ColumnId kId>() {
    if constexpr (has_member<kId>() && ColumnSpec<kId>::kObject == kObject) {
      write_member<kId>(to, row, names, style);
    }
  });
}

void append_tcp_info(TextBuffer& out, const Connection& row, Names& names, const JsonRowStyle& style) {
  out.append('{');
  append_members<JsonObject::tcp_info>(out, row, names, style);
  for (const TcpInfoField& field : tcp_info_fields()) {
    out.append(",\"");
    out.append(field.key);
    out.append("\":");
    if (const auto number = tcp_info_value(row.tcp_info, field)) {
      out.number(*number);
    } else {
      out.append("null");
    }
  }
  out.append('}');
}

/// An object of its own, or null if nothing in it is known.
template <JsonObject kObject, typename Row>
void append_object(TextBuffer& out, std::string_view start, bool known, const Row& row, Names& names,
                   const JsonRowStyle& style) {
  out.append(start);
  if (!known) return out.append("null");
  out.append('{');
  append_members<kObject>(out, row, names, style);
  out.append('}');
}

template <typename Row>
void append_memory(TextBuffer& out, const Row& row, Names& names, const JsonRowStyle& style) {
  append_object<JsonObject::memory>(out, R"(,"memory":)", row.recv_memory_bytes.has_value(), row, names, style);
}

void append_protocol(TextBuffer& out, const JsonRowStyle& style) {
  out.append(R"(,"protocol":)");
  out.number(std::uint64_t{protocol_number(style.protocol)});
}

void append_netns(TextBuffer& out, const Socket& row, std::string_view of_run, const JsonRowStyle& style) {
  out.append(R"(,"netns":)");
  if (const auto inode = netns_inode(row.netns); inode && *inode != style.netns) return out.number(*inode);
  out.append(of_run);
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
  append_members<JsonObject::row>(out, row, names, style);
  append_protocol(out, style);
  append_netns(out, row, netns, style);
  append_memory(out, row, names, style);
  append_object<JsonObject::rates>(out, R"(,"rates":)", row.rates != nullptr, row, names, style);
  if (!style.tcp_info || row.tcp_info.empty()) return out.append(R"(,"tcp_info":null)");
  out.append(R"(,"tcp_info":)");
  append_tcp_info(out, row, names, style);
}

void append_json_members(TextBuffer& out, const Listener& row, Names& names, std::string_view netns,
                         const JsonRowStyle& style) {
  append_members<JsonObject::row>(out, row, names, style);
  append_protocol(out, style);
  append_netns(out, row, netns, style);
  append_memory(out, row, names, style);
  out.append(R"(,"rates":null,"tcp_info":null)");
}

}  // namespace tcpstat::render
