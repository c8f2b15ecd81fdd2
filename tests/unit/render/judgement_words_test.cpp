#include "render/judgement_words.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::render {
namespace {

template <typename... Arguments>
std::string appended(void (*append)(TextBuffer&, Arguments...), std::type_identity_t<Arguments>... arguments) {
  TextBuffer out;
  append(out, arguments...);
  return std::string(out.view());
}

Finding told_finding(std::string message, std::string brief, std::string netns) {
  Finding out("rule", Severity::warning, Subject::host(),
              {{.quantity = "x", .value = 1, .op = "", .limit = {}, .unit = "", .weight = 0, .source = ""}});
  out.message = std::move(message);
  out.brief = std::move(brief);
  out.netns = std::move(netns);
  return out;
}

TEST_CASE("text has no bar, and the first line no semicolon either") {
  CHECK(appended(append_text, "a|b|c;\n") == "a\\x7cb\\x7cc;\\x0a");
  CHECK(appended(append_text, "") == "");
  CHECK(appended(append_in_first_line, "a|b;c\n") == "a\\x7cb\\x3bc\\x0a");
  CHECK(appended(append_headline, "a; b|c; d;e") == "a, b\\x7cc, d\\x3be");
  CHECK(appended(append_headline, "; a") == ", a");
}

TEST_CASE("the first line begins with the name of the tool and the status") {
  CHECK(appended(append_status, Severity::ok) == "TCPSTAT OK - ");
  CHECK(appended(append_status, Severity::critical) == "TCPSTAT CRITICAL - ");
  CHECK(appended(append_upper, "info-é") == "INFO-é");
  CHECK(appended(append_namespace, "") == "");
  CHECK(appended(append_namespace, "we|b") == "netns we\\x7cb: ");
}

TEST_CASE("behind the status is room for the rest of 80 columns, or of a wider terminal") {
  TextBuffer out;
  const auto room = [&out](std::size_t width, Severity status) {
    return room_for_headline({.out = out, .width = width}, status);
  };
  CHECK(room(0, Severity::ok) == 67);
  CHECK(room(80, Severity::warning) == 62);
  CHECK(room(79, Severity::warning) == 62);
  CHECK(room(81, Severity::warning) == 63);
}

TEST_CASE("notes are told once, but for what stands elsewhere already") {
  Coverage coverage;
  coverage.warn("a", "first|");
  coverage.warn("b", "the headline");
  coverage.warn(std::string(kNotEntered), "not entered");
  coverage.warn("a", "second");
  CHECK(appended(append_notes, coverage, "the headline", Detail::findings) == "note: first\\x7c\nnote: second\n");

  Coverage of_several;
  const auto add = [&of_several](const char* code, const char* netns) {
    of_several.warnings.push_back({code, std::string(netns) + ": " + code, netns});
  };
  add("a", "web");
  add("b", "web");
  add("a", "db");
  CHECK(appended(append_notes, of_several, "", Detail::findings) ==
        "note: web: a; and 1 other network namespace\nnote: web: b\n");
  add("a", "idle");
  of_several.warn("a", "of the run");
  CHECK(appended(append_notes, of_several, "", Detail::findings) ==
        "note: web: a; and 2 other network namespaces\nnote: web: b\nnote: of the run\n");
  CHECK(appended(append_notes, of_several, "", Detail::evidence) ==
        "note: web: a\nnote: web: b\nnote: db: a\nnote: idle: a\nnote: of the run\n");
}

TEST_CASE("a finding that is not told whole has its short words, or its message") {
  CHECK(short_words(told_finding("long", "short", "")) == "short");
  CHECK(short_words(told_finding("long", "", "")) == "long");
}

TEST_CASE("of many names the first eight are told, unless only one is left or all are asked for") {
  std::vector<std::string> names = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};
  CHECK(some_of({}, Detail::findings).empty());
  CHECK(some_of(names, Detail::findings) == "1, 2, 3, 4, 5, 6, 7, 8, 9");
  names.emplace_back("10");
  CHECK(some_of(names, Detail::findings) == "1, 2, 3, 4, 5, 6, 7, 8 and 2 others");
  CHECK(some_of(names, Detail::evidence) == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10");
}

TEST_CASE("each namespace has a line, and those that the same thing kept shut share one") {
  const auto verdict = [](const char* name, Severity status, const char* headline, const char* obstacle = "") {
    return NamespaceVerdict{.inode = 1, .name = name, .status = status, .headline = headline, .obstacle = obstacle};
  };
  const std::vector<NamespaceVerdict> all = {
      verdict("web", Severity::warning, "long words"),   verdict("db", Severity::ok, "long words"),
      verdict("a|", Severity::unknown, "shut 1", "no|"), verdict("b", Severity::unknown, "shut 2", "gone"),
      verdict("c", Severity::unknown, "shut 3", "no|"),
  };
  std::vector<const NamespaceVerdict*> shown;
  for (const NamespaceVerdict& one : all) shown.push_back(&one);
  const Finding of_web = told_finding("long words", "short|", "web");
  CHECK(appended(append_namespace_verdicts, shown, std::vector<const Finding*>{&of_web}, Detail::findings) ==
        "WARNING netns web: short\\x7c\n"
        "OK netns db: long words\n"
        "UNKNOWN 2 network namespaces could not be entered: no\\x7c: a\\x7c, c\n"
        "UNKNOWN netns b: shut 2\n");
  const Finding other = told_finding("other words", "short", "web");
  CHECK(appended(append_namespace_verdicts, {&all[0]}, std::vector<const Finding*>{&other}, Detail::findings) ==
        "WARNING netns web: long words\n");
}

}  // namespace
}  // namespace tcpstat::render
