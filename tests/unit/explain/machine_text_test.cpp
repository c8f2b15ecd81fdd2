#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

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

TEST_CASE("both drawings have the same edges, fewer than the table has rows") {
  const std::size_t edges = count(machine_dot(), " -> ");
  CHECK(edges + 1 == count(machine_mermaid(), " --> "));  // and the one from the start
  CHECK(edges < test::lines_of(machine_table()).size());
  CHECK(edges > 2 * kStateCount);
  for (const StateInfo& row : states()) CHECK(count(machine_dot(), row.name) >= 2);
}

}  // namespace
}  // namespace tcpstat::explain
