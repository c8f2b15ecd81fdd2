// Ephemeral ports: a client takes them from net.ipv4.ip_local_port_range. Each can be taken once for one local address,
// remote address and remote port, in any state, so that the rows which have these three in common are the ports in use.
// connect(2) cannot take a port that bind(2) took, whatever the destination.

#include <algorithm>
#include <array>
#include <chrono>
#include <map>

#include "base/frequent_keys.h"
#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/row_groups.h"
#include "diagnose/worst_findings.h"
#include "model/kernel_timers.h"
#include "model/way.h"

namespace tcpstat::diagnose::ports {
namespace {

constexpr auto kLimits = std::to_array<ThresholdInfo>({
    {"warning", 0.7, "ratio", "of the ports that may be taken: connect(2) already searches long"},
    {"critical", 0.9, "ratio", "of the ports that may be taken: connect(2) is about to fail with EADDRNOTAVAIL"},
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {kPortExhaustionRule,
     "do connections to one destination, or sockets that were bound, take nearly all ephemeral ports?",
     "ip(7) ip_local_port_range; net/ipv4/inet_hashtables.c, __inet_hash_connect(); RFC 6056 §3.2", kLimits},
});
constexpr const RuleInfo& kRule = kRules[0];
constexpr double kTimeWaitSeconds = std::chrono::duration<double>(kTcpTimewaitLen).count();

using Ways = FrequentKeys<Way, WayHash>;

class Ports : public Diagnosis {
 public:
  explicit Ports(const RuleLimits& rule_limits)
      : rule_limits_(rule_limits), held_(WayHash{}), connecting_(WayHash{}), waiting_(WayHash{}) {
    const KernelSettings& settings = rule_limits.settings;
    if (!settings.first_local_port || !settings.last_local_port) return;
    first_ = *settings.first_local_port;
    last_ = *settings.last_local_port;
    range_known_ = true;
    most_ = settings.ephemeral_ports().value_or(0);
  }

  // Not SYN_RECV, which nobody here opened.
  [[nodiscard]] StateSet states() const override { return StateSet::all() - StateSet{State::syn_recv}; }

  void connection(const Connection& row) override {
    ++rows_;
    if (!takes(row.local.port)) return;
    if (row.state == State::close) {
      uses_[row.local.port] |= kBound;
      return;
    }
    std::uint8_t& uses = uses_[row.local.port];
    if ((uses & kManyRows) != kManyRows) ++uses;
    const Way way = way_of(row.local, row.remote);
    (row.state == State::time_wait ? waiting_ : row.state == State::syn_sent ? connecting_ : held_).add(way);
  }

