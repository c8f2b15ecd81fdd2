#include "trace/observer.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace tcpstat::trace {
namespace {

template <typename Tuple>
using Words = std::array<std::uint64_t, sizeof(Tuple) / 8 + 2>;

template <typename Tuple>
Words<Tuple> words_of(const Tuple& tuple) {
  static_assert(sizeof(Tuple) == 2 * sizeof tuple.local_address + 4, "no padding, which would be part of the key");
  Words<Tuple> words{};
  std::memcpy(words.data(), &tuple, sizeof tuple);
  return words;
}

/// Only connections have addresses and ports for themselves: listeners may share theirs (SO_REUSEPORT), and so may
/// sockets that are only bound.
template <typename Tuple>
bool owns_its_tuple(const SocketRecord<Tuple>& record) {
  return record.state != State::listen && record.state != State::close && record.tuple.remote_port != 0;
}

template <typename Tuple>
bool same_key(const SocketRecord<Tuple>& a, const SocketRecord<Tuple>& b) {
  using Record = SocketRecord<Tuple>;
  if (a.has(Record::kHasCookie)) return b.has(Record::kHasCookie) && a.identity == b.identity;
  if (b.has(Record::kHasCookie) || !(a.tuple == b.tuple)) return false;
  const bool listens = a.state == State::listen;
  return listens == (b.state == State::listen) && (!listens || a.identity == b.identity);
}

template <typename Tuple>
Sameness sameness_of(const SocketRecord<Tuple>& before, const SocketRecord<Tuple>& after) {
  const auto identity = [](const SocketRecord<Tuple>& record) {
    return record.has(SocketRecord<Tuple>::kHasCookie) ? Identity{.cookie = record.identity, .inode = {}}
                                                       : Identity{.cookie = {}, .inode = record.identity};
  };
  return sameness(identity(before), identity(after));
}

template <typename Tuple>
struct Absentee {
  SocketRecord<Tuple>* record;
  std::uint32_t number;
  std::uint64_t tuple_hash;
};

}  // namespace

template <typename Tuple>
std::uint64_t Observer::KeyHash::operator()(const SocketRecord<Tuple>& record) const {
  if (record.has(SocketRecord<Tuple>::kHasCookie)) return record.identity;
  auto words = words_of(record.tuple);
  if (record.state == State::listen) words.back() = record.identity;
  return secret(words);
}

void Observer::begin(std::int64_t now_ms) {
  now_ms_ = now_ms;
  v4_.table.start_pass();
  v6_.table.start_pass();
}

void Observer::see(const Connection& row, Wanted wanted) {
  if (row.family == Family::ipv4) {
    see_in(v4_, row, row.remote, row.state, wanted);
  } else {
    see_in(v6_, row, row.remote, row.state, wanted);
  }
}

void Observer::see(const Listener& row, Wanted wanted) {
  const Endpoint none;
  if (row.family == Family::ipv4) {
    see_in(v4_, row, none, State::listen, wanted);
  } else {
    see_in(v6_, row, none, State::listen, wanted);
  }
}

template <typename Tuple>
void Observer::see_in(Sockets<Tuple>& sockets, const Socket& row, const Endpoint& remote, State state, Wanted wanted) {
  using Record = SocketRecord<Tuple>;
  Record now;
  now.identity = row.cookie.value_or(row.inode);
  now.since_ms = now.last_ms = now_ms_;
  now.tuple = tuple_of<Tuple>(row.local, remote);
  now.state = state;
  now.set(Record::kHasCookie, row.cookie.has_value());
  now.set(Record::kWanted, wanted == Wanted::yes);
  if (Record* known = sockets.table.find(now, same_key<Tuple>)) {
    // A dump that shows a socket twice shows it at two times; the first counts.
    if (known->last_ms != now_ms_) update(*known, now);
    return;
  }
  Record& added = sockets.table.insert(now);
  if (has_baseline_) sockets.appeared.push_back(&added);
}

