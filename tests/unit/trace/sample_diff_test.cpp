#include "trace/sample_diff.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "support/rows.h"
#include "trace/transition_judge.h"

namespace tcpstat::trace {
namespace {

using test::endpoint;

/// A comparison of samples, and what it told: "1 ESTABLISHED>CLOSE_WAIT legal 300".
class Watched {
 public:
  std::vector<std::string> told;
  std::vector<std::string> paths;
  std::vector<std::string> reasons;
  TransitionJudge judge{[this](const Transition& of, const Judgement& judgement) {
    CHECK(!judgement.reference.empty());
    std::string line = of.cookie ? std::to_string(*of.cookie) : to_string(of.local.value());
    line += " " + std::string(name(of.from)) + ">" + std::string(name(of.to)) + " ";
    line += name(judgement.verdict);
    line += of.dwell ? " " + std::to_string(of.dwell->count() / 1000) : " -";
    told.push_back(line);
    paths.push_back(text_of(judgement.paths, " ", "|"));
    reasons.emplace_back(judgement.reason);
    return Flow::more;
  }};
  SampleDiff diff{judge};

  /// The next sample, 100 ms later.
  template <typename... Rows>
  std::vector<std::string> sample(const Rows&... rows) {
    return take(SampleDiff::Sample::complete, rows...);
  }
  template <typename... Rows>
  std::vector<std::string> partial(const Rows&... rows) {
    return take(SampleDiff::Sample::partial, rows...);
  }

  SampleDiff::Wanted wanted = SampleDiff::Wanted::yes;

