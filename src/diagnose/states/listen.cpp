// LISTEN: connections that finished the handshake and wait for accept(2). The queue is full when it holds more than its
// limit; from there on SYNs and last ACKs are dropped, and clients wait without knowing.

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>

#include "base/quantity_text.h"
#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/row_groups.h"
#include "diagnose/timer_age.h"
#include "diagnose/worst_findings.h"
#include "model/listening_end.h"

namespace tcpstat::diagnose::listen {
namespace {

constexpr auto kLimits = std::to_array<ThresholdInfo>({
    {"warning", 0.75, "ratio", "of the limit: a program that keeps up leaves its queue nearly empty"},
    {"critical", 0.9, "ratio", "of the limit, or more connections than it: the next burst is dropped"},
    {"least", 5, "connections",
     "below that only a full queue counts, a warning: two of two are no burst; critical if it drops more than wait"},
    {"stalled_s", 10, "s",
     "that the first of `least` connections has waited, however much room there is: a program that runs accepts at "
     "once"},
    {"stalled_critical_s", 60, "s", "that it has waited: most clients have given up by then"},
    {"stalled_few_s", 30, "s", "that one of fewer has waited: a warning, for programs that serve one client at a time"},
    {"descriptors", 0.8, "ratio",
     "of the open files that its program may have are its sockets: accept(2) fails with EMFILE"},
    {"overflows", 1, "connections",
     "refused between two samples (ListenOverflows); critical if a nearly full one dropped"},
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {kAcceptQueueFullRule, "do programs accept connections more slowly than they come?",
     "listen(2) backlog; include/net/sock.h, sk_acceptq_is_full(); net/ipv4/tcp_ipv4.c, tcp_v4_syn_recv_sock(); "
     "include/net/tcp.h, tcp_listendrop()",
     kLimits},
});
constexpr const RuleInfo& kRule = kRules[0];
constexpr std::size_t kMostNamed = 3;
/// So many queues of one process are told together before those of one port.
constexpr std::size_t kTogether = 3;
/// So many queues are remembered, those with the largest share: as many as groups of connections that wait in them.
constexpr std::size_t kMostQueues = RowGroups::kMost;

struct Queue {
  Endpoint local;
  std::uint32_t waiting = 0;
  std::uint32_t limit = 0;
  std::string process;
  std::uint32_t pid = 0;
  std::uint64_t netns = 0;
  std::uint32_t interface = 0;  ///< that it is bound to
  bool leaves_ipv4 = false;     ///< IPV6_V6ONLY
  std::string device = {};      ///< its name
  std::uint64_t dropped = 0;    ///< SYNs and ACKs since the first sample, while queues overflowed
  std::uint64_t files = 0;      ///< the limit of open files that its program has used up
  /// How long the first of its connections has waited.
  std::optional<std::uint64_t> oldest_ms = {};

  /// At the same port, of a pool or of the other family.
  [[nodiscard]] bool is_beside(const Queue& other) const {
    const bool both = local.address.is_wildcard() && other.local.address.is_wildcard();
    return netns == other.netns && interface == other.interface && local.port == other.local.port &&
           (both || local.unmapped() == other.local.unmapped());
  }
  [[nodiscard]] ListeningEnd end() const { return {local.unmapped(), interface}; }
  [[nodiscard]] bool full() const { return waiting > limit; }
  [[nodiscard]] double share() const {
    return limit == 0 ? static_cast<double>(waiting) : static_cast<double>(waiting) / static_cast<double>(limit);
  }
};

/// ":443", "192.0.2.1:443", "0.0.0.0%eth0:443".
Subject listener_subject(const Endpoint& local, std::string_view device = {}) {
  if (!device.empty()) return Subject::endpoint(local, device);
  return local.address.is_wildcard() ? Subject::port(local.port) : Subject::endpoint(local);
}

/// "1 SYN or ACK", "3 SYNs or ACKs".
std::string dropped_text(std::uint64_t count) { return counted(count, "SYN") + " or ACK" + (count == 1 ? "" : "s"); }

class Listen : public Diagnosis {
 public:
  explicit Listen(const RuleLimits& rule_limits) : rule_limits_(rule_limits) {}

  // Beside LISTEN, the states of connections that no program has accepted yet.
  [[nodiscard]] StateSet states() const override { return {State::listen, State::established, State::close_wait}; }

