#include "parsers/host/opened_host.h"

#include <doctest/doctest.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>

#include "cli/in_child.h"
#include "filter/query.h"
#include "report/source_names.h"
#include "support/fixtures.h"
#include "support/proc_root.h"
#include "support/rows.h"

namespace tcpstat::host {
namespace {

std::string why(const HostOptions& options) {
  const auto host = open_host(options);
  return host ? "opened" : host.error().sentence();
}

TEST_CASE("a saved file is a host whose rows are all that is known") {
  const std::string path = test::fixture_path("recorded/tcp");
  const auto host = open_host({.source = SourceId::file, .file = path});
  REQUIRE(host);
  CHECK((*host)->is_file());
  CHECK((*host)->source_name() == "file");
  CHECK(!(*host)->boot_id());
  CHECK(!(*host)->kernel_facts().settings.syncookies);
  CHECK((*host)->evidence_names().rows == path);
  test::Counter counter;
  Coverage coverage;
  CHECK((*host)->read({}, counter, coverage));
  CHECK(counter.connections + counter.listeners == coverage.rows_read);
  CHECK(coverage.rows_read > 0);
  test::Counter nothing;
  (*host)->read_half_opens_from_proc(Family::ipv4, 100, nothing);
  CHECK(nothing.connections == 0);
}

TEST_CASE("a file is refused where it cannot answer") {
  const std::string path = test::fixture_path("recorded/tcp");
  CHECK(why({.source = SourceId::file, .file = path, .needs_owners = true}) ==
        "cannot filter " + path +
            " by process: the file does not say who held the sockets (ndjson that was saved with -p has them)");
  CHECK(why({.netns = "blue", .source = SourceId::file, .file = path}) ==
        "cannot read the network namespace \"blue\" from " + path +
            ": a saved file has one namespace (leave out --netns or --source)");
  CHECK(why({.source = SourceId::file, .file = test::fixture_path("recorded/none")}) != "opened");
}

TEST_CASE("another /proc knows namespaces by process only") {
  const std::string root = test::fixture_path("recorded");
  for (const char* word : {"/proc/self/ns/net", "blue"}) {
    CHECK(why({.netns = word, .proc_root = root}) ==
          "cannot read the network namespace \"" + std::string(word) + "\" from " + root +
              ": a directory knows namespaces by process (with --proc-root only --netns PID works)");
  }
  CHECK(why({.netns = "4711", .proc_root = root}).ends_with("(name a process of " + root + ")"));
}

TEST_CASE("a saved tree has numbers of users, and the superuser is called the same everywhere") {
  const test::ProcRoot root;
  const auto host = open_host({.source = SourceId::proc, .proc_root = root.path()});
  REQUIRE(host);
  CHECK((*host)->names().user(0) == "root");
  CHECK((*host)->names().user(1000).empty());
}

TEST_CASE("before the first read a host names the source that it would read") {
  const auto automatic = open_host({});
  REQUIRE(automatic);
  CHECK((*automatic)->source_name() == "netlink");
  CHECK((*automatic)->shows_all_half_opens());
  const auto both = open_host({.source = SourceId::both});
  REQUIRE(both);
  CHECK((*both)->source_name() == "both");
  CHECK(!(*both)->shows_all_half_opens());
  CHECK((*both)->evidence_names().rows == "sock_diag, /proc/net/tcp");
}

TEST_CASE("a device and a control group that are not there are mistakes, and no empty answers") {
  CHECK(why({.devices = {"lo"}}) == "opened");
  CHECK(why({.devices = {"lo", "no-such-dev"}}) ==
        "cannot select the device \"no-such-dev\": there is no such device here (see: ip link)");
  CHECK(why({.cgroups = {"/no/such/group"}}).starts_with("cannot select the control group \"/no/such/group\": "));
  // A file has devices of its own.
  CHECK(why({.source = SourceId::file, .file = test::fixture_path("recorded/tcp"), .devices = {"no-such-dev"}}) ==
        "opened");
}

TEST_CASE("hosts that are read one after the other share the first look for owners, and no second one") {
  const test::ProcRoot root;
  const auto add_process = [&](int pid) {
    const std::string name = std::to_string(pid);
    root.file(name + "/comm", "p" + name + "\n");
    std::filesystem::create_directories(root.path(name + "/fd"));
    std::filesystem::create_symlink("socket:[" + name + "]", root.path(name + "/fd/3"));
  };
  add_process(101);
  HostOptions options{.source = SourceId::proc, .proc_root = root.path()};
  options.shared_owners = std::make_shared<SharedOwners>();
  const auto one = open_host(options);
  const auto two = open_host(options);
  REQUIRE(one);
  REQUIRE(two);
  const auto first = (*one)->owners();
  REQUIRE(first);
  CHECK((*first)->owners_of(101).size() == 1);
  add_process(102);
  const auto shared = (*two)->owners();
  REQUIRE(shared);
  CHECK(*shared == *first);
  const auto again = (*two)->owners();
  REQUIRE(again);
  CHECK((*again)->owners_of(102).size() == 1);
  CHECK((*shared)->owners_of(102).empty());  // earlier results stay as they were
  (*one)->forget_owners();
  const auto kept = (*one)->owners();
  REQUIRE(kept);
  CHECK(*kept == *first);
}

TEST_CASE("evidence names the /proc that was read") {
  const auto host = open_host({.source = SourceId::proc, .proc_root = "/mnt/proc"});
  REQUIRE(host);
  const SourceNames names = (*host)->evidence_names();
  CHECK(names.rows == "/mnt/proc/net/tcp");
  CHECK(names.net == "/mnt/proc/net");
  CHECK(names.root == "/mnt/proc");
}

TEST_CASE("commands that are advised name the place and the sample that was read") {
  const std::string path = test::fixture_path("recorded/tcp");
  const auto words_of = [](const HostOptions& options) {
    const auto host = open_host(options);
    REQUIRE(host);
    return (*host)->evidence_names().options;
  };
  CHECK(words_of({.source = SourceId::proc}) == "");
  CHECK(words_of({.source = SourceId::proc, .proc_root = "/mnt/a b"}) == "--proc-root '/mnt/a b'");
  CHECK(words_of({.source = SourceId::file, .file = path, .byte_order = std::endian::big, .sample = 1}) ==
        "--source " + path + " --sample 1 --byte-order big");
  CHECK(words_of({.source = SourceId::file, .file = path, .byte_order = std::endian::little}) ==
        "--source " + path + " --byte-order little");
  const std::string saved = test::fixture_path("recorded/tcpstat.ndjson");
  CHECK(words_of({.source = SourceId::file, .file = saved, .at = std::chrono::seconds(1'900'000'000)}) ==
        "--source " + saved + " --at 2030-03-17T17:46:40.000Z");
}

/// What a read of `query` by a host of its own fails with, in a child that does `before` once the host is open.
template <typename Before>
std::string failed_in_child(const filter::Query& query, Before before) {
  const auto child = test::in_child([&] {
    const auto host = open_host({});
    if (!host || !before()) return 1;
    test::Counter counter;
    Coverage coverage;
    const auto read = (*host)->read(query, counter, coverage);
    const std::string told = read ? "nothing" : read.error().sentence();
    return ::write(STDOUT_FILENO, told.data(), told.size()) == static_cast<ssize_t>(told.size()) ? 0 : 2;
  });
  CHECK(child.status == 0);
  return child.out;
}

TEST_CASE("who may not see marks is told what that takes: to be root, or a right that root has lost") {
  filter::Query query;
  query.filter.needs.marks = true;
  const std::string why_not = "cannot filter by fwmark: the kernel tells marks to CAP_NET_ADMIN alone ";
  CHECK(failed_in_child(query, [] { return ::geteuid() != 0 || ::setuid(65534) == 0; }) == why_not + "(run as root)");
  if (::geteuid() != 0) return;
  const auto give_up_all = [] {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    return ::syscall(SYS_capset, &header, none.data()) == 0;
  };
  CHECK(failed_in_child(query, give_up_all) == why_not + "(root lacks CAP_NET_ADMIN here)");
}

TEST_CASE("where /proc cannot answer in place of netlink, both reasons are told") {
  filter::Query query;
  query.filter.needs.netlink_word = "FWMARK";
  // A limit of files would hinder the sanitizers.
  const auto no_sockets = [] {
    std::array<sock_filter, 4> program = {{{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
                                           {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, __NR_socket},
                                           {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EMFILE},
                                           {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}}};
    const sock_fprog filter{program.size(), program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
  };
  CHECK(failed_in_child(query, no_sockets) ==
        "cannot open a NETLINK_SOCK_DIAG socket: Too many open files (cannot filter by fwmark in /proc: it does not "
        "tell)");
}

TEST_CASE("CLOSE sockets are not asked of /proc, which does not list them") {
  const auto host = open_host({.source = SourceId::proc});
  REQUIRE(host);
  filter::Query query;
  query.filter.states = {State::close};
  test::Counter counter;
  Coverage coverage;
  const auto read = (*host)->read(query, counter, coverage);
  REQUIRE(!read);
  CHECK(read.error().doing == "list CLOSE sockets from /proc");
}

TEST_CASE("long hash chains are told, by the rows for each") {
  CHECK_FALSE(long_chains(1'000'000, "262144"));
  CHECK_FALSE(long_chains(511, "64"));
  const auto told = long_chains(512, "64");
  REQUIRE(told);
  CHECK(told->starts_with("512 sockets share 64 hash chains"));
  CHECK(long_chains(512, "-64"));  // the host's table
  CHECK_FALSE(long_chains(512, ""));
  CHECK_FALSE(long_chains(512, "many"));
  CHECK_FALSE(long_chains(512, "0"));
}

}  // namespace
}  // namespace tcpstat::host
