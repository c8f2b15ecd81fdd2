#include "model/column_needs.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat {
namespace {

ColumnNeeds needs(std::string_view name) { return needs_of(*find_column(name)); }

}  // namespace

TEST_CASE("what /proc does not have is told by its JSON object, and by name") {
  for (const Column& column : columns()) {
    CAPTURE(column.name);
    const ColumnNeeds found = needs_of(column);
    if (column.object != JsonObject::row) CHECK(found.netlink_alone);
    CHECK(found.parts.memory == (column.object == JsonObject::memory || column.id == ColumnId::FLAGS));
    CHECK(found.rates == (column.object == JsonObject::rates));
    CHECK(found.parts.congestion_values == is_congestion_value(column));
    if (column.id == ColumnId::tcp_info || found.rates) CHECK(found.parts.tcp_info);
  }
  for (const char* name : {"cookie", "interface", "cgroup", "mark", "accept_limit", "v6only", "transparent", "freebind",
                           "ulp", "mptcp_token", "mptcp_role"}) {
    CAPTURE(name);
    CHECK(needs(name).netlink_alone);
  }
  for (const char* name : {"state", "remote", "timer", "uid", "inode", "flags", "pid", "unit", "netns"}) {
    CAPTURE(name);
    CHECK_FALSE(needs(name).netlink_alone);
  }
}

TEST_CASE("processes are looked for where a column shows them, or tells more with them") {
  CHECK(needs("pid").owners == OwnersNeed::required);
  CHECK(needs("process").owners == OwnersNeed::required);
  for (const char* name : {"unit", "container", "container_name", "pod"}) {
    CAPTURE(name);
    CHECK(needs(name).owners == OwnersNeed::helpful);
    CHECK(needs(name).places);
  }
  CHECK(needs("orphan").owners == OwnersNeed::none);
  CHECK(needs("user").owners == OwnersNeed::none);
}

TEST_CASE("the protocol on top and what it says come beside tcp_info") {
  for (const char* name : {"ulp", "mptcp_token", "mptcp_role", "flags", "rtt_us", "sent_bps"}) {
    CAPTURE(name);
    CHECK(needs(name).parts.tcp_info);
  }
  CHECK_FALSE(needs("congestion").parts.tcp_info);
  CHECK(needs("congestion").parts.congestion);
  CHECK(needs("netns").namespaces);
}

TEST_CASE("several columns need what each of them needs") {
  ColumnNeeds all = needs("unit");
  all |= needs("pid");
  CHECK(all.owners == OwnersNeed::required);
  CHECK(all.places);
  all |= needs("state");
  CHECK(all.owners == OwnersNeed::required);
  all |= needs("congestion");
  all |= needs("mem");
  all |= needs("bbr_bandwidth");
  all |= needs("retrans_per_s");
  all |= needs("netns");
  CHECK((all.parts.congestion && all.parts.memory && all.parts.congestion_values && all.rates && all.parts.tcp_info &&
         all.namespaces));
}

}  // namespace tcpstat
