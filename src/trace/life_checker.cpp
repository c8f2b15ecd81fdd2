#include "trace/life_checker.h"

#include <algorithm>
#include <array>

#include "base/quantity_text.h"
#include "base/saturated.h"
#include "machine/dwell.h"
#include "machine/reachability.h"
#include "trace/judgement.h"

namespace tcpstat::trace {
namespace {

std::string text(ObservedState state) { return std::string(name(state)); }

std::string seconds_text(std::chrono::milliseconds time) {
  return std::to_string(time.count() / 1000) + "." + std::to_string(time.count() % 1000 / 100) + " s";
}

void mix_in(std::array<std::uint64_t, 8>& words, std::size_t at, const std::optional<Endpoint>& end) {
  if (!end) return;
  std::memcpy(&words[at], end->address.bytes.data(), end->address.bytes.size());
  words[at + 2] = std::uint64_t{end->port} << 8U | static_cast<std::uint64_t>(end->address.family) << 1U | 1U;
}

std::uint64_t hash_of(const KeyedHash& hash, std::string_view word) {
  std::uint64_t state = word.size();
  for (std::size_t at = 0; at < word.size(); at += sizeof(std::uint64_t)) {
    std::array<std::uint64_t, 2> block = {state, 0};
    std::memcpy(&block[1], word.data() + at, std::min(sizeof(std::uint64_t), word.size() - at));
    state = hash(block);
  }
  return state;
}

}  // namespace

LifeChecker::Known LifeChecker::identify(const Transition& record, std::uint64_t& key) const {
  std::array<std::uint64_t, 8> words{};
  words[6] = static_cast<std::uint64_t>(record.protocol);
  if (!record.socket.empty()) {
    words[0] = hash_of(hash_, record.socket);
    words[7] = 1;
  } else if (record.cookie) {
    words[0] = *record.cookie;
    words[7] = 2;
  } else {
    // A socket that connects has no port yet, and before Linux 6.15 a child is printed with its listener's addresses.
    const bool child = record.from == ObservedState(State::listen) && record.to != ObservedState(State::close);
    const bool alone = !record.remote || record.remote->port == 0;
    if (!record.local || record.local->port == 0 || (child && alone)) return Known::no;
    mix_in(words, 0, record.local);
    mix_in(words, 3, record.remote);
    words[7] = 3;
    key = hash_(words);
    return Known::by_tuple;
  }
  key = hash_(words);
  return Known::by_identity;
}

Flow LifeChecker::lost(std::uint64_t count, std::uint64_t line) {
  lost_ = saturated_sum(lost_, count);
  lost_line_ = line;
  interrupted(line);
  return Flow::more;
}

void LifeChecker::interrupted(std::uint64_t line) {
  gap_line_ = line;
  closed_.clear();  // a closed socket may have been opened again
}

void LifeChecker::report_illegal(const Transition& record, const Judgement& judgement, const Life* before) {
  LogFinding finding{record.line,  LogRule::illegal, Severity::critical, record.from,        record.to,
                     record.local, record.remote,    judgement.reason,   judgement.reference};
  // One record holds both states, so no lost record explains it. A contradiction to the record before tells where to
  // look.
  const bool follows = before != nullptr && before->state() == record.from;
  if (before != nullptr && !follows && !has_gap_after(*before)) {
    finding.message += "; line " + std::to_string(before->line()) + " had left this socket in " +
                       text(before->state()) + ", so the record or the log is damaged";
  } else if (lost_ != 0) {
    finding.message += "; the log lost " + counted(lost_, "record") + " before line " + std::to_string(lost_line_);
  } else if (follows) {
    finding.message += "; it follows on line " + std::to_string(before->line());
  }
  say_(finding);
}

void LifeChecker::report_gap(const Transition& record, Known known, const Life& before) {
  const bool doubtful = known != Known::by_identity || record.observed != Observed::exact || has_gap_after(before);
  LogFinding finding{record.line,
                     LogRule::continuity,
                     doubtful ? Severity::info : Severity::warning,
                     record.from,
                     record.to,
                     record.local,
                     record.remote,
                     {},
                     "net/ipv4/af_inet.c, inet_sk_set_state(): the old state is read from the socket"};
  const std::string ended = "line " + std::to_string(before.line()) + " left it in " + text(before.state());
  const bool another = before.is_another(record);
  if (another) {
    finding.message = ended + ", and this record is of another socket in the same place";
  } else if (before.state() == record.from) {
    finding.message = ended + ", and a listener does not become a connection: its child is a socket of its own";
  } else {
    finding.message = ended + ", and this record begins in " + text(record.from);
  }
  const Seen was = before.state().seen();
  const Seen is = record.from.seen();
  const machine::Reach& way = machine::reach(was, is);
  if (known == Known::by_tuple) {
    finding.message += "; perhaps another connection on the same addresses and ports, or another network namespace";
  } else if (!another && way.way() == machine::Way::progress && was != State::listen) {
    finding.message += "; records were lost, or left out by a filter";
    if (way.steps() > 1) finding.message += "; it went by way of " + text_of(way.ways(), " ", " or ");
  } else {
    finding.message += "; records were lost or left out by a filter, its end and another beginning among them";
  }
  if (lost_ != 0) {
    finding.message += " (the log says that it lost " + std::to_string(lost_) + ")";
  } else if (has_gap_after(before)) {
    finding.message += " (a trace ended between them, on line " + std::to_string(gap_line_) + ")";
  }
  say_(finding);
}

void LifeChecker::report_missing_start(const Transition& record, Known known, std::uint64_t key) {
  // connect() gets its port after CLOSE>SYN_SENT, and a child has its own addresses since Linux 6.15: by tuple every
  // opening may look so.
  const bool opening = record.from == ObservedState(State::syn_sent) || record.from == ObservedState(State::syn_recv);
  if (known == Known::by_tuple && opening) return;
  std::uint64_t words[] = {key};
  const bool was_closed = known == Known::by_identity && closed_.contains(hash_(words));
  LogFinding finding{record.line,
                     LogRule::birth,
                     was_closed ? Severity::warning : Severity::info,
                     record.from,
                     record.to,
                     record.local,
                     record.remote,
                     {},
                     "net/ipv4/inet_connection_sock.c: a socket begins in " + std::string(name(State::close)) +
                         ", the child of a listener in " + std::string(name(State::listen))};
  finding.message = was_closed ? "this socket had been closed, and no record says how it came to " + text(record.from) +
                                     ": records were lost, or left out by a filter"
                               : "first record of this socket: it was in " + text(record.from) +
                                     " when the log began, or records were lost or left out by a filter";
  say_(finding);
}

void LifeChecker::judge_dwell(const Transition& record) {
  const std::optional<EventTime> time = record.dwell;
  const auto state = record.from.seen();
  if (!time || !state || record.protocol != Protocol::tcp) return;
  const auto most = machine::longest_socket_dwell(*state, limits_);
  if (!most || *time <= *most) return;
  say_({record.line, LogRule::dwell, Severity::warning, record.from, record.to, record.local, record.remote,
        "in " + text(record.from) + " for " +
            seconds_text(std::chrono::duration_cast<std::chrono::milliseconds>(*time)) + ", longer than the " +
            seconds_text(*most) + " that its timers allow here",
        std::string(machine::dwell_bound(*state).sysctls)});
}

bool LifeChecker::is_birth(const Transition& record) {
  const ObservedState close = State::close;
  return record.from == close || record.from == ObservedState::absent() ||
         (record.from == ObservedState(State::listen) && record.to != close) || record.observed == Observed::sampled;
}

/// A listener does not become a connection.
bool LifeChecker::fits(const Transition& record, const Life* before) {
  if (before == nullptr) return is_birth(record);
  const bool child = record.from == ObservedState(State::listen) && record.to == ObservedState(State::syn_recv) &&
                     record.protocol == Protocol::tcp;
  return before->state() == record.from && !child && !before->is_another(record);
}

void LifeChecker::follow(const Transition& record, Known known, const Life* before, std::uint64_t key) {
  if (fits(record, before)) return;
  if (before == nullptr) {
    report_missing_start(record, known, key);
  } else {
    report_gap(record, known, *before);
  }
}

Flow LifeChecker::end(const Transition& record, const Life& life) const {
  return ended_ && life.is_connection() ? ended_(life.conclude(record)) : Flow::more;
}

Flow LifeChecker::take(const Transition& record, const Place& place) {
  const Life* before = lives_.find(place.key);
  follow(record, place.known, before, place.key);
  const auto follows = fits(record, before) ? Life::Follows::yes : Life::Follows::no;
  // A birth after an end that was lost begins another life.
  const bool goes_on =
      before != nullptr && !before->is_another(record) && (follows == Life::Follows::yes || !is_birth(record));
  if (!goes_on && (record.from != ObservedState(State::close) || record.to != ObservedState(State::close))) ++sockets_;
  Life life = goes_on ? *before : Life(record, is_birth(record) ? Life::Follows::yes : Life::Follows::no);
  if (goes_on) life.step(record, follows);
  if (place.verdict == TransitionVerdict::illegal) life.found_illegal();
  // After CLOSE the descriptor may connect again, or the memory may become another socket: both begin in CLOSE or
  // LISTEN.
  if (record.to == ObservedState(State::close) || record.to == ObservedState::absent()) {
    lives_.erase(place.key);
    std::uint64_t words[] = {place.key};
    closed_.seen(hash_(words));
    return end(record, life);
  }
  lives_.put(place.key, life);
  return Flow::more;
}

void LifeChecker::make_room(std::uint64_t key) {
  // More than the buffer of one processor holds (tcpstates of bcc: 64 pages), even if one place in memory serves all.
  constexpr std::size_t kMost = 4096;
  const auto at = held_.find(key);
  if (at != held_.end() && at->second.size() >= kMost) give_up({at->second.front().line, key});
}

void LifeChecker::hold(const Transition& record, std::uint64_t key) {
  Transition& held = held_[key].emplace_back(record);
  held.socket = {};  // the views do not last, and the key stands for them
  held.host = {};
  waiting_.push_back({record.line, key});
}

void LifeChecker::take_what_fits(std::uint64_t key) {
  const auto at = held_.find(key);
  if (at == held_.end()) return;
  std::deque<Transition>& held = at->second;
  const auto next = [&] {
    const Life* before = lives_.find(key);
    return std::find_if(held.begin(), held.end(), [&](const Transition& one) { return fits(one, before); });
  };
  for (auto one = next(); one != held.end(); one = next()) {
    const Transition record = *one;
    held.erase(one);
    (void)take(record, {Known::by_identity, key, judge(record).verdict});
  }
  if (held.empty()) held_.erase(at);
}

/// The record that it follows did not come: the life goes on with it all the same.
void LifeChecker::give_up(Early early) {
  const auto at = held_.find(early.key);
  if (at == held_.end()) return;
  std::deque<Transition>& held = at->second;
  const auto one =
      std::find_if(held.begin(), held.end(), [&](const Transition& other) { return other.line == early.line; });
  if (one == held.end()) return;
  const Transition record = *one;
  held.erase(one);
  (void)take(record, {Known::by_identity, early.key, judge(record).verdict});
  take_what_fits(early.key);
}

/// Requests and time-wait sockets have no lives here: a connection is followed by its full socket.
Flow LifeChecker::minisocket(Transition record) {
  const Judgement judgement = judge_minisocket(record);
  // A pair of states has one reason in the counts, and each way to end has another.
  record.minisocket_end.reset();
  pairs_.add(record, judge_minisocket(record));
  if (judgement.verdict == TransitionVerdict::illegal) report_illegal(record, judgement, nullptr);
  return use_ ? use_(record, judgement, Opening::unknown) : Flow::more;
}

Flow LifeChecker::transition(const Transition& announced) {
  if (announced.body != Body::socket) return minisocket(announced);
  Transition record = announced;
  std::uint64_t key = 0;
  const Known known = identify(record, key);
  const Life* before = known == Known::no ? nullptr : lives_.find(key);
  if (before != nullptr && before->is_another(record)) before = nullptr;
  // Across a gap it may have left the state and come back: the time is told, but not judged.
  const bool measured = record.dwell || before == nullptr || !has_gap_after(*before);
  if (!record.dwell && before != nullptr && before->state() == record.from && before->since() && record.time &&
      *record.time >= *before->since()) {
    record.dwell = *record.time - *before->since();
  }
  const Judgement judgement = judge(record);
  pairs_.add(record, judgement);
  if (judgement.verdict == TransitionVerdict::illegal) report_illegal(record, judgement, before);
  if (measured) judge_dwell(record);
  const Opening opening = before != nullptr ? before->opening() : opening_of(record);
  const Flow flow = use_ ? use_(record, judgement, opening) : Flow::more;
  if (known == Known::no) return flow;
  // More than all buffers of a host with some dozens of processors hold (tcpstates of bcc: 64 pages each).
  constexpr std::uint64_t kFarthest = 65536;
  while (!waiting_.empty() && waiting_.front().line + kFarthest < record.line) {
    give_up(waiting_.front());
    waiting_.pop_front();
  }
  const bool may_be_early = record.order == RecordOrder::by_processor && known == Known::by_identity;
  if (may_be_early) make_room(key);
  if (may_be_early && !fits(record, lives_.find(key))) {
    hold(record, key);
    return flow;
  }
  const Flow after = take(record, {known, key, judgement.verdict});
  take_what_fits(key);
  return flow == Flow::stop ? flow : after;
}

std::uint64_t LifeChecker::running(const std::function<bool(const ConnectionLife&)>& wanted) const {
  std::uint64_t count = 0;
  lives_.for_each([&](const Life& life) {
    if (life.is_connection() && wanted(life.so_far())) ++count;
  });
  return count;
}

void LifeChecker::finish() {
  for (const Early& early : waiting_) give_up(early);
}

std::string forgotten_sentence(std::uint64_t forgotten) {
  return counted(forgotten, "socket") + " had no record for so long that " + (forgotten == 1 ? "it was" : "they were") +
         " forgotten: more than " + std::to_string(LifeChecker::kMostLives) + " ran at once";
}

}  // namespace tcpstat::trace
