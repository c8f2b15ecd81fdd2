#include "diagnose/ages.h"

#include <doctest/doctest.h>

using namespace tcpstat::diagnose;

TEST_CASE("nearly all have reached the age that no more than a tenth has not") {
  Ages ages;
  for (int i = 0; i < 18; ++i) ages.add(13'700);
  CHECK(ages.reached_by_nearly_all(18) == 13);
  ages.add(2'000);
  ages.add(2'000);
  CHECK(ages.reached_by_nearly_all(20) == 13);
  ages.add(4'000);
  CHECK(ages.reached_by_nearly_all(21) == 4);
  // What has no age has reached none.
  CHECK(ages.reached_by_nearly_all(23) == 2);
  CHECK(ages.reached_by_nearly_all(24) == 0);
  CHECK(Ages().reached_by_nearly_all(0) == 0);
}

TEST_CASE("nine of ten are nearly all") {
  CHECK(are_nearly_all(9, 10));
  CHECK_FALSE(are_nearly_all(8, 9));
  CHECK(are_nearly_all(20, 21));
}
