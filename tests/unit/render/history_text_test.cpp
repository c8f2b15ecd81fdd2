// A history as people read it, and as fields.

#include <doctest/doctest.h>

#include <ostream>

#include "base/timestamp.h"
#include "base/utf8.h"
#include "render/history_writers.h"
#include "render/palette.h"
#include "support/zone.h"

namespace tcpstat::render {
namespace {

using Values = std::vector<std::optional<std::uint64_t>>;

HistorySeries series(const char* name, const Values& values, double mean) {
  HistorySeries out{.name = name, .values = values, .least = {}, .greatest = {}, .last = values.back(), .mean = mean};
  for (const auto& value : values) {
    if (!value) continue;
    out.least = std::min(out.least.value_or(*value), *value);
    out.greatest = std::max(out.greatest.value_or(*value), *value);
  }
  return out;
}

History of(const char* by, const char* from, const char* to, std::uint64_t samples) {
  History out;
  out.by = by;
  out.from = *time_from(from);
  out.to = *time_from(to);
  out.samples = samples;
  return out;
}

History history(const char* from, const char* to, std::vector<HistorySeries> all) {
  History out = of("state", from, to, 3);
  for (std::size_t i = 0; i < all.front().values.size(); ++i) out.times.push_back(out.from + std::chrono::seconds(i));
  out.series = std::move(all);
  return out;
}

std::string shown(const History& history, std::size_t width = 0, Colour colour = Colour::no) {
  const test::Zone zone("UTC");
  TextBuffer out;
  write_history_text({.out = out, .width = width, .colour = colour}, {}, history);
  return std::string(out.view());
}

std::string last_line(std::string_view text) {
  text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

TEST_CASE("a mean has one decimal place where that says something") {
  const History all = history("2026-11-27T03:00:00Z", "2026-11-27T03:00:02Z",
                              {series("a", {1, 0, 1}, 0.66), series("b", {2, 2, 2}, 2),
                               series("c", {99, 100, 101}, 99.9), series("d", {100, 100, 101}, 100.4),
                               series("e", {100, 101, 101}, 100.5), series("f", {std::nullopt, 4, std::nullopt}, 4)});
  CHECK(shown(all) ==
        "2026-11-27 03:00:00 to 03:00:02, 3 samples\n"
        "STATE  LEAST  MEAN  MOST  LAST  OVER TIME\n"
        "a          0   0.7     1     1  █▁█\n"
        "b          2     2     2     2  ▁▁▁\n"
        "c         99  99.9   101   101  ▁▁▁\n"
        "d        100   100   101   101  ▁▁▁\n"
        "e        100   101   101   101  ▁▁▁\n"
        "f          4     4     4     -   ▁ \n");
}

TEST_CASE("numbers that were zero all the time are one line, unless there are no others") {
  const HistorySeries none = series("quiet", {0, 0, 0}, 0);
  const auto at = [](std::vector<HistorySeries> all) {
    return shown(history("2026-11-27T23:59:59Z", "2026-11-28T00:00:01Z", std::move(all)));
  };
  CHECK(at({series("busy", {1, 1, 1}, 1), none}).ends_with("▁▁▁\n1 other was 0 all the time\n"));
  CHECK(at({series("busy", {1, 1, 1}, 1), none, none}).ends_with("▁▁▁\n2 others were 0 all the time\n"));
  CHECK(at({none}).find("quiet") != std::string::npos);
  CHECK(at({none}).find("other") == std::string::npos);
  // Two days are both named.
  CHECK(at({none}).starts_with("2026-11-27 23:59:59 to 2026-11-28 00:00:01, 3 samples\n"));
}

TEST_CASE("more samples than a line has room for: each bar is the greatest of its part, growth is added up") {
  Values many(20, 1);
  many[3] = 9;
  History all = history("2026-11-27T03:00:00Z", "2026-11-27T03:00:19Z", {series("a", many, 1.4)});
  const auto bars = [&] {
    const std::string told = shown(all, 60);
    return told.substr(told.rfind("  ") + 2);
  };
  CHECK(bars() == "▁█▁▁▁▁▁▁▁▁\n");
  CHECK(shown(all, 60).find("OVER TIME") != std::string::npos);
  all.counts_growth = true;
  all.series[0].values[18] = all.series[0].values[19] = std::nullopt;
  CHECK(bars() == "▁█▁▁▁▁▁▁▁ \n");
  CHECK(shown(all, 60).find("GROWTH") != std::string::npos);
}

TEST_CASE("where names are long the bars are short, and what is cut of an address is its middle") {
  History all = history("2026-11-27T02:59:00Z", "2026-11-27T03:01:00Z",
                        {series("[fd00:1234:5678:9abc:def0:1234:5678:9abc]:8443", {100, 200}, 150),
                         series("[fd00:1234:5678:9abc:def0:1234:5678:9abc]:9443", {100, 200}, 150)});
  all.by = "listener";
  for (const std::size_t width : {60U, 80U, 120U}) {
    CAPTURE(width);
    const std::string text = shown(all, width);
    CAPTURE(text);
    CHECK(text.find(" LEAST ") != std::string::npos);
    CHECK(text.find(":8443 ") != std::string::npos);
    CHECK(text.find(":9443 ") != std::string::npos);
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
      CHECK(display_width(std::string_view(text).substr(at, text.find('\n', at) - at)) <= width);
    }
  }
}

TEST_CASE("what the limit left out is told, and an empty history is one") {
  History all = history("2026-11-27T03:00:00Z", "2026-11-27T03:00:02Z", {series("a", {1, 1, 1}, 1)});
  all.left_out = 7;
  CHECK(shown(all).ends_with("▁▁▁\n7 more\n"));
  all.zeros_left_out = 5;
  CHECK(shown(all).ends_with("▁▁▁\n5 others were 0 all the time\n2 more\n"));
  all.zeros_left_out = 7;
  CHECK(shown(all).ends_with("▁▁▁\n7 others were 0 all the time\n"));
  CHECK(shown(History{}) == "no samples\n");
}

History findings() {
  const auto at = [](const char* time) { return *time_from(time); };
  History all = of("finding", "2026-11-27T03:00:00Z", "2026-11-27T03:10:00Z", 60);
  all.has_findings = true;
  all.findings = {{"retransmitting", "host", "lost \x1b[2J", Severity::warning, at("2026-11-27T03:01:00Z"),
                   at("2026-11-27T03:03:00Z"), true, 13},
                  {"syn-flood", ":443", "a flood", Severity::critical, at("2026-11-27T03:02:00Z"),
                   at("2026-11-27T03:02:00Z"), true, 1},
                  {"close-wait-leak", "web", "a leak", Severity::critical, at("2026-11-27T03:05:00Z"),
                   at("2026-11-27T03:10:00Z"), false, 31}};
  return all;
}

TEST_CASE("findings have a beginning, how long they lasted, and the command that shows the worst") {
  History all = findings();
  CHECK(shown(all) ==
        "2026-11-27 03:00:00 to 03:10:00, 60 samples\n"
        "2026-11-27 03:01:00  for 2m00s  WARNING  retransmitting  host\n"
        "    lost \\x1b[2J\n"
        "2026-11-27 03:02:00  in one sample  CRITICAL  syn-flood  :443\n"
        "    a flood\n"
        "2026-11-27 03:05:00  not ended  CRITICAL  close-wait-leak  web\n"
        "    a leak\n"
        "run: tcpstat check --at 2026-11-27T03:02:00.000Z\n");
  all.options = " --record /srv/record";
  CHECK(shown(all).ends_with("run: tcpstat check --at 2026-11-27T03:02:00.000Z --record /srv/record\n"));
  CHECK(shown(all, 0, Colour::yes)
            .find(std::string(colour_of(Severity::critical)) + "CRITICAL" + std::string(kColourEnd)) !=
        std::string::npos);
  // What does not fit a terminal stands in the next line.
  all.findings.resize(1);
  all.findings.front().rule = "evil\x1b[31m";
  CHECK(shown(all).find("WARNING  evil\\x1b[31m  host") != std::string::npos);
  all.findings.front().rule = "retransmitting";
  all.findings.front().subject = "[2001:db8::1234:5678]:443";
  const std::string narrow = shown(all, 60);
  CHECK(narrow.find("  WARNING\n    retransmitting  [2001:db8::1234:5678]:443\n    lost") != std::string::npos);
  all.findings.clear();
  CHECK(shown(all).ends_with("no findings\n"));
}

TEST_CASE("the command names one time also in the hour that a clock repeats") {
  const test::Zone zone("Europe/Berlin");
  History all = findings();
  for (const char* time : {"2026-10-25T00:30:00.123Z", "2026-10-25T01:30:00.123Z"}) {
    all.findings[1].begin = *time_from(time);
    TextBuffer out;
    write_history_text({.out = out}, {}, all);
    CHECK(out.view().ends_with("run: tcpstat check --at " + std::string(time) + "\n"));
  }
}

TEST_CASE("bars are of our own characters, names of those that others may have") {
  const History all = history("2026-11-27T03:00:00Z", "2026-11-27T03:00:01Z", {series("\xC4\x9B", {1, 9}, 5)});
  const auto written = [&](Charset own, Charset foreign) {
    TextBuffer out;
    write_history_text({.out = out, .charset = own, .foreign = foreign}, {}, all);
    return last_line(out.view());
  };
  CHECK(written(Charset::utf8, Charset::utf8) == "\xC4\x9B          1     5     9     9  ▁█");
  CHECK(written(Charset::ascii, Charset::utf8) == "\xC4\x9B          1     5     9     9  .#");
  CHECK(written(Charset::ascii, Charset::ascii).starts_with("\\xc4\\x9b  "));
}

TEST_CASE("without a header there are rows alone, in each form") {
  const History numbers = history("2026-11-27T03:00:00Z", "2026-11-27T03:00:01Z", {series("a", {1, 2}, 1.5)});
  TextBuffer table;
  write_history_text({.out = table, .header = false}, {}, numbers);
  CHECK(table.view() == "2026-11-27 03:00:00 to 03:00:01, 3 samples\na  1  1.5  2  2  ▁█\n");
  for (const char separator : {',', '\t'}) {
    const std::string between(1, separator);
    TextBuffer out;
    write_history_fields({.out = out, .header = false}, numbers, separator);
    CHECK(out.view() == "2026-11-27T03:00:00.000Z" + between + "a" + between + "1\n2026-11-27T03:00:01.000Z" + between +
                            "a" + between + "2\n");
    out.clear();
    write_history_fields({.out = out, .header = false}, findings(), separator);
    CHECK(out.view().starts_with("2026-11-27T03:01:00.000Z" + between));
  }
}

TEST_CASE("fields have each value with its time, and a finding a line") {
  const auto fields = [](const History& all) {
    TextBuffer out;
    write_history_fields({.out = out}, all, ',');
    return std::string(out.view());
  };
  CHECK(fields(history("2026-11-27T03:00:00Z", "2026-11-27T03:00:01Z",
                       {series("a", {1, 2}, 1.5), series("b", {std::nullopt, 0}, 0)})) ==
        "time,state,value\n2026-11-27T03:00:00.000Z,a,1\n2026-11-27T03:00:01.000Z,a,2\n2026-11-27T03:00:01.000Z,b,0\n");
  CHECK(fields(findings())
            .find("2026-11-27T03:02:00.000Z,2026-11-27T03:02:00.000Z,true,critical,syn-flood,:443,a flood\n") !=
        std::string::npos);
  CHECK(fields(findings()).find(",false,critical,close-wait-leak,") != std::string::npos);
  History hostile = findings();
  hostile.findings.front().rule = "evil\x1b[31m";
  CHECK(fields(hostile).find(",warning,evil\\x1b[31m,host,") != std::string::npos);
}

}  // namespace
}  // namespace tcpstat::render
