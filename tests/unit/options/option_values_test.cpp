#include "cli/options/option_values.h"

#include <doctest/doctest.h>

#include <ostream>

#include "base/timestamp.h"
#include "check/rules.h"
#include "parsers/host/sources.h"
#include "support/rows.h"
#include "support/zone.h"

namespace tcpstat::cli::options {
namespace {

using test::address;
using test::prefix;

TEST_CASE("an endpoint pattern is an address, a prefix, ports, or both") {
  struct Row {
    std::string_view word;
    std::optional<Prefix> prefix;
    std::optional<std::pair<int, int>> ports;
  };
  const Row rows[] = {
      {"192.0.2.1", prefix("192.0.2.1", 32), {}},
      {"192.0.2.0/24", prefix("192.0.2.0", 24), {}},
      {"192.0.2.77/24", prefix("192.0.2.0", 24), {}},
      {"192.0.2.1:80", prefix("192.0.2.1", 32), {{80, 80}}},
      {"192.0.2.0/24:80-90", prefix("192.0.2.0", 24), {{80, 90}}},
      {"0.0.0.0/0", prefix("0.0.0.0", 0), {}},
      {":443", {}, {{443, 443}}},
      {"*:443", {}, {{443, 443}}},
      {"*", {}, {}},
      {"*:*", {}, {}},
      {"2001:db8::1", prefix("2001:db8::1", 128), {}},
      {"2001:db8::/32", prefix("2001:db8::", 32), {}},
      {"::", prefix("::", 128), {}},
      {"::/0", prefix("::", 0), {}},
      {"::1", prefix("::1", 128), {}},  // no port: an address without brackets has none
      {"[2001:db8::1]", prefix("2001:db8::1", 128), {}},
      {"[2001:db8::1]:443", prefix("2001:db8::1", 128), {{443, 443}}},
      {"[2001:db8::]/64:443", prefix("2001:db8::", 64), {{443, 443}}},
      {"[2001:db8::/64]:443", prefix("2001:db8::", 64), {{443, 443}}},
      {"[::]:22", prefix("::", 128), {{22, 22}}},
      {"[::]:*", prefix("::", 128), {}},
      {"0.0.0.0:*", prefix("0.0.0.0", 32), {}},
      // v4-mapped: the IPv4 address that it carries
      {"::ffff:192.0.2.1", prefix("192.0.2.1", 32), {}},
      {"::ffff:192.0.2.0/120", prefix("192.0.2.0", 24), {}},
      {"::ffff:0.0.0.0/96", prefix("0.0.0.0", 0), {}},
      {"::ffff:0:0/96", prefix("0.0.0.0", 0), {}},
      {"::ffff:128.0.0.0/97", prefix("128.0.0.0", 1), {}},
      {"[::ffff:192.0.2.1]:80", prefix("192.0.2.1", 32), {{80, 80}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.word);
    const auto pattern = parse_pattern(row.word);
    REQUIRE(pattern);
    CHECK(pattern->prefix == row.prefix);
    REQUIRE(pattern->ports.has_value() == row.ports.has_value());
    if (row.ports) {
      CHECK(pattern->ports->first == row.ports->first);
      CHECK(pattern->ports->last == row.ports->second);
    }
  }
}

TEST_CASE("what is no endpoint is refused with the word and what would be right") {
  for (const std::string_view word : {"localhost",
                                      "192.0.2",
                                      "192.0.2.1/33",
                                      "192.0.2.1/-1",
                                      "192.0.2.1/",
                                      "192.0.2.1/x",
                                      "192.0.2.1:",
                                      "192.0.2.1:http2x",
                                      "2001:db8::/129",
                                      "[2001:db8::1",
                                      "[2001:db8::1]x",
                                      "[192.0.2.1]:80:90",
                                      "[]",
                                      "[]:80",
                                      "2001:db8::1:port",
                                      "fe80::1%eth0",
                                      "192.0.2.1:80--",
                                      "192.0.2.1:90-80",
                                      "192.0.2.1:65536",
                                      "/24",
                                      "\x1b[31m",
                                      "*.*.*.*"}) {
    CAPTURE(word);
    const auto pattern = parse_pattern(word);
    REQUIRE_FALSE(pattern);
    CHECK_FALSE(pattern.error().sentence.empty());
  }
}

TEST_CASE("ports are numbers, ranges or names of services") {
  struct Row {
    std::string_view word;
    int first;
    int last;
  };
  constexpr Row kRows[] = {{"0", 0, 0},           {"443", 443, 443}, {"65535", 65535, 65535}, {"8000-8999", 8000, 8999},
                           {"0-65535", 0, 65535}, {"80-80", 80, 80}, {"1024-", 1024, 65535},  {"-1023", 0, 1023}};
  for (const Row& row : kRows) {
    CAPTURE(row.word);
    const auto range = parse_ports(row.word);
    REQUIRE(range);
    CHECK(range->first == row.first);
    CHECK(range->last == row.last);
  }
  for (const std::string_view word :
       {"", "-", "--1", "65536", "80--", "-65536", "65536-", "80-70", "80-90-100", "80,90", "0x50", " 80", "80 ", "8e1",
        "99999999999999999999", "no-such-service-name", "\n"}) {
    CAPTURE(word);
    CHECK_FALSE(parse_ports(word));
  }
}

TEST_CASE("a command names a record that is elsewhere") {
  CHECK(record_option(kRecordDirectory) == "");
  CHECK(record_option("./my rec") == " --record './my rec'");
}

TEST_CASE("an interval has a least length, which the sentence names") {
  using std::chrono::milliseconds;
  CHECK(parse_interval("0.05", milliseconds(50)).value() == milliseconds(50));
  CHECK(parse_interval("2", milliseconds(50)).value() == milliseconds(2000));
  for (const char* word : {"0.049", "0", "-1", "nan", "1s", ""}) {
    CAPTURE(word);
    const auto parsed = parse_interval(word, milliseconds(50));
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().sentence.find("at least 0.05)") != std::string::npos);
  }
  for (const char* word : {"1000001", "1e9", "inf"}) {
    CHECK(parse_interval(word, milliseconds(50)).error().sentence ==
          "bad interval \"" + std::string(word) + "\" (at most 1000000 seconds)");
    CHECK(parse_timeout(word).error().sentence ==
          "bad timeout \"" + std::string(word) + "\" (at most 1000000 seconds)");
  }
  CHECK(parse_interval("1000000", milliseconds(50)));
  CHECK(parse_interval("2", milliseconds(3000)).error().sentence.find("(seconds, as 3 or 60; at least 3)") !=
        std::string::npos);
  CHECK(parse_interval("0", milliseconds(1000)).error().sentence.find("(seconds, as 2 or 10; at least 1)") !=
        std::string::npos);
  CHECK(parse_interval("1", milliseconds(10'000)).error().sentence.find("at least 10)") != std::string::npos);
}

TEST_CASE("timeouts are decimal seconds, and zero is none") {
  using std::chrono::milliseconds;
  CHECK(parse_timeout("10").value() == milliseconds(10'000));
  CHECK(parse_timeout("0.5").value() == milliseconds(500));
  CHECK(parse_timeout("0.0001").value() == milliseconds(1));  // short, but not none
  CHECK_FALSE(parse_timeout("0").value());
  CHECK_FALSE(parse_timeout("0.0").value());
  for (const std::string_view word : {"", "-1", "x", "1s", "nan", "inf", "1e99", "1,5", " 1"}) {
    CAPTURE(word);
    CHECK_FALSE(parse_timeout(word));
  }
}

TEST_CASE("counts are whole numbers up to their most") {
  CHECK(parse_count("0", "limit", 10).value() == 0);
  CHECK(parse_count("10", "limit", 10).value() == 10);
  CHECK(parse_count("18446744073709551615", "limit", UINT64_MAX).value() == UINT64_MAX);
  for (const std::string_view word : {"", "11", "-1", "+1", "1.0", "0x1", "18446744073709551616"}) {
    CAPTURE(word);
    const auto count = parse_count(word, "limit", 10);
    REQUIRE_FALSE(count);
    CHECK(count.error().sentence.starts_with("bad limit \""));
  }
}

TEST_CASE("how long a record is kept needs a unit") {
  using std::chrono::hours;
  CHECK(parse_duration("7d").value() == hours(7 * 24));
  CHECK(parse_duration("90s").value() == std::chrono::seconds(90));
  for (const char* word : {"5", "0", "604800"}) {
    CHECK(parse_duration(word).error().sentence ==
          "bad time " + in_quotes(word) + " (with a unit: 90s, 30m, 12h, 7d or 2w)");
  }
  for (const char* word : {"", "0d", "-7d", "soon"}) {
    CHECK(parse_duration(word).error().sentence == "bad time " + in_quotes(word) + " (90s, 30m, 12h, 7d or 2w)");
  }
}

TEST_CASE("the room of a record is at least a megabyte") {
  CHECK(parse_size("1M").value() == 1U << 20U);
  CHECK(parse_size("1048576").value() == 1U << 20U);
  CHECK(parse_size("5GiB").value() == std::uint64_t{5} << 30U);
  for (const char* word : {"0", "5", "1023k", "1048575", "0G"}) {
    CHECK(parse_size(word).error().sentence == "bad size " + in_quotes(word) + " (at least 1M: 500M or 1G)");
  }
  for (const char* word : {"", "M", "-1G", "1X", "1.5G", "99999999999T"}) {
    CHECK(parse_size(word).error().sentence == "bad size " + in_quotes(word) + " (bytes, as 500M or 1G)");
  }
}

TEST_CASE("users are numbers or names") {
  CHECK(parse_user("0").value() == 0);
  CHECK(parse_user("4294967295").value() == UINT32_MAX);
  CHECK(parse_user("root").value() == 0);
  CHECK_FALSE(parse_user("no-such-user-here"));
  CHECK_FALSE(parse_user("-1"));
  CHECK_FALSE(parse_user("4294967296"));
  CHECK_FALSE(parse_user(""));
}

TEST_CASE("lists are split at commas, and empty pieces are nothing") {
  CHECK(split_list({"a,b", "c"}) == std::vector<std::string>{"a", "b", "c"});
  CHECK(split_list({",a,,b,", ""}) == std::vector<std::string>{"a", "b"});
  CHECK(split_list({}).empty());
}

TEST_CASE("an unknown column is answered with the nearest") {
  CHECK(parse_column("recv-queue").value()->name == "RECV_QUEUE");
  CHECK(parse_column("RECVQUEUE").error().sentence ==
        "unknown column \"RECVQUEUE\" (did you mean RECV_QUEUE? see: tcpstat --list columns)");
}

TEST_CASE("words are quoted, however long; what they hold is escaped where the sentence is printed") {
  CHECK(in_quotes("a\nb") == "\"a\nb\"");
  CHECK(in_quotes(std::string(100'000, 'x')).size() < 300);
}

TEST_CASE("an id of a format is its place among the formats") {
  CHECK(render::format(FormatId::table).name == "table");
  CHECK(render::format(FormatId::plain).name == "plain");
  CHECK(render::format(FormatId::json).name == "json");
  CHECK(render::format(FormatId::ndjson).name == "ndjson");
  CHECK(render::format(FormatId::csv).name == "csv");
  CHECK(render::formats().size() == 6);
  for (const render::Format& format : render::formats()) {
    CHECK(&render::format(parse_format(format.name).value()) == &format);
  }
  CHECK(parse_format("jsn").error().sentence.find("did you mean json?") != std::string::npos);
  CHECK(parse_format("").error().sentence.starts_with("unknown format \"\""));
}

TEST_CASE("an id of a source is its place among the live ones, and any other word is a file") {
  CHECK(parse_source("auto") == SourceId::automatic);
  CHECK(parse_source("netlink") == SourceId::netlink);
  CHECK(parse_source("proc") == SourceId::proc);
  CHECK(parse_source("both") == SourceId::both);
  CHECK(host::live_sources().size() == 3);
  for (const auto& live : host::live_sources()) {
    CHECK(info(parse_source(live.name)).name == live.name);
    CHECK(info(parse_source(live.name)).live());
  }
  for (const char* word : {"-", "saved.ndjson", "Netlink", "./proc"}) {
    CHECK(parse_source(word) == SourceId::file);
  }
  CHECK_FALSE(info(SourceId::file).live());
  CHECK_FALSE(info(SourceId::both).traits.one_source);
  CHECK(info(SourceId::automatic).traits.reads_proc);
  CHECK(info(SourceId::proc).traits.reads_proc);
  CHECK_FALSE(info(SourceId::netlink).traits.reads_proc);
}

TEST_CASE("a key to sort by is a column and an order") {
  CHECK(parse_sort_key("recv-queue").value().column->name == "RECV_QUEUE");
  CHECK_FALSE(parse_sort_key("LOCAL:asc").value().descending);
  CHECK(parse_sort_key("LOCAL:desc").value().descending);
  CHECK(parse_sort_key("LOCAL:down").error().sentence == "unknown sort order \"down\" (asc or desc)");
  CHECK(parse_sort_key("LOCAL:").error().sentence == "unknown sort order \"\" (asc or desc)");
  CHECK(parse_sort_key("-LOCAL").value().descending);
  CHECK_FALSE(parse_sort_key("+recv-queue").value().descending);
  CHECK(parse_sort_key("-LOCAL:asc").error().sentence == "two sort orders for \"LOCAL\" (-COL or COL:desc)");
  CHECK(parse_sort_key("-LOKAL").error().sentence.find("did you mean LOCAL?") != std::string::npos);
  CHECK(parse_sort_key("LOKAL:desc").error().sentence.find("did you mean LOCAL?") != std::string::npos);
}

TEST_CASE("colour has three words") {
  CHECK(parse_when("auto").value() == When::automatic);
  CHECK(parse_when("always").value() == When::always);
  CHECK(parse_when("never").value() == When::never);
  CHECK_FALSE(parse_when("red"));
  CHECK_FALSE(parse_when(""));
}

TEST_CASE("a key to count by is taken in any spelling") {
  CHECK(parse_group_key("state").value() == "state");
  CHECK(parse_group_key("Remote-Prefix").value() == "remote_prefix");
  CHECK(parse_group_key("process").value() == "process");
  CHECK(parse_group_key("stat").error().sentence == "unknown key \"stat\" of --by (did you mean state?)");
  CHECK(parse_group_key("zzz").error().sentence.starts_with("unknown key \"zzz\" of --by (one of state, family, "));
}

TEST_CASE("a range is named by its option when it is bad") {
  CHECK(parse_range("10:20", "warning").value().end() == 20);
  CHECK(parse_range("@1", "critical").value().inverted());
  CHECK(parse_range("ten", "warning").error().sentence.starts_with("bad range \"ten\" of --warning "));
  CHECK_FALSE(parse_range("20:10", "critical"));
}

/// 2026-11-28T09:30:00Z.
constexpr std::chrono::microseconds kHalfPastNine(1'795'858'200'000'000);

TEST_CASE("what lies in the past is a point in time, or so long ago") {
  using std::chrono::hours;
  using std::chrono::milliseconds;
  for (const char* word : {"7d", "-7d", "1w", "168h"}) {
    CAPTURE(word);
    CHECK(parse_past(word, kHalfPastNine).value() == kHalfPastNine - hours(7 * 24));
  }
  CHECK(parse_past("@1795748400", kHalfPastNine).value() == std::chrono::seconds(1'795'748'400));
  // A number alone would be seconds, and is as well the hour that somebody meant.
  REQUIRE_FALSE(parse_past("7", kHalfPastNine));
  CHECK(parse_past("7", kHalfPastNine).error().sentence.find("03:00") != std::string::npos);
  // Times are shown to the second or the millisecond, so the end of a span or of what is looked back at has the whole
  // of it.
  constexpr std::chrono::microseconds kEnd(1'795'748'400'999'999);
  CHECK(parse_past_end("@1795748400", kHalfPastNine).value() == kEnd);
  CHECK(parse_time_span("@1795748400..@1795748400", kHalfPastNine)->to == kEnd);
  CHECK(parse_past_end("2026-11-27T03:00:00.250Z", kHalfPastNine).value() ==
        milliseconds(1'795'748'400'251) - std::chrono::microseconds(1));
  CHECK(parse_past_end("2026-11-27T03:00:00.000Z", kHalfPastNine).value() ==
        milliseconds(1'795'748'400'001) - std::chrono::microseconds(1));
  CHECK(parse_past_end("2026-11-27T03:00:00.2505Z", kHalfPastNine).value() ==
        std::chrono::microseconds(1'795'748'400'250'500));
}

TEST_CASE("an hour alone ends a span after its beginning") {
  const test::Zone zone("UTC0");
  const auto span = [](std::string_view word) -> std::string {
    const auto read = parse_time_span(word, kHalfPastNine);
    if (!read) return read.error().sentence;
    const auto told = [](std::chrono::microseconds time) {
      return timestamp({static_cast<std::time_t>(time.count() / 1'000'000), 0}).substr(8, 8);
    };
    return told(read->from) + " " + told(read->to);
  };
  CHECK(span("09:00..10:00") == "28T09:00 28T10:00");
  CHECK(span("09:00..09:20") == "28T09:00 28T09:20");
  CHECK(span("10:00..11:00") == "27T10:00 27T11:00");
  CHECK(span("23:00..01:00") == "27T23:00 28T01:00");
  CHECK(span("09:00..09:00") == "28T09:00 28T09:00");
  CHECK(span("yesterday 03:00..04:00") == "27T03:00 27T04:00");
  CHECK(span("yesterday 23:00..01:00") == "27T23:00 28T01:00");
  CHECK(span("2026-11-20 03:00..03:10") == "20T03:00 20T03:10");
  // After a length of time it is the last one that has been, unless the span begins later.
  CHECK(span("-2d..04:00") == "26T09:30 28T04:00");
  CHECK(span("2d..04:00") == "26T09:30 28T04:00");
  CHECK(span("-1h..09:10") == "28T08:30 28T09:10");
  CHECK(span("-1h..10:00") == "28T08:30 28T10:00");
  CHECK(span("-2h..-1h") == "28T07:30 28T08:30");
  CHECK(span("-1h..-2h") == "bad time span \"-1h..-2h\" (it ends before it begins)");
  CHECK(span("09:00..yesterday") == "bad time span \"09:00..yesterday\" (it ends before it begins)");
  CHECK(span("09:00").starts_with("bad time span \"09:00\""));
  CHECK(span("..09:00").starts_with("bad time \"\""));
  CHECK(span("09:00..").starts_with("bad time \"\""));
}

TEST_CASE("rules and their thresholds") {
  CHECK(parse_rule("syn-flood").value() == "syn-flood");
  CHECK(parse_rule("syn-flod").error().sentence ==
        "unknown rule \"syn-flod\" (did you mean syn-flood? see: tcpstat "
        "--list rules)");
  // What only weighs in the findings of others would find nothing, and be OK.
  CHECK(parse_rule("queue-fill").error().sentence ==
        "the rule queue-fill weighs in the findings of others, and has none of its own (see: tcpstat check --list "
        "rules)");
  CHECK(parse_rule("queue-fil").error().sentence == "unknown rule \"queue-fil\" (see: tcpstat --list rules)");
  Thresholds thresholds;
  CHECK_FALSE(parse_threshold("queue-fill.pruned=0.5", thresholds));
  CHECK(parse_threshold("queue-fil.pruned=0.5", thresholds).value().sentence.find("did you mean queue-fill?") !=
        std::string::npos);
  const RuleInfo& rule = *check::find_rule("close-wait-leak");
  REQUIRE_FALSE(rule.thresholds.empty());
  const std::string name(rule.thresholds.front().name);
  CHECK_FALSE(parse_threshold("close-wait-leak." + name + "=12.5", thresholds));
  CHECK(thresholds.get(rule, name) == 12.5);
  for (const std::string& word :
       {std::string("x=1"), std::string("close-wait-leak.warning"), std::string("close-wait-leak.no_such=1"),
        std::string("no-such-rule.warning=1"), "close-wait-leak." + name + "=", "close-wait-leak." + name + "=much",
        "close-wait-leak." + name + "=inf", "close-wait-leak." + name + "=1x"}) {
    CAPTURE(word);
    CHECK(parse_threshold(word, thresholds));
  }
  CHECK(thresholds.get(rule, name) == 12.5);
}

}  // namespace
}  // namespace tcpstat::cli::options
