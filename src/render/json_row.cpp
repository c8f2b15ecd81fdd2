#include "render/json_row.h"

#include <optional>

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

void append_owners(TextBuffer& out, const Socket& row, const JsonRowStyle& style) {
  if (!style.processes || !row.owners_known) {
    out.append("null");
    return;
  }
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

void append_tcp_info(TextBuffer& out, const Connection& row) {
  out.append(R"({"congestion":)");
  append_foreign(out, row.congestion);
  for (const TcpInfoField& field : tcp_info_fields()) {
    out.append(",\"");
    out.append(field.key);
    out.append("\":");
    append_number(out, tcp_info_value(row.tcp_info, field));
  }
  out.append('}');
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

void append_start(TextBuffer& out, const Socket& row, const StateInfo& state) {
  out.append(row.family == Family::ipv4 ? R"("family":"ipv4","state":")" : R"("family":"ipv6","state":")");
  out.append(state.name);
  out.append(R"(","phase":")");
  out.append(name(state.phase));
  out.append(R"(","local_address":)");
  append_address(out, row.local.address);
  out.append(R"(,"local_port":)");
  out.number(row.local.port);
}

void append_rest(TextBuffer& out, const Socket& row, Names& names, std::string_view netns, const JsonRowStyle& style) {
  if (row.uid) {
    out.append(R"(,"uid":)");
    out.number(*row.uid);
    out.append(R"(,"user":)");
    append_foreign(out, names.user(*row.uid));
  } else {
    out.append(R"(,"uid":null,"user":null)");
  }
  if (row.inode != 0) {
    out.append(R"(,"inode":)");
    out.number(row.inode);
  } else {
    out.append(R"(,"inode":null)");
  }
  out.append(R"(,"orphan":)");
  append_word(out, name(row.orphan));
  out.append(R"(,"source":")");
  out.append(name(row.origin));
  out.append(R"(","processes":)");
  append_owners(out, row, style);
  out.append(R"(,"interface":)");
  if (row.interface != 0) {
    append_foreign(out, names.interface(row.interface));
  } else {
    out.append("null");
  }
  out.append(R"(,"cgroup":)");
  if (row.cgroup) {
    append_foreign(out, names.cgroup(*row.cgroup));
  } else {
    out.append("null");
  }
  out.append(R"(,"mark":)");
  append_number(out, row.mark);
  out.append(R"(,"netns":)");
  out.append(netns);
  out.append(R"(,"cookie":)");
  if (row.cookie) {
    out.append('"');
    out.number(*row.cookie);
    out.append('"');
  } else {
    out.append("null");
  }
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
  append_start(out, row, info(row.state));
  if (row.state == State::close) {
    out.append(R"(,"remote_address":null,"remote_port":null,"recv_queue":)");
  } else {
    out.append(R"(,"remote_address":)");
    append_address(out, row.remote.address);
    out.append(R"(,"remote_port":)");
    out.number(row.remote.port);
    out.append(R"(,"recv_queue":)");
  }
  append_number(out, row.recv_queue);
  out.append(R"(,"send_queue":)");
  append_number(out, row.send_queue);
  out.append(R"(,"accept_queue":null,"accept_limit":null,"syn_recv":null,"timer":)");
  append_word(out, name(row.timer));
  out.append(R"(,"timer_ms":)");
  append_number(out, row.timer_ms);
  out.append(R"(,"retransmits":)");
  append_number(out, row.retransmits);
  out.append(R"(,"age_ms":)");
  append_number(out, row.age_ms);
  append_rest(out, row, names, netns, style);
  out.append(R"(,"flags":)");
  append_flags(out, row.flags);
  out.append(R"(,"tcp_info":)");
  if (style.tcp_info && !row.tcp_info.empty()) {
    append_tcp_info(out, row);
  } else {
    out.append("null");
  }
}

void append_json_members(TextBuffer& out, const Listener& row, Names& names, std::string_view netns,
                         const JsonRowStyle& style) {
  append_start(out, row, info(State::listen));
  out.append(R"(,"remote_address":null,"remote_port":null,"recv_queue":null,"send_queue":null,"accept_queue":)");
  append_number(out, row.accept_queue);
  out.append(R"(,"accept_limit":)");
  append_number(out, row.accept_limit);
  out.append(R"(,"syn_recv":)");
  append_number(out, row.syn_recv);
  out.append(R"(,"timer":"none","timer_ms":null,"retransmits":null,"age_ms":null)");
  append_rest(out, row, names, netns, style);
  out.append(R"(,"flags":[],"tcp_info":null)");
}

}  // namespace tcpstat::render
