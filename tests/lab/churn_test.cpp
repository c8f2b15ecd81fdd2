// Tables that change while they are read: the kernel repeats rows and skips some; tcpstat repeats none.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <map>
#include <ostream>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "churn.h"
#include "dump.h"
#include "every_state_fixture.h"
#include "failure.h"
#include "listing.h"

namespace tcpstat::lab {
namespace {

constexpr unsigned kDumps = 30;  // of each source on each table: 120 in all
constexpr unsigned kIdlePairs = 2500;
constexpr unsigned kTinyTable = 64;

/// The fields that tell sockets apart, without the cost of JSON.
constexpr const char* kColumns = "FAMILY,LOCAL,REMOTE,INODE,COOKIE";

struct PlainRow {
  std::string inode, cookie, tuple;
};

std::vector<PlainRow> rows_of(const std::string& text) {
  std::vector<PlainRow> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::array<std::string, 5> field;
    for (std::string& value : field) std::getline(fields, value, '\t');
    rows.push_back({field[3], field[4], field[0] + ' ' + field[1] + ' ' + field[2]});
  }
  return rows;
}

/// How the contract tells rows apart: by cookie, or by family, tuple and inode.
std::uint64_t duplicates_in(const std::vector<PlainRow>& rows, const std::string& source) {
  std::unordered_set<std::string> seen;
  std::uint64_t duplicates = 0;
  for (const PlainRow& row : rows)
    if (!seen.insert(source == "netlink" ? row.cookie : row.tuple + ' ' + row.inode).second) ++duplicates;
  return duplicates;
}

using Inodes = std::unordered_set<std::string>;

/// Which of `inodes` no row has.
Inodes missing_from(const std::vector<PlainRow>& rows, const Inodes& inodes) {
  Inodes missing = inodes;
  for (const PlainRow& row : rows) missing.erase(row.inode);
  return missing;
}

/// Inodes of every ESTABLISHED socket there is: the idle ones, before anything moves.
Inodes inodes_now() {
  Inodes inodes;
  for (const std::string& identity : dump_proc()) {
    const std::string inode = identity.substr(identity.rfind(' ') + 1);
    if (inode != "0") inodes.insert(inode);
  }
  return inodes;
}

void tell(const std::string& what, const Repeats& repeats) {
  MESSAGE(what << ": " << repeats.rows << " rows, " << repeats.duplicates
               << " beyond the first copy, largest distance between neighbouring copies " << repeats.neighbour_gap
               << ", from the first copy " << repeats.first_gap << ", copies of one socket " << repeats.copies);
}

enum class Table { standard, tiny };

/// Dumps while the churn goes on. A socket that is deleted ahead of the reader's place in a chain makes the kernel skip
/// the next one; where most chains hold one socket that is a matter of one dump in thousands, and never of two in
/// succession for the same socket. On long chains it happens all the time, and nothing can be asked of a reader.
void watch(Churn& churn, Table table) {
  const Inodes idle = inodes_now();
  CHECK(idle.size() == churn.idle());
  churn.start();
  std::map<std::string, Inodes> missing_before;
  std::uint64_t missed = 0;
  Repeats netlink;
  Repeats proc;
  for (unsigned i = 0; i < kDumps; ++i) {
    netlink.merge(repeats_in(dump_cookies(kMaskAll)));
    proc.merge(repeats_in(dump_proc()));
    for (const std::string source : kSources) {
      CAPTURE(source);
      const Outcome outcome = tcpstat({"-H", "-f", "plain", "-o", kColumns, "--source", source});
      CHECK(outcome.exit_code == 0);
      const auto rows = rows_of(outcome.out);
      CHECK(duplicates_in(rows, source) == 0);
      if (table == Table::tiny) continue;
      Inodes missing = missing_from(rows, idle);
      missed += missing.size();
      for (const std::string& inode : missing) CHECK(!missing_before[source].contains(inode));
      missing_before[source] = std::move(missing);
    }
  }
  CHECK(missed <= 2);
  const std::string name = table == Table::tiny ? "table of 64 chains" : "default table";
  tell("the kernel's own netlink dumps, " + name, netlink);
  tell("the kernel's own /proc files, " + name, proc);
}

/// tcpstat with its output held back: it stands still in its dump, some lines further, until it is read again.
class HeldBack {
 public:
  HeldBack(const std::string& source, std::uint64_t lines) {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "making a pipe");
    check(::fcntl(ends[1], F_SETPIPE_SZ, 4096), "making the pipe small");
    child_ = check(::fork(), "forking");
    if (child_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      const std::string binary = tcpstat_binary();
      ::execl(binary.c_str(), binary.c_str(), "-H", "-f", "plain", "-o", kColumns, "--source", source.c_str(),
              static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = Handle(ends[0]);
    while (lines > 0) {
      char buffer[4096];
      const auto size = ::read(out_.get(), buffer, sizeof buffer);
      if (size <= 0) fail("reading from tcpstat", EIO);
      text_.append(buffer, static_cast<std::size_t>(size));
      const auto read = static_cast<std::uint64_t>(std::count(buffer, buffer + size, '\n'));
      lines -= std::min(lines, read);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // until its buffers are full again
  }
  HeldBack(const HeldBack&) = delete;
  HeldBack& operator=(const HeldBack&) = delete;
  ~HeldBack() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
  }

  std::string rest() {
    std::vector<char> buffer(std::size_t{1} << 16);
    for (ssize_t size; (size = ::read(out_.get(), buffer.data(), buffer.size())) > 0;)
      text_.append(buffer.data(), static_cast<std::size_t>(size));
    int status = 0;
    check(::waitpid(child_, &status, 0), "waiting for tcpstat");
    child_ = -1;
    CHECK(status == 0);
    return text_;
  }

 private:
  pid_t child_ = -1;
  Handle out_;
  std::string text_;
};

TEST_SUITE("churn") {
  TEST_CASE("no row twice and no idle socket missing while connections come and go") {
    enter_namespace();
    ChurnOptions options;
    options.pairs = kIdlePairs;
    Churn churn(options);
    watch(churn, Table::standard);
  }

  TEST_CASE("no row twice on a table of long chains") {
    enter_namespace({kTinyTable});
    CHECK(read_sysctl("net.ipv4.tcp_ehash_entries") == std::to_string(kTinyTable));
    ChurnOptions options;
    options.pairs = kIdlePairs;
    Churn churn(options);
    watch(churn, Table::tiny);
  }

  // When a read of /proc/net/tcp starts behind the last row, the kernel counts from the beginning to see whether there
  // is more: as many rows as have been added behind the reader meanwhile are repeated from the end (net/ipv4/tcp_ipv4.c,
  // tcp_seq_start() after tcp_seek_last_pos() found nothing). They come as far apart as the table has grown. The end
  // shows before that, as a read that does not fill its page; where the last row happens to fill it (one time in 27)
  // nothing shows, so three tries are made.
  TEST_CASE("no row twice when the table grows while the reader waits") {
    constexpr unsigned kBefore = 30000;
    constexpr unsigned kHeldAt = 28000;
    constexpr unsigned kGrowth = 12000;
    for (const std::string source : kSources) {
      CAPTURE(source);
      std::uint64_t duplicates = 0;
      for (unsigned tries = 0; tries == 0 || (tries < 3 && duplicates > 0); ++tries) {
        enter_namespace();
        Mix mix;
        mix.half_open = kBefore;
        mix.ipv6_percent = 0;
        Population population(mix);
        HeldBack held(source, kHeldAt);
        population.grow(kGrowth);
        const auto rows = rows_of(held.rest());
        CHECK(rows.size() >= kBefore);
        duplicates = duplicates_in(rows, source);
      }
      CHECK(duplicates == 0);
    }
  }
}

}  // namespace
}  // namespace tcpstat::lab
