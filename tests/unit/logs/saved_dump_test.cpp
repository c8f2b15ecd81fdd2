#include "parsers/logs/saved_dump.h"

#include <doctest/doctest.h>

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include <cerrno>
#include <ostream>
#include <string>
#include <vector>

#include "logs/read_samples.h"
#include "support/netlink.h"

namespace tcpstat::logs {
namespace {

struct ReadDump : test::ReadSamples {
  explicit ReadDump(std::string_view bytes) : ReadDump(std::vector<std::string_view>{bytes}) {}
  explicit ReadDump(const std::vector<std::string_view>& blocks) {
    SavedDump reader(samples);
    for (const std::string_view block : blocks) reader.feed(block);
    reader.finish();
  }
  /// Rows of each sample.
  [[nodiscard]] std::string told() const {
    std::string out;
    for (std::size_t i = 0; i < all.size(); ++i) out += (i > 0 ? " " : "") + std::to_string(rows(i));
    return out;
  }
};

/// `state` is the kernel's number.
std::string dumped(Family family, std::uint16_t port, unsigned state = 1, std::uint16_t type = SOCK_DIAG_BY_FAMILY) {
  const char* address = family == Family::ipv4 ? "192.0.2.1" : "2001:db8::1";
  return test::framed(
      test::Message(test::endpoint(address, port), test::endpoint(address, 9), state).full_socket().payload(), type);
}
const std::string kIpv4Socket = dumped(Family::ipv4, 1);
const std::string kIpv6Socket = dumped(Family::ipv6, 1);

TEST_CASE("parts of different families are one sample, and a family that comes again begins the next") {
  const std::string done = test::done();
  struct Row {
    std::string_view name;
    std::string bytes;
    std::string_view told;
  };
  const Row rows[] = {
      {"nothing but an end", done, "0"},
      {"one part", kIpv4Socket + done, "1"},
      {"both in one part", kIpv4Socket + kIpv6Socket + dumped(Family::ipv4, 2) + done, "3"},
      {"one after the other", kIpv4Socket + done + kIpv6Socket + done, "2"},
      {"one again", kIpv4Socket + done + kIpv4Socket + done, "1 1"},
      {"both again", kIpv4Socket + done + kIpv6Socket + done + kIpv4Socket + done + kIpv6Socket + done, "2 2"},
      {"an empty one before", done + kIpv4Socket + done, "1"},
      {"the old request", dumped(Family::ipv4, 1, 1, TCPDIAG_GETSOCK) + done, "1"},
      {"another message", kIpv4Socket + test::framed("abcd", 99) + done, "1"},
      {"a listener, too", kIpv4Socket + dumped(Family::ipv4, 2, 10) + done, "2"},
      {"a listener again", dumped(Family::ipv4, 2, 10) + done + dumped(Family::ipv4, 2, 10) + done, "1 1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const ReadDump read(row.bytes);
    CHECK(read.told() == row.told);
    for (std::size_t i = 0; i < read.all.size(); ++i) {
      const bool knows_a_family = row.bytes != done;
      CHECK(read.codes(i) == (knows_a_family ? "" : "family_not_saved"));
      CHECK(read.at(i).coverage.complete == knows_a_family);
    }
  }
}

TEST_CASE("messages are the same however their file is cut into blocks") {
  const std::string bytes = kIpv4Socket + kIpv6Socket + test::done();
  for (const std::size_t at : {std::size_t{1}, std::size_t{15}, std::size_t{16}, kIpv4Socket.size(),
                               kIpv4Socket.size() + 20, bytes.size() - 1}) {
    CAPTURE(at);
    const std::string_view whole = bytes;
    const ReadDump read(std::vector{whole.substr(0, at), whole.substr(at)});
    CHECK(read.told() == "2");
    CHECK(read.codes(0) == "");
  }
}

TEST_CASE("a dump without its end may be a part") {
  constexpr std::string_view kNoEnd =
      "the dump ends without the message that ends one (NLMSG_DONE): rows may be missing";
  struct Row {
    std::string_view name;
    std::string bytes;
    std::string_view told;
    std::uint64_t cut_short = 0;
  };
  const Row rows[] = {
      {"nothing", "", "0"},
      {"rows", kIpv4Socket, "1"},
      {"the second part", kIpv4Socket + test::done() + kIpv6Socket, "2"},
      {"half a message", kIpv4Socket + kIpv6Socket.substr(0, 40), "1", 1},
      {"half an end", kIpv4Socket + test::done().substr(0, 10), "1", 1},
      {"half a message behind an end", kIpv4Socket + test::done() + kIpv6Socket.substr(0, 40), "1", 1},
      {"another message", test::framed("abcd", 99), "0"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const ReadDump read(row.bytes);
    CHECK(read.told() == row.told);
    REQUIRE(read.codes(0) == "no_end");
    CHECK(read.message(0) == kNoEnd);
    CHECK_FALSE(read.at(0).coverage.complete);
    CHECK(read.flaws(0, Flaw::cut_short) == row.cut_short);
  }
  // What is not one of our messages after an end opens no part.
  CHECK(ReadDump(kIpv4Socket + test::done() + test::framed("abcd", 99)).codes(0) == "");
}

TEST_CASE("sockets that come again in another state are those of several dumps without their ends") {
  const ReadDump read(kIpv4Socket + dumped(Family::ipv4, 1, 8));
  CHECK(read.told() == "1");
  CHECK(read.message(0) ==
        "the dump ends without the message that ends one (NLMSG_DONE): rows may be missing; sockets come again in "
        "another state, as in several dumps: the last row of each is shown");
  CHECK(read.at(0).rows.connections().front().state == State::close_wait);
}

TEST_CASE("what the kernel says against its dump is said of the sample") {
  const ReadDump failed(kIpv4Socket + test::framed_number(NLMSG_ERROR, -ENOENT) + kIpv6Socket + test::done());
  CHECK(failed.told() == "2");
  CHECK(failed.message(0) == "the saved dump records an error of the kernel: No such file or directory");
  CHECK(failed.codes(0) == "dump_failed");
  const ReadDump done_with_error(kIpv4Socket + test::framed_number(NLMSG_DONE, -EINTR));
  CHECK(done_with_error.codes(0) == "dump_failed");
  const ReadDump lost(kIpv4Socket + test::framed("abcd", NLMSG_OVERRUN) + test::done());
  CHECK(lost.codes(0) == "lost_messages");
  CHECK_FALSE(lost.at(0).coverage.complete);
  const ReadDump lost_at_end(kIpv4Socket + test::done() + test::framed("abcd", NLMSG_OVERRUN));
  CHECK(lost_at_end.codes(0) == "lost_messages");
}

TEST_CASE("a row that cannot be read, and a length that cannot be, are flaws") {
  const ReadDump row(kIpv4Socket + test::framed("abcd") + test::done());
  CHECK(row.told() == "1");
  CHECK(row.at(0).coverage.flaw_total() == 1);
  const ReadDump length(kIpv4Socket + std::string(16, '\0') + kIpv6Socket);
  CHECK(length.told() == "1");
  CHECK(length.flaws(0, Flaw::bad_length) == 1);
  CHECK(length.codes(0) == "no_end");
}

TEST_CASE("rows of a dump that are alike are one") {
  const std::string waiting = dumped(Family::ipv4, 1, 6);
  const ReadDump read(waiting + waiting + kIpv6Socket + waiting + test::done());
  CHECK(read.at(0).rows.connections().size() == 2);
  CHECK(read.at(0).coverage.duplicates_dropped == 2);
}

}  // namespace
}  // namespace tcpstat::logs
