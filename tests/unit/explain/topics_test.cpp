#include "explain/topics.h"

#include <doctest/doctest.h>

#include <ostream>
#include <set>

#include "model/state.h"

namespace tcpstat::explain {
namespace {

TEST_CASE("every topic has a name that can be typed, a meaning and a text, and no spelling of a state") {
  std::set<std::string_view> names;
  for (const Topic& topic : topics()) {
    CAPTURE(topic.name);
    CHECK(names.insert(topic.name).second);
    CHECK(as_name(topic.name) == topic.name);
    CHECK_FALSE(topic.meaning.empty());
    CHECK(topic.text.size() > 40);
    CHECK(topic.text.ends_with('.'));
    const auto states = parse_state_word(topic.name);
    CHECK((!states || states->size() > 1));
    CHECK(find_topic(topic.name) == &topic);
  }
  CHECK(find_topic("Backlog") == nullptr);
  CHECK(find_topic("") == nullptr);
}

TEST_CASE("a printed word becomes the name that is typed") {
  CHECK(as_name("flood: single source") == "flood-single-source");
  CHECK(as_name("accept-queue overflow") == "accept-queue-overflow");
  CHECK(as_name("saturated, undecided") == "saturated-undecided");
  CHECK(as_name("HALF_OPEN") == "half-open");
  CHECK(as_name("  a9  ") == "a9");
  CHECK(as_name("::").empty());
}

}  // namespace
}  // namespace tcpstat::explain
