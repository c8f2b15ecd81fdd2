#include "detect/sample/listener_ends.h"

#include <set>

namespace tcpstat::detect {

void ListenerEnds::add(const SynSample& sample) {
  std::set<ListeningEnd> seen;
  for (const SynListener& one : sample.listeners) {
    if (!listens(one)) continue;
    seen.insert(one.end());
    const auto [at, is_new] = lives_.try_emplace(one.end());
    Life& life = at->second;
    if (is_new) life.came = !first_;
    if (life.there && began_anew(life.alone, one)) ++life.ends;
    life.there = true;
    life.alone = one.sockets == 1 ? one.identity : std::nullopt;
  }
  for (auto& [end, life] : lives_) {
    if (!life.there || seen.count(end) > 0) continue;
    life.there = false;
    ++life.ends;
  }
  first_ = false;
}

std::vector<EndedListener> ListenerEnds::all() const {
  std::vector<EndedListener> out;
  for (const auto& [end, life] : lives_) {
    if (life.ends > 0) out.push_back({end, life.ends + (life.came ? 1 : 0)});
  }
  return out;
}

}  // namespace tcpstat::detect
