#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "render/judgement_text.h"

namespace tcpstat::render {
namespace {

AuditCheck audited(std::string_view name, Severity status, std::string advice = {}) {
  AuditCheck out;
  out.name = name;
  out.status = status;
  out.value = "1|";
  out.advice = std::move(advice);
  out.reason = "reason";
  out.cost = "cost";
  out.source = "/proc";
  return out;
}

std::string audit_on(std::size_t width, const AuditReport& report, Detail detail = Detail::findings) {
  TextBuffer out;
  write_audit_text({.out = out, .width = width, .detail = detail}, report);
  return std::string(out.view());
}

TEST_CASE("an advice is explained in a pipe, and on a terminal only where there is trouble") {
  AuditReport report;
  report.status = Severity::critical;
  report.headline = "2 of 2; or so";
  report.checks = {audited("a", Severity::info, "do|it"), audited("long", Severity::unknown, "see")};
  CHECK(audit_on(0, report) ==
        "TCPSTAT CRITICAL - 2 of 2, or so\n"
        "INFO      a     1\\x7c\n"
        "          advice: do\\x7cit\n          why: reason\n          cost: cost\n          source: /proc\n"
        "UNKNOWN   long  1\\x7c\n"
        "          advice: see\n          why: reason\n          cost: cost\n          source: /proc\n");
  CHECK(audit_on(80, report) ==
        "TCPSTAT CRITICAL - 2 of 2, or so\n"
        "UNKNOWN   long  1\\x7c\n"
        "          advice: see\n          why: reason\n          cost: cost\n          source: /proc\n"
        "INFO      a     1\\x7c\n"
        "          advice: do\\x7cit\n");
}

TEST_CASE("without advice nothing costs anything, and what could not be read is a note") {
  AuditReport report;
  report.headline = "fine";
  report.checks = {audited("a", Severity::ok)};
  report.reading.coverage.warn("x", "not read");
  report.reading.coverage.warn("x", "fine");
  CHECK(audit_on(0, report) == "TCPSTAT OK - fine\nOK        a  1\\x7c\nnote: not read\n");
  CHECK(audit_on(0, report, Detail::evidence) ==
        "TCPSTAT OK - fine\nOK        a  1\\x7c\n          why: reason\n          source: /proc\nnote: not read\n");
}

TEST_CASE("a headline that was cut is told whole in the next line") {
  AuditReport report;
  report.headline = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen";
  const std::string text = audit_on(0, report);
  CHECK(text.starts_with("TCPSTAT OK - one two three"));
  CHECK(text.find("...\n" + report.headline + "\n") != std::string::npos);
}

}  // namespace
}  // namespace tcpstat::render
