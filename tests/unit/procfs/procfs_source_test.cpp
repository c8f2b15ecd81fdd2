#include "parsers/procfs/procfs_source.h"

#include <doctest/doctest.h>

#include <ostream>

#include "parsers/source/source.h"
#include "support/proc_root.h"
#include "support/rows.h"

namespace tcpstat::procfs {
namespace {

constexpr std::string_view kListen =
    "   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234 1 "
    "0000000000000000 100 0 0 10 0\n";
constexpr std::string_view kListen6 =
    "   0: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 "
    "00:00000000 00000000     0        0 1235 1 0000000000000000 100 0 0 10 0\n";

struct Read {
  explicit Read(const test::ProcRoot& root, filter::Query query = {}) {
    source::SourceOptions options;
    options.proc_net = root.path("net");
    const auto source = make_proc_source(options);
    const auto result = source->read(query, rows, coverage);
    good = result.has_value();
    if (!good) doing = result.error().sentence();
  }
  test::Recorder rows;
  Coverage coverage;
  bool good = false;
  std::string doing;
};

TEST_CASE("both families are read, and only those that are asked for") {
  const test::ProcRoot root;
  root.file("net/tcp", "  sl  local_address ...\n" + std::string(kListen));
  root.file("net/tcp6", "  sl  local_address ...\n" + std::string(kListen6));
  const Read both(root);
  CHECK(both.good);
  CHECK(both.rows.rows.size() == 2);
  CHECK_FALSE(both.coverage.visible.has(State::close));
  filter::Query query;
  query.filter.ipv4 = false;
  CHECK(Read(root, query).rows.rows.size() == 1);
}

TEST_CASE("a kernel without IPv6 has no tcp6; without tcp it is a wrong directory") {
  const test::ProcRoot root;
  root.file("net/tcp", "  sl  local_address ...\n" + std::string(kListen));
  CHECK(Read(root).good);
  CHECK(Read(root).rows.rows.size() == 1);
  const test::ProcRoot empty;
  const Read nothing(empty);
  CHECK_FALSE(nothing.good);
  CHECK_FALSE(nothing.coverage.complete);
  CHECK(nothing.doing.find("/net/tcp") != std::string::npos);
}

std::vector<std::string> codes(const Read& read) {
  std::vector<std::string> out;
  for (const Warning& warning : read.coverage.warnings) out.push_back(warning.code);
  return out;
}
using Codes = std::vector<std::string>;
constexpr std::string_view kHeader =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

TEST_CASE("a table without even a header is not whole") {
  for (const char* text : {"", "\n", " \n\n"}) {
    const test::ProcRoot root;
    root.file("net/tcp", text);
    const Read read(root);
    CHECK(read.good);
    CHECK_FALSE(read.coverage.complete);
    CHECK(codes(read) == Codes{"empty_source"});
  }
  const test::ProcRoot root;
  root.file("net/tcp", std::string(kHeader));
  CHECK(Read(root).coverage.complete);
  root.file("net/tcp6", "");
  CHECK(codes(Read(root)) == Codes{"empty_source"});
  root.file("net/tcp6", std::string(kListen6));
  CHECK(codes(Read(root)) == Codes{"no_header"});
}

TEST_CASE("a table that gives no row and is not whole tells no count of its family") {
  const std::string both = std::string(kHeader) + std::string(kListen);
  for (const std::string& other : {std::string(), std::string(kHeader.substr(0, 40)), std::string("Proto\n")}) {
    CAPTURE(other);
    const test::ProcRoot root;
    root.file("net/tcp", both);
    root.file("net/tcp6", other);
    const Read read(root);
    CHECK_FALSE(read.coverage.complete);
    CHECK(read.rows.rows.size() == 1);
    CHECK((read.coverage.ipv4 && !read.coverage.ipv6));
  }
  const test::ProcRoot root;
  root.file("net/tcp", both);
  root.file("net/tcp6", std::string(kHeader));
  const Read read(root);
  CHECK((read.coverage.complete && read.coverage.ipv4 && read.coverage.ipv6));
}

TEST_CASE("what is no table of TCP sockets is refused, and rows of others are left out") {
  const test::ProcRoot root;
  root.file("net/tcp", "Active Internet connections\nProto Recv-Q Send-Q Local Address\ntcp 0 0 127.0.0.1:1\n");
  const Read text(root);
  CHECK_FALSE(text.good);
  CHECK(text.doing.find("this is no table of TCP sockets") != std::string::npos);
  const std::string udp =
      "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer "
      "drops\n";
  root.file("net/tcp", udp + std::string(kListen));
  CHECK_FALSE(Read(root).good);
  root.file("net/tcp", std::string(kHeader) + std::string(kListen) + udp + std::string(kListen));
  const Read mixed(root);
  CHECK(mixed.good);
  CHECK(mixed.rows.rows.size() == 1);
  CHECK(codes(mixed) == Codes{"other_tables"});
}

TEST_CASE("a copy that has tcp6 alone is read, and says that IPv4 is not known") {
  const test::ProcRoot root;
  root.file("net/tcp6", "  sl  local_address ...\n" + std::string(kListen6));
  const Read read(root);
  CHECK(read.good);
  CHECK(read.rows.rows.size() == 1);
  CHECK_FALSE(read.coverage.complete);
  CHECK(codes(read) == Codes{"missing_table"});
  filter::Query query;
  query.filter.ipv4 = false;
  CHECK(Read(root, query).coverage.complete);
}

TEST_CASE("a copy that has tcp alone knows nothing of IPv6, where that alone is asked for") {
  const test::ProcRoot root;
  root.file("net/tcp", std::string(kHeader) + std::string(kListen));
  CHECK(Read(root).coverage.complete);
  filter::Query query;
  query.filter.ipv4 = false;
  const Read read(root, query);
  CHECK(read.good);
  CHECK_FALSE(read.coverage.complete);
  CHECK_FALSE(read.coverage.ipv6);
  CHECK(codes(read) == Codes{"missing_table"});
  const test::ProcRoot empty;
  CHECK_FALSE(Read(empty, query).good);
}

TEST_CASE("a copy of a host of the other byte order is read as such, wherever in it the hint stands") {
  const std::string local = std::endian::native == std::endian::little ? "7F000001" : "0100007F";
  std::string text(kHeader);
  for (int port = 1; port <= 2000; ++port) {
    char line[200];
    std::snprintf(line, sizeof line,
                  "   0: C000020A:%04X C6336407:0050 01 00000000:00000000 00:00000000 00000000 0 0 %d 1 0 1 2\n", port,
                  port);
    text += line;
  }
  text += "   0: " + local + ":0016 00000000:0000 0A 0:0 0:0 0 0 0 9999 1 0 1\n";
  const test::ProcRoot root;
  root.file("net/tcp", text);
  const Read read(root);
  REQUIRE(read.rows.rows.size() == 2001);
  CHECK(read.rows.rows.back().find(R"("local_address":"127.0.0.1")") != std::string::npos);
  CHECK(codes(read) == Codes{"byte_order"});
}

TEST_CASE("repeated rows are a warning, because as many are missing, and no more than that") {
  const test::ProcRoot root;
  root.file("net/tcp", std::string(kHeader) + std::string(kListen) + std::string(kListen));
  const Read read(root);
  CHECK(read.coverage.complete);
  CHECK(codes(read) == Codes{"repeated_rows"});
}

TEST_CASE("the kernel's own text is read in its own order") {
  CHECK(is_live("/proc/self/net"));
  const test::ProcRoot root;
  CHECK_FALSE(is_live(root.path()));
}

}  // namespace
}  // namespace tcpstat::procfs
