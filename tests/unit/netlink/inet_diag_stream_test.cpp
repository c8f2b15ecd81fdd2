#include "parsers/netlink/inet_diag_stream.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <ostream>

#include "support/fixtures.h"
#include "support/netlink.h"
#include "support/rows.h"

namespace tcpstat::netlink {
namespace {

using test::bytes_of;
using test::framed;
using End = InetDiagStream::End;

/// A stream with all that it needs, and what came out of it.
struct Reading {
  explicit Reading(std::optional<InetDiagStream::Expected> expected = std::nullopt) : stream(delivery, expected) {}

  End feed(const std::string& block) { return stream.feed(bytes_of(block)); }

  Coverage coverage;
  KernelLimits limits;
  test::Recorder recorder;
  source::RowDelivery delivery{recorder, coverage, limits};
  InetDiagStream stream;
};

std::string row(std::uint16_t port, unsigned state = 1) {
  return test::Message(test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", port), state).payload();
}

TEST_CASE("rows come until DONE") {
  Reading reading;
  CHECK(reading.feed(framed(row(1)) + framed(row(2)) + test::done()) == End::done);
  CHECK(reading.recorder.rows.size() == 2);
  CHECK(reading.coverage.rows_read == 2);
  CHECK(reading.coverage.complete);
}

TEST_CASE("a block without DONE asks for more") {
  Reading reading;
  const std::string block = framed(row(1)) + framed(row(2));
  CHECK(reading.feed(block) == End::none);
  CHECK(reading.stream.taken() == block.size());
  CHECK(reading.feed(framed(row(3))) == End::none);
  CHECK(reading.recorder.rows.size() == 3);
}

TEST_CASE("both answers of the kernel's two request types are rows") {
  Reading reading;
  reading.feed(framed(row(1), SOCK_DIAG_BY_FAMILY) + framed(row(2), TCPDIAG_GETSOCK));
  CHECK(reading.recorder.rows.size() == 2);
}

TEST_CASE("messages of another sequence or port are skipped, DONE included") {
  Reading reading(InetDiagStream::Expected{7, 9});
  const std::string block = framed(row(1), SOCK_DIAG_BY_FAMILY, 6, 9) + framed(row(2), SOCK_DIAG_BY_FAMILY, 7, 8) +
                            test::framed_number(NLMSG_DONE, 0, 6, 9) + test::framed_number(NLMSG_ERROR, -EPERM, 7, 8) +
                            framed(row(3), SOCK_DIAG_BY_FAMILY, 7, 9) + test::framed_number(NLMSG_DONE, 0, 7, 9);
  CHECK(reading.feed(block) == End::done);
  CHECK(reading.recorder.rows.size() == 1);
  CHECK(reading.coverage.complete);
}

TEST_CASE("errors carry their errno") {
  struct Row {
    std::string_view name;
    std::uint16_t type;
    std::int32_t number;
    End end;
    int error;
  };
  constexpr Row kRows[] = {
      {"an error", NLMSG_ERROR, -EPERM, End::failed, EPERM},
      {"no such protocol", NLMSG_ERROR, -ENOENT, End::failed, ENOENT},
      {"an acknowledgement", NLMSG_ERROR, 0, End::none, 0},
      {"done", NLMSG_DONE, 0, End::done, 0},
      {"done with an errno", NLMSG_DONE, -ENOMEM, End::failed, ENOMEM},
      {"done with a positive number", NLMSG_DONE, 12, End::done, 0},
      {"done with no errno that there is", NLMSG_DONE, -100000, End::done, 0},
  };
  for (const Row& each : kRows) {
    CAPTURE(each.name);
    Reading reading;
    CHECK(reading.feed(test::framed_number(each.type, each.number)) == each.end);
    CHECK(reading.stream.error() == each.error);
  }
}

TEST_CASE("DONE and ERROR that were cut before their number say nothing good") {
  for (const std::uint16_t type : {std::uint16_t{NLMSG_DONE}, std::uint16_t{NLMSG_ERROR}}) {
    Reading reading;
    CHECK(reading.feed(framed("", type)) == End::failed);
    CHECK(reading.stream.error() == EBADMSG);
  }
}

TEST_CASE("what the kernel says it lost is told once") {
  Reading overrun;
  overrun.feed(framed(row(1)) + framed("abcd", NLMSG_OVERRUN));
  CHECK(overrun.stream.take_lost());
  CHECK_FALSE(overrun.stream.take_lost());
  Reading interrupted;
  std::string message = framed(row(1));
  message[6] = NLM_F_MULTI | NLM_F_DUMP_INTR;
  interrupted.feed(message);
  CHECK(interrupted.stream.take_lost());
  Reading whole;
  whole.feed(framed(row(1)) + test::done());
  CHECK_FALSE(whole.stream.take_lost());
}

TEST_CASE("messages of other types are passed over") {
  Reading reading;
  CHECK(reading.feed(framed("", NLMSG_NOOP) + framed("abcd", NLMSG_OVERRUN) + framed(row(1))) == End::none);
  CHECK(reading.recorder.rows.size() == 1);
  CHECK(reading.coverage.complete);
}

TEST_CASE("a flawed message is counted and reading goes on") {
  Reading reading;
  CHECK(reading.feed(framed(row(1, 99)) + framed(row(2).substr(0, 40)) + framed(row(3)) + test::done()) == End::done);
  CHECK(reading.recorder.rows.size() == 1);
  CHECK(reading.coverage.flaws[static_cast<std::size_t>(Flaw::unknown_state)] == 1);
  CHECK(reading.coverage.flaws[static_cast<std::size_t>(Flaw::cut_short)] == 1);
  CHECK_FALSE(reading.coverage.complete);
}

TEST_CASE("a message that is not there to its end stays for the next block") {
  const std::string whole = framed(row(1)) + framed(row(2)) + test::done();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Reading reading;
    const End first = reading.feed(whole.substr(0, size));
    REQUIRE(first == End::none);
    REQUIRE(reading.stream.taken() <= size);
    REQUIRE(reading.feed(whole.substr(reading.stream.taken())) == End::done);
    REQUIRE(reading.recorder.rows.size() == 2);
    REQUIRE(reading.coverage.complete);
  }
}

TEST_CASE("a length that is smaller than a header is a flaw and ends the block") {
  for (const std::uint32_t length : {0U, 1U, 15U}) {
    Reading reading;
    std::string bad = framed(row(1));
    bad.replace(0, 4, test::raw(length));
    const std::string block = bad + framed(row(2));
    CHECK(reading.feed(block) == End::none);
    CHECK(reading.stream.taken() == block.size());
    CHECK(reading.recorder.rows.empty());
    CHECK(reading.coverage.flaws[static_cast<std::size_t>(Flaw::bad_length)] == 1);
  }
}

TEST_CASE("a length beyond the block takes nothing") {
  for (const std::uint32_t length : {1000U, 0x7FFFFFFFU, 0xFFFFFFFFU}) {
    Reading reading;
    std::string bad = framed(row(1));
    bad.replace(0, 4, test::raw(length));
    CHECK(reading.feed(bad) == End::none);
    CHECK(reading.stream.taken() == 0);
  }
}

TEST_CASE("the last message needs no padding") {
  Reading reading;
  std::string message = framed(row(1) + "x");  // a stray byte is a flaw, the frame is whole
  message.resize(16 + 73);
  CHECK(reading.feed(message) == End::none);
  CHECK(reading.stream.taken() == message.size());
}

TEST_CASE("a sink that wants no more stops the stream after that row") {
  Reading reading;
  reading.recorder.stop_at = 2;
  CHECK(reading.feed(framed(row(1)) + framed(row(2)) + framed(row(3)) + test::done()) == End::stopped);
  CHECK(reading.recorder.rows.size() == 2);
}

TEST_CASE("a repeated row is dropped and counted") {
  Reading reading;
  CHECK(reading.feed(framed(row(1)) + framed(row(2)) + framed(row(1)) + test::done()) == End::done);
  CHECK(reading.recorder.rows.size() == 2);
  CHECK(reading.coverage.rows_read == 2);
  CHECK(reading.coverage.duplicates_dropped == 1);
}

TEST_CASE("a dump of two families has two DONEs") {
  Reading reading;
  const std::string block = framed(row(1)) + test::done() + framed(row(2)) + test::done();
  CHECK(reading.feed(block) == End::done);
  const std::size_t first = reading.stream.taken();
  CHECK(first < block.size());
  CHECK(reading.feed(block.substr(first)) == End::done);
  CHECK(reading.recorder.rows.size() == 2);
}

TEST_CASE("recorded dumps hold what was built") {
  struct Row {
    std::string_view file;
    std::size_t rows;
    int dones;
  };
  constexpr Row kRows[] = {
      {"recorded/ss-ipv4.dump", 32, 1},
      {"recorded/ss-all.dump", 97, 2},
      {"recorded/legacy.dump", 103, 1},
      {"recorded/legacy-info.dump", 103, 1},
  };
  for (const Row& each : kRows) {
    CAPTURE(each.file);
    std::string rest = test::fixture(each.file);
    Reading reading;
    int dones = 0;
    while (!rest.empty()) {
      const End end = reading.feed(rest);
      if (end == End::done) ++dones;
      REQUIRE(reading.stream.taken() > 0);
      rest.erase(0, reading.stream.taken());
    }
    CHECK(dones == each.dones);
    CHECK(reading.recorder.rows.size() == each.rows);
    CHECK(reading.coverage.duplicates_dropped == 0);
    CHECK(reading.coverage.complete);
  }
}

TEST_CASE("every truncated prefix of a recorded dump gives its first rows and nothing else") {
  const std::string dump = test::fixture("recorded/ss-ipv4.dump");
  Reading whole;
  whole.feed(dump);
  for (std::size_t size = 0; size < dump.size(); ++size) {
    Reading cut;
    cut.feed(dump.substr(0, size));
    REQUIRE(cut.recorder.rows.size() <= whole.recorder.rows.size());
    REQUIRE(std::equal(cut.recorder.rows.begin(), cut.recorder.rows.end(), whole.recorder.rows.begin()));
    REQUIRE(cut.coverage.flaw_total() == 0);
  }
}

TEST_CASE("every corrupted byte of a frame ends somewhere") {
  const std::string good = framed(row(1)) + framed(row(2), TCPDIAG_GETSOCK) + test::done();
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string bad = good;
      bad[at] = static_cast<char>(value);
      Reading reading;
      while (!bad.empty()) {
        reading.feed(bad);
        if (reading.stream.taken() == 0) break;
        bad.erase(0, reading.stream.taken());
      }
      REQUIRE(reading.recorder.rows.size() <= 2);
    }
  }
}

}  // namespace
}  // namespace tcpstat::netlink
