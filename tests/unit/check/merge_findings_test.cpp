#include "check/merge_findings.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::check {
namespace {

const std::vector<Evidence> kBecause = {
    {.quantity = "sockets", .value = 1, .op = "", .limit = {}, .unit = "", .source = ""}};

Finding finding(const char* rule, Severity severity, const Subject& subject = Subject::host()) {
  return {rule, severity, subject, kBecause};
}

std::string said(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& one : findings) {
    text += (text.empty() ? "" : ", ") + one.rule + " " + one.subject.text() + " " + std::string(name(one.severity));
  }
  return text;
}

TEST_CASE("the worse of two findings about one thing stays, and the worst comes first") {
  std::vector<Finding> all = {finding("a", Severity::warning, Subject::port(443)), finding("b", Severity::info)};
  merge(all, {finding("b", Severity::critical), finding("a", Severity::info, Subject::port(443)),
              finding("a", Severity::info, Subject::port(80))});
  CHECK(said(all) == "b host critical, a :443 warning, a :80 info");
}

TEST_CASE("findings of one rule about two things, or in two network namespaces, both stay") {
  std::vector<Finding> all = {finding("a", Severity::warning, Subject::port(443))};
  merge(all, {finding("a", Severity::info, Subject::port(80))});
  CHECK(said(all) == "a :443 warning, a :80 info");
  Finding elsewhere = finding("a", Severity::critical, Subject::port(443));
  elsewhere.netns = "web";
  merge(all, {elsewhere});
  CHECK(said(all) == "a :443 critical, a :443 warning, a :80 info");
}

TEST_CASE("findings that are as bad keep their order") {
  std::vector<Finding> all = {finding("b", Severity::warning), finding("a", Severity::warning)};
  merge(all, {finding("c", Severity::warning)});
  CHECK(said(all) == "b host warning, a host warning, c host warning");
}

TEST_CASE("of findings that are as bad, those come first that keep new clients out") {
  std::vector<Finding> all = {finding("time-wait-limit", Severity::warning),
                              finding("retransmitting", Severity::critical)};
  merge(all, {finding("flash-crowd", Severity::warning), finding("return-path", Severity::warning),
              finding("syn-flood", Severity::warning), finding("syn-flood", Severity::critical, Subject::port(443))});
  CHECK(said(all) ==
        "syn-flood :443 critical, retransmitting host critical, syn-flood host warning, return-path host warning, "
        "time-wait-limit host warning, flash-crowd host warning");
}

TEST_CASE("a peer that is gone is one finding, if no other peer is meant") {
  const Endpoint database{*parse_address("192.0.2.7"), 5432};
  const auto left = [&](double peers, const Subject& silent, Severity attempts, bool counted) {
    Finding gone = finding("syn-sent-blackhole", attempts, Subject::endpoint(database));
    if (counted) gone.evidence.push_back({"unanswered_connections", 60, "", {}, "sockets", 0, ""});
    Finding again = finding("retransmitting", Severity::critical, silent);
    again.evidence.push_back({"peers", peers, "", {}, "peers", 0, ""});
    std::vector<Finding> all = {gone, again};
    drop_repeats(all);
    return all.size();
  };
  const Subject peer = Subject::address(database.address);
  CHECK(left(1, peer, Severity::critical, true) == 1);
  CHECK(left(2, peer, Severity::critical, true) == 2);
  CHECK(left(1, Subject::host(), Severity::critical, true) == 2);
  CHECK(left(1, Subject::address(*parse_address("192.0.2.8")), Severity::critical, true) == 2);
  CHECK(left(1, peer, Severity::warning, true) == 2);
  CHECK(left(1, peer, Severity::critical, false) == 2);
}

TEST_CASE("a program that does not read is told once where its peer is here, too") {
  const auto left = [](std::string_view peer, Severity not_read) {
    std::vector<Finding> all = {finding("zero-window-alive", Severity::warning, Subject::address(*parse_address(peer))),
                                finding("not-reading", not_read, Subject::process("consumer", 7))};
    drop_repeats(all);
    return said(all);
  };
  CHECK(left("127.0.0.1", Severity::warning) == "not-reading consumer(7) warning");
  CHECK(left("::1", Severity::critical) == "not-reading consumer(7) critical");
  CHECK(left("127.0.0.1", Severity::info).starts_with("zero-window-alive 127.0.0.1 warning"));
  CHECK(left("192.0.2.8", Severity::critical).starts_with("zero-window-alive 192.0.2.8 warning"));
}

