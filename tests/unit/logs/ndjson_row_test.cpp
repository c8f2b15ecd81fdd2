#include "parsers/logs/ndjson_row.h"

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "model/row_store.h"
#include "render/cell_text.h"
#include "render/formats.h"
#include "support/fixtures.h"
#include "support/rows.h"

namespace tcpstat::logs {
namespace {

using nlohmann::json;

/// Rows as ndjson lines, without what no row says (time, host).
class Lines {
 public:
  explicit Lines(Names& names)
      : list_(render::find_format("ndjson")->list(
            {.out = out_, .names = names, .facts = {}, .columns = {}, .processes = true, .tcp_info = true})) {}

  template <typename Row>
  std::string of(const Row& row) {
    out_.clear();
    if constexpr (std::is_same_v<Row, Connection>) {
      list_->connection(row);
    } else {
      list_->listener(row);
    }
    std::string line(out_.view());
    line.pop_back();
    return line;
  }

 private:
  TextBuffer out_;
  std::unique_ptr<render::ListWriter> list_;
};

/// What is different on purpose: a row that came from a file says so.
json without_source(const std::string& line) {
  json row = json::parse(line);
  row.erase("source");
  return row;
}

std::string round_trip(NdjsonDecoder& decoder, Lines& lines, const std::string& line) {
  const auto row = decoder.decode(line);
  if (const auto* connection = std::get_if<Connection>(&row)) return lines.of(*connection);
  if (const auto* listener = std::get_if<Listener>(&row)) return lines.of(*listener);
  return "null";
}

TEST_CASE("a row that is written and read back says the same") {
  test::Random random(31);
  test::TableNames names;
  names.users = {{0, "root"}, {1000, "we\"ird\\na\nme"}};
  names.interfaces = {{5, "eth0"}};
  names.cgroups = {{77, "/system.slice/ssh.service"}};
  RecordedNames recorded;
  NdjsonDecoder decoder(recorded);
  Lines lines(names);
  Lines lines_again(recorded);
  const std::vector<Owner> owners = {{1, 3, "init"}, {812, 4, "a)b|\"\\\x01"}, {812, 5, ""}};
  for (int i = 0; i < 1000; ++i) {
    Connection row = random.connection();
    if (random.once_in(3)) row.interface = 5;
    if (random.once_in(3)) row.cgroup = 77;
    if (random.once_in(2)) {
      row.owners_known = true;
      if (row.inode != 0) row.owners = owners;
    }
    if (row.timer == TimerKind::none) row.timer_ms.reset();
    const std::string line = lines.of(row);
    CAPTURE(line);
    REQUIRE(without_source(round_trip(decoder, lines_again, line)) == without_source(line));
    Listener listener = random.listener();
    if (random.once_in(3)) listener.owners = owners;
    listener.owners_known = !listener.owners.empty();
    const std::string other = lines.of(listener);
    CAPTURE(other);
    REQUIRE(without_source(round_trip(decoder, lines_again, other)) == without_source(other));
  }
}

/// All cells of a row as the table shows them, by column.
template <typename Row>
std::map<std::string_view, std::string> cells(const Row& row, Names& names) {
  std::map<std::string_view, std::string> out;
  for (const Column& column : columns()) {
    TextBuffer text;
    render::append_cell(text, cell_of(column, row, names), {.timer_details = true});
    out[column.name] = text.view();
  }
  return out;
}

TEST_CASE("a row that is written and read back has the same cell in every column") {
  test::Random random(17);
  test::TableNames names;
  names.users = {{1000, "alice"}};
  names.process_places = {{1, {"init.scope", "web", "8e1f"}}};
  names.cgroup_places = {{77, {"ssh.service", "", ""}}};
  names.namespaces = {{4026532248U, "web"}};
  names.interfaces = {{5, "eth0"}};
  names.cgroups = {{77, "/system.slice/ssh.service"}};
  RecordedNames recorded;
  NdjsonDecoder decoder(recorded);
  Lines lines(names);
  const std::vector<Owner> owners = {{1, 3, "init"}, {812, 4, "a)b|\"\\"}};
  std::vector<std::byte> info(280, std::byte{7});
  std::set<std::string_view> empty;
  for (const Column& column : columns()) empty.insert(column.name);
  const auto compare = [&](std::map<std::string_view, std::string> before,
                           std::map<std::string_view, std::string> after) {
    for (const auto& [column, text] : before) {
      if (text != "-") empty.erase(column);
    }
    before["SOURCE"] = after["SOURCE"];  // a row that came from a file says so
    REQUIRE(after == before);
  };
  for (int i = 0; i < 300; ++i) {
    Connection row = random.connection();
    row.netns = 4026532248U;
    row.interface = 5;
    row.v6only = i % 2 == 0;
    row.ulp = {'m', 'p', 't', 'c', 'p'};
    row.cgroup = 77;
    row.owners_known = true;
    row.owners = owners;
    row.mark = 1;
    row.tcp_info = std::span(info).first(random.below(281));
    row.congestion = row.tcp_info.empty() ? "" : "cubic";
    if (!row.tcp_info.empty() && i % 3 > 0) {
      row.congestion_values.kind = i % 3 == 1 ? CongestionValues::Kind::bbr : CongestionValues::Kind::dctcp;
      row.congestion_values.numbers = {random.number(), 1, 2, 3};
    }
    const Rates rates = {random.number(), 0, 1, 2, 3};
    if (i % 2 == 0) row.rates = &rates;
    row.orphan = Orphan::not_permitted;
    row.flags.add(RowFlag::leak);
    if (row.timer == TimerKind::none) row.timer_ms.reset();
    const std::string line = lines.of(row);
    CAPTURE(line);
    const auto again = decoder.decode(line);
    REQUIRE(std::holds_alternative<Connection>(again));
    compare(cells(row, names), cells(std::get<Connection>(again), recorded));
    Listener listener = random.listener();
    listener.syn_recv = 7;
    listener.cgroup = 77;
    const std::string other = lines.of(listener);
    CAPTURE(other);
    const auto listener_again = decoder.decode(other);
    REQUIRE(std::holds_alternative<Listener>(listener_again));
    compare(cells(listener, names), cells(std::get<Listener>(listener_again), recorded));
  }
  CHECK(empty == std::set<std::string_view>{});  // each column had something to lose
}

TEST_CASE("a recorded file is written as it was read, and its last line is no row") {
  RecordedNames names;
  NdjsonDecoder decoder(names);
  Lines lines(names);
  const auto recorded = test::lines_of(test::fixture("recorded/tcpstat.ndjson"));
  REQUIRE(recorded.size() == 104);
  for (std::size_t i = 0; i + 1 < recorded.size(); ++i) {
    CAPTURE(recorded[i]);
    json before = json::parse(recorded[i]);
    json after = json::parse(round_trip(decoder, lines, recorded[i]));
    // The list says whether it is of MPTCP, not the reader.
    for (const char* key : {"source", "time", "host", "netns", "protocol"}) {
      before.erase(key);
      after.erase(key);
    }
    // The file is older than some keys; what it does not have is null.
    const auto add_nulls = [](const json& from, json& to) {
      for (const auto& [key, value] : from.items()) {
        if (value.is_null()) to.emplace(key, value);
      }
    };
    add_nulls(after, before);
    if (json& info = before["tcp_info"]; info.is_object()) {
      add_nulls(after["tcp_info"], info);
      // Round-trip times that were not measured were numbers then.
      const bool measured = info["rtt_us"] != 0;
      for (const char* key : {"rtt_us", "rttvar_us", "min_rtt_us"}) {
        if (!measured) info[key] = nullptr;
      }
      if (info["rcv_rtt_us"] == 0) info["rcv_rtt_us"] = nullptr;
    }
    REQUIRE(after == before);
  }
  CHECK(std::holds_alternative<NdjsonDecoder::NoRow>(decoder.decode(recorded.back())));
}

TEST_CASE("a number that tcp_info lacks is unknown, wherever it stands") {
  RecordedNames names;
  NdjsonDecoder decoder(names);
  const auto row =
      decoder.decode(R"({"state":"estab","local_address":"192.0.2.1","local_port":443,"remote_address":"198.51.100.7",)"
                     R"("remote_port":40000,"tcp_info":{"rtt_us":7,"cwnd":null,"total_rto":1}})");
  REQUIRE(std::holds_alternative<Connection>(row));
  const auto info = std::get<Connection>(row).tcp_info;
  for (const TcpInfoField& field : tcp_info_fields()) {
    const std::string_view key = field.key;
    CAPTURE(key);
    if (key == "rtt_us" || key == "total_rto") {
      CHECK(tcp_info_value(info, field) == (key == "rtt_us" ? 7U : 1U));
    } else {
      CHECK_FALSE(tcp_info_value(info, field));
    }
  }
  RowStore kept;
  kept.keep(std::get<Connection>(row));
  CHECK_FALSE(tcp_info_value(kept.connections()[0].tcp_info, tcp_info_field("cwnd")));
}

TEST_CASE("keys may be missing, and unknown ones are passed over") {
  RecordedNames names;
  NdjsonDecoder decoder(names);
  const auto row =
      decoder.decode(R"({"state":"estab","local_address":"192.0.2.1","local_port":443,"remote_address":"198.51.100.7",)"
                     R"("remote_port":40000,"from_the_future":{"a":[1,2]}})");
  REQUIRE(std::holds_alternative<Connection>(row));
  const auto& connection = std::get<Connection>(row);
  CHECK(connection.state == State::established);
  CHECK(connection.origin == Origin::file);
  CHECK_FALSE(connection.uid);
  CHECK_FALSE(connection.recv_queue);
  CHECK_FALSE(connection.cookie);
  CHECK_FALSE(connection.owners_known);
  CHECK(connection.timer == TimerKind::unknown);
}

TEST_CASE("FIN_WAIT2 that waits like TIME_WAIT is no full socket, which would have tcp_info") {
  const auto minisocket = [](const char* timer) {
    RecordedNames names;
    NdjsonDecoder decoder(names);
    const auto row = decoder.decode(std::string(R"({"type":"connection","state":"FIN_WAIT2","family":"ipv4",)") +
                                    R"("local_address":"192.0.2.1","local_port":1,"remote_address":"192.0.2.2",)" +
                                    R"("remote_port":2,"timer":")" + timer + R"(","orphan":"closed-by-process"})");
    return std::get<Connection>(row).minisocket;
  };
  CHECK(minisocket("time_wait"));
  CHECK_FALSE(minisocket("keepalive"));
}

TEST_CASE("flags of a later version are passed over, and what is no list of words is a flaw") {
  RecordedNames names;
  NdjsonDecoder decoder(names);
  const auto decoded = [&](const std::string& flags) {
    return decoder.decode(R"({"state":"ESTABLISHED","local_address":"192.0.2.1","local_port":443,"remote_address":)"
                          R"("198.51.100.7","remote_port":40000,"flags":)" +
                          flags + "}");
  };
  const auto row = decoded(R"(["leak","from-the-future"])");
  REQUIRE(std::holds_alternative<Connection>(row));
  RowFlags expected;
  expected.add(RowFlag::leak);
  CHECK(std::get<Connection>(row).flags == expected);
  for (const auto* flags : {R"("leak")", "[7]", "{}", "[[\"leak\"]]"}) {
    CAPTURE(flags);
    CHECK(std::holds_alternative<Flaw>(decoded(flags)));
  }
}

TEST_CASE("a row has so many owners at most") {
  RecordedNames names;
  NdjsonDecoder decoder(names);
  const auto owners_of = [&](int count) -> std::optional<std::size_t> {
    std::string list;
    for (int i = 0; i < count; ++i) list += i == 0 ? R"({"pid":1})" : R"(,{"pid":1})";
    const auto row =
        decoder.decode(R"({"state":"LISTEN","local_address":"::","local_port":1,"processes":[)" + list + "]}");
    if (std::holds_alternative<Flaw>(row)) return std::nullopt;
    return std::get<Listener>(row).owners.size();
  };
  CHECK(owners_of(65'536) == 65'536U);
  CHECK(owners_of(65'537) == std::nullopt);
}

TEST_CASE("a container has a name beside its number, and a name of its own has no other") {
  RecordedNames names;
  NdjsonDecoder decoder(names);
  const auto name_of = [&](std::uint64_t pid, const std::string& container) {
    static_cast<void>(decoder.decode(R"({"state":"LISTEN","local_address":"::","local_port":1,"processes":[{"pid":)" +
                                     std::to_string(pid) + R"(}],"container":")" + container +
                                     R"(","container_name":"x"})"));
    const CgroupPlace* place = names.place_of_process(static_cast<std::uint32_t>(pid));
    REQUIRE(place != nullptr);
    CHECK(place->container == container);
    return place->container_name;
  };
  CHECK(name_of(1, std::string(64, 'a')) == "x");
  CHECK(name_of(2, "web") == "");
}

TEST_CASE("what must be text and is none makes a row unreadable, wherever it stands") {
  RecordedNames names;
  NdjsonDecoder decoder(names);
  const auto decoded = [&](const std::string& key, const std::string& value) {
    return decoder.decode(R"({"state":"LISTEN","local_address":"::","local_port":1,")" + key + R"(":)" + value + "}");
  };
  for (const std::string key :
       {"user", "interface", "cgroup", "orphan", "unit", "container", "pod", "container_name"}) {
    CAPTURE(key);
    CHECK(std::holds_alternative<Listener>(decoded(key, "null")));
    for (const std::string value : {"7", "[]", "{}", "true"}) {
      CAPTURE(value);
      const auto row = decoded(key, value);
      REQUIRE(std::holds_alternative<Flaw>(row));
      CHECK(std::get<Flaw>(row) == Flaw::unreadable_number);
    }
  }
}

TEST_CASE("lines that are no connection are no rows, or flaws") {
  struct Row {
    std::string_view name;
    std::string_view line;
    std::optional<Flaw> flaw;
  };
  constexpr Row kRows[] = {
      {"a summary", R"({"type":"summary","total":3})", std::nullopt},
      {"a transition", R"({"type":"transition","from":"LISTEN"})", std::nullopt},
      {"not JSON", "hello", Flaw::not_json},
      {"cut", R"({"type":"connection","state":"LIS)", Flaw::not_json},
      {"an array", "[]", Flaw::not_json},
      {"a number", "7", Flaw::not_json},
      {"no state", R"({"local_port":1})", Flaw::missing_field},
      {"a state that nobody knows", R"({"state":"OPENISH","local_address":"::","local_port":1})", Flaw::unknown_state},
      {"a group as state", R"({"state":"half-open","local_address":"::","local_port":1})", Flaw::unknown_state},
      {"type is a number", R"({"type":7})", Flaw::unreadable_number},
      {"no local end", R"({"state":"LISTEN"})", Flaw::unreadable_number},
      {"a host name", R"({"state":"LISTEN","local_address":"localhost","local_port":1})", Flaw::unreadable_number},
      {"a port of 17 bits", R"({"state":"LISTEN","local_address":"::","local_port":65536})", Flaw::unreadable_number},
      {"a negative port", R"({"state":"LISTEN","local_address":"::","local_port":-1})", Flaw::unreadable_number},
      {"a port with a fraction", R"({"state":"LISTEN","local_address":"::","local_port":1.5})",
       Flaw::unreadable_number},
      {"a port as text", R"({"state":"LISTEN","local_address":"::","local_port":"1"})", Flaw::unreadable_number},
      {"a uid of 33 bits", R"({"state":"LISTEN","local_address":"::","local_port":1,"uid":4294967296})",
       Flaw::unreadable_number},
      {"a cookie that is no number", R"({"state":"LISTEN","local_address":"::","local_port":1,"cookie":"12x"})",
       Flaw::unreadable_number},
      {"no remote end", R"({"state":"ESTABLISHED","local_address":"::","local_port":1})", Flaw::unreadable_number},
      {"processes are no list", R"({"state":"LISTEN","local_address":"::","local_port":1,"processes":{}})",
       Flaw::unreadable_number},
      {"a process without pid", R"({"state":"LISTEN","local_address":"::","local_port":1,"processes":[{"name":"x"}]})",
       Flaw::unreadable_number},
      {"tcp_info is no object",
       R"({"state":"ESTABLISHED","local_address":"::","local_port":1,"remote_address":"::","remote_port":1,"tcp_info":[]})",
       Flaw::unreadable_number},
      {"a round-trip time of 41 bits",
       R"({"state":"ESTABLISHED","local_address":"::","local_port":1,)"
       R"("remote_address":"::","remote_port":1,"tcp_info":{"rtt_us":1099511627776}})",
       Flaw::unreadable_number},
      {"an RTO whose microseconds need 33 bits",
       R"({"state":"ESTABLISHED","local_address":"::","local_port":1,"remote_address":"::","remote_port":1,)"
       R"("tcp_info":{"rto_ms":4294968}})",
       Flaw::unreadable_number},
      {"a window scale of 5 bits",
       R"({"state":"ESTABLISHED","local_address":"::","local_port":1,)"
       R"("remote_address":"::","remote_port":1,"tcp_info":{"snd_wscale":16}})",
       Flaw::unreadable_number},
      {"ends of two families",
       R"({"state":"ESTABLISHED","local_address":"192.0.2.1","local_port":1,"remote_address":"::","remote_port":1})",
       Flaw::unknown_family},
      {"another family than it says", R"({"state":"LISTEN","family":"ipv6","local_address":"0.0.0.0","local_port":1})",
       Flaw::unknown_family},
  };
  RecordedNames names;
  NdjsonDecoder decoder(names);
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    const auto decoded = decoder.decode(row.line);
    if (row.flaw) {
      REQUIRE(std::holds_alternative<Flaw>(decoded));
      CHECK(std::get<Flaw>(decoded) == *row.flaw);
    } else {
      CHECK(std::holds_alternative<NdjsonDecoder::NoRow>(decoded));
    }
  }
}

TEST_CASE("every truncated prefix of a recorded line is a flaw") {
  RecordedNames names;
  NdjsonDecoder decoder(names);
  const auto lines = test::lines_of(test::fixture("recorded/tcpstat.ndjson"));
  for (std::size_t i = 0; i < lines.size(); i += 20) {
    for (std::size_t size = 0; size < lines[i].size(); ++size) {
      REQUIRE(std::holds_alternative<Flaw>(decoder.decode(std::string_view(lines[i]).substr(0, size))));
    }
  }
}

TEST_CASE("names come from the file alone") {
  RecordedNames names;
  names.record_user(1000, "there");
  const std::uint32_t device = names.record_interface("eth7");
  const std::uint64_t group = names.record_cgroup("/a");
  CHECK(names.user(1000) == "there");
  CHECK(names.user(1001).empty());
  CHECK(names.interface(device) == "eth7");
  CHECK(names.cgroup(group) == "/a");
  CHECK(names.record_interface("eth7") == device);
  CHECK(names.record_interface("eth8") != device);
  CHECK(names.cgroup(1).empty());
  // Views stay valid however many names follow.
  const std::string_view first = names.interface(device);
  for (int i = 0; i < 1000; ++i) names.record_interface("dev" + std::to_string(i));
  CHECK(first == "eth7");
}

}  // namespace
}  // namespace tcpstat::logs
