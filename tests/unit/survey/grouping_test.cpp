// Counts by keys.

#include "survey/grouping.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat::survey {
namespace {

const Endpoint kServer = test::endpoint("192.0.2.1", 443);

std::string text(const GroupValue& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return std::to_string(*number);
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
  return "-";
}

std::string text(const std::vector<Group>& groups) {
  std::string out;
  for (const Group& group : groups) {
    for (const GroupValue& value : group.values) out += text(value) + " ";
    out += group.count ? std::to_string(*group.count) : "null";
    out += "\n";
  }
  return out;
}

TEST_CASE("groups are exact, the largest first, then by their values") {
  test::TableNames names;
  names.users = {{1000, "alice"}};
  names.namespaces = {{7, "web"}};
  names.interfaces = {{5, "eth0"}};
  names.cgroups = {{77, "/a"}};
  names.cgroup_places = {{77, {"a.service", "", ""}}};
  names.process_places = {{1, {"web.service", "c0ffee", "8e1f"}}};
  const std::vector<Owner> two = {{1, 3, "web"}, {1, 4, "web"}, {2, 3, "worker"}};
  const auto fill = [&](Grouping& grouping) {
    Connection row = test::connection(State::established, kServer, test::endpoint("198.51.100.7", 1));
    row.owners = two;
    row.cgroup = 77;
    grouping.connection(row);
    row.owners = {};
    row.netns = 7;
    row.interface = 5;
    row.orphan = Orphan::not_accepted;
    row.remote = test::endpoint("198.51.100.9", 1);
    row.uid = 7;
    grouping.connection(row);
    row = test::connection(State::time_wait, test::endpoint("::ffff:192.0.2.1", 443),
                           test::endpoint("::ffff:198.51.100.7", 2));
    row.uid.reset();
    grouping.connection(row);
    grouping.listener(test::listener(test::endpoint("::", 22)));
    grouping.connection(test::connection(State::close, test::endpoint("::1", 80), {}));
  };
  struct Row {
    std::vector<std::string> keys;
    std::string_view groups;
  };
  const Row rows[] = {
      {{"state"}, "ESTABLISHED 2\nCLOSE 1\nLISTEN 1\nTIME_WAIT 1\n"},
      {{"family"}, "ipv6 3\nipv4 2\n"},
      {{"phase"}, "open 2\nclosed 1\nlingering 1\nlistening 1\n"},
      {{"local_port"}, "443 3\n22 1\n80 1\n"},
      {{"local"}, "192.0.2.1:443 2\n192.0.2.1%eth0:443 1\n[::1]:80 1\n[::]:22 1\n"},
      // v4-mapped is the IPv4 address that it is; LISTEN and CLOSE have no remote end.
      {{"remote_address"}, "- 2\n198.51.100.7 2\n198.51.100.9 1\n"},
      {{"remote_prefix"}, "198.51.100.0/24 3\n- 2\n"},
      {{"user"}, "alice 3\n- 1\n7 1\n"},
      // Two descriptors of one process are one process, two processes are two.
      {{"process"}, "- 4\nweb 1\nworker 1\n"},
      {{"pid"}, "- 4\n1 1\n2 1\n"},
      {{"process", "pid"}, "- - 4\nweb 1 1\nworker 2 1\n"},
      {{"remote_port"}, "- 2\n1 2\n2 1\n"},
      {{"local_address"}, "192.0.2.1 3\n:: 1\n::1 1\n"},
      {{"remote"}, "- 2\n198.51.100.7:1 1\n198.51.100.7:2 1\n198.51.100.9:1 1\n"},
      {{"interface"}, "- 4\neth0 1\n"},
      {{"netns"}, "- 4\nweb 1\n"},
      {{"cgroup"}, "- 3\n/a 2\n"},
      // Of the process that holds it, else of its control group.
      {{"unit"}, "- 3\na.service 1\nweb.service 1\n"},
      {{"container"}, "- 4\nc0ffee 1\n"},
      {{"pod"}, "- 4\n8e1f 1\n"},
      {{"orphan"}, "- 4\nnot-accepted 1\n"},
      {{"state", "family"}, "ESTABLISHED ipv4 2\nCLOSE ipv6 1\nLISTEN ipv6 1\nTIME_WAIT ipv6 1\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.keys.front());
    Grouping grouping(row.keys, names);
    fill(grouping);
    CHECK(text(grouping.groups()) == row.groups);
    CHECK(grouping.keys() == row.keys);
  }
}

TEST_CASE("a link-local peer is another one on each device") {
  test::TableNames names;
  names.interfaces = {{5, "eth0"}};
  Connection row = test::connection(State::established, test::endpoint("fe80::1", 22), test::endpoint("fe80::2", 9));
  const auto groups = [&](const std::string& key) {
    Grouping grouping({key}, names);
    for (const std::uint32_t device : {5U, 5U, 6U}) {
      row.interface = device;
      grouping.connection(row);
    }
    return text(grouping.groups());
  };
  CHECK(groups("remote") == "[fe80::2%eth0]:9 2\n[fe80::2%6]:9 1\n");
  CHECK(groups("remote_address") == "fe80::2%eth0 2\nfe80::2%6 1\n");
  CHECK(groups("local") == "[fe80::1%eth0]:22 2\n[fe80::1%6]:22 1\n");
  CHECK(groups("local_address") == "fe80::1%eth0 2\nfe80::1%6 1\n");
}

TEST_CASE("every key that is offered can be counted by") {
  test::TableNames names;
  for (const std::string_view key : group_key_names()) {
    CAPTURE(key);
    Grouping grouping({std::string(key)}, names);
    grouping.connection(test::connection(State::established, kServer, kServer));
    REQUIRE(grouping.groups().size() == 1);
    CHECK(grouping.groups()[0].count == 1U);
    // What nobody told of this socket is a value, too.
    const std::string value = text(grouping.groups()[0].values[0]);
    const bool told = key == "state" || key == "family" || key == "phase" || key == "user" || key == "timer" ||
                      key.find("port") != key.npos || key.starts_with("local") || key.starts_with("remote");
    CHECK((value != "-") == told);
  }
  CHECK(group_key_names().size() == group_keys().size() + 2);
}

TEST_CASE("a key needs what the column needs that shows the same, and owners are looked for where they are counted") {
  CHECK(needs_of_key("state").owners == OwnersNeed::none);
  CHECK(needs_of_key("process").owners == OwnersNeed::required);
  CHECK(needs_of_key("pid").owners == OwnersNeed::required);
  CHECK(needs_of_key("unit").owners == OwnersNeed::helpful);
  CHECK(needs_of_key("orphan").owners == OwnersNeed::helpful);
  CHECK(needs_of_key("ulp").parts.tcp_info);
  CHECK(needs_of_key("mptcp_role").parts.tcp_info);
  CHECK(needs_of_key("congestion").parts.congestion);
  CHECK_FALSE(needs_of_key("local_port").parts.tcp_info);
}

}  // namespace
}  // namespace tcpstat::survey