TEST_CASE("attempts of this host that wait for a full queue of its own are told with the queue") {
  const auto left = [](std::string_view destination, const Subject& queue, Severity full) {
    std::vector<Finding> all = {
        finding("accept-queue-full", full, queue),
        finding("syn-sent-blackhole", Severity::critical, Subject::endpoint({*parse_address(destination), 9000}))};
    drop_repeats(all);
    return all.size();
  };
  CHECK(left("127.0.0.1", Subject::port(9000), Severity::critical) == 1);
  CHECK(left("127.0.0.1", Subject::endpoint({*parse_address("127.0.0.1"), 9000}), Severity::critical) == 1);
  CHECK(left("::1", Subject::port(9000), Severity::critical) == 1);
  CHECK(left("127.0.0.1", Subject::endpoint({*parse_address("127.0.0.2"), 9000}), Severity::critical) == 2);
  CHECK(left("127.0.0.1", Subject::port(9001), Severity::critical) == 2);
  CHECK(left("127.0.0.1", Subject::port(9000), Severity::warning) == 2);
  CHECK(left("192.0.2.1", Subject::port(9000), Severity::critical) == 2);
}

TEST_CASE("two findings of one engine about the same are two causes") {
  std::vector<Finding> all = {finding("syn-flood", Severity::info)};
  merge(all, {finding("syn-flood", Severity::warning), finding("syn-flood", Severity::critical)});
  CHECK(said(all) == "syn-flood host critical, syn-flood host warning");
}

TEST_CASE("a subject has one verdict, the surer one") {
  std::vector<SynVerdict> all = {{Subject::host(), AttackLevel::suspicious, kBecause},
                                 {Subject::port(443), AttackLevel::likely, kBecause}};
  merge(all,
        {{Subject::host(), AttackLevel::under_attack, kBecause}, {Subject::port(443), AttackLevel::none, kBecause}});
  REQUIRE(all.size() == 2);
  CHECK(all[0].subject == Subject::host());
  CHECK(all[0].level == AttackLevel::under_attack);
  CHECK(all[1].level == AttackLevel::likely);
}

TEST_CASE("what a host refuses its own programs is said once") {
  for (const double failed : {30.0, 29.0}) {
    Finding refused = finding("refused-connections", Severity::warning);
    refused.evidence.push_back({"resets_sent", 60, "", {}, "/s", 0, ""});
    refused.evidence.push_back({"attempts_failed", failed, "", {}, "/s", 0, ""});
    std::vector<Finding> all = {refused, finding("outgoing-refused", Severity::warning)};
    drop_repeats(all);
    CHECK(all.size() == (failed >= 30 ? 1 : 2));
    CHECK(all[0].rule == "refused-connections");
  }
  Finding worth_knowing = finding("refused-connections", Severity::info);
  worth_knowing.evidence.push_back({"resets_sent", 20, "", {}, "/s", 0, ""});
  worth_knowing.evidence.push_back({"attempts_failed", 20, "", {}, "/s", 0, ""});
  std::vector<Finding> all = {worth_knowing, finding("outgoing-refused", Severity::warning)};
  drop_repeats(all);
  REQUIRE(all.size() == 1);
  CHECK(all[0].rule == "outgoing-refused");
  worth_knowing.netns = "web";
  all = {worth_knowing, finding("outgoing-refused", Severity::warning)};
  drop_repeats(all);
  CHECK(all.size() == 2);
}

TEST_CASE("what took the open files of a program that does not accept is told with that") {
  Finding queue("accept-queue-full", Severity::critical, Subject::port(80), kBecause);
  queue.why = "httpd(8) has used up its open files (64)";
  queue.evidence.push_back({"open_files_limit", 64, "", {}, "files", 0, ""});
  Finding idle("idle-connections", Severity::critical, Subject::port(80), kBecause);
  idle.message = "60 of 60 connections on :80 never brought a byte";
  idle.why =
      "100 % of them from 203.0.113.0/24; they take 94 % of the descriptors of httpd(8); 9 others wait to be accepted";
  idle.evidence.push_back({"waiting_to_be_accepted", 9, "", {}, "connections", 0, ""});
  idle.evidence.push_back({"descriptors_taken", 0.94, "", {}, "ratio", 0, ""});
  std::vector<Finding> all = {queue, idle};
  drop_repeats(all);
  REQUIRE(all.size() == 1);
  CHECK(
      all[0].why ==
      "httpd(8) has used up its open files (64); 60 of 60 connections on :80 never brought a byte: 100 % of them from "
      "203.0.113.0/24");
  idle.subject = Subject::port(81);
  all = {queue, idle};
  drop_repeats(all);
  CHECK(all.size() == 2);
}