  void connection(const Connection& row) override {
    if (!row.owners.empty()) ++held_[row.owners.front().pid];
    if (row.inode != 0 || row.minisocket) return;
    waiting_.of({0, row.local.unmapped(), row.interface}).add(row, unaccepted_ms(row), rule_limits_.ports);
  }

  void listener(const Listener& row) override {
    if (!row.accept_queue || *row.accept_queue == 0) return;
    if (!row.accept_limit) {
      ++limitless_;
      return;
    }
    Queue queue{row.local, *row.accept_queue, *row.accept_limit, {},
                0,         row.netns,         row.interface,     row.v6only.value_or(false)};
    if (!row.owners.empty()) {
      queue.process = row.owners.front().name;
      queue.pid = row.owners.front().pid;
    }
    queues_.push_back(std::move(queue));
    if (queues_.size() == 2 * kMostQueues) forget_smallest();
  }

  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    forget_smallest();
    tell_ages();
    std::erase_if(queues_, [this](const Queue& queue) { return severity_of(queue) == Severity::ok; });
    for (Queue& queue : queues_) {
      if (queue.interface == 0 || facts.names == nullptr) continue;
      queue.device = facts.names->interface_of(queue.netns, queue.interface);
    }
    for (Queue& queue : queues_) queue.files = files_used_up(queue.pid, facts);
    lately_ = facts.lately();
    const auto overflows = facts.grown(&KernelCounters::listen_overflows);
    // Each overflow is a drop of its listener, but listeners drop for other reasons too (a full SYN queue).
    std::uint64_t unexplained = overflows.value_or(0);
    std::vector<ListenerDrops> others(facts.listener_drops.begin(), facts.listener_drops.end());
    for (Queue& queue : queues_) {
      const auto own = std::find_if(others.begin(), others.end(),
                                    [&](const ListenerDrops& drops) { return drops.end == queue.end(); });
      if (own == others.end()) continue;
      if (overflows.value_or(0) > 0) queue.dropped = own->count;
      unexplained -= std::min(unexplained, own->count);
      others.erase(own);
    }
    tell(overflows, out);
    // If no other listener dropped anything, the overflows may be those of a queue that is full now and does not tell
    // its drops.
    if (queues_.empty() || !others.empty()) judge_bursts(unexplained, others, out);
  }

  void not_seen(std::vector<Unseen>& out) const override {
    if (limitless_ == 0) return;
    out.push_back({kRule.id,
                   "how full the accept queues of " + counted(limitless_, "listener") +
                       " are where connections wait: only netlink tells their limit (--source netlink)",
                   limitless_});
  }

 private:
  /// The limit of open files that the sockets of a program have used up; 0: they have not, or that is not known.
  [[nodiscard]] std::uint64_t files_used_up(std::uint32_t pid, const DiagnosisFacts& facts) const {
    const auto held = held_.find(pid);
    const auto most = held == held_.end() ? std::nullopt : facts.open_files(pid);
    if (!most) return 0;
    const double share = static_cast<double>(held->second) / static_cast<double>(*most);
    return share >= limit_of(rule_limits_, kRule, "descriptors") ? *most : 0;
  }

  /// One cause may leave several queues: a program that hangs all of its own, a pool or both families those of a port.
  void tell(const std::optional<std::uint64_t>& overflows, std::vector<Finding>& out) const {
    std::vector<const Queue*> left;
    for (const Queue& queue : queues_) left.push_back(&queue);
    const auto one_program = [](const Queue& a, const Queue& b) { return a.pid != 0 && a.pid == b.pid; };
    std::vector<Finding> found;
    join(left, kTogether, one_program, found);
    // Two of a process may be those of a pool that has more processes.
    join(left, 2, &Queue::is_beside, found);
    join(left, 2, one_program, found);
    for (const Queue* queue : left) found.push_back(finding(*queue, overflows));
    add_worst(std::move(found), out);
  }

  /// Tells those that belong together, at least so many, as one, and takes them out.
  template <typename Alike>
  void join(std::vector<const Queue*>& left, std::size_t least, Alike alike, std::vector<Finding>& found) const {
    for (std::size_t i = 0; i < left.size();) {
      std::vector<const Queue*> joined;
      std::copy_if(left.begin() + static_cast<std::ptrdiff_t>(i), left.end(), std::back_inserter(joined),
                   [&](const Queue* other) { return std::invoke(alike, *left[i], *other); });
      if (joined.size() < least) {
        ++i;
        continue;
      }
      found.push_back(together(joined));
      std::erase_if(left, [&](const Queue* one) { return std::invoke(alike, *joined.front(), *one); });
    }
  }

