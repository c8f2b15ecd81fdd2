// plain and csv.

#include "render/delimited.h"

#include <doctest/doctest.h>

#include <algorithm>

#include <ostream>
#include <utility>

#include "support/fixtures.h"
#include "support/render.h"

namespace tcpstat::render {
namespace {

using test::Rendering;

const Endpoint kServer = test::endpoint("192.0.2.1", 443);
const Endpoint kPeer = test::endpoint("2001:db8::7", 40000);

/// RFC 4180: fields of a record.
std::vector<std::vector<std::string>> parse_csv(std::string_view text) {
  std::vector<std::vector<std::string>> records;
  std::vector<std::string> record;
  std::string field;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
        field += text[++i];
      } else if (c == '"') {
        quoted = false;
      } else {
        field += c;
      }
    } else if (c == '"') {
      CHECK(field.empty());  // a quote opens only at the front of a field
      quoted = true;
    } else if (c == ',' || c == '\n') {
      record.push_back(std::move(field));
      field.clear();
      if (c == '\n') records.push_back(std::exchange(record, {}));
    } else {
      field += c;
    }
  }
  CHECK(record.empty());
  CHECK(field.empty());
  return records;
}

TEST_CASE("without rows the header is there, and with -H nothing") {
  for (const std::string_view format : {"csv", "plain"}) {
    CAPTURE(format);
    CHECK(Rendering(format, {"STATE", "UID"}).finish() == (format == "csv" ? "state,uid\n" : "STATE\tUID\n"));
    Rendering bare(format, {"STATE", "UID"});
    bare.settings.header = false;
    bare.row(test::connection(State::established, kServer, kPeer));
    CHECK(bare.finish() == (format == "csv" ? "ESTABLISHED,1000\n" : "ESTABLISHED\t1000\n"));
  }
}

TEST_CASE("every row has as many fields as the header, whatever it carries") {
  test::Random random(61);
  Rendering csv("csv");
  Rendering plain("plain");
  for (const Column& column : columns()) {
    csv.settings.columns.push_back(&column);
    plain.settings.columns.push_back(&column);
  }
  for (int i = 0; i < 300; ++i) {
    const std::string first = random.text(20);
    const std::string second = random.text(20);
    const std::vector<Owner> owners = {{1, 1, first}, {2, 1, second}};
    Connection row = random.connection();
    row.owners = owners;
    row.congestion = second;
    csv.row(row);
    plain.row(row);
    csv.row(random.listener());
  }
  const auto records = parse_csv(csv.finish());
  REQUIRE(records.size() == 601);
  for (const auto& record : records) REQUIRE(record.size() == columns().size());
  const auto lines = test::lines_of(plain.finish());
  REQUIRE(lines.size() == 301);
  for (const std::string& line : lines) {
    REQUIRE(static_cast<std::size_t>(std::count(line.begin(), line.end(), '\t')) == columns().size() - 1);
  }
}

TEST_CASE("a device may be called anything, and an end with it is one field") {
  Rendering csv("csv", {"LOCAL", "REMOTE"});
  csv.names.interfaces = {{5, "a,b\"c"}};
  Connection row = test::connection(State::established, test::endpoint("192.0.2.1", 80), kPeer);
  row.interface = 5;
  csv.row(row);
  const auto records = parse_csv(csv.finish());
  REQUIRE(records.size() == 2);
  REQUIRE(records[1].size() == 2);
  CHECK(records[1][0] == "192.0.2.1%a,b\"c:80");
}

TEST_CASE("a summary has its keys as columns and null as the format's unknown") {
  Summary summary;
  summary.keys = {"state", "user"};
  summary.groups = {{{std::string("LISTEN"), std::string("a,\x01")}, 3},
                    {{std::string("CLOSE"), {}}, std::nullopt},
                    {{std::uint64_t{7}, std::string("x")}, 1}};
  Rendering csv("csv");
  CHECK(csv.summary({}, summary) == "state,user,count\nLISTEN,\"a,\\x01\",3\nCLOSE,,\n7,x,1\n");
  Rendering plain("plain");
  CHECK(plain.summary({}, summary) == "STATE\tUSER\tCOUNT\nLISTEN\ta,\\x01\t3\nCLOSE\t-\t-\n7\tx\t1\n");
  summary.groups = {{{std::string("LISTEN"), std::string("\xC4\x9B")}, 3}};
  Rendering ascii("plain");
  ascii.settings.charset = Charset::ascii;
  CHECK(ascii.summary({}, summary) == "STATE\tUSER\tCOUNT\nLISTEN\t\\xc4\\x9b\t3\n");
}

TEST_CASE("words are fields between tabs, with what is hostile escaped") {
  TextBuffer out;
  write_words({.out = out}, {{"name", "meaning"}, {{"a", "first"}, {"b\n", ""}}});
  CHECK(out.view() == "a\tfirst\nb\\x0a\t\n");
}

TEST_CASE("words in csv have a header, and quotes where they need them") {
  const WordList words{{"name", "meaning"}, {{"a", "first, of \"two\""}, {"b", "second"}}};
  TextBuffer csv;
  format(FormatId::csv).words({.out = csv}, words);
  CHECK(csv.view() == "name,meaning\na,\"first, of \"\"two\"\"\"\nb,second\n");
  TextBuffer plain;
  format(FormatId::plain).words({.out = plain}, words);
  CHECK(plain.view() == "a\tfirst, of \"two\"\nb\tsecond\n");
}

}  // namespace
}  // namespace tcpstat::render
