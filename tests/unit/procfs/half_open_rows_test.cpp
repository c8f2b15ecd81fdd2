#include "parsers/procfs/half_open_rows.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/proc_root.h"
#include "support/rows.h"

namespace tcpstat::procfs {
namespace {

constexpr std::string_view kHeader = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n";
constexpr std::string_view kListener =
    "   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234 1 "
    "0000000000000000 100 0 0 10 0\n";
constexpr std::string_view kHalfOpen =
    "   1: 0100007F:0016 0100007F:9C40 03 00000000:00000000 01:00000064 00000002     0        0 0 0 "
    "0000000000000000\n";

struct File {
  explicit File(const std::string& text) { root.file("net/tcp", text); }
  void read(Sink& sink, std::uint64_t most_rows = 10'000) {
    read_half_open_rows(root.path("net/tcp"), most_rows, sink);
  }

  test::ProcRoot root;
  test::Recorder rows;
};

TEST_CASE("rows in SYN_RECV are read, and no others") {
  File file(std::string(kHeader) + std::string(kListener) + std::string(kHalfOpen) + "no row\n");
  file.read(file.rows);
  REQUIRE(file.rows.rows.size() == 1);
  CHECK(file.rows.rows.front().find("SYN_RECV") != std::string::npos);
}

TEST_CASE("a long file is read to its end, and a missing one has no rows") {
  std::string text(kHeader);
  for (int i = 0; i < 2000; ++i) text += kHalfOpen;
  File file(text);
  test::Counter counter;
  file.read(counter);
  CHECK(counter.connections == 2000);
  read_half_open_rows(file.root.path("net/tcp6"), 100, file.rows);
  CHECK(file.rows.rows.empty());
}

TEST_CASE("rows of any state count against the limit, the header does not") {
  File file(std::string(kHeader) + std::string(kListener) + std::string(kHalfOpen) + std::string(kHalfOpen));
  test::Counter counter;
  file.read(counter, 2);
  CHECK(counter.connections == 1);
}

}  // namespace
}  // namespace tcpstat::procfs
