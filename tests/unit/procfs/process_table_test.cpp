#include "parsers/procfs/process_table.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <ostream>

#include "support/proc_root.h"

namespace tcpstat::procfs {
namespace {

/// Gives a process a descriptor that refers to `target`.
void descriptor(const test::ProcRoot& root, const std::string& pid, int fd, const std::string& target) {
  const std::filesystem::path directory = root.path(pid + "/fd");
  std::filesystem::create_directories(directory);
  std::filesystem::create_symlink(target, directory / std::to_string(fd));
}

std::string text(std::span<const Owner> owners) {
  std::string out;
  for (const Owner& owner : owners) {
    out += std::string(owner.name) + "(" + std::to_string(owner.pid) + "):" + std::to_string(owner.fd) + " ";
  }
  return out;
}

TEST_CASE("owners are found by inode, ordered by process and descriptor") {
  const test::ProcRoot root;
  descriptor(root, "1", 0, "/dev/null");   // without it, processes would seem to be hidden
  for (int pid = 100; pid < 140; ++pid) {  // enough for both workers
    root.file(std::to_string(pid) + "/comm", "p" + std::to_string(pid) + "\n");
    descriptor(root, std::to_string(pid), 3, "socket:[" + std::to_string(pid) + "]");
    descriptor(root, std::to_string(pid), 4, "/dev/null");
  }
  descriptor(root, "101", 9, "socket:[7]");
  descriptor(root, "101", 8, "socket:[7]");
  descriptor(root, "100", 5, "socket:[7]");
  const auto table = ProcessTable::read(root.path());
  REQUIRE(table);
  CHECK(text(table->owners_of(7)) == "p100(100):5 p101(101):8 p101(101):9 ");
  CHECK(text(table->owners_of(139)) == "p139(139):3 ");
  CHECK(table->owners_of(8).empty());
  CHECK(table->owners_of(0).empty());
  CHECK(table->search().forbidden == 0);
  CHECK(table->search().vanished == 0);
  CHECK(table->search().failed == 0);
  CHECK(table->search().read == 41);
}

TEST_CASE("processes that are known already are not read, and all others are") {
  const test::ProcRoot root;
  descriptor(root, "1", 0, "socket:[7]");
  root.file("1/comm", "init\n");
  descriptor(root, "100", 3, "socket:[8]");
  root.file("100/comm", "old\n");
  HeldSockets known;
  known.processes = {{100, "web"}, {90, ""}};
  known.sockets = {{8, 0, 4}, {7, 1, 2}};
  const auto table = ProcessTable::complete(known, root.path());
  REQUIRE(table);
  CHECK(text(table->owners_of(7)) == "init(1):0 ?(90):2 ");
  CHECK(text(table->owners_of(8)) == "web(100):4 ");
  CHECK(table->search().read == 3);
  CHECK(table->search().forbidden == 0);
}

TEST_CASE("what is no process is passed over, and one without descriptors has ended") {
  const test::ProcRoot root;
  root.file("net/tcp", "");
  root.file("12x/comm", "no\n");
  root.file("55/comm", "gone\n");
  const auto table = ProcessTable::read(root.path());
  REQUIRE(table);
  CHECK(table->search().vanished == 1);
}

TEST_CASE("a process that cannot be looked into is neither forbidden nor gone") {
  const test::ProcRoot root;
  descriptor(root, "1", 0, "/dev/null");
  std::filesystem::create_symlink("7", root.path("7"));  // a loop
  root.file("8", "no directory");
  const auto table = ProcessTable::read(root.path());
  REQUIRE(table);
  CHECK(table->search().failed == 2);
  CHECK(table->search().error != 0);
  CHECK(table->search().why_none() == Orphan::owners_unread);
}

TEST_CASE("descriptors of a process whose main thread has ended are those of its threads") {
  const test::ProcRoot root;
  descriptor(root, "1", 0, "/dev/null");
  root.file("50/comm", "zl\n");
  std::filesystem::create_directories(root.path("50/fd"));
  std::filesystem::create_directories(root.path("50/task/50/fd"));
  descriptor(root, "50/task/51", 3, "socket:[9]");
  descriptor(root, "50/task/52", 3, "socket:[9]");
  const auto table = ProcessTable::read(root.path());
  REQUIRE(table);
  CHECK(text(table->owners_of(9)) == "zl(50):3 ");
}

TEST_CASE("threads with descriptors of their own are read where nothing tells them apart and all are wanted") {
  const test::ProcRoot root;
  descriptor(root, "1", 0, "/dev/null");
  root.file("50/comm", "own\n");
  descriptor(root, "50", 3, "socket:[8]");
  descriptor(root, "50/task/50", 3, "socket:[8]");
  descriptor(root, "50/task/51", 4, "socket:[9]");
  CHECK(ProcessTable::read(root.path())->owners_of(9).empty());
  const auto table = ProcessTable::read(root.path(), ProcessTable::Threads::all);
  REQUIRE(table);
  CHECK(text(table->owners_of(8)) == "own(50):3 ");
  CHECK(text(table->owners_of(9)) == "own(50):4 ");
}

TEST_CASE("a name that nobody writes to does not keep us waiting") {
  const test::ProcRoot root;
  descriptor(root, "1", 3, "socket:[9]");
  REQUIRE(::mkfifo((root.path("1/comm")).c_str(), 0600) == 0);
  const auto table = ProcessTable::read(root.path());
  REQUIRE(table);
  CHECK(text(table->owners_of(9)) == "?(1):3 ");
}

TEST_CASE("a tree without processes is no search") {
  const test::ProcRoot root;
  root.file("net/tcp", "");
  const auto table = ProcessTable::read(root.path());
  REQUIRE(table);
  CHECK_FALSE(table->search().saw_processes());
  CHECK(table->search().why_none() == Orphan::none);
}

TEST_CASE("a root that cannot be read is an error") { CHECK_FALSE(ProcessTable::read("/nonexistent")); }

/// A TCP socket of this process that nothing is done with.
class IdleSocket {
 public:
  explicit IdleSocket(int family) : fd_(::socket(family, SOCK_STREAM, 0)) { REQUIRE(fd_ >= 0); }
  IdleSocket(const IdleSocket&) = delete;
  IdleSocket& operator=(const IdleSocket&) = delete;
  ~IdleSocket() { ::close(fd_); }