 private:
  template <typename... Rows>
  std::vector<std::string> take(SampleDiff::Sample kind, const Rows&... rows) {
    told.clear();
    paths.clear();
    reasons.clear();
    diff.begin(std::chrono::milliseconds(now_ += 100));
    (diff.see(rows, wanted), ...);
    diff.end(kind);
    std::sort(told.begin(), told.end());
    return told;
  }
  std::int64_t now_ = 0;
};

using Lines = std::vector<std::string>;

Connection row(std::uint64_t cookie, State state, std::uint16_t port = 40'000) {
  Connection made = test::connection(state, endpoint("192.0.2.1", 443), endpoint("198.51.100.7", port));
  made.cookie = cookie;
  return made;
}

TEST_CASE("a transition names the device that its socket is bound to, as it was seen last") {
  std::vector<std::uint32_t> devices;
  TransitionJudge judge([&](const Transition& of, const Judgement&) {
    devices.push_back(of.interface);
    return Flow::more;
  });
  SampleDiff diff(judge);
  std::int64_t now = 0;
  const auto sample = [&](State state, std::uint32_t first, std::uint32_t second) {
    diff.begin(std::chrono::milliseconds(now += 100));
    for (const std::uint32_t device : {first, second}) {
      Connection one = test::connection(state, endpoint("192.0.2.1", 443), endpoint("198.51.100.7", 40'000));
      one.cookie = 10 + device % 10;
      one.interface = device;
      diff.see(one, SampleDiff::Wanted::yes);
    }
    diff.end(SampleDiff::Sample::complete);
  };
  sample(State::established, 7, 100'008);
  CHECK(devices.empty());
  sample(State::close_wait, 7, 100'008);
  CHECK((devices == std::vector<std::uint32_t>{7, 100'008}));
  // More devices than a record can name: the rest is not known, and nothing is told wrongly.
  diff.begin(std::chrono::milliseconds(now += 100));
  for (std::uint32_t device = 1; device <= 70'000; ++device) {
    Connection one = test::connection(State::established, endpoint("192.0.2.1", 444), endpoint("198.51.100.7", 1));
    one.cookie = 1'000'000 + device;
    one.interface = device;
    diff.see(one, SampleDiff::Wanted::no);
  }
  diff.end(SampleDiff::Sample::partial);
  devices.clear();
  sample(State::last_ack, 7, 100'008);
  CHECK((devices == std::vector<std::uint32_t>{7, 100'008}));
  sample(State::time_wait, 70'007, 70'008);
  CHECK(std::find(devices.begin(), devices.end(), 70'007) == devices.end());
}

TEST_CASE("a socket that the kernel has destroyed is gone with the first sample that lacks it") {
  Watched watched;
  watched.sample(row(1, State::established), row(2, State::established, 40'001), row(3, State::fin_wait2, 40'002));
  CHECK(watched.diff.destroyed(1));
  CHECK(watched.diff.destroyed(3));
  CHECK_FALSE(watched.diff.destroyed(9));
  CHECK(watched.sample(row(3, State::time_wait, 40'002)) ==
        std::vector<std::string>{"1 ESTABLISHED>ABSENT legal 0", "3 FIN_WAIT2>TIME_WAIT legal 0"});
  CHECK(watched.sample(row(3, State::time_wait, 40'002)) == std::vector<std::string>{"2 ESTABLISHED>ABSENT legal 0"});
  CHECK(watched.sample().empty());  // TIME_WAIT ends in silence: two samples, as ever
  CHECK(watched.sample().size() == 1);
}

TEST_CASE("a partial sample ends nobody, destroyed or not") {
  Watched watched;
  watched.sample(row(1, State::established));
  CHECK(watched.diff.destroyed(1));
  CHECK(watched.partial().empty());
  CHECK(watched.sample().size() == 1);
}

Connection proc_row(std::uint64_t inode, State state, std::uint16_t port = 40'000) {
  Connection made = row(0, state, port);
  made.cookie.reset();
  made.inode = inode;
  return made;
}

Listener listening(std::uint64_t cookie) {
  Listener made = test::listener(endpoint("192.0.2.1", 443));
  made.cookie = cookie;
  return made;
}

TEST_CASE("what the first sample shows did not appear") {
  Watched watched;
  CHECK(watched.sample(row(1, State::established)).empty());
  CHECK(watched.sample(row(1, State::established), row(2, State::syn_recv)) == Lines{"2 ABSENT>SYN_RECV legal -"});
}

TEST_CASE("a change of state is told at once, with how long the old one was seen") {
  Watched watched;
  watched.sample(row(1, State::established));
  watched.sample(row(1, State::established));
  watched.sample(row(1, State::established));
  CHECK(watched.sample(row(1, State::close_wait)) == Lines{"1 ESTABLISHED>CLOSE_WAIT legal 200"});
  CHECK(watched.sample(row(1, State::close_wait)).empty());
  CHECK(watched.sample(row(1, State::last_ack)) == Lines{"1 CLOSE_WAIT>LAST_ACK legal 100"});
}

TEST_CASE("without cookies an inode is remembered while the kernel shows none") {
  Watched watched;
  watched.sample(proc_row(5, State::time_wait));
  CHECK(watched.sample(proc_row(0, State::time_wait)).empty());
  CHECK(watched.sample(proc_row(6, State::time_wait)) == Lines{"192.0.2.1:443 TIME_WAIT>TIME_WAIT reuse 100"});
  CHECK(watched.sample(proc_row(0, State::time_wait)).empty());
  CHECK(watched.sample(proc_row(6, State::time_wait)).empty());
}

TEST_CASE("states passed unseen are named") {
  Watched watched;
  watched.sample(row(1, State::established));
  CHECK(watched.sample(row(1, State::time_wait)) == Lines{"1 ESTABLISHED>TIME_WAIT legal 0"});
  CHECK(watched.paths.front() == "FIN_WAIT1 FIN_WAIT2|CLOSING");
}

TEST_CASE("a socket is gone when two samples agree") {
  Watched watched;
  watched.sample(row(1, State::established));
  CHECK(watched.sample().empty());
  CHECK(watched.sample() == Lines{"1 ESTABLISHED>ABSENT legal 0"});
  CHECK(watched.sample().empty());
  CHECK(watched.diff.size() == 0);
}

TEST_CASE("a socket that was missed once and is seen again is no event") {
  Watched watched;
  watched.sample(row(1, State::established));
  for (int i = 0; i < 5; ++i) {
    CHECK(watched.sample().empty());
    CHECK(watched.sample(row(1, State::established)).empty());
  }
  CHECK(watched.sample(row(1, State::fin_wait1)) == Lines{"1 ESTABLISHED>FIN_WAIT1 legal 1000"});
}

TEST_CASE("a socket that was missed while it changed has one transition") {
  Watched watched;
  watched.sample(row(1, State::syn_recv));
  CHECK(watched.sample().empty());
  CHECK(watched.sample(row(1, State::established)) == Lines{"1 SYN_RECV>ESTABLISHED legal 0"});
}

TEST_CASE("a partial sample makes no socket vanish, and what it shows counts") {
  Watched watched;
  watched.sample(row(1, State::established), row(2, State::established, 2));
  for (int i = 0; i < 5; ++i) watched.partial();
  CHECK(watched.told.empty());
  CHECK(watched.partial(row(1, State::fin_wait1)) == Lines{"1 ESTABLISHED>FIN_WAIT1 legal 0"});
  CHECK(watched.sample(row(1, State::fin_wait1)).empty());  // the first that did not show 2
  watched.partial(row(1, State::fin_wait1));
  CHECK(watched.told.empty());
  CHECK(watched.sample(row(1, State::fin_wait1)) == Lines{"2 ESTABLISHED>ABSENT legal 0"});
}

TEST_CASE("until a complete sample came nothing appears") {
  Watched watched;
  CHECK(watched.partial(row(1, State::established)).empty());
  CHECK(watched.partial(row(2, State::established, 2)).empty());
  CHECK(watched.sample(row(3, State::established, 3)).empty());
  CHECK(watched.partial(row(4, State::syn_sent, 4)) == Lines{"4 ABSENT>SYN_SENT legal -"});
}

TEST_CASE("another socket on the same addresses and ports ends the old one at once") {
  Watched watched;
  watched.sample(row(1, State::time_wait));
  CHECK(watched.sample(row(2, State::syn_sent)) == Lines{"2 TIME_WAIT>SYN_SENT reuse 0"});
  CHECK(watched.diff.size() == 1);
  CHECK(watched.sample(row(2, State::established)) == Lines{"2 SYN_SENT>ESTABLISHED legal 0"});
  CHECK(watched.partial(row(3, State::established)) == Lines{"3 ESTABLISHED>ESTABLISHED reuse 0"});
}

TEST_CASE("listeners share addresses and ports: one that comes does not end another") {
  Watched watched;
  watched.sample(listening(1));
  CHECK(watched.sample(listening(2)) == Lines{"2 ABSENT>LISTEN legal -"});
  CHECK(watched.sample(listening(2), listening(1)).empty());
}

TEST_CASE("a descriptor that is used again has the same cookie and needs no other socket") {
  Watched watched;
  watched.sample(row(1, State::established));
  CHECK(watched.sample(row(1, State::syn_sent, 5)) == Lines{"1 ESTABLISHED>SYN_SENT reuse 0"});
  CHECK(watched.reasons.front().find("same socket was used again") != std::string::npos);
}

TEST_CASE("a bound socket that listens, and its end, are one life") {
  Watched watched;
  Connection bound = row(1, State::close, 0);
  bound.remote = {};
  watched.sample(bound);
  CHECK(watched.sample(listening(1)) == Lines{"1 CLOSE>LISTEN legal 0"});
  watched.sample();
  CHECK(watched.sample() == Lines{"1 LISTEN>ABSENT legal 0"});
}

TEST_CASE("only what the filter wants is told, before or after") {
  Watched watched;
  watched.wanted = SampleDiff::Wanted::no;
  watched.sample(row(1, State::established), row(2, State::established, 2));
  CHECK(watched.sample(row(1, State::fin_wait1), row(2, State::established, 2)).empty());
  watched.wanted = SampleDiff::Wanted::yes;
  CHECK(watched.sample(row(1, State::fin_wait2), row(2, State::established, 2)) ==
        Lines{"1 FIN_WAIT1>FIN_WAIT2 legal 0"});
  watched.wanted = SampleDiff::Wanted::no;
  CHECK(watched.sample(row(1, State::fin_wait2), row(2, State::close_wait, 2)) ==
        Lines{"2 ESTABLISHED>CLOSE_WAIT legal 200"});
  watched.sample();
  CHECK(watched.sample().empty());
}

TEST_CASE("without cookies addresses and ports are the key, and another inode is another connection") {
  Watched watched;
  watched.sample(proc_row(0, State::syn_recv));
  CHECK(watched.sample(proc_row(0, State::established)) == Lines{"192.0.2.1:443 SYN_RECV>ESTABLISHED legal 0"});
  CHECK(watched.sample(proc_row(77, State::established)).empty());  // accepted
  CHECK(watched.sample(proc_row(78, State::established)) == Lines{"192.0.2.1:443 ESTABLISHED>ESTABLISHED reuse 100"});
  CHECK(watched.sample(proc_row(0, State::time_wait)) == Lines{"192.0.2.1:443 ESTABLISHED>TIME_WAIT legal 0"});
  CHECK(watched.sample(proc_row(0, State::syn_sent)) == Lines{"192.0.2.1:443 TIME_WAIT>SYN_SENT reuse 0"});
  CHECK(watched.reasons.front().find("possibly") == 0);
}

TEST_CASE("a row that comes twice in one sample counts once") {
  Watched watched;
  watched.sample(row(1, State::established));
  CHECK(watched.sample(row(1, State::established), row(1, State::fin_wait1)).empty());
  CHECK(watched.sample(row(1, State::fin_wait1)) == Lines{"1 ESTABLISHED>FIN_WAIT1 legal 100"});
}

TEST_CASE("both families are followed, also where the numbers are the same") {
  Watched watched;
  Connection six = test::connection(State::established, endpoint("2001:db8::1", 443), endpoint("2001:db8::2", 40'000));
  six.family = Family::ipv6;
  six.cookie = 1;
  watched.sample(six, row(1, State::established));
  six.state = State::fin_wait1;
  CHECK(watched.sample(six, row(1, State::established)) == Lines{"1 ESTABLISHED>FIN_WAIT1 legal 0"});
}

/// Samples that remember only what the last two showed, as those of a log.
struct Forgetful {
  Lines told;
  TransitionJudge judge{[this](const Transition& of, const Judgement& judgement) {
    std::string line(name(of.from));
    line.append(">").append(name(of.to)).append(" ").append(name(judgement.verdict));
    told.push_back(line);
    return Flow::more;
  }};
  SampleDiff diff{judge, SampleDiff::Unseen::forgotten};

  template <typename... Rows>
  void sample(SampleDiff::Sample kind, const Rows&... rows) {
    diff.begin({});
    (diff.see(rows, SampleDiff::Wanted::yes), ...);
    diff.end(kind);
  }
};

TEST_CASE("where partial samples are the rule, memory is that of two samples and who left is unknown") {
  Forgetful watched;
  watched.sample(SampleDiff::Sample::complete, row(1, State::established));
  for (std::uint64_t cookie = 2; cookie < 100; ++cookie) {
    watched.sample(SampleDiff::Sample::partial, row(cookie, State::established, static_cast<std::uint16_t>(cookie)));
    CHECK(watched.diff.size() == 2);
  }
  // The second sample had a complete one to compare with.
  CHECK(watched.told == Lines{"ABSENT>ESTABLISHED legal"});
  CHECK(watched.diff.unknown() == 97);
  watched.diff.finish();
  CHECK(watched.diff.unknown() == 98);
  CHECK(watched.diff.size() == 0);
  CHECK(watched.diff.sockets() == 99);
}

TEST_CASE("no sample follows: whom the last one lacks is gone if that was complete") {
  for (const auto last : {SampleDiff::Sample::complete, SampleDiff::Sample::partial}) {
    Forgetful watched;
    watched.sample(SampleDiff::Sample::complete, row(1, State::last_ack));
    watched.sample(last);
    CHECK(watched.told.empty());
    watched.diff.finish();
    const bool gone = last == SampleDiff::Sample::complete;
    CHECK(watched.told == (gone ? Lines{"LAST_ACK>ABSENT legal"} : Lines{}));
    CHECK(watched.diff.unknown() == (gone ? 0U : 1U));
  }
}

TEST_CASE("of another host nothing is compared") {
  Forgetful watched;
  watched.sample(SampleDiff::Sample::complete, row(1, State::established));
  watched.diff.forget_all();
  watched.sample(SampleDiff::Sample::complete, row(1, State::close_wait));
  CHECK(watched.told.empty());
  watched.sample(SampleDiff::Sample::complete, row(1, State::last_ack));
  CHECK(watched.told == Lines{"CLOSE_WAIT>LAST_ACK legal"});
}

TEST_CASE("a source that has no cookies, after one that has, makes no new connection of an old one") {
  Forgetful watched;
  watched.sample(SampleDiff::Sample::complete, row(1, State::established));
  watched.sample(SampleDiff::Sample::complete, proc_row(7, State::established));
  CHECK(watched.told.empty());
  CHECK(watched.diff.size() == 1);
  CHECK(watched.diff.sockets() == 1);
  watched.sample(SampleDiff::Sample::complete, row(1, State::close_wait));
  CHECK(watched.told == Lines{"ESTABLISHED>CLOSE_WAIT legal"});
}

TEST_CASE("how long a socket stays is known where its cookie is, and the times") {
  using std::chrono::seconds;
  Forgetful watched;
  const auto stay = [&](std::optional<EventTime> now, const Connection& of) {
    watched.diff.begin(now);
    const Stay out = watched.diff.see(of, SampleDiff::Wanted::yes);
    watched.diff.end(SampleDiff::Sample::complete);
    return std::pair(out.before, out.now);
  };
  using Times = std::pair<EventTime, EventTime>;
  CHECK(stay(seconds(100), row(1, State::time_wait)) == Times{});
  CHECK(stay(seconds(130), row(1, State::time_wait)) == Times{seconds(0), seconds(30)});
  CHECK(stay(seconds(170), row(1, State::time_wait)) == Times{seconds(30), seconds(70)});
  CHECK(stay({}, row(1, State::time_wait)) == Times{seconds(70), seconds(0)});
  CHECK(stay(seconds(90), row(1, State::time_wait)) == Times{});
  CHECK(stay(seconds(200), row(1, State::established)) == Times{});
  CHECK(stay(seconds(210), proc_row(7, State::established, 2)) == Times{});
  CHECK(stay(seconds(220), proc_row(7, State::established, 2)) == Times{});
}

/// What a perfect memory would tell, for random samples of sockets that come, change and go.
TEST_CASE("churn: the same as a map would tell") {
  struct Known {
    State state;
    int missed = 0;
  };
  std::mt19937 random(7);
  Watched watched;
  std::map<std::uint64_t, Known> model;
  std::uint64_t next_cookie = 1;
  std::vector<std::pair<std::uint64_t, State>> alive;
  constexpr State kStates[] = {State::syn_recv, State::established, State::close_wait, State::last_ack};
  std::int64_t now = 0;
  for (int round = 0; round < 200; ++round) {
    Lines expected;
    std::erase_if(alive, [&](const auto&) { return random() % 8 == 0; });
    for (std::uint64_t born = random() % 300; born > 0; --born)
      alive.emplace_back(next_cookie++, kStates[random() % 4]);
    std::shuffle(alive.begin(), alive.end(), random);
    watched.told.clear();
    watched.diff.begin(std::chrono::milliseconds(++now));
    for (auto& [cookie, state] : alive) {
      if (random() % 16 == 0) continue;  // the dump misses it
      if (random() % 4 == 0) state = kStates[random() % 4];
      watched.diff.see(row(cookie, state, static_cast<std::uint16_t>(1 + cookie % 60'000)), watched.wanted);
      const auto at = model.find(cookie);
      const std::string end = ">" + std::string(name(state));
      if (at == model.end()) {
        if (round > 0) expected.push_back(std::to_string(cookie) + " ABSENT" + end);
        model[cookie] = {state, -1};
      } else {
        if (at->second.state != state)
          expected.push_back(std::to_string(cookie) + " " + std::string(name(at->second.state)) + end);
        at->second = {state, -1};
      }
    }
    watched.diff.end(SampleDiff::Sample::complete);
    for (auto at = model.begin(); at != model.end();) {
      if (++at->second.missed == 2) {
        expected.push_back(std::to_string(at->first) + " " + std::string(name(at->second.state)) + ">ABSENT");
        at = model.erase(at);
      } else {
        ++at;
      }
    }
    Lines told;
    for (const std::string& line : watched.told) told.push_back(line.substr(0, line.find(' ', line.find('>'))));
    std::sort(told.begin(), told.end());
    std::sort(expected.begin(), expected.end());
    REQUIRE(told == expected);
    REQUIRE(watched.diff.size() == model.size());
  }
  CHECK(next_cookie > 10'000);
}

TEST_CASE("memory: at most 64 bytes an IPv4 socket, 112 an IPv6 one, and a crowd that has gone gives it back") {
  struct Case {
    const char* name;
    Family family;
    std::size_t most;
  };
  for (const Case& each : {Case{"IPv4", Family::ipv4, 64}, Case{"IPv6", Family::ipv6, 112}}) {
    CAPTURE(each.name);
    TransitionJudge judge([](const Transition&, const Judgement&) { return Flow::more; });
    SampleDiff diff(judge);
    Connection made = each.family == Family::ipv4 ? row(1, State::established)
                                                  : test::connection(State::established, endpoint("2001:db8::1", 443),
                                                                     endpoint("2001:db8::2", 7));
    made.family = each.family;
    diff.begin(std::chrono::milliseconds(1));
    std::size_t worst = 0;
    for (std::uint64_t cookie = 1; cookie <= 200'000; ++cookie) {
      made.cookie = cookie;
      diff.see(made, SampleDiff::Wanted::yes);
      if (cookie > 10'000) worst = std::max(worst, diff.bytes() / cookie);
    }
    diff.end(SampleDiff::Sample::complete);
    CHECK(worst > 0);
    CHECK(worst < each.most);
    for (std::int64_t now = 2; now < 5; ++now) {
      diff.begin(std::chrono::milliseconds(now));
      diff.end(SampleDiff::Sample::complete);
    }
    CHECK(diff.size() == 0);
    CHECK(diff.bytes() < 200'000);
  }
}

TEST_CASE("cookies that a log chose cost no more than others") {
  // The inverse of a constant by which the table multiplies: the products are small numbers.
  constexpr std::uint64_t kSpread = 0x9E37'79B9'7F4A'7C15;
  std::uint64_t inverse = kSpread;
  for (int i = 0; i < 6; ++i) inverse *= 2 - kSpread * inverse;
  REQUIRE(inverse * kSpread == 1);
  constexpr std::uint64_t kRows = 200'000;
  Watched watched;
  const auto start = std::chrono::steady_clock::now();
  watched.diff.begin(std::chrono::milliseconds(100));
  for (std::uint64_t i = 1; i <= kRows; ++i) watched.diff.see(row(i * inverse, State::established), watched.wanted);
  CHECK(watched.diff.size() == kRows);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
}

}  // namespace
}  // namespace tcpstat::trace
