// Open connections that carry nothing, by the service that they came to and by their source. A pool, a proxy and
// browsers keep some; a connection flood and slow clients look the same from here, so that numbers alone are no
// trouble. Whether the program has descriptors left, and still accepts, tells whether they are.

#include <algorithm>
#include <array>
#include <unordered_map>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/row_groups.h"
#include "diagnose/timer_age.h"
#include "diagnose/worst_findings.h"
#include "model/tcp_info.h"

namespace tcpstat::diagnose::idle_connections {
namespace {

constexpr auto kLimits = std::to_array<ThresholdInfo>({
    {"warning", 0.5, "ratio", "of the descriptors that the program may open (RLIMIT_NOFILE)"},
    {"critical", 0.9, "ratio", "of the descriptors that the program may open: accept(2) is about to fail"},
    {"least", 100, "sockets", "of one service, or of one source: fewer are not worth a word"},
    {"waiting", 5, "connections",
     "that have waited for `age_s` to be accepted behind them: a warning, the program has no room for clients"},
    {"age_s", 10, "s", "without a byte of the client, or with too few: those who connect speak within seconds"},
    {"network", 0.5, "ratio", "of them from one /24 or /48, whose hosts have few each: they belong together"},
    {"slow", 100, "bytes/s", "of a request that has had no answer so far: no link is that slow"},
    {"idle_s", 300, "s", "without a byte of either end; keep-alive of web servers ends before"},
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {kIdleConnectionsRule, "do open connections that carry nothing pile up?",
     "net/ipv4/tcp.c, tcp_get_info(): tcpi_bytes_received, tcpi_data_segs_out, tcpi_last_data_sent; RLIMIT_NOFILE, "
     "getrlimit(2)",
     kLimits},
});
constexpr const RuleInfo& kRule = kRules[0];
/// Most of them are only worth a word.
constexpr std::size_t kMostServices = 3;

/// What one row carries.
enum class Carries : std::uint8_t { data, nothing_yet, too_little, no_answer, nothing_now, unknown };

struct Pile {
  std::uint64_t open = 0;
  std::uint64_t silent = 0;  ///< the client never sent a byte
  std::uint64_t slow = 0;    ///< it sent a few, and had no answer
  std::uint64_t still = 0;   ///< of these, nothing has come for long: it may have sent all it had
  std::uint64_t idle = 0;    ///< nothing moved for long
  std::optional<std::uint64_t> oldest_ms;
  std::uint64_t waiting = 0;  ///< for long to be accepted

  [[nodiscard]] std::uint64_t all() const { return silent + slow + idle; }
};

/// The key of one source, at one port or at all of them (0). An IPv6 client counts with its /64.
GroupKey source_of(const Connection& row, std::uint16_t port) {
  constexpr std::size_t kNetBytes = 8;
  Address source = row.remote.address.unmapped();
  if (source.family == Family::ipv6) std::fill(source.bytes.begin() + kNetBytes, source.bytes.end(), std::uint8_t{0});
  return {0, {source, port}};
}

/// The network of many hosts around an address: a /24, or a /48 of IPv6.
Prefix network_around(const Address& address) { return prefix_of(address, address.family == Family::ipv6 ? 48 : 24); }

/// The key of one such network, at one port.
GroupKey network_of(const Connection& row) {
  return {0, {network_around(row.remote.address.unmapped()).network, row.local.port}};
}

std::string source_text(const Address& source) {
  return to_string(source) + (source.family == Family::ipv6 ? "/64" : "");
}

class IdleConnections : public Diagnosis {
 public:
  explicit IdleConnections(const RuleLimits& rule_limits)
      : rule_limits_(rule_limits),
        age_ms_(limit("age_s") * 1000),
        idle_ms_(limit("idle_s") * 1000),
        slow_per_s_(limit("slow")) {}

  [[nodiscard]] StateSet states() const override { return {State::established}; }