  /// Who leaves several queues. Nothing is known of a program without a number.
  struct Holders {
    explicit Holders(const std::vector<const Queue*>& queues) {
      std::set<std::uint32_t> pids;
      std::set<std::string_view> names;
      for (const Queue* queue : queues) {
        pids.insert(queue->pid);
        names.insert(queue->process);
      }
      const Queue& first = *queues.front();
      one = pids.size() == 1 && first.pid != 0;
      if (one) {
        text = first.process + "(" + std::to_string(first.pid) + ")";
      } else if (pids.contains(0)) {
        text = "its programs";
      } else {
        text = std::to_string(pids.size()) + (names.size() == 1 ? " processes of " + first.process : " programs");
      }
    }
    bool one = false;
    std::string text;
  };

  /// Several queues of one process or of one port, the fullest first.
  [[nodiscard]] Finding together(const std::vector<const Queue*>& queues) const {
    const Queue& first = *queues.front();
    const Holders who(queues);
    std::uint64_t waiting = 0;
    std::uint64_t dropped = 0;
    std::optional<std::uint64_t> oldest;
    Severity severity = Severity::ok;
    std::vector<std::string> names;  // several sockets may share one
    for (const Queue* queue : queues) {
      waiting += queue->waiting;
      dropped += queue->dropped;
      severity = worse(severity, severity_of(*queue));
      if (queue->oldest_ms) oldest = std::max(oldest.value_or(0), *queue->oldest_ms);
      const std::string name = listener_subject(queue->local, queue->device).text();
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    std::string named;
    for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) named += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > kMostNamed) named += ", \u2026";
    const double warning = limit_of(rule_limits_, kRule, "warning");
    Finding one(std::string(kRule.id), severity,
                who.one ? Subject::process(first.process, first.pid) : listener_subject(first.local, first.device),
                {measured("accept_queue_fill", first.share(), warning, "ratio", kFromDump),
                 measured("accept_queue", static_cast<double>(waiting), "connections", kFromDump),
                 measured("listeners", static_cast<double>(queues.size()), "listeners", kFromDump)});
    if (oldest) {
      one.evidence.push_back(measured("oldest_s", static_cast<double>(*oldest) / 1000,
                                      limit_of(rule_limits_, kRule, "stalled_s"), "s", "tcp_info"));
    }
    if (dropped > 0) {
      one.evidence.push_back(measured("listener_drops", static_cast<double>(dropped), "segments", kFromDump));
    }
    one.value = first.share();
    one.unit = "ratio";
    one.warning = warning;
    one.critical = limit_of(rule_limits_, kRule, "critical");
    const std::string at = std::to_string(queues.size()) + " listeners";
    one.why = first.full()                     ? "full, new clients are dropped"
              : fill_of(first) != Severity::ok ? "nearly full"
                                               : "clients wait so long to be served";
    if (dropped > 0) one.why += "; they dropped " + dropped_text(dropped) + " " + lately_;
    if (who.one) {
      one.message = who.text + " has not accepted " + counted(waiting, "connection") + " at " + at + " (" + named +
                    ")" + oldest_text(oldest);
      one.advice = "find out where " + who.text + " hangs or is slow (its stack, its log)";
      one.brief = who.text + " lets clients wait at " + at;
      one.next = "tcpstat -l -p --pid " + std::to_string(first.pid);
      tell_used_up_files(first, who.text, one);
      if (first.files > 0) one.brief += ", and lets clients wait at " + at;
      return one;
    }
    one.message = named + " holds " + counted(waiting, "connection") + " that " + who.text + " have not accepted, at " +
                  at + oldest_text(oldest);
    one.advice = "find out where they hang or are slow (their stacks, their logs)";
    one.brief = named + " lets " + counted(waiting, "client") + " wait at " + at + " (" + who.text + ")";
    one.next = "tcpstat -l -p --local-port " + std::to_string(first.local.port);
    return one;
  }

  /// Where that is so, it is the reason why the program does not accept.
  static void tell_used_up_files(const Queue& queue, const std::string& who, Finding& one) {
    if (queue.files == 0) return;
    one.evidence.push_back(measured("open_files_limit", static_cast<double>(queue.files), "files", "/proc/PID/limits"));
    one.why = who + " has used up its open files (" + std::to_string(queue.files) + "), so that accept(2) fails" +
              (queue.full() ? "; new clients are dropped" : "");
    one.advice = "let it close connections sooner, or raise its limit of open files (LimitNOFILE, ulimit -n)";
    one.next = "tcpstat summary --by state,remote_address --pid " + std::to_string(queue.pid);
    one.brief = who + " is out of open files";
  }

