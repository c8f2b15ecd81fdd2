// ESTABLISHED, and CLOSE_WAIT while data goes out: peers that answer and keep their window closed. A link cannot do
// that: the program behind the window stands still, reads slowly, or holds memory here on purpose.

#include <algorithm>
#include <array>
#include <cmath>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/peer_rule.h"
#include "diagnose/row_groups.h"
#include "diagnose/timer_age.h"
#include "model/row_rules.h"
#include "model/tcp_info.h"

namespace tcpstat::diagnose::closed_windows {
namespace {

constexpr auto kLimits = std::to_array<ThresholdInfo>({
    {"warning", 10, "s", "a window that stays closed that long is no full buffer, but a program that stopped"},
    {"critical", 60, "s", "no timer ends it while the peer answers; critical if there are `sockets` of them"},
    {"sockets", 10, "sockets", "of one peer, past the warning: critical, since its whole program stands still"},
    {"many", 100, "sockets", "a warning, whatever share that is: each holds what was sent to it"},
    kLeastShare,
    kSomeShare,
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {kClosedWindowRule, "do peers answer, and not read what they are sent?",
     "RFC 9293 §3.8.6.1; net/ipv4/tcp_timer.c, tcp_probe_timer()", kLimits},
});
constexpr const RuleInfo& kRule = kRules[0];

/// "900 bytes", "1.2 KB", "128 KB", "3.8 MB".
std::string bytes_text(std::uint64_t bytes) {
  constexpr std::uint64_t kThousand = 1000;
  if (bytes < kThousand) return counted(bytes, "byte");
  const bool kilo = bytes < kThousand * kThousand;
  const std::uint64_t unit = kilo ? kThousand : kThousand * kThousand;
  const std::uint64_t tenths = bytes < 10 * unit ? (bytes + unit / 20) / (unit / 10) : bytes / unit * 10;
  return tenths_text(tenths) + (kilo ? " KB" : " MB");
}

/// " of :443" where all are of one port here, else nothing.
std::string of_port(const RowGroup& all) {
  return all.has_one_local_port() ? " of :" + std::to_string(all.local_port()) : "";
}

/// The filter of a list for the largest peer, if most are of that one; else for the port, if all are of one.
std::string filter_of(const RowGroups::Entry& first, bool one_peer, const RowGroup& all) {
  if (one_peer) return " " + filter_text(first.key);
  return all.has_one_local_port() ? " --local-port " + std::to_string(all.local_port()) : "";
}

/// Rows whose peers let data wait, with what waits.
struct Waiting {
  void add(const Connection& row, std::optional<std::uint64_t> age_ms, const LocalPorts& ports) {
    bytes += *row.send_queue;
    all.add(row, age_ms, ports);
    peers.of(peer_of(row)).add(row, age_ms, ports);
  }
  [[nodiscard]] std::string held() const { return "each holds " + bytes_text(bytes / all.rows) + " here"; }

  std::uint64_t bytes = 0;
  RowGroup all;
  RowGroups peers;
};

class ClosedWindows : public Diagnosis {
 public:
  explicit ClosedWindows(const RuleLimits& rule_limits)
      : rule_limits_(rule_limits), warning_(limit("warning")), critical_(limit("critical")) {}

  [[nodiscard]] StateSet states() const override { return kSendingStates; }

  void connection(const Connection& row) override {
    if (!is_open_to_peer(row)) return;
    ++open_;
    if (row.retransmits.value_or(0) > 0 || !has_unacknowledged(row)) return;
    const auto age = has_zero_window(row) ? probed_ms(row, rule_limits_.limits) : std::nullopt;
    if (!age || static_cast<double>(*age) / 1000 < warning_) {
      if (reads_slowly(row)) slow_.add(row, std::nullopt, rule_limits_.ports);
      return;
    }
    closed_.add(row, age, rule_limits_.ports);
    stuck_.add(row, age, rule_limits_.ports);
  }

  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    tell_closed(facts, out);
    tell_slow(out);
  }

 private:
  void tell_closed(const DiagnosisFacts& facts, std::vector<Finding>& out) const {
    const double least = std::max(1.0, std::ceil(limit(kLeastShare.name) * static_cast<double>(open_)));
    if (closed_.all.rows == 0 || static_cast<double>(closed_.all.rows) < least) return;
    const auto peers = closed_.peers.largest();
    const auto& first = peers.front();
    const bool one_peer = first.group->rows * 2 > closed_.all.rows;
    const double oldest = static_cast<double>(closed_.all.oldest_ms.value_or(0)) / 1000;
    const double meanwhile = facts.turnover->beside(stuck_, facts);
    Finding one(std::string(kRule.id), severity(*first.group, oldest, meanwhile),
                one_peer ? subject_of(first.key, *first.group) : Subject::host(),
                {measured("window_closed_s", oldest, oldest >= critical_ ? critical_ : warning_, "s", kFromDump),
                 measured("sockets", static_cast<double>(closed_.all.rows), least, "sockets", kFromDump),
                 measured("largest_of_one_peer", static_cast<double>(first.group->rows), limit("sockets"), "sockets",
                          kFromDump),
                 measured("peers", static_cast<double>(peers.size()), "peers", kFromDump),
                 measured("bytes_held", static_cast<double>(closed_.bytes), "bytes", kFromDump)});
    add_well_meanwhile(meanwhile, one.evidence);
    one.value = oldest;
    one.unit = "s";
    one.warning = warning_;
    one.critical = critical_;
    tell(peers, one);
    one.next = list_command(closed_.all.states,
                            "-p -i --sort send_queue:desc --limit 20" + filter_of(first, one_peer, closed_.all));
    out.push_back(std::move(one));
  }

