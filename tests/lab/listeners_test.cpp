// Facts about listeners, and what the timers of quiet sockets tell about their age.

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <cmath>
#include <deque>
#include <map>
#include <ostream>
#include <thread>

#include "conversation.h"
#include "every_state_fixture.h"
#include "failure.h"
#include "listing.h"

namespace tcpstat::lab {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

// Timers of the kernel end on a tick of at least 100 Hz, and /proc counts in hundredths of a second.
constexpr std::int64_t kTickMs = 20;
/// What the timer wheel may add to a timer of 1 s (kernel/time/timer.c: levels of an eighth's granularity).
constexpr std::int64_t kTimerSlackMs = 1000 / 8;
// What a busy machine may add between two looks at a clock.
constexpr std::int64_t kSlackMs = 300;

std::int64_t ms_since(Clock::time_point then) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - then).count();
}

struct Queue {
  std::uint16_t port;
  int backlog;
  unsigned half_open;
  unsigned waiting;
};

/// A listener and the peers that came to it, held for the test.
struct Crowd {
  Handle listener;
  std::deque<Conversation> peers;
};

Crowd gather(TunPeer& peer, Family family, const Queue& queue) {
  Crowd crowd;
  crowd.listener = Handle(
      check(::socket(family == Family::ipv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a listener"));
  const Endpoint local{TunPeer::local(family), queue.port};
  const SocketName name(local);
  check(::bind(crowd.listener.get(), name.get(), name.size()), "binding");
  check(::listen(crowd.listener.get(), queue.backlog), "listening");
  for (unsigned i = 0; i < queue.half_open + queue.waiting; ++i) {
    const Endpoint remote{Address::peer(family, 1000 + i), static_cast<std::uint16_t>(20000 + i)};
    Conversation& conversation = crowd.peers.emplace_back(Conversation::to_listener(peer, local, remote));
    if (i < queue.waiting)
      conversation.shake_hands();
    else
      conversation.send_syn();
  }
  return crowd;
}

TEST_SUITE("listeners") {
  TEST_CASE("a listener tells its accept queue, its limit and its half-open requests") {
    enter_namespace();
    TunPeer peer;
    const Queue queues[] = {{7001, 10, 0, 0}, {7002, 10, 5, 0}, {7003, 10, 0, 4}, {7004, 100, 60, 40}, {7005, 1, 0, 2}};
    std::vector<Crowd> crowds;
    for (const Family family : {Family::ipv4, Family::ipv6})
      for (const Queue& queue : queues) crowds.push_back(gather(peer, family, queue));
    for (const std::string source : kSources) {
      CAPTURE(source);
      // Half-open requests are counted whatever the filters leave of the rows.
      for (const std::vector<std::string>& arguments :
           {std::vector<std::string>{"-l"}, {"-a"}, {"-l", "--local-port", "7001-7005"}, {"--state", "LISTEN"}}) {
        CAPTURE(arguments.size());
        std::vector<std::string> words = arguments;
        words.insert(words.end(), {"--source", source});
        const Listing listing = list(words);
        unsigned found = 0;
        for (const json& row : listing.rows()) {
          if (row["state"] != "LISTEN") continue;
          for (const Queue& queue : queues) {
            if (row["local_port"] != queue.port) continue;
            ++found;
            CAPTURE(row.dump());
            CHECK(row["accept_queue"] == queue.waiting);
            CHECK(row["accept_limit"] == (source == "proc" ? json() : json(queue.backlog)));
            CHECK(row["syn_recv"] == queue.half_open);
          }
        }
        CHECK(found == 2 * std::size(queues));
      }
      const Outcome summary = tcpstat({"summary", "--json", "--source", source});
      CHECK(summary.exit_code == 0);
      const json document = json::parse(summary.out, nullptr, false);
      REQUIRE(document.is_object());
      unsigned found = 0;
      for (const json& listener : document.value("listeners", json::array()))
        for (const Queue& queue : queues)
          if (listener["local_port"] == queue.port) {
            ++found;
            CHECK(listener["accept_queue"] == queue.waiting);
            CHECK(listener["syn_recv"] == queue.half_open);
          }
      CHECK(found == 2 * std::size(queues));
    }
  }

  TEST_CASE("LISTEN rows come last in every format") {
    enter_namespace();
    TunPeer peer;
    const Crowd crowd = gather(peer, Family::ipv4, {7001, 10, 3, 3});
    for (const std::string source : kSources) {
      bool listening = false;
      for (const json& row : list({"-a", "--source", source}).rows()) {
        CHECK((!listening || row["state"] == "LISTEN"));
        listening = row["state"] == "LISTEN";
      }
      CHECK(listening);
    }
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "ages are lower bounds of the truth and close to it") {
    std::this_thread::sleep_for(std::chrono::milliseconds(1300));  // each half-open request has timed out once
    for (const std::string source : kSources) {
      CAPTURE(source);
      const Listing listing = list({"-a", "--source", source});
      std::map<std::string, json> rows;
      for (const auto& row : listing.rows()) rows[identity_of(row)] = row;
      for (const Row& truth : zoo.truth()) {
        if (!visible(truth, source)) continue;
        CAPTURE(truth.key());
        CAPTURE(truth.note);
        REQUIRE(rows.contains(identity_of(truth)));
        const json age = rows[identity_of(truth)]["age_ms"];
        const std::int64_t most = ms_since(truth.built) + kSlackMs;
        const bool minisocket = truth.state == "TIME_WAIT" || truth.note == "a minisocket";
        if (truth.orphan == "half-open" || minisocket) {
          REQUIRE(age.is_number());
          // The request's first timeout of 1 s fired up to an eighth late, and the second one counts from there.
          const std::int64_t late = minisocket ? 0 : kTimerSlackMs;
          CHECK(age.get<std::int64_t>() >= 1300 - kTickMs - late);
          CHECK(age.get<std::int64_t>() <= most);
        } else if (truth.state == "FIN_WAIT2" && !truth.has_owner) {
          // The full socket's timer was set by TCP_LINGER2, which nothing in a dump tells: no age, or a bound.
          if (age.is_number()) CHECK(age.get<std::int64_t>() <= most);
        } else {
          CHECK(age.is_null());
        }
      }
    }
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "both sources tell the same timers") {
    // A timer that fired between the dumps starts again, later; none does within the first 200 ms, the shortest RTO. A
    // busy machine gets several attempts to be that quick.
    constexpr std::int64_t kQuick = 150;
    Listing netlink;
    Listing proc;
    std::int64_t elapsed = kQuick + 1;
    for (int attempt = 0; attempt < 20 && elapsed > kQuick; ++attempt) {
      const auto before = Clock::now();
      netlink = list({"-a", "--source", "netlink"});
      proc = list({"-a", "--source", "proc"});
      elapsed = ms_since(before);
    }
    REQUIRE(elapsed <= kQuick);
    std::map<std::string, json> by_identity;
    for (const auto& row : netlink.rows()) by_identity[identity_of(row)] = row;
    unsigned timed = 0;
    for (const auto& row : proc.rows()) {
      CAPTURE(row.dump());
      REQUIRE(by_identity.contains(identity_of(row)));
      const json& other = by_identity[identity_of(row)];
      CHECK(row["timer"] == other["timer"]);
      CHECK(row["timer_ms"].is_null() == other["timer_ms"].is_null());
      if (!row["timer_ms"].is_number() || row["timer"] == "none" || row["timer"] == "keepalive") continue;
      ++timed;
      const auto later = row["timer_ms"].get<std::int64_t>();
      const auto earlier = other["timer_ms"].get<std::int64_t>();
      CHECK(later <= earlier + kTickMs);
      CHECK(later + elapsed + kTickMs >= earlier);
    }
    CHECK(timed >= 30);
  }
}

}  // namespace
}  // namespace tcpstat::lab
