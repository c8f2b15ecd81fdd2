#include "churn.h"

#include <algorithm>
#include <string>
#include <thread>

#include "failure.h"
#include "namespace.h"
#include "pairs.h"

namespace tcpstat::lab {
namespace {

constexpr std::size_t kAlive = 400;  // sockets that a worker keeps open before it closes its oldest

void connect_and_close(unsigned number, const ChurnOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const auto deadline = start + options.time;
  const PairMaker ipv4({Address::parse("127.2.0." + std::to_string(number + 1)), 3000});
  const PairMaker ipv6({Address::parse("::1"), static_cast<std::uint16_t>(3000 + number)});
  std::vector<Handle> ring(kAlive);
  std::vector<Handle> fresh;
  std::size_t oldest = 0;
  for (std::uint64_t i = 0; i < options.connections && std::chrono::steady_clock::now() < deadline; ++i) {
    if (options.rate > 0) {
      const std::chrono::duration<double> due(static_cast<double>(i * options.workers) /
                                              static_cast<double>(options.rate));
      std::this_thread::sleep_until(start + std::chrono::duration_cast<std::chrono::steady_clock::duration>(due));
    }
    fresh.clear();
    // Every fourth leaves a TIME_WAIT: enough to see them come, not so many that ports run out.
    (i % 3 == 0 ? ipv6 : ipv4).make(fresh, i % 4 == 0 ? Ending::fin : Ending::reset);
    for (Handle& socket : fresh) {
      ring[oldest] = std::move(socket);
      oldest = (oldest + 1) % kAlive;
    }
  }
}

}  // namespace

Churn::Churn(const ChurnOptions& options) : options_(options) {
  set_sysctl("net.ipv4.tcp_max_tw_buckets", "2000");
  Mix mix;
  mix.established = 2 * options.pairs;
  idle_.emplace(mix);
}

void Churn::start() {
  for (unsigned i = 0; i < options_.workers; ++i)
    workers_.emplace_back([i, options = options_](const Worker::Report& report) {
      report(0);
      connect_and_close(i, options);
    });
  for (Worker& worker : workers_) worker.wait_for_report();
}

Churn::~Churn() {
  for (Worker& worker : workers_) worker.end();
}

}  // namespace tcpstat::lab
