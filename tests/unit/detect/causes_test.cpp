#include "detect/causes.h"

#include <doctest/doctest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

/// Scenes side by side, each a listener on a port of its own from 8000 on.
SynSample together(std::vector<Scene>& scenes, const SynSample* before = nullptr) {
  SynSampler sampler;
  if (before != nullptr) sampler.watch(*before);
  std::uint16_t port = 8000;
  for (Scene& scene : scenes) {
    for (Connection row : scene.rows) {
      row.local.port = port;
      row.cookie = *row.cookie * 1000 + port;
      sampler.connection(row);
    }
    Listener listener;
    listener.local = test::endpoint("0.0.0.0", port++);
    listener.cookie = port;
    listener.accept_queue = 0;
    listener.accept_limit = scene.backlog;
    listener.drops = scene.drops;
    sampler.listener(listener);
  }
  SynSample sample = sampler.take();
  port = 8000;
  for (const Scene& scene : scenes) {
    for (Connection proc : scene.proc_rows) {
      proc.local.port = port;
      sample.add_timeouts(proc);
    }
    ++port;
  }
  return sample;
}

SynReport judged_cause(std::vector<Scene>& scenes) {
  const SynSample sample = together(scenes);
  SynInput input;
  input.now = &sample;
  input.facts = test::zero_facts();
  return detect_syn(input, {});
}

std::vector<Scene> several(std::size_t count, double per_s, double seconds, std::uint32_t repeated = 0) {
  std::vector<Scene> out(count);
  std::uint64_t next = 1;
  for (Scene& scene : out) {
    scene.next = next;
    scene.flood(per_s, seconds, Sources::random, repeated);
    next = scene.next;
  }
  return out;
}

TEST_CASE("a flood over many listeners is one finding") {
  std::vector<Scene> scenes = several(50, 2, 20);
  const SynReport report = judged_cause(scenes);
  REQUIRE(test::finding(report, "syn-flood") != nullptr);
  const Finding& flood = *test::finding(report, "syn-flood");
  CHECK(flood.message == "SYN flood over 50 listeners (8000–8049) from random sources, about 100 SYN/s together");
  CHECK(flood.subject == "host");
  CHECK(flood.severity == Severity::warning);  // 126 of 512 at each
  CHECK(flood.next == "tcpstat summary --by local_port -s SYN_RECV");
  for (const Finding& other : report.findings) CHECK((&other == &flood || other.severity == Severity::info));
}

TEST_CASE("a flood that leaves too little at each listener is seen by all of them together") {
  std::vector<Scene> scenes(40);
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    scenes[i].next = 1 + 10 * i;
    for (int n = 0; n < 3; ++n) scenes[i].request(4 * n + static_cast<double>(i) / 10 + 0.05);
  }
  const SynReport report = judged_cause(scenes);
  for (const SynVerdict& verdict : report.verdicts)
    if (!verdict.subject.is_host()) CHECK(verdict.level < AttackLevel::likely);
  CHECK(test::verdict(report, "host").level == AttackLevel::likely);
  REQUIRE(test::finding(report, "syn-flood") != nullptr);
  CHECK(test::finding(report, "syn-flood")->message.starts_with("SYN flood over 40 listeners (8000–8039)"));
}

TEST_CASE("a few SYNs at each of many listeners are the noise of any network") {
  std::vector<Scene> scenes(40);
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    scenes[i].next = 1 + 10 * i;
    for (int n = 0; n < 3; ++n) scenes[i].request(15 * n + static_cast<double>(i) / 3 + 1.1);
  }
  const SynReport report = judged_cause(scenes);
  CHECK(test::verdict(report, "host").level < AttackLevel::likely);
  CHECK(test::finding(report, "syn-flood") == nullptr);
}

TEST_CASE("more SYNs a second than noise brings are a flood over all listeners, and so is noise without room") {
  const auto flooded = [](double apart_s, std::uint32_t backlog) {
    std::vector<Scene> scenes(40);
    for (std::size_t i = 0; i < scenes.size(); ++i) {
      scenes[i].backlog = backlog;
      scenes[i].next = 1 + 10 * i;
      for (int n = 0; n < 3; ++n) scenes[i].request(apart_s * (n + static_cast<double>(i) / 44) + 1.1);
    }
    return test::verdict(judged_cause(scenes), "host").level >= AttackLevel::likely;
  };
  CHECK(flooded(5.5, 511));  // 120 within 16 s
  CHECK_FALSE(flooded(10, 511));
  CHECK(flooded(10, 2));
}

TEST_CASE("listeners without old requests do not count with those of a flood") {
  std::vector<Scene> scenes = several(5, 20, 10);
  scenes.resize(8);
  CHECK(test::found(judged_cause(scenes), "syn-flood").message.find(" over 5 listeners (8000–8004)") !=
        std::string::npos);
}

TEST_CASE("the host is as bad as the worst of its listeners") {
  for (const bool first : {true, false}) {
    std::vector<Scene> scenes(2);
    scenes[first ? 0 : 1].flood(40, 10);
    scenes[first ? 1 : 0].next = 10'000;
    scenes[first ? 1 : 0].flood(2, 20);
    const SynReport report = judged_cause(scenes);
    const SynVerdict& worst = test::verdict(report, first ? "0.0.0.0:8000" : "0.0.0.0:8001");
    const SynVerdict& other = test::verdict(report, first ? "0.0.0.0:8001" : "0.0.0.0:8000");
    REQUIRE(worst.score > other.score);
    CHECK(test::verdict(report, "host").score == worst.score);
    CHECK(test::verdict(report, "host").rate_per_s == worst.rate_per_s);
  }
}

TEST_CASE("one listener in a crowd of quiet ones is named") {
  std::vector<Scene> scenes(300);
  scenes[7].flood(20, 10);
  const SynReport report = judged_cause(scenes);
  REQUIRE(test::finding(report, "syn-flood") != nullptr);
  CHECK(test::finding(report, "syn-flood")->subject == "0.0.0.0:8007");
}

TEST_CASE("one look at several full queues tells a least rate") {
  std::vector<Scene> scenes = several(5, 20, 7);
  CHECK(test::finding(judged_cause(scenes), "syn-flood")->message.find(", about ") != std::string::npos);
  for (Scene& scene : scenes) scene.backlog = 128;
  CHECK(test::finding(judged_cause(scenes), "syn-flood")->message.find(", at least ") != std::string::npos);
}

TEST_CASE("a broken return path of several listeners is one finding, and no flood") {
  std::vector<Scene> scenes = several(5, 20, 15, 3);
  const SynReport report = judged_cause(scenes);
  CHECK(test::finding(report, "syn-flood") == nullptr);
  REQUIRE(test::finding(report, "return-path") != nullptr);
  CHECK(
      test::finding(report, "return-path")->sentence() ==
      "Clients of 5 listeners (8000–8004) do not get our SYN+ACK, or a possible SYN flood repeats its SYNs: 100 % "
      "of those that wait repeat their SYN, none completed for 14 s; see who they are: one network is a broken way to "
      "it (routing, firewall), random sources are a flood");
}

}  // namespace
}  // namespace tcpstat::detect
