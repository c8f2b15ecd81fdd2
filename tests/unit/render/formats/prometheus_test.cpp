// Metrics: names and values, and what is left out because nobody knows it.

#include <doctest/doctest.h>

#include <ostream>

#include "render/formats.h"
#include "support/rows.h"

namespace tcpstat::render {
namespace {

CheckReport report() {
  CheckReport out;
  out.reading.facts.version = "1.2.3";
  out.reading.facts.time = "2026-01-02T03:04:05.678Z";
  out.reading.source = "netlink";
  out.reading.selected = StateSet::all();
  out.reading.coverage.rows_read = 1;
  out.reading.tally.add(State::established, Family::ipv6);
  out.rules = {"close-wait-leak", "syn-flood"};
  out.judged_half_opens = true;
  out.metrics.emplace();
  return out;
}

std::string metrics_text(const CheckReport& of) {
  TextBuffer out;
  format(FormatId::prometheus).check({.out = out}, of);
  return std::string(out.view());
}
bool has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != text.npos;
}
bool mentions(const std::string& text, const std::string& metric) { return text.find("\n" + metric) != text.npos; }

Finding finding(std::string rule, Severity severity) {
  return {std::move(rule), severity, Subject::host(), {Evidence{"sockets", 1.0, "", {}, "sockets", 0, "sock_diag"}}};
}
SynVerdict verdict(AttackLevel level) {
  return {Subject::host(), level, {Evidence{"sockets", 1.0, "", {}, "sockets", 0, "sock_diag"}}};
}

TEST_CASE("counts, with zeros for what was looked for and not there") {
  const std::string all = metrics_text(report());
  CHECK(has(all, R"(tcpstat_connections{family="ipv6",state="established"} 1)"));
  CHECK(has(all, R"(tcpstat_connections{family="ipv4",state="established"} 0)"));
  CHECK(has(all, "tcpstat_snapshot_complete 1"));
  CHECK(has(all, "tcpstat_snapshot_timestamp_seconds 1767323045.678"));
  CHECK(has(all, R"(tcpstat_build_info{version="1.2.3",source="netlink"} 1)"));
  CHECK(has(all, R"(tcpstat_check_status{rule="syn-flood"} 0)"));
  CHECK(has(all, "tcpstat_syn_flood_level 0"));
}

TEST_CASE("a process that is called like the word for all others is one of them") {
  CheckReport of = report();
  StateCounts one{};
  one[static_cast<std::size_t>(State::established)] = 1;
  StateCounts two{};
  two[static_cast<std::size_t>(State::established)] = 2;
  of.metrics->processes = {{"other", one}, {"nginx", one}, {std::nullopt, two}};
  const std::string all = metrics_text(of);
  CHECK(has(all, R"(tcpstat_process_connections{process="nginx",state="established"} 1)"));
  CHECK(has(all, R"(tcpstat_process_connections{process="other",state="established"} 3)"));
  const std::string others = R"(tcpstat_process_connections{process="other",state="established"})";
  CHECK(all.find(others) == all.rfind(others));
}

TEST_CASE("what is not known has no sample") {
  CheckReport some = report();
  some.reading.selected = StateSet{State::listen};
  CHECK_FALSE(mentions(metrics_text(some), "tcpstat_half_open_remote_prefixes"));
  CHECK_FALSE(mentions(metrics_text(some), R"(tcpstat_connections{family="ipv4",state="established")"));
  CHECK_FALSE(mentions(metrics_text(report()), "tcpstat_listen_drops_total"));
  CHECK_FALSE(mentions(metrics_text(report()), "tcpstat_ephemeral_ports"));
  some = report();
  some.counters.listen_drops = 4;
  some.metrics->ephemeral_ports = 28232;
  CHECK(has(metrics_text(some), "tcpstat_listen_drops_total 4"));
  CHECK(has(metrics_text(some), "tcpstat_ephemeral_ports_used_max 0"));
}

TEST_CASE("each number of a dump has its own name") {
  CheckReport some = report();
  some.metrics->listeners = {{.local = test::endpoint("192.0.2.1", 443),
                              .interface = 7,
                              .device = "eth0",
                              .accept_queue = 1,
                              .accept_limit = 2,
                              .half_open = 3,
                              .drops = 4}};
  some.metrics->listeners_left_out = 5;
  some.metrics->half_open_prefixes = 6;
  some.metrics->half_open_per_prefix = 8;
  some.metrics->ephemeral_ports = 28232;
  some.metrics->ephemeral_ports_used = 9;
  some.metrics->receive_queued_bytes = 20;
  some.metrics->send_queued_bytes = 30;
  some.metrics->dump_seconds = 0.25;
  const std::string all = metrics_text(some);
  const std::string whose = R"({address="192.0.2.1",port="443",interface="eth0"})";
  for (const std::string& line : {
           "tcpstat_listener_accept_queue" + whose + " 1",
           "tcpstat_listener_accept_queue_limit" + whose + " 2",
           "tcpstat_listener_half_open" + whose + " 3",
           "tcpstat_listener_drops_total" + whose + " 4",
           std::string("tcpstat_listeners_left_out 5"),
           std::string("tcpstat_half_open_remote_prefixes 6"),
           std::string("tcpstat_half_open_max_per_remote_prefix 8"),
           std::string("tcpstat_ephemeral_ports 28232"),
           std::string("tcpstat_ephemeral_ports_used_max 9"),
           std::string(R"(tcpstat_queued_bytes{direction="receive"} 20)"),
           std::string(R"(tcpstat_queued_bytes{direction="send"} 30)"),
           std::string("tcpstat_snapshot_duration_seconds 0.25"),
       }) {
    CAPTURE(line);
    CHECK(has(all, line));
  }
}

TEST_CASE("a rule that found nothing among some of the sockets is not ok") {
  CheckReport partial = report();
  partial.reading.coverage.complete = false;
  partial.findings = {finding("syn-flood", Severity::warning)};
  CHECK(has(metrics_text(partial), "tcpstat_snapshot_complete 0"));
  CHECK(has(metrics_text(partial), R"(tcpstat_check_status{rule="syn-flood"} 1)"));
  CHECK_FALSE(mentions(metrics_text(partial), R"(tcpstat_check_status{rule="close-wait-leak")"));
  CHECK_FALSE(mentions(metrics_text(partial), "tcpstat_syn_flood_level"));
}

TEST_CASE("of several findings of one rule the worst counts, and what is proven outranks what is unknown") {
  CheckReport some = report();
  some.findings = {finding("syn-flood", Severity::unknown), finding("syn-flood", Severity::warning)};
  CHECK(has(metrics_text(some), R"(tcpstat_check_status{rule="syn-flood"} 1)"));
  some.findings = {finding("syn-flood", Severity::critical), finding("syn-flood", Severity::info)};
  CHECK(has(metrics_text(some), R"(tcpstat_check_status{rule="syn-flood"} 2)"));
  some.findings = {finding("syn-flood", Severity::unknown), finding("syn-flood", Severity::ok)};
  CHECK(has(metrics_text(some), R"(tcpstat_check_status{rule="syn-flood"} 3)"));
}

TEST_CASE("the level of a flood is that of the surest verdict; an unknown one is no zero") {
  CheckReport some = report();
  some.verdicts = {verdict(AttackLevel::none), verdict(AttackLevel::likely), verdict(AttackLevel::suspicious)};
  CHECK(has(metrics_text(some), "tcpstat_syn_flood_level 3"));
  some.verdicts = {verdict(AttackLevel::unknown), verdict(AttackLevel::none)};
  CHECK_FALSE(mentions(metrics_text(some), "tcpstat_syn_flood_level"));
  some.verdicts = {verdict(AttackLevel::unknown), verdict(AttackLevel::under_attack)};
  CHECK(has(metrics_text(some), "tcpstat_syn_flood_level 4"));
  some.judged_half_opens = false;
  CHECK_FALSE(mentions(metrics_text(some), "tcpstat_syn_flood_level"));
}

TEST_CASE("a run that saw nothing says so and nothing else of sockets") {
  CheckReport nothing;
  nothing.reading.ipv4 = nothing.reading.ipv6 = false;
  nothing.reading.coverage.lose("read", "cannot read");
  const std::string all = metrics_text(nothing);
  CHECK(has(all, "tcpstat_snapshot_complete 0"));
  CHECK(all.find("tcpstat_connections") == all.npos);
  CHECK(all.find("tcpstat_queued_bytes") == all.npos);
  // Also where it counted what it was given.
  nothing.metrics.emplace();
  CHECK(metrics_text(nothing).find("tcpstat_listener") == std::string::npos);
}

}  // namespace
}  // namespace tcpstat::render
