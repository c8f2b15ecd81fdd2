// ESTABLISHED: programs that leave received data unread. The data waits in the receive buffer; once that is full, the
// peer waits, too.

#include <algorithm>
#include <array>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/row_groups.h"
#include "diagnose/worst_findings.h"
#include "model/row_rules.h"
#include "model/tcp_info.h"

namespace tcpstat::diagnose::not_reading {
namespace {

constexpr auto kNotReadingLimits = std::to_array<ThresholdInfo>({
    {"warning", 1, "sockets", "of one process: what comes in is read at once, or something is wrong"},
    {"critical", 10, "sockets", "of one process: it stands still"},
    {"age_s", UnreadLimits{}.age_s, "s", "since data came in that still waits"},
    {"full", UnreadLimits{}.full, "ratio",
     "of the receive buffer, overhead included; or no window is left, whatever the buffer holds"},
    {"full_age_s", UnreadLimits{}.full_age_s, "s",
     "a buffer that is full for less may have a reader that is slower than its sender"},
});

constexpr auto kRules = std::to_array<RuleInfo>({
    {kNotReadingRule, "do programs leave received data unread?",
     "tcp(7) SIOCINQ; net/ipv4/tcp.c, tcp_get_info(): tcpi_last_data_recv; net/core/sock.c, sk_get_meminfo()",
     kNotReadingLimits},
});
constexpr const RuleInfo& kRule = kRules[0];

class NotReading : public Diagnosis {
 public:
  explicit NotReading(const RuleLimits& rule_limits)
      : rule_limits_(rule_limits),
        unread_limits_{.age_s = limit("age_s"), .full = limit("full"), .full_age_s = limit("full_age_s")} {}

  [[nodiscard]] StateSet states() const override { return {State::established}; }

  void connection(const Connection& row) override {
    // No program can read from a connection that none has accepted.
    if (row.inode == 0) return;
    if (row.recv_queue.value_or(0) > 0 && !since_data_ms(row)) ++untimed_;
    if (!is_not_read(row, unread_limits_)) return;
    unread_bytes_ += *row.recv_queue;
    if (is_buffer_full(row, unread_limits_.full)) ++full_;
    fullest_ = std::max(fullest_, recv_buffer_fill(row));
    unread_[static_cast<std::size_t>(cause_of(row))]
        .of(holder_of(row, rule_limits_.ports))
        .add(row, since_data_ms(row), rule_limits_.ports);
  }

  void conclude(const DiagnosisFacts& /*facts*/, std::vector<Finding>& out) override {
    std::size_t said = 0;
    for (const Cause cause : {Cause::stuck, Cause::idle, Cause::sends}) {
      for (const auto& [key, group] : unread_[static_cast<std::size_t>(cause)].largest()) {
        const Severity severity = judged(static_cast<double>(group->rows), limit("warning"), limit("critical"));
        if (severity == Severity::ok || said == kMostFindings) break;
        out.push_back(finding(cause, std::min(severity, at_most(cause)), key, *group));
        ++said;
      }
    }
  }

  void not_seen(std::vector<Unseen>& out) const override {
    if (untimed_ == 0) return;
    out.push_back(
        untold_by(untimed_, kRule.id, "how long data has waited unread on " + counted(untimed_, "connection")));
  }

 private:
  /// Why a program may leave data unread. Session tickets of TLS 1.3 and notices of databases come unasked, and a client
  /// that expects no answer never looks for them.
  enum class Cause : std::uint8_t {
    stuck,
    idle,   ///< this host opened the connection, and nobody has said anything since: a pool may keep it
    sends,  ///< it has sent something since: it runs
  };

  [[nodiscard]] double limit(std::string_view name) const { return limit_of(rule_limits_, kRule, name); }

  [[nodiscard]] Cause cause_of(const Connection& row) const {
    static constexpr const TcpInfoField& kLastSent = tcp_info_field("last_data_sent_ms");
    static constexpr const TcpInfoField& kSegments = tcp_info_field("data_segs_out");
    // What fills the buffer was asked for, and keeps the peer from sending.
    if (is_buffer_full(row, unread_limits_.full)) return Cause::stuck;
    const auto sent = tcp_info_value(row.tcp_info, kLastSent);
    const bool ever = tcp_info_value(row.tcp_info, kSegments).value_or(0) > 0;
    if (ever && sent && *sent < *since_data_ms(row)) return Cause::sends;
    return service_port(row, rule_limits_.ports).opened == Opened::here ? Cause::idle : Cause::stuck;
  }

  [[nodiscard]] static Severity at_most(Cause cause) {
    if (cause == Cause::stuck) return Severity::critical;
    return cause == Cause::idle ? Severity::warning : Severity::info;
  }

  [[nodiscard]] Finding finding(Cause cause, Severity severity, const GroupKey& key, const RowGroup& group) const {
    const Subject about = subject_of(key, group);
    const double oldest = static_cast<double>(*group.oldest_ms) / 1000;
    const bool by_age = oldest > limit("age_s");
    Finding one(
        std::string(kRule.id), severity, about,
        {measured("connections_not_read", static_cast<double>(group.rows), limit("warning"), "sockets", kFromDump),
         measured("oldest_last_data_s", oldest, limit(by_age ? "age_s" : "full_age_s"), "s", "tcp_info"),
         measured("unread_of_all", static_cast<double>(unread_bytes_), "bytes", kFromDump),
         measured("full_of_all", static_cast<double>(full_), "sockets", kFromDump)});
    if (fullest_) one.evidence.push_back(measured("fullest_of_all", *fullest_, limit("full"), "ratio", kFromDump));
    one.value = static_cast<double>(group.rows);
    one.unit = "sockets";
    one.warning = limit("warning");
    one.critical = limit("critical");
    const std::string does_not_read =
        actor_text(key, about) + " does not read " + counted(group.rows, "connection") + held_text(key, group);
    one.message = actor_sentence(key, does_not_read) + " where data " +
                  (by_age ? "waits" : "fills the receive buffer") + oldest_text(group.oldest_ms) +
                  (cause == Cause::sends ? ", and goes on sending" : "");
    one.brief = does_not_read;
    switch (cause) {
      case Cause::stuck:
        one.why = "it is stuck, or waits for something else";
        one.advice = "find out where it hangs (its stack, its log)";
        break;
      case Cause::idle:
        one.why = "it is stuck, or keeps them in a pool and expects nothing there";
        one.advice = "see whether it works; if not, find out where it hangs (its stack, its log)";
        break;
      case Cause::sends:
        one.why = "it runs, and may expect no answer";
        break;
    }
    one.next = list_command({State::established}, "-p -i " + filter_text(key));
    return one;
  }

  const RuleLimits& rule_limits_;
  UnreadLimits unread_limits_;
  std::uint64_t unread_bytes_ = 0;
  std::uint64_t full_ = 0;
  std::optional<double> fullest_;    ///< as far as sizes of buffers are known
  std::uint64_t untimed_ = 0;        ///< with unread data of unknown age
  std::array<RowGroups, 3> unread_;  ///< by cause
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<NotReading>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::not_reading
