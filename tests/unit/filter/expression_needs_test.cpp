// What a filter needs to be evaluated: filter/expression_needs.cpp.

#include <doctest/doctest.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "filter/expression.h"
#include "filter/parsed.h"

namespace tcpstat::filter {
namespace {

using test::parsed;

ExpressionNeeds needed(std::string_view text) { return needs_of(parsed(text)); }

TEST_CASE("ends, states and families are in every row") {
  for (const std::string_view text : {"", "src 10/8", "sport = 80", "family ipv4", "dst 10/8 or not dport = 80"}) {
    CAPTURE(text);
    const ExpressionNeeds needs = needed(text);
    CHECK_FALSE(needs.states);
    CHECK_FALSE(needs.autobound);
    CHECK_FALSE(needs.marks);
    CHECK_FALSE(needs.owners());
    CHECK(needs.devices.empty());
    CHECK(needs.cgroups.empty());
    CHECK(needs.netlink_word == "");
    CHECK(needs.row_word == "");
    CHECK_FALSE(needs.columns.parts.tcp_info);
  }
  CHECK(needed("state listen").states);
  CHECK(needed("sport = 80 and not (state listen or uid 1)").states);
  CHECK(needed("state listen").row_word == "");
  const auto files = std::make_shared<const PrefixSet>(std::vector<Prefix>());
  CHECK(needs_of(Expression(Test(AddressSetTest{Side::local, "f", files}))).row_word == "");
}

TEST_CASE("what /proc does not tell, and what a transition does not carry, is named by its field") {
  struct Row {
    std::string_view text;
    std::string_view netlink;
    std::string_view row;
  };
  for (const Row& row :
       {Row{"dev eth0", "dev", "dev"}, Row{"fwmark 5", "fwmark", "fwmark"}, Row{"autobound", "autobound", "autobound"},
        Row{"uid 5", "", "UID"}, Row{"user alice", "", "USER"}, Row{"rtt > 1ms", "RTT_US", "RTT_US"},
        Row{"flag leak", "leak", "FLAGS"}, Row{"flag stale", "", "FLAGS"}, Row{"cgroup /a", "CGROUP", "CGROUP"},
        Row{"pid 5", "", "PID"}, Row{"process a", "", "PROCESS"}, Row{"known rtt", "", "RTT_US"},
        Row{"known cgroup or dev 7", "dev", "dev"}, Row{"dev 7 or known cgroup", "dev", "CGROUP"},
        Row{"dev 7 and uid 5", "dev", "UID"}}) {
    CAPTURE(row.text);
    CHECK(needed(row.text).netlink_word == row.netlink);
    CHECK(needed(row.text).row_word == row.row);
  }
}

TEST_CASE("names are looked for, numbers are not") {
  CHECK(needed("dev eth0 or dev v0").devices == std::vector<std::string>{"eth0", "v0"});
  CHECK(needed("dev 7 or dev 0 or dev if7").devices.empty());
  CHECK(needed("cgroup /a and not cgroup /b").cgroups == std::vector<std::string>{"/a", "/b"});
  CHECK(needed("unit ssh").cgroups.empty());
  CHECK(needed("fwmark 5").marks);
  CHECK_FALSE(needed("dev 7").marks);
  CHECK(needed("not autobound").autobound);
  CHECK_FALSE(needed("fwmark 5").autobound);
}

TEST_CASE("owners are searched for where only a search tells") {
  CHECK(needed("pid 5").columns.owners == OwnersNeed::required);
  CHECK(needed("process a").columns.owners == OwnersNeed::required);
  CHECK(needed("known process").columns.owners == OwnersNeed::required);
  CHECK(needed("uid 5").columns.owners == OwnersNeed::none);
  struct Row {
    std::string_view reason;
    bool searched;
  };
  for (const Row& row : {Row{"time-wait", false}, Row{"half-open", false}, Row{"not-accepted", false},
                         Row{"closed-by-process", false}, Row{"owners-unread", true}, Row{"not-permitted", true},
                         Row{"other-pid-namespace", true}, Row{"no-process", true}}) {
    CAPTURE(row.reason);
    const ExpressionNeeds needs = needed("orphan " + std::string(row.reason));
    CHECK(needs.owners() == row.searched);
    CHECK((needs.columns.owners == OwnersNeed::required) == row.searched);
  }
  // Only the column of reasons takes its words for reasons.
  CHECK_FALSE(needed("congestion no-process").owners());
}

TEST_CASE("needs of all tests are added up") {
  const ExpressionNeeds needs = needed("rtt > 1ms or (mem > 1k and congestion bbr)");
  CHECK(needs.columns.parts.tcp_info);
  CHECK(needs.columns.parts.memory);
  CHECK(needs.columns.parts.congestion);
  CHECK_FALSE(needs.columns.rates);
  CHECK(needed("known mem").columns.parts.memory);
}

}  // namespace
}  // namespace tcpstat::filter
