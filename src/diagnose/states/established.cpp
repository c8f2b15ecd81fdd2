// ESTABLISHED: open connections on which nothing moves. The running timer tells which end is to blame: a probe timer
// means that the peer does not read, a retransmit timer that it does not answer, a keepalive timer with probes that it
// is not there; bytes that wait here are this side's own.

#include <algorithm>
#include <array>
#include <cmath>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/row_groups.h"
#include "model/kernel_timers.h"
#include "model/row_rules.h"
#include "model/tcp_info.h"

namespace tcpstat::diagnose {
namespace {

constexpr ThresholdInfo kShare = {
    "share", 0.001, "ratio",
    "of all open connections, at least one: public servers always have clients that walked away"};

constexpr auto kAliveLimits = std::to_array<ThresholdInfo>({
    {"warning", 10, "s", "a window that stays closed that long is no full buffer, but a program that stopped"},
    {"critical", 60, "s", "no timer ends it while the peer answers"},
    {"sockets", 10, "sockets", "of one peer, past the warning: critical, since its whole program stands still"},
    kShare,
});
constexpr auto kGoneLimits = std::to_array<ThresholdInfo>({
    {"warning", 3, "probes", "in a row without an answer: lost segments are fewer"},
    {"critical", 6, "probes", "tcp_retries2 gives up after 15"},
    kShare,
});
constexpr auto kRetransmitLimits = std::to_array<ThresholdInfo>({
    {"warning", 3, "times", "the same data: at least 1.4 s without an answer"},
    {"critical", 6, "times", "at least 12 s without an answer"},
    {"age_s", 30, "s", "without an answer, however few times on a slow path: critical"},
    kShare,
    {"host_warning", 0.02, "ratio", "of segments sent between two samples: throughput already suffers"},
    {"host_critical", 0.05, "ratio", "of segments sent between two samples: the link or path is broken"},
    {"host_least", 1000, "segments", "sent between the samples; a share of few says nothing"},
});
constexpr auto kKeepaliveLimits = std::to_array<ThresholdInfo>({
    {"warning", 2, "probes", "in a row without an answer; a healthy connection shows 0"},
    {"critical", 8, "probes", "one before the kernel gives up; by default follows tcp_keepalive_probes"},
    kShare,
});
constexpr auto kNotReadingLimits = std::to_array<ThresholdInfo>({
    {"warning", 1, "sockets", "of one process: what comes in is read at once, or something is wrong"},
    {"critical", 10, "sockets", "of one process: it stands still"},
    {"age_s", UnreadLimits{}.age_s, "s", "since data came in that still waits"},
    {"full", UnreadLimits{}.full, "ratio",
     "of the receive buffer, overhead included; or no window is left, whatever the buffer holds"},
    {"full_age_s", UnreadLimits{}.full_age_s, "s", "a buffer that is full for less is a burst"},
});

constexpr auto kRules = std::to_array<RuleInfo>({
    {"zero-window-alive", "do peers answer, and not read what they are sent?",
     "RFC 9293 §3.8.6.1; net/ipv4/tcp_timer.c, tcp_probe_timer()", kAliveLimits},
    {"zero-window-gone", "did peers with a closed window stop answering?",
     "RFC 9293 §3.8.6.1; tcp(7) tcp_retries2; net/ipv4/tcp_timer.c, tcp_probe_timer()", kGoneLimits},
    {"retransmitting", "do open connections send the same data again and again?",
     "RFC 6298 §5; tcp(7) tcp_retries2; net/ipv4/tcp_timer.c, tcp_retransmit_timer()", kRetransmitLimits},
    {"keepalive-dead", "do peers leave keepalive probes unanswered?",
     "RFC 9293 §3.8.4; tcp(7) tcp_keepalive_probes; net/ipv4/tcp_timer.c, tcp_keepalive_timer()", kKeepaliveLimits},
    {"not-reading", "do programs leave received data unread?",
     "tcp(7) SIOCINQ; net/ipv4/tcp.c, tcp_get_info(): tcpi_last_data_recv; net/core/sock.c, sk_get_meminfo()",
     kNotReadingLimits},
});
constexpr const RuleInfo& kAlive = kRules[0];
constexpr const RuleInfo& kGone = kRules[1];
constexpr const RuleInfo& kRetransmit = kRules[2];
constexpr const RuleInfo& kKeepalive = kRules[3];
constexpr const RuleInfo& kNotReading = kRules[4];

constexpr std::size_t kMostFindings = 5;

std::optional<std::uint64_t> rto_ms(const Connection& row) {
  static constexpr const TcpInfoField& kField = tcp_info_field("rto_ms");
  return tcp_info_value(row.tcp_info, kField);
}
std::optional<std::uint64_t> backoff(const Connection& row) {
  static constexpr const TcpInfoField& kField = tcp_info_field("backoff");
  return tcp_info_value(row.tcp_info, kField);
}

/// Rows that one rule matches, by peer. Its limits are looked up once, not for each row.
struct RuleMatches {
  RuleMatches(const RuleInfo& of, const RuleLimits& by)
      : rule(of), rule_limits(by), warning(limit_of(by, of, "warning")), critical(limit_of(by, of, "critical")) {}

