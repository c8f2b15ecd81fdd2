#include "render/judgement_text.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <string>

using namespace tcpstat;
using namespace tcpstat::render;

namespace {

Finding finding(std::string message, std::string next, Severity severity = Severity::critical) {
  Finding one("close-wait-leak", severity, Subject::process("nginx", 812),
              {{.quantity = "oldest",
                .value = 12.5,
                .op = ">=",
                .limit = 10.0,
                .unit = "s",
                .weight = 2,
                .source = "tcp_info"}});
  one.message = std::move(message);
  one.next = std::move(next);
  return one;
}

std::string text(const CheckReport& report, Detail detail = Detail::findings) {
  TextBuffer out;
  render::write_check_text({.out = out, .detail = detail}, report);
  return std::string(out.view());
}

std::string performance(const PerformanceValue& value) {
  CheckReport report;
  report.headline = "x";
  report.performance = {value};
  const std::string line = text(report);
  return line.substr(line.find('|') + 2, line.size() - line.find('|') - 3);
}

}  // namespace

TEST_CASE("the first line says what is wrong and what to type") {
  CheckReport report;
  report.status = Severity::critical;
  report.headline = "12 connections leak";
  report.findings.push_back(finding("12 connections leak", "tcpstat -p -s CLOSE_WAIT"));
  report.performance = {{.label = "syn_recv", .value = 257, .least = 0, .most = 257},
                        {.label = "listen_drops", .value = 0, .unit = "c"}};
  CHECK(
      text(report) ==
      "TCPSTAT CRITICAL - 12 connections leak - run: tcpstat -p -s CLOSE_WAIT | syn_recv=257;;;0;257 listen_drops=0c\n"
      "CRITICAL close-wait-leak: 12 connections leak\n"
      "  run: tcpstat -p -s CLOSE_WAIT\n");
  CHECK(text(report, Detail::evidence).find("\n  oldest 12.5 s (limit 10): speaks for a flood (+2) · tcp_info\n") !=
        std::string::npos);
}

TEST_CASE("no text of others begins performance data, a line, or a terminal's sequence") {
  CheckReport report;
  report.status = Severity::warning;
  report.headline = "ev|il=9999\n\x1b[31m\xff";
  report.findings.push_back(finding(report.headline, "a|b", Severity::warning));
  const std::string out = text(report);
  CHECK(out.starts_with(R"(TCPSTAT WARNING - ev\x7cil=9999\x0a\x1b[31m\xff - run: a\x7cb)"));
  CHECK(out.find('|') == std::string::npos);
  CHECK(out.find('\x1b') == std::string::npos);
}

TEST_CASE("the first line has no semicolon outside performance data") {
  CheckReport report;
  report.status = Severity::critical;
  report.headline = "a;b; accepts too slowly;";
  report.findings.push_back(finding(report.headline, "tcpstat --process 'a; b'"));
  report.performance = {{.label = "x", .value = 1, .warning = "2", .critical = "3"}};
  const std::string out = text(report);
  CHECK(out.starts_with(
      R"(TCPSTAT CRITICAL - a\x3bb, accepts too slowly\x3b - run: tcpstat --process 'a\x3b b' | x=1;2;3)"
      "\nCRITICAL close-wait-leak: a;b; accepts too slowly;\n"));

  TextBuffer unknown;
  render::write_unknown_text({.out = unknown}, "cannot read; try;");
  CHECK(unknown.view() == "TCPSTAT UNKNOWN - cannot read, try\\x3b\n");
  AuditReport audit;
  audit.headline = "1; 2";
  TextBuffer audited;
  render::write_audit_text({.out = audited}, audit);
  CHECK(audited.view() == "TCPSTAT OK - 1, 2\n");
}

