#include "render/json_row.h"

#include <doctest/doctest.h>
#include <netinet/in.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "model/column.h"
#include "model/netns.h"
#include "support/rows.h"

namespace tcpstat::render {
namespace {

using nlohmann::json;

template <typename Row>
json written(const Row& row) {
  test::TableNames names;
  TextBuffer out;
  out.append('{');
  append_json_members(out, row, names, "7", {.processes = true, .tcp_info = true});
  out.append('}');
  return json::parse(out.view());
}

std::set<std::string> keys_of(const json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

/// Of all columns that are not made of others, and what belongs to the whole dump.
struct Expected {
  Expected() {
    for (const Column& each : columns()) {
      if (each.key.view().empty()) continue;
      in_object(each).emplace(each.key.view());
    }
  }
  std::set<std::string>& in_object(const Column& column) {
    switch (column.object) {
      case JsonObject::memory:
        return memory;
      case JsonObject::rates:
        return rates;
      case JsonObject::tcp_info:
        return tcp_info;
      case JsonObject::row:
        break;
    }
    return row;
  }
  std::set<std::string> row = {"protocol", "netns", "memory", "rates", "tcp_info"};
  std::set<std::string> memory;
  std::set<std::string> rates;
  std::set<std::string> tcp_info;
};

TEST_CASE("a row has the namespace that it was read in, and that of the run where it names none") {
  test::TableNames names;
  const auto netns_of = [&](std::uint64_t of_row) {
    Connection row;
    row.netns = of_row;
    TextBuffer out;
    out.append('{');
    append_json_members(out, row, names, "7", {.netns = 7});
    out.append('}');
    return json::parse(out.view())["netns"];
  };
  CHECK(netns_of(7) == 7);
  CHECK(netns_of(4'026'531'840) == 4'026'531'840);
  CHECK(netns_of(0) == 7);
  CHECK(netns_of(4'026'531'910 | kUnreadNetns) == 7);
}

TEST_CASE("a row says what it is a connection of, as transitions do") {
  test::TableNames names;
  const auto protocol_of = [&](const auto& row, Protocol protocol) {
    TextBuffer out;
    out.append('{');
    append_json_members(out, row, names, "7", {.protocol = protocol});
    out.append('}');
    return json::parse(out.view())["protocol"];
  };
  CHECK(protocol_of(Connection(), Protocol::tcp) == IPPROTO_TCP);
  CHECK(protocol_of(Connection(), Protocol::mptcp) == IPPROTO_MPTCP);
  CHECK(protocol_of(Listener(), Protocol::mptcp) == IPPROTO_MPTCP);
}

TEST_CASE("a row has a key for every column, and no other") {
  std::vector<std::byte> info(280);
  Connection row = test::connection(State::established, test::endpoint("::1", 1), test::endpoint("::1", 2));
  row.tcp_info = info;
  const Rates rates;
  row.rates = &rates;
  row.recv_memory_bytes = 1;
  const Expected expected;
  const json connection = written(row);
  CHECK(keys_of(connection) == expected.row);
  CHECK(keys_of(connection["tcp_info"]) == expected.tcp_info);
  CHECK(keys_of(connection["memory"]) == expected.memory);
  CHECK(keys_of(connection["rates"]) == expected.rates);
  CHECK(keys_of(written(test::listener(test::endpoint("::1", 1)))) == expected.row);
}

TEST_CASE("columns without a key of their own are made of others") {
  std::set<std::string_view> composite;
  for (const Column& each : columns()) {
    if (each.key.view().empty()) composite.insert(each.name);
  }
  CHECK(composite == std::set<std::string_view>{"LOCAL", "REMOTE", "PID"});
}

TEST_CASE("a line of ndjson begins with its type, its time, its host and the number of its sample") {
  CHECK(ndjson_line_start("connection", "2026-01-02T03:04:05Z", "a\"b", 3) ==
        R"({"type":"connection","time":"2026-01-02T03:04:05Z","host":"a\"b","snapshot":3)");
  CHECK(ndjson_line_start("summary", "now", std::nullopt, 1) ==
        R"({"type":"summary","time":"now","host":null,"snapshot":1)");
}

}  // namespace
}  // namespace tcpstat::render