template <typename Tuple>
void Observer::update(SocketRecord<Tuple>& known, const SocketRecord<Tuple>& now) {
  using Record = SocketRecord<Tuple>;
  const Sameness same = sameness_of(known, now);
  if (known.state != now.state || same == Sameness::reused) {
    tell(&known, &now, same);
    known.since_ms = now.since_ms;
    known.state = now.state;
  }
  known.last_ms = now.last_ms;
  known.tuple = now.tuple;
  // An inode that was there once still tells another socket from this one after the process has closed it.
  if (now.identity != 0) known.identity = now.identity;
  known.set(Record::kMissed, false);
  known.set(Record::kWanted, now.has(Record::kWanted));
}

void Observer::end(Sample sample) {
  finish(v4_, sample);
  finish(v6_, sample);
  if (sample == Sample::complete) has_baseline_ = true;
}

template <typename Tuple>
void Observer::finish(Sockets<Tuple>& sockets, Sample sample) {
  using Record = SocketRecord<Tuple>;
  std::vector<Absentee<Tuple>> absent;
  sockets.table.each([&](Record& record, std::uint32_t number) {
    if (record.last_ms != now_ms_) absent.push_back({&record, number, 0});
  });
  const std::vector<Record*> appeared = std::move(sockets.appeared);
  sockets.appeared = {};
  if (!appeared.empty()) {
    for (auto& gone : absent) gone.tuple_hash = hash_(words_of(gone.record->tuple));
    std::sort(absent.begin(), absent.end(), [](const auto& a, const auto& b) { return a.tuple_hash < b.tuple_hash; });
  }
  for (Record* added : appeared) {
    // Where another socket has its addresses and ports now, the old one is gone: that needs no second sample.
    const std::uint64_t wanted = hash_(words_of(added->tuple));
    auto at = std::lower_bound(absent.begin(), absent.end(), wanted,
                               [](const auto& gone, std::uint64_t hash) { return gone.tuple_hash < hash; });
    while (at != absent.end() && at->tuple_hash == wanted && (at->record == nullptr || !owns_its_tuple(*at->record))) {
      ++at;
    }
    if (owns_its_tuple(*added) && at != absent.end() && at->tuple_hash == wanted) {
      tell(at->record, added, Sameness::reused);
      sockets.table.erase(*at->record, at->number);
      at->record = nullptr;
    } else {
      tell<Tuple>(nullptr, added, Sameness::same);
    }
  }
  if (sample == Sample::partial) return;
  for (const auto& gone : absent) {
    if (gone.record == nullptr) continue;
    if (gone.record->has(Record::kMissed)) {
      tell<Tuple>(gone.record, nullptr, Sameness::same);
      sockets.table.erase(*gone.record, gone.number);
    } else {
      gone.record->set(Record::kMissed, true);
    }
  }
}

template <typename Tuple>
void Observer::tell(const SocketRecord<Tuple>* before, const SocketRecord<Tuple>* after, Sameness sameness) {
  using Record = SocketRecord<Tuple>;
  const bool wanted = (before != nullptr && before->has(Record::kWanted)) ||  //
                      (after != nullptr && after->has(Record::kWanted));
  if (!wanted) return;
  const Seen from = before != nullptr ? Seen(before->state) : kAbsent;
  const Seen to = after != nullptr ? Seen(after->state) : kAbsent;
  const Judgement judgement = judge_sampled(from, to, sameness);
  const Record& shown = after != nullptr ? *after : *before;
  ObservedTransition out;
  out.family = sizeof shown.tuple.local_address == 4 ? Family::ipv4 : Family::ipv6;
  out.local = endpoint_of(shown.tuple.local_address, shown.tuple.local_port);
  // A socket that lost its remote end is shown with the one that it had.
  const bool lost_remote = shown.tuple.remote_port == 0 && before != nullptr;
  const Tuple& far = lost_remote ? before->tuple : shown.tuple;
  if (far.remote_port != 0) out.remote = endpoint_of(far.remote_address, far.remote_port);
  if (shown.has(Record::kHasCookie)) out.cookie = shown.identity;
  out.from = from;
  out.to = to;
  out.path = judgement.path;
  if (before != nullptr) out.dwell_ms = static_cast<std::uint64_t>(before->last_ms - before->since_ms);
  out.verdict = name(judgement.verdict);
  out.reason = judgement.reason;
  out.reference = judgement.reference;
  tell_(out, judgement.verdict);
}

}  // namespace tcpstat::trace
