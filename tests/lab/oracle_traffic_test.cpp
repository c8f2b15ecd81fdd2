// Random traffic over loopback while dumps are taken: each printed pair is judged, and what the dumps saw of a
// connection has to be what was printed of it, with gaps.

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <ostream>
#include <random>
#include <set>
#include <thread>

#include "dump.h"
#include "failure.h"
#include "oracle_stage.h"
#include "trace/judgement.h"
#include "worker.h"

namespace tcpstat::lab {
namespace {

// Every pair of a listener's and a client's port is used once, so ports tell connections apart.
constexpr PortRange kListeners{12700, 12711};
constexpr PortRange kClients{12800, 12999};
constexpr std::uint16_t kNobody = 12799;

using Tuple = std::pair<std::uint16_t, std::uint16_t>;

class Traffic {
 public:
  explicit Traffic(unsigned seed) : random_(seed) {}

  /// One connection from every client's port to this listener's, ended in one of several ways.
  std::uint64_t run(std::uint16_t port) {
    const Handle listener = Stage::listener(port, 64);
    std::uint64_t connections = 0;
    for (std::uint16_t client = kClients.first; client <= kClients.last; ++client) {
      converse(listener, port, client);
      ++connections;
    }
    return connections;
  }

 private:
  unsigned any(unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_); }
  void pause() {
    if (any(2) == 0) ::usleep(any(1500));
  }

  static Handle client_of(std::uint16_t own_port) {
    Handle socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a client"));
    const int yes = 1;
    check(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), "sharing a port");
    const SocketName name({own_loopback(), own_port});
    check(::bind(socket.get(), name.get(), name.size()), "binding a client");
    return socket;
  }
  static void connect(const Handle& client, std::uint16_t port) {
    const SocketName name({own_loopback(), port});
    check(::connect(client.get(), name.get(), name.size()), "connecting");
  }
  /// Until the peer has closed or reset.
  static void drain(int fd) {
    char buffer[256];
    while (::recv(fd, buffer, sizeof buffer, 0) > 0) {
    }
  }

  void converse(const Handle& listener, std::uint16_t port, std::uint16_t own_port) {
    Handle client = client_of(own_port);
    if (any(16) == 0) {
      const SocketName nobody({own_loopback(), kNobody});
      if (::connect(client.get(), nobody.get(), nobody.size()) == 0) fail("being refused", EISCONN);
    }
    pause();
    connect(client, port);
    pause();
    if (any(8) == 0) {
      // Gone before it was accepted.
      if (any(2) == 0) linger_0(client.get());
      client.reset();
      pause();
      accept_from(listener).reset();
      return;
    }
    Handle server = accept_from(listener);
    pause();
    if (any(2) == 0) std::swap(client, server);
    if (any(2) == 0) check(::send(client.get(), "words", 5, MSG_NOSIGNAL), "sending");
    switch (any(5)) {
      case 0:
        linger_0(client.get());
        break;
      case 1:
        server.reset();  // perhaps with words unread
        break;
      case 2:
        check(::shutdown(client.get(), SHUT_WR), "shutting down");
        pause();
        if (any(2) == 0) client.reset();
        break;
      case 3:
        check(::shutdown(client.get(), SHUT_WR), "shutting down");
        drain(server.get());
        pause();
        check(::shutdown(server.get(), SHUT_WR), "shutting down the other end");
        break;
      default:
        break;
    }
    pause();
    client.reset();
    pause();
    if (server.valid()) drain(server.get());
    pause();
  }

  std::mt19937 random_;
};

struct Sighting {
  State state;
  std::uint64_t cookie;
};
using Sightings = std::map<Tuple, std::vector<Sighting>>;

/// Adds one dump: what is not as it was at the last sight. CLOSE is a socket between two states.
void add_dump(Sightings& sightings) {
  for (const DumpedSocket& row : dump_sockets(kMaskAll)) {
    const auto state = state_from_kernel(row.state);
    if (!state || state == State::close || state == State::listen) continue;
    // A dump collects the sockets that are bound and do nothing, and fills in their rows afterwards, field by field
    // (net/ipv4/inet_diag.c, inet_diag_dump_icsk(), inet_sk_diag_fill()). The row of one that connects in that moment
    // has the state SYN_SENT, and the remote port 0 of before: it belongs to no connection yet.
    if (row.remote_port == 0) continue;
    auto& of_tuple = sightings[{row.local_port, row.remote_port}];
    if (!of_tuple.empty() && of_tuple.back().state == *state && of_tuple.back().cookie == row.cookie) continue;
    of_tuple.push_back({*state, row.cookie});
  }
}