  /// Queues that were full between the samples and are not now.
  void judge_bursts(std::uint64_t overflows, std::span<const ListenerDrops> listeners,
                    std::vector<Finding>& out) const {
    const double most = limit_of(rule_limits_, kRule, "overflows");
    if (overflows == 0 || static_cast<double>(overflows) < most) return;
    const bool known = listeners.size() == 1;
    const Subject about =
        known ? listener_subject(listeners.front().end.local, listeners.front().device) : Subject::host();
    Finding one(std::string(kRule.id), Severity::warning, about,
                {measured("listen_overflows", static_cast<double>(overflows), most, "connections",
                          "/proc/net/netstat ListenOverflows")});
    std::string names;
    for (const ListenerDrops& drops : listeners.first(std::min(listeners.size(), kMostNamed))) {
      one.evidence.push_back(measured("listener_drops", static_cast<double>(drops.count), "segments", kFromDump));
      names += (names.empty() ? " behind " : ", ") + listener_subject(drops.end.local, drops.device).text();
    }
    one.value = static_cast<double>(overflows);
    one.unit = "connections";
    one.warning = most;
    // The kernel counts each SYN and each ACK, and clients send them again.
    one.message = dropped_text(overflows) + " found " +
                  (known ? "the accept queue of " + about.text() : std::string("an accept queue")) + " full " +
                  lately_ + ", though it is not at this moment";
    one.why = "bursts outrun " + (known ? std::string("its program") : "a program" + names);
    one.advice = "raise its backlog (listen(2)), and net.core.somaxconn where that is the limit";
    one.brief = (known ? about.text() : "host") + " accept queue overflowed (" + counted(overflows, "time") + ")";
    one.next = known ? "tcpstat -l -p --local-port " + std::to_string(listeners.front().end.local.port)
                     : "tcpstat -l -p --sort accept_queue:desc";
    out.push_back(std::move(one));
  }

  /// Each connection waits in the queue of the listener that took it.
  void tell_ages() {
    std::map<ListeningEnd, Queue*> queues;
    for (Queue& queue : queues_) queues.emplace(queue.end(), &queue);
    const auto takes = [&](const ListeningEnd& end, Family family) {
      const auto at = queues.find(end);
      return at != queues.end() && (end.local.address.family == family || !at->second->leaves_ipv4);
    };
    for (const auto& [key, group] : waiting_.largest()) {
      const auto taker = taker_of({key.endpoint, key.interface}, takes);
      if (!taker || !group->oldest_ms) continue;
      Queue& queue = *queues.at(*taker);
      queue.oldest_ms = std::max(queue.oldest_ms.value_or(0), *group->oldest_ms);
    }
  }

  [[nodiscard]] bool are_many(const Queue& queue) const {
    return static_cast<double>(queue.waiting) >= limit_of(rule_limits_, kRule, "least");
  }

  struct Limits {
    double warning;
    std::optional<double> critical;
  };
  /// For the seconds that the first connection has waited. A few that wait are a warning at most.
  [[nodiscard]] Limits stall_limits(const Queue& queue) const {
    if (!are_many(queue)) return {limit_of(rule_limits_, kRule, "stalled_few_s"), std::nullopt};
    return {limit_of(rule_limits_, kRule, "stalled_s"), limit_of(rule_limits_, kRule, "stalled_critical_s")};
  }

  [[nodiscard]] Severity stall_of(const Queue& queue) const {
    if (!queue.oldest_ms) return Severity::ok;
    const Limits limits = stall_limits(queue);
    return judged(static_cast<double>(*queue.oldest_ms) / 1000, limits.warning,
                  limits.critical.value_or(std::numeric_limits<double>::infinity()));
  }

  [[nodiscard]] Severity severity_of(const Queue& queue) const { return worse(fill_of(queue), stall_of(queue)); }

  [[nodiscard]] Severity fill_of(const Queue& queue) const {
    // A few may wait for a program that serves one client at a time. Then a tiny queue is full.
    if (queue.full()) return are_many(queue) || queue.dropped > queue.waiting ? Severity::critical : Severity::warning;
    if (!are_many(queue)) return Severity::ok;
    const Severity fill =
        judged(queue.share(), limit_of(rule_limits_, kRule, "warning"), limit_of(rule_limits_, kRule, "critical"));
    return fill != Severity::ok && queue.dropped > 0 ? Severity::critical : fill;
  }