  void connection(const Connection& row) override {
    if (service_port(row, rule_limits_.ports).opened == Opened::here) return;
    // A connection that no program has accepted holds none of its descriptors. A program that is busy for a moment lets
    // some wait, too.
    if (row.inode == 0) {
      if (static_cast<double>(unaccepted_ms(row).value_or(0)) >= age_ms_) ++piles_[row.local.port].waiting;
      return;
    }
    Pile& pile = piles_[row.local.port];
    ++pile.open;
    std::uint64_t age = 0;
    switch (judge(row, age)) {
      case Carries::unknown:
        ++unknown_;
        return;
      case Carries::data:
        return;
      case Carries::nothing_yet:
        ++pile.silent;
        break;
      case Carries::no_answer:
        ++pile.still;
        [[fallthrough]];
      case Carries::too_little:
        ++pile.slow;
        break;
      case Carries::nothing_now:
        ++pile.idle;
        break;
    }
    pile.oldest_ms = std::max(pile.oldest_ms.value_or(0), age);
    at_port_.of(source_of(row, row.local.port)).add(row, age, rule_limits_.ports);
    networks_.of(network_of(row)).add(row, age, rule_limits_.ports);
    anywhere_.of(source_of(row, 0)).add(row, age, rule_limits_.ports);
    if (!row.owners.empty()) {
      holders_.of({row.owners.front().pid, {{}, row.local.port}}).add(row, age, rule_limits_.ports);
    }
  }

  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    std::vector<std::pair<std::uint16_t, Pile>> large;
    for (const auto& [port, pile] : piles_) {
      if (static_cast<double>(pile.all()) >= limit("least")) large.emplace_back(port, pile);
    }
    std::sort(large.begin(), large.end(), [](const auto& a, const auto& b) {
      return a.second.all() != b.second.all() ? a.second.all() > b.second.all() : a.first < b.first;
    });
    const auto sources = at_port_.largest();
    const auto holders = holders_.largest();
    std::vector<Finding> found;
    for (const auto& [port, pile] : large) found.push_back(of_service(port, pile, sources, holders, facts));
    add_worst(std::move(found), out, kMostServices);
    if (large.empty()) judge_source(out);
  }

  void not_seen(std::vector<Unseen>& out) const override {
    if (static_cast<double>(unknown_) < limit("least")) return;
    out.push_back(untold_by(unknown_, kRule.id, "whether " + counted(unknown_, "open connection") + " carry anything"));
  }

 private:
  [[nodiscard]] double limit(std::string_view name) const { return limit_of(rule_limits_, kRule, name); }

  [[nodiscard]] Carries judge(const Connection& row, std::uint64_t& age) const {
    static constexpr const TcpInfoField& kReceived = tcp_info_field("bytes_received");
    static constexpr const TcpInfoField& kSent = tcp_info_field("data_segs_out");
    static constexpr const TcpInfoField& kLastSent = tcp_info_field("last_data_sent_ms");
    static constexpr const TcpInfoField& kLastReceived = tcp_info_field("last_data_recv_ms");
    const auto sent = tcp_info_value(row.tcp_info, kSent);
    const auto received = tcp_info_value(row.tcp_info, kReceived);
    const auto last_sent = tcp_info_value(row.tcp_info, kLastSent);
    const auto last_received = tcp_info_value(row.tcp_info, kLastReceived);
    if (!sent || !received || !last_sent || !last_received) return Carries::unknown;
    // Both clocks of a connection that was accepted start when it was (net/ipv4/tcp_minisocks.c,
    // tcp_create_openreq_child()): until something is sent, that of sending is its age.
    age = *last_sent;
    if (*received == 0) return static_cast<double>(age) >= age_ms_ ? Carries::nothing_yet : Carries::data;
    const bool few = static_cast<double>(*received) * 1000 < slow_per_s_ * static_cast<double>(age);
    if (*sent == 0 && few && static_cast<double>(age) >= age_ms_) {
      return static_cast<double>(*last_received) >= age_ms_ ? Carries::no_answer : Carries::too_little;
    }
    age = std::min(*last_sent, *last_received);
    return static_cast<double>(age) >= idle_ms_ ? Carries::nothing_now : Carries::data;
  }

