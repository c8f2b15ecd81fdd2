#include "cli/options/choices.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <ostream>

#include "options/typed.h"
#include "report/metrics.h"

namespace tcpstat::cli::options {
namespace {

TEST_CASE("columns are chosen or added") {
  RowChoice rows = typed_command<ListCommand>({"-o", "state,local", "-o", "UID"}).rows;
  CHECK(rows.columns.size() == 3);
  CHECK(rows.added_columns.empty());
  rows = typed_command<ListCommand>({"-o", "+PID,PROCESS"}).rows;
  CHECK(rows.columns.empty());
  CHECK(rows.added_columns.size() == 2);
  rows = typed_command<ListCommand>({"-S", "recv_queue:desc,LOCAL"}).rows;
  REQUIRE(rows.sort.size() == 2);
  CHECK(rows.sort[0].descending);
  CHECK_FALSE(rows.sort[1].descending);
}

TEST_CASE("rates are sampled where anything asks for them, and the time between belongs to them") {
  CHECK_FALSE(typed_command<ListCommand>({"-i"}).rows.rate);
  CHECK(typed_command<ListCommand>({"--rate"}).interval == std::chrono::seconds(1));
  CHECK(typed_command<ListCommand>({"--rate", "--interval", "0.25"}).interval == std::chrono::milliseconds(250));
  CHECK(typed_command<ListCommand>({"-o", "+SEGS_IN_PER_S"}).rows.rate);
  CHECK(typed_command<ListCommand>({"-S", "retrans_per_s:desc"}).rows.rate);
  CHECK(typed_command<ListCommand>({"received_bps", ">", "1M"}).rows.rate);
  CHECK(typed_command<WatchCommand>({"watch", "--rate"}).rows.rate);
  // A file has those that were saved, and /proc has none.
  CHECK_FALSE(typed_command<ListCommand>({"--source", "rows.ndjson", "sent_bps", ">", "1"}).rows.rate);
  CHECK_FALSE(typed_command<ListCommand>({"--source", "proc", "-o", "+SENT_BPS"}).rows.rate);
  const std::vector<std::vector<std::string>> wrong = {{"--interval", "2"},
                                                       {"--rate", "--interval", "0.01"},
                                                       {"--rate", "--source", "rows.ndjson"},
                                                       {"--rate", "--source", "proc"},
                                                       {"summary", "--rate"},
                                                       {"summary", "sent_bps > 1"},
                                                       {"check", "sent_bps > 1"},
                                                       {"trace", "sent_bps > 1"},
                                                       {"watch", "--events", "sent_bps > 1"}};
  for (const std::vector<std::string>& words : wrong) {
    CAPTURE(words.back());
    CHECK_FALSE(typed_line(words));
  }
}

TEST_CASE("-m, -e and -M mean what they mean in ss") {
  const auto list = typed_command<ListCommand>({"-tem"});
  CHECK(list.rows.memory);
  CHECK(list.rows.extended);
  CHECK_FALSE(list.rows.mptcp);
  const auto mptcp = typed_command<ListCommand>({"-M"});
  CHECK(mptcp.rows.mptcp);
  CHECK(mptcp.source.id == SourceId::netlink);  // nothing else knows them
  CHECK_FALSE(typed_line({"-M", "--source", "proc"}));
  CHECK_FALSE(typed_line({"-M", "--source", "both"}));
  CHECK_FALSE(typed_line({"-M", "--at", "03:00"}));
  const auto saved = typed_command<ListCommand>({"-M", "--source", "saved.ndjson"});
  CHECK(saved.source.id == SourceId::file);
  CHECK((saved.rows.mptcp && saved.source.mptcp));
  const auto summary = typed_command<SummaryCommand>({"summary", "-M"});
  CHECK(summary.mptcp);
  CHECK(summary.source.id == SourceId::netlink);
  CHECK_FALSE(typed_command<SummaryCommand>({"summary"}).mptcp);
  const auto watch = typed_command<WatchCommand>({"watch", "-M"});
  CHECK(watch.rows.mptcp);
  CHECK(watch.source.id == SourceId::netlink);
  CHECK(refusal({"summary", "-f", "prometheus", "--limit", "1"}) ==
        "metrics have bounds of their own; another format takes --limit");
  CHECK(refusal({"summary", "-M", "-f", "prometheus"}) ==
        "metrics count connections of TCP; another format counts those of MPTCP: summary -M -f json");
  CHECK(refusal({"watch", "-M", "--replay", "09:00..10:00"}) ==
        "a record has connections of TCP, and MPTCP_TOKEN of their subflows: leave out --mptcp");
  CHECK_FALSE(typed_line({"watch", "--events", "-M"}));
  CHECK_FALSE(typed_line({"check", "-M"}));
}

TEST_CASE("how text looks") {
  const TextChoice usual = typed_command<ListCommand>({}).text;
  CHECK(usual.header);
  CHECK(usual.truncate);
  const TextChoice other = typed_command<SummaryCommand>({"summary", "-H", "--no-truncate", "--color", "never"}).text;
  CHECK_FALSE(other.header);
  CHECK_FALSE(other.truncate);
}

TEST_CASE("every verb that prints text takes a colour") {
  CHECK(typed_command<ListCommand>({}).output.colour == When::automatic);
  CHECK(typed_command<SummaryCommand>({"summary", "--color", "never"}).output.colour == When::never);
  CHECK(typed_command<CheckCommand>({"check", "--color", "always"}).output.colour == When::always);
  CHECK(typed_command<AuditCommand>({"audit", "--color", "never"}).output.colour == When::never);
}

TEST_CASE("a list has what its options say") {
  const auto list = typed_command<ListCommand>({"-pirqv", "--limit", "7", "--output-file", "out", "-f", "csv"});
  CHECK(list.rows.processes);
  CHECK(list.rows.info);
  CHECK(list.rows.resolve);
  CHECK(list.rows.limit == 7U);
  CHECK(list.output.file == "out");
  CHECK(list.output.format == FormatId::csv);
  CHECK(list.output.verbose);
  CHECK(list.output.quiet);
  CHECK(is_quiet(list));
  CHECK_FALSE(is_quiet(typed_command<ListCommand>({})));
}

TEST_CASE("-j is a format, and contradicts others") {
  CHECK(typed_command<ListCommand>({"-j"}).output.format == FormatId::json);
  CHECK(typed_command<ListCommand>({"-j", "-f", "json"}).output.format == FormatId::json);
  CHECK(refusal({"-j", "-f", "csv"}) == "-j contradicts --format csv");
  CHECK(refusal({"check", "-f", "csv"}).starts_with("check prints "));
  CHECK(refusal({"check", "-f", "csv"}).find("csv") != std::string::npos);
  const OutputChoice plain = typed_command<ListCommand>({}).output;
  CHECK(plain.format == FormatId::table);
  CHECK_FALSE(plain.quiet);
  CHECK_FALSE(plain.verbose);
  CHECK(plain.file.empty());
  CHECK(typed_command<ListCommand>({"-q"}).output.quiet);
  CHECK_FALSE(typed_command<ListCommand>({"-q"}).output.verbose);
  CHECK(typed_command<ListCommand>({"-v"}).output.verbose);
}

TEST_CASE("what follows a + belongs to it, and columns are of formats that have some") {
  const RowChoice mixed = typed_command<ListCommand>({"-o", "state,+pid,uid"}).rows;
  REQUIRE(mixed.columns.size() == 1);
  CHECK(mixed.columns[0]->name == "STATE");
  REQUIRE(mixed.added_columns.size() == 2);
  CHECK(mixed.added_columns[0]->name == "PID");
  CHECK(mixed.added_columns[1]->name == "UID");
  CHECK(refusal({"-o", "nonsense"}).find("\"nonsense\"") != std::string::npos);
  CHECK(refusal({"-o", "state", "-f", "ndjson"}) ==
        "--output chooses columns of table, plain and csv; ndjson always has all keys");
  for (const char* format : {"table", "plain", "csv"}) CHECK(refusal({"-o", "state", "-f", format}).empty());
}

TEST_CASE("an order names each column once") {
  const auto sort = typed_command<ListCommand>({"-S", "uid,local,uid:desc"}).rows.sort;
  REQUIRE(sort.size() == 2);
  CHECK(sort[0].column->name == "UID");
  CHECK_FALSE(sort[0].descending);
  CHECK(sort[1].column->name == "LOCAL");
  CHECK_FALSE(typed_command<ListCommand>({}).rows.limit);
  CHECK(typed_command<ListCommand>({"--limit", "0"}).rows.limit == 0U);
  CHECK(refusal({"--limit", "x"}).find("limit") != std::string::npos);
}

TEST_CASE("each letter of a list is one choice") {
  struct Case {
    const char* letter;
    bool RowChoice::*choice;
  };
  const std::vector<Case> cases = {{"-p", &RowChoice::processes}, {"-i", &RowChoice::info},
                                   {"-m", &RowChoice::memory},    {"-e", &RowChoice::extended},
                                   {"-r", &RowChoice::resolve},   {"-M", &RowChoice::mptcp}};
  for (const Case& one : cases) {
    CAPTURE(one.letter);
    const RowChoice rows = typed_command<ListCommand>({one.letter}).rows;
    for (const Case& other : cases) CHECK(rows.*other.choice == (one.choice == other.choice));
  }
}

TEST_CASE("samples are at least one, and not closer than 50 ms") {
  CHECK_FALSE(typed_command<WatchCommand>({"watch"}).sampling.count);
  CHECK(typed_command<WatchCommand>({"watch", "--count", "1"}).sampling.count == 1U);
  CHECK(refusal({"watch", "--count", "0"}) == "bad count \"0\" (a watch takes at least one sample)");
  CHECK(typed_command<WatchCommand>({"watch", "--interval", "0.05"}).sampling.interval ==
        std::chrono::milliseconds(50));
  CHECK_FALSE(refusal({"watch", "--interval", "0.049"}).empty());
}

TEST_CASE("why rates cannot be had is said") {
  CHECK(refusal({"--rate", "--source", "rows.ndjson"}) ==
        "--rate takes two samples of a live host; \"rows.ndjson\" has rates if it was saved with --rate "
        "(-o +SENT_BPS shows them)");
  CHECK(refusal({"--rate", "--record", "r1"}) ==
        "--rate takes two samples of a live host, and a record keeps no rates");
  CHECK(refusal({"--rate", "--source", "proc"}) ==
        "--rate compares tcp_info, which /proc does not have: --source netlink");
  CHECK(typed_command<ListCommand>({"--rate", "--source", "both"}).rows.rate);
  CHECK_FALSE(typed_command<ListCommand>({"--source", "rows.ndjson", "-o", "+SENT_BPS"}).rows.rate);
  CHECK(typed_command<ListCommand>({"-o", "SENT_BPS"}).rows.rate);
  CHECK(refusal({"summary", "sent_bps > 1"}) ==
        "a filter by rates compares two samples, which lists and watch take: tcpstat --rate");
  CHECK(refusal({"summary", "--source", "rows.ndjson", "sent_bps > 1"}).empty());
}

TEST_CASE("connections of MPTCP are told by netlink alone") {
  const std::string sentence =
      "--mptcp lists what netlink alone tells: --source netlink, or ndjson that was saved with --mptcp";
  CHECK(refusal({"-M", "--source", "proc"}) == sentence);
  CHECK(refusal({"-M", "--source", "both"}) == sentence);
  CHECK(refusal({"-M", "--source", "netlink"}).empty());
  CHECK_FALSE(typed_command<ListCommand>({}).source.mptcp);
}

TEST_CASE("ports of metrics are told once each, in order, and not too many") {
  const auto metrics = [](const std::string& ports) {
    return typed_command<SummaryCommand>({"summary", "-f", "prometheus", "--ports", ports}).metrics_ports;
  };
  CHECK(metrics("443,80,442-444") == std::vector<std::uint16_t>{80, 442, 443, 444});
  CHECK(metrics("65535") == std::vector<std::uint16_t>{65535});
  CHECK(metrics("1-" + std::to_string(Metrics::kMostPorts)).size() == Metrics::kMostPorts);
  CHECK(refusal({"summary", "-f", "prometheus", "--ports", "1-" + std::to_string(Metrics::kMostPorts + 1)}) ==
        "--ports takes at most " + std::to_string(Metrics::kMostPorts) + " ports: each is eleven series of metrics");
  CHECK_FALSE(refusal({"summary", "-f", "json", "--ports", "80"}).empty());
}

}  // namespace
}  // namespace tcpstat::cli::options
