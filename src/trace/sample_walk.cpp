#include "trace/sample_walk.h"

#include <array>
#include <cstring>

#include "machine/dwell.h"
#include "machine/joint.h"
#include "trace/socket_lives.h"

namespace tcpstat::trace {
namespace {

std::optional<std::chrono::milliseconds> bound_of(State state, TimerKind timer, const KernelLimits& limits) {
  // With its timer running a SYN_SENT is no deferred fast open, and a FIN_WAIT2 in time-wait has no process.
  const bool ordinary = (state == State::syn_sent && timer == TimerKind::retransmit) ||
                        (state == State::fin_wait2 && timer == TimerKind::time_wait);
  if (!ordinary) return longest_dwell(state, limits);
  const machine::DwellLimit limit = machine::dwell_bound(state).limit(limits);
  if (limit.kind != machine::DwellLimit::Kind::bounded) return std::nullopt;
  return machine::with_timer_slack(limit.most);
}

std::string joint_message(const char* doubt, State here, State there, std::uint64_t line) {
  return "the other end (line " + std::to_string(line) + ") is in " + std::string(name(there)) +
         " while this one is in " + std::string(name(here)) +
         ", in two samples: no connection is so, unless a transparent proxy owns one end" + doubt;
}

}  // namespace

std::uint64_t SampleWalk::key_of(const Endpoint& local, const Endpoint& remote) const {
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

std::uint64_t SampleWalk::key_of(const LoggedRow& record) const {
  if (record.state != State::listen && record.state != State::close) return key_of(record.local, record.remote);
  // Many may listen on one address and port (SO_REUSEPORT).
  std::array<std::uint64_t, 3> words = {key_of(record.local, {}), record.cookie.value_or(0), record.inode.value_or(0)};
  return hash_(words);
}

void SampleWalk::begin(const SampleName& sample) {
  if (open_ && sample.counter == counter_ && sample.time == time_ && sample.host == host_ && sample.netns == netns_) {
    return;
  }
  if (open_) close_sample(Whole::no);  // it had no last line, which would say what was left out
  if (sample.host != host_ || sample.netns != netns_) {
    // Cookies and tuples mean nothing in another place.
    entries_.clear();
    last_whole_ = Whole::no;
    host_ = sample.host;
    netns_ = sample.netns;
  }
  counter_ = sample.counter;
  time_ = sample.time;
  open_ = true;
  ++samples_;
}

void SampleWalk::count(Seen from, Seen to, Sameness sameness) {
  const Judgement judgement = judge_sampled(from, to, sameness);
  const auto logged = [](Seen seen) { return seen ? LoggedState(*seen) : LoggedState::absent(); };
  pairs_.add({Observed::sampled, Protocol::tcp, judgement.verdict, logged(from), logged(to)}, judgement);
}

void SampleWalk::judge_dwell(Entry& entry, std::uint64_t line) {
  if (entry.dwell_said || !entry.since || !time_ || *time_ < *entry.since) return;
  const auto most = bound_of(entry.state, entry.timer, limits_);
  const auto lasted = std::chrono::duration_cast<std::chrono::milliseconds>(*time_ - *entry.since);
  if (!most || lasted <= *most) return;
  entry.dwell_said = true;
  say_({line, RemarkRule::dwell, Severity::warning, LoggedState(entry.state), std::nullopt, entry.local, entry.remote,
        "in " + std::string(name(entry.state)) + " for at least " + std::to_string(lasted.count() / 1000) +
            " s, longer than the " + std::to_string(most->count() / 1000) + " s that its timers allow here",
        std::string(machine::dwell_bound(entry.state).sysctls)});
}

void SampleWalk::step(Entry& entry, const LoggedRow& record, std::uint64_t line) {
  const Identity now{record.cookie, record.inode};
  const Sameness same = sameness(entry.identity, now);
  entry.seen_in = samples_;
  entry.line = line;
  entry.timer = record.timer;
  if (entry.state == record.state && same != Sameness::reused) {
    entry.identity = now;
    if (same == Sameness::same) judge_dwell(entry, line);
    return;
  }
  count(entry.state, record.state, same);
  if (same == Sameness::reused) ++sockets_;
  entry.identity = now;
  entry.state = record.state;
  entry.since = time_;
  entry.odd_in = 0;
  entry.odd_said = false;
  entry.dwell_said = false;
}

void SampleWalk::row(const LoggedRow& record, std::uint64_t line) {
  begin(record.sample);
  const std::uint64_t key = key_of(record);
  if (const auto at = entries_.find(key); at != entries_.end()) return step(at->second, record, line);
  Entry entry;
  entry.identity = {record.cookie, record.inode};
  const bool has_peer = record.state != State::listen && record.state != State::close;
  if (has_peer) entry.mirror = key_of(record.remote, record.local);
  entry.line = line;
  entry.seen_in = samples_;
  entry.since = time_;
  entry.local = record.local;
  entry.remote = record.remote;
  entry.state = record.state;
  entry.timer = record.timer;
  entries_.emplace(key, entry);
  ++sockets_;
  if (last_whole_ == Whole::yes) count(kAbsent, record.state, Sameness::doubtful);
}

void SampleWalk::judge_joint(std::uint64_t key, Entry& entry) {
  // Each pair once, from the side with the smaller key; a socket that is connected to itself is no pair.
  if (entry.mirror == 0 || entry.mirror <= key) return;
  const auto at = entries_.find(entry.mirror);
  if (at == entries_.end() || at->second.seen_in != samples_) return;
  Entry& other = at->second;
  if (machine::joint(entry.state, other.state) < machine::Joint::one_dump) return;
  if (machine::incarnation(entry.state, other.state) == machine::Incarnation::may_be_new) return;
  const bool twice = entry.odd_in != 0 && entry.odd_in + 1 == samples_ && other.odd_in + 1 == samples_;
  entry.odd_in = samples_;
  other.odd_in = samples_;
  if (!twice || entry.odd_said) return;
  entry.odd_said = true;
  const bool known = entry.identity.cookie && other.identity.cookie;
  say_({entry.line, RemarkRule::joint, Severity::warning, LoggedState(entry.state), LoggedState(other.state),
        entry.local, entry.remote,
        joint_message(known ? "" : ", or either is another connection by now: the source has no cookies", entry.state,
                      other.state, other.line),
        "joint states of two machines of RFC 9293"});
}

void SampleWalk::close_sample(Whole whole) {
  open_ = false;
  for (auto& [key, entry] : entries_) {
    if (entry.seen_in == samples_) judge_joint(key, entry);
  }
  // One dump may miss a socket that is there: only who is missing twice is gone.
  for (auto at = entries_.begin(); at != entries_.end();) {
    if (at->second.seen_in + 1 >= samples_) {
      ++at;
      continue;
    }
    if (whole == Whole::yes && last_whole_ == Whole::yes) {
      count(at->second.state, kAbsent, Sameness::same);
    } else {
      ++unknown_;
    }
    at = entries_.erase(at);
  }
  last_whole_ = whole;
}

void SampleWalk::end(const LoggedSampleEnd& record) {
  begin(record.sample);
  close_sample(record.whole);
}

void SampleWalk::finish() {
  if (open_) close_sample(Whole::no);
  for (const auto& [key, entry] : entries_) {
    if (entry.seen_in == samples_) continue;
    if (last_whole_ == Whole::yes) {
      count(entry.state, kAbsent, Sameness::same);
    } else {
      ++unknown_;
    }
  }
  entries_.clear();
}

}  // namespace tcpstat::trace
