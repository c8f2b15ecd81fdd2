// json and ndjson, parsed by another program and held against the model field by field.

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "model/tcp_info.h"
#include "support/fixtures.h"
#include "support/render.h"

namespace tcpstat::render {
namespace {

using nlohmann::json;
using test::Rendering;

template <typename T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

json or_null(std::string_view word) { return word.empty() ? json() : json(word); }

/// What the row's keys must be.
json expected_socket(const Socket& row, State state, test::TableNames& names) {
  json out;
  out["family"] = name(row.family);
  out["state"] = name(state);
  out["phase"] = name(info(state).phase);
  out["local_address"] = to_string(row.local.address);
  out["local_port"] = row.local.port;
  out["uid"] = or_null(row.uid);
  out["user"] = row.uid ? or_null(names.user(*row.uid)) : json();
  out["inode"] = row.inode == 0 ? json() : json(row.inode);
  out["orphan"] = or_null(name(row.orphan));
  out["source"] = name(row.origin);
  out["interface"] = or_null(names.interface(row.interface));
  out["cgroup"] = row.cgroup ? or_null(names.cgroup(*row.cgroup)) : json();
  out["mark"] = or_null(row.mark);
  out["cookie"] = row.cookie ? json(std::to_string(*row.cookie)) : json();
  out["processes"] = json();
  if (row.owners_known) {
    out["processes"] = json::array();
    for (const Owner& owner : row.owners) {
      out["processes"].push_back({{"pid", owner.pid}, {"name", owner.name}, {"fd", owner.fd}});
    }
  }
  out["netns"] = 4026531840U;
  return out;
}

json expected_row(const Connection& row, test::TableNames& names) {
  json out = expected_socket(row, row.state, names);
  const bool remote = row.state != State::close;
  out["remote_address"] = remote ? json(to_string(row.remote.address)) : json();
  out["remote_port"] = remote ? json(row.remote.port) : json();
  out["recv_queue"] = or_null(row.recv_queue);
  out["send_queue"] = or_null(row.send_queue);
  out["accept_queue"] = out["accept_limit"] = out["syn_recv"] = json();
  out["timer"] = or_null(name(row.timer));
  out["timer_ms"] = or_null(row.timer_ms);
  out["retransmits"] = or_null(row.retransmits);
  out["age_ms"] = or_null(row.age_ms);
  out["flags"] = json::array();
  for (const RowFlagInfo& flag : kRowFlags) {
    if (row.flags.has(flag.flag)) out["flags"].push_back(flag.name);
  }
  out["tcp_info"] = json();
  if (!row.tcp_info.empty()) {
    out["tcp_info"]["congestion"] = or_null(row.congestion);
    for (const TcpInfoField& field : tcp_info_fields()) {
      out["tcp_info"][std::string(field.key)] = or_null(tcp_info_value(row.tcp_info, field));
    }
  }
  return out;
}

json expected_row(const Listener& row, test::TableNames& names) {
  json out = expected_socket(row, State::listen, names);
  for (const char* key :
       {"remote_address", "remote_port", "recv_queue", "send_queue", "timer_ms", "retransmits", "age_ms", "tcp_info"}) {
    out[key] = json();
  }
  out["accept_queue"] = or_null(row.accept_queue);
  out["accept_limit"] = or_null(row.accept_limit);
  out["syn_recv"] = or_null(row.syn_recv);
  out["timer"] = "none";
  out["flags"] = json::array();
  return out;
}

void prepare(Rendering& rendering) {
  rendering.settings.processes = rendering.settings.tcp_info = true;
  rendering.settings.facts.host = "ho\"st";
  rendering.settings.facts.kernel = "6.1.0";
  rendering.settings.facts.netns = 4026531840U;
  rendering.names.users = {{0, "root"}, {1000, "we\"ird\n"}};
  rendering.names.interfaces = {{5, "eth0"}};
  rendering.names.cgroups = {{77, "/system.slice/\t"}};
}

/// Random rows with all that they can carry, and what they must become.
struct Sample {
  explicit Sample(Rendering& rendering) {
    test::Random random(67);
    static const std::vector<Owner> kOwners = {{1, 3, "init"}, {812, 4, "a)b|\"\\\x01"}};
    static std::vector<std::byte> info(280);
    for (std::byte& byte : info) byte = static_cast<std::byte>(random.number());
    for (int i = 0; i < 500; ++i) {
      Connection row = random.connection();
      if (random.once_in(2)) row.interface = 5;
      if (random.once_in(2)) row.cgroup = 77;
      row.owners_known = random.once_in(2);
      if (row.owners_known && random.once_in(2)) row.owners = kOwners;
      if (random.once_in(2)) {
        row.tcp_info = std::span(info).first(random.below(281));
        row.congestion = "cu\"bic";
      }
      rendering.row(row);
      expected.push_back(expected_row(row, rendering.names));
      if (i % 5 != 0) continue;
      const Listener listener = random.listener();
      rendering.row(listener);
      expected.push_back(expected_row(listener, rendering.names));
    }
  }

