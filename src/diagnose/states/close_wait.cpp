// CLOSE_WAIT: the peer closed, the program here has not. Nothing but the program ends it, so age tells a leak from
// load. Recv-Q tells why: the FIN counts as one byte until it is read, so 0 means that the program saw the end and kept
// the descriptor, 1 or more that it does not read at all.

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/row_groups.h"
#include "diagnose/worst_findings.h"
#include "model/row_rules.h"

namespace tcpstat::diagnose::close_wait {
namespace {

constexpr std::string_view kReference =
    "RFC 9293 §3.6; net/ipv4/tcp.c, tcp_set_state() and tcp_ioctl() SIOCINQ: a received FIN counts as one byte";

constexpr auto kLeakLimits = std::to_array<ThresholdInfo>({
    {"warning", 10, "sockets", "older than age_s, of one process: a few may be in the middle of a slow answer"},
    {"critical", 100, "sockets", "a leak that has lasted: descriptors run out at 1024 in many services"},
    {"age_s", kLeakAgeS, "s", "programs close within milliseconds of reading the end; nothing ordinary takes a minute"},
    {"descriptors", 0.25, "ratio", "of the process's RLIMIT_NOFILE: a quarter lost, accept(2) fails when all are"},
});
constexpr auto kNotReadLimits = std::to_array<ThresholdInfo>({
    {"warning", 10, "sockets", "older than age_s, of one process: a few may wait behind a slow request"},
    {"critical", 100, "sockets", "the program is stuck, or has too few workers"},
    {"age_s", UnreadLimits{}.age_s, "s",
     "a program that reads sees the end within milliseconds, as it does data (not-reading)"},
});

constexpr auto kRules = std::to_array<RuleInfo>({
    {"close-wait-leak", "do programs keep sockets open whose end they have read?", kReference, kLeakLimits},
    {"close-wait-not-read", "do programs leave the peer's close, or data before it, unread?", kReference,
     kNotReadLimits},
});
constexpr const RuleInfo& kLeak = kRules[0];
constexpr const RuleInfo& kNotRead = kRules[1];

// Three rises need four counts.
constexpr std::size_t kRises = 3;

class CloseWait : public Diagnosis {
 public:
  explicit CloseWait(const RuleLimits& rule_limits)
      : rule_limits_(rule_limits),
        leak_age_s_(limit_of(rule_limits, kLeak, "age_s")),
        unread_{.age_s = limit_of(rule_limits, kNotRead, "age_s")} {}

  [[nodiscard]] StateSet states() const override { return {State::close_wait}; }

  void connection(const Connection& row) override {
    ++all_;
    const auto age = since_ack_ms(row);
    // What is on its way to the peer is judged with open connections: the program may well wait for it.
    if (!row.recv_queue || has_unacknowledged(row)) return;
    if (is_leaked(row, leak_age_s_)) {
      leaked_.of(holder_of(row, rule_limits_.ports)).add(row, age, rule_limits_.ports);
    } else if (row.inode != 0 && is_not_read(row, unread_)) {
      // Without an inode no program has accepted it, and none can read: accept-queue-full tells of it.
      not_read_.of(holder_of(row, rule_limits_.ports)).add(row, age, rule_limits_.ports);
    } else if (!age || row.timer == TimerKind::keepalive) {
      // Answers to keepalive probes keep the last ACK young for ever.
      ++ageless_;
      if (!age) ++untimed_;
    }
  }

  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    judge(kLeak, leaked_, facts, out);
    judge(kNotRead, not_read_, facts, out);
    judge_growth(facts, out);
    judge_untimed(out);
  }

  void not_seen(std::vector<Unseen>& out) const override {
    if (untimed_ == 0) return;
    const std::string what = "whether " + counted(untimed_, "connection") + " in " +
                             std::string(name(State::close_wait)) + (untimed_ == 1 ? " is" : " are") +
                             " left unread, a leak or load";
    out.push_back(untold_by(untimed_, kLeak.id, what));
    out.push_back(untold_by(untimed_, kNotRead.id, what));
  }

 private:
  void judge(const RuleInfo& rule, const RowGroups& groups, const DiagnosisFacts& facts,
             std::vector<Finding>& out) const {
    const double warning = limit_of(rule_limits_, rule, "warning");
    // What processes below the limit hold, by service here or there: many workers may leak a little each.
    std::map<std::pair<Opened, std::uint16_t>, Shared> shared;
    std::vector<Finding> found;
    for (const auto& [key, group] : groups.largest()) {
      if (static_cast<double>(group->rows) >= warning) {
        found.push_back(finding(rule, key, *group, facts));
        continue;
      }
      Shared& sum = shared[{group->service.opened, group->service.port}];
      ++sum.holders;
      if (sum.holders == 1) {
        sum.group = *group;
      } else {
        sum.group.rows += group->rows;
      }
      if (group->oldest_ms) sum.group.oldest_ms = std::max(sum.group.oldest_ms.value_or(0), *group->oldest_ms);
    }
    for (const auto& [service, sum] : shared) {
      if (static_cast<double>(sum.group.rows) < warning) continue;
      RowGroup group = sum.group;
      group.pid = 0;
      const auto& [opened, port] = service;
      Finding one = finding(rule, {0, {{}, port}}, group, facts);
      one.evidence.push_back(measured("holders", static_cast<double>(sum.holders), "groups", kFromDump));
      one.next = list_command({State::close_wait}, (opened == Opened::here ? "-p --remote-port " : "-p --local-port ") +
                                                       std::to_string(port));
      found.push_back(std::move(one));
    }
    add_worst(std::move(found), out);
  }

