#include "detect/sample/hash_sample.h"

#include <doctest/doctest.h>

#include <ostream>
#include <vector>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

struct Entry {
  std::uint64_t hash = 0;
};

/// Spread over all 64 bits.
std::uint64_t spread(std::uint64_t n) { return n * 0x9E37'79B9'7F4A'7C15U; }

TEST_CASE("a sample is bounded, and stands for all") {
  HashSample<Entry> sample(100);
  for (std::uint64_t n = 1; n <= 10'000; ++n) sample.add({spread(n)});
  const std::vector<Entry>& kept = sample.sorted();
  CHECK(kept.size() < 100);
  CHECK(kept.size() >= 25);
  CHECK(sample.scale() * static_cast<double>(kept.size()) == doctest::Approx(10'000).epsilon(0.3));
  for (const Entry& entry : kept) CHECK(entry.hash <= sample.threshold());
}

TEST_CASE("a small stream is kept whole") {
  HashSample<Entry> sample(100);
  for (std::uint64_t n = 1; n <= 50; ++n) sample.add({spread(n)});
  CHECK(sample.sorted().size() == 50);
  CHECK(sample.scale() == 1);
}

TEST_CASE("neither the order nor repetitions matter") {
  HashSample<Entry> up(100);
  HashSample<Entry> down(100);
  for (std::uint64_t n = 1; n <= 5'000; ++n) up.add({spread(n)});
  for (std::uint64_t n = 5'000; n >= 1; --n) {
    down.add({spread(n)});
    down.add({spread(n)});
  }
  // How far each was shrunk may differ; below both thresholds they hold the same.
  const std::uint64_t both = std::min(up.threshold(), down.threshold());
  const auto below = [both](HashSample<Entry>& sample) {
    std::vector<std::uint64_t> out;
    for (const Entry& entry : sample.sorted()) {
      if (entry.hash <= both) out.push_back(entry.hash);
    }
    return out;
  };
  CHECK(below(up) == below(down));
  CHECK(below(up).size() > 10);
}

}  // namespace
}  // namespace tcpstat::detect
