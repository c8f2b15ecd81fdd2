#include "detect/late_requests.h"

#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

TEST_CASE("late requests are many or surely few, or neither") {
  struct Row {
    double all;
    double late;
    bool many;
    bool few;
  };
  for (const Row& row : {Row{100, 0, false, true}, Row{100, 5, false, true}, Row{100, 7, false, true},
                         Row{100, 8, false, false}, Row{100, 9, false, false}, Row{100, 10, true, false},
                         Row{20, 7, false, false}, Row{1000, 90, false, true}, Row{1000, 91, false, false}}) {
    CAPTURE(row.all);
    CAPTURE(row.late);
    LateRequests requests(row.all, 8, 0.1);
    requests.add(row.late / 2);
    requests.add(row.late / 2);
    CHECK(requests.many() == row.many);
    CHECK(requests.surely_few() == row.few);
  }
}

}  // namespace
}  // namespace tcpstat::detect
