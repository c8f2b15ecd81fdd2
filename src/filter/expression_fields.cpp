#include "filter/expression_fields.h"

#include <algorithm>
#include <array>

namespace tcpstat::filter {
namespace {

struct NamedField {
  std::string_view name;
  FieldKind kind;
  std::string_view meaning;
  std::optional<ColumnId> column = std::nullopt;
};

constexpr auto kNamed = std::to_array<NamedField>({
    {"state", FieldKind::state, "in these states or groups: state syn-recv,time-wait"},
    {"exclude", FieldKind::exclude, "in any other state"},
    {"src", FieldKind::end, "local address, prefix or port: src 10/8, src [2001:db8::/32]:443, src :80"},
    {"dst", FieldKind::end, "remote address, prefix or port"},
    {"sport", FieldKind::port, "local port: sport = :443, sport >= 1024, sport = 80,8000-8999"},
    {"dport", FieldKind::port, "remote port; 0 for LISTEN and CLOSE"},
    {"port", FieldKind::port, "either port"},
    {"dev", FieldKind::device, "device that the socket is bound to; 0: none"},
    {"autobound", FieldKind::alone, "the kernel chose its local port, from net.ipv4.ip_local_port_range"},
    {"fwmark", FieldKind::mark, "firewall mark, or mark/mask"},
    {"cgroup", FieldKind::cgroup, "path of the control group", ColumnId::CGROUP},
    {"unit", FieldKind::word, "systemd unit; nginx is nginx.service", ColumnId::UNIT},
    {"container", FieldKind::word, "container by id, of which the first digits will do, or by name",
     ColumnId::CONTAINER},
    {"container_name", FieldKind::word, "container by the name that a file of its engine tells",
     ColumnId::CONTAINER_NAME},
    {"pod", FieldKind::word, "uid of a Kubernetes pod", ColumnId::POD},
    {"netns", FieldKind::word, "what its network namespace is called: --netns all", ColumnId::NETNS},
    {"v6only", FieldKind::word, "yes or no: whether an IPv6 socket leaves IPv4 to others", ColumnId::V6ONLY},
    {"ulp", FieldKind::word, "protocol on top of TCP: ulp mptcp", ColumnId::ULP},
    {"mptcp_role", FieldKind::word, "of a subflow of MPTCP: initial, joined, initial-backup or joined-backup",
     ColumnId::MPTCP_ROLE},
    {"transparent", FieldKind::word, "yes or no: whether it may have any address (IP_TRANSPARENT)",
     ColumnId::TRANSPARENT},
    {"freebind", FieldKind::word, "yes or no: whether its address need not be there yet (IP_FREEBIND)",
     ColumnId::FREEBIND},
    {"family", FieldKind::family, "ipv4 or ipv6 (also IPv4 on an IPv6 socket)"},
    {"user", FieldKind::user, "owner of the socket, by name or number", ColumnId::USER},
    {"uid", FieldKind::uid, "owner of the socket, by number", ColumnId::UID},
    {"pid", FieldKind::pid, "a process that holds the socket", ColumnId::PID},
    {"process", FieldKind::process, "name of a process that holds it", ColumnId::PROCESS},
    {"orphan", FieldKind::word, "why no process holds it", ColumnId::ORPHAN},
    {"flag", FieldKind::word, "what is unusual about it", ColumnId::FLAGS},
    {"timer", FieldKind::word, "the timer that runs", ColumnId::TIMER},
    {"congestion", FieldKind::word, "congestion control algorithm", ColumnId::CONGESTION},
    {"known", FieldKind::known, "whether a field has a value at all: known rtt"},
});

struct OtherName {
  std::string_view name;
  std::string_view means;
};

constexpr auto kOtherNames = std::to_array<OtherName>({
    {"excl", "exclude"},
    {"local", "src"},
    {"local_address", "src"},
    {"remote", "dst"},
    {"remote_address", "dst"},
    {"local_port", "sport"},
    {"remote_port", "dport"},
    {"interface", "dev"},
    {"mark", "fwmark"},
    {"comm", "process"},
    {"flags", "flag"},
    {"recvq", "recv_queue"},
    {"sendq", "send_queue"},
    {"acceptq", "accept_queue"},
    {"backlog", "accept_limit"},
    {"sent", "bytes_sent"},
    {"received", "bytes_received"},
    {"acked", "bytes_acked"},
});

constexpr auto kNoFields = std::to_array<OtherName>({
    {"syn_recv", "half-opens of a listener are counted when all rows have been read; state syn-recv selects them"},
    {"source", "rows of one run are read in one place: --source"},
});

std::string_view stem(std::string_view column) {
  for (const std::string_view unit : {std::string_view("_US"), std::string_view("_MS")}) {
    if (column.ends_with(unit)) return column.substr(0, column.size() - unit.size());
  }
  return column;
}

bool is_number(const Column& column) {
  return column.kind == ColumnKind::number || column.kind == ColumnKind::identity;
}

Field field_of(const NamedField& field) {
  const Column* of = field.column ? &column(*field.column) : nullptr;
  return {field.name, field.kind, field.meaning, of};
}

std::optional<Field> number_field(std::string_view word) {
  for (const Column& column : columns()) {
    if (!is_number(column)) continue;
    const std::string_view without = stem(column.name);
    const bool whole = same_word(column.name, word);
    if (!whole && !same_word(without, word)) continue;
    const FieldKind kind = without.size() < column.name.size() ? FieldKind::duration : FieldKind::number;
    return Field{column.key, kind, column.meaning, &column, whole};
  }
  return std::nullopt;
}

}  // namespace

std::vector<Field> named_fields() {
  std::vector<Field> all;
  for (const NamedField& field : kNamed) all.push_back(field_of(field));
  return all;
}

std::optional<Field> find_field(std::string_view word) {
  for (const OtherName& other : kOtherNames) {
    if (same_word(other.name, word)) return find_field(other.means);
  }
  for (const NamedField& field : kNamed) {
    if (same_word(field.name, word)) return field_of(field);
  }
  if (!why_no_field(word).empty()) return std::nullopt;
  return number_field(word);
}

std::vector<std::string_view> field_words() {
  std::vector<std::string_view> words;
  for (const NamedField& field : kNamed) words.push_back(field.name);
  for (const OtherName& other : kOtherNames) words.push_back(other.name);
  for (const Column& column : columns()) {
    if (!is_number(column) || !find_field(column.name)) continue;
    words.push_back(column.name);
    if (stem(column.name).size() < column.name.size()) words.push_back(stem(column.name));
  }
  return words;
}

std::string_view why_no_field(std::string_view word) {
  const auto* at = std::find_if(kNoFields.begin(), kNoFields.end(),
                                [&](const OtherName& field) { return same_word(field.name, word); });
  return at == kNoFields.end() ? std::string_view{} : at->means;
}

}  // namespace tcpstat::filter
