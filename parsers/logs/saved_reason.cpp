#include "parsers/logs/saved_reason.h"

#include <algorithm>
#include <array>

#include "report/ask_for_all.h"

namespace tcpstat::logs {

bool may_be_reason(std::string_view code) {
  // The codes of lists, watches and traces that warn() alone has: a reading with these is complete.
  constexpr std::array<std::string_view, 23> kLoseNothing = {
      "between_samples", "byte_order",   "fallback",      "forgotten_lives", "host_restarted",  "interval",
      "long_chains",     "no_samples",   "other_host",    "other_namespace", "other_protocol",  "other_tables",
      "owners_not_read", "record_clock", "record_owners", "record_tail",     "record_tcp_info", "record_thinned",
      "repeated_rows",   "sample_time",  kSavedFiltered,  "several_samples", "sources_compared"};
  return std::find(kLoseNothing.begin(), kLoseNothing.end(), code) == kLoseNothing.end();
}

}  // namespace tcpstat::logs
