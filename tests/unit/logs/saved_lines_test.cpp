#include "parsers/logs/saved_lines.h"

#include <doctest/doctest.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "logs/read_samples.h"
#include "model/recorded_names.h"

namespace tcpstat::logs {
namespace {

struct ReadLines : test::ReadSamples {
  explicit ReadLines(std::string_view text) : ReadLines(std::vector<std::string_view>{text}) {}
  explicit ReadLines(const std::vector<std::string_view>& blocks) {
    RecordedNames names;
    SavedLines reader(samples, names);
    for (const std::string_view block : blocks) reader.feed(block);
    reader.finish();
  }
};

/// A row at a port of its own, with these members before the others.
std::string saved_row(std::string_view members, int port = 1) {
  return "{" + std::string(members) + R"("type":"connection","state":"ESTABLISHED","local_address":"192.0.2.1",)" +
         R"("local_port":)" + std::to_string(port) +
         R"(,"remote_address":"192.0.2.2","remote_port":9,"uid":7,"user":"eve"})" + "\n";
}
/// A summary line that says it is complete, with these members before that.
std::string saved_end(std::string_view members = {}) {
  return "{" + std::string(members) + R"("type":"summary","complete":true})" + "\n";
}

TEST_CASE("a list is its rows and the line that ends it") {
  const ReadLines read(saved_row("", 1) + saved_row("", 2) + saved_end());
  REQUIRE(read.all.size() == 1);
  CHECK(read.rows(0) == 2);
  CHECK(read.codes(0) == "");
  CHECK(read.at(0).coverage.complete);
  CHECK(read.at(0).coverage.visible == StateSet::all());
  CHECK(read.at(0).users.at(7) == "eve");
  CHECK_FALSE(read.at(0).mptcp);
  CHECK(ReadLines("").all.empty());
  CHECK(ReadLines("\n \t\r\n").all.empty());
}

TEST_CASE("lines are the same however their file is cut into blocks, and without the last newline") {
  const std::string text = saved_row("", 1) + saved_row("", 2) + saved_end();
  for (const std::size_t at : {std::size_t{1}, std::size_t{100}, text.size() - 2}) {
    CAPTURE(at);
    const std::string_view whole = std::string_view(text).substr(0, text.size() - 1);
    const ReadLines read(std::vector{whole.substr(0, at), whole.substr(at)});
    REQUIRE(read.all.size() == 1);
    CHECK(read.rows(0) == 2);
    CHECK(read.codes(0) == "");
  }
  CHECK(ReadLines("\xef\xbb\xbf" + text + "\xef\xbb\xbf" + saved_end()).all.size() == 2);
}

TEST_CASE("what lines tell of their host is taken from the first that does") {
  const ReadLines read(saved_row("", 1) + saved_row(R"("time":"T","host":"web","netns":5,)", 2) +
                       saved_end(R"("time":"T","host":"web","netns":6,"kernel":"6.1",)"));
  REQUIRE(read.all.size() == 1);
  CHECK(read.at(0).facts.time == "T");
  CHECK(read.at(0).facts.host == "web");
  CHECK(read.at(0).facts.kernel == "6.1");
  CHECK(read.at(0).facts.netns == 5);
  const ReadLines odd(saved_row(R"("time":5,"host":null,"kernel":["x"],"netns":-5,)") + saved_end());
  CHECK(odd.at(0).facts.time == "");
  CHECK_FALSE(odd.at(0).facts.host.has_value());
  CHECK_FALSE(odd.at(0).facts.kernel.has_value());
  CHECK_FALSE(odd.at(0).facts.netns.has_value());
}

TEST_CASE("another host, time, number or protocol begins another sample") {
  constexpr std::string_view kFirst = R"("host":"a","time":"T","snapshot":1,)";
  struct Row {
    std::string_view name;
    std::string_view members;
    std::size_t samples;
  };
  for (const Row& row : {Row{"the same", kFirst, 1}, Row{"nothing", "", 1},
                         Row{"another host", R"("host":"b","time":"T","snapshot":1,)", 2},
                         Row{"another time", R"("host":"a","time":"U","snapshot":1,)", 2},
                         Row{"another number", R"("host":"a","time":"T","snapshot":2,)", 2},
                         Row{"no number", R"("host":"a","time":"T",)", 2},
                         Row{"MPTCP", R"("host":"a","time":"T","snapshot":1,"protocol":262,)", 2},
                         Row{"TCP, named", R"("host":"a","time":"T","snapshot":1,"protocol":6,)", 1}}) {
    CAPTURE(row.name);
    const ReadLines read(saved_row(kFirst, 1) + saved_row(row.members, 2) + saved_end(row.members));
    REQUIRE(read.all.size() == row.samples);
    CHECK(read.codes(0) == (row.samples == 1 ? "" : "no_end"));
    if (row.samples == 2) CHECK(read.codes(1) == "");
  }
  // A line that names no sample may come first.
  CHECK(ReadLines(saved_row("", 1) + saved_row(kFirst, 2) + saved_end(kFirst)).all.size() == 1);
  // Behind the end everything is another one.
  CHECK(ReadLines(saved_row(kFirst) + saved_end(kFirst) + saved_row(kFirst) + saved_end(kFirst)).all.size() == 2);
  CHECK(ReadLines(saved_end() + saved_end()).all.size() == 2);
}

TEST_CASE("rows without the line that ends them may be a part") {
  const ReadLines read(saved_row(""));
  CHECK(read.message(0) == "the rows end without the summary line that ends a list: rows may be missing");
  CHECK_FALSE(read.at(0).coverage.complete);
}

TEST_CASE("users are those of their sample") {
  const ReadLines read(saved_row("") + saved_end() + R"({"state":"LISTEN","local_address":"::","local_port":1})" +
                       "\n" + saved_end());
  CHECK(read.at(0).users.size() == 1);
  CHECK(read.at(1).users.empty());
  CHECK(read.at(1).rows.listeners().size() == 1);
}

TEST_CASE("the protocol is TCP where nothing tells, and only one that is known") {
  struct Row {
    std::string_view protocol;
    std::size_t rows;
    bool mptcp;
  };
  for (const Row& row : {Row{"6", 1, false}, Row{"null", 1, false}, Row{"262", 1, true}, Row{"17", 0, false},
                         Row{"-6", 0, false}, Row{"\"6\"", 0, false}, Row{"6.0", 0, false}}) {
    CAPTURE(row.protocol);
    const ReadLines read(saved_row("\"protocol\":" + std::string(row.protocol) + ","));
    CHECK(read.rows(0) == row.rows);
    CHECK(read.flaws(0, Flaw::unreadable_number) == 1 - row.rows);
    CHECK(read.at(0).mptcp == row.mptcp);
  }
}

TEST_CASE("lines that are no rows are flaws of their sample, or of another kind") {
  struct Row {
    std::string_view line;
    std::optional<Flaw> flaw;
    std::size_t rows = 0;
  };
  for (const Row& row :
       {Row{"5", Flaw::not_json}, Row{"[]", Flaw::not_json}, Row{"{", Flaw::not_json}, Row{"x", Flaw::not_json},
        Row{"{}", Flaw::missing_field}, Row{R"({"type":5})", Flaw::missing_field},
        Row{R"({"type":"connection"})", Flaw::missing_field}, Row{R"({"type":"transition"})", {}},
        Row{R"({"type":"summary","groups":[]})", {}}, Row{R"({"type":"summary","transitions":3})", {}},
        Row{R"({"type":5,"state":"LISTEN","local_address":"::","local_port":1})", Flaw::unreadable_number},
        Row{R"({"state":"LISTEN","local_address":"::","local_port":1})", {}, 1},
        Row{R"({"state":"LISTEN","local_address":"::"})", Flaw::unreadable_number}}) {
    CAPTURE(row.line);
    const ReadLines read(saved_row("") + std::string(row.line) + "\n" + saved_end());
    REQUIRE(read.all.size() == 1);
    CHECK(read.rows(0) == 1 + row.rows);
    CHECK(read.at(0).coverage.flaw_total() == (row.flaw ? 1 : 0));
    if (row.flaw) CHECK(read.flaws(0, *row.flaw) == 1);
  }
}

TEST_CASE("a line that nests deeply is no line of ours, and exhausts nothing") {
  constexpr std::size_t kDeep = 500'000;
  const std::string deep = std::string(kDeep, '[') + std::string(kDeep, ']');
  for (const std::string& line :
       {saved_row(R"("host":)" + deep + ","), saved_end(R"("summary":{"x":)" + deep + "},")}) {
    const ReadLines read(saved_row("") + line + saved_end());
    REQUIRE(read.all.size() == 1);
    CHECK(read.rows(0) == 1);
    CHECK(read.flaws(0, Flaw::not_json) == 1);
  }
  RecordedNames names;
  NdjsonDecoder decoder(names);
  CHECK(std::get<Flaw>(decoder.decode(saved_row(R"("host":)" + deep + ","))) == Flaw::not_json);
  // Brackets of texts neither open nor close anything.
  const std::string closed =
      R"("x":"\"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]","host":)" + std::string(33, '[') + std::string(33, ']');
  CHECK(std::get<Flaw>(decoder.decode(saved_row(closed + ","))) == Flaw::not_json);
  CHECK(ReadLines(saved_row(R"("x":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",)") + saved_end()).rows(0) == 1);
  // As many brackets side by side are a long list.
  std::string list = "[[]";
  for (int i = 0; i < 1000; ++i) list += ",[]";
  const ReadLines wide(saved_row(R"("x":)" + list + "],") + saved_end());
  CHECK(wide.rows(0) == 1);
  CHECK(wide.codes(0) == "");
}

/// The sample of one row and this summary line.
ReadLines summed_up(std::string_view members) {
  return ReadLines(saved_row("") + R"({"type":"summary",)" + std::string(members) + "}\n");
}

TEST_CASE("states and families that a sample did not count are null in its summary line") {
  const ReadLines some = summed_up(
      R"("complete":true,"summary":{"by_state":{"close":null,"listen":0,"established":1},"by_family":{"ipv6":null}})");
  CHECK(some.at(0).coverage.visible == StateSet::all() - StateSet{State::close});
  CHECK(some.at(0).coverage.ipv4);
  CHECK_FALSE(some.at(0).coverage.ipv6);
  const ReadLines other = summed_up(R"("complete":true,"summary":{"by_family":{"ipv4":null,"ipv6":3}})");
  CHECK_FALSE(other.at(0).coverage.ipv4);
  CHECK(other.at(0).coverage.ipv6);
  CHECK(other.at(0).coverage.visible == StateSet::all());
  const ReadLines odd = summed_up(R"("complete":true,"summary":[],"by_state":{"close":null})");
  CHECK(odd.at(0).coverage.visible == StateSet::all());
  CHECK(odd.at(0).coverage.ipv4);
}

TEST_CASE("what a summary line says against its sample") {
  struct Row {
    std::string_view members;
    std::string_view code;
    std::string_view message;
    bool complete = false;
  };
  for (const Row& row :
       {Row{R"("complete":false)", "saved_partial", "the saved sample is not complete"},
        Row{R"("complete":false,"warnings":[{"message":"first"},{"message":"why"}])", "saved_partial",
            "the saved sample is not complete: why"},
        Row{R"("complete":false,"warnings":[{"code":"netns_hidden","message":"why"},)"
            R"({"code":"long_chains","message":"x"},{"code":"sources_compared","message":"y"}])",
            "saved_partial", "the saved sample is not complete: why"},
        Row{R"("complete":false,"warnings":[])", "saved_partial", "the saved sample is not complete"},
        Row{R"("complete":false,"warnings":["why"])", "saved_partial", "the saved sample is not complete"},
        Row{R"("complete":false,"warnings":[{"message":5}])", "saved_partial", "the saved sample is not complete"},
        Row{R"("complete":false,"warnings":{"message":"x"})", "saved_partial", "the saved sample is not complete"},
        Row{R"("total":1)", "saved_partial", "the saved sample does not say that it is complete"},
        Row{R"("complete":"yes")", "saved_partial", "the saved sample does not say that it is complete"},
        Row{R"("complete":true,"limited":true)", "saved_limited",
            "the saved sample was limited: --limit left rows out"},
        Row{R"("complete":true,"filtered":true)", "saved_filtered",
            "the saved sample was filtered: it has the sockets that were asked for, not all", true},
        Row{R"("complete":true,"schema_version":2)", "later_version",
            "the saved sample is of schema_version 2, and this tcpstat knows 1: a later one reads it"},
        Row{R"("complete":true,"summary":{"total":2})", "rows_missing",
            "the summary line counts 2 sockets, and the lines before it have 1: rows are missing"},
        Row{R"("complete":true,"summary":{"total":0})", "rows_missing",
            "the summary line counts 0 sockets, and the lines before it have 1: some are of another sample"},
        Row{R"("complete":true,"summary":{"total":"1"})", "rows_missing",
            "the summary line does not count the sockets before it: rows may be missing"}}) {
    CAPTURE(row.members);
    const ReadLines read = summed_up(row.members);
    REQUIRE(read.codes(0) == row.code);
    CHECK(read.message(0) == row.message);
    CHECK(read.at(0).coverage.complete == row.complete);
    CHECK(read.at(0).coverage.filtered == (row.code == "saved_filtered"));
  }
  for (const std::string_view members :
       {R"("complete":true)", R"("complete":true,"limited":false,"filtered":false)", R"("complete":true,"limited":5)",
        R"("complete":true,"schema_version":1)", R"("complete":true,"schema_version":"2")",
        R"("complete":true,"summary":{"total":1})", R"("complete":true,"summary":{"total":null})"}) {
    CAPTURE(members);
    CHECK(summed_up(members).codes(0) == "");
  }
  // What is known to be a part is not counted.
  CHECK(summed_up(R"("complete":false,"summary":{"total":5})").codes(0) == "saved_partial");
}

TEST_CASE("rows that came again are none that the summary line counts") {
  const std::string row = saved_row(R"("cookie":"5",)");
  const ReadLines read(row + row + R"({"type":"summary","complete":true,"summary":{"total":2}})");
  CHECK(read.rows(0) == 1);
  CHECK(read.codes(0) == "rows_missing");
}

}  // namespace
}  // namespace tcpstat::logs