TEST_CASE("performance data") {
  CHECK(performance({.label = "a", .value = 1}) == "a=1");
  CHECK(performance({.label = "a"}) == "a=U");
  CHECK(performance({.label = "a", .value = 0.5, .unit = "s"}) == "a=0.5s");
  CHECK(performance({.label = "a", .value = 1, .warning = "10:20", .critical = "@5"}) == "a=1;10:20;@5");
  CHECK(performance({.label = "a", .value = 1, .critical = "5"}) == "a=1;;5");
  CHECK(performance({.label = "a", .value = 1e12, .most = 7}) == "a=1000000000000;;;;7");
}

TEST_CASE("on a terminal lines are wrapped and the command is not, and numbers leave the room to trouble") {
  CheckReport report;
  report.status = Severity::critical;
  report.headline = "12 connections leak in a program that nobody looks after";
  report.findings.push_back(finding(report.headline, "tcpstat -p -s CLOSE_WAIT --local-port 7000 --limit 10"));
  report.performance = {{.label = "syn_recv", .value = 257}, {.label = "established", .value = 1}};
  report.not_seen = {"what one sample cannot tell", "what one sample cannot tell"};
  const auto on_terminal = [&](Colour colour) {
    TextBuffer out;
    write_check_text({.out = out, .width = 40, .colour = colour}, report);
    return std::string(out.view());
  };
  CHECK(on_terminal(Colour::no) ==
        "TCPSTAT CRITICAL - 12 connections leak\n"
        "  in a program that nobody looks after\n"
        "CRITICAL close-wait-leak: 12\n"
        "  connections leak in a program that\n"
        "  nobody looks after\n"
        "  run: tcpstat -p -s CLOSE_WAIT --local-port 7000 --limit 10\n"
        "not seen: what one sample cannot tell\n");
  CHECK(on_terminal(Colour::yes).starts_with("TCPSTAT \x1b[1;31mCRITICAL\x1b[0m - 12"));
  CHECK(on_terminal(Colour::yes).find("\n\x1b[1;31mCRITICAL\x1b[0m close-wait-leak") != std::string::npos);
  report.status = Severity::ok;
  report.headline = "1 socket, nothing wrong";
  report.findings.clear();
  CHECK(on_terminal(Colour::no) ==
        "TCPSTAT OK - 1 socket, nothing wrong\n"
        "not seen: what one sample cannot tell\n"
        "numbers: syn_recv=257 established=1\n");
}

TEST_CASE("on a terminal the last findings shrink until the first line stays on the screen, the worst never does") {
  CheckReport report;
  report.status = Severity::critical;
  report.headline = "first (and 2 more)";
  for (const std::string_view which : {"first", "second", "third"}) {
    report.findings.push_back(finding(std::string(which) + " message", "tcpstat -l"));
    report.findings.back().brief = which;
    report.findings.back().why = "a reason";
    report.findings.back().advice = "mend it";
  }
  const auto on_terminal = [&](std::size_t height, Detail detail = Detail::findings, std::size_t width = 80) {
    TextBuffer out;
    write_check_text({.out = out, .width = width, .height = height, .detail = detail}, report);
    return std::string(out.view());
  };
  const std::string whole = on_terminal(0);
  const auto lines = static_cast<std::size_t>(std::count(whole.begin(), whole.end(), '\n'));
  CHECK(on_terminal(lines + 1) == whole);
  CHECK(on_terminal(lines) ==
        "TCPSTAT CRITICAL - first (and 2 more)\n"
        "CRITICAL close-wait-leak: first message\n"
        "  why: a reason\n"
        "  do: mend it\n"
        "  run: tcpstat -l\n"
        "CRITICAL close-wait-leak: second message\n"
        "  why: a reason\n"
        "  do: mend it\n"
        "  run: tcpstat -l\n"
        "CRITICAL close-wait-leak: third\n"
        "  run: tcpstat -l\n"
        "-v adds reason and advice of 1 finding\n");
  const std::string short_ones =
      "TCPSTAT CRITICAL - first (and 2 more)\n"
      "CRITICAL close-wait-leak: first message\n"
      "  why: a reason\n"
      "  do: mend it\n"
      "  run: tcpstat -l\n"
      "CRITICAL close-wait-leak: second\n"
      "  run: tcpstat -l\n";
  CHECK(on_terminal(11) == short_ones +
                               "CRITICAL close-wait-leak: third\n"
                               "  run: tcpstat -l\n"
                               "-v adds reason and advice of 2 findings\n");
  CHECK(on_terminal(10) == short_ones + "-v adds 1 finding, and reason and advice of 1\n");
  CHECK(on_terminal(2) ==
        "TCPSTAT CRITICAL - first (and 2 more)\n"
        "CRITICAL close-wait-leak: first message\n"
        "  why: a reason\n"
        "  do: mend it\n"
        "  run: tcpstat -l\n"
        "-v adds 2 findings\n");
  CHECK(on_terminal(2, Detail::evidence).find("third message\n  why: a reason") != std::string::npos);
  // What a terminal wraps by itself takes lines, too.
  report.findings.pop_back();
  report.findings.back().next = std::string(100, 'x');
  CHECK(on_terminal(10).find("second message") == std::string::npos);
  CHECK(on_terminal(10, Detail::findings, 120).find("second message") != std::string::npos);
}

