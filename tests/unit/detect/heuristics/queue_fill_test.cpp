#include <doctest/doctest.h>

#include <optional>
#include <ostream>
#include <string>

#include "detect/asked.h"
#include "detect/measurements.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Asked;
using test::Scene;

using test::measured;

TEST_CASE("a queue has room, is pressed, or is full, now or lately") {
  struct Row {
    std::size_t half_open;
    Answer saturated;
    Answer pressed;
    Answer pruned;
  };
  for (const Row& row : {Row{39, Answer::no, Answer::no, Answer::no}, Row{40, Answer::no, Answer::no, Answer::yes},
                         Row{45, Answer::no, Answer::yes, Answer::yes}, Row{89, Answer::no, Answer::yes, Answer::yes},
                         Row{90, Answer::yes, Answer::yes, Answer::yes}}) {
    CAPTURE(row.half_open);
    Scene scene;
    scene.backlog = 99;
    scene.fresh(row.half_open);
    const Measurements signals = measured(scene);
    CHECK(signals.saturated == row.saturated);
    CHECK(signals.saturated_lately == row.saturated);
    CHECK(signals.pressed_lately == row.pressed);
    CHECK(signals.may_be_pruned == row.pruned);
    Scene later = scene;
    later.rows.clear();
    const Measurements emptied = measured(later, &scene);
    CHECK(emptied.saturated == Answer::no);
    CHECK(emptied.saturated_lately == row.saturated);
    CHECK(emptied.pressed_lately == row.pressed);
  }
}

TEST_CASE("the requests of a queue are told, and its fill where its room is known") {
  struct Row {
    std::uint64_t now;
    std::optional<std::uint64_t> before;
    std::string_view fill;
    Answer saturated;
    Answer saturated_lately;
    Answer pressed_lately;
    Answer may_be_pruned;
  };
  constexpr Answer kNo = Answer::no;
  constexpr Answer kYes = Answer::yes;
  for (const Row& row : {Row{0, {}, "0 >= 0.45 ratio, 0, sock_diag", kNo, kNo, kNo, kNo},
                         Row{89, {}, "0.89 >= 0.45 ratio, 0, sock_diag", kNo, kNo, kYes, kYes},
                         Row{90, {}, "0.9 >= 0.9 ratio, 0, sock_diag", kYes, kYes, kYes, kYes},
                         Row{39, 44, "0.39 >= 0.45 ratio, 0, sock_diag", kNo, kNo, kNo, kNo},
                         Row{40, 45, "0.4 >= 0.45 ratio, 0, sock_diag", kNo, kNo, kYes, kYes},
                         Row{39, 90, "0.39 >= 0.45 ratio, 0, sock_diag", kNo, kYes, kYes, kNo},
                         Row{90, 5, "0.9 >= 0.9 ratio, 0, sock_diag", kYes, kYes, kYes, kYes}}) {
    CAPTURE(row.now);
    Asked asked;
    SynListener now;
    SynListener before;
    now.backlogs = {99};
    now.half_open = row.now;
    before.half_open = row.before.value_or(0);
    asked.ask(queue_fill::heuristic, row.before ? &before : nullptr, &now);
    CHECK(asked.told("half_opens") == std::to_string(row.now) + " sockets, 0, sock_diag");
    CHECK(asked.told("queue_fill") == row.fill);
    CHECK(asked.signals.half_open == static_cast<double>(row.now));
    CHECK(asked.signals.limit == 100);
    CHECK(asked.signals.fill == asked.said("queue_fill")->value);
    CHECK(asked.signals.saturated == row.saturated);
    CHECK(asked.signals.saturated_lately == row.saturated_lately);
    CHECK(asked.signals.pressed_lately == row.pressed_lately);
    CHECK(asked.signals.may_be_pruned == row.may_be_pruned);
  }
  Asked unknown;
  const SynListener listener;
  unknown.ask(queue_fill::heuristic, nullptr, &listener);
  CHECK(unknown.told("queue_fill") == "nothing");
  CHECK(unknown.signals.saturated == Answer::unknown);
  CHECK_FALSE(unknown.signals.limit.has_value());
}

}  // namespace
}  // namespace tcpstat::detect