  void add(const Connection& row, std::optional<std::uint64_t> age_ms, Severity severity) {
    if (severity == Severity::ok) return;
    all.add(row, age_ms, rule_limits.settings);
    peers.of(peer_of(row)).add(row, age_ms, rule_limits.settings);
    worst = worse(worst, severity);
  }
  /// By its retransmissions or probes.
  void add(const Connection& row, std::optional<std::uint64_t> age_ms) {
    add(row, age_ms, judged(row.retransmits.value_or(0), warning, critical));
  }

  const RuleInfo& rule;
  const RuleLimits& rule_limits;
  double warning;
  double critical;
  RowGroup all;
  RowGroups peers;
  Severity worst = Severity::ok;
};

/// What differs between the rules that judge peers.
struct Words {
  std::string_view quantity;
  std::string_view unit;
  std::string_view what;  ///< "connections …"
  std::string_view why;
};

class Established : public Diagnosis {
 public:
  explicit Established(const RuleLimits& rule_limits)
      : rule_limits_(rule_limits),
        alive_(kAlive, rule_limits),
        gone_(kGone, rule_limits),
        retransmit_(kRetransmit, rule_limits),
        keepalive_(kKeepalive, rule_limits),
        unread_limits_{.age_s = limit(kNotReading, "age_s"),
                       .full = limit(kNotReading, "full"),
                       .full_age_s = limit(kNotReading, "full_age_s")} {
    // One before the kernel gives up, unless somebody chose another number.
    const auto probes = rule_limits.limits.keepalive_probes;
    if (probes && keepalive_.critical == Thresholds{}.get(kKeepalive, "critical")) {
      keepalive_.critical = std::max(static_cast<double>(*probes) - 1, keepalive_.warning);
    }
  }

  [[nodiscard]] StateSet states() const override { return {State::established}; }

  void connection(const Connection& row) override {
    ++open_;
    if (has_zero_window(row)) {
      if (row.retransmits.value_or(0) > 0) {
        gone_.add(row, since_ack_ms(row));
      } else if (row.send_queue.value_or(0) > 0) {
        see_closed_window(row);
      }
    } else if (is_retransmitting(row)) {
      see_retransmit(row);
    } else if (is_keepalive_unanswered(row)) {
      keepalive_.add(row, since_ack_ms(row));
    }
    // What no program has accepted, none can read.
    if (row.inode != 0 && is_not_read(row, unread_limits_)) see_unread(row);
  }

  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    const auto blocking = alive_.peers.largest();
    if (!blocking.empty() && static_cast<double>(blocking.front().group->rows) >= limit(kAlive, "sockets")) {
      alive_.worst = Severity::critical;
    }
    report(alive_, {"window_closed_s", "s", " for a peer that answers and does not read", "its program stands still"},
           out);
    report(gone_,
           {"unanswered_probes", "probes", " for a peer with a closed window that no longer answers",
            "it is gone or cut off"},
           out);
    report(retransmit_,
           {"retransmits", "times", " for an answer to data sent again and again",
            "the peer is gone, or the path loses everything"},
           out);
    report(keepalive_, {"unanswered_probes", "probes", " for an answer to keepalive probes", "the peer is gone"}, out);
    judge_unread(out);
    judge_host(facts, out);
  }

 private:
  [[nodiscard]] double limit(const RuleInfo& rule, std::string_view name) const {
    return limit_of(rule_limits_, rule, name);
  }
  [[nodiscard]] std::uint64_t rto_max_ms() const {
    return static_cast<std::uint64_t>(rto_max(rule_limits_.limits).count());
  }

