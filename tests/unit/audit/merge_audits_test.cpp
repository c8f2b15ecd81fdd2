#include "audit/merge_audits.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <utility>

namespace tcpstat::audit {
namespace {

AuditCheck line(std::string_view name, std::string value, Severity status) {
  AuditCheck check;
  check.name = name;
  check.value = std::move(value);
  check.status = status;
  return check;
}

NamespaceAudit of(std::string name, std::vector<AuditCheck> checks) {
  NamespaceAudit one{name.size(), std::move(name), {}};
  for (const AuditCheck& check : checks) one.report.status = worse(one.report.status, check.status);
  one.report.checks = std::move(checks);
  one.report.reading.coverage.rows_read = 2;
  return one;
}

using Names = std::vector<std::string>;

TEST_CASE("what is judged alike in several namespaces is one line that names them") {
  const AuditReport all =
      merge({of("blue", {line("syncookies", "1", Severity::ok), line("somaxconn", "128", Severity::warning)}),
             of("web", {line("syncookies", "0", Severity::warning), line("somaxconn", "128", Severity::warning)}),
             of("db", {line("syncookies", "1", Severity::ok), line("somaxconn", "4096", Severity::ok)})});
  REQUIRE(all.checks.size() == 4);
  CHECK(all.checks[0].namespaces == Names{"blue", "db"});
  CHECK(all.checks[1].name == "syncookies");
  CHECK(all.checks[1].namespaces == Names{"web"});
  CHECK(all.checks[2].namespaces == Names{"blue", "web"});
  CHECK(all.checks[3].namespaces == Names{"db"});
  CHECK(all.status == Severity::warning);
  CHECK(all.headline == "2 of 2 defences deserve attention in 2 of 3 network namespaces: syncookies, somaxconn");
  REQUIRE(all.namespaces.size() == 3);
  CHECK(all.namespaces[2].status == Severity::ok);
  REQUIRE(all.reading.coverage.namespaces.size() == 3);
  CHECK(all.reading.coverage.rows_read == 6);
}

TEST_CASE("where all is well the number of namespaces is told") {
  const AuditReport all =
      merge({of("blue", {line("syncookies", "1", Severity::ok)}), of("web", {line("syncookies", "1", Severity::ok)})});
  CHECK(all.headline == "no defence of 2 network namespaces deserves attention");
  CHECK(all.status == Severity::ok);
}

TEST_CASE("a namespace that was not entered is no OK") {
  NamespaceAudit shut{9, "shut", {}};
  shut.report.status = Severity::unknown;
  shut.report.headline = "cannot enter it";
  shut.report.reading.coverage.lose("netns_not_entered", "cannot enter it");
  const AuditReport all = merge({of("blue", {line("syncookies", "1", Severity::ok)}), shut});
  CHECK(all.status == Severity::unknown);
  CHECK(all.headline == "netns shut: cannot enter it");
  CHECK_FALSE(all.reading.coverage.complete);
  CHECK_FALSE(all.reading.coverage.namespaces.at(1).rows);
  CHECK(all.reading.coverage.warnings.at(0).message == "shut: cannot enter it");
}

TEST_CASE("where all namespaces have ended nothing is known") {
  const AuditReport report = merge({});
  CHECK(report.status == Severity::unknown);
  CHECK(report.headline == "the network namespaces have ended meanwhile");
}

}  // namespace
}  // namespace tcpstat::audit
