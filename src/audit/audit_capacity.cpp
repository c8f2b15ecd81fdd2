// The lines of the audit about what fills: connection tracking, memory, orphans, and what was lost on the way.

#include <algorithm>
#include <cmath>
#include <limits>

#include "audit/audit.h"
#include "model/dropped_for_room.h"
#include "model/scarce.h"

namespace tcpstat::audit {
namespace {

/// Host-wide tables are seen from the first network namespace only.
AuditJudgement not_here() { return {std::nullopt, Severity::info, "this network namespace does not show it"}; }

/// Whether the file of such counters is missing because this kernel has no such feature. Beside one that cannot be read,
/// and in a copy of /proc without the files that every kernel has, a missing one says nothing.
bool lacks_counters(const AuditInput& input, std::string_view file) {
  const auto& files = input.facts.unread;
  const bool hidden = std::any_of(files.begin(), files.end(), [&](const UnreadFile& one) { return one.file == file; });
  return !hidden && input.facts.filters.softnet_dropped;
}

/// "512 of 4096 (12 %)"
std::string share_text(std::uint64_t used, std::uint64_t most) {
  const double share = most == 0 ? 1.0 : static_cast<double>(used) / static_cast<double>(most);
  return std::to_string(used) + " of " + std::to_string(most) + " (" + std::to_string(std::lround(share * 100)) + " %)";
}

bool is_share(std::uint64_t used, double share, std::uint64_t most) {
  return static_cast<double>(used) >= share * static_cast<double>(most);
}

struct Limits {
  double warning;
  double critical = std::numeric_limits<double>::infinity();
};

AuditJudgement judge_share(std::uint64_t used, std::uint64_t most, Limits limits, std::string advice) {
  AuditJudgement judged{share_text(used, most)};
  if (is_share(used, limits.critical, most))
    judged.status = Severity::critical;
  else if (is_share(used, limits.warning, most))
    judged.status = Severity::warning;
  if (judged.status != Severity::ok) judged.advice = std::move(advice);
  return judged;
}

std::uint64_t positive(std::int64_t number) { return static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0)); }

/// Lost since the start of the counters: nobody knows when.
AuditJudgement judge_lost(std::uint64_t lost, std::string advice) {
  if (lost == 0) return {"0"};
  return {std::to_string(lost) + " since the counters began", Severity::info, std::move(advice)};
}

}  // namespace

AuditJudgement audit_rp_filter(const AuditInput& input) {
  const auto& all = input.facts.settings.rp_filter_all;
  const auto& fresh = input.facts.settings.rp_filter_default;
  if (!all && !fresh) return unread();
  // The kernel takes the larger of all and the interface; the default is for interfaces that are yet to come.
  if (all.value_or(0) != 0) return {std::to_string(*all)};
  if (fresh.value_or(0) != 0) {
    return {"0, and " + std::to_string(*fresh) + " on new interfaces", Severity::info,
            "see what each interface has: sysctl -a --pattern 'ipv4.conf.*.rp_filter'"};
  }
  return {"0", Severity::info,
          "on a host with several uplinks: sysctl -w net.ipv4.conf.all.rp_filter=2, or 1 if routing is symmetric"};
}

AuditJudgement audit_synproxy(const AuditInput& input) {
  const auto& received = input.facts.filters.synproxy_syn_received;
  if (!received && !lacks_counters(input, "stat/synproxy")) return unread();
  if (!received || *received == 0) return {"no SYN went through one"};
  const auto& valid = input.facts.filters.synproxy_cookie_valid;
  AuditJudgement judged{std::to_string(*received) + " SYNs answered" +
                            (valid ? ", " + std::to_string(*valid) + " came back" : std::string()),
                        Severity::info, "judge floods by these counters: SYN_RECV stays near 0"};
  if (input.facts.settings.conntrack_tcp_loose.value_or(0) != 0) {
    judged.status = Severity::warning;
    judged.advice = "sysctl -w net.netfilter.nf_conntrack_tcp_loose=0, which SYNPROXY needs";
  }
  return judged;
}

