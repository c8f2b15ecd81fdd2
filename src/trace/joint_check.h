#pragma once
// Whether the two ends of a connection agree with each other, if a sample shows both. A dump is not taken at one
// instant, so an impossible pair is believed only if a second sample shows it too.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/keyed_hash.h"
#include "model/log_record.h"
#include "report/log_finding.h"
#include "trace/identity.h"

namespace tcpstat::trace {

class JointCheck {
 public:
  explicit JointCheck(TellFinding say) : say_(std::move(say)) {}

  /// A row of the sample; it is remembered until the sample ends.
  void row(const SampleRow& row, std::uint64_t line);
  /// The sample has ended.
  void end();
  /// The samples to come are of another host or namespace.
  void forget_all();

 private:
  struct End {
    std::uint64_t key;
    std::uint64_t mirror;  ///< key of the other end
    std::uint64_t line;
    Identity identity;
    Endpoint local;
    Endpoint remote;
    State state;
  };
  /// Two ends that are at odds, as one sample showed them.
  struct Odd {
    Identity here;
    Identity there;
    State here_state;
    State there_state;
    bool said = false;
  };

  [[nodiscard]] std::uint64_t key_of(const Endpoint& local, const Endpoint& remote) const;
  void judge(const End& here, const End& there);

  TellFinding say_;
  KeyedHash hash_;
  std::vector<End> ends_;
  std::unordered_map<std::uint64_t, Odd> odd_before_;
  std::unordered_map<std::uint64_t, Odd> odd_;
};

}  // namespace tcpstat::trace
