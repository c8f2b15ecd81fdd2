// ndjson, parsed by another program and held against the model field by field.

#include <doctest/doctest.h>

#include <ostream>

#include "support/expected_json.h"

namespace tcpstat::render {
namespace {

TEST_CASE("ndjson is a row a line and one summary line with the envelope") {
  Rendering rendering("ndjson");
  prepare(rendering);
  const Sample sample(rendering);
  const auto lines = test::lines_of(rendering.finish(sample_report(rendering)));
  REQUIRE(lines.size() == sample.expected.size() + 1);
  for (std::size_t i = 0; i < sample.expected.size(); ++i) {
    Json row = sample.expected[i];
    row["type"] = "connection";
    row["time"] = "2026-01-02T03:04:05.678Z";
    row["host"] = "ho\"st";
    row["snapshot"] = 1;
    REQUIRE(Json::parse(lines[i]) == row);
  }
  const Json last = Json::parse(lines.back());
  check_envelope(last);
  CHECK(last["type"] == "summary");
  CHECK(last["snapshot"] == 1);
  CHECK(last["filtered"] == true);
  CHECK(last["states"].size() == kStateCount - 1);
  CHECK(last["states"][2] == "SYN_RECV");
}

TEST_CASE("without rows the summary line is still there") {
  Rendering lines("ndjson");
  const auto text = test::lines_of(lines.finish());
  REQUIRE(text.size() == 1);
  CHECK(Json::parse(text[0])["type"] == "summary");
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
  const Json parsed = Json::parse(test::lines_of(rendering.text())[0]);
  CHECK(parsed["processes"].is_null());
  CHECK(parsed["tcp_info"].is_null());
}

TEST_CASE("every column but the composites is a key of a row") {
  Rendering rendering("ndjson");
  prepare(rendering);
  std::vector<std::byte> info(280);
  Connection row = test::connection(State::established, test::endpoint("::1", 1), test::endpoint("::1", 2));
  row.tcp_info = info;
  const Rates rates;
  row.rates = &rates;
  row.recv_memory_bytes = 1;
  rendering.row(row);
  const Json parsed = Json::parse(test::lines_of(rendering.text())[0]);
  for (const Column& column : columns()) {
    if (column.id == ColumnId::LOCAL || column.id == ColumnId::REMOTE || column.id == ColumnId::PID ||
        column.id == ColumnId::PROCESS) {
      continue;
    }
    std::string key(column.name);
    for (char& c : key) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    CAPTURE(key);
    const Json& object = column.object == JsonObject::memory     ? parsed["memory"]
                         : column.object == JsonObject::rates    ? parsed["rates"]
                         : column.object == JsonObject::tcp_info ? parsed["tcp_info"]
                                                                 : parsed;
    CHECK(object.contains(key));
  }
}

}  // namespace
}  // namespace tcpstat::render
