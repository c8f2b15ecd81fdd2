#include "filter/expression_fields.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "model/column.h"

namespace tcpstat::filter {
namespace {

TEST_CASE("every word that is known is found") {
  const auto words = field_words();
  for (const std::string_view word : words) {
    CAPTURE(word);
    CHECK(find_field(word));
    CHECK(std::count(words.begin(), words.end(), word) == 1);
  }
  for (const std::string_view word :
       {"state", "known", "excl", "acked", "LOCAL_PORT", "RTT_US", "RTT", "AGE_MS", "AGE", "COOKIE", "CWND"}) {
    CAPTURE(word);
    CHECK(std::count(words.begin(), words.end(), word) == 1);
  }
  for (const std::string_view word : {"SYN_RECV", "syn_recv", "REMOTE_ADDRESS", "CGROUP", "source", "CWN"}) {
    CAPTURE(word);
    CHECK(std::count(words.begin(), words.end(), word) == 0);
  }
}

TEST_CASE("fields of rows by what they take, in any spelling") {
  struct Row {
    std::string_view word;
    std::string_view name;
    FieldKind kind;
    const Column* column;
    bool unit_in_name = false;
  };
  const auto of = [](ColumnId id) { return &column(id); };
  const Row rows[] = {
      {"state", "state", FieldKind::state, nullptr},
      {"STATE", "state", FieldKind::state, nullptr},
      {"exclude", "exclude", FieldKind::exclude, nullptr},
      {"excl", "exclude", FieldKind::exclude, nullptr},
      {"src", "src", FieldKind::end, nullptr},
      {"local", "src", FieldKind::end, nullptr},
      {"local-address", "src", FieldKind::end, nullptr},
      {"dst", "dst", FieldKind::end, nullptr},
      {"remote", "dst", FieldKind::end, nullptr},
      {"remote_address", "dst", FieldKind::end, nullptr},
      {"sport", "sport", FieldKind::port, nullptr},
      {"local_port", "sport", FieldKind::port, nullptr},
      {"dport", "dport", FieldKind::port, nullptr},
      {"REMOTE_PORT", "dport", FieldKind::port, nullptr},
      {"port", "port", FieldKind::port, nullptr},
      {"dev", "dev", FieldKind::device, nullptr},
      {"interface", "dev", FieldKind::device, nullptr},
      {"autobound", "autobound", FieldKind::alone, nullptr},
      {"fwmark", "fwmark", FieldKind::mark, nullptr},
      {"mark", "fwmark", FieldKind::mark, nullptr},
      {"cgroup", "cgroup", FieldKind::cgroup, of(ColumnId::CGROUP)},
      {"unit", "unit", FieldKind::word, of(ColumnId::UNIT)},
      {"container", "container", FieldKind::word, of(ColumnId::CONTAINER)},
      {"container-name", "container_name", FieldKind::word, of(ColumnId::CONTAINER_NAME)},
      {"pod", "pod", FieldKind::word, of(ColumnId::POD)},
      {"netns", "netns", FieldKind::word, of(ColumnId::NETNS)},
      {"v6only", "v6only", FieldKind::word, of(ColumnId::V6ONLY)},
      {"ulp", "ulp", FieldKind::word, of(ColumnId::ULP)},
      {"mptcp_role", "mptcp_role", FieldKind::word, of(ColumnId::MPTCP_ROLE)},
      {"transparent", "transparent", FieldKind::word, of(ColumnId::TRANSPARENT)},
      {"freebind", "freebind", FieldKind::word, of(ColumnId::FREEBIND)},
      {"family", "family", FieldKind::family, nullptr},
      {"user", "user", FieldKind::user, of(ColumnId::USER)},
      {"uid", "uid", FieldKind::uid, of(ColumnId::UID)},
      {"pid", "pid", FieldKind::pid, of(ColumnId::PID)},
      {"process", "process", FieldKind::process, of(ColumnId::PROCESS)},
      {"comm", "process", FieldKind::process, of(ColumnId::PROCESS)},
      {"orphan", "orphan", FieldKind::word, of(ColumnId::ORPHAN)},
      {"flag", "flag", FieldKind::word, of(ColumnId::FLAGS)},
      {"flags", "flag", FieldKind::word, of(ColumnId::FLAGS)},
      {"timer", "timer", FieldKind::word, of(ColumnId::TIMER)},
      {"congestion", "congestion", FieldKind::word, of(ColumnId::CONGESTION)},
      {"known", "known", FieldKind::known, nullptr},
      // Columns that hold numbers, with their unit, without it, and as ss calls them.
      {"recvq", "recv_queue", FieldKind::number, of(ColumnId::RECV_QUEUE), true},
      {"sendq", "send_queue", FieldKind::number, of(ColumnId::SEND_QUEUE), true},
      {"acceptq", "accept_queue", FieldKind::number, of(ColumnId::ACCEPT_QUEUE), true},
      {"backlog", "accept_limit", FieldKind::number, of(ColumnId::ACCEPT_LIMIT), true},
      {"cookie", "cookie", FieldKind::number, of(ColumnId::COOKIE), true},
      {"inode", "inode", FieldKind::number, of(ColumnId::INODE), true},
      {"age_ms", "age_ms", FieldKind::duration, of(ColumnId::AGE_MS), true},
      {"age-ms", "age_ms", FieldKind::duration, of(ColumnId::AGE_MS), true},
      {"AGE", "age_ms", FieldKind::duration, of(ColumnId::AGE_MS), false},
      {"rtt", "rtt_us", FieldKind::duration, find_column("rtt_us"), false},
      {"RTT_US", "rtt_us", FieldKind::duration, find_column("rtt_us"), true},
      {"sent", "bytes_sent", FieldKind::number, find_column("bytes_sent"), true},
      {"received", "bytes_received", FieldKind::number, find_column("bytes_received"), true},
      {"acked", "bytes_acked", FieldKind::number, find_column("bytes_acked"), true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.word);
    const auto field = find_field(row.word);
    REQUIRE(field);
    CHECK(field->name == row.name);
    CHECK(field->kind == row.kind);
    CHECK(field->column == row.column);
    CHECK(field->unit_in_name == row.unit_in_name);
    CHECK_FALSE(field->meaning.empty());
  }
  for (const std::string_view word : {"", "sprot", "foreign", "us", "local_end", "phase", "state ", "rtt_", "source"}) {
    CAPTURE(word);
    CHECK_FALSE(find_field(word));
  }
}

TEST_CASE("fields with a name of their own come in the order in which they are explained") {
  const auto fields = named_fields();
  REQUIRE(fields.size() > 2);
  CHECK(fields.front().name == "state");
  CHECK(fields[1].name == "exclude");
  CHECK(fields.back().name == "known");
  for (const Field& field : fields) {
    CAPTURE(field.name);
    CHECK(find_field(field.name)->kind == field.kind);
    CHECK(find_field(field.name)->column == field.column);
  }
}

TEST_CASE("what looks like a field and is none tells why") {
  CHECK(why_no_field("syn_recv") ==
        "half-opens of a listener are counted when all rows have been read; state syn-recv selects them");
  CHECK(why_no_field("SYN-RECV") == why_no_field("syn_recv"));
  CHECK(why_no_field("Source") == "rows of one run are read in one place: --source");
  CHECK(why_no_field("state") == "");
  CHECK(why_no_field("zzz") == "");
}

}  // namespace
}  // namespace tcpstat::filter
