#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <string>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

/// Whether the host's verdict on two samples says that this is not seen.
bool says(const KernelFacts& facts, std::string_view words) {
  const test::Scene quiet;
  const std::vector<std::string> blind = test::verdict(test::delta(quiet, quiet, facts), "host").blind;
  return std::any_of(blind.begin(), blind.end(),
                     [&](const std::string& one) { return one.find(words) != std::string::npos; });
}

TEST_CASE("between two samples each counter that is not known is said, and no other") {
  struct Row {
    std::optional<std::uint64_t> KernelCounters::*counter;
    std::string_view words;
  };
  const Row rows[] = {{&KernelCounters::syncookies_sent, "the counters of SYN cookies are not known for this time"},
                      {&KernelCounters::embryonic_rsts, "the counter of RSTs in answer to SYN+ACKs is not known"}};
  for (const Row& missing : rows) {
    KernelFacts facts = test::zero_facts();
    (facts.counters.*missing.counter).reset();
    for (const Row& row : rows) {
      CAPTURE(row.words);
      CHECK(says(facts, row.words) == (row.counter == missing.counter));
      CHECK_FALSE(says(test::zero_facts(), row.words));
    }
  }
}

}  // namespace
}  // namespace tcpstat::detect
