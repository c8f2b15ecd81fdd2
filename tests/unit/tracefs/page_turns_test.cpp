#include "parsers/tracefs/page_turns.h"

#include <doctest/doctest.h>

#include <deque>
#include <ostream>

namespace tcpstat::tracefs {
namespace {

/// Buffers of processors: each page is the time of its last record.
struct Buffers {
  std::vector<std::deque<std::uint64_t>> pages;
  std::vector<std::uint64_t> read = {};
  std::size_t enough = 1000;

  Expected<std::uint64_t> drain() {
    return read_in_turns(
        pages.size(),
        [this](std::size_t at) -> Expected<std::optional<std::uint64_t>> {
          if (pages[at].empty()) return std::optional<std::uint64_t>();
          const std::uint64_t time = pages[at].front();
          pages[at].pop_front();
          read.push_back(time);
          return std::optional(time);
        },
        [this] { return read.size() >= enough; });
  }
};

TEST_CASE("all that is there is read, and nothing is left") {
  Buffers buffers{.pages = {{10, 20, 30}, {}, {15}}};
  CHECK(buffers.drain() == UINT64_MAX);
  CHECK(buffers.read == std::vector<std::uint64_t>{10, 15, 20, 30});
  CHECK(Buffers{}.drain() == UINT64_MAX);
}

TEST_CASE("where there is too much for once, each processor gives some, and what is older than the rest is known") {
  Buffers buffers{.pages = {{10, 20, 30, 40}, {12, 14, 16, 18}, {11}}, .enough = 4};
  // Of the second processor something between 14 and 20 may be left.
  CHECK(buffers.drain() == 14U);
  CHECK(buffers.read == std::vector<std::uint64_t>{10, 12, 11, 20, 14});
  // Nothing more is wanted, and still each gives a page.
  CHECK(buffers.drain() == 16U);
  CHECK(buffers.drain() == 18U);
  CHECK(buffers.drain() == UINT64_MAX);
  CHECK(buffers.read.size() == 9);
}

TEST_CASE("a buffer that cannot be read is an error") {
  const auto fails = [](std::size_t) -> Expected<std::optional<std::uint64_t>> { return failure("read", 5); };
  CHECK_FALSE(read_in_turns(1, fails, [] { return false; }));
}

}  // namespace
}  // namespace tcpstat::tracefs
