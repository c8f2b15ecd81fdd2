// ESTABLISHED, and CLOSE_WAIT while data goes out: open connections on which nothing moves. The running timer tells
// which end is to blame: a retransmit timer means that the peer does not answer, a keepalive timer with probes that it
// is not there, a probe timer that its window is closed or that nothing goes out here. (Windows that stay closed while
// the peer answers: closed_windows.cpp.)

#include <algorithm>
#include <array>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/full_segments.h"
#include "diagnose/peer_rule.h"
#include "diagnose/timer_age.h"
#include "model/row_rules.h"
#include "model/tcp_info.h"

namespace tcpstat::diagnose::established {
namespace {

constexpr auto kGoneLimits = std::to_array<ThresholdInfo>({
    {"warning", 3, "probes", "in a row without an answer: lost segments are fewer"},
    {"critical", 6, "probes", "tcp_retries2 gives up after 15"},
    kLeastShare,
    kSomeShare,
    kMostShare,
});
constexpr auto kNotSentLimits = std::to_array<ThresholdInfo>({
    {"warning", 3, "tries", "in a row that failed here: a device that is full for a moment has room by then"},
    {"critical", 6, "tries", "tcp_retries2 gives up after 15"},
    {"age_s", 10, "s", "since the first try where the source does not tell what keeps the data"},
    kLeastShare,
    {"some", 0, "ratio", "of all open connections: what cannot be sent is this host's trouble, however little it is"},
    kMostShare,
});
constexpr auto kRetransmitLimits = std::to_array<ThresholdInfo>({
    {"warning", 3, "times", "the same data: at least 1.4 s without an answer"},
    {"critical", 6, "times", "at least 12 s without an answer"},
    {"age_s", 30, "s", "without an answer, however few times on a slow path: critical"},
    kLeastShare,
    kSomeShare,
    kMostShare,
    {"host_warning", 0.02, "ratio", "of segments sent between two samples: throughput already suffers"},
    {"host_critical", 0.05, "ratio", "of segments sent between two samples: the link or path is broken"},
    {"host_least", 1000, "segments", "sent between the samples; a share of few says nothing"},
    {"host_again", 20, "segments",
     "sent again between the samples: enough, however few were sent, if most connections lose some"},
    {"lossy", 0.02, "ratio", "of the data segments of one connection: it has loss of its own"},
    {"alike", 3, "sockets",
     "all that wait, if each sends full segments of which none was ever acknowledged, or was idle for long before"},
    {"idle_s", 120, "s", "without a byte of the peer before: firewalls and NATs forget idle connections from there on"},
});
constexpr auto kKeepaliveLimits = std::to_array<ThresholdInfo>({
    {"warning", 2, "probes", "in a row without an answer; a healthy connection shows 0"},
    {"critical", 8, "probes", "one before the kernel gives up; by default follows tcp_keepalive_probes"},
    kLeastShare,
    kSomeShare,
    kMostShare,
});

constexpr auto kRules = std::to_array<RuleInfo>({
    {"zero-window-gone", "did peers with a closed window stop answering?",
     "RFC 9293 §3.8.6.1; tcp(7) tcp_retries2; net/ipv4/tcp_timer.c, tcp_probe_timer()", kGoneLimits},
    {"not-sent", "do connections hold data that this host cannot send?",
     "net/ipv4/tcp_output.c, tcp_write_xmit(), tcp_check_probe_timer() and tcp_send_probe0()", kNotSentLimits},
    {kRetransmittingRule, "do open connections send the same data again and again?",
     "RFC 6298 §5; tcp(7) tcp_retries2; net/ipv4/tcp_timer.c, tcp_retransmit_timer()", kRetransmitLimits},
    {"keepalive-dead", "do peers leave keepalive probes unanswered?",
     "RFC 9293 §3.8.4; tcp(7) tcp_keepalive_probes; net/ipv4/tcp_timer.c, tcp_keepalive_timer()", kKeepaliveLimits},
});
constexpr const RuleInfo& kGone = kRules[0];
constexpr const RuleInfo& kNotSent = kRules[1];
constexpr const RuleInfo& kRetransmit = kRules[2];
constexpr const RuleInfo& kKeepalive = kRules[3];

constexpr std::string_view kSeePeer = "see whether the peer is up and reachable";
constexpr PeerWords kGoneWords = {
    .quantity = "unanswered_probes",
    .unit = "probes",
    .what = " for a peer with a closed window that no longer answers",
    .one = "it is gone or cut off",
    .few = "they are gone or cut off",
    .advice = kSeePeer,
    .brief = " for a closed window",
};
constexpr PeerWords kNotSentWords = {
    .quantity = "tries",
    .unit = "tries",
    .what = " cannot send",
    .one = "no route, link down or dropped on the way out",
    .few = "no route, link down or dropped on the way out",
    .most = "no route, link down or dropped on the way out",
    .advice = "check the route, the link and the firewall of this host",
    .advice_for_most = "check the route, the link and the firewall of this host",
    .columns = "-p -o +FLAGS,SND_WND,UNACKED",
    .verb = "",
};
constexpr PeerWords kMovedWords = [] {
  PeerWords words = kNotSentWords;
  words.what = " cannot send from an address that no device of this host has";
  words.one = words.few = words.most = "the address has gone (failover, roaming, DHCP), and they end by themselves";
  words.advice = words.advice_for_most = "if it should be here, give it back; see: ip address";
  words.brief = " have an address that is not here";
  return words;
}();
constexpr PeerWords kHeldWords = {
    .quantity = "tries",
    .unit = "tries",
    .what = " with data that is not sent",
    .one = "its window is closed, or nothing goes out here (link, route)",
    .few = "their windows are closed, or nothing goes out here (link, route)",
    .most = "their windows are closed, or nothing goes out here (link, route)",
    .advice_for_most = "",
    .columns = "-p",
    .brief = " with unsent data",
};
constexpr PeerWords kHeldWithoutInfoWords = [] {
  PeerWords words = kHeldWords;
  words.oldest = ", for at least ";
  words.age_from = "timer";
  words.one = "its window is closed, or nothing goes out here (link, route); only tcp_info tells";
  words.few = "their windows are closed, or nothing goes out here (link, route); only tcp_info tells";
  words.most = words.few;
  return words;
}();
constexpr PeerWords kRetransmitWords = {
    .quantity = "retransmits",
    .unit = "times",
    .what = " for an answer to data sent again and again",
    .one = "the peer is gone, or the path loses everything",
    .few = "these are gone, or the path to them loses segments",
    .advice = kSeePeer,
    .brief = " for an acknowledgement",
};
constexpr PeerWords kForgottenWords = {
    .quantity = "retransmits",
    .unit = "times",
    .what = " for an answer to data sent again and again after they were idle",
    .one = "the peer is gone, or a firewall or NAT on the way has forgotten idle connections",
    .few = "these are gone, or a firewall or NAT on the way has forgotten idle connections",
    .most = "a firewall or NAT on the way may have forgotten idle connections",
    .advice = "see whether new connections there work; then let keepalive probes come sooner (tcp_keepalive_time)",
    .advice_for_most =
        "see whether new connections there work; then let keepalive probes come sooner (tcp_keepalive_time)",
    .brief = " for an acknowledgement after they were idle",
};
constexpr PeerWords kOldOnesWords = [] {
  PeerWords words = kForgottenWords;
  words.what = " for an answer to data sent again and again, though new ones to the same service end well";
  words.one = words.few = words.most = "a firewall or NAT on the way may have forgotten these";
  words.advice = words.advice_for_most =
      "let programs open them anew; let keepalive probes come sooner (tcp_keepalive_time)";
  words.brief = " for an acknowledgement, though new ones work";
  return words;
}();
constexpr PeerWords kFullSegmentWords = {
    .quantity = "retransmits",
    .unit = "times",
    .what = " for an answer to full segments, of which none ever came through",
    .one = kSmallerMtu,
    .few = kSmallerMtu,
    .most = kSmallerMtu,
    .advice = kFindMtu,
    .advice_for_most = kFindMtu,
    .columns = "-p -o +MSS,UNACKED,BYTES_ACKED",
    .brief = " for an answer to full segments (path MTU?)",
};
constexpr PeerWords kKeepaliveWords = {
    .quantity = "unanswered_probes",
    .unit = "probes",
    .what = " for an answer to keepalive probes",
    .one = "the peer is gone",
    .few = "these are gone",
    .advice = kSeePeer,
    .brief = " for keepalive answers",
};

/// How long nothing had come from the peer when the data was sent that it does not acknowledge.
std::uint64_t idle_before_ms(const Connection& row, std::optional<std::uint64_t> unanswered_ms) {
  static constexpr const TcpInfoField& kLastReceived = tcp_info_field("last_data_recv_ms");
  const auto since = tcp_info_value(row.tcp_info, kLastReceived);
  if (!since || !unanswered_ms) return 0;
  return *since - std::min(*since, *unanswered_ms);
}

/// Open connections that sent enough data to tell whether some of it got lost.
class Loss {
 public:
  explicit Loss(double lossy_share) : lossy_share_(lossy_share) {}

