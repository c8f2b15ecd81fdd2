#include "cli/verbs/traced_requests.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::cli::verbs {
namespace {

struct Calls {
  int starts = 0;
  bool refuses = false;
  CountedHandshakes counted;
};

class FakeCounter final : public HandshakeCounter {
 public:
  explicit FakeCounter(Calls& calls) : calls_(calls) {}
  Expected<void> start() override {
    ++calls_.starts;
    if (calls_.refuses) return failure("count", 1);
    return {};
  }
  Expected<CountedHandshakes> stop() override { return calls_.counted; }

 private:
  Calls& calls_;
};

HandshakeCounts traced(const options::TraceCommand& command, Calls& calls) {
  HandshakeCounts out;
  TracedRequests requests(command, std::make_unique<FakeCounter>(calls));
  requests.finish(out);
  return out;
}

TEST_CASE("a trace of everything in one namespace, or in all, counts requests too") {
  Calls calls;
  options::TraceCommand command;
  SUBCASE("one") {}
  SUBCASE("all") { command.netns = "all"; }
  calls.counted.all = {.reset = 1, .expired = 2, .pruned = 3, .cookie = 4};
  const HandshakeCounts counts = traced(command, calls);
  CHECK(counts.incoming.reset == 1);
  CHECK(counts.incoming.expired == 2);
  CHECK(counts.incoming.pruned == 3);
  CHECK(counts.incoming.cookie == 4);
}

TEST_CASE("a part of the sockets, a refusal or missed events leave them unknown") {
  Calls calls;
  options::TraceCommand command;
  SUBCASE("a filter") { command.filter.ports = {{80, 80}}; }
  SUBCASE("one family") { command.filter.ipv6 = false; }
  SUBCASE("a command") { command.command = {"true"}; }
  SUBCASE("a refusal") { calls.refuses = true; }
  SUBCASE("missed events") { calls.counted.missed = 1; }
  const HandshakeCounts counts = traced(command, calls);
  CHECK_FALSE(counts.incoming.reset);
  CHECK_FALSE(counts.incoming.cookie);
  CHECK(calls.starts == (calls.refuses || calls.counted.missed > 0 ? 1 : 0));
}

TEST_CASE("nothing is known where nobody counts") {
  HandshakeCounts out;
  TracedRequests requests({}, nullptr);
  requests.finish(out);
  CHECK_FALSE(out.incoming.expired);
}

}  // namespace
}  // namespace tcpstat::cli::verbs
