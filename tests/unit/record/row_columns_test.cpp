#include "record/row_columns.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "tests/unit/support/rows.h"

namespace tcpstat::record {
namespace {

using test::Random;

constexpr std::uint64_t kBoot = 9'000'000;

/// As a record gives it back: what it does not keep is taken away.
template <typename Row>
Row kept(Row row) {
  row.origin = Origin::file;
  row.kernel_address = 0;
  row.netns = 0;
  row.interface = 0;
  row.cgroup.reset();
  row.autobound.reset();
  return row;
}

template <typename Row>
Row packable(Row row) {
  row.owners_known = !row.owners.empty();
  row.interface = 0;
  row.cgroup.reset();
  row.netns = 0;
  if constexpr (std::is_same_v<Row, Connection>) {
    if (row.age_ms) row.age_ms = *row.age_ms % kBoot;
  }
  return row;
}

TEST_CASE("every row comes back as it was") {
  for (const bool behind_empty : {false, true}) {
    Random random(5);
    test::TableNames names;
    RowPacker packer(names, {.info = InfoChoice::all, .boot_ms = kBoot});
    std::vector<std::string> wanted;
    for (int i = 0; i < 500; ++i) {
      if (random.once_in(4)) {
        const Listener row = packable(random.listener());
        packer.listener(row);
        wanted.push_back(test::facts(kept(row)));
      } else {
        const Connection row = packable(random.connection());
        packer.connection(row);
        wanted.push_back(test::facts(kept(row)));
      }
    }
    TableEncoder encoder(row_columns(InfoChoice::all), 0);
    Table table;
    const TableSample sample = packer.take();
    if (behind_empty) {
      REQUIRE(table.apply_key(encoder.key({}, {})));
      REQUIRE(table.apply_difference(encoder.difference(sample)));
    } else {
      REQUIRE(table.apply_key(encoder.key(sample, {})));
    }
    RecordedNames recorded;
    test::Recorder rows;
    CHECK(unpack(table, kBoot, recorded, rows) == 0);
    std::sort(wanted.begin(), wanted.end());
    std::sort(rows.rows.begin(), rows.rows.end());
    REQUIRE(rows.rows.size() == wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(rows.rows[i] == wanted[i]);
  }
}

TEST_CASE("all sockets of a process share a word, and each has its descriptor") {
  test::TableNames names;
  RowPacker packer(names, {.boot_ms = kBoot});
  std::vector<std::string> wanted;
  for (std::uint32_t i = 0; i < 9; ++i) {
    const std::vector<Owner> owners = {{812, 3 + i, "nginx"}, {813, 100, "nginx"}};
    Connection row = test::connection(State::established, test::endpoint("192.0.2.1", 80),
                                      test::endpoint("192.0.2.2", static_cast<std::uint16_t>(i + 1)));
    row.owners = std::span(owners).first(i == 8 ? 2 : 1);
    row.owners_known = true;
    packer.connection(row);
    wanted.push_back(test::facts(kept(row)));
  }
  const TableSample sample = packer.take();
  CHECK(sample.words.size() == 2);
  TableEncoder encoder(row_columns(InfoChoice::some), 0);
  Table table;
  for (int round = 0; round < 2; ++round) {
    REQUIRE(table.apply_key(encoder.key(sample, {})));
    RecordedNames recorded;
    test::Recorder rows;
    unpack(table, kBoot, recorded, rows);
    CHECK(rows.rows == wanted);
  }
  // The memory of a sample is used again, and nothing of it is left.
  RowPacker next(names, {.boot_ms = kBoot}, TableSample(sample));
  CHECK(next.take().rows() == 0);
}

TEST_CASE("names come with the rows") {
  test::TableNames names;
  names.users[1000] = "alice";
  names.interfaces[3] = "eth1";
  names.cgroups[77] = "/system.slice/nginx.service";
  Connection row =
      test::connection(State::established, test::endpoint("192.0.2.1", 80), test::endpoint("192.0.2.2", 9));
  row.interface = 3;
  row.cgroup = 77;
  RowPacker packer(names, {.boot_ms = kBoot});
  packer.connection(row);
  TableEncoder encoder(row_columns(InfoChoice::some), 0);
  Table table;
  REQUIRE(table.apply_key(encoder.key(packer.take(), {})));
  class Look final : public Sink {
   public:
    explicit Look(RecordedNames& names) : names_(names) {}
    Flow connection(const Connection& row) override {
      said = std::string(names_.user(*row.uid)) + " " + std::string(names_.interface(row.interface)) + " " +
             std::string(names_.cgroup(*row.cgroup)) + " " + names_.place_of_cgroup(*row.cgroup)->unit;
      return Flow::more;
    }
    Flow listener(const Listener&) override { return Flow::more; }
    std::string said;

   private:
    RecordedNames& names_;
  };
  RecordedNames recorded;
  Look look(recorded);
  unpack(table, kBoot, recorded, look);
  CHECK(look.said == "alice eth1 /system.slice/nginx.service nginx.service");
}

TEST_CASE("tcp_info is kept of all rows in a key frame, and of rows in trouble in between") {
  test::TableNames names;
  std::vector<std::byte> info(240);
  set_tcp_info_value(info, tcp_info_field("rtt_us"), 1234);
  Connection row =
      test::connection(State::established, test::endpoint("192.0.2.1", 80), test::endpoint("192.0.2.2", 9));
  row.tcp_info = info;
  const auto has_info = [&](const Connection& of, Depth depth) {
    RowPacker packer(names, {.depth = depth, .boot_ms = kBoot});
    packer.connection(of);
    const TableSample sample = packer.take();
    return std::find(sample.cells.begin(), sample.cells.end(), 1235U) != sample.cells.end();
  };
  CHECK(has_info(row, Depth::every_row));
  CHECK_FALSE(has_info(row, Depth::trouble_alone));
  row.flags.add(RowFlag::zero_window);
  CHECK(has_info(row, Depth::trouble_alone));
  row.flags = {};
  row.state = State::close_wait;
  CHECK(has_info(row, Depth::trouble_alone));
}

TEST_CASE("what a listener has dropped is recorded") {
  test::TableNames names;
  RowPacker packer(names, {.boot_ms = kBoot});
  Listener row = test::listener(test::endpoint("192.0.2.1", 80));
  row.drops = 7;
  packer.listener(row);
  TableEncoder encoder(row_columns(InfoChoice::some), 0);
  Table table;
  REQUIRE(table.apply_key(encoder.key(packer.take(), {})));
  class Dropped final : public Sink {
   public:
    Flow connection(const Connection& /*row*/) override { return Flow::more; }
    Flow listener(const Listener& row) override {
      drops = row.drops;
      return Flow::more;
    }
    std::optional<std::uint64_t> drops;
  };
  Dropped rows;
  RecordedNames recorded;
  unpack(table, kBoot, recorded, rows);
  CHECK(rows.drops == 7);
}

TEST_CASE("what rules ask of tcp_info is recorded") {
  const std::vector<TableColumn> columns = row_columns(InfoChoice::some);
  for (const std::string_view key :
       {"last_ack_recv_ms", "last_data_recv_ms", "last_data_sent_ms", "bytes_received", "data_segs_out",
        "total_retrans", "backoff", "rto_ms", "snd_wnd", "rcv_wnd", "mss", "notsent_bytes"}) {
    CAPTURE(key);
    const std::string name = "tcp_info." + std::string(key);
    CHECK(std::any_of(columns.begin(), columns.end(), [&](const TableColumn& one) { return one.name == name; }));
  }
}

TEST_CASE("how full the receive buffer is, is kept of rows with unread data") {
  test::TableNames names;
  const auto fill_of = [&](std::uint32_t unread) {
    Connection row =
        test::connection(State::established, test::endpoint("192.0.2.1", 80), test::endpoint("192.0.2.2", 9));
    row.recv_queue = unread;
    row.recv_memory_bytes = 90'000;
    row.recv_buffer_bytes = 100'000;
    row.send_buffer_bytes = 100'000;
    RowPacker packer(names, {.boot_ms = kBoot});
    packer.connection(row);
    TableEncoder encoder(row_columns(InfoChoice::some), 0);
    Table table;
    REQUIRE(table.apply_key(encoder.key(packer.take(), {})));
    class Look final : public Sink {
     public:
      Flow connection(const Connection& row) override {
        fill = recv_buffer_fill(row);
        CHECK_FALSE(row.send_buffer_bytes);
        return Flow::more;
      }
      Flow listener(const Listener& /*row*/) override { return Flow::more; }
      std::optional<double> fill;
    };
    Look look;
    RecordedNames recorded;
    unpack(table, kBoot, recorded, look);
    return look.fill;
  };
  CHECK(fill_of(20'000) == 0.9);
  CHECK_FALSE(fill_of(0));
}

TEST_CASE("each listener has a limit of its own, until there are very many") {
  test::TableNames names;
  const auto kept_of = [&](std::uint16_t listeners) {
    RowPacker packer(names, {.boot_ms = kBoot, .limits = {.half_opens = 50, .rows = 5}});
    for (std::uint16_t port = 80; port < 80 + listeners; ++port) {
      for (std::uint64_t i = 0; i < 60; ++i) {
        Connection row =
            test::connection(State::syn_recv, test::endpoint("192.0.2.1", port), test::endpoint("192.0.2.2", 9));
        row.cookie = port * 1000U + i;
        packer.connection(row);
      }
    }
    return packer.take().rows();
  };
  CHECK(kept_of(2) == 2 * 50);
  CHECK(kept_of(200) == 200 * 50);
  // 256 of their own, and the others share as many.
  CHECK(kept_of(2000) == 512 * 50);
}

TEST_CASE("what the sample before kept bounds what is looked at, until there are fewer rows") {
  test::TableNames names;
  std::uint64_t bound = UINT64_MAX;
  const auto cookies_kept = [&](std::uint64_t first, std::uint64_t end) {
    RowPacker packer(names, {.boot_ms = kBoot, .limits = {.rows = 50}, .bound = bound});
    for (std::uint64_t cookie = end; cookie-- > first;) {
      Connection row =
          test::connection(State::established, test::endpoint("192.0.2.1", 80), test::endpoint("192.0.2.2", 9));
      row.cookie = cookie;
      packer.connection(row);
    }
    bound = packer.next_bound();
    const std::size_t rows = packer.take().rows();
    CHECK(packer.dropped() == end - first - rows);
    return rows;
  };
  CHECK(cookies_kept(0, 500) == 50);
  CHECK(bound < UINT64_MAX / 4);
  CHECK(cookies_kept(0, 500) == 50);
  CHECK(bound < UINT64_MAX / 4);
  // Most have gone: some of the others find no place, once.
  const std::size_t left = cookies_kept(0, 60);
  CHECK(left < 50);
  CHECK(bound == UINT64_MAX);
  CHECK(cookies_kept(0, 60) == 50);
}

TEST_CASE("the next bound leaves some room, and is none where an eighth of the places stays empty") {
  test::TableNames names;
  constexpr std::uint64_t kHalf = UINT64_MAX / 2;
  struct Case {
    std::size_t kept;
    std::uint64_t next;
  };
  for (const Case& one : {Case{55, UINT64_MAX}, Case{56, kHalf + kHalf / 8}}) {
    CAPTURE(one.kept);
    RowPacker packer(names, {.boot_ms = kBoot, .limits = {.rows = 64}, .bound = kHalf});
    Connection row =
        test::connection(State::established, test::endpoint("192.0.2.1", 80), test::endpoint("192.0.2.2", 9));
    for (std::uint64_t cookie = 1; cookie - 1 - packer.dropped() < one.kept; ++cookie) {
      row.cookie = cookie;
      packer.connection(row);
    }
    CHECK(packer.next_bound() == one.next);
    CHECK(packer.take().rows() == one.kept);
  }
  RowPacker full(names, {.boot_ms = kBoot, .limits = {.rows = 64}});
  Connection row =
      test::connection(State::established, test::endpoint("192.0.2.1", 80), test::endpoint("192.0.2.2", 9));
  for (std::uint64_t cookie = 1; cookie <= 1000; ++cookie) {
    row.cookie = cookie;
    full.connection(row);
  }
  const std::uint64_t next = full.next_bound();
  const TableSample sample = full.take();
  const std::uint64_t largest = *std::max_element(sample.identities.begin(), sample.identities.end());
  CHECK(next == largest + largest / 64);
}

TEST_CASE("of a flood as many half-opens are kept as the limit says, the same ones in any order") {
  test::TableNames names;
  const auto cookies_kept = [&](bool backwards) {
    RowPacker packer(names, {.boot_ms = kBoot, .limits = {.half_opens = 50, .rows = 5}});
    for (int i = 0; i < 1000; ++i) {
      Connection row =
          test::connection(State::syn_recv, test::endpoint("192.0.2.1", 80), test::endpoint("192.0.2.2", 9));
      row.cookie = 1000 + static_cast<std::uint64_t>(backwards ? 999 - i : i);
      packer.connection(row);
    }
    for (std::uint64_t i = 0; i < 10; ++i) {
      Connection row =
          test::connection(State::close_wait, test::endpoint("192.0.2.1", 80), test::endpoint("192.0.2.2", 9));
      row.cookie = i;
      packer.connection(row);
    }
    CHECK(packer.dropped() == 950 + 5);
    TableSample sample = packer.take();
    CHECK(sample.rows() == 55);
    std::sort(sample.identities.begin(), sample.identities.end());
    return sample.identities;
  };
  CHECK(cookies_kept(false) == cookies_kept(true));
}

}  // namespace
}  // namespace tcpstat::record
