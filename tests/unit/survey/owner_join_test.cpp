#include "survey/owner_join.h"

#include <doctest/doctest.h>

#include <map>
#include <ostream>

#include "support/rows.h"

namespace tcpstat::survey {
namespace {

class TableLookup final : public OwnerLookup {
 public:
  [[nodiscard]] std::span<const Owner> owners_of(std::uint64_t inode) const override {
    const auto at = owners.find(inode);
    return at == owners.end() ? std::span<const Owner>{} : std::span<const Owner>(at->second);
  }
  [[nodiscard]] const OwnerSearch& search() const override { return searched; }
  [[nodiscard]] std::optional<std::vector<Untabled>> untabled(std::uint64_t) const override { return std::nullopt; }

  std::map<std::uint64_t, std::vector<Owner>> owners;
  OwnerSearch searched{.read = 1};
};

struct Joining {
  TableLookup first;
  TableLookup second;
  bool second_look_fails = false;
  int looks = 0;
  test::Recorder recorder;
  OwnerJoin join{first,
                 [this]() -> const OwnerLookup* {
                   ++looks;
                   return second_look_fails ? nullptr : &second;
                 },
                 recorder};
};

Connection row_of(std::uint64_t inode) {
  Connection row =
      test::connection(State::established, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", 1));
  row.inode = inode;
  return row;
}

TEST_CASE("a row with a holder passes at once") {
  Joining joining;
  joining.first.owners[5] = {{812, 3, "nginx"}};
  joining.join.connection(row_of(5));
  REQUIRE(joining.recorder.rows.size() == 1);
  CHECK(joining.recorder.rows[0].find(R"("processes":[{"pid":812,"name":"nginx","fd":3}])") != std::string::npos);
  joining.join.finish();
  CHECK(joining.looks == 0);
}

TEST_CASE("a row without an inode cannot have a holder and passes at once") {
  Joining joining;
  joining.join.connection(row_of(0));
  REQUIRE(joining.recorder.rows.size() == 1);
  CHECK(joining.recorder.rows[0].find(R"("processes":[])") != std::string::npos);
  CHECK(joining.recorder.rows[0].find(R"("orphan":null)") != std::string::npos);
}

TEST_CASE("a socket that was opened after the first look is found by the second") {
  Joining joining;
  joining.second.owners[6] = {{9, 4, "late"}};
  joining.join.connection(row_of(6));
  joining.join.listener(test::listener(test::endpoint("::", 1)));
  CHECK(joining.recorder.rows.empty());
  joining.join.finish();
  CHECK(joining.looks == 1);
  REQUIRE(joining.recorder.rows.size() == 2);
  CHECK(joining.recorder.rows[0].find("late") != std::string::npos);
  // Nobody holds the listener's inode, and every process could be looked into.
  CHECK(joining.recorder.rows[1].find(R"("orphan":"no-process")") != std::string::npos);
  CHECK(joining.join.without_owner(Orphan::not_permitted) == 0);
}

TEST_CASE("the reason is what the search did not see, and the one that failed comes first") {
  Joining joining;
  std::string reason = "no-process";
  SUBCASE("everything was seen") {}
  SUBCASE("processes outside of the namespace") {
    joining.second.searched.below_host = true;
    reason = "other-pid-namespace";
  }
  SUBCASE("processes that failed") {
    joining.second.searched = {.read = 1, .forbidden = 1, .failed = 1, .below_host = true};
    reason = "owners-unread";
  }
  SUBCASE("the second look failed") {
    joining.second_look_fails = true;
    reason = "owners-unread";
  }
  joining.join.connection(row_of(6));
  joining.join.finish();
  REQUIRE(joining.recorder.rows.size() == 1);
  CHECK(joining.recorder.rows[0].find(R"("orphan":")" + reason + '"') != std::string::npos);
}

TEST_CASE("a tree without processes says nothing of owners") {
  TableLookup nobody;
  nobody.searched.read = 0;
  test::Recorder recorder;
  OwnerJoin join(
      nobody, [] { return nullptr; }, recorder);
  join.connection(row_of(6));
  REQUIRE(recorder.rows.size() == 1);
  CHECK(recorder.rows[0].find(R"("orphan":null)") != std::string::npos);
  CHECK(recorder.rows[0].find(R"("processes":null)") != std::string::npos);
}

TEST_CASE("where some processes are closed to us nothing waits, and the reason says so") {
  Joining joining;
  joining.first.searched.forbidden = 3;
  joining.join.connection(row_of(6));
  REQUIRE(joining.recorder.rows.size() == 1);
  CHECK(joining.recorder.rows[0].find(R"("orphan":"not-permitted")") != std::string::npos);
  CHECK(joining.join.without_owner(Orphan::not_permitted) == 1);
  joining.join.finish();
  CHECK(joining.looks == 0);
}

TEST_CASE("no more than a few thousand rows wait") {
  Joining joining;
  for (std::uint64_t inode = 1; inode <= OwnerJoin::kMaxHeld + 10; ++inode) joining.join.connection(row_of(inode));
  CHECK(joining.recorder.rows.size() == 10);
  joining.join.finish();
  CHECK(joining.recorder.rows.size() == OwnerJoin::kMaxHeld + 10);
}

TEST_CASE("a stop ends the rows that waited") {
  Joining joining;
  for (std::uint64_t inode = 1; inode <= 5; ++inode) joining.join.connection(row_of(inode));
  joining.recorder.stop_at = 2;
  CHECK(joining.join.finish() == Flow::stop);
  CHECK(joining.recorder.rows.size() == 2);
}

}  // namespace
}  // namespace tcpstat::survey
