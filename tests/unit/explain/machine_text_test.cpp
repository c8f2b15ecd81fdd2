#include <doctest/doctest.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "explain/explanations.h"
#include "machine/linux_profile.h"
#include "support/fixtures.h"

namespace tcpstat::explain {
namespace {

std::size_t count(const std::string& text, std::string_view word) {
  std::size_t found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + word.size())) ++found;
  return found;
}

TEST_CASE("the table and the document have the same steps") {
  const auto document = nlohmann::json::parse(machine_json());
  CHECK(document["states"].size() == kStateCount);
  CHECK(document["transitions"].size() + 1 == test::lines_of(machine_table()).size());
  CHECK(document["traced"].size() == machine::kTracedPairs.size());
}

TEST_CASE("the table keeps to the terminal, and loses nothing there") {
  const auto words = [](const std::string& text) {
    std::istringstream in(text);
    return std::vector<std::string>(std::istream_iterator<std::string>(in), {});
  };
  for (const std::size_t columns : {60U, 80U, 120U}) {
    CAPTURE(columns);
    const std::string table = machine_table(columns);
    for (const std::string& line : test::lines_of(table)) CHECK(display_width(line) <= columns);
    CHECK(words(table) == words(machine_table()));
  }
  CHECK(test::lines_of(machine_table(120)) == test::lines_of(machine_table()));
}

TEST_CASE("both drawings have the same edges, fewer than the table has rows") {
  const std::size_t edges = count(machine_dot(), " -> ");
  CHECK(edges + 1 == count(machine_mermaid(), " --> "));  // and the one from the start
  CHECK(edges < test::lines_of(machine_table()).size());
  CHECK(edges > 2 * kStateCount);
  for (const StateInfo& row : states()) CHECK(count(machine_dot(), row.name) >= 2);
}

}  // namespace
}  // namespace tcpstat::explain
