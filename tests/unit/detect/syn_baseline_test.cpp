#include "detect/syn_baseline.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <ostream>

#include "detect/scene.h"

namespace tcpstat::detect {

namespace {

using test::Scene;

/// Runs of cron on a host whose clock the test turns.
struct Host {
  std::string boot_id = "b1";
  std::uint64_t netns = 4'026'531'840;
  std::int64_t boot_time_s = 1000;
  std::uint64_t listen_cookie = 7;
  KernelFacts facts = test::zero_facts();
  Thresholds thresholds;
  std::optional<SynBaseline> baseline;
  std::uint64_t cookies = 1;
  Completeness completeness = Completeness::whole;

  BaselineStep run(const std::function<void(Scene&)>& make, std::int64_t later_s = 60) {
    boot_time_s += later_s;
    if (facts.counters.passive_opens) *facts.counters.passive_opens += 600;
    Scene scene;
    scene.next = cookies += 100'000;
    scene.listen_cookie = listen_cookie;
    make(scene);
    scene.established(20);
    SynSampler sampler;
    const SynSample sample = scene.sample();
    BaselineNow now;
    now.boot_id = boot_id;
    now.netns = netns;
    now.wall_time_s = 1'700'000'000 + boot_time_s;
    now.sample = &sample;
    now.facts = facts;
    now.facts.boot_time = std::chrono::seconds(boot_time_s);
    now.nominal = std::chrono::seconds(60);
    now.completeness = completeness;
    BaselineStep out = step(baseline ? &*baseline : nullptr, now, thresholds);
    baseline = out.next;
    return out;
  }
};

AttackLevel level(const BaselineStep& step) { return test::verdict(step.report, "host").level; }

void quiet(Scene& scene) { scene.fresh(3); }
void weak_flood(Scene& scene) { scene.flood(2, 60); }

TEST_CASE("the first run judges its snapshot and says so") {
  Host host;
  const BaselineStep first = host.run(quiet);
  CHECK(level(first) == AttackLevel::none);
  REQUIRE(first.notes.size() == 1);
  CHECK(first.next.boot_id == "b1");
  CHECK(host.run(quiet).notes.empty());
  Host attacked;
  CHECK(level(attacked.run(weak_flood)) == AttackLevel::likely);
}

TEST_CASE("a flood of 2 SYN/s is noticed in the first run and confirmed in the second") {
  Host host;
  for (int i = 0; i < 5; ++i) CHECK(level(host.run(quiet)) == AttackLevel::none);
  const BaselineStep first = host.run(weak_flood);
  CHECK(first.alarm);
  CHECK(first.never_completed_per_s.value() == doctest::Approx(2).epsilon(0.1));
  CHECK(level(first) == AttackLevel::suspicious);
  CHECK_FALSE(first.next.alert_since_s.has_value());
  const BaselineStep second = host.run(weak_flood);
  CHECK(level(second) >= AttackLevel::likely);
  CHECK(second.next.alert_since_s == host.baseline->wall_time_s);
  CHECK(second.next.runs == 1);
  CHECK(second.next.peak_per_s == doctest::Approx(2).epsilon(0.2));
}

TEST_CASE("the RSTs of ordinary runs are no sign of a service that ended, and more of them are") {
  Host host;
  host.facts.counters.out_rsts = 1'000'000;
  std::uint16_t port = 443;
  const auto run = [&](std::uint64_t resets) {
    *host.facts.counters.out_rsts += resets;
    const BaselineStep step = host.run([&](Scene& scene) { scene.local.port = port; });
    const Finding* found = test::finding(step.report, "refused-connections");
    return found == nullptr ? Severity::ok : found->severity;
  };
  // One thing at a time: services that come and go are another story.
  const auto forget_ends = [&] {
    std::erase_if(host.baseline->listeners, [](const PastListener& one) { return one.gone > 0; });
    for (PastListener& one : host.baseline->listeners) one.ends = 0;
  };
  CHECK(run(0) == Severity::ok);
  CHECK_FALSE(host.baseline->resets_per_s.has_value());
  CHECK(run(180) == Severity::ok);
  CHECK(host.baseline->resets_per_s == 3);
  port = 8443;
  CHECK(run(190) == Severity::ok);
  port = 443;
  CHECK(run(600) == Severity::critical);
  CHECK(*host.baseline->resets_per_s < 3.1);  // it rests
  // Before anything was learnt, nobody knows; then it is.
  host.baseline->resets_per_s.reset();
  forget_ends();
  port = 8443;
  CHECK(run(600) == Severity::warning);
  CHECK(host.baseline->resets_per_s == 10);
  forget_ends();
  port = 443;
  CHECK(run(600) == Severity::info);
  forget_ends();
  // In a crash loop its clients are refused from run to run.
  const double learnt = *host.baseline->resets_per_s;
  ++host.listen_cookie;
  CHECK(run(60'000) == Severity::warning);
  CHECK(host.baseline->resets_per_s == learnt);
  // A namespace that never sent any: none is known to be ordinary.
  forget_ends();
  host.baseline->resets_per_s.reset();
  host.baseline->counters.out_rsts = 0;
  *host.facts.counters.out_rsts = 0;
  port = 8443;
  CHECK(run(600) == Severity::critical);
  CHECK(host.baseline->resets_per_s == 0);
}

TEST_CASE("a flood between two runs is not told as if it were now") {
  Host host;
  host.run(quiet);
  *host.facts.counters.syncookies_sent += 3000;
  const auto left = [](Scene& scene) {
    for (int i = 0; i < 60; ++i) scene.request(20 + i / 10.0);
  };
  const BaselineStep some_left = host.run(left);
  REQUIRE(test::finding(some_left.report, "syn-flood") != nullptr);
  CHECK(test::finding(some_left.report, "syn-flood")->severity == Severity::warning);
  CHECK(test::finding(some_left.report, "syn-flood")->brief == "SYN flood on 0.0.0.0:443 is over");

  Host other;
  other.run(quiet);
  *other.facts.counters.syncookies_sent += 3000;
  const BaselineStep none_left = other.run(quiet);
  const Finding* over = test::finding(none_left.report, "syn-flood");
  REQUIRE(over != nullptr);
  CHECK(over->severity < Severity::critical);
  CHECK(over->message.find("443 since the last run is over: 3000 SYNs in 60 s came to nothing, and none is left") !=
        std::string::npos);
  // Where every SYN is answered by a cookie none is ever left, and a run that came at once cannot know.
  for (const bool soon : {false, true}) {
    Host host_of_cookies;
    host_of_cookies.facts.settings.syncookies = soon ? 1 : 2;
    host_of_cookies.run(quiet);
    *host_of_cookies.facts.counters.syncookies_sent += 3000;
    const BaselineStep now = host_of_cookies.run(quiet, soon ? 10 : 60);
    REQUIRE(test::finding(now.report, "syn-flood") != nullptr);
    CHECK(test::finding(now.report, "syn-flood")->message.find("is over") == std::string::npos);
  }
  // Nor can one where that is not known, or where sources answer by RST.
  for (const bool by_rst : {false, true}) {
    Host unsure;
    if (!by_rst) unsure.facts.settings.syncookies.reset();
    unsure.run(quiet);
    *unsure.facts.counters.syncookies_sent += 3000;
    if (by_rst) *unsure.facts.counters.embryonic_rsts += 18'000;
    const BaselineStep now = unsure.run(quiet);
    REQUIRE(test::finding(now.report, "syn-flood") != nullptr);
    CHECK(test::finding(now.report, "syn-flood")->message.find("is over") == std::string::npos);
  }
}

/// What is said of a service in a run in which it is there, or not, and so many connections were refused since the last.
Finding told_of_service(Host& host, bool there, std::uint64_t refused) {
  *host.facts.counters.out_rsts += refused;
  const BaselineStep step = host.run([&](Scene& scene) {
    if (!there) scene.local.port = 8443;
  });
  const Finding* found = test::finding(step.report, "refused-connections");
  return found != nullptr ? *found : Finding("", Severity::ok, Subject::host(), {{"", {}, "", {}, "", 0, ""}});
}

TEST_CASE("a service that is missing is told in every run until it is back") {
  Host host;
  told_of_service(host, true, 0);
  told_of_service(host, true, 0);
  for (int i = 0; i < 5; ++i) {
    CAPTURE(i);
    const Finding found = told_of_service(host, false, 600);
    CHECK(found.severity == Severity::critical);
    CHECK(found.subject == Subject::port(443));
  }
  CHECK(told_of_service(host, true, 600).subject != Subject::port(443));
  Host unasked;
  told_of_service(unasked, true, 0);
  told_of_service(unasked, false, 600);
  CHECK(told_of_service(unasked, false, 10).severity == Severity::ok);
  CHECK(told_of_service(unasked, false, 600).severity < Severity::warning);
}

TEST_CASE("a service that starts and ends again and again is told as that, whatever was refused before") {
  Host host;
  *host.facts.counters.out_rsts = 100'000;
  told_of_service(host, true, 0);
  told_of_service(host, true, 600);
  CHECK(told_of_service(host, false, 600).severity < Severity::warning);
  ++host.listen_cookie;
  CHECK(told_of_service(host, true, 600).severity < Severity::warning);
  const Finding found = told_of_service(host, false, 600);
  CHECK(found.severity == Severity::critical);
  CHECK(found.critical == 1);  // from so many a second on
  CHECK_FALSE(found.warning);
  CHECK(found.message ==
        "The service on :443 starts and ends again and again, and 10 connections a second are refused (RST)");
}

TEST_CASE("a service that is another one in each run starts and ends again and again, and once is a restart") {
  Host host;
  told_of_service(host, true, 0);
  ++host.listen_cookie;
  const Finding once = told_of_service(host, true, 600);
  CHECK(once.severity == Severity::info);
  CHECK(once.message == "The service on :443 was restarted, and meanwhile 10 connections a second were refused (RST)");
  ++host.listen_cookie;
  CHECK(told_of_service(host, true, 600).severity == Severity::critical);
  // It is steady again.
  CHECK(told_of_service(host, true, 600).severity < Severity::warning);
}

TEST_CASE("a pool of listeners that shrinks to one has not ended") {
  Host host;
  host.facts.counters.out_rsts = 1'000'000;
  for (int i = 0; i < 3; ++i) host.run(quiet);
  for (const std::uint32_t sockets : {3U, 1U}) {
    CAPTURE(sockets);
    host.baseline->listeners.front().sockets = sockets;
    ++host.listen_cookie;
    *host.facts.counters.out_rsts += 600;
    const BaselineStep step = host.run(quiet);
    const bool restarted =
        std::any_of(step.report.findings.begin(), step.report.findings.end(),
                    [](const Finding& one) { return one.message.find("was restarted") != std::string::npos; });
    CHECK(restarted == (sockets == 1));
    CHECK(step.next.listeners.front().ends == (sockets == 1 ? 1 : 0));
  }
}

TEST_CASE("a run just after the first that saw a flood says what that one said") {
  Host host;
  host.run(quiet);
  const AttackLevel seen = level(host.run(weak_flood));
  CHECK(seen == AttackLevel::suspicious);
  const BaselineStep soon = host.run(weak_flood, 1);
  REQUIRE(soon.notes.size() == 1);
  CHECK(level(soon) == seen);
  CHECK_FALSE(soon.next.alert_since_s.has_value());
}

TEST_CASE("a full queue needs no second run") {
  Host host;
  host.run(quiet);
  const BaselineStep first = host.run([](Scene& scene) {
    scene.backlog = 128;
    scene.flood(18, 7);
    scene.fresh(3);
  });
  CHECK(level(first) == AttackLevel::under_attack);
  CHECK(first.next.alert_since_s.has_value());
}

TEST_CASE("a full queue of clients that hear nothing needs no second run either") {
  for (const std::uint32_t backlog : {128U, 1024U}) {
    CAPTURE(backlog);
    Host host;
    for (int i = 0; i < 3; ++i) host.run(quiet);
    const BaselineStep first = host.run([&](Scene& scene) {
      scene.backlog = backlog;
      scene.flood(9, 15, test::Sources::random, 3);
    });
    const bool full = backlog == 128;
    CHECK((test::found(first.report, "return-path").severity >= Severity::warning) == full);
    CHECK(first.next.alert_since_s.has_value() == full);
  }
}

TEST_CASE("what has added up accuses nobody while a broken way back explains it") {
  Host host;
  host.run(quiet);
  BaselineStep last;
  for (int i = 0; i < 4; ++i) {
    *host.facts.counters.syncookies_sent += 6000;
    last = host.run([](Scene& scene) { scene.flood(9, 15, test::Sources::random, 3); });
    CHECK(test::finding(last.report, "syn-flood") == nullptr);
  }
  CHECK(last.alarm);
  // What is left of it is too little to be told of a listener.
  last = host.run([](Scene& scene) {
    for (int i = 0; i < 15; ++i) scene.request(6 + i / 20.0, test::Sources::random, 1);
  });
  CHECK(test::finding(last.report, "syn-flood") == nullptr);
}

TEST_CASE("an alert ends after three quiet runs, however long the flood was") {
  for (const int flooded : {2, 20}) {
    CAPTURE(flooded);
    Host host;
    host.run(quiet);
    for (int i = 0; i < flooded; ++i) host.run(weak_flood);
    REQUIRE(host.baseline->alert_since_s.has_value());
    for (int i = 0; i < 2; ++i) {
      const BaselineStep step = host.run(quiet);
      CHECK(level(step) == AttackLevel::suspicious);
      REQUIRE(test::finding(step.report, "syn-flood") != nullptr);
      CHECK(test::finding(step.report, "syn-flood")->message.find("is not seen now") != std::string::npos);
    }
    const BaselineStep third = host.run(quiet);
    CHECK(level(third) == AttackLevel::none);
    CHECK_FALSE(third.next.alert_since_s.has_value());
    CHECK(third.next.runs == 0);
  }
}

TEST_CASE("an alert ends after three quiet runs though others were missed") {
  Host host;
  host.run(quiet);
  for (int i = 0; i < 20; ++i) host.run(weak_flood);
  REQUIRE(host.baseline->alert_since_s.has_value());
  CHECK(level(host.run(quiet, 300)) == AttackLevel::suspicious);
  CHECK(level(host.run(quiet, 300)) == AttackLevel::suspicious);
  CHECK(level(host.run(quiet, 300)) == AttackLevel::none);
  CHECK_FALSE(host.baseline->alert_since_s.has_value());
}

TEST_CASE("what is not seen any more is told as what it was") {
  const auto told_after = [](const std::function<void(Scene&)>& loud) {
    Host host;
    host.run(loud);
    REQUIRE(host.baseline->alert_since_s.has_value());
    const BaselineStep step = host.run(quiet);
    const Finding& found = test::found(step.report, "syn-flood");
    return found.message + " / " + found.brief;
  };
  CHECK(told_after(weak_flood) ==
        "The SYN flood of the last runs is not seen now: quiet for 1 of 3 runs, peak 2 SYN/s / SYN flood of the last "
        "runs not seen now");
  // Nobody could tell a rate.
  CHECK(told_after([](Scene& scene) { scene.fresh(512); }) ==
        "The SYN flood or flash crowd of the last runs is not seen now: quiet for 1 of 3 runs / SYN flood or flash "
        "crowd of the last runs not seen now");
}

TEST_CASE("what the first look could not tell from a flood is no alert once the next run tells a crowd") {
  const auto full = [](Scene& scene) { scene.fresh(512); };
  const auto crowd_on = [](Host& host) {
    return host.run([&](Scene& scene) {
      scene.fresh(200);
      *host.facts.counters.passive_opens += 20'000;
    });
  };
  Host host;
  CHECK(level(host.run(full)) == AttackLevel::suspicious);
  REQUIRE(host.baseline->alert_since_s.has_value());
  const BaselineStep next = crowd_on(host);
  CHECK(level(next) == AttackLevel::none);
  CHECK(test::finding(next.report, "syn-flood") == nullptr);
  CHECK_FALSE(next.next.alert_since_s.has_value());
  // A flood that had a rate may only pause.
  Host flooded;
  flooded.run(quiet);
  for (int i = 0; i < 3; ++i) flooded.run(weak_flood);
  const BaselineStep pause = crowd_on(flooded);
  CHECK(level(pause) == AttackLevel::suspicious);
  CHECK(test::finding(pause.report, "syn-flood") != nullptr);
}

TEST_CASE("a flood that pauses for a run is found again at once") {
  Host host;
  host.run(quiet);
  for (int i = 0; i < 5; ++i) host.run(weak_flood);
  CHECK(host.run(quiet).next.sum <= 1);
  const BaselineStep again = host.run(weak_flood);
  CHECK(again.alarm);
  CHECK(level(again) >= AttackLevel::likely);
}

TEST_CASE("a flash crowd adds nothing up") {
  Host host;
  for (int i = 0; i < 3; ++i) host.run(quiet);
  for (int i = 0; i < 5; ++i) {
    const BaselineStep step = host.run([&](Scene& scene) {
      scene.fresh(200);
      *host.facts.counters.passive_opens += 20'000;
    });
    CHECK(level(step) == AttackLevel::none);
    CHECK_FALSE(step.alarm);
    CHECK(step.next.sum == 0);
  }
}

TEST_CASE("a site's ordinary loss is learnt") {
  const auto lossy = [](Scene& scene) {
    for (int i = 0; i < 20; ++i) scene.request(1.5 + i / 20.0, test::Sources::random, 1);
    for (int i = 0; i < 8; ++i) scene.request(4 + i / 8.0, test::Sources::random, 1);
    scene.fresh(20);
  };
  Host host;
  for (int i = 0; i < 10; ++i) {
    const BaselineStep step = host.run(lossy);
    CHECK(level(step) == AttackLevel::none);
    CHECK(step.next.sum == 0);
  }
  CHECK(host.baseline->mean == doctest::Approx(2).epsilon(0.1));  // eight older than 3 s, over 4 s
}

TEST_CASE("what a site's loss varies by is learnt, and no sum within three deviations") {
  const auto lossy = [](int old) {
    return [old](Scene& scene) {
      for (int i = 0; i < 20; ++i) scene.request(1.5 + i / 20.0, test::Sources::random, 1);
      for (int i = 0; i < old; ++i) scene.request(4 + i / 8.0, test::Sources::random, 1);
      scene.fresh(20);
    };
  };
  Host host;
  for (int i = 0; i < 10; ++i) host.run(lossy(8));
  CHECK(host.baseline->mean == doctest::Approx(2));
  CHECK(host.baseline->variance == doctest::Approx(0));
  host.run(lossy(16));
  CHECK(host.baseline->mean == doctest::Approx(2.1));
  CHECK(host.baseline->variance == doctest::Approx(0.2));
  host.run(lossy(8));
  CHECK(host.baseline->mean == doctest::Approx(2.095));
  CHECK(host.baseline->variance == doctest::Approx(0.1905));
}

TEST_CASE("strays and programs that do not accept add nothing up") {
  const auto sum = [](const std::function<void(Scene&)>& make) {
    Host host;
    host.run(quiet);
    for (int i = 0; i < 10; ++i) CHECK_FALSE(host.run(make).alarm);
    return host.baseline->sum;
  };
  CHECK(sum([](Scene& scene) {
          scene.backlog = 4096;
          scene.flood(1, 60);
        }) == 0);
  CHECK(sum([](Scene& scene) {
          scene.backlog = 64;
          scene.accept_queue = 65;
          scene.flood(3, 7);
        }) == 0);
  CHECK(sum([](Scene& scene) {
          for (int i = 0; i < 300; ++i) scene.request(i / 20.0, test::Sources::random, 0, 9);
        }) == 0);
}

TEST_CASE("one run that sees a flood says so, a level lower") {
  Host host;
  for (int i = 0; i < 3; ++i) host.run(quiet);
  const BaselineStep first = host.run(weak_flood);
  const Finding& told = test::found(first.report, "syn-flood");
  CHECK(told.message.ends_with(" (seen in one run, the next one decides)"));
  CHECK(told.severity == Severity::info);
  CHECK(level(first) == AttackLevel::suspicious);
  Host possible;
  for (int i = 0; i < 3; ++i) possible.run(quiet);
  const BaselineStep weaker = possible.run([](Scene& scene) { scene.flood(2, 5); });
  CHECK(level(weaker) == AttackLevel::none);
  CHECK(test::found(weaker.report, "syn-flood").severity == Severity::info);
}

TEST_CASE("runs were missed after three times the usual time, and none is compared within two seconds") {
  const auto notes = [](std::int64_t later_s) {
    Host host;
    for (int i = 0; i < 3; ++i) host.run(quiet);
    const BaselineStep step = host.run(quiet, later_s);
    return step.notes.empty() ? std::string() : step.notes.front();
  };
  CHECK(notes(180) == "");
  CHECK(notes(181).starts_with("Runs were missed"));
  CHECK(notes(2) == "");
  CHECK(notes(1).starts_with("The last run is less than 2 s ago"));
}

TEST_CASE("a table that was read in part ends no service") {
  for (const Completeness completeness : {Completeness::whole, Completeness::partial}) {
    Host host;
    host.facts.counters.out_rsts = 1'000'000;
    for (int i = 0; i < 3; ++i) host.run(quiet);
    host.completeness = completeness;
    *host.facts.counters.out_rsts += 6000;
    host.run([](Scene& scene) { scene.local.port = 8443; });
    const bool gone = std::any_of(host.baseline->listeners.begin(), host.baseline->listeners.end(),
                                  [](const PastListener& one) { return one.gone > 0; });
    CHECK(gone == (completeness == Completeness::whole));
  }
}

TEST_CASE("a service that may have ended is remembered for three runs") {
  Host host;
  host.facts.counters.out_rsts = 1'000'000;
  std::uint16_t port = 443;
  const auto run = [&] {
    *host.facts.counters.out_rsts += 120;
    return host.run([&](Scene& scene) { scene.local.port = port; });
  };
  for (int i = 0; i < 3; ++i) run();
  port = 8443;  // as many RSTs as ever: it is not told
  const auto remembered = [&] {
    return std::count_if(host.baseline->listeners.begin(), host.baseline->listeners.end(),
                         [](const PastListener& one) { return one.gone > 0; });
  };
  for (const int there : {1, 1, 1, 0}) {
    const BaselineStep step = run();
    CHECK(test::finding(step.report, "refused-connections") == nullptr);
    CHECK(remembered() == there);
  }
}

TEST_CASE("what has added up does not outlive a reboot") {
  Host host;
  for (int i = 0; i < 3; ++i) host.run(quiet);
  for (int i = 0; i < 4; ++i) host.run(weak_flood);
  REQUIRE(host.baseline->sum > 1);
  REQUIRE(host.baseline->alert_since_s.has_value());
  host.boot_id = "b2";
  host.boot_time_s = 0;
  host.facts = test::zero_facts();
  CHECK(host.run(quiet).next.sum == 0);
  CHECK(host.baseline->alert_since_s.has_value());
  host.run(quiet);
  CHECK_FALSE(host.run(quiet).next.alert_since_s.has_value());
}

TEST_CASE("an alert is remembered as what it was about") {
  const auto unheard = [](Scene& scene) { scene.flood(20, 15, test::Sources::random, 3); };
  Host host;
  host.run(quiet);
  for (int i = 0; i < 3; ++i) host.run(unheard);
  REQUIRE(host.baseline->alert_since_s.has_value());
  const BaselineStep after = host.run(quiet);
  REQUIRE(test::finding(after.report, "return-path") != nullptr);
  CHECK(test::finding(after.report, "return-path")->message.starts_with("The broken return path of the last runs"));
  CHECK(test::finding(after.report, "syn-flood") == nullptr);
  for (int i = 0; i < 2; ++i) host.run(weak_flood);
  CHECK(host.baseline->alert_rule == "syn-flood");
}

TEST_CASE("what is left of a flood and harms nobody ends its alert") {
  const auto room = [](double per_s) {
    return [per_s](Scene& scene) {
      scene.backlog = 4096;
      scene.flood(per_s, 60);
    };
  };
  Host host;
  host.run(quiet);
  for (int i = 0; i < 2; ++i) host.run(room(20));
  REQUIRE(host.baseline->alert_since_s.has_value());
  const BaselineStep after = host.run(room(0.5));
  CHECK(level(after) == AttackLevel::none);
  CHECK_FALSE(after.next.alert_since_s.has_value());
  CHECK(test::finding(after.report, "stray-syns") != nullptr);
  CHECK(test::finding(after.report, "syn-flood") == nullptr);
}

TEST_CASE("what makes the past useless is said, and nothing is judged by it") {
  struct Row {
    std::string_view name;
    void (*change)(Host&);
    std::int64_t later_s;
    std::string_view note;
    bool learnt;
  };
  const Row rows[] = {
      {"reboot",
       [](Host& h) {
         h.boot_id = "b2";
         h.boot_time_s = 0;
         h.facts = test::zero_facts();
       },
       60, "started since", true},
      {"namespace",
       [](Host& h) {
         h.netns = 5;
         h.facts = test::zero_facts();
       },
       60, "another network namespace", false},
      {"counters", [](Host& h) { h.facts.counters.listen_drops = 0; }, 60, "began anew", true},
      {"clock", [](Host&) {}, -500, "in the future", true},
      {"missed runs", [](Host&) {}, 600, "were missed", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Host host;
    host.facts.counters.listen_drops = 100'000;
    for (int i = 0; i < 4; ++i) host.run(quiet);
    row.change(host);
    const BaselineStep step = host.run(quiet, row.later_s);
    REQUIRE(step.notes.size() == 1);
    CHECK(step.notes[0].find(row.note) != std::string::npos);
    CHECK(level(step) == AttackLevel::none);
    CHECK_FALSE(step.alarm);
    CHECK((step.next.quiet_runs > 2) == row.learnt);
    CHECK(host.run(quiet).notes.empty());
  }
}

TEST_CASE("a run within two seconds changes nothing") {
  Host host;
  host.run(quiet);
  host.run(weak_flood);
  host.run(weak_flood);
  const SynBaseline before = *host.baseline;
  const BaselineStep step = host.run(quiet, 1);
  CHECK(level(step) == before.reported);
  CHECK(step.next.boot_time == before.boot_time);
  CHECK(step.next.sum == before.sum);
  CHECK(step.notes.size() == 1);
}

TEST_CASE("32-bit counters that wrap are carried over") {
  Host host;
  host.facts.counters.syncookies_sent = 0xFFFF'FF00;
  host.facts.counters.syncookies_recv = 0xFFFF'FF00;
  host.run(quiet);
  host.facts.counters.syncookies_sent = 0x1'0000 - 0x100;
  host.facts.counters.syncookies_recv = 0;
  const BaselineStep step = host.run(quiet);
  CHECK(step.notes.empty());
  CHECK(step.alarm);  // 65,536 - 256 cookies, and 256 answers
}

TEST_CASE("a listener that was restarted is compared with nothing") {
  Host host;
  host.run([](Scene& scene) {
    scene.drops = 1000;
    scene.flood(20, 8);
  });
  const auto flood = [](Scene& scene) {
    scene.drops = 5000;
    scene.flood(20, 8);
  };
  SUBCASE("the same one") {
    const BaselineStep step = host.run(flood);
    CHECK(test::evidence(test::verdict(step.report), "listener_drops") != nullptr);
  }
  SUBCASE("another one") {
    host.listen_cookie = 8;
    const BaselineStep step = host.run(flood);
    CHECK(test::evidence(test::verdict(step.report), "listener_drops") == nullptr);
  }
}

TEST_CASE("SYNPROXY is judged from run to run") {
  Host host;
  host.facts.filters.synproxy_syn_received = 100;
  host.facts.filters.synproxy_cookie_valid = 100;
  const auto flooded = [&] {
    *host.facts.filters.synproxy_syn_received += 6000;
    *host.facts.filters.synproxy_cookie_valid += 60;
    return host.run(quiet);
  };
  host.run(quiet);
  CHECK(level(host.run(quiet)) == AttackLevel::none);
  CHECK(level(flooded()) == AttackLevel::suspicious);
  const BaselineStep second = flooded();
  CHECK(level(second) >= AttackLevel::likely);
  const Evidence* answers = test::evidence(test::verdict(second.report, "host"), "synproxy_answers");
  REQUIRE(answers != nullptr);
  CHECK(answers->value == 0.01);
}

TEST_CASE("where the last run did not keep what SYNPROXY counted, it is said and nothing is called well") {
  Host host;
  host.facts.filters.synproxy_syn_received = 100;
  host.facts.filters.synproxy_cookie_valid = 100;
  host.run(quiet);
  host.baseline->filters = {};
  const BaselineStep step = host.run(quiet);
  CHECK(level(step) == AttackLevel::unknown);
  const auto& blind = test::verdict(step.report, "host").blind;
  CHECK(std::any_of(blind.begin(), blind.end(),
                    [](const std::string& spot) { return spot.find("counters of SYNPROXY") != std::string::npos; }));
  CHECK(level(host.run(quiet)) == AttackLevel::none);
}

TEST_CASE("the sum that alarms is the user's") {
  Host host;
  host.thresholds.set("history", "sum", 100);
  for (int i = 0; i < 5; ++i) host.run(quiet);
  CHECK_FALSE(host.run(weak_flood).alarm);
}

TEST_CASE("another boot begins the sum anew, and an alert ends after three quiet runs") {
  Host host;
  host.run(quiet);
  for (int i = 0; i < 5; ++i) host.run(weak_flood);
  REQUIRE(host.baseline->sum > 1);
  host.boot_id = "b2";
  host.boot_time_s = 0;
  host.facts = test::zero_facts();
  CHECK(host.run(quiet).next.sum == 0);
  CHECK(level(host.run(quiet)) == AttackLevel::suspicious);
  const BaselineStep third = host.run(quiet);
  CHECK(level(third) == AttackLevel::none);
  CHECK_FALSE(third.next.alert_since_s.has_value());
}

TEST_CASE("the baseline is bounded") {
  Host host;
  for (int i = 0; i < 20; ++i) host.run([](Scene& scene) { scene.flood(1000, 8); });
  CHECK(cookies_of(*host.baseline).size() == SynBaseline::kMostRequests);
  CHECK(host.baseline->history.size() == SynBaseline::kHistory);
  CHECK(host.baseline->sum <= 10);
}

}  // namespace
}  // namespace tcpstat::detect
