#include <doctest/doctest.h>

#include <ostream>
#include <vector>

#include "detect/asked.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Asked;
using test::Scene;
using test::Sources;

using test::weighed;

TEST_CASE("client retries: netlink above /proc, of the aged") {
  struct Row {
    int repeated;
    int silent;
    double weight;
  };
  for (const Row& row : {Row{0, 20, 1}, Row{1, 20, 1}, Row{1, 19, 0}, Row{3, 17, 0}, Row{4, 16, -4}, Row{20, 0, -4}}) {
    CAPTURE(row.repeated);
    Scene scene;
    for (int i = 0; i < row.repeated; ++i) scene.request(1.5, Sources::random, 1);
    for (int i = 0; i < row.silent; ++i) scene.request(1.5);
    const auto found = weighed(scene, "client_retries");
    REQUIRE(found.has_value());
    CHECK(found->weight == row.weight);
  }
  Scene surviving;
  surviving.flood(10, 10, Sources::random, 2);
  CHECK(weighed(surviving, "client_retries")->weight == -2);  // nobody completes: retries may be replayed
}

TEST_CASE("without /proc, retries beyond tcp_synack_retries are proof, and fewer prove nothing") {
  Scene scene;
  scene.proc_rows.clear();
  for (int i = 0; i < 20; ++i) scene.request(1.5, Sources::random, i < 10 ? 7 : 0);
  scene.proc_rows.clear();
  REQUIRE(weighed(scene, "client_retries").has_value());
  CHECK(weighed(scene, "client_retries")->value == 0.5);
  KernelFacts facts = test::zero_facts();
  facts.settings.synack_retries.reset();
  CHECK_FALSE(weighed(scene, "client_retries", facts).has_value());
}

TEST_CASE("requests whose timer has not run out tell nothing yet") {
  Scene scene;
  for (int i = 0; i < 4; ++i) scene.request(1.5, Sources::random, 1);
  for (int i = 0; i < 16; ++i) scene.request(1.5);
  scene.fresh(80);
  REQUIRE(weighed(scene, "client_retries").has_value());
  CHECK(weighed(scene, "client_retries")->value == 0.2);
}

TEST_CASE("eight requests that were joined stand for all, and seven do not") {
  for (const std::size_t joined : {7U, 8U}) {
    CAPTURE(joined);
    Scene scene;
    for (int i = 0; i < 40; ++i) scene.request(1.5, Sources::random, 1);
    scene.proc_rows.resize(joined);
    const SynReport report = test::one_shot(scene);
    const Evidence* told = test::evidence(test::verdict(report), "client_retries");
    REQUIRE((told != nullptr) == (joined == 8));
    if (told != nullptr) CHECK(told->source == "sock_diag, /proc/net/tcp");
  }
}

TEST_CASE("deferred accepts do not count among the clients that could retry") {
  Scene scene;
  for (int i = 0; i < 4; ++i) scene.request(1.5, Sources::random, 1);
  for (int i = 0; i < 16; ++i) scene.request(1.5);
  for (int i = 0; i < 80; ++i) scene.request(1.5, Sources::random, 0, 1);
  REQUIRE(weighed(scene, "client_retries").has_value());
  CHECK(weighed(scene, "client_retries")->value == 0.2);
  CHECK(weighed(scene, "client_retries")->weight == -4);
}

TEST_CASE("the share of sources that repeat their SYNs is told with what it was read from") {
  struct Row {
    std::string_view name;
    int repeating;
    int silent;
    bool joined;
    std::string_view told;
    Answer retry;
  };
  for (const Row& row : {Row{"few", 4, 3, true, "nothing", Answer::unknown},
                         Row{"none", 0, 20, true, "0 < 0.05 ratio, +1, sock_diag, /proc/net/tcp", Answer::no},
                         Row{"some", 1, 19, true, "0.05 < 0.05 ratio, 0, sock_diag, /proc/net/tcp", Answer::no},
                         Row{"clients", 4, 16, true, "0.2 >= 0.2 ratio, -4, sock_diag, /proc/net/tcp", Answer::yes},
                         Row{"without /proc", 4, 16, false, "0.2 >= 0.2 ratio, -4, sock_diag", Answer::yes},
                         Row{"hardly, without /proc", 3, 17, false, "nothing", Answer::unknown}}) {
    CAPTURE(row.name);
    Asked asked;
    std::vector<HalfOpen> requests(static_cast<std::size_t>(row.repeating + row.silent));
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const bool repeats = i < static_cast<std::size_t>(row.repeating);
      requests[i].retransmits = repeats ? 6 : 5;
      if (row.joined) requests[i].timeouts = 5;
    }
    asked.ask_about(client_retries::heuristic, {}, requests);
    CHECK(asked.told("client_retries") == row.told);
    CHECK(asked.signals.clients_retry == row.retry);
    const bool known = row.retry != Answer::unknown;
    CHECK(asked.signals.some_retry == (known ? answer(row.repeating > 0) : Answer::unknown));
    CHECK(asked.signals.retry_share.has_value() == (row.retry != Answer::unknown));
  }
}

TEST_CASE("retries clear less where nobody comes through") {
  struct Row {
    Completion completion;
    Answer survive;
    double weight;
  };
  for (const Row& row : {Row{Completion::unknown, Answer::unknown, -4}, Row{Completion::unknown, Answer::yes, -2},
                         Row{Completion::nobody, Answer::no, -2}, Row{Completion::some, Answer::yes, -4},
                         Row{Completion::clients, Answer::yes, -4}}) {
    Asked asked;
    asked.signals.completion = row.completion;
    asked.signals.requests_survive = row.survive;
    std::vector<HalfOpen> requests(10);
    for (HalfOpen& entry : requests) entry.retransmits = 3, entry.timeouts = 2;
    asked.ask_about(client_retries::heuristic, {}, requests);
    CHECK(asked.signals.score == row.weight);
  }
}

}  // namespace
}  // namespace tcpstat::detect
