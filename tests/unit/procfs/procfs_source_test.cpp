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

}  // namespace
}  // namespace tcpstat::procfs
