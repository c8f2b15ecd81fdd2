#include "parsers/logs/saved_reason.h"

#include <doctest/doctest.h>

namespace tcpstat::logs {
namespace {

TEST_CASE("what is only worth knowing is no reason why something is not complete") {
  for (const char* code : {"fallback", "long_chains", "sources_compared", "repeated_rows", "several_samples"}) {
    CHECK_FALSE(may_be_reason(code));
  }
  for (const char* code :
       {"netns_hidden", "lost_messages", "read_failed", "uncounted_loss", "of a later version", ""}) {
    CHECK(may_be_reason(code));
  }
}

}  // namespace
}  // namespace tcpstat::logs
