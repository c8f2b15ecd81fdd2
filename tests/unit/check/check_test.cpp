#include "check/check.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <ostream>

#include "check/run_memory.h"
#include "detect/scene.h"
#include "support/diagnosing.h"
#include "support/fake_host.h"

namespace tcpstat::check {
namespace {

using std::chrono::milliseconds;

/// Keeps the text in memory.
class FakeStore final : public MemoryStore {
 public:
  [[nodiscard]] std::string name() const override { return "the state file run"; }
  Expected<void> open() override {
    calls += "open ";
    if (open_error) return tl::make_unexpected(*open_error);
    return {};
  }
  Expected<Kept> read() override {
    calls += "read ";
    if (read_error) return tl::make_unexpected(*read_error);
    return Kept{text, doubt};
  }
  Expected<void> replace(const std::string& fresh) override {
    calls += "replace ";
    if (replace_error) return tl::make_unexpected(*replace_error);
    text = fresh;
    return {};
  }

  std::string text;
  std::optional<Error> open_error;
  std::optional<Error> read_error;
  std::optional<Error> doubt;
  std::optional<Error> replace_error;
  std::string calls;
};

std::string warnings(const CheckReport& report) {
  std::string text;
  for (const Warning& warning : report.reading.coverage.warnings) text += warning.code + ": " + warning.message + "\n";
  return text;
}

std::string rules(const CheckReport& report) {
  std::string text;
  for (const Finding& finding : report.findings) text += (text.empty() ? "" : " ") + finding.rule;
  return text;
}

class FakeHandshakes final : public HandshakeCounter {
 public:
  Expected<void> start() override {
    if (error) return tl::make_unexpected(*error);
    running = true;
    return {};
  }
  Expected<CountedHandshakes> stop() override {
    if (!running) return failure("stop what does not run", 22);
    running = false;
    if (late_error) return tl::make_unexpected(*late_error);
    return counted;
  }

  std::optional<Error> error;
  std::optional<Error> late_error;
  CountedHandshakes counted;
  bool running = false;
};

const Evidence* first_evidence(const CheckReport& report, std::string_view quantity) {
  for (const Evidence& one : report.verdicts.front().evidence) {
    if (one.quantity == quantity) return &one;
  }
  return nullptr;
}

const Error kNoProc{"look for the owners of sockets in /proc", 2};

/// A web server with two clients, whose kernel counts.
struct Scene {
  Scene() {
    scene.established(2);
    host.kernel = {test::zero_facts()};
    host.run_facts.netns = 4026531833;
    host.owners_by_inode = {{scene.rows.front().inode, {{812, 3, "nginx"}}},
                            {test::listener(scene.local).inode, {{812, 4, "nginx"}}}};
    settle();
  }

  /// After a change of the scene: every read shows it.
  void settle() { host.dumps = {dump()}; }
  [[nodiscard]] test::FakeDump dump() const {
    Listener listener = test::listener(scene.local);
    listener.cookie = scene.listen_cookie;
    listener.accept_limit = scene.backlog;
    listener.drops = 0;
    return {.connections = scene.rows, .listeners = {listener}};
  }
  CheckReport run() { return check::run(host, plan); }

