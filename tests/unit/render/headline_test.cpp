#include "render/headline.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::render {
namespace {

std::string cut_to(std::string_view text, std::size_t columns) {
  const Headline out = headline_within(text, columns);
  CHECK(out.shortened == (out.text != text));
  CHECK(out.told == nullptr);
  return out.text;
}

TEST_CASE("a text that does not fit is cut behind a word, and a long word is broken") {
  const std::string_view text = "one two three four five six seven";
  CHECK(cut_to(text, 33) == text);
  CHECK(cut_to(text, 32) == "one two three four five six...");
  CHECK(cut_to(text, 30) == "one two three four five six...");
  CHECK(cut_to(text, 29) == "one two three four five...");
  // Some words are said all the same.
  CHECK(cut_to(text, 3) == "one two three four...");
  CHECK(cut_to("one two three", 3) == "one two three");
  CHECK(cut_to("one two three four,;: five six seven", 27) == "one two three four...");
  // What a word such as "on" belongs to was cut off.
  CHECK(cut_to("java(812) does not read 15 connections on :9000", 44) == "java(812) does not read 15 connections...");
  CHECK(cut_to("a " + std::string(40, 'x'), 30) == "a " + std::string(25, 'x') + "...");
}

TEST_CASE("a text that ends in a bracket loses an item of it") {
  CHECK(cut_to("queue full (3 of 2, nginx(812))", 30) == "queue full (3 of 2)");
  CHECK(cut_to("queue full (3 of 2 connections, nginx(812)) there", 40) == "queue full (3 of 2 connections...");
}

TEST_CASE("of a report the finding is told, in its short words where the others do not fit") {
  Finding of("rule", Severity::warning, Subject::host(),
             {{.quantity = "x", .value = 1, .op = "", .limit = {}, .unit = "", .weight = 0, .source = ""}});
  of.message = "thirty columns of message here";
  of.brief = "few words";
  of.why = "why";
  CheckReport report;
  report.status = Severity::warning;
  report.findings = {of};
  report.headline = "netns web: " + of.sentence() + " (and 2 more)";
  const Headline whole = headline_within(report, 11 + 30 + 13);
  CHECK(whole.text == "netns web: thirty columns of message here (and 2 more)");
  CHECK(whole.shortened);
  CHECK(whole.told == report.findings.data());
  CHECK(headline_within(report, 11 + 30 + 13 - 1).text == "netns web: few words (and 2 more)");
  report.findings[0].brief.clear();
  CHECK(headline_within(report, 11 + 30 + 13 - 1).text == "netns web: thirty columns of message... (and 2 more)");

  report.findings[0].why.clear();
  report.headline = of.message;
  CHECK_FALSE(headline_within(report, 30).shortened);
}

TEST_CASE("why nothing could be judged is never cut") {
  CheckReport report;
  report.headline = "nothing could be judged, for a reason that is long";
  report.status = Severity::unknown;
  CHECK(headline_within(report, 30).text == report.headline);
  CHECK_FALSE(headline_within(report, 30).shortened);
  report.status = Severity::ok;
  CHECK(headline_within(report, 30).text == "nothing could be judged...");
}

}  // namespace
}  // namespace tcpstat::render
