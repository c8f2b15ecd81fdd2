#include "screen/live_sampler.h"

#include <doctest/doctest.h>

#include <time.h>

#include "support/fake_host.h"
#include "support/screen.h"
#include "support/zone.h"

namespace tcpstat::screen {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A host whose dumps take the processor, if a test says so.
class BusyHost final : public Host {
 public:
  Expected<void> read(const filter::Query& query, Sink& sink, Coverage& coverage) override {
    timespec now{};
    const auto ms = [&now] {
      ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
      return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
    };
    for (const auto until = ms() + busy_ms; ms() < until;) continue;
    return real.read(query, sink, coverage);
  }
  void read_half_opens_from_proc(Family family, std::uint64_t most, Sink& sink) override {
    real.read_half_opens_from_proc(family, most, sink);
  }
  void keep_source() override { real.keep_source(); }
  [[nodiscard]] std::string_view source_name() const override { return real.source_name(); }
  [[nodiscard]] bool shows_all_half_opens() const override { return real.shows_all_half_opens(); }
  Expected<const OwnerLookup*> owners() override { return real.owners(); }
  void forget_owners() override { real.forget_owners(); }
  [[nodiscard]] std::optional<std::uint64_t> open_files_limit(std::uint32_t pid) const override {
    return real.open_files_limit(pid);
  }
  [[nodiscard]] KernelFacts kernel_facts() const override { return real.kernel_facts(); }
  [[nodiscard]] KernelCounters kernel_counters() const override { return real.kernel_counters(); }
  [[nodiscard]] const KernelLimits& kernel_limits() const override { return real.kernel_limits(); }
  Expected<void> read_tracked_flows(TrackedFlowSink& sink) const override { return real.read_tracked_flows(sink); }
  [[nodiscard]] bool is_file() const override { return real.is_file(); }
  [[nodiscard]] const RunFacts& facts() const override { return real.facts(); }
  [[nodiscard]] std::optional<std::string> boot_id() const override { return real.boot_id(); }
  [[nodiscard]] Names& names() override { return real.names(); }
  [[nodiscard]] SourceNames evidence_names() const override { return real.evidence_names(); }
  [[nodiscard]] Clock& clock() override { return real.clock(); }

  test::FakeHost real;
  long busy_ms = 0;
};

enum class FakeDumpKind { whole, flawed, failed };

struct Sampling {
  Sampling() { wanted.rows = 1000; }

  void take(bool owners_wanted = false) {
    if (!sampler) sampler = std::make_unique<LiveSampler>(host, filter);
    sampler->take(wanted, owners_wanted, data);
    host.time.passed += seconds(1);
  }
  void take(const std::vector<Connection>& rows) {
    host.dumps = {{.connections = rows}};
    take();
  }
  static Connection with_cookie(State state, std::uint64_t cookie, std::uint16_t port = 80) {
    Connection out = test::client(state, port);
    out.cookie = cookie;
    return out;
  }
  std::string changes() const {
    std::string out;
    for (const Event& one : data.events) out += (out.empty() ? "" : ", ") + one.change;
    return out;
  }

