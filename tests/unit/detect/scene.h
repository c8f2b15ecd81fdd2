#pragma once
// Scenes for tests of detection: a dump made by hand, with the counters beside it.

#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sample/syn_sample.h"
#include "detect/syn_detector.h"
#include "support/rows.h"

namespace tcpstat {

inline std::ostream& operator<<(std::ostream& out, AttackLevel level) { return out << name(level); }

namespace test {

using namespace detect;

/// Where the SYNs of a scene come from.
enum class Sources { random, single, subnet, ipv6_random, ipv6_subnet, class_e, mapped };

struct Scene {
  Endpoint local = endpoint("0.0.0.0", 443);
  std::uint32_t backlog = 511;
  std::uint32_t accept_queue = 0;
  std::optional<std::uint32_t> drops = 0;
  std::uint64_t listen_cookie = 7;
  std::vector<Connection> rows;
  std::vector<Connection> proc_rows;
  std::uint64_t next = 1;  // numbers cookies and sources; two scenes of one life go on where the first ended

  Address source(Sources kind, std::uint64_t n) const;
  /// One request, `age_s` seconds old, that nobody answered. `repeated`: SYNs that its client sent again.
  /// `deferred`: timeouts that sent nothing (TCP_DEFER_ACCEPT).
  Connection& request(double age_s, Sources kind = Sources::random, std::uint32_t repeated = 0,
                      std::uint32_t deferred = 0);
  /// A constant flood for `seconds`.
  void flood(double per_s, double seconds, Sources kind = Sources::random, std::uint32_t repeated = 0);
  /// Fresh requests of real clients.
  void fresh(std::size_t count, double oldest_s = 0.3);
  void established(std::size_t count);

  /// `met`: cookies of requests that were seen between `before` and this.
  SynSample sample(const SynSample* before = nullptr, bool joined = true,
                   const std::vector<std::uint64_t>& met = {}) const;
};

/// Facts with cookies=1 and no counters.
KernelFacts plain_facts();
/// Counters that are all known and zero.
KernelFacts zero_facts();

/// What detection says of one snapshot.
SynReport one_shot(const Scene& scene, const KernelFacts& facts = zero_facts());
/// Two samples, and counters that were read with each and with nothing moving in the first and the last second. Borrows
/// the samples.
SynInput between(const SynSample& before, const SynSample& now, const KernelFacts& facts,
                 const KernelFacts& facts_before = zero_facts(), double seconds = 5);
/// Of two samples, `seconds` apart, between which counters grew from zero to those of `facts`.
SynReport delta(const Scene& before, const Scene& now, const KernelFacts& facts, double seconds = 5);
/// Makes the requests of `now` from number `younger` on the same as those of `before`.
void carry_over(const Scene& before, Scene& now, std::size_t younger);

/// The verdict about `subject`, or a failure of the test.
const SynVerdict& verdict(const SynReport& report, std::string_view subject = "0.0.0.0:443");
const Evidence* evidence(const SynVerdict& verdict, std::string_view quantity);
const Finding* finding(const SynReport& report, std::string_view rule);
/// The finding of that rule, or a failure of the test.
const Finding& found(const SynReport& report, std::string_view rule);

}  // namespace test
}  // namespace tcpstat
