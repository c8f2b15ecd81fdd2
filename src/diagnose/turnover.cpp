#include "diagnose/turnover.h"

#include <algorithm>

#include "diagnose/diagnosis.h"
#include "diagnose/timer_age.h"
#include "model/row_rules.h"
#include "model/tcp_info.h"

namespace tcpstat::diagnose {
namespace {

std::size_t index_of(Opened opened) { return static_cast<std::size_t>(opened); }

/// The link and the paths beyond it have no part in it.
bool is_within_host(const Connection& row) {
  const Address remote = row.remote.address.unmapped();
  return remote.is_loopback() || remote == row.local.address.unmapped();
}

/// All of its clocks start with the connection (net/ipv4/tcp_minisocks.c, tcp_create_openreq_child();
/// net/ipv4/tcp_input.c, tcp_finish_connect()), so that they are young on a young one; on an old one that has carried
/// so little they are not.
bool has_just_begun(const Connection& row) {
  static constexpr std::array<const TcpInfoField*, 3> kClocks = {
      &tcp_info_field("last_data_sent_ms"), &tcp_info_field("last_data_recv_ms"), &tcp_info_field("last_ack_recv_ms")};
  static constexpr const TcpInfoField& kSegments = tcp_info_field("segs_in");
  constexpr std::uint64_t kSecond = 1000;
  constexpr std::uint64_t kFewSegments = 8;
  if (row.state != State::established || row.retransmits.value_or(0) > 0) return false;
  const auto segments = tcp_info_value(row.tcp_info, kSegments);
  if (!segments || *segments == 0 || *segments > kFewSegments) return false;
  return std::all_of(kClocks.begin(), kClocks.end(), [&](const TcpInfoField* clock) {
    return tcp_info_value(row.tcp_info, *clock).value_or(kSecond) < kSecond;
  });
}

/// How long ago the peer was heard last, of a connection on which nothing is overdue.
std::optional<std::uint64_t> heard_ms(const Connection& row) {
  if (has_ended_well(row)) return row.age_ms;
  constexpr StateSet kOpen = {State::established, State::close_wait, State::fin_wait2};
  if (!kOpen.has(row.state) || row.retransmits.value_or(0) > 0) return std::nullopt;
  return since_ack_ms(row);
}

}  // namespace

bool has_ended_well(const Connection& row) {
  return row.state == State::time_wait || (row.state == State::fin_wait2 && row.minisocket);
}

void StuckRows::add(const Connection& row, std::optional<std::uint64_t> age_ms, std::optional<std::uint64_t> silent_ms,
                    const LocalPorts& ports) {
  ++rows_;
  if (service_port(row, ports).opened == Opened::here) {
    ++opened_here_;
  } else {
    ++ports_[row.local.port];
  }
  if (age_ms) ages_.add(*age_ms);
  if (silent_ms) silent_.add(*silent_ms);
  const Address own = row.local.address.unmapped();
  const auto at = addresses_.find(own);
  if (at != addresses_.end()) {
    ++at->second;
  } else if (addresses_.size() < kMostAddresses) {
    addresses_.emplace(own, 1);
  }
}

std::optional<std::uint16_t> StuckRows::port() const {
  for (const auto& [port, count] : ports_) {
    if (are_nearly_all(count, rows_)) return port;
  }
  return std::nullopt;
}

std::optional<Address> StuckRows::address() const {
  for (const auto& [address, count] : addresses_) {
    if (are_nearly_all(count, rows_)) return address;
  }
  return std::nullopt;
}

void Turnover::see(const Connection& row, const LocalPorts& ports, const KernelLimits& limits) {
  if (is_within_host(row)) {
    within_host_ = true;
    return;
  }
  if (const auto age = heard_ms(row)) heard_.see(row, *age);
  if (row.state == State::syn_sent) {
    const auto age = connecting_ms(row, limits);
    if (age) {
      attempts_.add(*age);
    } else {
      ++untimed_attempts_;
    }
    return;
  }
  if (has_ended_well(row) && row.age_ms) {
    ended_[index_of(service_port(row, ports).opened)].add(*row.age_ms);
  } else if (has_just_begun(row)) {
    ++begun_[index_of(service_port(row, ports).opened)];
  }
}

double Turnover::beside(const StuckRows& stuck, const DiagnosisFacts& facts) const {
  const AgeSpan span = stuck.ages().younger_half();
  const std::uint64_t stuck_then = stuck.ages().in(span);
  // Of rows that became stuck one after the other about half lie there; of a break of all at once hardly any do, and
  // what is well since says nothing of those.
  constexpr std::uint64_t kAtLeastOneIn = 4;
  if (stuck_then * kAtLeastOneIn < stuck.rows() || stuck_then == 0) return 0;
  return in(span, stuck.opened(), facts) * static_cast<double>(stuck.rows()) / static_cast<double>(stuck_then);
}

/// Each of these is too little rather than too much: who closes last leaves no row.
double Turnover::in(AgeSpan span, Opened opened, const DiagnosisFacts& facts) const {
  const auto seconds = static_cast<double>(span.seconds());
  return std::max({static_cast<double>(ended_[index_of(opened)].in(span)),
                   static_cast<double>(begun_[index_of(opened)]) * seconds,
                   counted_per_s(span, opened, facts).value_or(0) * seconds});
}

std::optional<double> Turnover::counted_per_s(AgeSpan span, Opened opened, const DiagnosisFacts& facts) const {
  if (facts.before == nullptr) return std::nullopt;
  const double seconds = facts.seconds();
  // What is counted before most of them got stuck is no sign that others are well since.
  if (seconds <= 0 || seconds > static_cast<double>(span.end)) return std::nullopt;
  const auto accepted = facts.grown(&KernelCounters::passive_opens);
  const auto attempts = facts.grown(&KernelCounters::active_opens);
  const auto failed = facts.grown(&KernelCounters::attempt_fails);
  // Of connections within this host each end counts.
  if (within_host_ && (!accepted || !attempts)) return std::nullopt;
  const std::uint64_t within = within_host_ ? std::min(*accepted, *attempts) : 0;
  if (opened == Opened::there) {
    return accepted ? std::optional(static_cast<double>(*accepted - within) / seconds) : std::nullopt;
  }
  if (!attempts || !failed) return std::nullopt;
  // Those that still wait for an answer have opened nothing yet.
  const auto waiting = attempts_.in({0, static_cast<std::size_t>(seconds) + 1}) + untimed_attempts_;
  const std::uint64_t others = *failed + waiting + within;
  return static_cast<double>(*attempts - std::min(*attempts, others)) / seconds;
}

}  // namespace tcpstat::diagnose
