#include "record/cell_table.h"

#include <doctest/doctest.h>

#include <map>
#include <ostream>
#include <random>

namespace tcpstat::record {
namespace {

const std::vector<TableColumn> kColumns = {{"state", CellKind::raw},
                                           {"port", CellKind::number},
                                           {"due", CellKind::time},
                                           {"user", CellKind::word},
                                           {"rtt", CellKind::number, true}};

struct Row {
  std::uint64_t identity;
  CellValue state = 1;
  CellValue port = 0;
  CellValue due = 0;
  std::string user = {};
  CellValue rtt = 0;
};

TableSample sample_of(const std::vector<Row>& rows) {
  TableSample sample;
  for (const Row& row : rows) {
    sample.identities.push_back(row.identity);
    CellValue user = 0;
    if (!row.user.empty()) {
      sample.words.push_back(row.user);
      user = sample.words.size();
    }
    for (const CellValue cell : {row.state, row.port, row.due, user, row.rtt}) sample.cells.push_back(cell);
  }
  return sample;
}

/// Rows by port, as "state due user rtt".
std::map<CellValue, std::string> rows_of(const Table& table) {
  std::map<CellValue, std::string> rows;
  for (std::size_t slot = 0; slot < table.slots(); ++slot) {
    if (!table.is_used(slot)) continue;
    const auto row = table.row(slot);
    rows[row[1]] = std::to_string(row[0]) + " " + std::to_string(row[2]) + " " + std::string(table.word(row[3])) + " " +
                   std::to_string(row[4]);
  }
  return rows;
}

TEST_CASE("a key frame has everything, a difference what is new, gone and changed") {
  TableEncoder encoder(kColumns, 100);
  Table table;
  REQUIRE(
      table.apply_key(encoder.key(sample_of({{1, 1, 80, 0, "root"}, {2, 1, 81, 5000, "www", 7}}), {{"host", "a"}})));
  CHECK(table.facts() == TableFacts{{"host", "a"}});
  CHECK(table.columns() == kColumns);
  CHECK(rows_of(table) == std::map<CellValue, std::string>{{80, "1 0 root 0"}, {81, "1 5000 www 7"}});
  REQUIRE(table.apply_difference(encoder.difference(sample_of({{3, 2, 82, 0, "new"}, {2, 1, 81, 5050, "www"}}))));
  // 50 ms are within the tolerance; rtt is not known any more and stays.
  CHECK(rows_of(table) == std::map<CellValue, std::string>{{81, "1 5000 www 7"}, {82, "2 0 new 0"}});
  CHECK(table.rows() == 2);
  REQUIRE(table.apply_difference(encoder.difference(sample_of({{3, 2, 82, 0, "new"}, {2, 6, 81, 5150, "www"}}))));
  // In another state the old rtt says nothing.
  CHECK(rows_of(table) == std::map<CellValue, std::string>{{81, "6 5150 www 0"}, {82, "2 0 new 0"}});
  CHECK(encoder.difference(sample_of({{3, 2, 82, 0, "new"}, {2, 6, 81, 5150, "www"}})).empty());
}

TEST_CASE("a time that is not known any more is unknown, however little that moves its cell") {
  TableEncoder encoder(kColumns, 100);
  Table table;
  REQUIRE(table.apply_key(encoder.key(sample_of({{1, 1, 80, 50}, {2, 1, 81, 0}}), {})));
  REQUIRE(table.apply_difference(encoder.difference(sample_of({{1, 1, 80, 0}, {2, 1, 81, 50}}))));
  CHECK(rows_of(table) == std::map<CellValue, std::string>{{80, "1 0  0"}, {81, "1 50  0"}});
}

TEST_CASE("what a row keeps goes through a key frame too") {
  TableEncoder encoder(kColumns, 100);
  Table table;
  REQUIRE(table.apply_key(encoder.key(sample_of({{1, 1, 80, 0, "", 9}}), {})));
  REQUIRE(table.apply_key(encoder.key(sample_of({{1, 1, 80, 0, ""}}), {})));
  CHECK(rows_of(table) == std::map<CellValue, std::string>{{80, "1 0  9"}});
}

TEST_CASE("two rows of one identity are two rows") {
  TableEncoder encoder(kColumns, 0);
  Table table;
  const std::vector<Row> twins = {{1, 1, 80}, {1, 1, 81}};
  REQUIRE(table.apply_key(encoder.key(sample_of(twins), {})));
  for (int i = 0; i < 3; ++i) {
    REQUIRE(table.apply_difference(encoder.difference(sample_of(twins))));
    CHECK(rows_of(table).size() == 2);
    CHECK(table.rows() == 2);
  }
  REQUIRE(table.apply_difference(encoder.difference(sample_of({{1, 1, 81}}))));
  CHECK(rows_of(table) == std::map<CellValue, std::string>{{81, "1 0  0"}});
}

std::vector<Row> random_rows(std::mt19937& random) {
  std::vector<Row> rows;
  for (std::uint64_t identity = 0; identity < 40; ++identity) {
    if (random() % 3 == 0) continue;
    Row row{identity, 1 + random() % 3, 1000 + identity, random() % 2 * (random() % 4000), "", random() % 2 * 11};
    if (random() % 2 == 0) row.user = "user" + std::to_string(random() % 7);
    rows.push_back(row);
  }
  return rows;
}

TEST_CASE("a reader has what the writer was given, after any number of samples") {
  std::mt19937 random(7);  // NOLINT: the same each time
  TableEncoder encoder(kColumns, 0);
  Table table;
  std::map<CellValue, Row> kept;
  for (int round = 0; round < 300; ++round) {
    const std::vector<Row> rows = random_rows(random);
    const bool key = round % 20 == 0;
    const TableSample sample = sample_of(rows);
    REQUIRE((key ? table.apply_key(encoder.key(sample, {})) : table.apply_difference(encoder.difference(sample))));
    std::map<CellValue, std::string> wanted;
    std::map<CellValue, Row> now;
    for (Row row : rows) {
      const auto before = kept.find(row.port);
      if (row.rtt == 0 && before != kept.end() && before->second.state == row.state) row.rtt = before->second.rtt;
      wanted[row.port] =
          std::to_string(row.state) + " " + std::to_string(row.due) + " " + row.user + " " + std::to_string(row.rtt);
      now[row.port] = row;
    }
    REQUIRE(rows_of(table) == wanted);
    kept = now;
  }
}

TEST_CASE("no payload of others makes a table that cannot be") {
  std::mt19937 random(11);  // NOLINT
  TableEncoder encoder(kColumns, 0);
  const std::string key = encoder.key(sample_of(random_rows(random)), {{"host", "a"}});
  const std::string difference = encoder.difference(sample_of(random_rows(random)));
  for (int round = 0; round < 20'000; ++round) {
    std::string bad_key = key;
    std::string bad_difference = difference;
    if (round % 2 == 0) bad_key[random() % bad_key.size()] = static_cast<char>(random());
    bad_difference[random() % bad_difference.size()] = static_cast<char>(random());
    if (round % 3 == 0) bad_difference.resize(random() % bad_difference.size());
    Table table;
    if (!table.apply_key(bad_key)) continue;
    table.apply_difference(bad_difference);
    CHECK(table.rows() <= table.slots());
    rows_of(table);  // sanitizers look
  }
}

TEST_CASE("a small payload takes no memory beyond measure") {
  const auto key = [](std::size_t facts) {
    TableEncoder encoder(kColumns, 0);
    return encoder.key(sample_of({{1, 1, 80}}), std::vector<std::pair<std::string, std::string>>(facts));
  };
  CHECK(Table().apply_key(key(1024)));
  CHECK_FALSE(Table().apply_key(key(1025)));
}

TEST_CASE("sections of a later version are passed over") {
  TableEncoder encoder(kColumns, 0);
  std::string payload = encoder.key(sample_of({{1, 1, 80}}), {});
  payload += std::string("\x63\x02") + "xy";
  Table table;
  REQUIRE(table.apply_key(payload));
  CHECK(rows_of(table).size() == 1);
}

}  // namespace
}  // namespace tcpstat::record