TEST_CASE("on a terminal the line of a namespace has the short words of the finding that is told below") {
  CheckReport report;
  report.status = Severity::critical;
  report.findings.push_back(finding("192.0.2.1:80 holds 6 connections that x(1) has not accepted", "tcpstat -l"));
  Finding& one = report.findings.front();
  one.netns = "web";
  one.brief = "192.0.2.1:80 accept queue full (6, room for 6)";
  one.advice = "find out where it hangs";
  report.headline = "netns web: " + one.sentence();
  report.namespaces = {{.name = "web", .status = Severity::critical, .headline = one.sentence()},
                       {.name = "db", .status = Severity::unknown, .headline = "may not be entered"}};
  const auto with = [&](std::size_t width) {
    TextBuffer out;
    write_check_text({.out = out, .width = width}, report);
    return std::string(out.view());
  };
  CHECK(with(100).find("\nCRITICAL netns web: 192.0.2.1:80 accept queue full (6, room for 6)\n") != std::string::npos);
  CHECK(with(100).find("\nUNKNOWN netns db: may not be entered\n") != std::string::npos);
  CHECK(with(0).find("\nCRITICAL netns web: " + one.sentence() + "\n") != std::string::npos);
}

TEST_CASE("what the same thing kept shut is one line, with the first names") {
  CheckReport report;
  report.status = Severity::unknown;
  report.headline = "netns n0: cannot enter n0: no";
  const auto shut = [&](const std::string& name, const std::string& obstacle) {
    const std::string sentence = "cannot enter " + name + ": " + obstacle;
    report.namespaces.push_back(
        {.name = name, .status = Severity::unknown, .headline = sentence, .obstacle = obstacle});
    report.reading.coverage.lose(std::string(kNotEntered), name + ": " + sentence);
  };
  for (int i = 0; i < 20; ++i) shut("n" + std::to_string(i), "no (run as root)");
  shut("odd", "not today");
  report.namespaces.push_back({.name = "web", .status = Severity::unknown, .headline = "counters could not be read"});
  const auto text = [&](Detail detail) {
    TextBuffer out;
    write_check_text({.out = out, .detail = detail}, report);
    return std::string(out.view());
  };
  CHECK(text(Detail::findings) ==
        "TCPSTAT UNKNOWN - netns n0: cannot enter n0: no\n"
        "UNKNOWN 20 network namespaces could not be entered: no (run as root): "
        "n0, n1, n2, n3, n4, n5, n6, n7 and 12 others\n"
        "UNKNOWN netns odd: cannot enter odd: not today\n"
        "UNKNOWN netns web: counters could not be read\n");
  CHECK(text(Detail::evidence).find("n7, n8, n9, ") != std::string::npos);
  // So are alike notes.
  report.namespaces.clear();
  report.reading.coverage.warnings = {{"fallback", "n0: reading /proc", "n0"},
                                      {"fallback", "n1: reading /proc", "n1"},
                                      {"fallback", "n2: reading /proc", "n2"},
                                      {"netns_hidden", "some are hidden"}};
  CHECK(text(Detail::findings)
            .ends_with("\nnote: n0: reading /proc; and 2 other network namespaces\n"
                       "note: some are hidden\n"));
  CHECK(text(Detail::evidence).find("note: n1: reading /proc\n") != std::string::npos);
}