  [[nodiscard]] Finding of_service(std::uint16_t port, const Pile& pile, const std::vector<RowGroups::Entry>& sources,
                                   const std::vector<RowGroups::Entry>& holders, const DiagnosisFacts& facts) const {
    std::size_t count = 0;
    const RowGroups::Entry* first = nullptr;
    for (const RowGroups::Entry& one : sources) {
      if (one.key.endpoint.port != port) continue;
      if (count++ == 0) first = &one;
    }
    const auto all = static_cast<double>(pile.all());
    Finding one(std::string(kRule.id), Severity::info, Subject::port(port),
                {measured("idle_connections", all, limit("least"), "sockets", "tcp_info"),
                 measured("open_connections", static_cast<double>(pile.open), "sockets", kFromDump),
                 measured("never_sent_a_byte", static_cast<double>(pile.silent), "sockets", "tcp_info"),
                 measured("unfinished_requests", static_cast<double>(pile.slow), "sockets", "tcp_info"),
                 measured("idle_for_long", static_cast<double>(pile.idle), "sockets", "tcp_info"),
                 measured("sources", static_cast<double>(count), "sources", kFromDump)});
    one.value = all;
    one.unit = "sockets";
    one.message = std::to_string(pile.all()) + " of " + counted(pile.open, "connection") +
                  " on :" + std::to_string(port) + what(pile) + oldest_text(pile.oldest_ms);
    one.brief = std::to_string(pile.all()) + " of " + counted(pile.open, "connection") +
                " on :" + std::to_string(port) + briefly(pile);
    if (waits_for_answers(pile)) {
      one.why = "the program waits for something (long polls, another service), or clients stop within their requests";
    } else if (mostly_slow(pile)) {
      one.why = "slow clients, or an attack";
    }
    if (first != nullptr) {
      const double share = static_cast<double>(first->group->rows) / all;
      one.evidence.push_back(measured("share_of_largest_source", share, "ratio", kFromDump));
      one.because(
          network_text_of(port, all, share, one)
              .value_or(origin_text(first->group->rows, share, source_text(first->key.endpoint.address), count)));
    }
    judge_descriptors(port, holders, facts, one);
    if (static_cast<double>(pile.waiting) >= limit("waiting")) {
      one.severity = worse(one.severity, Severity::warning);
      one.evidence.push_back(measured("waiting_to_be_accepted", static_cast<double>(pile.waiting), limit("waiting"),
                                      "connections", "tcp_info"));
      one.because(counted(pile.waiting, "other") + (pile.waiting == 1 ? " has" : " have") +
                  " long waited to be accepted");
    }
    if (one.severity >= Severity::warning) {
      one.advice = "let the program end idle connections sooner, and limit the connections of one source";
    }
    const bool network = std::any_of(one.evidence.begin(), one.evidence.end(), [](const Evidence& piece) {
      return piece.quantity == "share_of_largest_network";
    });
    one.next = std::string("tcpstat summary --by ") + (network ? "remote_prefix" : "remote_address") + " --state " +
               std::string(name(State::established)) + " --local-port " + std::to_string(port);
    return one;
  }

  /// One network that has most of them, where none of its hosts has; nothing if there is none.
  [[nodiscard]] std::optional<std::string> network_text_of(std::uint16_t port, double all, double share_of_source,
                                                           Finding& one) const {
    if (share_of_source >= limit("network")) return std::nullopt;
    for (const RowGroups::Entry& network : networks_.largest()) {
      if (network.key.endpoint.port != port) continue;
      const double share = static_cast<double>(network.group->rows) / all;
      if (share < limit("network")) return std::nullopt;
      one.evidence.push_back(measured("share_of_largest_network", share, limit("network"), "ratio", kFromDump));
      return percent(share) + " of them from " + to_string(network_around(network.key.endpoint.address));
    }
    return std::nullopt;
  }

