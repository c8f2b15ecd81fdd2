#include "base/identity_window.h"

#include <doctest/doctest.h>

#include <deque>
#include <ostream>
#include <unordered_set>

#include "support/rows.h"

namespace tcpstat {
namespace {

/// What the window promises, in the plainest way.
class PlainWindow {
 public:
  bool seen(std::uint64_t identity) {
    if (known_.contains(identity)) return true;
    known_.insert(identity);
    order_.push_back(identity);
    if (order_.size() > IdentityWindow::kSize) {
      known_.erase(order_.front());
      order_.pop_front();
    }
    return false;
  }

 private:
  std::deque<std::uint64_t> order_;
  std::unordered_set<std::uint64_t> known_;
};

TEST_CASE("the last kSize identities are known and the one before them is forgotten") {
  IdentityWindow window;
  for (std::uint64_t i = 0; i < IdentityWindow::kSize; ++i) REQUIRE_FALSE(window.seen(i));
  for (std::uint64_t i = 0; i < IdentityWindow::kSize; ++i) REQUIRE(window.seen(i));
  REQUIRE_FALSE(window.seen(IdentityWindow::kSize));  // pushes 0 out
  for (std::uint64_t i = 1; i <= IdentityWindow::kSize; ++i) REQUIRE(window.seen(i));
  CHECK_FALSE(window.seen(0));
}

TEST_CASE("zero is an identity like any other") {
  IdentityWindow window;
  CHECK_FALSE(window.seen(0));
  CHECK(window.seen(0));
}

TEST_CASE("a window answers as a deque and a set do") {
  struct Row {
    std::string_view name;
    std::uint64_t values;    ///< how many different identities there are
    std::uint64_t multiple;  ///< they are multiples of this
  };
  constexpr Row kRows[] = {
      {"fewer than the window holds", IdentityWindow::kSize / 2, 1},
      {"just as many", IdentityWindow::kSize, 1},
      {"one more", IdentityWindow::kSize + 1, 1},
      {"twice as many", IdentityWindow::kSize * 2, 1},
      {"many", 1'000'000, 1},
      {"high bits only", 10'000, std::uint64_t{1} << 50U},
      {"multiples of the table's size", 10'000, 8192},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    test::Random random(row.values);
    IdentityWindow window;
    PlainWindow plain;
    std::uint64_t differences = 0;
    for (int i = 0; i < 100'000; ++i) {
      const std::uint64_t identity = random.below(row.values) * row.multiple;
      if (window.seen(identity) != plain.seen(identity)) ++differences;
    }
    CHECK(differences == 0);
  }
}

TEST_CASE("identities that share their place in the table are told apart") {
  // home() multiplies by an odd number; its inverse makes identities that all land on one slot.
  std::uint64_t inverse = 1;
  for (int i = 0; i < 6; ++i) inverse *= 2 - 0x9E3779B97F4A7C15ULL * inverse;
  IdentityWindow window;
  PlainWindow plain;
  test::Random random(7);
  std::uint64_t differences = 0;
  for (int i = 0; i < 8'000; ++i) {
    const std::uint64_t identity = random.below(6000) * inverse - 1;
    if (window.seen(identity) != plain.seen(identity)) ++differences;
  }
  CHECK(differences == 0);
}

TEST_CASE("the two identities at the top of the range are told apart") {
  IdentityWindow window;
  CHECK_FALSE(window.seen(~std::uint64_t{0}));
  CHECK(window.seen(~std::uint64_t{0}));
  CHECK_FALSE(window.seen(~std::uint64_t{0} - 1));
}

TEST_CASE("what was forgotten is new again") {
  IdentityWindow window;
  window.clear();
  for (std::uint64_t identity = 1; identity <= IdentityWindow::kSize + 5; ++identity) window.seen(identity);
  window.clear();
  std::uint64_t known = 0;
  for (std::uint64_t identity = 1; identity <= IdentityWindow::kSize + 5; ++identity)
    known += window.contains(identity);
  CHECK(known == 0);
  CHECK_FALSE(window.seen(IdentityWindow::kSize));
  CHECK(window.seen(IdentityWindow::kSize));
}

}  // namespace
}  // namespace tcpstat
