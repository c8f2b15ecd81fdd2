// CLOSING, and with it FIN_WAIT1 and LAST_ACK: our FIN is sent and not acknowledged, ordinarily for one round trip.
// Retransmissions tell which peers are gone. A probe timer tells that a peer does not read, or that nothing goes out
// here.

#include <algorithm>
#include <array>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/full_segments.h"
#include "diagnose/in_common.h"
#include "diagnose/row_groups.h"
#include "diagnose/timer_age.h"
#include "diagnose/turnover.h"
#include "machine/dwell.h"
#include "model/row_rules.h"
#include "model/tcp_info.h"

namespace tcpstat::diagnose::closing {
namespace {

constexpr auto kLimits = std::to_array<ThresholdInfo>({
    {"warning", 20, "sockets", "whose FIN went out unanswered: clients that vanish leave a few on any public server"},
    {"critical", 200, "sockets", "a path or a large peer is gone"},
    {"some", 0.05, "ratio", "of all connections: below that they are clients that vanished, which is worth knowing"},
    {"retransmits", 3, "times", "at least 1.4 s without an answer, which is beyond any ordinary round trip"},
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {"closing-stuck", "do FINs that this side sent stay unacknowledged?",
     "RFC 9293 §3.6, §3.10.4; tcp(7) tcp_orphan_retries; net/ipv4/tcp_timer.c, tcp_orphan_retries() and "
     "tcp_probe_timer()",
     kLimits},
});
constexpr const RuleInfo& kRule = kRules[0];
constexpr StateSet kStates = {State::fin_wait1, State::last_ack, State::closing};

class Closing : public Diagnosis {
 public:
  explicit Closing(const RuleLimits& rule_limits)
      : rule_limits_(rule_limits), least_retransmits_(limit_of(rule_limits, kRule, "retransmits")) {}

  // All states, because their share of all connections counts.
  [[nodiscard]] StateSet states() const override { return StateSet::all() - StateSet{State::listen, State::close}; }