  /// Sorts them, too.
  void forget_smallest() {
    std::sort(queues_.begin(), queues_.end(), [](const Queue& a, const Queue& b) {
      if (a.share() != b.share()) return a.share() > b.share();
      return a.end() < b.end();
    });
    if (queues_.size() > kMostQueues) queues_.resize(kMostQueues);
  }

  [[nodiscard]] Finding finding(const Queue& queue, const std::optional<std::uint64_t>& overflows) const {
    const bool stalled = fill_of(queue) == Severity::ok;
    const Limits limits =
        stalled ? stall_limits(queue)
                : Limits{limit_of(rule_limits_, kRule, "warning"), limit_of(rule_limits_, kRule, "critical")};
    std::vector<Evidence> because = {
        measured("accept_queue_fill", queue.share(), limit_of(rule_limits_, kRule, "warning"), "ratio", kFromDump),
        measured("accept_queue", queue.waiting, "connections", kFromDump),
        measured("accept_limit", queue.limit, "connections", kFromDump),
    };
    const double oldest_s = static_cast<double>(queue.oldest_ms.value_or(0)) / 1000;
    if (stalled) {
      because.push_back(measured("oldest_s", oldest_s, limits.warning, "s", "tcp_info"));
    } else if (queue.oldest_ms) {
      because.push_back(measured("oldest_s", oldest_s, "s", "tcp_info"));
    }
    if (overflows) {
      because.push_back(measured("listen_overflows", static_cast<double>(*overflows), "connections",
                                 "/proc/net/netstat ListenOverflows"));
    }
    if (queue.dropped > 0) {
      because.push_back(measured("listener_drops", static_cast<double>(queue.dropped), "segments", kFromDump));
    }
    const Subject about = listener_subject(queue.local, queue.device);
    Finding one(std::string(kRule.id), severity_of(queue), about, std::move(because));
    one.value = stalled ? oldest_s : queue.share();
    one.unit = stalled ? "s" : "ratio";
    one.warning = limits.warning;
    one.critical = limits.critical;
    const std::string who = queue.pid == 0 ? "the program" : queue.process + "(" + std::to_string(queue.pid) + ")";
    const std::uint64_t room = accept_room(queue.limit);
    one.message = about.text() + " holds " + counted(queue.waiting, "connection") + " that " + who +
                  " has not accepted, with room for " + std::to_string(room) + oldest_text(queue.oldest_ms);
    one.next = "tcpstat -l -p --local-port " + std::to_string(queue.local.port);
    if (queue.files > 0) {
      tell_used_up_files(queue, who, one);
      one.brief += ", " + about.text() + " accept queue at " + std::to_string(queue.waiting) + ", room for " +
                   std::to_string(room);
      return one;
    }
    if (stalled) {
      one.why = "clients wait so long to be served" +
                (queue.dropped == 0 ? "" : ", and the queue dropped " + dropped_text(queue.dropped) + " " + lately_);
      one.advice = "find out where " + who + " hangs or is slow (its stack, its log)";
      one.brief = about.text() + " lets " + counted(queue.waiting, "client") + " wait" +
                  (queue.pid == 0 ? "" : " (" + queue.process + ")");
      return one;
    }
    one.why = (queue.full() ? std::string("full, new clients are dropped") : std::string("nearly full")) +
              (queue.dropped == 0 ? "" : ", it dropped " + dropped_text(queue.dropped) + " " + lately_);
    one.advice = "find out where " + who + " hangs or is slow (its stack, its log); raise its backlog afterwards";
    one.brief = about.text() + " accept queue " + (queue.full() ? "full" : "nearly full") + " (" +
                std::to_string(queue.waiting) + ", room for " + std::to_string(room) +
                (queue.pid == 0 ? "" : ", " + queue.process) + ")";
    return one;
  }

  std::uint64_t limitless_ = 0;  ///< listeners with a queue of unknown room
  const RuleLimits& rule_limits_;
  std::vector<Queue> queues_;
  RowGroups waiting_;
  std::unordered_map<std::uint32_t, std::uint64_t> held_;  ///< sockets of each process
  std::string lately_;                                     ///< when queues overflowed
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<Listen>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::listen
