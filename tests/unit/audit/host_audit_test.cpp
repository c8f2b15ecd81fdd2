#include "audit/host_audit.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "support/diagnosing.h"
#include "support/fake_host.h"

namespace tcpstat::audit {
namespace {

/// Two listeners on a kernel whose settings are as they should be.
struct Server {
  Server() {
    host.dumps = {{.connections = {test::connection(State::established, kServer, test::endpoint("10.0.0.1", 1))},
                   .listeners = {test::listener(kServer), test::listener(test::endpoint("::", 22))}}};
    for (Listener& row : host.dumps[0].listeners) row.accept_limit = 511;
    KernelFacts& facts = host.kernel.front();
    facts.settings.syncookies = 1;
    facts.settings.somaxconn = 4096;
    facts.settings.max_syn_backlog = 4096;
    facts.settings.synack_retries = 5;
    facts.settings.abort_on_overflow = 0;
    facts.settings.timestamps = 1;
    facts.settings.rp_filter_all = 1;
    facts.settings.fastopen = 1;
    facts.filters.softnet_dropped = 0;
  }

  const AuditCheck& check(std::string_view name) {
    report = audit_host(host).value();
    return *std::find_if(report.checks.begin(), report.checks.end(),
                         [&](const AuditCheck& one) { return one.name == name; });
  }

  const Endpoint kServer = test::endpoint("192.0.2.1", 443);
  test::FakeHost host;
  AuditReport report;
};

TEST_CASE_FIXTURE(Server, "an audit reads listeners and settings, and looks for no owners") {
  CHECK(check("tcp_syncookies").status == Severity::ok);
  CHECK(host.asked() == "0 read LISTEN, 0 facts");
  CHECK(report.reading.selected == StateSet{State::listen});
  CHECK(report.reading.tally.count(State::listen) == 2);
  CHECK(report.reading.tally.total() == 2);
  CHECK(report.status == Severity::ok);
  CHECK(report.headline.find(" of 17 defences are as they should be, the others are hidden here") != std::string::npos);
}

TEST_CASE_FIXTURE(Server, "what there is advice on is no trouble, and not as it should be either") {
  host.kernel.front().settings.rp_filter_all = 0;
  CHECK(check("rp_filter").status == Severity::info);
  CHECK(report.status == Severity::ok);
  CHECK(report.headline.find(" of 17 defences are as they should be, worth a look: rp_filter, ") != std::string::npos);
  CHECK(report.headline.ends_with(" hidden here"));
}

TEST_CASE_FIXTURE(Server, "the worst defence is the status, and the headline names it") {
  host.kernel.front().settings.syncookies = 0;
  CHECK(check("tcp_syncookies").status == Severity::critical);
  CHECK(report.status == Severity::critical);
  CHECK(report.headline == "1 of 17 defences deserves attention: tcp_syncookies");
  host.kernel.front().settings.somaxconn = 128;
  check("somaxconn");
  CHECK(report.status == Severity::critical);
  CHECK(report.headline == "2 of 17 defences deserve attention: tcp_syncookies, somaxconn");
}

TEST_CASE_FIXTURE(Server, "listeners that were not all seen make it unknown") {
  host.dumps[0].flaws = {Flaw::cut_short};
  check("tcp_syncookies");
  CHECK(report.status == Severity::unknown);
}

TEST_CASE_FIXTURE(Server, "a read that fails is unknown too, and the settings are judged") {
  host.dumps = {{.error = Error{"read the answer of sock_diag", 105}}};
  CHECK(check("tcp_syncookies").status == Severity::ok);
  CHECK(report.status == Severity::unknown);
  CHECK(report.reading.coverage.warnings.back().code == "read_failed");
  CHECK(check("listener_backlog").status == Severity::unknown);
}

TEST_CASE_FIXTURE(Server, "a counter file that cannot be read names the lines that it leaves without a judgement") {
  host.kernel.front().unread = {{"sockstat", "/proc/net/sockstat", 5}, {"snmp", "/proc/net/snmp", 5}};
  CHECK(check("tcp_syncookies").status == Severity::ok);
  CHECK(report.status == Severity::unknown);
  CHECK_FALSE(report.reading.coverage.complete);
  REQUIRE(report.reading.coverage.warnings.size() == 1);  // no line of the audit rests on snmp
  CHECK(report.reading.coverage.warnings[0].code == "counters_unread");
  CHECK(report.headline ==
        "cannot read /proc/net/sockstat: Input/output error; not judged: tcp_orphans, tcp_memory, tcp_time_wait");
  host.kernel.front().settings.syncookies = 0;
  check("tcp_syncookies");
  CHECK(report.headline == "1 of 17 defences deserves attention: tcp_syncookies");
}

TEST_CASE_FIXTURE(Server, "a saved file has no settings") {
  host.saved = true;
  const auto refused = audit_host(host);
  REQUIRE(!refused);
  CHECK(refused.error().sentence() == "cannot audit a saved file: it has no settings (leave out --source)");
  CHECK(host.calls.empty());
}

}  // namespace
}  // namespace tcpstat::audit