  void see(const Connection& row) {
    static constexpr const TcpInfoField& kSent = tcp_info_field("data_segs_out");
    static constexpr const TcpInfoField& kAgain = tcp_info_field("total_retrans");
    static constexpr const TcpInfoField& kTwice = tcp_info_field("dsack_dups");
    const auto sent = tcp_info_value(row.tcp_info, kSent);
    if (sent.value_or(0) < kEnoughSegments) return;
    ++sending_;
    std::uint64_t again = tcp_info_value(row.tcp_info, kAgain).value_or(0);
    again -= std::min(again, tcp_info_value(row.tcp_info, kTwice).value_or(0));
    if (static_cast<double>(again) >= lossy_share_ * static_cast<double>(*sent)) ++lossy_;
  }
  /// Nothing: too few sent anything.
  [[nodiscard]] std::optional<bool> hits_most() const {
    if (sending_ < kEnoughConnections) return std::nullopt;
    return lossy_ * 2 >= sending_;
  }
  [[nodiscard]] std::uint64_t sending() const { return sending_; }
  [[nodiscard]] std::uint64_t lossy() const { return lossy_; }

 private:
  static constexpr std::uint64_t kEnoughSegments = 20;
  static constexpr std::uint64_t kEnoughConnections = 10;
  double lossy_share_;
  std::uint64_t sending_ = 0;
  std::uint64_t lossy_ = 0;
};

/// Rows that are alike, and the others, each by peer.
struct Alike {
  Alike(const RuleInfo& of, const RuleLimits& by) : these(of, by), others(of, by) {}

