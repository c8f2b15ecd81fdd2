#include "check/conntrack_sources.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <ostream>

#include "detect/scene.h"
#include "support/fake_host.h"

namespace tcpstat::check {
namespace {

using detect::Tracking;

/// SYN cookies are sent, hardly any comes back, and connection tracking has entries.
struct Hidden {
  Hidden() {
    now.counters.syncookies_sent = 10'000;
    now.settings.conntrack_count = 2;
    host.tracked_flows = {{.source = test::endpoint("203.0.113.9", 1024),
                           .local = test::endpoint("192.0.2.1", 443),
                           .state = State::syn_recv,
                           .left_s = std::nullopt}};
  }

  detect::TrackedSample ask() { return tracked_sources(host, scene.sample(), before, now, thresholds); }

  test::FakeHost host;
  test::Scene scene;
  KernelFacts before = test::zero_facts();
  KernelFacts now = test::zero_facts();
  Thresholds thresholds;
};

TEST_CASE_FIXTURE(Hidden, "connection tracking is asked who sends the SYNs that cookies hide") {
  const detect::TrackedSample sample = ask();
  CHECK(sample.tracking == Tracking::read);
  CHECK(sample.half_open == 1);
  CHECK(host.asked() == "0 tracked flows");
}

TEST_CASE_FIXTURE(Hidden, "it is not asked where cookies hide nothing, nor where it has no entries") {
  SUBCASE("no cookies") {
    now.counters.syncookies_sent = 0;
    CHECK(ask().tracking == Tracking::not_asked);
  }
  SUBCASE("no entries") {
    now.settings.conntrack_count = 0;
    CHECK(ask().tracking == Tracking::inactive);
  }
  SUBCASE("not there") {
    now.settings.conntrack_count.reset();
    CHECK(ask().tracking == Tracking::inactive);
  }
  SUBCASE("no sysctl is") {
    now.settings = {};
    CHECK(ask().tracking == Tracking::untold);
  }
  CHECK(host.calls.empty());
}

TEST_CASE_FIXTURE(Hidden, "it is asked whose requests RSTs ended") {
  now.counters.syncookies_sent = 0;
  now.counters.embryonic_rsts = 99;
  CHECK(ask().tracking == Tracking::not_asked);
  now.counters.embryonic_rsts = 100;
  host.tracked_flows.front().state = State::close;
  const detect::TrackedSample sample = ask();
  CHECK(sample.tracking == Tracking::read);
  CHECK(sample.half_open == 0);
  CHECK(sample.reset == 1);
  REQUIRE(sample.reset_sources.size() == 1);
  CHECK(to_string(sample.reset_sources.front()) == "203.0.113.9");
}

TEST_CASE_FIXTURE(Hidden, "who may not ask is told apart from who could not") {
  host.tracking_error = Error{"read connection tracking", EPERM};
  CHECK(ask().tracking == Tracking::refused);
  host.tracking_error->code = EIO;
  CHECK(ask().tracking == Tracking::failed);
}

}  // namespace
}  // namespace tcpstat::check
