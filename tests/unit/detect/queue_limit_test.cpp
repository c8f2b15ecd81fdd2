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

TEST_CASE("a request lives until the timeout behind its last retry") {
  struct Row {
    std::optional<std::uint32_t> retries;
    double life_s;
    double least_s;
  };
  for (const Row& row : {Row{0, 1, 1}, Row{1, 3, 3}, Row{2, 7, 7}, Row{5, 63, 7}, Row{{}, 63, 7}, Row{6, 127, 7},
                         Row{7, 247, 7}, Row{10, 607, 7}}) {
    KernelSettings settings;
    settings.synack_retries = row.retries;
    CHECK(request_life_s(settings) == row.life_s);
    CHECK(least_life_s(settings) == row.least_s);
  }
}

}  // namespace
}  // namespace tcpstat::detect