  void listener(const Listener& row) override {
    if (takes(row.local.port)) uses_[row.local.port] |= kListens;
  }

  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    sees_bound_ = facts.visible.has(State::close);
    std::map<Way, Use> ways;
    for (const auto& entry : held_.top(Ways::kCapacity)) ways[entry.key].held = entry.count;
    for (const auto& entry : connecting_.top(Ways::kCapacity)) ways[entry.key].connecting = entry.count;
    for (const auto& entry : waiting_.top(Ways::kCapacity)) ways[entry.key].waiting = entry.count;
    std::vector<std::pair<Way, Use>> all(ways.begin(), ways.end());
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.second.all() > b.second.all(); });
    std::vector<Finding> found;
    for (const auto& [way, use] : all) judge(way, use, found);
    if (found.empty() && most_ > 0) judge_bound(found);
    add_worst(std::move(found), out);
  }

  void not_seen(std::vector<Unseen>& out) const override {
    if (!range_known_) {
      if (rows_ > 0) {
        out.push_back(
            {kRule.id, "whether local ports run out: net.ipv4.ip_local_port_range is not known", rows_, true});
      }
      return;
    }
    if (most_ == 0 || sees_bound_) return;
    out.push_back(
        {kRule.id, "ports that sockets hold which are bound and not connected: only netlink shows them (Linux 6.8)"});
  }

 private:
  // What one port is used for, in bits: a count of rows up to two, and what takes the port for all destinations.
  static constexpr std::uint8_t kManyRows = 2;
  static constexpr std::uint8_t kBound = 4;
  static constexpr std::uint8_t kListens = 8;
  struct Use {
    std::uint64_t held = 0;
    std::uint64_t connecting = 0;
    std::uint64_t waiting = 0;
    [[nodiscard]] std::uint64_t all() const { return held + connecting + waiting; }
  };

  [[nodiscard]] bool takes(std::uint16_t port) const { return most_ != 0 && port >= first_ && port <= last_; }

  /// connect(2) passes over each port that bind(2) took (net/ipv4/inet_hashtables.c, __inet_hash_connect(): fastreuse),
  /// and shares the others between destinations. Rows do not say which were bound; but connect(2) begins its search
  /// anywhere, on every second port, so that it leaves at most half of the ports with one connection each, unless one
  /// destination has most of them.
  void judge_bound(std::vector<Finding>& out) const {
    std::uint64_t once = 0;
    std::uint64_t idle = 0;
    std::uint64_t listened = 0;
    for (std::uint32_t port = first_; port <= last_; ++port) {
      const std::uint8_t uses = uses_[port];
      if ((uses & kListens) != 0) {
        ++listened;
      } else if ((uses & kBound) != 0) {
        ++idle;
      } else if (uses == 1) {
        ++once;
      }
    }
    const std::uint64_t count = std::min(once + idle + listened, most_);
    const auto most = static_cast<double>(most_);
    const double taken = static_cast<double>(count) / most;
    const double warning = limit_of(rule_limits_, kRule, "warning");
    const double critical = limit_of(rule_limits_, kRule, "critical");
    const Severity severity = judged(taken, warning, critical);
    if (severity == Severity::ok) return;
    Finding one(std::string(kRule.id), severity, Subject::host(),
                {measured("ports_taken", taken, warning, "ratio", kFromDump),
                 measured("ports_of_one_connection", static_cast<double>(once), "ports", kFromDump),
                 measured("ports_bound_and_not_connected", static_cast<double>(idle), "ports", kFromDump),
                 measured("ports_listened_on", static_cast<double>(listened), "ports", kFromDump),
                 measured("ports_to_take", most, "ports", "net.ipv4.ip_local_port_range")});
    one.value = taken;
    one.unit = "ratio";
    one.warning = warning;
    one.critical = critical;
    one.message = std::to_string(count) + " of " + std::to_string(most_) +
                  " local ports are taken by sockets that were " +
                  (once == 0 ? "bound and never connected" : "bound before they connected");
    if (once > 0 && idle > 0) one.message += ", " + std::to_string(idle) + " of them never did";
    if (listened > 0) one.message += ", " + std::to_string(listened) + " by listeners";
    one.brief = std::to_string(count) + " of " + std::to_string(most_) + " local ports taken by bound sockets";
    one.why = std::string("connect(2) ") + (severity == Severity::critical ? "finds hardly any" : "finds few") +
              ", whatever the destination";
    one.advice = once > 0 ? "let programs set IP_BIND_ADDRESS_NO_PORT, or widen net.ipv4.ip_local_port_range"
                          : "let programs close them, or widen net.ipv4.ip_local_port_range";
    one.next =
        "tcpstat summary --by state,process -a --local-port " + std::to_string(first_) + "-" + std::to_string(last_);
    out.push_back(std::move(one));
  }

  /// Whether connect(2) may take a port from TIME_WAIT (net/ipv4/tcp_ipv4.c, tcp_twsk_unique()): tcp_tw_reuse 1 always,
  /// 2 on loopback, both only with timestamps. Whether the peer used them, a row in TIME_WAIT does not tell.
  [[nodiscard]] bool reusable(const Way& way) const {
    if (rule_limits_.settings.timestamps == 0) return false;
    const auto reuse = rule_limits_.settings.tw_reuse;
    return reuse == 1 || (reuse == 2 && way.local.is_loopback() && way.remote.address.is_loopback());
  }

  void judge(const Way& way, const Use& use, std::vector<Finding>& out) const {
    const double warning = limit_of(rule_limits_, kRule, "warning");
    const double critical = limit_of(rule_limits_, kRule, "critical");
    const auto most = static_cast<double>(most_);
    const double taken = static_cast<double>(use.all()) / most;
    const double blocked = static_cast<double>(use.all() - (reusable(way) ? use.waiting : 0)) / most;
    if (judged(taken, warning, critical) == Severity::ok) return;
    const Severity blocking = judged(blocked, warning, critical);
    const bool free_again = blocking == Severity::ok;
    const std::string destination = to_string(way.remote);
    Finding one(std::string(kRule.id), free_again ? Severity::info : blocking, Subject::endpoint(way.remote),
                {measured("ports_taken", taken, warning, "ratio", kFromDump),
                 measured("ports_in_time_wait", static_cast<double>(use.waiting), "ports", kFromDump),
                 measured("ports_to_take", most, "ports", "net.ipv4.ip_local_port_range")});
    one.value = taken;
    one.unit = "ratio";
    one.warning = warning;
    one.critical = critical;
    one.message = std::to_string(use.all()) + " of " + std::to_string(most_) + " local ports from " +
                  to_string(way.local) + " to " + destination + " are taken";
    one.brief =
        std::to_string(use.all()) + " of " + std::to_string(most_) + " local ports to " + destination + " taken";
    const auto tell_part = [&one](std::uint64_t ports, State state) {
      if (ports > 0) one.message += ", " + std::to_string(ports) + " by " + std::string(name(state));
    };
    const bool in_vain = use.connecting * 2 > use.all();
    if (in_vain) {
      tell_part(use.connecting, State::syn_sent);
      one.evidence.push_back(measured(kPortsConnecting, static_cast<double>(use.connecting), "ports", kFromDump));
    }
    tell_part(use.waiting, State::time_wait);
    if (free_again) {
      one.message += ", which connect(2) may use again after 1 s (tcp_tw_reuse) if the peer uses timestamps";
    } else if (use.waiting * 2 > use.all()) {
      const auto rate = static_cast<std::uint64_t>(most / kTimeWaitSeconds);
      one.why = "more than " + counted(rate, "new one") + " a second " + (rate == 1 ? "does" : "do") + " not fit";
      one.advice = "keep connections open";
    } else if (in_vain) {
      one.why = "attempts there get no answer in time, and each keeps its port for as long as it waits";
      one.advice = "see whether it is up; let programs give up sooner";
    } else {
      one.why = "new connections there are about to fail";
      one.advice = "share connections, or add a source or destination address";
    }
    one.next = "tcpstat summary --by state,process " + filter_text({0, way.remote});
    out.push_back(std::move(one));
  }

  const RuleLimits& rule_limits_;
  std::uint16_t first_ = 0;
  std::uint16_t last_ = 0;
  std::uint64_t most_ = 0;  ///< ports that may be taken; 0: not known, and nothing is said
  Ways held_;
  Ways connecting_;
  Ways waiting_;
  std::vector<std::uint8_t> uses_ = std::vector<std::uint8_t>(std::size_t{UINT16_MAX} + 1);  ///< by port
  bool sees_bound_ = true;
  bool range_known_ = false;
  std::uint64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<Ports>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::ports
