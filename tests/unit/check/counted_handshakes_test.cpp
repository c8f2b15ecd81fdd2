#include "check/counted_handshakes.h"

#include <doctest/doctest.h>

namespace tcpstat::check {
namespace {

class ToldCounter final : public HandshakeCounter {
 public:
  Expected<void> start() override {
    if (error) return tl::make_unexpected(*error);
    return {};
  }
  Expected<CountedHandshakes> stop() override {
    if (error) return tl::make_unexpected(*error);
    return counted;
  }

  std::optional<Error> error;
  CountedHandshakes counted;
};

std::optional<FirstSample> first_sample(std::optional<std::uint64_t> passive_opens) {
  FirstSample out{.sample = {},
                  .facts = {},
                  .after_first_second = {},
                  .before_last_second = {},
                  .followed = detect::TrackedRequests(detect::SynSample{})};
  out.facts.counters.passive_opens = passive_opens;
  return out;
}

/// Whether the count is believed where the kernel made `made` connections and told of `seen`.
bool is_believed(std::uint64_t seen, std::uint64_t made, Coverage& coverage) {
  ToldCounter counter;
  counter.counted.all.connections = seen;
  const auto first = first_sample(5);
  KernelFacts now;
  now.counters.passive_opens = 5 + made;
  const auto out = stop_counting(counter, first, now, coverage);
  if (out) CHECK(out->all.connections == seen);
  return out.has_value();
}

TEST_CASE("where handshakes cannot be counted samples have to do, and the reason is told") {
  ToldCounter counter;
  Coverage coverage;
  CHECK(start_counting(counter, coverage));
  CHECK(coverage.warnings.empty());
  counter.error = Error{"load a program", 1};
  CHECK_FALSE(start_counting(counter, coverage));
  REQUIRE(coverage.warnings.size() == 1);
  CHECK(coverage.warnings[0].code == "exact");
  CHECK(coverage.warnings[0].message ==
        "cannot load a program: Operation not permitted; handshakes are judged from samples");
  CHECK(coverage.complete);

  counter.error = Error{"read a map", 5};
  CHECK_FALSE(stop_counting(counter, first_sample(5), {}, coverage));
  REQUIRE(coverage.warnings.size() == 2);
  CHECK(coverage.warnings[1].message == "cannot read a map: Input/output error; handshakes are judged from samples");
}

TEST_CASE("without a first sample a count has no beginning") {
  ToldCounter counter;
  Coverage coverage;
  CHECK_FALSE(stop_counting(counter, std::nullopt, {}, coverage));
  CHECK(coverage.warnings.empty());
}

TEST_CASE("a count is believed unless the kernel made many more connections") {
  struct Case {
    std::uint64_t seen;
    std::uint64_t made;
    bool believed;
  };
  // At least 19 of 20, or all but ten.
  for (const Case& one : {Case{0, 0, true}, Case{0, 10, true}, Case{0, 11, false}, Case{90, 100, true},
                          Case{89, 100, false}, Case{950, 1000, true}, Case{949, 1000, false}, Case{1000, 900, true},
                          Case{190, 200, true}, Case{189, 200, false}}) {
    CAPTURE(one.seen);
    CAPTURE(one.made);
    Coverage coverage;
    CHECK(is_believed(one.seen, one.made, coverage) == one.believed);
    CHECK(coverage.warnings.size() == (one.believed ? 0 : 1));
    if (one.believed) continue;
    CHECK(coverage.warnings[0].message == "the kernel told of " + std::to_string(one.seen) + " of " +
                                              std::to_string(one.made) +
                                              " handshakes; handshakes are judged from samples");
  }
}

TEST_CASE("a count that nothing can be held against is believed") {
  ToldCounter counter;
  Coverage coverage;
  const auto first = first_sample(std::nullopt);
  KernelFacts now;
  now.counters.passive_opens = 1000;
  CHECK(stop_counting(counter, first, now, coverage));
  CHECK(coverage.warnings.empty());
}

}  // namespace
}  // namespace tcpstat::check
