// tcpstat trace beside another instance of tracefs, which is read as text when all is over: the same transitions.

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"
#include "failure.h"
#include "listing.h"
#include "namespace.h"
#include "oracle_stage.h"
#include "watching.h"
#include "worker.h"

namespace tcpstat::lab {
namespace {

constexpr std::uint16_t kPort = 12700;
/// Of no other test, and outside of what the oracle records.
constexpr std::uint16_t kProbe = 12690;

/// A trace that has begun: it has told of a connection that was made for it to tell of.
class Tracing {
 public:
  explicit Tracing(const std::vector<std::string>& more = {}) : watching_(command(more)) {
    for (int attempt = 0; attempt < 100; ++attempt) {
      const Handle listener = Stage::listener(kProbe);
      connect_to(kProbe).reset();
      if (watching_.line(std::chrono::milliseconds(100))) return;
    }
    FAIL("the trace tells nothing");
  }

  /// Ends it: its lines but the summary and the probe's.
  std::vector<std::string> end_all() {
    watching_.interrupt();
    std::vector<std::string> told;
    while (const auto line = watching_.line()) {
      const bool is_summary = value_of(*line, "type") == "summary";
      if (is_summary) summary_ = *line;
      if (!is_summary && !is_probe(*line)) told.push_back(*line);
    }
    CHECK(watching_.wait() == 0);
    return told;
  }
  /// Ends it: those of that type.
  std::vector<std::string> end_lines(std::string_view type) {
    std::vector<std::string> told = end_all();
    std::erase_if(told, [&](const std::string& line) { return value_of(line, "type") != type; });
    return told;
  }
  /// Ends it: "12700>12800 LISTEN>SYN_RECV" for each transition.
  std::vector<std::string> end() {
    std::vector<std::string> told = end_lines("transition");
    for (std::string& line : told) {
      CHECK(value_of(line, "verdict") != "illegal");
      CHECK(value_of(line, "mode") == "exact");
      const std::string remote = value_of(line, "remote_port");
      line = value_of(line, "local_port") + '>' + (remote == "null" ? "0" : remote) + ' ' + value_of(line, "from") +
             '>' + value_of(line, "to");
    }
    return told;
  }
  [[nodiscard]] const std::string& summary() const { return summary_; }
  [[nodiscard]] pid_t pid() const { return watching_.pid(); }