  /// One cause tells nearly all of them, or all those of the peer that has most. What others wait for is their own.
  [[nodiscard]] bool tells() const {
    const std::uint64_t rows = these.all().rows;
    const std::uint64_t all = rows + others.all().rows;
    if (static_cast<double>(rows) < these.limit("alike")) return false;
    if (are_nearly_all(rows, all)) return true;
    const auto peers = these.peers().largest();
    const auto& first = peers.front();
    return first.group->rows * 2 > all && others.peers().find(first.key) == nullptr;
  }

  PeerRule these;
  PeerRule others;
};

class Established : public Diagnosis {
 public:
  explicit Established(const RuleLimits& rule_limits)
      : rule_limits_(rule_limits),
        gone_(kGone, rule_limits),
        not_sent_(kNotSent, rule_limits, Trouble::of_host),
        moved_(kNotSent, rule_limits, Trouble::of_host),
        held_(kNotSent, rule_limits, Trouble::of_host),
        retransmit_(kRetransmit, rule_limits),
        full_segments_(kRetransmit, rule_limits),
        after_idle_(kRetransmit, rule_limits),
        keepalive_(kKeepalive, rule_limits),
        loss_(retransmit_.limit("lossy")),
        held_age_ms_(not_sent_.limit("age_s") * 1000),
        unanswered_age_ms_(retransmit_.limit("age_s") * 1000),
        idle_before_ms_(retransmit_.limit("idle_s") * 1000) {
    // One before the kernel gives up, unless somebody chose another number.
    const auto probes = rule_limits.limits.keepalive_probes;
    if (probes && keepalive_.critical == Thresholds{}.get(kKeepalive, "critical")) {
      keepalive_.critical = std::max(static_cast<double>(*probes) - 1, keepalive_.warning);
    }
  }

  [[nodiscard]] StateSet states() const override {
    return kSendingStates | kClosingStates | StateSet{State::time_wait};
  }

  void connection(const Connection& row) override {
    if (row.state == State::time_wait) return see_ended(row);
    if (kClosingStates.has(row.state)) return see_closing(row);
    if (!is_open_to_peer(row)) return;
    ++open_;
    loss_.see(row);
    switch (held_by(row)) {
      case HeldBy::window:
        if (row.retransmits.value_or(0) > 0) gone_.add(row, since_ack_ms(row));
        return;
      case HeldBy::way_out:
        see_not_sent(row);
        return;
      case HeldBy::unknown:
        see_held(row);
        return;
      case HeldBy::nothing:
        break;
    }
    if (is_retransmitting(row)) {
      see_retransmit(row);
    } else if (is_keepalive_unanswered(row)) {
      keepalive_.add(row, since_ack_ms(row));
    }
  }

  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    gone_.conclude(open_, kGoneWords, facts, out);
    not_sent_.conclude(open_, kNotSentWords, facts, out);
    moved_.conclude(open_, kMovedWords, facts, out);
    held_.conclude(open_, held_for_least_ ? kHeldWithoutInfoWords : kHeldWords, facts, out);
    conclude_retransmits(facts, out);
    keepalive_.conclude(open_, kKeepaliveWords, facts, out);
    judge_host(facts, out);
  }