  /// Since the window closed. The interval doubles from the retransmission timeout on (net/ipv4/tcp_output.c,
  /// tcp_probe0_when()); without tcp_info, what is left of the running one is the least that it can be.
  [[nodiscard]] std::optional<std::uint64_t> window_closed_ms(const Connection& row) const {
    if (!row.timer_ms) return std::nullopt;
    const auto rto = rto_ms(row);
    const auto doublings = backoff(row);
    if (!rto || !doublings) return *row.timer_ms;
    std::uint64_t sum = 0;
    std::uint64_t interval = *rto;
    for (std::uint64_t i = 0; i <= *doublings; ++i) {
      sum += std::min(interval, rto_max_ms());
      if (interval < rto_max_ms()) interval *= 2;
    }
    return sum > *row.timer_ms ? sum - *row.timer_ms : 0;
  }

  /// Since the data was first sent. The timeout doubles each time, so the passed ones are as long as the running one,
  /// less the first.
  [[nodiscard]] std::optional<std::uint64_t> unanswered_ms(const Connection& row) const {
    const auto rto = rto_ms(row);
    const auto doublings = backoff(row);
    if (!rto || !doublings || !row.timer_ms) return std::nullopt;
    const std::uint64_t all = 2 * *rto - (*rto >> std::min<std::uint64_t>(*doublings, 63));
    const std::uint64_t passed = all > *row.timer_ms ? all - *row.timer_ms : 0;
    return std::min(passed, since_ack_ms(row).value_or(passed));
  }

  void see_closed_window(const Connection& row) {
    const auto age = window_closed_ms(row);
    if (!age) return;
    alive_.add(row, age, judged(static_cast<double>(*age) / 1000, alive_.warning, alive_.critical));
  }

  void see_retransmit(const Connection& row) {
    Severity severity = judged(*row.retransmits, retransmit_.warning, retransmit_.critical);
    if (severity == Severity::ok) return;
    const auto age = unanswered_ms(row);
    if (age && static_cast<double>(*age) / 1000 >= limit(kRetransmit, "age_s")) severity = Severity::critical;
    retransmit_.add(row, age, severity);
  }

  void see_unread(const Connection& row) {
    unread_bytes_ += *row.recv_queue;
    if (is_buffer_full(row, unread_limits_.full)) ++full_;
    fullest_ = std::max(fullest_, recv_buffer_fill(row).value_or(0));
    unread_.of(holder_of(row, rule_limits_.settings)).add(row, since_data_ms(row), rule_limits_.settings);
  }

  void report(const RuleMatches& matches, const Words& words, std::vector<Finding>& out) const {
    const double least = std::max(1.0, std::ceil(limit(matches.rule, "share") * static_cast<double>(open_)));
    if (matches.worst == Severity::ok || static_cast<double>(matches.all.rows) < least) return;
    const auto peers = matches.peers.largest();
    const auto& first = peers.front();
    const bool one_peer = first.group->rows * 2 > matches.all.rows;
    const bool by_age = &matches.rule == &kAlive;
    const double worst = by_age ? static_cast<double>(matches.all.oldest_ms.value_or(0)) / 1000 : matches.all.worst;
    std::vector<Evidence> because = {
        measured(words.quantity, worst,
                 matches.worst == Severity::critical && worst >= matches.critical ? matches.critical : matches.warning,
                 words.unit, kFromDump),
        measured("sockets", static_cast<double>(matches.all.rows), least, "sockets", kFromDump),
        measured("largest_of_one_peer", static_cast<double>(first.group->rows), "sockets", kFromDump),
        measured("peers", static_cast<double>(peers.size()), "peers", kFromDump),
    };
    if (!by_age && matches.all.oldest_ms) {
      because.push_back(measured("oldest_s", static_cast<double>(*matches.all.oldest_ms) / 1000, "s", "tcp_info"));
    }
    const Subject about = one_peer ? subject_of(first.key, *first.group) : Subject::host();
    const std::string subject = about.text();
    Finding one(std::string(matches.rule.id), matches.worst, about, std::move(because));
    one.value = worst;
    one.unit = words.unit;
    one.warning = matches.warning;
    one.critical = matches.critical;
    one.message = counted(matches.all.rows, "connection") + (matches.all.rows == 1 ? " waits" : " wait") +
                  std::string(words.what) + oldest_text(matches.all.oldest_ms) + "; ";
    if (peers.size() == 1) {
      one.message += subject + ": " + std::string(words.why);
    } else if (one_peer) {
      one.message += std::to_string(first.group->rows) + " of them with " + subject + ": " + std::string(words.why);
    } else {
      one.message += "spread over " + counted(peers.size(), "peer") + ": look at this host's own link first";
    }
    one.next = list_command({State::established},
                            one_peer ? "-p -i " + filter_text(first.key) : "-p --sort retransmits:desc --limit 20");
    out.push_back(std::move(one));
  }

