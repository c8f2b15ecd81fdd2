#include "base/keyed_hash.h"

#include <doctest/doctest.h>

#include <array>
#include <ostream>
#include <set>

namespace tcpstat {
namespace {

TEST_CASE("one hash answers the same twice, and two have two secrets") {
  const KeyedHash one;
  const KeyedHash other;
  const std::array<std::uint64_t, 3> words = {1, 2, 3};
  CHECK(one(words) == one(words));
  CHECK(one(words) != other(words));
}

TEST_CASE("words that differ in a bit, in their order or in their number are told apart") {
  const KeyedHash hash;
  std::set<std::uint64_t> seen;
  std::array<std::uint64_t, 3> words = {0, 0, 0};
  for (std::size_t bit = 0; bit < 192; ++bit) {
    words[bit / 64] = std::uint64_t{1} << bit % 64;
    seen.insert(hash(words));
    words[bit / 64] = 0;
  }
  for (std::size_t count = 0; count <= 3; ++count) seen.insert(hash(std::span(words).first(count)));
  words = {1, 2, 3};
  seen.insert(hash(words));
  words = {3, 2, 1};
  seen.insert(hash(words));
  CHECK(seen.size() == 192 + 4 + 2);
}

}  // namespace
}  // namespace tcpstat