TEST_CASE("on a terminal what a finding says was not seen is not said again") {
  CheckReport report;
  report.headline = "nothing wrong";
  report.findings.push_back(finding("Not seen: attacks", "", Severity::info));
  report.not_seen = {"attacks", "rates"};
  const auto text_at = [&](std::size_t width, Detail detail) {
    TextBuffer out;
    write_check_text({.out = out, .width = width, .detail = detail}, report);
    return std::string(out.view());
  };
  CHECK(text_at(80, Detail::evidence).find("not seen: attacks") == std::string::npos);
  CHECK(text_at(80, Detail::evidence).find("not seen: rates") != std::string::npos);
  CHECK(text_at(80, Detail::findings).find("not seen: attacks") != std::string::npos);
  CHECK(text_at(0, Detail::evidence).find("not seen: attacks") != std::string::npos);
}

TEST_CASE("the first line has at most 80 columns before the command, and the long lines tell the rest") {
  CheckReport report;
  report.status = Severity::critical;
  report.findings.push_back(finding(
      "0.0.0.0:7000 holds 6 connections that a-program-with-a-name(4992) has not accepted, with room for 6", "x"));
  const std::string message = report.findings.front().message;
  report.headline = message + " (and 2 more)";
  const auto first_line = [&](std::size_t width = 0) {
    TextBuffer out;
    write_check_text({.out = out, .width = width}, report);
    return std::string(out.view().substr(0, out.view().find('\n')));
  };
  CHECK(first_line() == "TCPSTAT CRITICAL - 0.0.0.0:7000 holds 6 connections that... (and 2 more) - run: x");
  report.findings.front().brief = "0.0.0.0:7000 accept queue full (6, room for 6)";
  CHECK(first_line() == "TCPSTAT CRITICAL - 0.0.0.0:7000 accept queue full (6, room for 6) (and 2 more) - run: x");
  report.findings.front().brief = "0.0.0.0:7000 accept queue full (6, room for 6, a-program-with-a-name)";
  CHECK(first_line() == "TCPSTAT CRITICAL - 0.0.0.0:7000 accept queue full (6, room for 6) (and 2 more) - run: x");
  CHECK(text(report).find("\nCRITICAL close-wait-leak: " + message + "\n") != std::string::npos);
  CHECK(first_line(200) == "TCPSTAT CRITICAL - " + report.headline);
  // Several namespaces: the name stays before it.
  report.headline = "netns web: " + message;
  CHECK(first_line().starts_with("TCPSTAT CRITICAL - netns web: 0.0.0.0:7000 accept queue full (6, room for 6) - run"));

  // What no finding says is told in a line of its own.
  report.findings.clear();
  report.headline = "not all sockets could be read, because the kernel was asked too late for it; try again";
  CHECK(text(report) ==
        "TCPSTAT CRITICAL - not all sockets could be read, because the kernel was...\n" + report.headline + "\n");
  // Why nothing could be judged is all that there is to say.
  report.status = Severity::unknown;
  CHECK(text(report) ==
        "TCPSTAT UNKNOWN - not all sockets could be read, because the kernel was asked too late for it, try again\n");
}

