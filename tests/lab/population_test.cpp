// The lab's own tools: a population is what it says it is, and nothing of it stays behind.

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ostream>

#include "churn.h"
#include "dump.h"
#include "every_state_fixture.h"
#include "listing.h"
#include "population.h"

namespace tcpstat::lab {
namespace {

TEST_SUITE("population") {
  TEST_CASE("a population has as many rows as it says") {
    enter_namespace();
    Mix mix;
    mix.established = 3000;
    mix.half_open = 5000;
    mix.listeners = 10;
    Population population(mix);
    CHECK(population.established() == 3000);
    CHECK(population.half_open() == 5000);
    CHECK(population.listeners() == 10);
    CHECK(count_rows(kMaskAll) == population.rows());
    population.grow(1000);
    CHECK(population.half_open() == 6000);
    CHECK(count_rows(kMaskAll) == population.rows());
    CHECK(repeats_in(dump_cookies(kMaskAll)).duplicates == 0);
    CHECK(dump_proc().size() == population.rows());
  }

  TEST_CASE("the pairs of a population are gone when it is") {
    enter_namespace();
    {
      Mix mix;
      mix.established = 1000;
      const Population population(mix);
      CHECK(count_rows(kMaskAll) == 1000);
    }
    CHECK(count_rows(kMaskAll) == 0);
  }

  TEST_CASE("tcpstat counts the population") {
    enter_namespace();
    Mix mix;
    mix.established = 20000;
    mix.half_open = 30000;
    const Population population(mix);
    for (const std::string source : kSources) {
      CAPTURE(source);
      const Outcome outcome = tcpstat({"summary", "--json", "--source", source});
      CHECK(outcome.exit_code == 0);
      const auto document = nlohmann::json::parse(outcome.out, nullptr, false);
      REQUIRE(document.is_object());
      const auto& by_state = document["summary"]["by_state"];
      CHECK(by_state["established"] == population.established());
      CHECK(by_state["syn_recv"] == population.half_open());
      CHECK(by_state["listen"] == population.listeners());
      CHECK(document["summary"]["by_family"]["ipv6"].get<double>() / static_cast<double>(population.rows()) ==
            doctest::Approx(0.25).epsilon(0.02));
      CHECK(document["duplicates_dropped"] == 0);
    }
  }

  TEST_CASE("a private namespace has its own inode and its own table") {
    enter_namespace();
    const auto first = namespace_inode();
    enter_namespace({128});
    CHECK(namespace_inode() != first);
    CHECK(read_sysctl("net.ipv4.tcp_ehash_entries") == "128");
    CHECK(count_rows(kMaskAll) == 0);
  }
}

}  // namespace
}  // namespace tcpstat::lab
