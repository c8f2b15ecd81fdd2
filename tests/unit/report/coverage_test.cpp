#include "report/coverage.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::inline report {
namespace {

TEST_CASE("what was lost tells why a reading is incomplete; what is only worth knowing does not") {
  Coverage coverage;
  coverage.warn("fallback", "reading /proc instead");
  CHECK(coverage.complete);
  coverage.lose("lost_messages", "messages were dropped");
  coverage.warn("interval", "a saved file has no second sample");
  CHECK_FALSE(coverage.complete);
  CHECK(coverage.why_incomplete() == "messages were dropped");
  CHECK(coverage.warnings.size() == 3);
  Coverage other;
  other.add(Flaw::cut_short);
  CHECK(other.why_incomplete() == "not everything could be read");
  coverage.add(other);
  CHECK(coverage.why_incomplete() == "messages were dropped");
  other.add(coverage);
  CHECK(other.why_incomplete() == "messages were dropped");
  Coverage reading;
  reading.put_before(coverage);
  CHECK_FALSE(reading.complete);
  CHECK(reading.why_incomplete() == "messages were dropped");
  CHECK(reading.warnings.size() == 3);
}

}  // namespace
}  // namespace tcpstat::inline report
