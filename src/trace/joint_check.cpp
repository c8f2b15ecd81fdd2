#include "trace/joint_check.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "machine/joint.h"

namespace tcpstat::trace {
namespace {

bool is_same(const Identity& before, const Identity& after) { return sameness(before, after) != Sameness::reused; }

}  // namespace

std::uint64_t JointCheck::key_of(const Endpoint& local, const Endpoint& remote) const {
  std::array<std::uint64_t, 6> words{};
  // An IPv6 socket that carries IPv4 may have an IPv4 socket as its other end.
  const Address near = local.address.unmapped();
  const Address far = remote.address.unmapped();
  std::memcpy(words.data(), near.bytes.data(), near.bytes.size());
  std::memcpy(words.data() + 2, far.bytes.data(), far.bytes.size());
  words[4] = std::uint64_t{local.port} << 16U | remote.port;
  words[5] = static_cast<std::uint64_t>(near.family);
  return hash_(words);
}

void JointCheck::row(const SampleRow& row, std::uint64_t line) {
  if (row.state == State::listen || row.state == State::close) return;
  ends_.push_back({key_of(row.local, row.remote), key_of(row.remote, row.local), line, Identity{row.cookie, row.inode},
                   row.local, row.remote, row.state});
}

void JointCheck::end() {
  const auto by_key = [](const End& a, const End& b) { return a.key < b.key; };
  std::stable_sort(ends_.begin(), ends_.end(), by_key);
  // If the sample shows a socket twice, the first row counts.
  const auto last = std::unique(ends_.begin(), ends_.end(), [](const End& a, const End& b) { return a.key == b.key; });
  odd_.clear();
  for (auto here = ends_.begin(); here != last; ++here) {
    // Each pair once, from the side with the smaller key. A socket that is connected to itself is not a pair.
    if (here->mirror <= here->key) continue;
    const auto there =
        std::lower_bound(here, last, here->mirror, [](const End& end, std::uint64_t key) { return end.key < key; });
    if (there != last && there->key == here->mirror) judge(*here, *there);
  }
  ends_.clear();
  odd_before_.swap(odd_);
}

void JointCheck::judge(const End& here, const End& there) {
  if (machine::joint(here.state, there.state) < machine::Joint::one_dump) return;
  if (machine::incarnation(here.state, there.state) == machine::Incarnation::may_be_new) return;
  Odd& odd = odd_.emplace(here.key, Odd{here.identity, there.identity, here.state, there.state}).first->second;
  const auto known = odd_before_.find(here.key);
  if (known == odd_before_.end()) return;
  const Odd& before = known->second;
  const bool again = before.here_state == here.state && before.there_state == there.state &&
                     is_same(before.here, here.identity) && is_same(before.there, there.identity);
  if (!again) return;
  odd.said = true;
  if (before.said) return;
  const End& first = here.line < there.line ? here : there;
  const End& second = here.line < there.line ? there : here;
  const bool cookies = here.identity.cookie && there.identity.cookie;
  const std::string doubt = cookies ? "" : ", or either is another connection by now: the source has no cookies";
  say_({first.line, LogRule::joint, Severity::warning, ObservedState(first.state), ObservedState(second.state),
        first.local, first.remote,
        "the other end (line " + std::to_string(second.line) + ") is in " + std::string(name(second.state)) +
            " while this one is in " + std::string(name(first.state)) +
            ", in two samples: no connection is so, unless a transparent proxy owns one end" + doubt,
        "joint states of two machines of RFC 9293"});
}

void JointCheck::forget_all() {
  ends_.clear();
  odd_before_.clear();
}

}  // namespace tcpstat::trace