  void judge_unread(std::vector<Finding>& out) const {
    std::size_t said = 0;
    for (const auto& [key, group] : unread_.largest()) {
      const Severity severity =
          judged(static_cast<double>(group->rows), limit(kNotReading, "warning"), limit(kNotReading, "critical"));
      if (severity == Severity::ok || said++ == kMostFindings) return;
      const Subject about = subject_of(key, *group);
      const std::string subject = about.text();
      const double oldest = static_cast<double>(*group->oldest_ms) / 1000;
      const bool by_age = oldest > limit(kNotReading, "age_s");
      Finding one(
          std::string(kNotReading.id), severity, about,
          {measured("connections_not_read", static_cast<double>(group->rows), limit(kNotReading, "warning"), "sockets",
                    kFromDump),
           measured("oldest_last_data_s", oldest, limit(kNotReading, by_age ? "age_s" : "full_age_s"), "s", "tcp_info"),
           measured("unread_of_all", static_cast<double>(unread_bytes_), "bytes", kFromDump),
           measured("full_of_all", static_cast<double>(full_), "sockets", kFromDump),
           measured("fullest_of_all", fullest_, limit(kNotReading, "full"), "ratio", kFromDump)});
      one.value = static_cast<double>(group->rows);
      one.unit = "sockets";
      one.warning = limit(kNotReading, "warning");
      one.critical = limit(kNotReading, "critical");
      one.message = subject + " does not read " + counted(group->rows, "connection") +
                    (key.pid != 0 ? service_text(*group) : "") + " where data " +
                    (by_age ? "waits" : "fills the receive buffer") + oldest_text(group->oldest_ms) +
                    ": it is stuck, or waits for something else";
      one.next = list_command({State::established}, "-p -i " + filter_text(key));
      out.push_back(std::move(one));
    }
  }

  void judge_host(const DiagnosisFacts& facts, std::vector<Finding>& out) const {
    const auto sent = facts.grown(&KernelCounters::out_segs);
    auto again = facts.grown(&KernelCounters::retrans_segs);
    // SYNs and SYN+ACKs repeated in vain tell of clients that are not there, not of a path (tcp_rtx_synack()).
    const auto handshakes = facts.grown(&KernelCounters::syn_retrans);
    if (again && handshakes) again = *again - std::min(*again, *handshakes);
    if (!sent || !again || static_cast<double>(*sent) < limit(kRetransmit, "host_least")) return;
    const double share = static_cast<double>(*again) / static_cast<double>(std::max<std::uint64_t>(*sent, 1));
    const double warning = limit(kRetransmit, "host_warning");
    const double critical = limit(kRetransmit, "host_critical");
    const Severity severity = judged(share, warning, critical);
    if (severity == Severity::ok) return;
    Finding one(std::string(kRetransmit.id), severity, Subject::host(),
                {measured("retransmitted_share", share, warning, "ratio",
                          "/proc/net/snmp RetransSegs, OutSegs; TCPSynRetrans left out"),
                 measured("segments_sent", static_cast<double>(*sent), limit(kRetransmit, "host_least"), "segments",
                          "/proc/net/snmp OutSegs")});
    one.value = share;
    one.unit = "ratio";
    one.warning = warning;
    one.critical = critical;
    one.message =
        percent(share) + " of the segments that this host sends are retransmissions: a link or a path loses them";
    one.next = "tcpstat -i --sort retransmits:desc --limit 20";
    out.push_back(std::move(one));
  }

  const RuleLimits& rule_limits_;
  std::uint64_t open_ = 0;
  std::uint64_t unread_bytes_ = 0;
  std::uint64_t full_ = 0;
  double fullest_ = 0;
  RuleMatches alive_;
  RuleMatches gone_;
  RuleMatches retransmit_;
  RuleMatches keepalive_;
  UnreadLimits unread_limits_;
  RowGroups unread_;
};

}  // namespace

std::unique_ptr<Diagnosis> make_established_diagnosis(const RuleLimits& rule_limits) {
  return std::make_unique<Established>(rule_limits);
}
std::span<const RuleInfo> established_rules() { return kRules; }

}  // namespace tcpstat::diagnose