  void connection(const Connection& row) override {
    ++all_;
    if (row.state == State::time_wait) ++ended_;
    if (!kStates.has(row.state)) return;
    const HeldBy held = held_by(row);
    if (held == HeldBy::nothing && row.timer != TimerKind::retransmit) return;
    // A peer that answers probes resets the count of those, not the doublings of the timer.
    static constexpr const TcpInfoField& kBackoff = tcp_info_field("backoff");
    const auto doublings = held != HeldBy::nothing ? tcp_info_value(row.tcp_info, kBackoff).value_or(0) : 0;
    const auto tries = std::max<std::uint64_t>(row.retransmits.value_or(0), doublings);
    if (static_cast<double>(tries) < least_retransmits_) return;
    ++by_cause_[static_cast<std::size_t>(held)];
    // The connection may have been idle before it was closed.
    auto age = since_ack_ms(row);
    if (held == HeldBy::nothing) {
      if (const auto unanswered = unanswered_ms(row); unanswered.value_or(0) > 0) age = unanswered;
      if (waits_for_first_full_segment(row)) ++full_segments_;
    }
    total_.add(row, age, rule_limits_.ports);
    stuck_.add(row, age, rule_limits_.ports);
    peers_.of(peer_of(row)).add(row, age, rule_limits_.ports);
    ++by_state_[static_cast<std::size_t>(row.state)];
  }

  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    const double warning = limit_of(rule_limits_, kRule, "warning");
    const double critical = limit_of(rule_limits_, kRule, "critical");
    Severity severity = judged(static_cast<double>(total_.rows), warning, critical);
    if (severity == Severity::ok) return;
    const double some = limit_of(rule_limits_, kRule, "some");
    // A FIN of a client that vanished stays for minutes, and a client that closes first leaves no row at all.
    const double meanwhile = facts.turnover->beside(stuck_, facts);
    const double all = std::max(static_cast<double>(all_), static_cast<double>(all_ - ended_) + meanwhile);
    const double share = static_cast<double>(total_.rows) / all;
    if (share < some) severity = Severity::info;
    const auto peers = peers_.largest();
    const auto& first = peers.front();
    const bool one_peer = first.group->rows * 2 > total_.rows;
    std::vector<Evidence> because = {
        measured("unacknowledged_fins", static_cast<double>(total_.rows), warning, "sockets", kFromDump),
        measured("share_of_connections", share, some, "ratio", kFromDump),
        measured("most_retransmits", total_.worst, least_retransmits_, "times", kFromDump),
        measured("behind_closed_windows", static_cast<double>(count(HeldBy::window)), "sockets", kFromDump),
        measured("not_sent", static_cast<double>(count(HeldBy::way_out)), "sockets", kFromDump),
        measured("largest_of_one_peer", static_cast<double>(first.group->rows), "sockets", kFromDump),
    };
    add_well_meanwhile(meanwhile, because);
    std::string stuck;
    for (const StateInfo& row : tcpstat::states()) {
      const std::uint64_t count = by_state_[static_cast<std::size_t>(row.state)];
      if (count == 0) continue;
      because.push_back(measured(row.key, static_cast<double>(count), "sockets", kFromDump));
      stuck += (stuck.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(row.name);
    }
    if (const auto limit = machine::dwell_bound(State::last_ack).limit(rule_limits_.limits);
        limit.kind == machine::DwellLimit::Kind::bounded) {
      because.push_back(
          measured("longest_s", std::chrono::duration<double>(limit.most).count(), "s", "net.ipv4.tcp_orphan_retries"));
    }
    Finding one(std::string(kRule.id), severity, one_peer ? subject_of(first.key, *first.group) : Subject::host(),
                std::move(because));
    one.value = static_cast<double>(total_.rows);
    one.unit = "sockets";
    one.warning = warning;
    one.critical = critical;
    one.message =
        counted(total_.rows, "connection") + " cannot finish closing (" + stuck + ")" + oldest_text(total_.oldest_ms);
    one.brief = counted(total_.rows, "connection") + " cannot finish closing";
    const InCommon common(stuck_, peers_, facts.turnover->heard());
    std::string which = common.filter();
    if (!which.empty()) which = which.substr(1) + " ";
    if (count(HeldBy::window) * 2 > total_.rows) {
      one.why = "peers do not read, and the FIN waits behind data";
      one.advice = "look at the programs of these peers";
    } else if (count(HeldBy::way_out) * 2 > total_.rows) {
      one.why = "nothing goes out to them: no route, link down or dropped on the way out";
      one.advice = "check the route, the link and the firewall of this host";
    } else if (count(HeldBy::unknown) * 2 > total_.rows) {
      one.why = "peers do not read, or nothing goes out here; only --source netlink tells";
    } else if (full_segments_ * 2 > total_.rows && are_nearly_all(full_segments_, count(HeldBy::nothing))) {
      one.why = "full segments do not come through, " + std::string(kSmallerMtu);
      one.advice = kFindMtu;
    } else if (one_peer) {
      one.why = "most of them to " + subject_of(first.key, *first.group).text() + ", which is gone or cut off";
      one.advice = "see whether it is up and reachable";
    } else {
      tell_silence(meanwhile, common, one);
    }
    if (one_peer) which = filter_text(first.key) + " ";
    one.next = list_command(kStates, which + "--sort retransmits:desc --limit 20");
    out.push_back(std::move(one));
  }

 private:
  /// What nobody acknowledges, of many peers.
  void tell_silence(double meanwhile, const InCommon& common, Finding& one) const {
    const std::string well = well_meanwhile(meanwhile);
    const std::string peers = peers_.how_many("peer") + common.where();
    // The FIN of such a peer came after ours had gone out.
    const std::uint64_t there = by_state_[static_cast<std::size_t>(State::closing)];
    one.why = there * 2 > total_.rows ? peers + " sent their FINs, so they are there: what goes out does not reach them"
                                      : "no answer from " + peers;
    if (!well.empty()) one.why += ", while " + well;
    if (common.tells()) {
      one.because(common.why());
      one.advice = common.advice();
    } else if (well.empty() && !common.others_heard) {
      // Where others are well, the way out is.
      one.advice = "look at this host's way out";
    }
  }

  [[nodiscard]] std::uint64_t count(HeldBy cause) const { return by_cause_[static_cast<std::size_t>(cause)]; }

  const RuleLimits& rule_limits_;
  double least_retransmits_;
  std::uint64_t all_ = 0;
  RowGroup total_;
  RowGroups peers_;
  StuckRows stuck_;
  std::uint64_t full_segments_ = 0;
  std::uint64_t ended_ = 0;  ///< of all: TIME_WAIT
  std::array<std::uint64_t, 4> by_cause_{};
  std::array<std::uint64_t, kStateCount + 1> by_state_{};
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<Closing>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::closing