TEST_CASE("reason, advice and command of a finding have lines of their own, and the first line has none of them") {
  CheckReport report;
  report.status = Severity::critical;
  report.findings.push_back(finding("java(812) never closes 40 connections", "tcpstat -p --pid 812"));
  report.findings.front().why = "a descriptor leak";
  report.findings.front().advice = "restart it; the program must close them";
  report.headline = report.findings.front().sentence();
  CHECK(report.headline ==
        "java(812) never closes 40 connections: a descriptor leak; restart it; the program must close them");
  CHECK(text(report) ==
        "TCPSTAT CRITICAL - java(812) never closes 40 connections - run: tcpstat -p --pid 812\n"
        "CRITICAL close-wait-leak: java(812) never closes 40 connections\n"
        "  why: a descriptor leak\n"
        "  do: restart it; the program must close them\n"
        "  run: tcpstat -p --pid 812\n");
  TextBuffer narrow;
  write_check_text({.out = narrow, .width = 40}, report);
  CHECK(narrow.view() ==
        "TCPSTAT CRITICAL - java(812) never\n"
        "  closes 40 connections\n"
        "CRITICAL close-wait-leak: java(812)\n"
        "  never closes 40 connections\n"
        "  why: a descriptor leak\n"
        "  do: restart it; the program must\n"
        "    close them\n"
        "  run: tcpstat -p --pid 812\n");
  // Between reason and advice stands the evidence, for those who ask.
  const std::string all = text(report, Detail::evidence);
  CHECK(all.find("a descriptor leak\n  oldest 12.5 s") != std::string::npos);
  CHECK(all.find("tcp_info\n  do: restart it") != std::string::npos);
}

TEST_CASE("what the first line begins to tell of is told below, though it is no problem") {
  CheckReport report;
  report.findings.push_back(finding("many clients connect", "", Severity::info));
  report.findings.front().why = "a flash crowd";
  report.headline = "12 sockets, nothing wrong; worth knowing: " + report.findings.front().sentence();
  CHECK(text(report) ==
        "TCPSTAT OK - 12 sockets, nothing wrong, worth knowing: many clients connect\n"
        "INFO close-wait-leak: many clients connect\n"
        "  why: a flash crowd\n");
}

TEST_CASE("on a terminal the audit begins with what is to be done") {
  AuditReport report;
  report.headline = "1 of 2";
  AuditCheck good;
  good.name = "somaxconn";
  AuditCheck bad;
  bad.name = "syncookies";
  bad.status = Severity::warning;
  report.checks = {good, bad};
  TextBuffer out;
  write_audit_text({.out = out, .width = 80}, report);
  CHECK(out.view() == "TCPSTAT OK - 1 of 2\nWARNING   syncookies  -\nOK        somaxconn   -\n");
}

TEST_CASE("what is no problem is told to those who ask") {
  CheckReport report;
  report.headline = "all well";
  report.findings.push_back(finding("clients lose packets", "", Severity::info));
  CHECK(text(report) == "TCPSTAT OK - all well\n");
  CHECK(text(report, Detail::evidence).find("INFO close-wait-leak: clients lose packets\n") != std::string::npos);
}

TEST_CASE("an audit tells the reason and the price of each advice, and with evidence those of all") {
  AuditReport report;
  report.headline = "1 of 2";
  AuditCheck good;
  good.name = "somaxconn";
  good.value = "4096";
  good.reason = "a reason of RFC 9293 §3.6";
  good.source = "/proc";
  AuditCheck bad = good;
  bad.name = "syncookies";
  bad.value = {};
  bad.status = Severity::warning;
  bad.advice = "turn on";
  bad.cost = "options";
  report.checks = {good, bad};
  TextBuffer out;
  write_audit_text({.out = out, .charset = Charset::ascii}, report);
  CHECK(out.view() ==
        "TCPSTAT OK - 1 of 2\n"
        "OK        somaxconn   4096\n"
        "WARNING   syncookies  -\n"
        "          advice: turn on\n"
        "          why: a reason of RFC 9293 3.6\n"
        "          cost: options\n"
        "          source: /proc\n");
  TextBuffer all;
  write_audit_text({.out = all, .detail = Detail::evidence}, report);
  CHECK(all.view().find("4096\n          why: a reason of RFC 9293 §3.6\n          source: /proc\n") !=
        std::string_view::npos);
}

