#include "check/unread_counters.h"

#include <doctest/doctest.h>

#include <string>

#include "check/rules.h"

namespace tcpstat::check {
namespace {

KernelFacts without(std::string_view file) {
  KernelFacts facts;
  facts.unread = {{file, "/proc/net/" + std::string(file), 13}};
  return facts;
}

bool every_rule(std::string_view /*rule*/) { return true; }

TEST_CASE("each file names the rules that cannot be judged without it") {
  struct Case {
    std::string_view file;
    Readings readings;
    std::string_view told;
  };
  for (const Case& one : {
           Case{"netstat", Readings::one,
                "syn-flood, cookie-answers, silent-drops, embryonic-resets, syn-queue-small, return-path, "
                "accept-queue-full"},
           Case{"netstat", Readings::two,
                "syn-flood, cookie-answers, silent-drops, embryonic-resets, syn-queue-small, return-path, "
                "accept-queue-full, half-open-resets, outgoing-refused, syn-sent-blackhole, time-wait-limit, "
                "signature-failed"},
           Case{"snmp", Readings::one, "completions, closed-port-resets, return-path"},
           Case{"snmp", Readings::two,
                "completions, closed-port-resets, return-path, refused-connections, outgoing-refused, retransmitting, "
                "syn-sent-blackhole"},
           Case{"sockstat", Readings::one, "tcp-memory, orphans"},
           Case{"stat/nf_conntrack", Readings::one, "conntrack-pressure"},
           Case{"stat/synproxy", Readings::one, "synproxy-answers"},
       }) {
    CAPTURE(one.file);
    CAPTURE(one.told);
    Coverage coverage;
    note_unread_counters(without(one.file), one.readings, every_rule, coverage);
    CHECK_FALSE(coverage.complete);
    REQUIRE(coverage.warnings.size() == 1);
    CHECK(coverage.warnings[0].code == "counters_unread");
    CHECK(coverage.warnings[0].message == "cannot read /proc/net/" + std::string(one.file) +
                                              ": Permission denied; not judged: " + std::string(one.told));
    CHECK(coverage.why_incomplete() == coverage.warnings[0].message);
  }
}

TEST_CASE("rules that know nothing but growth need two readings of their counters") {
  KernelFacts whole;
  for_each_counter(whole.counters, whole.filters, [](std::string_view, auto& value) { value = 1; });
  CHECK(growth_not_seen(whole, &whole, "").empty());
  const auto alone = growth_not_seen(whole, nullptr, "; use --interval");
  REQUIRE(alone.size() == 4);
  for (const diagnose::Unseen& one : alone) {
    CAPTURE(one.rule);
    CHECK(find_rule(one.rule) != nullptr);
    CHECK(one.not_at_all);
    CHECK(one.what.ends_with(": one sample has no rates; use --interval"));
  }
  KernelFacts without_rsts = whole;
  without_rsts.counters.out_rsts.reset();
  const auto late = growth_not_seen(without_rsts, &whole, "");
  REQUIRE(late.size() == 1);
  CHECK(late[0].what == "whether connections are refused: its counter is not known");
  const auto early = growth_not_seen(whole, &without_rsts, "");
  REQUIRE(early.size() == 1);
  CHECK(early[0].rule == "refused-connections");
  CHECK(early[0].what == "whether connections are refused: its counter was not read the first time");
}

TEST_CASE("what is not judged is a rule that can be asked for") {
  for (const std::string_view file : {"netstat", "snmp", "sockstat", "stat/nf_conntrack", "stat/synproxy"}) {
    Coverage coverage;
    const auto known = [](std::string_view rule) {
      CAPTURE(rule);
      CHECK(find_rule(rule) != nullptr);
      return false;
    };
    note_unread_counters(without(file), Readings::two, known, coverage);
  }
}

TEST_CASE("rules that nobody asked for do not miss anything") {
  Coverage coverage;
  note_unread_counters(
      without("sockstat"), Readings::two, [](std::string_view rule) { return rule == "orphans"; }, coverage);
  REQUIRE(coverage.warnings.size() == 1);
  CHECK(coverage.warnings[0].message.ends_with("; not judged: orphans"));

  Coverage whole;
  note_unread_counters(
      without("sockstat"), Readings::two, [](std::string_view rule) { return rule == "syn-flood"; }, whole);
  note_unread_counters(without("sockstat6"), Readings::two, every_rule, whole);
  note_unread_counters(KernelFacts{}, Readings::two, every_rule, whole);
  CHECK(whole.complete);
  CHECK(whole.warnings.empty());
}

TEST_CASE("every file has a warning of its own") {
  KernelFacts facts = without("sockstat6");
  facts.unread.push_back({"snmp", "/proc/net/snmp", 5});
  facts.unread.push_back({"netstat", "/proc/net/netstat", 5});
  Coverage coverage;
  note_unread_counters(
      facts, Readings::two, [](std::string_view rule) { return rule == "completions" || rule == "syn-flood"; },
      coverage);
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