TEST_CASE("ports that attempts in vain keep are told with the destination that does not answer") {
  const auto destination = [](std::uint8_t host) {
    return Subject::endpoint({*parse_address("192.0.2." + std::to_string(host)), 443});
  };
  const auto ports_of = [&](std::uint8_t host, Severity severity) {
    Finding one("port-exhaustion", severity, destination(host), {{"ports_connecting", 300, "", {}, "ports", 0, ""}});
    one.message = "300 ports are taken";
    return one;
  };
  const auto silent_at = [&](std::uint8_t host) {
    Finding one("syn-sent-blackhole", Severity::critical, destination(host), kBecause);
    one.why = "it is down";
    return one;
  };
  std::vector<Finding> all = {silent_at(1), silent_at(2), ports_of(2, Severity::critical),
                              ports_of(1, Severity::warning), ports_of(3, Severity::warning)};
  drop_repeats(all);
  CHECK(said(all) ==
        "syn-sent-blackhole 192.0.2.1:443 critical, syn-sent-blackhole 192.0.2.2:443 critical, "
        "port-exhaustion 192.0.2.3:443 warning");
  CHECK(all[0].why == "it is down; 300 ports are taken");
  CHECK(all[0].evidence.back().quantity == "ports_connecting");
  // Ports that open connections take have another cause.
  Finding open = ports_of(1, Severity::warning);
  open.evidence.front().quantity = "ports_taken";
  all = {silent_at(1), open};
  drop_repeats(all);
  CHECK(all.size() == 2);
  // Nor is the worse of two hidden.
  all = {silent_at(1), ports_of(1, Severity::critical)};
  all.front().severity = Severity::warning;
  drop_repeats(all);
  CHECK(all.size() == 2);
}

TEST_CASE("what takes the descriptors of a program is told once, by who knows why") {
  const Subject httpd = Subject::process("httpd", 8);
  const Finding taken("descriptors", Severity::warning, httpd, {{"descriptors_taken", 0.9, "", {}, "ratio", 0, ""}});
  const auto beside = [&](const char* rule, Severity severity, const Subject& about, const char* quantity,
                          const char* why) {
    Finding other(rule, severity, about, {{quantity, 1, "", {}, "", 0, ""}});
    other.why = why;
    std::vector<Finding> all = {other, taken};
    drop_repeats(all);
    return all.size();
  };
  const char* out_of_files = "httpd(8) has used up its open files (64)";
  CHECK(beside("accept-queue-full", Severity::critical, Subject::port(80), "open_files_limit", out_of_files) == 1);
  CHECK(beside("accept-queue-full", Severity::critical, Subject::port(80), "waiting", out_of_files) == 2);
  CHECK(beside("idle-connections", Severity::warning, Subject::port(80), "descriptors_taken",
               "they take 85 % of the descriptors of httpd(8)") == 1);
  CHECK(beside("idle-connections", Severity::warning, Subject::port(80), "descriptors_taken",
               "they take 85 % of the descriptors of httpd(80)") == 2);
  CHECK(beside("idle-connections", Severity::info, Subject::port(80), "descriptors_taken",
               "they take 85 % of the descriptors of httpd(8)") == 2);
  CHECK(beside("close-wait-leak", Severity::critical, httpd, "descriptors_lost", "a descriptor leak") == 1);
  CHECK(beside("unfreed-sockets", Severity::warning, httpd, "share_of_open_files", "it does not call close(2)") == 1);
  CHECK(beside("not-reading", Severity::critical, httpd, "connections_not_read", "it is stuck") == 2);
  // Two programs are two findings.
  std::vector<Finding> two = {taken, taken};
  two.back().subject = Subject::process("squid", 9);
  drop_repeats(two);
  CHECK(two.size() == 2);
}

TEST_CASE("a full accept queue is said once, by who knows the program") {
  std::vector<Finding> both = {finding("accept-queue", Severity::warning),
                               finding("accept-queue-full", Severity::info)};
  drop_repeats(both);
  CHECK(said(both) == "accept-queue-full host info");
  std::vector<Finding> one = {finding("accept-queue", Severity::warning)};
  drop_repeats(one);
  CHECK(said(one) == "accept-queue host warning");
}

TEST_CASE("a destination without a neighbour is told once, with the reason") {
  const auto told = [](Severity refused, const Subject& about, std::string_view quantity) {
    Finding silent("syn-sent-blackhole", Severity::critical, Subject::endpoint({*parse_address("10.9.7.7"), 9000}),
                   kBecause);
    silent.why = "it is down";
    Finding failed("outgoing-refused", refused, about, {{std::string(quantity), 5, "", {}, "sockets", 0, ""}});
    failed.why = "no neighbour";
    failed.advice = "see";
    std::vector<Finding> all = {silent, failed};
    drop_repeats(all);
    return all;
  };
  const Subject there = Subject::endpoint({*parse_address("10.9.7.7"), 9000});
  const auto one = told(Severity::warning, there, "wait_for_neighbour");
  REQUIRE(one.size() == 1);
  CHECK(one[0].rule == "syn-sent-blackhole");
  CHECK(one[0].severity == Severity::critical);
  CHECK(one[0].why == "no neighbour");
  CHECK(one[0].advice == "see");
  CHECK(one[0].evidence.size() == 2);
  CHECK(told(Severity::warning, Subject::host(), "wait_for_neighbour").size() == 2);
  CHECK(told(Severity::warning, there, "attempts_refused").size() == 2);
}

}  // namespace
}  // namespace tcpstat::check