AuditJudgement audit_conntrack_fill(const AuditInput& input) {
  const auto& count = input.facts.settings.conntrack_count;
  const auto& most = input.facts.settings.conntrack_max;
  if (!count || !most) return lacks_settings(input) ? AuditJudgement{"connections are not tracked here"} : unread();
  // net/netfilter/nf_conntrack_core.c, __nf_conntrack_alloc()
  if (*most <= 0) return {std::to_string(positive(*count)) + ", without a limit"};
  const std::string timeout = input.facts.settings.conntrack_syn_recv_timeout
                                  ? std::to_string(*input.facts.settings.conntrack_syn_recv_timeout)
                                  : "60";
  return judge_share(positive(*count), positive(*most), {kTrackedMany, kTrackedFull},
                     "lower net.netfilter.nf_conntrack_tcp_timeout_syn_recv (" + timeout +
                         " s), raise nf_conntrack_max, or do not track what SYNPROXY handles");
}

AuditJudgement audit_conntrack_drops(const AuditInput& input) {
  const FilterCounters& filters = input.facts.filters;
  const auto lost = dropped_for_room(filters.conntrack_drop, filters.conntrack_insert_failed);
  if (!lost) {
    return lacks_counters(input, "stat/nf_conntrack") ? AuditJudgement{"connections are not tracked here"} : unread();
  }
  return judge_lost(*lost, "look whether it grows: conntrack -S; then raise net.netfilter.nf_conntrack_max");
}

AuditJudgement audit_softnet_drops(const AuditInput& input) {
  const auto& dropped = input.facts.filters.softnet_dropped;
  if (!dropped) return unread();
  const auto& backlog = input.facts.settings.netdev_max_backlog;
  return judge_lost(*dropped, "look whether it grows; then raise net.core.netdev_max_backlog" +
                                  (backlog ? " (" + std::to_string(*backlog) + ")" : std::string()));
}

AuditJudgement audit_tcp_orphans(const AuditInput& input) {
  const auto& orphans = input.facts.usage.orphan;
  const auto& most = input.facts.settings.max_orphans;
  if (!orphans || !most) return not_here();
  return judge_share(
      *orphans, positive(*most), {kManyOrphans, kTooManyOrphans},
      "tcpstat --state closing-side shows them; raise net.ipv4.tcp_max_orphans or lower tcp_orphan_retries");
}

AuditJudgement audit_tcp_memory(const AuditInput& input) {
  const auto& pages = input.facts.usage.mem_pages;
  const auto& pressure = input.facts.settings.tcp_mem_pages[1];
  const auto& most = input.facts.settings.tcp_mem_pages[2];
  if (!pages || !pressure || !most) return not_here();
  AuditJudgement judged{share_text(*pages, *most) + " pages, pressure from " + std::to_string(*pressure)};
  if (is_share(*pages, kMemoryFull, *most))
    judged.status = Severity::critical;
  else if (is_share(*pages, kMemoryPressure, *pressure))
    judged.status = Severity::warning;
  if (judged.status != Severity::ok) {
    judged.advice = "tcpstat --sort RECV_QUEUE:desc --limit 10 shows who holds it; then raise net.ipv4.tcp_mem";
  }
  return judged;
}

AuditJudgement audit_tcp_time_wait(const AuditInput& input) {
  const auto& waiting = input.facts.usage.tw;
  const auto& most = input.facts.settings.max_tw_buckets;
  if (!waiting || !most) return not_here();
  AuditJudgement judged = judge_share(*waiting, positive(*most), {kTimeWaitFull}, "raise net.ipv4.tcp_max_tw_buckets");
  const std::uint64_t overflowed = input.facts.counters.time_wait_overflow.value_or(0);
  if (judged.status == Severity::ok && overflowed > 0) {
    judged.status = Severity::info;
    judged.advice =
        std::to_string(overflowed) +
        " were skipped since the counters began: look whether it grows, then raise net.ipv4.tcp_max_tw_buckets";
  }
  if (judged.status == Severity::ok && is_share(*waiting, kTimeWaitMany, positive(*most))) {
    judged.status = Severity::info;
    judged.advice = "raise net.ipv4.tcp_max_tw_buckets if bursts make more of them";
  }
  return judged;
}

}  // namespace tcpstat::audit
