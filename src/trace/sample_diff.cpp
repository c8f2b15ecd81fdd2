#include "trace/sample_diff.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "trace/identity.h"

namespace tcpstat::trace {
namespace {

/// A sample whose time is not known.
constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

/// The time between two samples; nothing if one time is not known, or if the clock went back.
std::optional<EventTime> between(std::int64_t since_us, std::int64_t until_us) {
  if (since_us == kNoTime || until_us == kNoTime || until_us < since_us) return std::nullopt;
  return EventTime(until_us - since_us);
}

template <typename Tuple>
using Words = std::array<std::uint64_t, sizeof(Tuple) / 8 + 2>;

template <typename Tuple>
Words<Tuple> words_of(const Tuple& tuple) {
  static_assert(sizeof(Tuple) == 2 * sizeof tuple.local_address + 4, "no padding, which would be part of the key");
  Words<Tuple> words{};
  std::memcpy(words.data(), &tuple, sizeof tuple);
  return words;
}

/// Only a connection has its addresses and ports to itself: listeners may share theirs (SO_REUSEPORT), and so may
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

std::uint16_t SampleDiff::Devices::place_of(std::uint32_t interface) {
  // Neighbouring rows often have the same device.
  if (interfaces_[last_] == interface) return last_;
  const auto at = places_.find(interface);
  if (at == places_.end() && interfaces_.size() > std::numeric_limits<std::uint16_t>::max()) return 0;
  last_ = at != places_.end() ? at->second : static_cast<std::uint16_t>(interfaces_.size());
  if (at == places_.end()) {
    places_.emplace(interface, last_);
    interfaces_.push_back(interface);
  }
  return last_;
}

template <typename Tuple>
std::uint64_t SampleDiff::KeyHash::operator()(const SocketRecord<Tuple>& record) const {
  // A log may have any cookies.
  if (record.has(SocketRecord<Tuple>::kHasCookie)) return secret(std::array{record.identity});
  auto words = words_of(record.tuple);
  if (record.state == State::listen) words.back() = record.identity;
  return secret(words);
}

void SampleDiff::begin(std::optional<EventTime> now) {
  now_us_ = now ? now->count() : kNoTime;
  turn_ = !turn_;
  v4_.table.start_pass();
  v6_.table.start_pass();
}

Stay SampleDiff::see(const Connection& row, Wanted wanted) {
  const Row one{row.local, row.remote, row.cookie, row.inode, row.state, wanted, row.interface};
  return row.family == Family::ipv4 ? see_in(v4_, one) : see_in(v6_, one);
}

Stay SampleDiff::see(const Listener& row, Wanted wanted) {
  const Endpoint none;
  const Row one{row.local, none, row.cookie, row.inode, State::listen, wanted, row.interface};
  return row.family == Family::ipv4 ? see_in(v4_, one) : see_in(v6_, one);
}

Stay SampleDiff::see(const SampleRow& row) {
  const bool timed = row.state == State::fin_wait2 && row.timer == TimerKind::time_wait;
  const Row one{row.local, row.remote, row.cookie, row.inode.value_or(0), row.state, Wanted::yes, 0, timed};
  return row.local.address.family == Family::ipv4 ? see_in(v4_, one) : see_in(v6_, one);
}

template <typename Tuple>
Stay SampleDiff::see_in(Sockets<Tuple>& sockets, const Row& row) {
  using Record = SocketRecord<Tuple>;
  Record now;
  now.identity = row.cookie.value_or(row.inode);
  now.since_us = now.last_us = now_us_;
  now.tuple = tuple_of<Tuple>(row.local, row.remote);
  now.device = devices_.place_of(row.interface);
  now.state = row.state;
  now.set(Record::kHasCookie, row.cookie.has_value());
  now.set(Record::kWanted, row.wanted == Wanted::yes);
  now.set(Record::kTurn, turn_);
  now.set(Record::kTimed, row.timed);
  if (Record* known = sockets.table.find(now, same_key<Tuple>)) {
    // A dump may show a socket twice, at two times; the first row counts.
    return known->has(Record::kTurn) == turn_ ? Stay{} : update(*known, now);
  }
  Record& added = sockets.table.insert(now);
  ++sockets_;
  if (compares_) sockets.appeared.push_back(&added);
  return {};
}

template <typename Tuple>
Stay SampleDiff::update(SocketRecord<Tuple>& known, const SocketRecord<Tuple>& now) {
  using Record = SocketRecord<Tuple>;
  Stay stay;
  const Sameness same = sameness_of(known, now);
  if (known.state != now.state || same == Sameness::reused) {
    tell(&known, &now, same);
    known.since_us = now.since_us;
    known.state = now.state;
    if (same == Sameness::reused) ++sockets_;
  } else if (known.has(Record::kTimed) != now.has(Record::kTimed)) {
    // Its timer began when the process closed it, not when the peer acknowledged the FIN.
    known.since_us = now.since_us;
  } else if (same == Sameness::same) {
    stay = {between(known.since_us, known.last_us).value_or(EventTime{}),
            between(known.since_us, now.last_us).value_or(EventTime{})};
  }
  known.last_us = now.last_us;
  known.tuple = now.tuple;
  known.device = now.device;
  // An old inode still tells this socket from another one after the process has closed it.
  if (now.identity != 0) known.identity = now.identity;
  known.flags = now.flags;  // of this turn, and not missed
  known.set(Record::kUsed, true);
  return stay;
}

bool SampleDiff::destroyed(std::uint64_t cookie) { return mark_destroyed(v4_, cookie) || mark_destroyed(v6_, cookie); }

template <typename Tuple>
bool SampleDiff::mark_destroyed(Sockets<Tuple>& sockets, std::uint64_t cookie) {
  using Record = SocketRecord<Tuple>;
  Record wanted;
  wanted.identity = cookie;
  wanted.set(Record::kHasCookie, true);
  Record* known = sockets.table.find(wanted, same_key<Tuple>);
  if (known == nullptr) return false;
  known->set(Record::kMissed, true);
  return true;
}

void SampleDiff::end(Sample sample) {
  finish_sample(v4_, sample);
  finish_sample(v6_, sample);
  compares_ = true;
  last_complete_ = sample == Sample::complete;
  has_baseline_ = last_complete_ || (has_baseline_ && unseen_ == Unseen::remembered);
}

template <typename Tuple>
void SampleDiff::finish_sample(Sockets<Tuple>& sockets, Sample sample) {
  using Record = SocketRecord<Tuple>;
  std::vector<Absentee<Tuple>> absent;
  sockets.table.each([&](Record& record, std::uint32_t number) {
    if (record.has(Record::kTurn) == turn_) return;
    record.set(Record::kTurn, turn_);  // so that the next sample has another
    absent.push_back({&record, number, 0});
  });
  const std::vector<Record*> appeared = std::move(sockets.appeared);
  sockets.appeared = {};
  if (!appeared.empty()) {
    for (auto& gone : absent) gone.tuple_hash = hash_(words_of(gone.record->tuple));
    std::sort(absent.begin(), absent.end(), [](const auto& a, const auto& b) { return a.tuple_hash < b.tuple_hash; });
  }
  for (Record* added : appeared) {
    // If another socket has its addresses and ports now, the old one is gone, and no second sample is needed.
    const std::uint64_t wanted = hash_(words_of(added->tuple));
    auto at = std::lower_bound(absent.begin(), absent.end(), wanted,
                               [](const auto& gone, std::uint64_t hash) { return gone.tuple_hash < hash; });
    while (at != absent.end() && at->tuple_hash == wanted && (at->record == nullptr || !owns_its_tuple(*at->record))) {
      ++at;
    }
    if (owns_its_tuple(*added) && at != absent.end() && at->tuple_hash == wanted) {
      replace(*at->record, *added);
      sockets.table.erase(*at->record, at->number);
      at->record = nullptr;
    } else if (has_baseline_) {
      tell<Tuple>(nullptr, added, Sameness::same);
    }
  }
  if (sample == Sample::partial && unseen_ == Unseen::remembered) return;
  const bool tells = sample == Sample::complete && (last_complete_ || unseen_ == Unseen::remembered);
  for (const auto& gone : absent) {
    if (gone.record == nullptr) continue;
    if (!gone.record->has(Record::kMissed)) {
      gone.record->set(Record::kMissed, true);
      continue;
    }
    if (tells) {
      tell<Tuple>(gone.record, nullptr, Sameness::same);
    } else {
      ++unknown_;
    }
    sockets.table.erase(*gone.record, gone.number);
  }
}

template <typename Tuple>
void SampleDiff::replace(SocketRecord<Tuple>& gone, SocketRecord<Tuple>& added) {
  const Sameness same = sameness_of(gone, added);
  if (same == Sameness::doubtful) {
    // The samples are of two sources, one without cookies: nothing proves that it is another socket.
    --sockets_;
    if (gone.state == added.state) {
      added.since_us = gone.since_us;
      return;
    }
  }
  tell(&gone, &added, same);
}

void SampleDiff::finish() {
  finish_all(v4_);
  finish_all(v6_);
  forget_all();
}

template <typename Tuple>
void SampleDiff::finish_all(Sockets<Tuple>& sockets) {
  using Record = SocketRecord<Tuple>;
  sockets.table.each([&](Record& record, std::uint32_t) {
    if (!record.has(Record::kMissed)) return;
    if (last_complete_) {
      tell<Tuple>(&record, nullptr, Sameness::same);
    } else {
      ++unknown_;
    }
  });
}

void SampleDiff::forget_all() {
  v4_ = Sockets<TupleV4>(KeyHash{hash_});
  v6_ = Sockets<TupleV6>(KeyHash{hash_});
  compares_ = false;
  has_baseline_ = false;
  last_complete_ = false;
}

template <typename Tuple>
void SampleDiff::tell(const SocketRecord<Tuple>* before, const SocketRecord<Tuple>* after, Sameness sameness) {
  using Record = SocketRecord<Tuple>;
  const bool wanted = (before != nullptr && before->has(Record::kWanted)) ||  //
                      (after != nullptr && after->has(Record::kWanted));
  if (!wanted) return;
  const Record& shown = after != nullptr ? *after : *before;
  Transition out;
  out.observed = Observed::sampled;
  out.sameness = sameness;
  if (before != nullptr) out.from = before->state;
  if (after != nullptr) out.to = after->state;
  out.local = endpoint_of(shown.tuple.local_address, shown.tuple.local_port);
  // A socket that lost its remote end is shown with the one that it had.
  const bool lost_remote = shown.tuple.remote_port == 0 && before != nullptr;
  const Tuple& far = lost_remote ? before->tuple : shown.tuple;
  out.interface = devices_.interface_at(shown.device);
  if (far.remote_port != 0) out.remote = endpoint_of(far.remote_address, far.remote_port);
  if (shown.has(Record::kHasCookie)) {
    out.cookie = shown.identity;
  } else {
    out.inode = shown.identity;
  }
  if (now_us_ != kNoTime) out.time = EventTime(now_us_);
  if (before != nullptr) out.dwell = between(before->since_us, before->last_us);
  flow_ = out_.transition(out);
}

}  // namespace tcpstat::trace
