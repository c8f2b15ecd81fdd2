#include "trace/socket_lives.h"

#include <algorithm>
#include <array>

#include "machine/dwell.h"
#include "machine/reachability.h"

namespace tcpstat::trace {
namespace {

std::string text(LoggedState state) { return std::string(name(state)); }

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

Judgement judge_record(const LoggedTransition& record, Sameness sameness) {
  if (record.observed == Observed::sampled) return judge_sampled(record.from.seen(), record.to.seen(), sameness);
  if (record.from.is_request() || record.to.is_request()) {
    return {Verdict::illegal,
            "TCP_NEW_SYN_RECV is never printed: a request socket is no full socket, and its child begins with " +
                std::string(name(State::listen)) + ">" + std::string(name(State::syn_recv)),
            "net/ipv4/inet_connection_sock.c, inet_csk_clone_lock()",
            {}};
  }
  return judge_exact(*record.from.seen(), *record.to.seen(), record.protocol);
}

}  // namespace

std::optional<std::chrono::milliseconds> longest_dwell(State state, const KernelLimits& limits) {
  std::optional<std::chrono::milliseconds> longest;
  for (const machine::DwellBound& bound : machine::dwell_bounds()) {
    if (bound.state != state) continue;
    const machine::DwellLimit limit = bound.limit(limits);
    if (limit.kind != machine::DwellLimit::Kind::bounded) return std::nullopt;
    longest = std::max(longest.value_or(limit.most), limit.most);
  }
  if (longest) longest = machine::with_timer_slack(*longest);
  return longest;
}

SocketLives::Known SocketLives::identify(const LoggedTransition& record, std::uint64_t& key) const {
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
    const bool child = record.from == LoggedState(State::listen) && record.to != LoggedState(State::close);
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

void SocketLives::lost(std::uint64_t count, std::uint64_t line) {
  lost_ += count;
  lost_line_ = line;
}

void SocketLives::judge(const LoggedTransition& record, std::uint64_t line, const Life* before) {
  const Sameness sameness = record.cookie || !record.socket.empty() ? Sameness::same : Sameness::doubtful;
  const Judgement judgement = judge_record(record, sameness);
  pairs_.add({record.observed, record.protocol, judgement.verdict, record.from, record.to}, judgement);
  if (judgement.verdict != Verdict::illegal) return;
  Remark remark{line,         RemarkRule::illegal, Severity::critical, record.from,        record.to,
                record.local, record.remote,       judgement.reason,   judgement.reference};
  // One record holds both states, so no lost record explains it; what it contradicts besides tells where to look.
  if (before != nullptr && before->state != record.from) {
    remark.message += "; line " + std::to_string(before->line) + " had left this socket in " + text(before->state) +
                      ", so the record or the log is damaged";
  } else if (lost_ != 0) {
    remark.message += "; the log lost " + std::to_string(lost_) + " records before line " + std::to_string(lost_line_);
  } else if (before != nullptr) {
    remark.message += "; it follows on line " + std::to_string(before->line);
  }
  say_(remark);
}

void SocketLives::broken(const LoggedTransition& record, std::uint64_t line, Known known, const Life& before) {
  Remark remark{line,
                RemarkRule::continuity,
                known == Known::by_identity && record.observed == Observed::exact ? Severity::warning : Severity::info,
                record.from,
                record.to,
                record.local,
                record.remote,
                {},
                "net/ipv4/af_inet.c, inet_sk_set_state(): the old state is read from the socket"};
  const std::string ended = "line " + std::to_string(before.line) + " left it in " + text(before.state);
  if (before.state == record.from) {
    remark.message = ended + ", and a listener does not become a connection: its child is a socket of its own";
  } else {
    remark.message = ended + ", and this record begins in " + text(record.from);
  }
  const Seen was = before.state.seen();
  const Seen is = record.from.seen();
  const machine::Reach& way = machine::reach(was, is);
  if (known == Known::by_tuple) {
    remark.message += "; perhaps another connection on the same addresses and ports, or another network namespace";
  } else if (way.way() == machine::Way::progress && was != State::listen) {
    remark.message += "; records were lost";
    if (way.steps() > 1) {
      remark.message += ", by way of";
      const auto path = way.path();
      for (std::size_t i = 1; i + 1 < path.size(); ++i) remark.message += " " + std::string(name(path[i]));
    }
  } else {
    remark.message += "; records were lost, its end and another beginning among them";
  }
  if (lost_ != 0) remark.message += " (the log says that it lost " + std::to_string(lost_) + ")";
  say_(remark);
}

void SocketLives::unborn(const LoggedTransition& record, std::uint64_t line, Known known, std::uint64_t key) {
  // connect() gets its port after CLOSE>SYN_SENT, and a child has its own addresses since Linux 6.15: by tuple every
  // opening may look so.
  const bool opening = record.from == LoggedState(State::syn_sent) || record.from == LoggedState(State::syn_recv);
  if (known == Known::by_tuple && opening) return;
  std::uint64_t words[] = {key};
  const bool was_closed = known == Known::by_identity && closed_.contains(hash_(words));
  Remark remark{line,
                RemarkRule::birth,
                was_closed ? Severity::warning : Severity::info,
                record.from,
                record.to,
                record.local,
                record.remote,
                {},
                "net/ipv4/inet_connection_sock.c: a socket begins in " + std::string(name(State::close)) +
                    ", the child of a listener in " + std::string(name(State::listen))};
  remark.message = was_closed ? "this socket had been closed, and no record says how it came to " + text(record.from) +
                                    ": records were lost"
                              : "first record of this socket: it was in " + text(record.from) +
                                    " when the log began, or records were lost";
  say_(remark);
}

void SocketLives::dwell(const LoggedTransition& record, std::uint64_t line, const Life* before) {
  std::optional<LogTime> time = record.dwell;
  if (!time && before != nullptr && before->state == record.from && before->since && record.time &&
      *record.time >= *before->since) {
    time = *record.time - *before->since;
  }
  const auto state = record.from.seen();
  if (!time || !state || record.protocol != Protocol::tcp) return;
  const auto most = longest_dwell(*state, limits_);
  if (!most || *time <= *most) return;
  say_({line, RemarkRule::dwell, Severity::warning, record.from, record.to, record.local, record.remote,
        "in " + text(record.from) + " for " +
            seconds_text(std::chrono::duration_cast<std::chrono::milliseconds>(*time)) + ", longer than the " +
            seconds_text(*most) + " that its timers allow here",
        std::string(machine::dwell_bound(*state).sysctls)});
}

void SocketLives::follow(const LoggedTransition& record, std::uint64_t line, Known known, const Life* before,
                         std::uint64_t key) {
  const LoggedState close = State::close;
  const LoggedState listen = State::listen;
  const bool birth = record.from == close || record.from == LoggedState::absent() ||
                     (record.from == listen && record.to != close) || record.observed == Observed::sampled;
  if (before == nullptr) {
    if (record.from != close || record.to != close) ++sockets_;
    if (!birth) unborn(record, line, known, key);
  } else if (before->state != record.from ||
             (record.from == listen && record.to == LoggedState(State::syn_recv) && record.protocol == Protocol::tcp)) {
    broken(record, line, known, *before);
  }
}

void SocketLives::transition(const LoggedTransition& record, std::uint64_t line) {
  std::uint64_t key = 0;
  const Known known = identify(record, key);
  const auto at = known == Known::no ? lives_.end() : lives_.find(key);
  const Life* before = at == lives_.end() ? nullptr : &at->second;
  judge(record, line, before);
  dwell(record, line, before);
  if (known == Known::no) return;
  follow(record, line, known, before, key);
  // After CLOSE the descriptor may connect again or the memory may be another socket's: both begin in CLOSE or LISTEN.
  if (record.to == LoggedState(State::close) || record.to == LoggedState::absent()) {
    if (at != lives_.end()) lives_.erase(at);
    std::uint64_t words[] = {key};
    closed_.seen(hash_(words));
    return;
  }
  // shutdown(2) and then close(2) store a state again: it lasts since the first time.
  const std::optional<LogTime> since =
      before != nullptr && record.from == record.to && before->since ? before->since : record.time;
  lives_.insert_or_assign(key, Life{record.to, line, since});
}

}  // namespace tcpstat::trace
