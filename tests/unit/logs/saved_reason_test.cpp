#include "parsers/logs/saved_reason.h"

#include <doctest/doctest.h>

namespace tcpstat::logs {
namespace {

TEST_CASE("what is only worth knowing is no reason why something is not complete") {
  for (const char* code :
       {"between_samples", "byte_order",   "fallback",       "forgotten_lives", "host_restarted",  "interval",
        "long_chains",     "no_samples",   "other_host",     "other_namespace", "other_protocol",  "other_tables",
        "owners_not_read", "record_clock", "record_owners",  "record_tail",     "record_tcp_info", "record_thinned",
        "repeated_rows",   "sample_time",  "saved_filtered", "several_samples", "sources_compared"}) {
    CAPTURE(code);
    CHECK_FALSE(may_be_reason(code));
  }
  for (const char* code :
       {"netns_hidden", "lost_messages", "read_failed", "uncounted_loss", "of a later version", ""}) {
    CHECK(may_be_reason(code));
  }
}

}  // namespace
}  // namespace tcpstat::logs