  std::vector<json> expected;
};

Report sample_report(const Rendering& rendering) {
  Report report;
  report.facts = rendering.settings.facts;
  report.source = "netlink";
  report.selected = StateSet::all() - StateSet{State::close};
  report.limited = true;
  report.filtered = true;
  report.coverage.duplicates_dropped = 9;
  report.coverage.complete = false;
  report.coverage.warn("a_code", "a \"message\"\n\xFF");
  report.tally.add(State::syn_recv, Family::ipv4);
  report.tally.add(State::syn_recv, Family::ipv6);
  report.tally.add(State::listen, Family::ipv6);
  return report;
}

void check_envelope(const json& envelope) {
  CHECK(envelope["schema_version"] == 1);
  CHECK(envelope["tool"] == json({{"name", "tcpstat"}, {"version", "0.0.0"}}));
  CHECK(envelope["time"] == "2026-01-02T03:04:05.678Z");
  CHECK(envelope["host"] == "ho\"st");
  CHECK(envelope["kernel"] == "6.1.0");
  CHECK(envelope["netns"] == 4026531840U);
  CHECK(envelope["source"] == "netlink");
  CHECK(envelope["complete"] == false);
  CHECK(envelope["limited"] == true);
  CHECK(envelope["duplicates_dropped"] == 9);
  CHECK(envelope["warnings"] == json({{{"code", "a_code"}, {"message", "a \"message\"\n\xEF\xBF\xBD"}}}));
  CHECK(envelope["summary"]["total"] == 3);
  CHECK(envelope["summary"]["by_family"] == json({{"ipv4", 1}, {"ipv6", 2}}));
  const json& by_state = envelope["summary"]["by_state"];
  CHECK(by_state.size() == kStateCount);
  CHECK(by_state["syn_recv"] == 2);
  CHECK(by_state["listen"] == 1);
  CHECK(by_state["time_wait"] == 0);
  CHECK(by_state["close"].is_null());  // not selected
}

TEST_CASE("json is one document, each row a line, every key always there") {
  Rendering rendering("json");
  prepare(rendering);
  const Sample sample(rendering);
  const std::string text = rendering.finish(sample_report(rendering));
  const json document = json::parse(text);
  check_envelope(document);
  REQUIRE(document["connections"].size() == sample.expected.size());
  for (std::size_t i = 0; i < sample.expected.size(); ++i) {
    REQUIRE(document["connections"][i] == sample.expected[i]);
  }
  // Before the rows: the start, and the list's own line; behind them: its end, and the rest.
  CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) == sample.expected.size() + 4);
}

TEST_CASE("ndjson is a row a line and one summary line with the envelope") {
  Rendering rendering("ndjson");
  prepare(rendering);
  const Sample sample(rendering);
  const auto lines = test::lines_of(rendering.finish(sample_report(rendering)));
  REQUIRE(lines.size() == sample.expected.size() + 1);
  for (std::size_t i = 0; i < sample.expected.size(); ++i) {
    json row = sample.expected[i];
    row["type"] = "connection";
    row["time"] = "2026-01-02T03:04:05.678Z";
    row["host"] = "ho\"st";
    row["snapshot"] = 1;
    REQUIRE(json::parse(lines[i]) == row);
  }
  const json last = json::parse(lines.back());
  check_envelope(last);
  CHECK(last["type"] == "summary");
  CHECK(last["snapshot"] == 1);
  CHECK(last["filtered"] == true);
  CHECK(last["states"].size() == kStateCount - 1);
  CHECK(last["states"][2] == "SYN_RECV");
}

TEST_CASE("without rows both are still whole") {
  Rendering one("json");
  const json document = json::parse(one.finish());
  CHECK(document["connections"] == json::array());
  CHECK(document["host"].is_null());
  CHECK(document["kernel"].is_null());
  CHECK(document["netns"].is_null());
  Rendering lines("ndjson");
  const auto text = test::lines_of(lines.finish());
  REQUIRE(text.size() == 1);
  CHECK(json::parse(text[0])["type"] == "summary");
}

TEST_CASE("processes and tcp_info are null unless asked for") {
  Rendering rendering("ndjson");
  const std::vector<Owner> owners = {{1, 3, "init"}};
  std::vector<std::byte> info(280);
  Connection row = test::connection(State::established, test::endpoint("::1", 1), test::endpoint("::1", 2));
  row.owners = owners;
  row.owners_known = true;
  row.tcp_info = info;
  rendering.row(row);
  const json parsed = json::parse(test::lines_of(rendering.text())[0]);
  CHECK(parsed["processes"].is_null());
  CHECK(parsed["tcp_info"].is_null());
}