  void not_seen(std::vector<Unseen>& out) const override {
    if (held_untimed_ == 0) return;
    out.push_back(untold_by(held_untimed_, kNotSent.id,
                            "how long " + counted(held_untimed_, "connection") +
                                (held_untimed_ == 1 ? " has" : " have") +
                                " waited with data that is not sent, and why"));
  }

 private:
  static constexpr StateSet kClosingStates = {State::fin_wait1, State::last_ack, State::closing};

  void conclude_retransmits(const DiagnosisFacts& facts, std::vector<Finding>& out) const {
    const auto told = [&](const Alike& kind, const PeerWords& words) {
      if (!kind.tells()) return false;
      kind.these.conclude(open_, words, facts, out);
      kind.others.conclude(open_, kRetransmitWords, facts, out);
      return true;
    };
    if (told(full_segments_, kFullSegmentWords) || told(after_idle_, kForgottenWords)) return;
    const bool many = static_cast<double>(retransmit_.all().rows) >= retransmit_.limit("alike");
    retransmit_.conclude(open_, many && new_ones_work() ? kOldOnesWords : kRetransmitWords, facts, out);
  }

  /// What these send again is told of them.
  void see_closing(const Connection& row) {
    if (is_retransmitting(row) && retransmit_.judged(*row.retransmits) != Severity::ok) {
      unanswered_again_ += *row.retransmits;
    }
  }

  void see_ended(const Connection& row) {
    if (!row.age_ms || service_port(row, rule_limits_.ports).opened != Opened::here) return;
    ended_.of(destination_of(row)).add(row, row.age_ms, rule_limits_.ports);
  }

  /// Nearly all that retransmit go to one service, and others to it ended well since.
  [[nodiscard]] bool new_ones_work() const {
    const auto services = retransmitting_to_.largest();
    if (services.empty() || !are_nearly_all(services.front().group->rows, retransmit_.all().rows)) return false;
    const RowGroup* ended = ended_.find(services.front().key);
    const auto stuck_ms = services.front().group->youngest_ms;
    return ended != nullptr && stuck_ms && ended->youngest_ms.value_or(*stuck_ms) < *stuck_ms;
  }

  void see_not_sent(const Connection& row) {
    const auto age = probed_ms(row, rule_limits_.limits);
    if (rule_limits_.owns(row.local.address).value_or(true)) return not_sent_.add(row, age);
    // Others of this host are well, or will be: who takes an address away, or roams, wants it so.
    moved_.add(row, age, std::min(moved_.judged(row.retransmits.value_or(0)), Severity::warning));
  }

  /// It is not known what keeps the data back, so that this is a warning at most.
  void see_held(const Connection& row) {
    // Intervals double, so that about as much time has passed before the running interval as it lasts. The time left of
    // it is a lower bound of that, and tells nothing once it is short.
    const auto age = probed_ms(row, rule_limits_.limits);
    std::optional<std::uint64_t> least = age;
    if (!least && row.timer_ms) least = *row.timer_ms;
    const bool old = least && static_cast<double>(*least) >= held_age_ms_;
    if (old || row.retransmits.value_or(0) >= held_.warning) {
      held_.add(row, least, Severity::warning);
      held_for_least_ = held_for_least_ || !age;
    } else if (!age) {
      ++held_untimed_;
    }
  }

  void see_retransmit(const Connection& row) {
    Severity severity = retransmit_.judged(*row.retransmits);
    if (severity == Severity::ok) return;
    const auto age = unanswered_ms(row);
    if (age && static_cast<double>(*age) >= unanswered_age_ms_) severity = Severity::critical;
    retransmit_.add(row, age, severity);
    unanswered_again_ += *row.retransmits;
    if (service_port(row, rule_limits_.ports).opened == Opened::here) {
      retransmitting_to_.of(destination_of(row)).add(row, age, rule_limits_.ports);
    }
    const bool full = waits_for_first_full_segment(row);
    (full ? full_segments_.these : full_segments_.others).add(row, age, severity);
    const bool idle = static_cast<double>(idle_before_ms(row, age)) >= idle_before_ms_;
    (idle ? after_idle_.these : after_idle_.others).add(row, age, severity);
  }