  [[nodiscard]] Finding finding(const RuleInfo& rule, const GroupKey& key, const RowGroup& group,
                                const DiagnosisFacts& facts) const {
    const bool leak = &rule == &kLeak;
    const double warning = limit_of(rule_limits_, rule, "warning");
    const double critical = limit_of(rule_limits_, rule, "critical");
    const auto rows = static_cast<double>(group.rows);
    Severity severity = judged(rows, warning, critical);
    std::vector<Evidence> because = {
        measured(leak ? "close_wait_read" : "close_wait_unread", rows, warning, "sockets", kFromDump),
        measured("oldest_last_ack_s", static_cast<double>(*group.oldest_ms) / 1000,
                 limit_of(rule_limits_, rule, "age_s"), "s", "tcp_info"),
    };
    std::string share_text;
    if (const auto most = leak ? facts.open_files(group.pid) : std::nullopt) {
      const double most_share = limit_of(rule_limits_, rule, "descriptors");
      const double share = rows / static_cast<double>(*most);
      because.push_back(measured("descriptors_lost", share, most_share, "ratio", "/proc/PID/limits"));
      if (share >= most_share) {
        severity = Severity::critical;
        share_text = ", " + percent(share) + " of its descriptors";
      }
    }
    const bool pool = group.service.opened == Opened::here;
    // A port that several programs here connect to is none of this host.
    const bool several = pool && key.pid == 0 && key.endpoint.address.is_wildcard();
    const Subject about = several ? Subject::host() : subject_of(key, group);
    const std::string who = several ? "programs here" : actor_text(key, about);
    Finding out(std::string(rule.id), severity, about, std::move(because));
    out.value = rows;
    out.unit = "sockets";
    out.warning = warning;
    out.critical = critical;
    const std::string where = several ? " to :" + std::to_string(key.endpoint.port) : held_text(key, group);
    const std::string not_read = several ? " do not read " : " does not read ";
    out.message = actor_sentence(key, who) + (leak ? several ? " never close " : " never closes " : not_read) +
                  counted(group.rows, "connection") + where + " that the peer has closed" +
                  oldest_text(group.oldest_ms) + share_text;
    out.why = leak   ? "a descriptor leak"
              : pool ? "it is stuck, or keeps in a pool what it does not look at"
                     : "it is stuck, waits for another service, or is short of workers";
    out.advice = leak   ? "restart it, which frees them for now; the program must close them"
                 : pool ? "find out where it hangs (its stack, its log), or let its pool drop what peers have closed"
                        : "find out what it waits for (its stack, its log); more workers help only if it is busy";
    out.brief = who + (leak ? several ? " leak " : " leaks " : not_read) + counted(group.rows, "connection") + where;
    out.next = list_command({State::close_wait}, "-p -i " + filter_text(key));
    return out;
  }

  /// For connections whose age cannot be told: a number that only grows from run to run is a leak all the same.
  void judge_growth(const DiagnosisFacts& facts, std::vector<Finding>& out) const {
    const auto earlier = facts.earlier_close_waits;
    const double warning = limit_of(rule_limits_, kLeak, "warning");
    if (earlier.size() < kRises || static_cast<double>(ageless_) < warning) return;
    const auto last = earlier.last(kRises);
    for (std::size_t i = 0; i + 1 < kRises; ++i) {
      if (last[i + 1] <= last[i]) return;
    }
    if (all_ <= last.back() || static_cast<double>(all_ - last.front()) < warning) return;
    Finding one(
        std::string(kLeak.id), Severity::critical, Subject::host(),
        {measured("close_wait", static_cast<double>(all_), warning, "sockets", kFromDump),
         measured("rises_in_a_row", static_cast<double>(kRises), static_cast<double>(kRises), "runs", "state file"),
         measured("close_wait_three_runs_ago", static_cast<double>(last.front()), "sockets", "state file")});
    one.value = static_cast<double>(all_);
    one.unit = "sockets";
    one.warning = warning;
    one.critical = limit_of(rule_limits_, kLeak, "critical");
    one.message = counted(all_, "connection") + " in " + std::string(name(State::close_wait)) + ", more in each of " +
                  std::to_string(kRises) + " runs (" + std::to_string(last.front()) + " before)";
    one.brief = counted(all_, "connection") + " in " + std::string(name(State::close_wait)) + ", more in each run";
    one.why = "a program does not close what its peers closed";
    one.advice = "find the program; restart it, which frees them for now";
    one.next = "tcpstat summary --by process --state " + std::string(name(State::close_wait));
    out.push_back(std::move(one));
  }

  /// /proc has no tcp_info, so that nobody can tell whether these are load or a leak. The finding says so.
  void judge_untimed(std::vector<Finding>& out) const {
    const double critical = limit_of(rule_limits_, kLeak, "critical");
    if (static_cast<double>(untimed_) < critical) return;
    Finding one(std::string(kLeak.id), Severity::info, Subject::host(),
                {measured("close_wait_without_age", static_cast<double>(untimed_), critical, "sockets", kFromDump)});
    one.value = static_cast<double>(untimed_);
    one.unit = "sockets";
    one.message = counted(untimed_, "connection") + " in " + std::string(name(State::close_wait)) + " of unknown age";
    one.why = "only --source netlink tells a leak from load";
    one.next = list_command({State::close_wait}, "-p -i --source netlink");
    out.push_back(std::move(one));
  }

  struct Shared {
    RowGroup group;
    std::uint64_t holders = 0;
  };

  const RuleLimits& rule_limits_;
  double leak_age_s_;
  UnreadLimits unread_;
  RowGroups leaked_;
  RowGroups not_read_;
  std::uint64_t all_ = 0;
  std::uint64_t ageless_ = 0;
  std::uint64_t untimed_ = 0;
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<CloseWait>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::close_wait