 private:
  static bool is_probe(const std::string& line) {
    const std::string port = std::to_string(kProbe);
    return value_of(line, "local_port") == port || value_of(line, "remote_port") == port;
  }
  static std::vector<std::string> command(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"trace", "--port", "12690-12999", "-f", "ndjson", "-q"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  Watching watching_;
  std::string summary_;
};

/// The sources that work here; a line that says why for one that does not.
std::vector<std::string> sources() {
  std::vector<std::string> out = {"tracefs"};
  const auto bpf = run({tcpstat_binary(), "trace", "--source", "bpf", "--duration", "0.001", "-q", "-f", "csv"});
  if (bpf.exit_code == 0) {
    out.emplace_back("bpf");
  } else {
    MESSAGE("skipped for --source bpf: ", bpf.err);
  }
  return out;
}

/// Of the RSTs that it sends: Linux 6.10.
bool kernel_gives_reasons() {
  utsname names{};
  unsigned major = 0;
  unsigned minor = 0;
  REQUIRE(::uname(&names) == 0);
  REQUIRE(std::sscanf(names.release, "%u.%u", &major, &minor) == 2);
  return major > 6 || (major == 6 && minor >= 10);
}

void check_same(const Stage& stage, std::vector<std::string> told) {
  std::vector<std::string> printed;
  for (const TracedEvent& event : stage.trace().events()) printed.push_back(event.text());
  CHECK(printed.size() > 20);
  CHECK(difference(std::move(printed), std::move(told)).empty());
}

/// `use(stage, tracing, source)` with each source that works here.
template <typename Use>
void with_each_source(Use use) {
  for (const std::string& source : sources()) {
    CAPTURE(source);
    const auto stage = Stage::open();
    if (!stage) return;
    Tracing tracing({"--source", source});
    use(*stage, tracing, source);
  }
}

TEST_SUITE("trace") {
  TEST_CASE("lives of both ends, in all their transitions") {
    with_each_source([](Stage& stage, Tracing& tracing, const std::string& source) {
      const Handle listener = Stage::listener(kPort);
      for (int i = 0; i < 3; ++i) {
        Handle client = connect_to(kPort);
        Handle server = accept_from(listener);
        const bool reset = i == 1;
        if (reset) linger_0(client.get());
        client.reset();
        if (!reset) read_to_end(server.get());
        server.reset();
      }
      // A handshake that the peer plays, and one that it leaves half open: a request is no socket that the kernel prints.
      Conversation done = stage.accepted(listener, kPort);
      Conversation half_open = stage.arriving(kPort);
      half_open.send_syn();
      linger_0(done.fd());
      done.close();
      check_same(stage, tracing.end());
      CHECK(value_of(tracing.summary(), "complete") == (source == "tracefs" ? "true" : "false"));
      CHECK(tracing.summary().find("broken_lives") == std::string::npos);
      CHECK(value_of(tracing.summary(), "lost_records") == "0");
      CHECK(value_of(tracing.summary(), "source") == source);
    });
  }

  TEST_CASE("thousands of transitions on two processors, in the order of every life") {
    with_each_source([](const Stage& stage, Tracing& tracing, const std::string& /*source*/) {
      for (int i = 0; i < 200; ++i) {
        const Handle listener = Stage::listener(kPort);
        Handle client = connect_to(kPort);
        Handle server = accept_from(listener);
        server.reset();
        read_to_end(client.get());
      }
      check_same(stage, tracing.end());
      // A life that is out of order would be a socket whose records are missing.
      CHECK(tracing.summary().find("broken_lives") == std::string::npos);
    });
  }

  TEST_CASE("lives of both ends: who closed first, and who reset what") {
    const auto stage = Stage::open();
    if (!stage) return;
    for (const std::string& source : sources()) {
      CAPTURE(source);
      Tracing tracing({"--lives", "--source", source});
      Handle listener = Stage::listener(kPort);
      enum class Way : std::uint8_t { client_closes, client_resets, server_resets };
      for (const Way way : {Way::client_closes, Way::client_resets, Way::server_resets}) {
        Handle client = connect_to(kPort);
        Handle server = accept_from(listener);
        if (way == Way::client_resets) linger_0(client.get());
        if (way == Way::server_resets) linger_0(server.get());
        (way == Way::server_resets ? server : client).reset();
        if (way == Way::client_closes) read_to_end(server.get());
      }
      listener.reset();
      CHECK_THROWS(connect_to(kPort));
      std::vector<std::string> told;
      for (const std::string& life : tracing.end_lines("life")) {
        const bool client = value_of(life, "remote_port") == std::to_string(kPort);
        std::string ending = value_of(life, "ending");
        // Whether the server's FIN comes together with the ACK of the client's is a matter of time.
        if (value_of(life, "closed_first") == "local" && (ending == "null" || source == "bpf"))
          ending = "null or orderly";
        told.push_back((client ? "client " : "server ") + value_of(life, "opening") + ' ' +
                       value_of(life, "closed_first") + ' ' + ending + ' ' + value_of(life, "reset_by"));
        const bool gives_reasons = source == "bpf" && value_of(life, "reset_by") == "here" && kernel_gives_reasons();
        CHECK(value_of(life, "reset_reason") == (gives_reasons ? "abort" : "null"));
        CHECK(value_of(life, "complete") == "true");
        CHECK(value_of(life, "legal") == "true");
        // When the request of a child began, no source but bpf sees.
        const bool knows = value_of(life, "handshake_us") != "null";
        CHECK(knows == (value_of(life, "ending") != "refused" && (client || source == "bpf")));
      }
      // tracefs does not see what this host sends.
      const std::string here = source == "bpf" ? "reset here" : "dropped null";
      CHECK(difference({"client active local null or orderly null", "server passive remote orderly null",
                        "client active null " + here, "server passive null reset peer", "client active null reset peer",
                        "server passive null " + here, "client active null refused null"},
                       std::move(told))
                .empty());
      const auto summary = nlohmann::json::parse(tracing.summary());
      CHECK(summary["lost_records"] == 0);
      CHECK(summary["handshakes"]["outgoing"]["refused"] == 1);
      CHECK(summary["handshakes"]["incoming"]["expired"].is_null());
      CHECK(summary["state_times"].size() >= 2);
    }
  }

  TEST_CASE("requests that become no connection have lives of their own, one right behind another too") {
    if (sources().size() < 2) return;
    const auto stage = Stage::open();
    if (!stage) return;
    Tracing tracing({"--lives", "--source", "bpf"});
    const Handle listener = Stage::listener(kPort);
    for (int i = 0; i < 3; ++i) {
      Conversation half_open = stage->arriving(kPort);
      half_open.send_syn();
      half_open.read_syn();
      half_open.send_rst();
    }
    Conversation done = stage->accepted(listener, kPort);
    linger_0(done.fd());
    done.close();
    std::vector<std::string> told;
    for (const std::string& life : tracing.end_lines("life")) {
      told.push_back(value_of(life, "object") + ' ' + value_of(life, "ending"));
      CHECK(std::stol(value_of(life, "lasted_us")) < 1'000'000);
    }
    CHECK(difference({"request reset", "request reset", "request reset", "socket reset"}, std::move(told)).empty());
  }

  TEST_CASE("programs in the kernel know the cookie and the namespace, and leave other namespaces out") {
    if (sources().size() < 2) return;
    const auto stage = Stage::open();
    if (!stage) return;
    Tracing tracing({"--source", "bpf"});
    Worker elsewhere([](const Worker::Report& report) {
      enter_namespace();
      report(1);
    });
    elsewhere.wait_for_report();
    Watching other({"trace", "--source", "bpf", "--netns", std::to_string(elsewhere.pid()), "--port", "12690-12999",
                    "-f", "ndjson", "--duration", "1"});
    std::string cookie;
    {
      const Handle listener = Stage::listener(kPort);
      const Handle client = connect_to(kPort);
      std::uint64_t number = 0;
      socklen_t size = sizeof number;
      REQUIRE(::getsockopt(client.get(), SOL_SOCKET, SO_COOKIE, &number, &size) == 0);
      cookie = std::to_string(number);
    }
    const std::vector<std::string> lines = tracing.end_lines("transition");
    std::size_t of_client = 0;
    for (const std::string& line : lines) {
      of_client += value_of(line, "cookie") == cookie ? 1U : 0U;
      CHECK(value_of(line, "netns") == value_of(tracing.summary(), "netns"));
    }
    CHECK(of_client >= 3);
    std::vector<std::string> told;
    while (const auto line = other.line()) told.push_back(*line);
    CHECK(other.wait() == 0);
    REQUIRE(told.size() == 1);
    CHECK(value_of(told[0], "type") == "summary");
  }

  TEST_CASE("what the kernel had no room for is told where it was lost, and how much it was") {
    with_each_source([](const Stage& /*stage*/, Tracing& tracing, const std::string& /*source*/) {
      const Handle listener = Stage::listener(kPort);
      // While nobody reads, buffers of some megabytes take the steps of fewer connections than these.
      REQUIRE(::kill(tracing.pid(), SIGSTOP) == 0);
      for (int i = 0; i < 20'000; ++i) {
        Handle client = connect_to(kPort);
        const Handle server = accept_from(listener);
        linger_0(client.get());
        client.reset();
      }
      REQUIRE(::kill(tracing.pid(), SIGCONT) == 0);
      std::uint64_t lost = 0;
      std::size_t steps = 0;
      for (const std::string& line : tracing.end_all()) {
        const std::string type = value_of(line, "type");
        if (type == "lost") lost += std::stoull(value_of(line, "count"));
        if (type == "lost") CHECK(value_of(line, "time").starts_with("20"));
        if (type == "transition") ++steps;
      }
      CHECK(steps > 1000);
      CHECK(lost > 1000);
      CHECK(value_of(tracing.summary(), "lost_records") == std::to_string(lost));
      CHECK(value_of(tracing.summary(), "complete") == "false");
      CHECK(tracing.summary().find(R"("code":"lost_records")") != std::string::npos);
    });
  }

  TEST_CASE("traces that begin at the same time leave each other's instance alone") {
    const auto stage = Stage::open();
    if (!stage) return;
    for (int round = 0; round < 4; ++round) {
      std::vector<std::unique_ptr<Watching>> traces;
      for (int i = 0; i < 8; ++i) {
        traces.push_back(std::make_unique<Watching>(std::vector<std::string>{"trace", "--source", "tracefs", "--port",
                                                                             std::to_string(kProbe), "-f", "csv", "-H",
                                                                             "-q", "--duration", "0.1"}));
      }
      for (const auto& trace : traces) CHECK(trace->wait() == 0);
    }
  }

  TEST_CASE("the count ends it, the filter chooses, and nothing is left behind, not even of a run that was killed") {
    const auto stage = Stage::open();
    if (!stage) return;
    // Other tests trace at the same time, and sweep as well.
    const auto left_by = [](pid_t pid) {
      const std::string name = "tcpstat-trace-" + std::to_string(pid) + "-";
      return run({"sh", "-c", "ls /sys/kernel/tracing/instances | grep -c '^" + name + "'"}).out;
    };
    pid_t killed = -1;
    {
      const Tracing tracing({"--source", "tracefs"});
      killed = tracing.pid();
    }
    Watching watching({"trace", "--source", "tracefs", "--port", std::to_string(kPort), "-s", "LISTEN", "--count", "2",
                       "-f", "csv", "-H"});
    std::vector<std::string> lines;
    for (int attempt = 0; attempt < 100 && lines.size() < 2; ++attempt) {
      const Handle listener = Stage::listener(kPort);
      const Handle client = connect_to(kPort);
      while (const auto line = watching.line(std::chrono::milliseconds(50))) lines.push_back(*line);
    }
    CHECK(lines.size() == 2);
    CHECK(watching.wait() == 0);
    for (const std::string& line : lines) CHECK(line.find("LISTEN") != std::string::npos);
    CHECK(left_by(killed) == "0\n");
    CHECK(left_by(watching.pid()) == "0\n");
  }
}

}  // namespace
}  // namespace tcpstat::lab