  test::FakeHost host;
  filter::Filter filter;
  Wanted wanted;
  LiveData data;
  std::unique_ptr<LiveSampler> sampler;
};

TEST_CASE_FIXTURE(Sampling, "a sample leaves its rows, counts, time and host") {
  const test::Zone zone("Asia/Kolkata");
  host.run_facts.host = "web1";
  host.time.passed = seconds(5);
  host.dumps = {{.connections = {test::client(State::established, 1), test::client(State::time_wait, 2)},
                 .listeners = {test::listener(test::endpoint("0.0.0.0", 443))}}};
  wanted.shown.states = {State::established};
  take();
  CHECK(data.samples == 1);
  CHECK(data.failed == 0);
  CHECK(data.partial == 0);
  CHECK(data.host == "web1");
  CHECK(data.local_time == "21:30:05");
  CHECK(data.now.time_since_epoch() == seconds(5));
  CHECK(data.rows->connections().size() == 1);
  CHECK(data.rows->listeners().size() == 1);
  REQUIRE(data.history.size() == 1);
  CHECK(data.history.back()->count(State::time_wait) == 1);
  CHECK(data.judged.reading.tally.total() == 3);
  CHECK(host.asked().find("keep source") != std::string::npos);
  host.run_facts.host.reset();
  take();
  CHECK(data.samples == 2);
  CHECK(data.host.empty());
  CHECK(data.history.size() == 2);
}

TEST_CASE_FIXTURE(Sampling, "the states of the filter narrow what is shown, not what is judged") {
  filter.states = {State::established};
  take({with_cookie(State::syn_sent, 1)});
  take({with_cookie(State::close_wait, 1)});
  CHECK(changes() == "SYN_SENT > CLOSE_WAIT");
}

TEST_CASE_FIXTURE(Sampling, "samples that fail are counted, and the source may still be another") {
  host.dumps = {{.connections = {}, .listeners = {}, .error = Error{"read"}}};
  take();
  CHECK(data.failed == 1);
  CHECK(data.partial == 1);
  CHECK(host.asked().find("keep source") == std::string::npos);
  REQUIRE(data.history.size() == 1);
  CHECK_FALSE(data.history.back());
  host.dumps = {{.connections = {}, .listeners = {}, .error = {}, .flaws = {Flaw::unreadable_number}}};
  take();
  CHECK(data.failed == 1);
  CHECK(data.partial == 2);
  host.dumps = {{}};
  take();
  CHECK(data.partial == 2);
  CHECK(data.samples == 3);
}

TEST_CASE_FIXTURE(Sampling, "a sample that is looked at again is no other one") {
  take({with_cookie(State::established, 1)});
  take({with_cookie(State::established, 1), with_cookie(State::established, 2)});
  CHECK(changes() == "new > ESTABLISHED");
  host.dumps = {{.connections = {with_cookie(State::established, 2)}}};
  wanted.rows = 7;
  for (int i = 0; i < 3; ++i) sampler->take(wanted, false, data, Look::again);
  CHECK(data.rows->connections().size() == 1);
  CHECK(data.samples == 2);
  CHECK(data.looks == 5);
  CHECK(data.history.size() == 2);
  // Two samples that lack a socket tell that it is gone, two looks at one do not.
  CHECK(changes() == "new > ESTABLISHED");
  host.dumps = {{.connections = {}, .listeners = {}, .error = Error{"read"}}};
  sampler->take(wanted, false, data, Look::again);
  CHECK(data.failed == 0);
}

TEST_CASE_FIXTURE(Sampling, "of the past so many samples are kept") {
  for (int i = 0; i < 241; ++i) take();
  CHECK(data.history.size() == 240);
  CHECK(data.samples == 241);
}

TEST_CASE_FIXTURE(Sampling, "more sockets than twenty thousand are read without tcp_info and owners") {
  KernelFacts facts;
  facts.usage.inuse = 10'000;
  facts.usage.inuse6 = 4'000;
  SUBCASE("as many") {
    facts.usage.tw = 6'000;
    host.kernel = {facts};
    take();
    CHECK(data.depth == check::Depth::whole);
    CHECK(host.last_query.parts.tcp_info);
  }
  SUBCASE("one more") {
    facts.usage.tw = 6'001;
    host.kernel = {facts};
    take();
    CHECK(data.depth == check::Depth::rows);
    CHECK_FALSE(host.last_query.parts.tcp_info);
    // It had none: the next sample knows.
    take();
    CHECK(data.depth == check::Depth::whole);
  }
  SUBCASE("unless they are asked for") {
    facts.usage.tw = 6'001;
    host.kernel = {facts};
    take(true);
    CHECK(data.depth == check::Depth::whole);
  }
  SUBCASE("the kernel knows nothing of a file") {
    facts.usage.tw = 6'001;
    host.kernel = {facts};
    host.saved = true;
    take();
    CHECK(data.depth == check::Depth::whole);
  }
}

TEST_CASE_FIXTURE(Sampling, "how many sockets there are is known from the sample before") {
  std::vector<Connection> rows(20'001, test::client(State::established, 1));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].cookie = i + 1;
  take(rows);
  CHECK(data.depth == check::Depth::whole);
  rows.pop_back();
  take(rows);
  CHECK(data.depth == check::Depth::rows);
  take(rows);
  CHECK(data.depth == check::Depth::whole);
}

TEST_CASE_FIXTURE(Sampling, "rates are measured where owners are wanted") {
  Connection row = with_cookie(State::established, 7);
  std::vector<std::byte> info;
  const TcpInfoField* sent = nullptr;
  for (const TcpInfoField& field : tcp_info_fields()) {
    if (field.key == "bytes_received") sent = &field;
  }
  REQUIRE(sent != nullptr);
  const auto rate = [&](std::uint64_t bytes, bool owners_wanted) -> std::optional<std::uint64_t> {
    set_tcp_info_value(info, *sent, bytes);
    row.tcp_info = info;
    host.dumps = {{.connections = {row}}};
    take(owners_wanted);
    const Rates* rates = data.rows->connections().front().rates;
    return rates == nullptr ? std::nullopt : rates->received_bytes;
  };
  CHECK_FALSE(rate(100, true));
  CHECK(rate(300, true) == 200);
  CHECK_FALSE(rate(400, false));
}

TEST_CASE_FIXTURE(Sampling, "what changed between samples is an event, the newest first") {
  const test::Zone zone("UTC");
  Connection bound = with_cookie(State::established, 1);
  bound.interface = 3;
  host.table_names.interfaces[3] = "eth0";
  take({bound});
  CHECK(data.events.empty());
  bound.state = State::close_wait;
  take({bound, with_cookie(State::syn_sent, 2, 81)});
  CHECK(changes() == "new > SYN_SENT, ESTABLISHED > CLOSE_WAIT");
  CHECK(data.event_count == 2);
  const Event& of = data.events.back();
  CHECK(of.time == "16:00:01");
  CHECK(of.local == "192.0.2.1:443");
  CHECK(of.shown_local == "192.0.2.1%eth0:443");
  CHECK(of.remote == "198.51.100.7:80");
  CHECK(of.netns == 0);
  CHECK(of.peer_change.empty());
  CHECK(of.verdict == TransitionVerdict::legal);
  CHECK_FALSE(of.reason.empty());
  CHECK(of.sample == 2);
  take({bound});
  take({bound});
  CHECK(data.events.front().change == "SYN_SENT > gone");
  CHECK(data.events.front().sample == 4);
  CHECK(data.event_count == 3);
}

TEST_CASE_FIXTURE(Sampling, "a socket without another end has none") {
  take({});
  host.dumps = {{.connections = {}, .listeners = {test::listener(test::endpoint("0.0.0.0", 443))}}};
  take();
  REQUIRE(data.events.size() == 1);
  CHECK(data.events.front().local == "0.0.0.0:443");
  CHECK(data.events.front().remote == "*");
  CHECK(data.events.front().change == "new > LISTEN");
}

TEST_CASE_FIXTURE(Sampling, "nobody is gone where rows may be missing") {
  const auto gone = [this](FakeDumpKind kind) {
    take({with_cookie(State::established, 1), with_cookie(State::established, 2, 81)});
    for (int i = 0; i < 3; ++i) {
      host.dumps = {{.connections = {with_cookie(State::established, 2, 81)}}};
      if (kind == FakeDumpKind::flawed) host.dumps.front().flaws = {Flaw::unreadable_number};
      if (kind == FakeDumpKind::failed) host.dumps.front().error = Error{"read"};
      take();
    }
    return changes();
  };
  SUBCASE("whole samples tell") { CHECK(gone(FakeDumpKind::whole) == "ESTABLISHED > gone"); }
  SUBCASE("a flawed one does not") { CHECK(gone(FakeDumpKind::flawed).empty()); }
  SUBCASE("a broken one does not") { CHECK(gone(FakeDumpKind::failed).empty()); }
  SUBCASE("nor one of a user, who may have given it away") {
    filter.users = {1000};
    CHECK(gone(FakeDumpKind::whole).empty());
  }
  SUBCASE("nor one of a process") {
    filter.pids = {7};
    host.owners_by_inode[4711] = {{.pid = 7, .fd = 3, .name = "x"}};
    CHECK(gone(FakeDumpKind::whole).empty());
  }
}

/// The two ends of one connection over the loopback device, or over another.
std::pair<Connection, Connection> both_ends(State near, State far, const char* address = "127.0.0.1") {
  Connection a = test::connection(near, test::endpoint(address, 40'000), test::endpoint(address, 80));
  Connection b = test::connection(far, test::endpoint(address, 80), test::endpoint(address, 40'000));
  a.cookie = 1;
  b.cookie = 2;
  return {a, b};
}

TEST_CASE_FIXTURE(Sampling, "both ends on this host are one event") {
  const auto before = both_ends(State::established, State::established);
  take({before.first, before.second});
  const auto now = both_ends(State::fin_wait2, State::close_wait);
  take({now.first, now.second});
  REQUIRE(data.events.size() == 1);
  CHECK(data.events[0].local == "127.0.0.1:40000");
  CHECK(data.events[0].change == "ESTABLISHED > FIN_WAIT2");
  CHECK(data.events[0].peer_change == "ESTABLISHED > CLOSE_WAIT");
  CHECK(data.event_count == 2);
  // In the next sample it is another event, though the ends are the same.
  const auto last = both_ends(State::fin_wait2, State::last_ack);
  take({last.first, last.second});
  REQUIRE(data.events.size() == 2);
  CHECK(data.events[0].change == "CLOSE_WAIT > LAST_ACK");
  CHECK(data.events[0].peer_change.empty());
}

TEST_CASE_FIXTURE(Sampling, "of both ends the worse verdict stands, with its reason") {
  for (const bool bad_first : {false, true}) {
    CAPTURE(bad_first);
    data.events.clear();
    sampler.reset();
    const auto before = both_ends(State::established, State::time_wait);
    const auto now = both_ends(State::close_wait, State::close_wait);
    if (bad_first) {
      take({before.second, before.first});
      take({now.second, now.first});
    } else {
      take({before.first, before.second});
      take({now.first, now.second});
    }
    REQUIRE(data.events.size() == 1);
    CHECK(data.events[0].verdict == TransitionVerdict::reuse);
    CHECK(data.events[0].reason.starts_with("the same socket was used again"));
  }
}

TEST_CASE_FIXTURE(Sampling, "the other end is looked for among the last events of the sample") {
  for (const std::uint16_t between : std::initializer_list<std::uint16_t>{255, 256}) {
    CAPTURE(between);
    data.events.clear();
    sampler.reset();
    const auto rows = [between](const std::pair<Connection, Connection>& ends, State state) {
      std::vector<Connection> out = {ends.first};
      for (std::uint16_t i = 0; i < between; ++i) out.push_back(with_cookie(state, 100U + i, i));
      out.push_back(ends.second);
      return out;
    };
    take(rows(both_ends(State::established, State::established), State::established));
    take(rows(both_ends(State::fin_wait2, State::close_wait), State::close_wait));
    CHECK(data.events.size() == between + (between == 255 ? 1U : 2U));
    CHECK(data.events.back().peer_change == (between == 255 ? "ESTABLISHED > CLOSE_WAIT" : ""));
  }
}

TEST_CASE_FIXTURE(Sampling, "ends in two namespaces are one connection, but not over loopback") {
  const auto events = [this](const char* address, std::uint64_t near, std::uint64_t far) {
    data.events.clear();
    sampler.reset();
    const auto sample = [&](std::pair<Connection, Connection> ends) {
      ends.first.netns = near;
      ends.second.netns = far;
      take({ends.first, ends.second});
    };
    sample(both_ends(State::established, State::established, address));
    sample(both_ends(State::fin_wait2, State::close_wait, address));
    return data.events.size();
  };
  CHECK(events("192.0.2.1", 7, 8) == 1);
  CHECK(data.events[0].netns == 7);
  CHECK(events("127.0.0.1", 7, 8) == 2);
  CHECK(events("127.0.0.1", 7, 7) == 1);
}

TEST_CASE_FIXTURE(Sampling, "a thousand events are kept, and all are counted") {
  std::vector<Connection> rows;
  for (std::uint16_t port = 1; port <= 1001; ++port) rows.push_back(with_cookie(State::established, port, port));
  take(rows);
  for (Connection& row : rows) row.state = State::close_wait;
  take(rows);
  CHECK(data.events.size() == 1000);
  CHECK(data.event_count == 1001);
  CHECK(data.events.front().remote == "198.51.100.7:1001");
  CHECK(data.events.back().remote == "198.51.100.7:2");
}

TEST_CASE("the next sample comes later where one takes much of the processor") {
  BusyHost host;
  LiveSampler sampler(host, {});
  LiveData data;
  CHECK(sampler.interval(milliseconds(7)) == milliseconds(7));
  host.busy_ms = 20;
  sampler.take({}, false, data);
  // A fifth of one processor: 20 ms in 100, or a little more.
  CHECK(sampler.interval(milliseconds(1)) >= milliseconds(100));
  CHECK(sampler.interval(milliseconds(1)) < milliseconds(1000));
  CHECK(sampler.interval(seconds(10)) == seconds(10));
}

}  // namespace
}  // namespace tcpstat::screen
