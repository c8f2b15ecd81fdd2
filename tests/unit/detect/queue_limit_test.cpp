#include "detect/queue_limit.h"

#include <doctest/doctest.h>

#include <optional>
#include <ostream>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

TEST_CASE("the SYN queue holds one more than its backlog, less only without cookies") {
  SynListener listener;
  KernelSettings settings;
  CHECK_FALSE(queue_limit(listener, settings).has_value());
  listener.backlogs = {128};
  struct Row {
    std::optional<std::int64_t> cookies;
    std::optional<std::int64_t> max_syn_backlog;
    std::uint64_t limit;
  };
  // Measured on Linux 6.18.
  for (const Row& row :
       {Row{1, 64, 129}, Row{1, {}, 129}, Row{0, 64, 49}, Row{0, 512, 129}, Row{0, {}, 129}, Row{{}, 64, 129}}) {
    settings.syncookies = row.cookies;
    settings.max_syn_backlog = row.max_syn_backlog;
    CHECK(queue_limit(listener, settings) == row.limit);
  }
}

}  // namespace
}  // namespace tcpstat::detect
