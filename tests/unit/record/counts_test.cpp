#include "record/counts.h"

#include <doctest/doctest.h>

namespace tcpstat::record {
namespace {

TEST_CASE("a table of counts has a name, a value and words about it") {
  const auto columns = count_columns();
  REQUIRE(columns.size() == 3);
  CHECK(columns[kCountName] == TableColumn{"name", CellKind::word});
  CHECK(columns[kCountValue] == TableColumn{"value", CellKind::number});
  CHECK(columns[kCountText] == TableColumn{"text", CellKind::word});
}

TEST_CASE("each count is a row, and what is not known is none") {
  CountsPacker counts;
  counts.add("state/ipv4", "LISTEN", 7);
  counts.add("counter", "unknown", std::nullopt, "text");
  counts.add("finding", "a/b", 0, "words");
  const TableSample sample = counts.take();
  CHECK(sample.rows() == 2);
  CHECK(sample.words == std::vector<std::string>{"state/ipv4/LISTEN", "finding/a/b", "words"});
  CHECK(sample.cells == std::vector<CellValue>{1, 8, 0, 2, 1, 3});
}

TEST_CASE("a count is the same row in each sample, by its kind and its name") {
  const auto identity = [](std::string_view kind, std::string_view name, std::uint64_t value) {
    CountsPacker counts;
    counts.add(kind, name, value);
    return counts.take().identities.at(0);
  };
  CHECK(identity("state/ipv4", "LISTEN", 1) == identity("state/ipv4", "LISTEN", 2));
  CHECK(identity("state/ipv4", "LISTEN", 1) != identity("state/ipv6", "LISTEN", 1));
  CHECK(identity("state/ipv4", "LISTEN", 1) != identity("state/ipv4", "CLOSE", 1));
}

}  // namespace
}  // namespace tcpstat::record
