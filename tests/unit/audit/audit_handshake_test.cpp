// Cookies, backlogs and retries.

#include <doctest/doctest.h>

#include <ostream>

#include "audit/audit.h"
#include "support/diagnosing.h"

namespace tcpstat::audit {
namespace {

struct Host {
  Host& listens(std::string_view address, std::optional<std::uint32_t> backlog) {
    Listener row = test::listener(test::endpoint(address, 443));
    row.accept_limit = backlog;
    listeners.push_back(row);
    return *this;
  }
  [[nodiscard]] AuditInput input() const { return {facts, listeners, table}; }

  KernelFacts facts;
  std::vector<Listener> listeners;
  Completeness table = Completeness::whole;
};

TEST_CASE("no cookies are worse where others can connect") {
  Host host;
  CHECK(audit_tcp_syncookies(host.input()).status == Severity::unknown);
  host.facts.settings.syncookies = 1;
  CHECK(audit_tcp_syncookies(host.input()).status == Severity::ok);
  host.facts.settings.syncookies = 2;
  CHECK(audit_tcp_syncookies(host.input()).status == Severity::warning);
  host.facts.settings.syncookies = 0;
  host.listens("127.0.0.1", 5).listens("::1", 5).listens("::ffff:127.0.0.1", 5);
  CHECK(audit_tcp_syncookies(host.input()).status == Severity::warning);
  CHECK(audit_tcp_syncookies(host.input()).advice == "sysctl -w net.ipv4.tcp_syncookies=1");
  host.listens("0.0.0.0", 5);
  CHECK(audit_tcp_syncookies(host.input()).status == Severity::critical);
}

TEST_CASE("the shortest backlog that others can reach counts") {
  Host host;
  CHECK(audit_listener_backlog(host.input()).value == "no listener that other hosts can reach");
  host.listens("127.0.0.1", 5);
  CHECK(audit_listener_backlog(host.input()).value == "no listener that other hosts can reach");
  host.listens("0.0.0.0", std::nullopt);
  CHECK(audit_listener_backlog(host.input()).status == Severity::unknown);
  CHECK(audit_listener_backlog(host.input()).advice == "/proc does not show backlogs: use --source netlink");
  host.listens("::", 4096);
  CHECK(audit_listener_backlog(host.input()).status == Severity::ok);
  host.listens("192.0.2.1", 127);
  const AuditJudgement judged = audit_listener_backlog(host.input());
  CHECK(judged.status == Severity::warning);
  CHECK(judged.value.value_or("") == "127 on 192.0.2.1:443, the shortest: filled by 18 SYN/s, half filled by 1");
  host.listens("192.0.2.1", 8);
  CHECK(audit_listener_backlog(host.input()).value.value_or("").ends_with("filled by 1.1 SYN/s, half filled by 0.1"));
  // Requests that live for less are as many only if more come.
  Host brief;
  brief.listens("0.0.0.0", 128);
  brief.facts.settings.synack_retries = 2;
  CHECK(audit_listener_backlog(brief.input()).value.value_or("").ends_with("filled by 18 SYN/s, half filled by 9.1"));
  brief.facts.settings.synack_retries = 0;
  CHECK(audit_listener_backlog(brief.input()).value.value_or("").ends_with("filled by 128 SYN/s, half filled by 64"));
  brief.facts.settings.synack_retries = 7;
  CHECK(audit_listener_backlog(brief.input()).value.value_or("").ends_with("filled by 18 SYN/s, half filled by 0.2"));
}

TEST_CASE("listeners that were not all read leave nothing as it should be that rests on them") {
  Host host;
  host.table = Completeness::partial;
  CHECK(audit_listener_backlog(host.input()).status == Severity::unknown);
  CHECK_FALSE(audit_listener_backlog(host.input()).value);
  CHECK(audit_tcp_migrate_req(host.input()).status == Severity::unknown);
  host.listens("0.0.0.0", 4096);
  CHECK(audit_listener_backlog(host.input()).advice == "the listeners could not all be read");
  host.facts.settings.syncookies = 0;
  host.facts.settings.max_syn_backlog = 8192;
  CHECK(audit_tcp_max_syn_backlog(host.input()).status == Severity::unknown);
  CHECK(audit_tcp_max_syn_backlog(host.input()).value == "8192");
  // What is wrong with those that were read stands, and what does not rest on listeners.
  host.listens("192.0.2.1", 5);
  CHECK(audit_listener_backlog(host.input()).status == Severity::warning);
  host.facts.settings.max_syn_backlog = 128;
  CHECK(audit_tcp_max_syn_backlog(host.input()).status == Severity::warning);
  host.facts.settings.migrate_req = 1;
  CHECK(audit_tcp_migrate_req(host.input()).status == Severity::ok);
}

TEST_CASE("somaxconn below its default, or reached") {
  Host host;
  CHECK(audit_somaxconn(host.input()).status == Severity::unknown);
  host.facts.settings.somaxconn = 128;
  CHECK(audit_somaxconn(host.input()).status == Severity::warning);
  host.facts.settings.somaxconn = 4096;
  CHECK(audit_somaxconn(host.input()).status == Severity::ok);
  host.listens("192.0.2.1", 5000);  // from before it was lowered
  CHECK(audit_somaxconn(host.input()).status == Severity::ok);
  CHECK(audit_somaxconn(host.input()).value == "4096");
  host.listens("0.0.0.0", 4096);
  CHECK(audit_somaxconn(host.input()).status == Severity::info);
  CHECK(audit_somaxconn(host.input()).value == "4096, which is the backlog of 0.0.0.0:443");
  CHECK(audit_somaxconn(host.input()).advice ==
        "the program may have asked for more: if its queue fills, raise net.core.somaxconn and restart it");
}

TEST_CASE("tcp_max_syn_backlog matters without cookies alone") {
  Host host;
  CHECK(audit_tcp_max_syn_backlog(host.input()).status == Severity::unknown);
  host.facts.settings.max_syn_backlog = 128;
  host.listens("0.0.0.0", 100);
  CHECK(audit_tcp_max_syn_backlog(host.input()).status == Severity::ok);  // not known to be off: on is the default
  host.facts.settings.syncookies = 0;
  const AuditJudgement judged = audit_tcp_max_syn_backlog(host.input());
  CHECK(judged.status == Severity::warning);  // 3/4 of 128 is less than 100
  CHECK(judged.value == "128, so that queues end at 97");
  CHECK(judged.advice ==
        "turn cookies on, or set net.ipv4.tcp_max_syn_backlog above 4/3 of 100, the backlog of 0.0.0.0:443");
  host.facts.settings.max_syn_backlog = 132;
  CHECK(audit_tcp_max_syn_backlog(host.input()).status == Severity::warning);
  host.facts.settings.max_syn_backlog = 133;
  CHECK(audit_tcp_max_syn_backlog(host.input()).status == Severity::ok);
}

TEST_CASE("a half-open connection lives for as long as its retries say") {
  Host host;
  CHECK(audit_tcp_synack_retries(host.input()).status == Severity::unknown);
  host.facts.settings.synack_retries = 5;
  CHECK(audit_tcp_synack_retries(host.input()).status == Severity::ok);
  CHECK(audit_tcp_synack_retries(host.input()).value == "5: half-open connections live 63 s");
  host.facts.settings.synack_retries = 6;
  CHECK(audit_tcp_synack_retries(host.input()).status == Severity::warning);
  // A timeout takes two minutes at most.
  host.facts.settings.synack_retries = 10;
  CHECK(audit_tcp_synack_retries(host.input()).value == "10: half-open connections live 607 s");
}

TEST_CASE("switches that make things worse") {
  Host host;
  CHECK(audit_tcp_abort_on_overflow(host.input()).status == Severity::unknown);
  CHECK(audit_tcp_timestamps(host.input()).status == Severity::unknown);
  CHECK(audit_tcp_fastopen(host.input()).status == Severity::unknown);
  host.facts.settings.abort_on_overflow = 1;
  host.facts.settings.timestamps = 0;
  CHECK(audit_tcp_abort_on_overflow(host.input()).status == Severity::warning);
  CHECK(audit_tcp_timestamps(host.input()).status == Severity::warning);
  host.facts.settings.syncookies = 0;
  CHECK(audit_tcp_timestamps(host.input()).status == Severity::ok);  // only cookies need them
  host.facts.settings.abort_on_overflow = 0;
  CHECK(audit_tcp_abort_on_overflow(host.input()).status == Severity::ok);
  host.facts.settings.fastopen = 0x3;
  CHECK(audit_tcp_fastopen(host.input()).status == Severity::ok);
  host.facts.settings.fastopen = 0x403;
  CHECK(audit_tcp_fastopen(host.input()).status == Severity::ok);  // every listener, and a cookie for each
  host.facts.settings.fastopen = 0x201;
  CHECK(audit_tcp_fastopen(host.input()).status == Severity::ok);  // no server, no listener takes it
  host.facts.settings.fastopen = 0x603;
  CHECK(audit_tcp_fastopen(host.input()).advice == "sysctl -w net.ipv4.tcp_fastopen=1027");
}

TEST_CASE("moving requests is a matter of ports with several listeners") {
  Host host;
  CHECK(audit_tcp_migrate_req(host.input()).status == Severity::ok);
  host.listens("0.0.0.0", 5).listens("0.0.0.0", 5);
  host.listeners.back().interface = 3;
  CHECK(audit_tcp_migrate_req(host.input()).status == Severity::ok);
  host.listeners.back().interface = 0;
  CHECK(audit_tcp_migrate_req(host.input()).status == Severity::unknown);
  host.facts.settings.somaxconn = 4096;  // others could be read
  CHECK(audit_tcp_migrate_req(host.input()).status == Severity::info);
  CHECK(audit_tcp_migrate_req(host.input()).value == "this kernel has none, and 0.0.0.0:443 has 2 listeners");
  host.facts.settings.migrate_req = 1;
  CHECK(audit_tcp_migrate_req(host.input()).status == Severity::ok);
  host.facts.settings.migrate_req = 0;
  CHECK(audit_tcp_migrate_req(host.input()).value == "0, and 0.0.0.0:443 has 2 listeners");
  CHECK(audit_tcp_migrate_req(host.input()).status == Severity::info);
}

}  // namespace
}  // namespace tcpstat::audit
