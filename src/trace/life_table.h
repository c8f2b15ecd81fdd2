#pragma once
// The lives that have not ended, by key. Their number has a bound, because a lost record can be the end of a life,
// which would then stay for ever.

#include <cstdint>
#include <list>
#include <unordered_map>

namespace tcpstat::trace {

template <typename Life>
class LifeTable {
 public:
  explicit LifeTable(std::size_t most) : most_(most) {}

  /// Null for an unknown one.
  [[nodiscard]] const Life* find(std::uint64_t key) const {
    const auto at = places_.find(key);
    return at == places_.end() ? nullptr : &at->second->life;
  }

  /// Stores the life as the one that changed last. In a full table, the one that changed longest ago is forgotten.
  void put(std::uint64_t key, Life life) {
    if (const auto at = places_.find(key); at != places_.end()) {
      at->second->life = std::move(life);
      by_age_.splice(by_age_.end(), by_age_, at->second);
      return;
    }
    if (places_.size() >= most_) forget_oldest();
    places_.emplace(key, by_age_.insert(by_age_.end(), Entry{key, std::move(life)}));
  }

  void erase(std::uint64_t key) {
    const auto at = places_.find(key);
    if (at == places_.end()) return;
    by_age_.erase(at->second);
    places_.erase(at);
  }

  template <typename Do>
  void for_each(Do look) const {
    for (const Entry& entry : by_age_) look(entry.life);
  }
  /// How many had to go because there were too many.
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

 private:
  struct Entry {
    std::uint64_t key;
    Life life;
  };

  void forget_oldest() {
    if (by_age_.empty()) return;
    places_.erase(by_age_.front().key);
    by_age_.pop_front();
    ++forgotten_;
  }

  std::size_t most_;
  std::list<Entry> by_age_;  ///< the one that changed longest ago first
  std::unordered_map<std::uint64_t, typename std::list<Entry>::iterator> places_;
  std::uint64_t forgotten_ = 0;
};

}  // namespace tcpstat::trace
