#include "report/record_history.h"

#include <doctest/doctest.h>

namespace tcpstat {
namespace {

TEST_CASE("a history is by states unless it is by something else") {
  CHECK(history_keys() == std::vector<std::string_view>{"state", "listener", "port", "remote_prefix", "process",
                                                        "counter", "syn_flood_level", "finding"});
}

}  // namespace
}  // namespace tcpstat
