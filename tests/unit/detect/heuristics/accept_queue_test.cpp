#include <doctest/doctest.h>

#include <ostream>

#include "detect/asked.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Asked;
using test::Scene;

using test::weighed;

TEST_CASE("the accept queue counts when it is full or nearly so") {
  struct Row {
    std::uint32_t waiting;
    std::uint32_t limit;
    double weight;
  };
  for (const Row& row : {Row{64, 64, -6}, Row{65, 64, -6}, Row{57, 64, 0}, Row{58, 64, -6}, Row{0, 0, 0}, Row{1, 0, -6},
                         Row{4, 4, 0}, Row{5, 4, -6}, Row{8, 8, -6}, Row{7, 7, 0}}) {
    CAPTURE(row.waiting);
    CAPTURE(row.limit);
    Scene scene;
    scene.flood(4, 5);
    scene.accept_queue = row.waiting;
    scene.backlog = row.limit;
    CHECK(weighed(scene, "accept_queue_load")->weight == row.weight);
  }
}

TEST_CASE("the load of an accept queue is what waits of its limit, and none where the queue is too short to tell") {
  struct Row {
    std::uint32_t waiting;
    std::uint32_t limit;
    std::string_view told;
    AcceptQueue state;
  };
  for (const Row& row : {Row{0, 64, "0 >= 0.9 ratio, 0, sock_diag", AcceptQueue::low},
                         Row{31, 64, "0.484375 >= 0.9 ratio, 0, sock_diag", AcceptQueue::low},
                         Row{32, 64, "0.5 >= 0.9 ratio, 0, sock_diag", AcceptQueue::loaded},
                         Row{57, 64, "0.890625 >= 0.9 ratio, 0, sock_diag", AcceptQueue::loaded},
                         Row{9, 10, "0.9 >= 0.9 ratio, -6, sock_diag", AcceptQueue::full},
                         Row{66, 64, "1.03125 >= 0.9 ratio, -6, sock_diag", AcceptQueue::full},
                         Row{7, 7, "0 >= 0.9 ratio, 0, sock_diag", AcceptQueue::low},
                         Row{8, 8, "1 >= 0.9 ratio, -6, sock_diag", AcceptQueue::full},
                         Row{8, 4, "2 >= 0.9 ratio, -6, sock_diag", AcceptQueue::full},
                         Row{0, 0, "0 >= 0.9 ratio, 0, sock_diag", AcceptQueue::low},
                         Row{1, 0, "1 >= 0.9 ratio, -6, sock_diag", AcceptQueue::full},
                         Row{3, 0, "3 >= 0.9 ratio, -6, sock_diag", AcceptQueue::full}}) {
    CAPTURE(row.waiting);
    CAPTURE(row.limit);
    Asked asked;
    SynListener listener;
    listener.accept_queue = row.waiting;
    listener.accept_limit = row.limit;
    asked.ask(accept_queue::heuristic, nullptr, &listener);
    CHECK(asked.told("accept_queue_load") == row.told);
    CHECK(asked.signals.accept_queue == row.state);
    CHECK(asked.signals.accept_load == asked.said("accept_queue_load")->value);
  }
}

TEST_CASE("an accept queue of which a number is not known is not judged") {
  for (const bool knows_limit : {false, true}) {
    Asked asked;
    SynListener listener;
    if (knows_limit) listener.accept_limit = 64;
    if (!knows_limit) listener.accept_queue = 64;
    asked.ask(accept_queue::heuristic, nullptr, &listener);
    CHECK(asked.signals.evidence.empty());
    CHECK(asked.signals.accept_queue == AcceptQueue::unknown);
    CHECK_FALSE(asked.signals.accept_load.has_value());
  }
}

}  // namespace
}  // namespace tcpstat::detect
