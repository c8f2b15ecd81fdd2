#include "model/sink.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat {
namespace {

TEST_CASE("two sinks see each row, and the second says whether there is to be more") {
  test::Recorder first;
  test::Recorder second;
  first.stop_at = 1;
  second.stop_at = 3;
  BothSinks both(first, second);
  const Connection row = test::connection(State::established, {}, {});
  CHECK(both.connection(row) == Flow::more);
  CHECK(both.listener(test::listener({})) == Flow::more);
  CHECK(both.connection(row) == Flow::stop);
  CHECK(first.rows == second.rows);
  CHECK(first.rows.size() == 3);
}

}  // namespace
}  // namespace tcpstat
