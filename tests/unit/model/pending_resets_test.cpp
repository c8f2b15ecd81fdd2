#include "model/pending_resets.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::inline model {
namespace {

TEST_CASE("an RST belongs to the next end of its socket alone") {
  PendingResets resets;
  resets.add(7);
  CHECK(resets.settle(8, State::close) == false);
  CHECK(resets.settle(7, State::close) == true);
  CHECK(resets.settle(7, State::close) == false);
}

TEST_CASE("of a step that ends nothing it is not said") {
  PendingResets resets;
  CHECK(resets.settle(7, State::established) == std::nullopt);
}

TEST_CASE("behind a loss one is not known to have been none") {
  PendingResets resets;
  resets.lost();
  CHECK(resets.settle(7, State::close) == std::nullopt);
  CHECK(resets.settle(7, State::close) == false);
  resets.lost();
  resets.add(7);
  CHECK(resets.settle(7, State::close) == true);
}

TEST_CASE("of sockets that never closed only the newest are remembered") {
  PendingResets resets;
  for (std::uint64_t socket = 1; socket <= 65; ++socket) resets.add(socket);
  CHECK(resets.settle(1, State::close) == false);
  CHECK(resets.settle(2, State::close) == true);
  CHECK(resets.settle(65, State::close) == true);
}

}  // namespace
}  // namespace tcpstat::inline model