/// What samples can show of a life: the request before it and the time-wait socket after it are not printed.
std::vector<State> visible(const Life& life) {
  std::vector<State> states;
  for (std::size_t i = 1; i < life.states.size(); ++i) {
    if (life.states[i] != State::close) states.push_back(life.states[i]);
  }
  const bool over = life.states.back() == State::close && !states.empty();
  if (over && (states.back() == State::fin_wait2 || states.back() == State::closing))
    states.push_back(State::time_wait);
  return states;
}

bool is_part_of(const std::vector<Sighting>& sightings, const std::vector<State>& states) {
  auto at = states.begin();
  for (const Sighting& sighting : sightings) {
    at = std::find(at, states.end(), sighting.state);
    if (at == states.end()) return false;
  }
  return true;
}

std::string text(const std::vector<Sighting>& sightings) {
  std::string text;
  for (const Sighting& sighting : sightings) text += std::string(name(sighting.state)) + ' ';
  return text;
}

TEST_SUITE("oracle") {
  TEST_CASE("random traffic: each printed pair is legal, and dumps see what was printed, with gaps") {
    const auto stage = Stage::open();
    if (!stage) return;
    Sightings sightings;
    std::uint64_t connections = 0;
    std::uint64_t dumps = 0;
    {
      std::vector<Worker> workers;
      constexpr unsigned kWorkers = 2;
      for (unsigned i = 0; i < kWorkers; ++i) {
        workers.emplace_back([i](const Worker::Report& report) {
          Traffic traffic(i);
          std::uint64_t done = 0;
          for (unsigned port = kListeners.first + i; port <= kListeners.last; port += kWorkers)
            done += traffic.run(static_cast<std::uint16_t>(port));
          report(done);
        });
      }
      std::atomic<bool> over = false;
      std::thread sampler([&] {
        while (!over) {
          add_dump(sightings);
          ++dumps;
        }
      });
      for (Worker& worker : workers) connections += worker.wait_for_report();
      over = true;
      sampler.join();
    }
    for (const std::string& complaint : stage->complaints()) FAIL_CHECK(complaint);

    const auto events = stage->trace().events();
    std::set<std::pair<State, State>> pairs;
    for (const TracedEvent& event : events) pairs.emplace(event.from, event.to);
    std::map<Tuple, Life> printed;
    for (const Life& life : lives_of(events).all) {
      // The refused attempts of a client have its port, and are not its connection.
      if (life.remote_port != 0 && life.remote_port != kNobody) printed[{life.local_port, life.remote_port}] = life;
    }
    CHECK(printed.size() == 2 * connections);

    std::uint64_t transitions = 0;
    std::uint64_t with_gaps = 0;
    std::uint64_t other_cookies = 0;
    for (const auto& entry : sightings) {
      const Tuple& tuple = entry.first;
      const auto& seen = entry.second;
      if (tuple.first == kNobody || tuple.second == kNobody) continue;
      const auto life = printed.find(tuple);
      REQUIRE(life != printed.end());
      CAPTURE(text(seen));
      CAPTURE(life->second.text());
      CHECK(is_part_of(seen, visible(life->second)));
      for (std::size_t i = 1; i < seen.size(); ++i) {
        // A dump makes the cookie of a socket that it is the first to show. One that gives way to its child or to a
        // time-wait socket in that very moment has none yet to hand on, and the successor gets its own.
        const bool gave_way =
            seen[0].state == State::syn_recv || seen[1].state == State::fin_wait2 || seen[1].state == State::time_wait;
        CHECK((seen[i].cookie == seen[i - 1].cookie || (i == 1 && gave_way)));
        other_cookies += seen[i].cookie != seen[i - 1].cookie;
        const Judgement judgement = trace::judge_sampled(seen[i - 1].state, seen[i].state, Sameness::same);
        CHECK(judgement.verdict == TransitionVerdict::legal);
        ++transitions;
        with_gaps += !text_of(judgement.paths, ">", "|").empty();
      }
    }
    MESSAGE(connections << " connections, " << events.size() << " events of " << pairs.size() << " kinds, " << dumps
                        << " dumps, " << transitions << " sampled transitions, " << with_gaps << " with gaps, "
                        << other_cookies << " cookies that changed");
    CHECK(pairs.size() >= 14);
    CHECK(transitions >= 20);  // even where the processors are busy
    CHECK(with_gaps >= 1);
    CHECK(other_cookies <= connections / 20);
  }
}

}  // namespace
}  // namespace tcpstat::lab
