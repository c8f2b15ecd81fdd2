#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "explain/explanations.h"
#include "machine/reachability.h"
#include "machine/tables.h"

namespace tcpstat::explain {
namespace {

using nlohmann::json;

json pair(Seen from, Seen to) { return json::parse(explain_pair_json(from, to)); }

/// Calls `use(from, to)` for every pair of absent and the eleven states.
template <typename Use>
void each_pair(Use use) {
  for (std::size_t from = 0; from < kSeenCount; ++from) {
    for (std::size_t to = 0; to < kSeenCount; ++to) {
      const std::string words = std::string(name(seen_at(from))) + ":" + std::string(name(seen_at(to)));
      CAPTURE(words);
      use(seen_at(from), seen_at(to));
    }
  }
}

TEST_CASE("the verdict about a pair agrees with the steps and the path beside it") {
  each_pair([](Seen from, Seen to) {
    const json document = pair(from, to);
    const std::string verdict = document["verdict"];
    const std::size_t steps = document["min_steps"];
    const std::vector<std::string> path = document["path"];
    const std::vector<std::vector<std::string>> paths = document["paths"];
    const bool is_child = from == State::listen && to == State::syn_recv;
    CHECK(paths.empty() == (from == to || is_child));
    CHECK(path.size() <= (steps > 1 ? steps - 1 : 0));
    for (const auto& way : paths) {
      CHECK(way.size() == steps - 1);
      for (const std::string& passed : path) CHECK(std::find(way.begin(), way.end(), passed) != way.end());
    }
    CHECK((steps == 0) == (from == to));
    if (verdict == "legal") CHECK(steps <= 1);
    if (verdict == "quirk") CHECK(steps <= 1);
    if (verdict == "reachable") CHECK(steps >= 2);
    for (const auto& way : paths) {
      for (const std::string& passed : way) {
        CHECK(passed != name(from));
        CHECK(passed != name(to));
      }
    }
    const bool reuse = !is_child && machine::reach(from, to).way() == machine::Way::reuse;
    CHECK((verdict == "reuse") == reuse);
    // Only where the end itself is ABSENT or CLOSE can a reuse be told without passing one of them.
    const auto ends_life = [](const std::string& passed) {
      return passed == name(kAbsent) || passed == name(State::close);
    };
    for (const auto& way : paths) CHECK(std::any_of(way.begin(), way.end(), ends_life) == reuse);
  });
}

TEST_CASE("a quirk between samples is one that the tracepoint prints as one step") {
  std::size_t quirks = 0;
  each_pair([&](Seen from, Seen to) {
    const json document = pair(from, to);
    if (document["verdict"] == "quirk") {
      CHECK(document["traced"] == "quirk");
      ++quirks;
    }
    // What the tracepoint prints as an ordinary step is one.
    if (document["traced"] == "legal") CHECK(document["verdict"] == "legal");
    CHECK(document["rfc9293"] == !document["events"].empty());
    CHECK((document["traced"] == "illegal") == document["causes"].is_null());
  });
  CHECK(quirks == 5);
  for (const auto& [from, to] : {std::pair(State::syn_recv, State::close_wait), {State::close, State::syn_recv}}) {
    const json document = pair(from, to);
    CHECK(document["verdict"] == "reachable");
    CHECK(document["traced"] == "quirk");
    CHECK(document["min_steps"] == 2);
  }
}

TEST_CASE("the words about a pair agree with its verdict") {
  each_pair([](Seen from, Seen to) {
    const json document = pair(from, to);
    const std::string verdict = document["verdict"];
    const std::string text = explain_pair(from, to);
    const auto says = [&](std::string_view words) { return text.find(words) != std::string::npos; };
    CHECK(says("only by reuse") == (verdict == "reuse"));
    CHECK(says("reachable in") == (verdict == "reachable"));
    CHECK(says("unchanged:") == (from == to));
    CHECK((says("legal in one step") || says("legal: ")) == (verdict == "legal" && from != to));
    // A SHOULD that contradicts another section is told, and is no step.
    const bool should = says("should enter");
    if (document["rfc9293"]) CHECK_FALSE(says("no single step"));
    if (!document["rfc9293"]) CHECK(says("no single step") != should);
  });
}

}  // namespace
}  // namespace tcpstat::explain