  void judge_host(const DiagnosisFacts& facts, std::vector<Finding>& out) const {
    const auto sent = facts.grown(&KernelCounters::out_segs);
    auto again = facts.grown(&KernelCounters::retrans_segs);
    if (!sent || !again) return;
    // SYNs and SYN+ACKs repeated in vain tell of clients that are not there, not of a path (tcp_rtx_synack()).
    const std::uint64_t handshakes = facts.grown(&KernelCounters::syn_retrans).value_or(0);
    // What the peer has twice was not lost, but late (RFC 2883).
    const auto segments = facts.grown(&KernelCounters::dsack_recv_segs);
    const std::uint64_t twice = segments ? *segments : facts.grown(&KernelCounters::dsack_recv).value_or(0);
    // What peers that do not answer were sent again is told of these.
    for (const std::uint64_t none : {handshakes, twice, unanswered_again_}) *again -= std::min(*again, none);
    const auto hits_most = loss_.hits_most();
    // What goes to peers that are gone is sent again in vain: on a quiet host that alone may be a large share.
    const bool enough = static_cast<double>(*sent) >= retransmit_.limit("host_least") ||
                        (hits_most.value_or(false) && static_cast<double>(*again) >= retransmit_.limit("host_again"));
    if (!enough) return;
    const double share = static_cast<double>(*again) / static_cast<double>(std::max<std::uint64_t>(*sent, 1));
    const double warning = retransmit_.limit("host_warning");
    const double critical = retransmit_.limit("host_critical");
    Severity severity = judged(share, warning, critical);
    if (severity == Severity::ok) return;
    // Loss on the way to some peers is no trouble of this host, and many segments may go to few.
    if (!hits_most.value_or(false)) severity = hits_most ? Severity::info : Severity::warning;
    Finding one(std::string(kRetransmit.id), severity, Subject::host(),
                {measured("retransmitted_share", share, warning, "ratio",
                          "/proc/net/snmp RetransSegs, OutSegs; TCPSynRetrans left out"),
                 measured("segments_sent", static_cast<double>(*sent), "segments", "/proc/net/snmp OutSegs"),
                 measured("segments_sent_again", static_cast<double>(*again), "segments", "/proc/net/snmp RetransSegs"),
                 measured("lossy_connections", static_cast<double>(loss_.lossy()), "sockets", "tcp_info"),
                 measured("connections_that_sent", static_cast<double>(loss_.sending()), "sockets", "tcp_info")});
    one.value = share;
    one.unit = "ratio";
    one.warning = warning;
    one.critical = critical;
    one.message = percent(share) + " of the segments that this host sends are retransmissions";
    one.brief = percent(share) + " of segments sent are retransmissions";
    one.why = "a link or a path loses them";
    one.advice = "compare the worst connections; look at this host's own link (ip -s link)";
    if (hits_most) {
      one.why = std::to_string(loss_.lossy()) + " of " + counted(loss_.sending(), "connection") + " lose some" +
                (*hits_most ? "" : ", the paths to their peers do");
      one.advice = *hits_most ? "look at this host's own link first" : "check the paths to the worst of them";
    }
    one.next = "tcpstat -o +TOTAL_RETRANS,DATA_SEGS_OUT --sort total_retrans:desc --limit 20";
    out.push_back(std::move(one));
  }

  const RuleLimits& rule_limits_;
  std::uint64_t open_ = 0;
  std::uint64_t unanswered_again_ = 0;  ///< segments that those which retransmit have sent again, closing ones too
  PeerRule gone_;
  PeerRule not_sent_;
  PeerRule moved_;
  PeerRule held_;
  bool held_for_least_ = false;     ///< the age of one of these is a lower bound
  std::uint64_t held_untimed_ = 0;  ///< others, whose age is not known
  PeerRule retransmit_;
  Alike full_segments_;          ///< the same rows
  Alike after_idle_;             ///< the same rows
  RowGroups retransmitting_to_;  ///< those that this host opened, by service
  RowGroups ended_;              ///< others that it opened and that ended well
  PeerRule keepalive_;
  Loss loss_;
  double held_age_ms_;
  double unanswered_age_ms_;
  double idle_before_ms_;
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<Established>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::established
