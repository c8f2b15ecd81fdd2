// No memory is taken per row: ten times the rows take as many allocations, in every format and from both kinds of
// input; only the set that tells rows of /proc apart grows, by doubling. What detection takes for half-opens grows with
// their number and no faster. A program of its own, because it replaces operator new.

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <fcntl.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <ostream>

#include "base/file_descriptor.h"
#include "detect/syn_detector.h"
#include "parsers/netlink/inet_diag_stream.h"
#include "parsers/procfs/proc_net_tcp_stream.h"
#include "render/formats.h"
#include "support/fixtures.h"
#include "support/netlink.h"
#include "support/rows.h"
#include "survey/selection.h"
#include "survey/summarizer.h"

namespace {

std::atomic<std::uint64_t> allocations{0};
std::atomic<std::uint64_t> allocated_bytes{0};

void* counted_or_null(std::size_t size) noexcept {
  ++allocations;
  allocated_bytes += size;
  return std::malloc(size > 0 ? size : 1);
}

void* counted(std::size_t size) {
  if (void* memory = counted_or_null(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
// std::stable_sort asks for its buffer so.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return counted_or_null(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace tcpstat {
namespace {

constexpr std::size_t kFew = 2'000;
constexpr std::size_t kMany = 10 * kFew;

/// Different connections of one server, in all states but LISTEN, with everything that a row can carry.
std::string netlink_rows(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned state = 1 + static_cast<unsigned>(i) % 9;
    Endpoint remote = test::endpoint("2001:db8::7", static_cast<std::uint16_t>(i));
    remote.address.bytes[15] = static_cast<std::uint8_t>(i >> 12U);
    test::Message message(test::endpoint("2001:db8::1", 443), remote, state);
    message.head.id.idiag_cookie[0] = static_cast<std::uint32_t>(i) + 1;
    message.head.idiag_inode = static_cast<std::uint32_t>(i) + 1;
    message.head.idiag_timer = static_cast<std::uint8_t>(i % 6);
    message.attribute(INET_DIAG_INFO, std::string(280, '\1')).attribute(INET_DIAG_CONG, "cubic");
    out += test::framed(message.full_socket().payload());
  }
  return out;
}

std::string proc_rows(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    char line[200];
    std::snprintf(
        line, sizeof line, "%4zu: 010200C0:01BB 0764%04X:%04X %02X 0:0 02:00000010 0 1000 0 %zu 1 0 1 2 3 4 -1\n", i,
        static_cast<unsigned>(i >> 16U), static_cast<unsigned>(i & 0xFFFFU), static_cast<unsigned>(1 + i % 9), i + 1);
    out += line;
  }
  return out;
}

/// Allocations from the first row to the last, the end of the document not included.
template <typename Feed>
std::uint64_t allocations_of(const render::Format& format, Feed feed) {
  const FileDescriptor null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  TextBuffer out(null.get());
  test::TableNames names;
  std::vector<const Column*> all;
  for (const Column& each : columns()) all.push_back(&each);
  const auto writer =
      format.list({.out = out, .names = names, .facts = {}, .columns = all, .processes = true, .tcp_info = true});
  const filter::Filter filter;
  survey::Selection selection(filter, survey::Selection::HalfOpens::read, *writer);
  Coverage coverage;
  const KernelLimits limits = test::age_limits(60, 5);
  source::RowDelivery delivery(selection, coverage, limits);
  const std::uint64_t before = allocations;
  feed(delivery);
  const std::uint64_t after = allocations;
  selection.finish();
  writer->finish({});
  CHECK(coverage.complete);
  CHECK(coverage.rows_read >= kFew);
  return after - before;
}

TEST_CASE("rows from netlink take no memory") {
  const std::string few = netlink_rows(kFew);
  const std::string many = netlink_rows(kMany);
  for (const render::Format& format : render::formats()) {
    if (format.list == nullptr) continue;
    CAPTURE(format.name);
    const auto replay = [&](const std::string& dump) {
      return allocations_of(format, [&](source::RowDelivery& delivery) {
        netlink::InetDiagStream stream(delivery, std::nullopt);
        stream.feed(test::bytes_of(dump));
      });
    };
    const std::uint64_t once = replay(few);
    CHECK(replay(many) == once);
    CHECK(once < 2'000);
  }
}

TEST_CASE("rows from /proc take no memory but for the set of those seen, which doubles") {
  const std::string few = proc_rows(kFew);
  const std::string many = proc_rows(kMany);
  for (const render::Format& format : render::formats()) {
    if (format.list == nullptr) continue;
    CAPTURE(format.name);
    const auto replay = [&](std::string_view text) {
      return allocations_of(format, [&](source::RowDelivery& delivery) {
        procfs::ProcNetTcpStream stream(delivery, Origin::proc, {std::endian::little, 100});
        constexpr std::size_t kBlock = 4000;  // as read(2) gives it: lines are cut
        for (std::size_t at = 0; at < text.size(); at += kBlock) stream.feed(text.substr(at, kBlock));
      });
    };
    CHECK(replay(many) <= replay(few) + 4);  // 2^4 times as many
  }
}

TEST_CASE("a summary takes no memory per row") {
  const auto replay = [&](std::size_t count) {
    const std::string dump = netlink_rows(count);
    const filter::Filter filter;
    survey::Summarizer summarizer;
    survey::Selection selection(filter, survey::Selection::HalfOpens::read, summarizer);
    Coverage coverage;
    const KernelLimits limits;
    source::RowDelivery delivery(selection, coverage, limits);
    netlink::InetDiagStream stream(delivery, std::nullopt);
    const std::uint64_t before = allocations;
    stream.feed(test::bytes_of(dump));
    return allocations - before;
  };
  CHECK(replay(kMany) == replay(kFew));
}

struct Work {
  std::uint64_t allocations;
  std::uint64_t bytes;
};

/// What it takes to sample and to judge so many half-opens of random sources, half of them a timeout old.
Work work_of_detection(std::size_t count) {
  std::vector<Connection> rows;
  for (std::size_t i = 0; i < count; ++i) {
    Endpoint remote = test::endpoint("198.51.100.7", static_cast<std::uint16_t>(1024 + i % 60'000));
    for (unsigned byte = 0; byte < 4; ++byte) {
      remote.address.bytes[byte] = static_cast<std::uint8_t>(i * 2'654'435'761U >> (8 * byte));
    }
    Connection row = test::connection(State::syn_recv, test::endpoint("192.0.2.1", 443), remote);
    row.cookie = i + 1;
    row.minisocket = true;
    row.inode = 0;
    row.timer = TimerKind::retransmit;
    row.retransmits = i % 2;
    row.timer_ms = 700;
    rows.push_back(row);
  }
  Listener listener = test::listener(test::endpoint("192.0.2.1", 443));
  listener.accept_limit = 65'535;
  const Work before{allocations, allocated_bytes};
  detect::SynSampler sampler;
  for (const Connection& row : rows) sampler.connection(row);
  sampler.listener(listener);
  const detect::SynSample sample = sampler.take();
  CHECK(sample.half_open() == count);
  detect::SynInput input;
  input.now = &sample;
  CHECK_FALSE(detect::detect_syn(input, {}).verdicts.empty());
  return {allocations - before.allocations, allocated_bytes - before.bytes};
}

TEST_CASE("the work of detection grows with the half-opens, and no faster") {
  constexpr std::size_t kTimes = 10;
  const Work few = work_of_detection(4'000);
  const Work many = work_of_detection(4'000 * kTimes);
  CHECK(many.allocations <= kTimes * few.allocations);
  CHECK(many.bytes <= kTimes * few.bytes + few.bytes / 2 + (4U << 20U));
  MESSAGE("40,000 half-opens: " << many.allocations << " allocations, " << many.bytes / 1024 << " KiB");
}

}  // namespace
}  // namespace tcpstat
