#include "parsers/host/many_namespaces.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <ostream>
#include <string>
#include <vector>

#include "filter/query.h"
#include "parsers/host/network_namespace.h"
#include "support/rows.h"

namespace tcpstat::host {
namespace {

TEST_CASE("all and lists are several") {
  CHECK(names_several("all"));
  CHECK(names_several("web,812"));
  for (const auto* one : {"", "web", "812", "/run/netns/all", "ALL"}) CHECK_FALSE(names_several(one));
}

TEST_CASE("of a list each must be there, and counts once") {
  const auto twice = chosen_namespaces("/proc/self/ns/net,/proc/self/ns/net");
  REQUIRE(twice);
  CHECK(twice->namespaces.size() == 1);
  const auto missing = chosen_namespaces("/proc/self/ns/net,no-such-namespace");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().sentence().find("\"no-such-namespace\"") != std::string::npos);
  CHECK_FALSE(chosen_namespaces(","));
}

constexpr const char* kOwn = "/proc/self/ns/net";

std::uint64_t own_inode() { return namespace_inode(kOwn).value_or(0); }

TEST_CASE("of a list namespaces are known by the word that named them, and by their name") {
  const auto chosen = chosen_namespaces(std::string(",") + kOwn + ",");
  REQUIRE(chosen);
  REQUIRE(chosen->namespaces.size() == 1);
  const KnownNamespace& own = chosen->namespaces.front();
  CHECK(own.inode == own_inode());
  REQUIRE(own.words.size() > 1);
  CHECK(own.words.front() == kOwn);
  CHECK(own.label == list_namespaces().namespaces.front().label);
}

TEST_CASE("all is all, whatever is named beside it, if that is there") {
  const auto inodes = [](const NamespaceList& list) {
    std::vector<std::uint64_t> out;
    for (const KnownNamespace& one : list.namespaces) out.push_back(one.inode);
    return out;
  };
  const auto all = chosen_namespaces("all");
  REQUIRE(all);
  CHECK(all->namespaces.front().inode == own_inode());
  const auto beside = chosen_namespaces(std::string("all,") + kOwn);
  REQUIRE(beside);
  CHECK(inodes(*beside).front() == own_inode());
  CHECK(beside->namespaces.front().words.front() != kOwn);
  CHECK_FALSE(chosen_namespaces("all,no-such-namespace"));
  const auto none = chosen_namespaces(",");
  REQUIRE_FALSE(none);
  CHECK(none.error().sentence() == "cannot find the network namespaces \",\": it names none");
}

TEST_CASE("a namespace is gone where no word leads to it any more") {
  CHECK_FALSE(is_gone({own_inode(), "own", {"no-such-namespace", kOwn}}));
  CHECK(is_gone({own_inode(), "own", {"no-such-namespace"}}));
  CHECK(is_gone({own_inode(), "own", {}}));
  CHECK(is_gone({own_inode() + 1, "other", {kOwn}}));
  const auto gone = open_namespace({own_inode() + 1, "web", {kOwn}}, {});
  REQUIRE_FALSE(gone);
  CHECK(gone.error().sentence() == "cannot find the network namespace of web: it is gone");
  const auto missing = open_namespace({0, "web", {"no-such-namespace", "nor-this"}}, {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().sentence().find("no-such-namespace") != std::string::npos);
}

TEST_CASE("our own namespace is opened without entering it") {
  const auto host = open_namespace({own_inode(), "own", {}}, {.netns = "no-such-namespace", .source = SourceId::proc});
  REQUIRE(host);
  CHECK((*host)->facts().netns == own_inode());
  CHECK((*host)->source_name() == "proc");
}

TEST_CASE("what could not be seen is told with its number") {
  NamespaceList list;
  CHECK(hidden_namespaces(list) == "");
  const std::string why = ::geteuid() == 0 ? " (root lacks CAP_SYS_PTRACE here)" : " (run as root)";
  list.hidden_processes = 1;
  CHECK(hidden_namespaces(list) == "the network namespaces of 1 process could not be seen" + why);
  list.incomplete = Error{"look through /proc"};
  CHECK(hidden_namespaces(list) == "some network namespaces may be missing: " + list.incomplete->sentence());
  list.incomplete.reset();
  list.hidden_processes = 2;
  CHECK(hidden_namespaces(list) == "the network namespaces of 2 processes could not be seen" + why);
}

TEST_CASE("several namespaces are one host, whose rows say where they are from") {
  const HostOptions options{.netns = std::string(kOwn) + "," + kOwn, .source = SourceId::proc};
  auto opened = open_many(options);
  REQUIRE(opened);
  Host& host = **opened;
  CHECK(host.spans_namespaces());
  CHECK_FALSE(host.is_file());
  CHECK(host.source_name() == "proc");
  CHECK_FALSE(host.facts().netns.has_value());
  CHECK(host.facts().host.has_value());
  const std::string label = list_namespaces().namespaces.front().label;
  CHECK(host.names().netns(own_inode()) == label);
  for (const int look : {1, 2}) {
    CAPTURE(look);
    test::Counter rows;
    Coverage coverage;
    REQUIRE(host.read({}, rows, coverage));
    CHECK(coverage.complete);
    REQUIRE(coverage.namespaces.size() == 1);
    CHECK(coverage.namespaces[0].inode == own_inode());
    CHECK(coverage.namespaces[0].name == label);
    CHECK(coverage.namespaces[0].rows == coverage.rows_read);
    CHECK(coverage.namespaces[0].complete);
    CHECK(rows.connections + rows.listeners == coverage.rows_read);
  }
  std::vector<std::string> visited;
  CHECK(host.visit_namespaces([&](const VisitedNamespace& one) {
    visited.push_back(std::string(one.name));
    REQUIRE(one.host != nullptr);
    CHECK(one.error == nullptr);
    CHECK(one.inode == own_inode());
    CHECK(one.host->facts().netns == own_inode());
  }) == "");
  CHECK(visited == std::vector<std::string>{label});
}

TEST_CASE("a device has to be in one of the namespaces, and another /proc has no words for them") {
  HostOptions options{.netns = std::string(kOwn) + "," + kOwn, .source = SourceId::proc};
  options.devices = {"no-such-device"};
  const auto missing = open_many(options);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().sentence() ==
        "cannot select the device \"no-such-device\": no network namespace has such a device (see: ip link)");
  options.proc_root = "/tmp";
  const auto root = open_many(options);
  REQUIRE_FALSE(root);
  CHECK(root.error().sentence() == "cannot read the network namespaces \"" + options.netns +
                                       "\" from /tmp: a directory knows namespaces by process (with --proc-root only "
                                       "--netns PID works)");
  options.proc_root.clear();
  options.devices.clear();
  options.netns = std::string(kOwn) + ",no-such-namespace";
  CHECK_FALSE(open_many(options));
}

}  // namespace
}  // namespace tcpstat::host
