// Refused connections: how many, who opens them, and which listener went away.

#include <doctest/doctest.h>

#include "detect/scene.h"
#include "support/told.h"

namespace tcpstat::detect {
namespace {

using test::Scene;

KernelFacts reset(std::uint64_t count) {
  KernelFacts facts = test::zero_facts();
  facts.counters.out_rsts = count;
  return facts;
}

/// Two samples, five seconds apart.
SynInput after_five_seconds(const SynSample& before, const SynSample& now, const KernelFacts& facts,
                            const KernelFacts& facts_before = test::zero_facts()) {
  SynInput input;
  input.now = &now;
  input.before = &before;
  input.facts = facts;
  input.facts_before = facts_before;
  input.apart = std::chrono::seconds(5);
  return input;
}

Scene listening(std::uint16_t port) {
  Scene scene;
  scene.local.port = port;
  return scene;
}

/// Five seconds, during which the listener stayed, or another one came in its place.
const Finding* refused(SynReport& report, const KernelFacts& facts, std::uint16_t before, std::uint16_t now) {
  report = test::delta(listening(before), listening(now), facts);
  return test::finding(report, "refused-connections");
}

}  // namespace

TEST_CASE("many RSTs are refused connections, and nobody is accused") {
  SynReport report;
  CHECK(refused(report, reset(24), 443, 443) == nullptr);
  REQUIRE(refused(report, reset(245), 443, 443) != nullptr);
  CHECK(refused(report, reset(245), 443, 443)->severity == Severity::info);
  const Finding* found = refused(report, reset(400), 443, 443);
  REQUIRE(found != nullptr);
  CHECK(found->severity == Severity::warning);
  CHECK(found->subject == Subject::host());
  CHECK(found->value == 80);
  CHECK(test::told(*found) ==
        "80 connections a second are refused (RST): nothing listens where they go. Is a service down? (a scan, or "
        "segments of no connection, look like this too)");
  CHECK(found->next == "tcpstat -lp");
}

TEST_CASE("two samples name the listener that went away, at any rate that clients have") {
  SynReport report;
  CHECK(refused(report, reset(4), 443, 8443) == nullptr);
  const Finding* found = refused(report, reset(5), 443, 8443);
  REQUIRE(found != nullptr);
  CHECK(found->severity == Severity::critical);
  CHECK(found->subject == Subject::port(443));
  CHECK(found->brief == "Nothing listens on :443 any more");
  CHECK(test::told(*found) ==
        "Nothing listens on :443 any more, and 1 connection a second is refused (RST): is the service down?");
}

TEST_CASE("who listens on the same port elsewhere serves no clients of a listener that is gone") {
  struct Case {
    std::string_view name;
    std::string_view gone;
    std::string_view there;
    bool stood_before;
    std::string_view subject;  ///< empty: nobody is missing
  };
  for (const Case& one : {
           Case{"one address beside it", "192.0.2.1", "127.0.0.1", true, "192.0.2.1:443"},
           Case{"all of another family", "::", "0.0.0.0", true, "[::]:443"},
           Case{"all addresses", "192.0.2.1", "0.0.0.0", true, ""},
           Case{"all of both families", "192.0.2.1", "::", true, ""},
           Case{"one of all", "0.0.0.0", "127.0.0.1", true, "0.0.0.0:443"},
           Case{"moved to one address", "0.0.0.0", "192.0.2.1", false, ""},
           Case{"moved to where nobody else comes", "0.0.0.0", "127.0.0.1", false, "0.0.0.0:443"},
           Case{"moved to another of this host alone", "127.0.0.1", "127.0.0.2", false, ""},
           Case{"moved to another", "192.0.2.1", "192.0.2.2", false, ""},
       }) {
    CAPTURE(one.name);
    const auto on = [](std::string_view address) {
      Scene scene;
      scene.local = test::endpoint(address, 443);
      return scene.sample();
    };
    SynSample before = on(one.gone);
    const SynSample now = on(one.there);
    if (one.stood_before) before.listeners.push_back(now.listeners.front());
    SynInput input = after_five_seconds(before, now, reset(200), reset(0));
    const SynReport report = detect_syn(input, {});
    const Finding* found = test::finding(report, "refused-connections");
    REQUIRE(found != nullptr);
    const bool missing = found->message.starts_with("Nothing listens on ");
    CHECK((missing ? found->subject.text() : "") == one.subject);
  }
}

TEST_CASE("what was refused before the listener went is not its clients") {
  struct Case {
    std::string_view name;
    std::optional<double> before_per_s;
    std::uint64_t until_then;
    std::optional<std::uint64_t> first_second;
    std::uint64_t in_five_s;
    std::optional<Severity> severity;
  };
  for (const Case& one : {
           Case{"as many in earlier runs", 3, 1000, {}, 15, {}},
           Case{"more by chance", 3, 1000, {}, 22, {}},
           Case{"three deviations more, but for a bit", 1, 1000, {}, 11, {}},
           Case{"three deviations more", 1, 1000, {}, 12, Severity::critical},
           Case{"many more", 3, 1000, {}, 40, Severity::critical},
           Case{"none in earlier runs", 0, 1000, {}, 5, Severity::critical},
           Case{"earlier runs not known", {}, 1000, {}, 15, Severity::warning},
           Case{"hardly any, earlier runs not known", {}, 1000, {}, 4, {}},
           Case{"hardly any, one of them in the first second", {}, 1000, 1, 4, {}},
           Case{"hardly any ever", {}, 1, {}, 15, Severity::critical},
           Case{"as many in the first second", {}, 1000, 3, 15, Severity::info},
           Case{"many more since", {}, 1000, 3, 100, Severity::critical},
           Case{"few, but none in the first second", {}, 1000, 0, 8, Severity::warning},
           Case{"many, and none in the first second", {}, 1000, 0, 40, Severity::critical},
       }) {
    CAPTURE(one.name);
    const SynSample before = listening(443).sample();
    const SynSample now = listening(8443).sample();
    SynInput input = after_five_seconds(before, now, reset(one.until_then + one.in_five_s), reset(one.until_then));
    if (one.first_second) {
      input.after_first_second = input.facts_before->counters;
      *input.after_first_second->out_rsts += *one.first_second;
    }
    input.resets_before_per_s = one.before_per_s;
    const SynReport report = detect_syn(input, {});
    const Finding* found = test::finding(report, "refused-connections");
    REQUIRE((found != nullptr) == one.severity.has_value());
    if (found == nullptr) continue;
    CHECK(found->severity == *one.severity);
    const bool sure = *one.severity == Severity::critical;
    CHECK(found->why ==
          (sure ? "is the service down?" : "they may be its clients, or have come before too: is the service down?"));
    CHECK(found->advice == (sure ? "start it again, or find out why it ended" : "see whether it was meant to end"));
  }
}

TEST_CASE("a listener for moments is no service that ended, where others like it came") {
  const auto gone = [](std::uint16_t before, std::uint16_t now) {
    KernelFacts facts = reset(50);
    facts.settings.first_local_port = 32768;
    facts.settings.last_local_port = 60999;
    SynReport report;
    const Finding* found = refused(report, facts, before, now);
    return found != nullptr && found->severity >= Severity::warning;
  };
  CHECK_FALSE(gone(50'008, 50'014));
  CHECK(gone(50'008, 8443));
  CHECK(gone(443, 50'014));
}

TEST_CASE("a listener is known by its cookie or, from /proc, by its queue") {
  const Scene scene = listening(8443);
  const SynSample now = scene.sample();
  SynSample before;
  before.listeners.emplace_back();
  before.listeners[0].local = {{Family::ipv4, {}}, 443};
  before.listeners[0].sockets = 1;
  SynInput input = after_five_seconds(before, now, reset(5));
  const auto said = [&] {
    const SynReport report = detect_syn(input, Thresholds{});
    return test::finding(report, "refused-connections") != nullptr;
  };
  CHECK_FALSE(said());  // half-opens alone, as a state file remembers them
  before.listeners[0].accept_queue = 0;
  CHECK(said());
  before.listeners[0].accept_queue.reset();
  before.listeners[0].identity = 7;
  CHECK(said());
  before.listeners[0].sockets = 0;
  CHECK_FALSE(said());
  before.listeners[0].sockets = 1;
  input.completeness = Completeness::partial;
  CHECK_FALSE(said());
}

TEST_CASE("connections that are left of a service say that it was there") {
  const std::uint16_t left[] = {8080, 8081, 8082, 8083};
  const Scene scene = listening(443);
  const SynSample sample = scene.sample();
  SynInput input = after_five_seconds(sample, sample, reset(5));
  input.left_ports = left;
  SynReport report = detect_syn(input, Thresholds{});
  const Finding* found = test::finding(report, "refused-connections");
  REQUIRE(found != nullptr);
  CHECK(found->severity == Severity::warning);
  CHECK(found->subject == Subject::host());
  CHECK(found->next == "tcpstat summary --by state,remote_address --local-port 8080");
  CHECK(test::told(*found) ==
        "Nothing listens on :8080, :8081, :8082 and 1 other any more, where connections are left, and 1 connection a "
        "second is refused (RST): is the service down?");
  input.facts = reset(4);
  report = detect_syn(input, Thresholds{});
  CHECK(test::finding(report, "refused-connections") == nullptr);
  // Programs break open connections off, and nobody saw a service end.
  input.facts = reset(50);
  input.facts.counters.abort_on_close = 46;
  report = detect_syn(input, Thresholds{});
  CHECK(test::finding(report, "refused-connections") == nullptr);
  input.facts.counters.abort_on_close = 45;
  report = detect_syn(input, Thresholds{});
  REQUIRE(test::finding(report, "refused-connections") != nullptr);
  CHECK(test::finding(report, "refused-connections")->severity == Severity::warning);

  // One sample knows no rate.
  SynInput one;
  one.now = &sample;
  one.facts = reset(5);
  one.left_ports = {left, 1};
  report = detect_syn(one, Thresholds{});
  found = test::finding(report, "refused-connections");
  REQUIRE(found != nullptr);
  CHECK(found->severity == Severity::info);
  CHECK(found->subject == Subject::port(8080));
  CHECK(test::told(*found) ==
        "Nothing listens on :8080 any more, where connections are left: is the service down? (--interval tells whether "
        "any "
        "are refused)");
  CHECK(found->next == "tcpstat summary --by state,remote_address --local-port 8080");
}

TEST_CASE("a port that is listened on again, on whatever address, has not gone") {
  Scene before = listening(443);
  before.local = {{Family::ipv4, {}}, 443};
  Scene now = listening(443);
  now.local.address = test::address("192.0.2.1");
  const SynReport report = test::delta(before, now, reset(20));
  CHECK(test::finding(report, "refused-connections") == nullptr);
}

TEST_CASE("a listener that is bound to one device stands in for no other") {
  const auto subject_after = [](std::uint32_t bound_before, std::uint32_t bound_now) {
    SynSample before = listening(443).sample();
    before.listeners[0].local = {{Family::ipv4, {}}, 443};
    before.listeners[0].interface = bound_before;
    if (bound_before != 0) before.listeners[0].device = "eth0";
    SynSample now = before;
    now.listeners[0].interface = bound_now;
    SynInput input = after_five_seconds(before, now, reset(20));
    const SynReport report = detect_syn(input, {});
    const Finding* found = test::finding(report, "refused-connections");
    return found == nullptr ? std::string() : found->subject.text() + ": " + test::told(*found);
  };
  CHECK(subject_after(5, 6) ==
        "0.0.0.0%eth0:443: Nothing listens on 0.0.0.0%eth0:443 any more, and 4 connections a second are refused "
        "(RST): is the service down?");
  CHECK(subject_after(5, 5).empty());
  CHECK(subject_after(5, 0).empty());
  CHECK(subject_after(0, 5).empty());
}

TEST_CASE("several services that ended are told in the plural") {
  SynReport report;
  SynSample sample = listening(443).sample();
  sample.listeners.push_back(sample.listeners.front());
  sample.listeners.back().local.port = 80;
  SynInput input = after_five_seconds(sample, sample, reset(5));
  std::vector<EndedListener> ended;
  const auto told = [&](std::vector<std::uint16_t> ports, unsigned times) {
    ended.clear();
    for (const std::uint16_t port : ports) ended.push_back({{test::endpoint("0.0.0.0", port), 0}, times});
    input.ended = ended;
    report = detect_syn(input, Thresholds{});
    return test::found(report, "refused-connections").message;
  };
  CHECK(told({443}, 1) == "The service on :443 was restarted, and meanwhile 1 connection a second was refused (RST)");
  CHECK(told({80}, 2) ==
        "The service on :80 starts and ends again and again, and 1 connection a second is refused (RST)");
  input.facts = reset(10);
  CHECK(told({80, 443}, 1)
            .starts_with("The services on :80, :443 were restarted, and meanwhile 2 connections a "
                         "second were refused (RST)"));
  CHECK(told({80, 443}, 2) ==
        "The services on :80, :443 start and end again and again, and 2 connections a second are refused (RST)");
}

TEST_CASE("services that end are named from the one that ended most often on") {
  SynSample sample = listening(443).sample();
  sample.listeners.push_back(sample.listeners.front());
  sample.listeners.back().local.port = 80;
  SynInput input = after_five_seconds(sample, sample, reset(50));
  const std::vector<EndedListener> ended = {{{test::endpoint("0.0.0.0", 80), 0}, 2},
                                            {{test::endpoint("0.0.0.0", 443), 0}, 5}};
  input.ended = ended;
  const SynReport report = detect_syn(input, Thresholds{});
  const Finding& told = test::found(report, "refused-connections");
  CHECK(told.message.starts_with("The services on :443, :80 start and end"));
  CHECK(told.evidence.at(0).quantity == "listener_ended");
  CHECK(told.evidence.at(0).value == 5);
  CHECK(told.next == "tcpstat trace -l -p --local-port 443 --duration 30");
}

TEST_CASE("a listener on a port that connect(2) takes is no service that ends again and again") {
  SynSample sample = listening(50'000).sample();
  SynInput input = after_five_seconds(sample, sample, reset(50));
  input.facts.settings.first_local_port = 32768;
  input.facts.settings.last_local_port = 60999;
  for (const unsigned times : {1U, 3U}) {
    const std::vector<EndedListener> ended = {{{test::endpoint("0.0.0.0", 50'000), 0}, times}};
    input.ended = ended;
    const SynReport report = detect_syn(input, Thresholds{});
    CHECK(test::found(report, "refused-connections").message == "10 connections a second are refused (RST)");
  }
}

TEST_CASE("a service that ended and is not back was not restarted") {
  SynSample sample = listening(443).sample();
  SynInput input = after_five_seconds(sample, sample, reset(50));
  const std::vector<EndedListener> ended = {{{test::endpoint("0.0.0.0", 80), 0}, 1}};
  input.ended = ended;
  const SynReport report = detect_syn(input, Thresholds{});
  CHECK(test::found(report, "refused-connections").message == "10 connections a second are refused (RST)");
}

TEST_CASE("refused connections are told with the limit that they reached and with what counters tell of them") {
  struct Row {
    std::string_view name;
    std::uint64_t resets;
    std::uint64_t broken;
    std::uint16_t now;
    double value;
    double limit;
  };
  for (const Row& row : {
           Row{"whose listener is gone", 400, 0, 8443, 80, 1},
           Row{"very many", 400, 0, 443, 80, 50},
           Row{"some", 245, 0, 443, 49, 5},
           Row{"broken off by programs", 400, 400, 443, 80, 50},
       }) {
    CAPTURE(row.name);
    KernelFacts facts = reset(row.resets);
    facts.counters.abort_on_close = row.broken;
    facts.counters.attempt_fails = 200;
    facts.counters.passive_opens = 50;
    SynReport report;
    const Finding* told = refused(report, facts, 443, row.now);
    REQUIRE(told != nullptr);
    const auto evidence = [&](std::string_view quantity) {
      for (const Evidence& one : told->evidence) {
        if (one.quantity == quantity) return one.value;
      }
      return std::optional<double>();
    };
    CHECK(told->evidence.at(0).quantity == "resets_sent");
    CHECK(told->evidence.at(0).value == row.value);
    CHECK(told->evidence.at(0).limit == row.limit);
    CHECK(told->value == row.value);
    CHECK(told->warning == 50);
    CHECK(evidence("completions") == 10);
    CHECK(evidence("attempts_failed") == 40);
    CHECK(evidence("broken_off") == static_cast<double>(row.broken) / 5);
    const bool gone = row.now != 443;
    CHECK(evidence("listeners_gone").has_value() == gone);
    CHECK(evidence("resets_before").has_value() == gone);
    CHECK(told->next == "tcpstat -lp");
  }
}

TEST_CASE("programs that break off their own connections are no refusal") {
  SynReport report;
  KernelFacts facts = reset(400);
  facts.counters.abort_on_close = 300;
  facts.counters.abort_on_data = 76;
  const Finding* found = refused(report, facts, 443, 443);
  REQUIRE(found != nullptr);
  CHECK(found->severity == Severity::info);
  CHECK(found->value == doctest::Approx(75.2));
  CHECK(test::told(*found) ==
        "Programs on this host end 75 connections a second by RST: they close them with data unread, or with SO_LINGER "
        "0");
  // What they do not explain was refused, and is told with its own number.
  facts.counters.abort_on_data = 75;
  found = refused(report, facts, 443, 443);
  REQUIRE(found != nullptr);
  CHECK(found->severity == Severity::info);
  CHECK(found->value == 5);
  CHECK(found->message == "5 connections a second are refused (RST)");
  // What was under way on them gets a RST for each segment.
  CHECK(
      found->why.starts_with("nothing listens where they go, or they come for the 75 connections a second that "
                             "programs break off. "));
  facts = reset(1000);
  facts.counters.abort_on_close = 750;
  found = refused(report, facts, 443, 443);
  REQUIRE(found != nullptr);
  CHECK(found->severity == Severity::info);
  CHECK(found->message == "50 connections a second are refused (RST)");
  facts.counters.abort_on_close = 91;
  CHECK(refused(report, facts, 443, 443)->severity == Severity::info);
  facts.counters.abort_on_close = 90;
  found = refused(report, facts, 443, 443);
  REQUIRE(found != nullptr);
  CHECK(found->severity == Severity::warning);
  CHECK(found->why.starts_with("nothing listens where they go. "));
  // Few of either are nothing to say.
  facts = reset(249);
  facts.counters.abort_on_close = 249;
  CHECK(refused(report, facts, 443, 443) == nullptr);
  // Whose listener went away, its connections are reset too.
  facts = reset(400);
  facts.counters.abort_on_close = 400;
  CHECK(refused(report, facts, 443, 8443)->severity == Severity::critical);
}

TEST_CASE("connections that their peers reset are no RSTs of this host") {
  SynReport report;
  KernelFacts facts = reset(400);
  facts.counters.estab_resets = 400;
  const Finding* found = refused(report, facts, 443, 443);
  REQUIRE(found != nullptr);
  CHECK(found->severity == Severity::warning);
  CHECK(found->message == "80 connections a second are refused (RST)");
}

TEST_CASE("programs of this host that are refused are told from clients") {
  SynReport report;
  KernelFacts facts = reset(400);
  facts.counters.attempt_fails = 199;
  CHECK(refused(report, facts, 443, 443)->why.find("on this host") == std::string::npos);
  facts.counters.attempt_fails = 200;
  CHECK(refused(report, facts, 443, 443)->why.find(", and programs on this host open them.") != std::string::npos);
}

}  // namespace tcpstat::detect
