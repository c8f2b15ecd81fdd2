#include "check/unread_counters.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace tcpstat::check {
namespace {

KernelFacts without(std::string_view file) {
  KernelFacts facts;
  facts.unread = {{file, "/proc/net/" + std::string(file), 13}};
  return facts;
}

bool all_rules(std::string_view /*rule*/) { return true; }

TEST_CASE("each file names the rules that cannot be judged without it") {
  const std::map<std::string_view, std::string_view> rules = {
      {"netstat", "syn-flood, cookie-answers, silent-drops, embryonic-resets, accept-queue-full"},
      {"snmp", "completions, closed-port-resets"},
      {"sockstat", "tcp-memory, orphans"},
      {"stat/nf_conntrack", "conntrack-pressure"},
      {"stat/synproxy", "synproxy-answers"},
  };
  for (const auto& rule : rules) {
    const std::string_view file = rule.first;
    const std::string_view told = rule.second;
    CAPTURE(file);
    Coverage coverage;
    note_unread_counters(without(file), all_rules, coverage);
    CHECK_FALSE(coverage.complete);
    REQUIRE(coverage.warnings.size() == 1);
    CHECK(coverage.warnings[0].code == "counters_unread");
    CHECK(coverage.warnings[0].message ==
          "cannot read /proc/net/" + std::string(file) + ": Permission denied; not judged: " + std::string(told));
    CHECK(coverage.why_incomplete() == coverage.warnings[0].message);
  }
}

TEST_CASE("rules that nobody asked for do not miss anything") {
  Coverage coverage;
  note_unread_counters(
      without("sockstat"), [](std::string_view rule) { return rule == "orphans"; }, coverage);
  REQUIRE(coverage.warnings.size() == 1);
  CHECK(coverage.warnings[0].message.ends_with("; not judged: orphans"));

  Coverage whole;
  note_unread_counters(
      without("sockstat"), [](std::string_view rule) { return rule == "syn-flood"; }, whole);
  note_unread_counters(without("sockstat6"), all_rules, whole);
  note_unread_counters(KernelFacts{}, all_rules, whole);
  CHECK(whole.complete);
  CHECK(whole.warnings.empty());
}

TEST_CASE("every file has a warning of its own") {
  KernelFacts facts = without("sockstat6");
  facts.unread.push_back({"snmp", "/proc/net/snmp", 5});
  facts.unread.push_back({"netstat", "/proc/net/netstat", 5});
  Coverage coverage;
  note_unread_counters(
      facts, [](std::string_view rule) { return rule == "completions" || rule == "syn-flood"; }, coverage);
  REQUIRE(coverage.warnings.size() == 2);
  CHECK(coverage.warnings[0].message == "cannot read /proc/net/snmp: Input/output error; not judged: completions");
  CHECK(coverage.warnings[1].message == "cannot read /proc/net/netstat: Input/output error; not judged: syn-flood");
}

TEST_CASE("a verdict beside a list is given without them, whose rows are whole") {
  KernelFacts facts = without("sockstat6");
  facts.unread.push_back({"snmp", "/proc/net/snmp", 5});
  Coverage coverage;
  warn_of_unread_counters(facts, coverage);
  CHECK(coverage.complete);
  REQUIRE(coverage.warnings.size() == 2);
  CHECK(coverage.warnings[0].code == "counters_unread");
  CHECK(coverage.warnings[0].message == "cannot read /proc/net/sockstat6: Permission denied; judged without it");
  CHECK(coverage.warnings[1].message == "cannot read /proc/net/snmp: Input/output error; judged without it");
}

}  // namespace
}  // namespace tcpstat::check