  test::FakeHost host;
  test::Scene scene;
  CheckPlan plan;
  FakeStore store;
};

TEST_CASE_FIXTURE(Scene, "a quiet host is ok, from one sample") {
  const CheckReport report = run();
  CHECK(report.status == Severity::ok);
  CHECK(report.headline == "3 sockets, nothing wrong");
  CHECK(warnings(report) == "");
  CHECK(host.asked() == "0 facts, 0 owners, 0 read all");
  CHECK(host.last_query.parts.tcp_info);
  CHECK(host.last_query.parts.memory);
  CHECK(report.reading.source == "netlink");
  CHECK(report.performance.front().label == "syn_recv");
  REQUIRE(report.verdicts.size() == 1);
  CHECK(report.verdicts[0].level == AttackLevel::none);
}

TEST_CASE_FIXTURE(Scene, "rows that were not seen make it unknown, and the headline says why") {
  host.dumps[0].flaws = {Flaw::cut_short};
  CheckReport report = run();
  CHECK(report.status == Severity::unknown);
  CHECK(report.headline == "left out 1 row cut short");
  host.dumps[0] = {.error = Error{"read the answer of sock_diag", 105}};
  report = run();
  CHECK(report.status == Severity::unknown);
  CHECK(report.headline == host.dumps[0].error->sentence());
}

TEST_CASE_FIXTURE(Scene, "a flood is found, with places as they were really read") {
  scene.flood(20, 20);
  settle();
  host.places.rows = "/mnt/proc/net/tcp";
  const CheckReport report = run();
  CHECK(report.status >= Severity::warning);
  REQUIRE(!report.findings.empty());
  CHECK(report.findings[0].rule == "syn-flood");
  CHECK(report.headline.starts_with(report.findings[0].message));
  CHECK(report.verdicts.front().level >= AttackLevel::likely);
  for (const Finding& finding : report.findings) {
    for (const Evidence& evidence : finding.evidence) CHECK(!evidence.source.starts_with("sock_diag"));
  }
  CHECK(host.asked().find("half-opens from proc") != std::string::npos);
}

TEST_CASE_FIXTURE(Scene, "only the rules that are asked for speak") {
  scene.flood(20, 20);
  settle();
  plan.rules = {"close-wait-leak"};
  const CheckReport report = run();
  CHECK(report.status == Severity::ok);
  CHECK(rules(report) == "");
  CHECK(report.verdicts.empty());
}

/// 150 connections that nginx(812) has read to their end and does not close.
void leak(Scene& scene) {
  Connection row = test::connection(State::close_wait, test::endpoint("192.0.2.1", 443), test::endpoint("10.9.9.9", 1));
  row.inode = 5;
  static const std::vector<std::byte> info = [] {
    std::vector<std::byte> bytes;
    for (const TcpInfoField& field : tcp_info_fields()) {
      if (field.key == "last_ack_recv_ms" || field.key == "last_data_recv_ms")
        set_tcp_info_value(bytes, field, 900'000);
    }
    return bytes;
  }();
  row.tcp_info = info;
  for (int i = 0; i < 150; ++i) {
    ++row.remote.port;
    scene.host.dumps[0].connections.push_back(row);
  }
  scene.host.owners_by_inode[5] = {{812, 3, "nginx"}};
}

TEST_CASE_FIXTURE(Scene, "diagnosis speaks, names the program, and asks for its limit") {
  leak(*this);
  host.open_files = {{812, 160}};
  plan.rules = {"close-wait-leak"};
  plan.thresholds.set("close-wait-leak", "critical", 140);
  const CheckReport report = run();
  REQUIRE(rules(report) == "close-wait-leak");
  CHECK(report.findings[0].subject == "nginx(812)");
  CHECK(report.status == Severity::critical);
}

TEST_CASE_FIXTURE(Scene, "a verdict without the limit of a process says that it does not know it") {
  leak(*this);
  const auto about_files = [](const CheckReport& report) {
    std::string out;
    for (const std::string& sentence : report.not_seen) {
      if (sentence.find("how many files") != std::string::npos) out += sentence;
    }
    return out;
  };
  CHECK(about_files(run()) == "how many files process 812 may have open: its limits cannot be read");
  // The rows of a file bring their owners.
  const std::vector<Owner> nginx = {{812, 3, "nginx"}};
  for (Connection& row : host.dumps[0].connections) {
    row.owners = nginx;
    row.owners_known = true;
  }
  host.saved = true;
  CHECK(about_files(run()) == "how many files process 812 may have open: that was not saved");
  host.open_files = {{812, 160}};
  CHECK(about_files(run()).empty());
}

TEST_CASE_FIXTURE(Scene, "who asks for a rule that the rows cannot answer gets UNKNOWN, and others a line of it") {
  Connection closed =
      test::connection(State::close_wait, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", 9));
  closed.recv_queue = 1;
  host.dumps[0].connections = {closed};
  const std::string what =
      "whether 1 connection in CLOSE_WAIT is left unread, a leak or load: only tcp_info tells (--source netlink; -i "
      "where rows are "
      "saved)";
  const CheckReport all = run();
  CHECK(all.status == Severity::ok);
  CHECK(all.headline == "2 sockets, nothing wrong in what could be judged");
  CHECK(std::find(all.not_seen.begin(), all.not_seen.end(), what) != all.not_seen.end());
  plan.rules = {"close-wait-not-read"};
  const CheckReport one = run();
  CHECK(one.status == Severity::unknown);
  CHECK(one.headline == "not seen: " + what);
  REQUIRE(one.findings.size() == 1);
  CHECK(one.findings[0].evidence.at(0).quantity == "not_judged");
  CHECK(one.findings[0].evidence.at(0).value == 1);
  CHECK(one.not_seen.empty());
  plan.rules = {"time-wait-limit"};
  CHECK(run().status == Severity::ok);
}

TEST_CASE_FIXTURE(Scene,
                  "a rule that was asked for and cannot be judged at all is UNKNOWN, and has no status in metrics") {
  const auto status = [&](const char* rule) {
    plan.rules = {rule};
    const CheckReport report = run();
    const bool in_metrics = std::find(report.rules.begin(), report.rules.end(), rule) != report.rules.end();
    CHECK(in_metrics == (report.status == Severity::ok));
    return report.status;
  };
  for (const char* rule : {"refused-connections", "outgoing-refused", "half-open-resets", "signature-failed",
                           "unfreed-sockets", "tcp-memory", "orphans"}) {
    CAPTURE(rule);
    CHECK(status(rule) == Severity::unknown);
  }
  host.untabled.emplace();
  CHECK(status("unfreed-sockets") == Severity::ok);
  host.owner_search.read = 10;
  host.owner_search.forbidden = 11;
  CHECK(status("unfreed-sockets") == Severity::unknown);
  host.owner_search.forbidden = 10;
  CHECK(status("unfreed-sockets") == Severity::ok);
  host.owner_search = {};
  KernelFacts known = host.kernel.front();
  known.settings.tcp_mem_pages = {1, 2, 3};
  known.usage.mem_pages = 0;
  known.settings.max_orphans = 10;
  known.usage.orphan = 0;
  known.counters.out_rsts = known.counters.attempt_fails = 0;
  host.kernel = {known};
  CHECK(status("tcp-memory") == Severity::ok);
  CHECK(status("orphans") == Severity::ok);
  CHECK(status("refused-connections") == Severity::unknown);
  plan.interval = milliseconds(5000);
  CHECK(status("refused-connections") == Severity::ok);
  // Who asks for all rules is told of what this kind of check leaves out in one line, and gets no status of it.
  plan.interval.reset();
  plan.rules.clear();
  const CheckReport all = run();
  CHECK(all.status == Severity::ok);
  CHECK(all.headline == "3 sockets, nothing wrong");
  CHECK(std::find(all.rules.begin(), all.rules.end(), "refused-connections") == all.rules.end());
  CHECK(std::find(all.rules.begin(), all.rules.end(), "syn-flood") != all.rules.end());
}

TEST_CASE_FIXTURE(Scene, "the first run with a memory has nothing to compare with, and says so") {
  plan.memory = &store;
  plan.rules = {"refused-connections"};
  const CheckReport first = run();
  CHECK(first.status == Severity::ok);
  REQUIRE(first.not_seen.size() == 1);
  CHECK(first.not_seen[0].starts_with("whether connections are refused: one sample has no rates"));
  CHECK(first.rules.empty());
}

TEST_CASE_FIXTURE(Scene, "without the range of local ports nobody knows whether they run out") {
  host.kernel.front().settings.first_local_port.reset();
  const CheckReport all = run();
  CHECK(all.headline == "3 sockets, nothing wrong in what could be judged");
  plan.rules = {"port-exhaustion"};
  CHECK(run().status == Severity::unknown);
}

TEST_CASE_FIXTURE(Scene, "what could not be read the first time alone makes the check UNKNOWN") {
  plan.interval = milliseconds(5000);
  KernelFacts first = host.kernel.front();
  first.unread = {{"snmp", "/proc/net/snmp", 24}};
  host.kernel = {first, host.kernel.front()};
  CheckReport report = run();
  CHECK(report.status == Severity::unknown);
  CHECK(report.headline.starts_with("cannot read /proc/net/snmp: Too many open files; not judged: "));
  // What is held against limits needs one reading.
  first.unread = {{"sockstat", "/proc/net/sockstat", 24}};
  host.kernel = {first, host.kernel.back()};
  CHECK(run().status == Severity::ok);
}

TEST_CASE_FIXTURE(Scene, "how the first rows were read is told, unless the second were read so, too") {
  plan.interval = milliseconds(5000);
  const test::FakeDump good = host.dumps.front();
  test::FakeDump fallback = good;
  fallback.warnings = {{"fallback", "reading /proc instead"}};
  host.dumps = {fallback, good};
  CHECK(warnings(run()) == "fallback: At first: reading /proc instead\n");
  host.dumps = {fallback};
  CHECK(warnings(run()) == "fallback: reading /proc instead\n");
}

TEST_CASE_FIXTURE(Scene, "what programs hold beside the rows is seen on a live host alone") {
  const auto says_so = [](const CheckReport& report) {
    return std::any_of(report.not_seen.begin(), report.not_seen.end(), [](const std::string& sentence) {
      return sentence.find("sockets that programs still hold") != std::string::npos;
    });
  };
  CHECK_FALSE(says_so(run()));
  host.saved = true;
  CHECK(says_so(run()));
}

TEST_CASE_FIXTURE(Scene, "with an interval there are two samples, and the clock says when") {
  plan.interval = milliseconds(6000);
  const CheckReport report = run();
  CHECK(report.status == Severity::ok);
  const std::string look = " read SYN_RECV LISTEN";
  CHECK(host.asked() == "0 facts, 0" + look + ", 1000 counters, 4000" + look + ", 4500" + look +
                            ", 5000 counters, 5000" + look + ", 5500" + look +
                            ", 6000 facts, 6000 owners, 6000 read all");
}

TEST_CASE_FIXTURE(Scene, "two samples tell what one cannot: SYNs that cookies answer, and who sends them") {
  KernelFacts before = test::zero_facts();
  KernelFacts now = before;
  now.counters.syncookies_sent = 50'000;
  now.counters.req_q_full_do_cookies = 50'000;
  now.settings.conntrack_count = 1;
  host.kernel = {before, before, now, now};
  plan.interval = milliseconds(6000);
  CheckReport report = run();
  CHECK(report.verdicts.front().level >= AttackLevel::suspicious);
  CHECK(host.calls.back() == "6000 tracked flows");
}

TEST_CASE_FIXTURE(Scene, "a first sample that fails leaves a check of one") {
  host.dumps.push_front({.error = Error{"read the answer of sock_diag", 105}});
  plan.interval = milliseconds(6000);
  const CheckReport report = run();
  CHECK(warnings(report) == "interval: " + Error{"read the answer of sock_diag", 105}.sentence() + "\n");
  CHECK(report.status == Severity::ok);
  CHECK(host.asked() == "0 facts, 0 read SYN_RECV LISTEN, 0 facts, 0 owners, 0 read all");
}

TEST_CASE_FIXTURE(Scene, "handshakes that are counted during the interval stand in the evidence") {
  FakeHandshakes handshakes;
  handshakes.counted.all = {.completed = 7, .expired = 2, .connections = 7};
  plan.interval = milliseconds(6000);
  plan.handshakes = &handshakes;
  const CheckReport report = run();
  REQUIRE(first_evidence(report, "handshakes_expired") != nullptr);
  CHECK(first_evidence(report, "handshakes_expired")->value == 2);
  CHECK(first_evidence(report, "handshakes_completed")->value == 7);
  CHECK(warnings(report).empty());
  CHECK_FALSE(handshakes.running);
}

TEST_CASE_FIXTURE(Scene, "handshakes that cannot be counted leave the samples, and one sentence") {
  FakeHandshakes handshakes;
  plan.interval = milliseconds(6000);
  plan.handshakes = &handshakes;
  SUBCASE("not at all") {
    handshakes.error = Error{"trace by BPF", 1};
    CHECK(warnings(run()) == "exact: " + handshakes.error->sentence() + "; handshakes are judged from samples\n");
  }
  SUBCASE("not to the end") {
    handshakes.late_error = Error{"read the counts of handshakes", 9};
    CHECK(warnings(run()) == "exact: " + handshakes.late_error->sentence() + "; handshakes are judged from samples\n");
  }
  SUBCASE("the kernel itself counted more") {
    KernelFacts later = test::zero_facts();
    later.counters.passive_opens = 100;
    host.kernel = {test::zero_facts(), test::zero_facts(), test::zero_facts(), later};
    handshakes.counted.all = {.completed = 60, .connections = 60};
    const CheckReport report = run();
    CHECK(warnings(report) == "exact: the kernel told of 60 of 100 handshakes; handshakes are judged from samples\n");
    CHECK(first_evidence(report, "handshakes_completed") == nullptr);
  }
  CHECK_FALSE(handshakes.running);
}

TEST_CASE_FIXTURE(Scene, "a first sample that fails ends the count of handshakes") {
  FakeHandshakes handshakes;
  host.dumps.push_front({.error = Error{"read the answer of sock_diag", 105}});
  plan.interval = milliseconds(6000);
  plan.handshakes = &handshakes;
  const CheckReport report = run();
  CHECK_FALSE(handshakes.running);
  CHECK(first_evidence(report, "handshakes_completed") == nullptr);
}

TEST_CASE_FIXTURE(Scene, "a second sample that fails is unknown") {
  plan.interval = milliseconds(3000);
  host.dumps.assign(6, dump());
  host.dumps.back() = {.error = Error{"read the answer of sock_diag", 105}};
  const CheckReport report = run();
  CHECK(host.dumps.size() == 1);
  CHECK(report.status == Severity::unknown);
  CHECK(report.headline == host.dumps.back().error->sentence());
}

TEST_CASE_FIXTURE(Scene, "a saved file has one sample") {
  host.saved = true;
  plan.interval = milliseconds(6000);
  const CheckReport report = run();
  CHECK(warnings(report) == "interval: a saved file stays as it is: --interval changes nothing\n");
  CHECK(host.asked() == "0 facts, 0 read all");
}

TEST_CASE_FIXTURE(Scene, "rules only profit from owners: without them a check goes on and says so") {
  host.owners_error = kNoProc;
  const CheckReport report = run();
  CHECK(report.status == Severity::ok);
  CHECK(report.headline == "3 sockets, nothing wrong");
  CHECK(warnings(report) == "owners_not_read: " + kNoProc.sentence() + "; judged without them\n");
}

TEST_CASE_FIXTURE(Scene, "a filter by process cannot go on without owners") {
  host.owners_error = kNoProc;
  plan.filter.processes = {"nginx"};
  const CheckReport report = run();
  CHECK(report.status == Severity::unknown);
  CHECK(report.headline == kNoProc.sentence());
  CHECK(host.asked() == "0 facts, 0 owners");
}

TEST_CASE_FIXTURE(Scene, "with a range sockets are counted") {
  plan.critical = CountRange{*ValueRange::parse("2"), "2"};
  const CheckReport report = run();
  CHECK(report.status == Severity::critical);
  CHECK(rules(report) == "count");
}

TEST_CASE_FIXTURE(Scene, "what a run saw is carried to the next") {
  plan.memory = &store;
  CheckReport report = run();
  CHECK(warnings(report) ==
        "state_file: the state file run is new: judged from one sample\n"
        "state_file: First run: the level comes from this snapshot alone.\n");
  CHECK(report.status == Severity::ok);
  CHECK(store.calls == "open read replace ");
  auto memory = memory_from(store.text);
  REQUIRE(memory);
  CHECK(memory->baseline.boot_id == *host.boot);
  CHECK(memory->baseline.netns == 4026531833);
  CHECK(memory->baseline.wall_time_s == 1'764'000'000);
  CHECK(memory->close_waits == std::vector<std::uint64_t>{0});
  CHECK(!memory->spacing);

  for (int minute = 1; minute <= 2; ++minute) {
    host.time.sleep_until(Clock::Instant(std::chrono::minutes(minute)));
    host.dumps[0].connections.push_back(
        test::connection(State::close_wait, test::endpoint("192.0.2.1", 443), test::endpoint("10.9.9.9", 1)));
    report = run();
    CHECK(warnings(report) == "");
    memory = memory_from(store.text);
    REQUIRE(memory);
    CHECK(memory->spacing == std::chrono::minutes(1));
  }
  CHECK(memory->close_waits == std::vector<std::uint64_t>{0, 1, 2});
  CHECK(memory->baseline.history.size() == 3);
  CHECK(memory->baseline.wall_time_s == 1'764'000'120);

  // A run by hand right behind one of cron does not tell how far those of cron are apart.
  host.time.sleep_until(Clock::Instant(std::chrono::seconds(121)));
  run();
  memory = memory_from(store.text);
  REQUIRE(memory);
  CHECK(memory->spacing == std::chrono::minutes(1));
}

TEST_CASE_FIXTURE(Scene, "of many runs the last sixteen are remembered, and the next run believes them") {
  plan.memory = &store;
  const auto next = [this](int minute) {
    host.time.sleep_until(Clock::Instant(std::chrono::minutes(minute)));
    const CheckReport report = run();
    host.dumps[0].connections.push_back(
        test::connection(State::close_wait, test::endpoint("192.0.2.1", 443), test::endpoint("10.9.9.9", 1)));
    return report;
  };
  for (int minute = 0; minute < 20; ++minute) next(minute);
  const auto memory = memory_from(store.text);
  REQUIRE(memory);
  REQUIRE(memory->close_waits.size() == 16);
  CHECK(memory->close_waits.front() == 4);
  CHECK(memory->close_waits.back() == 19);
  CHECK(warnings(next(20)).empty());
}

const Finding* refused_connections(const CheckReport& report) {
  const auto at = std::find_if(report.findings.begin(), report.findings.end(),
                               [](const Finding& one) { return one.rule == "refused-connections"; });
  return at == report.findings.end() ? nullptr : &*at;
}

TEST_CASE_FIXTURE(Scene, "a service of which only connections are left is told where all listeners were seen") {
  for (std::uint16_t port = 1; port <= 5; ++port) {
    host.dumps[0].connections.push_back(
        test::connection(State::established, test::endpoint("192.0.2.1", 8080), test::endpoint("198.51.100.7", port)));
  }
  const CheckReport all = run();
  REQUIRE(refused_connections(all) != nullptr);
  CHECK(refused_connections(all)->message == "Nothing listens on :8080 any more, where connections are left");
  SUBCASE("not where a filter leaves listeners out") { plan.filter.remote_ports = {{1, 5}}; }
  SUBCASE("not of a part of the rows") { host.dumps[0].error = Error{"read the answer of sock_diag", 105}; }
  SUBCASE("nor where some rows were not understood") { host.dumps[0].flaws = {Flaw::cut_short}; }
  CHECK(refused_connections(run()) == nullptr);
}

TEST_CASE_FIXTURE(Scene, "listeners that end again and again are told where all of them were seen") {
  plan.interval = milliseconds(6000);
  KernelFacts before = test::zero_facts();
  KernelFacts now = before;
  now.counters.out_rsts = 60;
  host.kernel = {before, before, now, now};
  // The web server is there in every second look.
  std::deque<test::FakeDump> looks(6, dump());
  for (std::size_t i = 1; i < looks.size(); i += 2) looks[i].listeners.clear();
  looks.back() = dump();
  host.dumps = looks;
  const auto again_and_again = [](const CheckReport& report) {
    const Finding* one = refused_connections(report);
    return one != nullptr && one->message.find(" again and again") != std::string::npos;
  };
  SUBCASE("without a filter") { CHECK(again_and_again(run())); }
  SUBCASE("not where a filter may leave listeners out") {
    plan.filter.users = {1000};
    CHECK_FALSE(again_and_again(run()));
  }
  SUBCASE("not of a part of the rows") {
    host.dumps.back().flaws = {Flaw::cut_short};
    CHECK_FALSE(again_and_again(run()));
  }
}

TEST_CASE_FIXTURE(Scene, "what queues lost since the last run is told, and whose it was") {
  plan.memory = &store;
  const auto without_rates = [](const CheckReport& report) {
    return std::any_of(report.not_seen.begin(), report.not_seen.end(),
                       [](const std::string& one) { return one.find("one sample has no rates") != std::string::npos; });
  };
  CHECK(without_rates(run()));
  host.time.sleep_until(Clock::Instant(std::chrono::minutes(5)));
  host.dumps[0].listeners[0].drops = 3;
  host.kernel[0].counters.listen_overflows = 3;
  host.kernel[0].counters.listen_drops = 3;
  CheckReport report = run();
  CHECK_FALSE(without_rates(report));
  CHECK(report.status == Severity::warning);
  CHECK(rules(report) == "accept-queue-full");
  CHECK(report.findings.front().message ==
        "3 SYNs or ACKs found the accept queue of :443 full in the last 5 min, though it is not at this moment");

  host.time.sleep_until(Clock::Instant(std::chrono::minutes(10)));
  report = run();
  CHECK(report.status == Severity::ok);
  CHECK_FALSE(without_rates(report));

  // Of another boot nothing can be compared.
  host.time.sleep_until(Clock::Instant(std::chrono::minutes(15)));
  host.boot = "00000000-0000-0000-0000-000000000009";
  CHECK(without_rates(run()));
}

TEST_CASE_FIXTURE(Scene, "a run with another filter is not compared with the last one") {
  plan.memory = &store;
  run();
  host.time.sleep_until(Clock::Instant(std::chrono::minutes(1)));
  plan.filter_words = " --local-port 9000";
  CHECK(warnings(run()) ==
        "state_file: The last run had another filter: starting anew.\n"
        "state_file: First run: the level comes from this snapshot alone.\n");
  host.time.sleep_until(Clock::Instant(std::chrono::minutes(2)));
  CHECK(warnings(run()) == "");
}

TEST_CASE_FIXTURE(Scene, "a run by hand between two others makes the next one no late one") {
  plan.memory = &store;
  for (const int at_s : {60, 120, 130, 180}) {
    host.time.sleep_until(Clock::Instant(std::chrono::seconds(at_s)));
    const std::string said = warnings(run());
    if (at_s > 60) CHECK(said == "");
    if (at_s == 130) CHECK(memory_from(store.text)->spacing == std::chrono::seconds(30));
  }
  CHECK(memory_from(store.text)->spacing == std::chrono::seconds(50));
}

TEST_CASE_FIXTURE(Scene, "connections in CLOSE_WAIT are counted once a run, of one boot and namespace") {
  using Counts = std::vector<std::uint64_t>;
  plan.memory = &store;
  const auto counts_at = [&](std::chrono::milliseconds time) {
    host.time.sleep_until(Clock::Instant(time));
    run();
    return memory_from(store.text)->close_waits;
  };
  using std::chrono::seconds;
  CHECK(counts_at(seconds(60)) == Counts{0});
  CHECK(counts_at(seconds(61)) == Counts{0});
  CHECK(counts_at(seconds(62)) == Counts{0, 0});
  host.boot = "00000000-0000-0000-0000-000000000009";
  CHECK(counts_at(seconds(120)) == Counts{0});
  CHECK(counts_at(seconds(180)) == Counts{0, 0});
  host.run_facts.netns = 5;
  CHECK(counts_at(seconds(240)) == Counts{0});
}

TEST_CASE_FIXTURE(Scene, "a slow flood that one sample cannot tell adds up from run to run") {
  plan.memory = &store;
  CheckReport report;
  AttackLevel worst = AttackLevel::none;
  for (int minute = 0; minute < 5; ++minute) {
    host.time.sleep_until(Clock::Instant(std::chrono::minutes(minute)));
    scene.rows.clear();
    scene.proc_rows.clear();
    scene.established(2);
    if (minute > 1) scene.flood(2, 62);
    settle();
    report = run();
    worst = std::max(worst, report.verdicts.front().level);
    if (minute == 1) CHECK(worst == AttackLevel::none);
  }
  CHECK(worst >= AttackLevel::likely);
  CHECK(report.status >= Severity::warning);
}

TEST_CASE_FIXTURE(Scene, "a memory that cannot be had makes the check unknown, and is left alone") {
  plan.memory = &store;
  store.open_error = Error{"use the state file run", 0, "", "another run holds it"};
  const CheckReport report = run();
  CHECK(report.status == Severity::unknown);
  CHECK(warnings(report) == "state_file: " + store.open_error->sentence() + "; judged without a memory\n");
  CHECK(store.calls == "open ");
  CHECK(report.verdicts.size() == 1);
}

TEST_CASE_FIXTURE(Scene, "a memory that tells nothing is begun afresh") {
  plan.memory = &store;
  SUBCASE("not to be trusted") { store.doubt = Error{"trust the state file run", 0, "", "other users may write it"}; }
  SUBCASE("cut off") { store.text = "{"; }
  SUBCASE("damaged, and not to be trusted") {
    store.text = "{\"alert_";
    store.doubt = Error{"trust the state file run", 0, "", "other users may write it"};
  }
  const CheckReport report = run();
  CHECK(report.status == Severity::ok);
  CHECK(warnings(report).find("starting afresh") != std::string::npos);
  CHECK(store.calls == "open read replace ");
  CHECK(memory_from(store.text));
}

TEST_CASE_FIXTURE(Scene, "what is no memory makes the check unknown, and is left alone") {
  plan.memory = &store;
  std::string why = "it holds something else";
  SUBCASE("another file") { store.text = "key = value\n"; }
  SUBCASE("another object") { store.text = R"({"a":1})"; }
  SUBCASE("another file that others may write") {
    store.text = "key = value\n";
    store.doubt = Error{"trust the state file run", 0, "", "other users may write it"};
  }
  SUBCASE("not readable") {
    store.read_error = Error{"use the state file run", 0, "name another", "it is too large to be one"};
    why = "it is too large to be one";
  }
  const std::string before = store.text;
  const CheckReport report = run();
  CHECK(report.status == Severity::unknown);
  CHECK(warnings(report) ==
        "state_file: cannot use the state file run: " + why + " (name another); judged without a memory\n");
  CHECK(store.calls == "open read ");
  CHECK(store.text == before);
  CHECK(report.verdicts.size() == 1);
}

TEST_CASE_FIXTURE(Scene, "a memory that cannot be written makes the check unknown") {
  plan.memory = &store;
  store.replace_error = Error{"write the state file run", 28};
  const CheckReport report = run();
  CHECK(report.status == Severity::unknown);
  CHECK(report.headline == store.replace_error->sentence());
}

TEST_CASE_FIXTURE(Scene, "what was said before the dump stands before what it says, and stays true") {
  plan.memory = &store;
  store.open_error = Error{"use the state file run"};
  host.owners_error = kNoProc;
  const CheckReport report = run();
  CHECK(report.status == Severity::unknown);
  REQUIRE(report.reading.coverage.warnings.size() == 2);
  CHECK(report.reading.coverage.warnings[0].code == "state_file");
  CHECK(report.reading.coverage.warnings[1].code == "owners_not_read");
  // The table was read: nothing may say otherwise.
  for (const std::string& what : report.not_seen) CHECK(what.find("table") == std::string::npos);
  CHECK(report.headline.find("state file") != std::string::npos);
}

TEST_CASE_FIXTURE(Scene, "counters that could not be read leave rules unjudged, and that is not ok") {
  host.kernel.front().unread = {{"netstat", "/proc/net/netstat", 5}};
  const CheckReport all = run();
  CHECK(all.status == Severity::unknown);
  CHECK_FALSE(all.reading.coverage.complete);
  CHECK(warnings(all).find(
            "counters_unread: cannot read /proc/net/netstat: Input/output error; not judged: syn-flood, ") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(Scene, "counters that no rule of this check needs are not missed") {
  host.kernel.front().unread = {{"netstat", "/proc/net/netstat", 5}};
  plan.rules = {"close-wait-leak"};
  const CheckReport report = run();
  CHECK(report.status == Severity::ok);
  CHECK(report.reading.coverage.complete);
}

}  // namespace
}  // namespace tcpstat::check
