// FIN_WAIT2: we closed, the peer acknowledged and has not closed. It has two forms: a time-wait socket without a
// process, which tcp_fin_timeout ends, and a full socket that a program holds half-closed for as long as it likes.

#include <array>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/row_groups.h"
#include "diagnose/worst_findings.h"
#include "model/row_rules.h"

namespace tcpstat::diagnose::fin_wait2 {
namespace {

constexpr auto kOrphanLimits = std::to_array<ThresholdInfo>({
    {"warning", 1000, "sockets", "of any number of peers: at 60 s each that is 17 a second that do not close"},
    {"share", 0.1, "ratio", "of all connections; worth knowing below `warning` too, from share_least on"},
    {"share_least", 100, "sockets", "a share of few connections says nothing"},
    {"critical", 0.5, "ratio", "of tcp_max_tw_buckets, which they share with TIME_WAIT"},
    {"age_s", 2, "s", "an ordinary peer closes within a round trip"},
});
constexpr auto kHeldLimits = std::to_array<ThresholdInfo>({
    {"warning", 10, "sockets", "older than age_s, of one process: a few may wait for a slow answer"},
    {"critical", 100, "sockets", "no timer ends them: descriptors leak"},
    {"age_s", 60, "s", "without a segment of the peer; an answer that still comes in acknowledges"},
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {"fin-wait2-orphans", "do peers fail to close what this side has closed?",
     "RFC 9293 §3.6; net/ipv4/tcp.c, __tcp_close(): a time-wait socket for tcp_fin_timeout", kOrphanLimits},
    {"half-close-held", "do programs keep sockets that they shut down for writing and never closed?",
     "RFC 9293 §3.6, half-closed; shutdown(2) SHUT_WR leaves the socket without a timer", kHeldLimits},
});
constexpr const RuleInfo& kOrphans = kRules[0];
constexpr const RuleInfo& kHeld = kRules[1];

class FinWait2 : public Diagnosis {
 public:
  explicit FinWait2(const RuleLimits& rule_limits)
      : rule_limits_(rule_limits),
        orphan_age_ms_(limit_of(rule_limits, kOrphans, "age_s") * 1000),
        held_age_ms_(limit_of(rule_limits, kHeld, "age_s") * 1000) {}

  // All states, because their share of all connections counts.
  [[nodiscard]] StateSet states() const override { return StateSet::all() - StateSet{State::listen, State::close}; }

  void connection(const Connection& row) override {
    ++all_;
    if (row.state != State::fin_wait2) return;
    if (row.minisocket || row.timer == TimerKind::time_wait) {
      if (row.age_ms && static_cast<double>(*row.age_ms) < orphan_age_ms_) return;
      orphans_.of(peer_of(row)).add(row, row.age_ms, rule_limits_.ports);
      total_.add(row, row.age_ms, rule_limits_.ports);
      return;
    }
    const auto age = since_ack_ms(row);
    if (row.inode != 0 && !age) ++untimed_;
    if (row.inode == 0 || !age || static_cast<double>(*age) < held_age_ms_) return;
    held_.of(holder_of(row, rule_limits_.ports)).add(row, age, rule_limits_.ports);
  }

  void conclude(const DiagnosisFacts& /*facts*/, std::vector<Finding>& out) override {
    judge_orphans(out);
    judge_held(out);
  }

  void not_seen(std::vector<Unseen>& out) const override {
    if (untimed_ == 0) return;
    out.push_back(untold_by(untimed_, kHeld.id,
                            "how long programs have held " + counted(untimed_, "connection") + " half-closed"));
  }