TEST_CASE("a summary is the envelope without rows") {
  Rendering rendering("json");
  prepare(rendering);
  Summary summary;
  summary.keys = {"state", "user"};
  summary.groups = {{{std::string("LISTEN"), std::string("a\xFF")}, 3}, {{std::string("CLOSE"), {}}, std::nullopt}};
  rendering.summary(sample_report(rendering), summary);
  json document = json::parse(rendering.text());
  check_envelope(document);
  CHECK_FALSE(document.contains("connections"));
  CHECK_FALSE(document.contains("phases"));
  CHECK(document["groups"] == json({{{"state", "LISTEN"}, {"user", "a\xEF\xBF\xBD"}, {"count", 3}},
                                    {{"state", "CLOSE"}, {"user", nullptr}, {"count", nullptr}}}));

  Rendering lines("ndjson");
  prepare(lines);
  summary.details = true;
  summary.phases = {{{std::string("half-closed")}, 2}, {{std::string("open")}, std::nullopt}};
  Listener listener = test::listener(test::endpoint("::", 22));
  listener.syn_recv = 4;
  listener.accept_limit.reset();
  summary.listeners = {listener};
  summary.top_remotes = {{"198.51.100.7", 5, 1}};
  summary.top_prefixes = {{"198.51.100.0/24", 6, 0}};
  lines.summary(sample_report(lines), summary);
  document = json::parse(lines.text());
  CHECK(document["type"] == "summary");
  CHECK(document["phases"].size() == 2);
  for (const auto& [key, value] : document["phases"].items()) CHECK(key.find('-') == std::string::npos);
  CHECK(document["listeners"] == json({{{"local_address", "::"},
                                        {"local_port", 22},
                                        {"accept_queue", 0},
                                        {"accept_limit", nullptr},
                                        {"syn_recv", 4}}}));
  CHECK(document["top_remotes"] == json({{{"key", "198.51.100.7"}, {"count", 5}, {"error", 1}}}));
  CHECK(document["top_prefixes"] == json({{{"key", "198.51.100.0/24"}, {"count", 6}, {"error", 0}}}));
}

TEST_CASE("keys are words of lower-case letters, digits and underscores") {
  Rendering rendering("json");
  prepare(rendering);
  const Sample sample(rendering);
  const json document = json::parse(rendering.finish(sample_report(rendering)));
  std::set<std::string> keys;
  const std::function<void(const json&)> collect = [&](const json& value) {
    for (const auto& [key, inner] : value.items()) {
      if (value.is_object()) keys.insert(key);
      if (inner.is_structured()) collect(inner);
    }
  };
  collect(document);
  for (const std::string& key : keys) {
    CAPTURE(key);
    CHECK(key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos);
    CHECK(key[0] >= 'a');
  }
}

TEST_CASE("every column but the composites is a key of a row") {
  Rendering rendering("ndjson");
  prepare(rendering);
  std::vector<std::byte> info(280);
  Connection row = test::connection(State::established, test::endpoint("::1", 1), test::endpoint("::1", 2));
  row.tcp_info = info;
  rendering.row(row);
  const json parsed = json::parse(test::lines_of(rendering.text())[0]);
  for (const Column& column : columns()) {
    if (column.id == ColumnId::LOCAL || column.id == ColumnId::REMOTE || column.id == ColumnId::PID ||
        column.id == ColumnId::PROCESS) {
      continue;
    }
    std::string key(column.name);
    for (char& c : key) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    CAPTURE(key);
    CHECK((parsed.contains(key) || parsed["tcp_info"].contains(key)));
  }
}

TEST_CASE("a failed write stops the rows") {
  for (const Format& format : formats()) {
    if (format.name == "table") continue;  // see table_test.cpp: its first rows wait for their widths
    CAPTURE(format.name);
    TextBuffer broken(1'000'000);
    broken.append("x");
    broken.flush();
    test::TableNames names;
    const auto renderer =
        format.list({.out = broken, .names = names, .facts = {}, .columns = {&column(ColumnId::STATE)}});
    CHECK(renderer->connection(test::connection(State::established, {}, {})) == Flow::stop);
    CHECK(renderer->listener(test::listener({})) == Flow::stop);
  }
}

TEST_CASE("formats are found by name") {
  CHECK(formats().size() == 5);
  for (const Format& format : formats()) CHECK(find_format(format.name) == &format);
  CHECK(find_format("yaml") == nullptr);
  CHECK(find_format("") == nullptr);
  for (const std::string_view with_columns : {"table", "plain", "csv"}) CHECK(find_format(with_columns)->has_columns);
  for (const std::string_view without : {"json", "ndjson"}) CHECK_FALSE(find_format(without)->has_columns);
}

}  // namespace
}  // namespace tcpstat::render