  [[nodiscard]] double limit(std::string_view name) const { return limit_of(rule_limits_, kRule, name); }

  /// A peer that opens its window now and then, a little, is never one whose window stays closed. So long as it takes
  /// data at this pace, what waits for it is held here.
  [[nodiscard]] bool reads_slowly(const Connection& row) const {
    static constexpr const TcpInfoField& kBusy = tcp_info_field("busy_us");
    static constexpr const TcpInfoField& kLimited = tcp_info_field("rwnd_limited_us");
    static constexpr const TcpInfoField& kAcked = tcp_info_field("bytes_acked");
    constexpr double kAlways = 0.9;  // of the time
    const auto busy = tcp_info_value(row.tcp_info, kBusy);
    const auto limited = tcp_info_value(row.tcp_info, kLimited);
    const auto acked = tcp_info_value(row.tcp_info, kAcked);
    if (!busy || !limited || !acked) return false;
    const double busy_s = static_cast<double>(*busy) / 1e6;
    if (busy_s < warning_ || static_cast<double>(*limited) < kAlways * static_cast<double>(*busy)) return false;
    return static_cast<double>(row.send_queue.value_or(0)) * busy_s >= critical_ * static_cast<double>(*acked);
  }

  /// Fewer are clients with little room. Where more windows stay closed, it is the same trouble.
  void tell_slow(std::vector<Finding>& out) const {
    if (static_cast<double>(slow_.all.rows) < limit("sockets") || slow_.all.rows <= closed_.all.rows) return;
    const auto peers = slow_.peers.largest();
    const auto& first = peers.front();
    const bool one_peer = first.group->rows * 2 > slow_.all.rows;
    const double many = limit("many");
    Finding one(std::string(kRule.id), static_cast<double>(slow_.all.rows) >= many ? Severity::warning : Severity::info,
                one_peer ? subject_of(first.key, *first.group) : Subject::host(),
                {measured("slow_readers", static_cast<double>(slow_.all.rows), limit("sockets"), "sockets", "tcp_info"),
                 measured("largest_of_one_peer", static_cast<double>(first.group->rows), "sockets", kFromDump),
                 measured("peers", static_cast<double>(peers.size()), "peers", kFromDump),
                 measured("bytes_held", static_cast<double>(slow_.bytes), "bytes", kFromDump)});
    one.value = static_cast<double>(slow_.all.rows);
    one.unit = "sockets";
    one.warning = many;
    const std::string who =
        slow_.peers.how_many("peer") + of_port(slow_.all) + (peers.size() == 1 ? " reads" : " read");
    const auto longest = std::chrono::milliseconds(std::llround(critical_ * 1000));
    one.message = sentence_start(who) + " so slowly that what waits takes more than " + duration_text(longest) + " (" +
                  counted(slow_.all.rows, "connection") + ")";
    one.brief = who + " slowly, " + counted(slow_.all.rows, "connection");
    one.why = "slow readers, or an attack on memory; " + slow_.held();
    one.advice = "let the program end writes that take too long";
    one.next = list_command(slow_.all.states,
                            "-p -i --sort rwnd_limited_us:desc --limit 20" + filter_of(first, one_peer, slow_.all));
    out.push_back(std::move(one));
  }

  /// One slow reader is its own trouble; many, or the whole of one peer, hold memory of this host.
  [[nodiscard]] Severity severity(const RowGroup& largest, double oldest_s, double meanwhile) const {
    const double all = static_cast<double>(std::max<std::uint64_t>(open_, 1)) + meanwhile;
    const double sockets = limit("sockets");
    const bool some =
        static_cast<double>(closed_.all.rows) / all >= limit(kSomeShare.name) && closed_.all.rows >= kFewRows;
    const bool long_closed = oldest_s >= critical_ && static_cast<double>(closed_.all.rows) >= sockets;
    if (some && (long_closed || static_cast<double>(largest.rows) >= sockets)) return Severity::critical;
    return some || static_cast<double>(closed_.all.rows) >= limit("many") ? Severity::warning : Severity::info;
  }

  void tell(const std::vector<RowGroups::Entry>& peers, Finding& one) const {
    const std::string closed =
        "window closed" +
        (closed_.all.oldest_ms ? " for " + duration_text(std::chrono::milliseconds(*closed_.all.oldest_ms)) : "");
    if (peers.size() == 1) {
      one.message = one.subject.text() + " keeps the " + closed + " on " + counted(closed_.all.rows, "connection") +
                    service_text(closed_.all);
      one.brief = one.subject.text() + " closed its window, " + counted(closed_.all.rows, "connection");
      one.why = "it answers and does not read, its program stands still; " + closed_.held();
      one.advice = "look at the program there";
      return;
    }
    const std::string of = of_port(closed_.all);
    one.message = sentence_start(closed_.peers.how_many("peer")) + of + " keep their " + closed + " (" +
                  counted(closed_.all.rows, "connection") + ")";
    one.brief = closed_.peers.how_many("peer") + of + " keep their window closed";
    one.why = "slow readers, or an attack on memory; " + closed_.held();
    one.advice = "let the program end writes that take too long";
  }

  const RuleLimits& rule_limits_;
  double warning_;
  double critical_;
  std::uint64_t open_ = 0;
  Waiting closed_;
  StuckRows stuck_;
  Waiting slow_;  ///< they open their windows now and then
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<ClosedWindows>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::closed_windows
