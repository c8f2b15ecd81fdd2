// ESTABLISHED: programs that leave received data unread. The data waits in the receive buffer; once that is full, the
// peer waits, too.

#include <algorithm>
#include <array>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/row_groups.h"
#include "diagnose/worst_findings.h"
#include "model/row_rules.h"

namespace tcpstat::diagnose::not_reading {
namespace {

constexpr auto kNotReadingLimits = std::to_array<ThresholdInfo>({
    {"warning", 1, "sockets", "of one process: what comes in is read at once, or something is wrong"},
    {"critical", 10, "sockets", "of one process: it stands still"},
    {"age_s", UnreadLimits{}.age_s, "s", "since data came in that still waits"},
    {"full", UnreadLimits{}.full, "ratio",
     "of the receive buffer, overhead included; or no window is left, whatever the buffer holds"},
    {"full_age_s", UnreadLimits{}.full_age_s, "s", "a buffer that is full for less is a burst"},
});

constexpr auto kRules = std::to_array<RuleInfo>({
    {"not-reading", "do programs leave received data unread?",
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
    unread_.of(holder_of(row, rule_limits_.ports)).add(row, since_data_ms(row), rule_limits_.ports);
  }

  void conclude(const DiagnosisFacts& /*facts*/, std::vector<Finding>& out) override {
    std::size_t said = 0;
    for (const auto& [key, group] : unread_.largest()) {
      const Severity severity = judged(static_cast<double>(group->rows), limit("warning"), limit("critical"));
      if (severity == Severity::ok || said++ == kMostFindings) return;
      const Subject about = subject_of(key, *group);
      const std::string subject = about.text();
      const double oldest = static_cast<double>(*group->oldest_ms) / 1000;
      const bool by_age = oldest > limit("age_s");
      Finding one(
          std::string(kRule.id), severity, about,
          {measured("connections_not_read", static_cast<double>(group->rows), limit("warning"), "sockets", kFromDump),
           measured("oldest_last_data_s", oldest, limit(by_age ? "age_s" : "full_age_s"), "s", "tcp_info"),
           measured("unread_of_all", static_cast<double>(unread_bytes_), "bytes", kFromDump),
           measured("full_of_all", static_cast<double>(full_), "sockets", kFromDump)});
      if (fullest_) one.evidence.push_back(measured("fullest_of_all", *fullest_, limit("full"), "ratio", kFromDump));
      one.value = static_cast<double>(group->rows);
      one.unit = "sockets";
      one.warning = limit("warning");
      one.critical = limit("critical");
      one.message = subject + " does not read " + counted(group->rows, "connection") +
                    (key.pid != 0 ? service_text(*group) : "") + " where data " +
                    (by_age ? "waits" : "fills the receive buffer") + oldest_text(group->oldest_ms);
      one.brief =
          subject + " does not read " + counted(group->rows, "connection") + (key.pid != 0 ? service_text(*group) : "");
      one.why = "it is stuck, or waits for something else";
      one.advice = "find out where it hangs (its stack, its log)";
      one.next = list_command({State::established}, "-p -i " + filter_text(key));
      out.push_back(std::move(one));
    }
  }

  void not_seen(std::vector<Unseen>& out) const override {
    if (untimed_ == 0) return;
    out.push_back(
        untold_by(untimed_, kRule.id, "how long data has waited unread on " + counted(untimed_, "connection")));
  }

 private:
  [[nodiscard]] double limit(std::string_view name) const { return limit_of(rule_limits_, kRule, name); }

  const RuleLimits& rule_limits_;
  UnreadLimits unread_limits_;
  std::uint64_t unread_bytes_ = 0;
  std::uint64_t full_ = 0;
  std::optional<double> fullest_;  ///< as far as sizes of buffers are known
  std::uint64_t untimed_ = 0;      ///< with unread data of unknown age
  RowGroups unread_;
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<NotReading>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::not_reading