  /// Where they come from; a source that has hardly any of them is not named.
  [[nodiscard]] std::string origin_text(std::uint64_t rows, double share, const std::string& source,
                                        std::size_t sources) const {
    constexpr double kHardlyAny = 0.1;
    const std::string all = (at_port_.lost() > 0 ? "more than " : "") + std::to_string(sources);
    if (share < kHardlyAny) return "they come from " + all + " sources, none has more than " + std::to_string(rows);
    return percent(share) + " of them from " + source + (sources > 1 ? ", of " + all + " sources" : "");
  }

  [[nodiscard]] static bool mostly_slow(const Pile& pile) { return pile.slow * 2 > pile.all(); }

  /// Most brought something, and nothing more for long: they have sent their requests, or stopped within them.
  [[nodiscard]] static bool waits_for_answers(const Pile& pile) {
    return mostly_slow(pile) && pile.still * 2 > pile.slow;
  }

  /// What all of them do; if they differ, how many of them do what most do.
  [[nodiscard]] static std::string what(const Pile& pile) {
    const bool slow = mostly_slow(pile);
    const std::uint64_t most = slow ? pile.slow : pile.silent;
    if (most * 2 <= pile.all()) return " carry nothing";
    const std::string they = waits_for_answers(pile) ? " brought a few bytes and have had no answer"
                             : slow                  ? " brought a few bytes and no request that was answered"
                                                     : " never brought a byte";
    return most == pile.all() ? they : " carry nothing, " + std::to_string(most) + " of them" + they;
  }
  [[nodiscard]] static std::string briefly(const Pile& pile) {
    if (pile.slow == pile.all()) return waits_for_answers(pile) ? " have had no answer" : " send too slowly";
    return pile.silent == pile.all() ? " never spoke" : " carry nothing";
  }

  void judge_descriptors(std::uint16_t port, const std::vector<RowGroups::Entry>& holders, const DiagnosisFacts& facts,
                         Finding& one) const {
    const auto holder = std::find_if(holders.begin(), holders.end(),
                                     [&](const RowGroups::Entry& entry) { return entry.key.endpoint.port == port; });
    if (holder == holders.end()) return;
    const auto most = facts.open_files(holder->key.pid);
    if (!most) return;
    const double share = static_cast<double>(holder->group->rows) / static_cast<double>(*most);
    const Severity severity = judged(share, limit("warning"), limit("critical"));
    one.evidence.push_back(measured("descriptors_taken", share,
                                    limit(severity == Severity::critical ? "critical" : "warning"), "ratio",
                                    "/proc/PID/limits"));
    if (severity == Severity::ok) return;
    one.severity = severity;
    one.because(std::string(kTheyTake) + percent(share) + " of the descriptors of " + holder->group->process + "(" +
                std::to_string(holder->key.pid) + ")");
  }

  /// One source at many services, of which none has many.
  void judge_source(std::vector<Finding>& out) const {
    const auto sources = anywhere_.largest();
    if (sources.empty() || static_cast<double>(sources.front().group->rows) < limit("least")) return;
    const auto& [key, group] = sources.front();
    const auto rows = static_cast<double>(group->rows);
    Finding one(std::string(kRule.id), Severity::info, Subject::address(key.endpoint.address),
                {measured("idle_connections", rows, limit("least"), "sockets", "tcp_info")});
    one.value = rows;
    one.unit = "sockets";
    one.message = counted(group->rows, "connection") + " of " + source_text(key.endpoint.address) +
                  " to several services carry nothing" + oldest_text(group->oldest_ms);
    one.brief = counted(group->rows, "connection") + " of " + source_text(key.endpoint.address) + " carry nothing";
    one.next = "tcpstat summary --by local_port --state " + std::string(name(State::established)) + " --remote " +
               source_text(key.endpoint.address);
    out.push_back(std::move(one));
  }

  const RuleLimits& rule_limits_;
  double age_ms_;
  double idle_ms_;
  double slow_per_s_;
  std::unordered_map<std::uint16_t, Pile> piles_;
  RowGroups at_port_;
  RowGroups networks_;
  RowGroups anywhere_;
  RowGroups holders_;
  std::uint64_t unknown_ = 0;
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) {
  return std::make_unique<IdleConnections>(rule_limits);
}
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::idle_connections
