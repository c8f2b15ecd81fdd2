// Tables that fill, and what was lost.

#include <doctest/doctest.h>

#include <ostream>

#include "audit/audit.h"
#include "support/diagnosing.h"

namespace tcpstat::audit {
namespace {

struct Host {
  [[nodiscard]] AuditInput input() const { return {facts, listeners}; }
  KernelFacts facts;
  std::vector<Listener> listeners;
};

TEST_CASE("a table is judged by its share") {
  Host host;
  CHECK(audit_conntrack_fill(host.input()).status == Severity::unknown);  // nor could any other setting be read
  host.facts.settings.somaxconn = 4096;
  CHECK(audit_conntrack_fill(host.input()).value == "connections are not tracked here");
  host.facts.settings.conntrack_max = 1000;
  struct Case {
    std::int64_t count;
    Severity expected;
  };
  for (const Case& one : {Case{799, Severity::ok}, Case{800, Severity::warning}, Case{949, Severity::warning},
                          Case{950, Severity::critical}, Case{2000, Severity::critical}}) {
    CAPTURE(one.count);
    host.facts.settings.conntrack_count = one.count;
    CHECK(audit_conntrack_fill(host.input()).status == one.expected);
    CHECK(audit_conntrack_fill(host.input()).advice.empty() == (one.expected == Severity::ok));
  }
  CHECK(audit_conntrack_fill(host.input()).value == "2000 of 1000 (200 %)");
  host.facts.settings.conntrack_max = 0;
  CHECK(audit_conntrack_fill(host.input()).value == "2000, without a limit");
  CHECK(audit_conntrack_fill(host.input()).status == Severity::ok);
}

TEST_CASE("orphans, memory and time-wait sockets are held against the host's limits") {
  Host host;
  CHECK(audit_tcp_orphans(host.input()).status == Severity::info);  // another namespace does not show them
  CHECK(audit_tcp_memory(host.input()).status == Severity::info);
  CHECK(audit_tcp_time_wait(host.input()).status == Severity::info);
  host.facts.settings.max_orphans = 100;
  host.facts.usage.orphan = 24;
  CHECK(audit_tcp_orphans(host.input()).status == Severity::ok);
  host.facts.usage.orphan = 25;
  CHECK(audit_tcp_orphans(host.input()).status == Severity::warning);
  host.facts.usage.orphan = 50;
  CHECK(audit_tcp_orphans(host.input()).status == Severity::critical);

  host.facts.settings.tcp_mem_pages = {10, 20, 100};
  host.facts.usage.mem_pages = 19;
  CHECK(audit_tcp_memory(host.input()).status == Severity::ok);
  host.facts.usage.mem_pages = 20;
  CHECK(audit_tcp_memory(host.input()).status == Severity::warning);
  host.facts.usage.mem_pages = 94;
  CHECK(audit_tcp_memory(host.input()).status == Severity::warning);
  host.facts.usage.mem_pages = 95;
  CHECK(audit_tcp_memory(host.input()).status == Severity::critical);

  host.facts.settings.max_tw_buckets = 100;
  host.facts.usage.tw = 69;
  CHECK(audit_tcp_time_wait(host.input()).status == Severity::ok);
  host.facts.usage.tw = 70;
  CHECK(audit_tcp_time_wait(host.input()).status == Severity::info);
  CHECK(audit_tcp_time_wait(host.input()).advice == "raise net.ipv4.tcp_max_tw_buckets if bursts make more of them");
  host.facts.counters.time_wait_overflow = 3;
  CHECK(audit_tcp_time_wait(host.input()).status == Severity::info);
  CHECK(audit_tcp_time_wait(host.input()).advice.starts_with("3 were skipped"));
  host.facts.usage.tw = 94;
  CHECK(audit_tcp_time_wait(host.input()).status == Severity::info);
  host.facts.usage.tw = 95;
  CHECK(audit_tcp_time_wait(host.input()).status == Severity::warning);
}

TEST_CASE("what was lost since the counters began is told, not alleged") {
  Host host;
  CHECK(audit_conntrack_drops(host.input()).status == Severity::unknown);
  CHECK(audit_softnet_drops(host.input()).status == Severity::unknown);
  host.facts.filters.softnet_dropped = 0;
  CHECK(audit_conntrack_drops(host.input()).value == "connections are not tracked here");
  host.facts.unread = {{"stat/nf_conntrack", "/proc/net/stat/nf_conntrack", 13}};
  CHECK(audit_conntrack_drops(host.input()).status == Severity::unknown);
  host.facts.filters.conntrack_drop = 0;
  CHECK(audit_conntrack_drops(host.input()).status == Severity::ok);
  CHECK(audit_softnet_drops(host.input()).status == Severity::ok);
  host.facts.filters.conntrack_early_drop = 2;
  host.facts.filters.conntrack_insert_failed = 3;
  host.facts.filters.softnet_dropped = 1;
  CHECK(audit_conntrack_drops(host.input()).value == "0");
  host.facts.filters.conntrack_drop = 3;
  CHECK(audit_conntrack_drops(host.input()).value == "0");
  host.facts.filters.conntrack_drop = 8;
  CHECK(audit_conntrack_drops(host.input()).value == "5 since the counters began");
  CHECK(audit_conntrack_drops(host.input()).status == Severity::info);
  CHECK(audit_softnet_drops(host.input()).status == Severity::info);
}

TEST_CASE("SYNPROXY needs connection tracking to be strict") {
  Host host;
  CHECK(audit_synproxy(host.input()).status == Severity::unknown);  // nor could what every kernel has be read
  host.facts.filters.softnet_dropped = 0;
  CHECK(audit_synproxy(host.input()).value == "no SYN went through one");
  host.facts.unread = {{"stat/synproxy", "/proc/net/stat/synproxy", 13}};
  CHECK(audit_synproxy(host.input()).status == Severity::unknown);
  host.facts.unread.clear();
  host.facts.filters.synproxy_syn_received = 10;
  CHECK(audit_synproxy(host.input()).value == "10 SYNs answered");
  host.facts.filters.synproxy_cookie_valid = 4;
  CHECK(audit_synproxy(host.input()).value == "10 SYNs answered, 4 came back");
  CHECK(audit_synproxy(host.input()).status == Severity::info);
  host.facts.settings.conntrack_tcp_loose = 1;
  CHECK(audit_synproxy(host.input()).status == Severity::warning);
}

TEST_CASE("a source check of new interfaces says nothing about those that are there") {
  Host host;
  CHECK(audit_rp_filter(host.input()).status == Severity::unknown);
  host.facts.settings.rp_filter_all = 0;
  CHECK(audit_rp_filter(host.input()).status == Severity::info);
  host.facts.settings.rp_filter_default = 2;
  CHECK(audit_rp_filter(host.input()).value == "0, and 2 on new interfaces");
  CHECK(audit_rp_filter(host.input()).status == Severity::info);
  host.facts.settings.rp_filter_all = 1;
  CHECK(audit_rp_filter(host.input()).value == "1");
  CHECK(audit_rp_filter(host.input()).status == Severity::ok);
}

}  // namespace
}  // namespace tcpstat::audit