 private:
  void judge_orphans(std::vector<Finding>& out) const {
    const auto rows = static_cast<double>(total_.rows);
    const double warning = limit_of(rule_limits_, kOrphans, "warning");
    const double most_share = limit_of(rule_limits_, kOrphans, "share");
    const double share = all_ == 0 ? 0 : rows / static_cast<double>(all_);
    const bool many = rows >= warning;
    const bool large = share > most_share && rows >= limit_of(rule_limits_, kOrphans, "share_least");
    const auto buckets = rule_limits_.settings.max_tw_buckets;
    std::optional<double> critical;
    if (buckets && *buckets > 0)
      critical = limit_of(rule_limits_, kOrphans, "critical") * static_cast<double>(*buckets);
    const bool full = critical && rows >= *critical;
    if (!many && !large && !full) return;

    const auto peers = orphans_.largest();
    const auto& first = peers.front();
    std::vector<Evidence> because = {
        measured("fin_wait2_orphans", rows, warning, "sockets", kFromDump),
        measured("share_of_connections", share, most_share, "ratio", kFromDump),
        measured("largest_of_one_peer", static_cast<double>(first.group->rows), "sockets", kFromDump),
    };
    if (critical)
      because.push_back(measured("fin_wait2_orphans", rows, *critical, "sockets", "net.ipv4.tcp_max_tw_buckets"));
    // They take room of TIME_WAIT and nothing else, and browsers leave some on any server.
    const Severity severity = full ? Severity::critical : (many ? Severity::warning : Severity::info);
    Finding one(std::string(kOrphans.id), severity, Subject::host(), std::move(because));
    one.value = rows;
    one.unit = "sockets";
    one.warning = warning;
    one.critical = critical;
    one.message =
        counted(total_.rows, "closed connection") + " whose peers do not close" + oldest_text(total_.oldest_ms);
    one.brief = counted(total_.rows, "closed connection") + " whose peers do not close";
    const std::string of_one = std::to_string(first.group->rows) + " of " + subject_of(first.key, *first.group).text();
    const bool one_peer = first.group->rows * 2 > total_.rows;
    one.why =
        one_peer ? "most of one peer: " + of_one : "spread over " + orphans_.how_many("peer") + ", at most " + of_one;
    one.advice = one_peer ? "look there for " + std::string(name(State::close_wait))
                          : "shorten net.ipv4.tcp_fin_timeout, which ends them, if they take too much room";
    one.next = "tcpstat summary --by remote_address,local_port --state " + std::string(name(State::fin_wait2));
    out.push_back(std::move(one));
  }

  void judge_held(std::vector<Finding>& out) const {
    const double warning = limit_of(rule_limits_, kHeld, "warning");
    const double critical = limit_of(rule_limits_, kHeld, "critical");
    std::size_t said = 0;
    for (const auto& [key, group] : held_.largest()) {
      const Severity severity = judged(static_cast<double>(group->rows), warning, critical);
      if (severity == Severity::ok || said++ == kMostFindings) return;
      const Subject about = subject_of(key, *group);
      const std::string who = actor_text(key, about);
      Finding one(std::string(kHeld.id), severity, about,
                  {measured("half_closed", static_cast<double>(group->rows), warning, "sockets", kFromDump),
                   measured("oldest_last_ack_s", static_cast<double>(*group->oldest_ms) / 1000,
                            limit_of(rule_limits_, kHeld, "age_s"), "s", "tcp_info")});
      one.value = static_cast<double>(group->rows);
      one.unit = "sockets";
      one.warning = warning;
      one.critical = critical;
      one.message = actor_sentence(key, who) + " holds " + counted(group->rows, "connection") + held_text(key, *group) +
                    " that it shut down and never closed" + oldest_text(group->oldest_ms);
      one.brief = who + " holds " + counted(group->rows, "half-closed connection") +
                  (key.pid != 0 ? "" : held_text(key, *group));
      one.why = "the peers do not close either, and no timer ends them";
      one.advice = "let the program close them, or end them after a time-out";
      one.next = list_command({State::fin_wait2}, "-p -i " + filter_text(key));
      out.push_back(std::move(one));
    }
  }

  const RuleLimits& rule_limits_;
  double orphan_age_ms_;
  double held_age_ms_;
  RowGroups orphans_;
  RowGroup total_;
  RowGroups held_;
  std::uint64_t all_ = 0;
  std::uint64_t untimed_ = 0;  ///< held, of unknown age
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<FinWait2>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::fin_wait2