TEST_CASE("an audit of several namespaces says of which a line is told, unless it is all of them") {
  AuditReport report;
  report.headline = "1 of 2";
  AuditCheck line;
  line.name = "somaxconn";
  line.value = "4096";
  line.namespaces = {"web", "db"};
  report.checks.push_back(line);
  line.value = "128";
  line.namespaces = {"web"};
  report.checks.push_back(line);
  report.namespaces = {{1, "web", Severity::ok, "fine"}, {2, "db", Severity::ok, "fine"}};
  const auto text = [&](Detail detail) {
    TextBuffer out;
    write_audit_text({.out = out, .detail = detail}, report);
    return std::string(out.view());
  };
  CHECK(text(Detail::findings) ==
        "TCPSTAT OK - 1 of 2\n"
        "OK        somaxconn  4096\n"
        "OK        somaxconn  128\n"
        "          netns: web\n");
  // One that was not entered has no lines of its own.
  report.namespaces.push_back({3, "shut", Severity::unknown, "cannot enter it"});
  CHECK(text(Detail::findings).find("UNKNOWN netns shut: cannot enter it\n") != std::string::npos);
  CHECK(text(Detail::findings).find("netns: web, db\n") != std::string::npos);
  CHECK(text(Detail::findings).find("OK netns web: fine\n") == std::string::npos);
  CHECK(text(Detail::evidence).find("OK netns web: fine\n") != std::string::npos);
  report.checks[0].namespaces.assign(20, "n");
  report.namespaces.resize(21, {4, "n", Severity::ok, "fine"});
  CHECK(text(Detail::findings).find("netns: n, n, n, n, n, n, n, n and 12 others\n") != std::string::npos);
}

TEST_CASE("below a list stand at most three lines: what is wrong and what to type, or the verdict") {
  std::size_t width = 0;
  const auto lines = [&](const std::vector<SynVerdict>& verdicts, const std::vector<Finding>& findings) {
    TextBuffer out;
    write_verdict_lines({.out = out, .width = width}, verdicts, findings);
    return std::string(out.view());
  };
  CHECK(lines({}, {}).empty());
  CHECK(lines({}, {finding("one", "", Severity::info)}).empty());
  CHECK(lines({}, {finding("one", "a"), finding("two", "b"), finding("three", "c")}) == "one\ntwo\nrun: a\n");
  // On a terminal they are wrapped, but not what is to be typed.
  width = 12;
  CHECK(lines({}, {finding("one two three", "tcpstat -s half-open")}) ==
        "one two\n  three\nrun: tcpstat -s half-open\n");
  width = 0;
  SynVerdict verdict(Subject::host(), AttackLevel::none, finding("", "").evidence);
  CHECK(lines({verdict}, {}) == "no sign of a SYN flood\n");
  for (const auto& [attack_class, words] :
       {std::pair(AttackClass::flash_crowd, "a crowd of clients"),
        std::pair(AttackClass::accept_queue, "the accept queue overflows"),
        std::pair(AttackClass::deferred_accept, "idle clients wait for data (deferred accept)"),
        std::pair(AttackClass::lossy_clients, "segments of clients get lost"),
        std::pair(AttackClass::return_path, "SYN+ACKs do not arrive, or a replay"),
        std::pair(AttackClass::port_scan, "connections are refused")}) {
    verdict.attack_class = attack_class;
    CHECK(lines({verdict}, {}) == "no SYN flood: " + std::string(words) + "\n");
  }
  verdict.level = AttackLevel::likely;
  verdict.attack_class = AttackClass::mixed_sources;
  verdict.rate_per_s = 99.96;
  verdict.seconds_to_full = 2.1;
  verdict.blind = {"a", "b", "c"};
  CHECK(lines({verdict}, {}) ==
        "host: SYN verdict likely (flood: mixed), about 100 SYN/s never complete, queue full in 3 s\n"
        "not seen: a\n"
        "not seen: b\n");
}
