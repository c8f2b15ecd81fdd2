#include "model/netns.h"

#include <doctest/doctest.h>

namespace tcpstat {
namespace {

TEST_CASE("a number that stands for an inode which may not be read is no inode") {
  CHECK(netns_inode(4'026'531'840) == 4'026'531'840);
  CHECK_FALSE(netns_inode(4'026'531'910 | kUnreadNetns));
  CHECK_FALSE(netns_inode(0));
  CHECK_FALSE(netns_inode(std::nullopt));
}

}  // namespace
}  // namespace tcpstat