  [[nodiscard]] std::uint64_t inode() const {
    struct stat status {};
    REQUIRE(::fstat(fd_, &status) == 0);
    return status.st_ino;
  }

 private:
  int fd_;
};

std::uint64_t own(const std::optional<std::vector<Untabled>>& all) {
  REQUIRE(all);
  for (const Untabled& held : *all) {
    if (held.pid == static_cast<std::uint32_t>(::getpid())) return held.sockets;
  }
  return 0;
}

TEST_CASE("TCP sockets that nobody asked for are those that no table shows") {
  struct stat netns {};
  REQUIRE(::stat("/proc/self/ns/net", &netns) == 0);
  const IdleSocket first(AF_INET);
  const IdleSocket second(AF_INET6);
  const IdleSocket shown(AF_INET);
  const IdleSocket other(AF_UNIX);
  auto gone = std::make_unique<IdleSocket>(AF_INET);
  const auto table = ProcessTable::read("/proc");
  REQUIRE(table);
  gone.reset();
  const std::uint64_t before = own(table->untabled(netns.st_ino));
  CHECK(before >= 3);
  CHECK(table->owners_of(shown.inode()).size() == 1);
  CHECK(own(table->untabled(netns.st_ino)) == before - 1);
  CHECK(own(table->untabled(netns.st_ino + 1)) == 0);  // of another network namespace
}

}  // namespace
}  // namespace tcpstat::procfs
