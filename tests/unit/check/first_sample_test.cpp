#include "check/first_sample.h"

#include <doctest/doctest.h>

#include <memory>
#include <ostream>

#include "detect/scene.h"
#include "support/fake_host.h"

namespace tcpstat::check {
namespace {

using std::chrono::milliseconds;

const std::string kRead = "read SYN_RECV LISTEN";

test::FakeDump dump_of(const test::Scene& scene) {
  return {.connections = scene.rows, .listeners = {test::listener(scene.local)}};
}

TEST_CASE("counters and looks of a first sample have their times") {
  test::FakeHost host;
  const auto first = take_first_sample(host, {}, milliseconds(6000));
  REQUIRE(first);
  CHECK(host.asked() == "0 facts, 0 " + kRead + ", 1000 counters, 4000 " + kRead + ", 4500 " + kRead +
                            ", 5000 counters, 5000 " + kRead + ", 5500 " + kRead);
  CHECK(host.time.passed_ms() == milliseconds(6000));
}

TEST_CASE("each reading of the counters goes where it belongs") {
  test::FakeHost host;
  host.kernel.assign(3, {});
  for (std::size_t i = 0; i < 3; ++i) host.kernel[i].counters.listen_drops = i;
  const auto first = take_first_sample(host, {}, milliseconds(3000));
  REQUIRE(first);
  CHECK(first->facts.counters.listen_drops == 0);
  CHECK(first->after_first_second.listen_drops == 1);
  CHECK(first->before_last_second.listen_drops == 2);
}

TEST_CASE("what half-opens of the first sample need is read, and no more") {
  test::FakeHost host;
  filter::Filter filter;
  filter.local_ports = {{443, 443}};
  filter.processes = {"nginx"};
  REQUIRE(take_first_sample(host, filter, milliseconds(3000)));
  CHECK(host.last_query.parts.tcp_info);
  CHECK(host.last_query.parts.memory);
  CHECK(host.last_query.filter.local_ports.size() == 1);
  CHECK(host.asked().find("owners") == std::string::npos);
}

TEST_CASE("requests that are met between the samples are followed from when they were met") {
  test::FakeHost host;
  test::Scene quiet;
  test::Scene later;
  later.request(0.6);
  later.request(0.1);  // younger than a round trip may be
  host.dumps = {dump_of(quiet), dump_of(quiet), dump_of(quiet), dump_of(later), dump_of(later)};
  const auto first = take_first_sample(host, {}, milliseconds(10'000));
  REQUIRE(first);
  CHECK(first->sample.half_open() == 0);
  REQUIRE(first->followed.all().size() == 1);
  CHECK(first->followed.all()[0].at == milliseconds(9000));
  CHECK(first->followed.all()[0].cookie == later.rows[0].cookie);
}

TEST_CASE("where many half-opens are known from the first dump, or a dump takes long, nobody looks again") {
  test::FakeHost host;
  test::Scene scene;
  SUBCASE("many") {
    scene.fresh(1000);
    host.dumps = {dump_of(scene)};
  }
  SUBCASE("dear") {
    host.dumps = {dump_of(scene)};
    host.dumps[0].takes = milliseconds(25);
  }
  REQUIRE(take_first_sample(host, {}, milliseconds(6000)));
  CHECK(host.asked() == "0 facts, 0 " + kRead + ", 1000 counters, 5000 counters");
  CHECK(host.time.passed_ms() == milliseconds(6000));
}

TEST_CASE("fewer half-opens than that are looked at again") {
  test::FakeHost host;
  test::Scene scene;
  scene.fresh(999);
  host.dumps = {dump_of(scene)};
  REQUIRE(take_first_sample(host, {}, milliseconds(6000)));
  CHECK(host.calls.size() == 8);
}

TEST_CASE("a look that is dear or fails is the last one, and the sample stays good") {
  test::FakeHost host;
  host.dumps.assign(3, {});
  SUBCASE("dear") { host.dumps[1].takes = milliseconds(25); }
  SUBCASE("failed") { host.dumps[1].error = Error{"read"}; }
  REQUIRE(take_first_sample(host, {}, milliseconds(6000)));
  CHECK(host.asked() == "0 facts, 0 " + kRead + ", 1000 counters, 4000 " + kRead + ", 5000 counters");
}

TEST_CASE("a look that is nearly dear is followed by others") {
  test::FakeHost host;
  host.dumps.assign(3, {});
  host.dumps[1].takes = milliseconds(24);
  REQUIRE(take_first_sample(host, {}, milliseconds(6000)));
  CHECK(host.calls.size() == 8);
}

/// A sample of a record, which counted so many drops.
std::unique_ptr<test::FakeHost> recorded_host(std::uint64_t drops, const test::Scene& scene, milliseconds at) {
  auto host = std::make_unique<test::FakeHost>();
  host->kernel[0].counters.listen_drops = drops;
  host->dumps = {dump_of(scene)};
  host->time.passed = at;
  return host;
}

TEST_CASE("a sample of a record is compared with the last but one, and the last follows that") {
  test::Scene quiet;
  test::Scene later;
  later.request(0.6);
  test::FakeHost host;
  CHECK_FALSE(recorded_first_sample(host, {}));
  SUBCASE("two stand before it") {
    host.sample_before = recorded_host(2, later, milliseconds(11'000));
    host.sample_before->sample_before = recorded_host(1, quiet, milliseconds(10'000));
    const auto first = recorded_first_sample(host, {});
    REQUIRE(first);
    CHECK(first->sample.half_open() == 0);
    CHECK(first->facts.counters.listen_drops == 1);
    CHECK(first->after_first_second.listen_drops == 2);
    CHECK(first->before_last_second.listen_drops == 2);
    REQUIRE(first->followed.all().size() == 1);
    CHECK(first->followed.all()[0].at == milliseconds(1000));
  }
  SUBCASE("one stands before it") {
    host.sample_before = recorded_host(2, later, milliseconds(11'000));
    const auto first = recorded_first_sample(host, {});
    REQUIRE(first);
    CHECK(first->sample.half_open() == 1);
    CHECK(first->facts.counters.listen_drops == 2);
    CHECK_FALSE(first->after_first_second.listen_drops);
    CHECK(first->before_last_second.listen_drops == 2);
  }
  SUBCASE("the one that it is compared with cannot be read") {
    host.sample_before = recorded_host(2, later, milliseconds(11'000));
    host.sample_before->sample_before = recorded_host(1, quiet, milliseconds(10'000));
    host.sample_before->sample_before->dumps[0].error = Error{"read"};
    CHECK_FALSE(recorded_first_sample(host, {}));
  }
}

TEST_CASE("a first dump that fails is an error at once") {
  test::FakeHost host;
  host.dumps = {{.error = Error{"read the answer of sock_diag", 105}}};
  const auto first = take_first_sample(host, {}, milliseconds(6000));
  REQUIRE(!first);
  CHECK(first.error().doing == "read the answer of sock_diag");
  CHECK(host.time.passed_ms() == milliseconds(0));
}

}  // namespace
}  // namespace tcpstat::check
