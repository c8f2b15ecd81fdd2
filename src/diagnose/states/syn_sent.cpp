// SYN_SENT: a program here connects, and nobody answers. A refusal never shows, since RST ends it at once; what stays
// is dropped on the way, or the peer is gone.

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <set>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/in_common.h"
#include "diagnose/row_groups.h"
#include "diagnose/timer_age.h"
#include "diagnose/turnover.h"
#include "diagnose/worst_findings.h"
#include "model/broken_off.h"
#include "model/kernel_timers.h"
#include "model/row_rules.h"

namespace tcpstat::diagnose::syn_sent {
namespace {

constexpr auto kLimits = std::to_array<ThresholdInfo>({
    {"warning", 3, "sockets", "to one destination, with at least `retransmits`: one or two may be lost segments"},
    {"critical", 20, "sockets",
     "to one destination, if they are most; or `warning` of them and no connection that works"},
    {"retransmits", 2, "times", "two SYNs lost in a row: at least 2 s"},
    {"destinations", 5, "destinations",
     "that do not answer: told as one; those with fewer than `warning` attempts each count only if most attempts fail"},
    {"scan", 50, "destinations", "on one port, or ports of one address: who needs so many at a time looks for them"},
    {"attempts", 5, "attempts", "between two samples: chance decides what becomes of fewer"},
    {"lost", 0.5, "ratio",
     "SYNs sent again for each attempt between two samples: programs that give up within 2 s leave nothing older"},
    {"silent", 0.5, "ratio",
     "of the attempts between two samples, that at least got no answer: fewer segments came in than an answer to each"},
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {kSynSentBlackholeRule, "do connection attempts to one destination get no answer?",
     "RFC 9293 §3.10.7.3; tcp(7) tcp_syn_retries; net/ipv4/tcp_timer.c, tcp_retransmit_timer(): "
     "tcp_syn_linear_timeouts",
     kLimits},
});
constexpr const RuleInfo& kRule = kRules[0];
constexpr std::size_t kMostNamed = 3;

/// Nothing that was sent to the peer, or asked of it, waits for an answer that is overdue.
bool is_answered(const Connection& row) { return row.retransmits.value_or(0) == 0; }

/// Destinations that answer, as one bit each of a hash: a collision makes a blackhole a warning instead of critical.
class Answering {
 public:
  void add(const GroupKey& key) {
    if (bits_.empty()) bits_.resize(kBits / 64);
    const std::size_t bit = bit_of(key);
    bits_[bit / 64] |= std::uint64_t{1} << bit % 64;
  }
  [[nodiscard]] bool has(const GroupKey& key) const {
    const std::size_t bit = bit_of(key);
    return !bits_.empty() && (bits_[bit / 64] >> bit % 64 & 1U) != 0;
  }

 private:
  static constexpr std::size_t kBits = std::size_t{1} << 20U;
  [[nodiscard]] std::size_t bit_of(const GroupKey& key) const { return hash_(key) % kBits; }

  GroupHash hash_;
  std::vector<std::uint64_t> bits_;
};

class SynSent : public Diagnosis {
 public:
  explicit SynSent(const RuleLimits& rule_limits)
      : rule_limits_(rule_limits), least_retransmits_(limit_of(rule_limits, kRule, "retransmits")) {}

  // Beside SYN_SENT, the states whose peers may have answered lately.
  [[nodiscard]] StateSet states() const override {
    return {State::syn_sent,  State::syn_recv,  State::established, State::close_wait,
            State::fin_wait1, State::fin_wait2, State::time_wait};
  }

  void connection(const Connection& row) override {
    if (row.state == State::syn_recv) {
      requests_repeat_ = requests_repeat_ || row.retransmits.value_or(0) > 0;
      return;
    }
    if (has_ended_well(row)) {
      if (row.age_ms && service_port(row, rule_limits_.ports).opened == Opened::here) {
        ended_.of(destination_of(row)).add(row, row.age_ms, rule_limits_.ports);
      }
      return;
    }
    if (row.state != State::syn_sent) {
      if (!is_answered(row)) {
        if (is_retransmitting(row) && row.state == State::established) {
          unanswered_.of(destination_of(row)).add(row, std::nullopt, rule_limits_.ports);
        }
        return;
      }
      answering_.add(destination_of(row));
      if (service_port(row, rule_limits_.ports).opened == Opened::here) {
        ++working_;
        open_to_.of(destination_of(row)).add(row, std::nullopt, rule_limits_.ports);
      }
      return;
    }
    ++waiting_;
    if (static_cast<double>(row.retransmits.value_or(0)) < least_retransmits_) {
      if (row.retransmits.value_or(0) == 0) {
        first_.of(destination_of(row)).add(row, std::nullopt, rule_limits_.ports);
        return;
      }
      young_.of(destination_of(row)).add(row, std::nullopt, rule_limits_.ports);
      ++young_rows_;
      return;
    }
    const auto age = connecting_ms(row, rule_limits_.limits);
    all_.add(row, age, rule_limits_.ports);
    shown_again_ += *row.retransmits;
    destinations_.of(destination_of(row)).add(row, age, rule_limits_.ports);
    stuck_.add(row, age, rule_limits_.ports);
  }

  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    meanwhile_ = facts.turnover->beside(stuck_, facts);
    failed_here_ = syns_that_fail_here(facts);
    const std::size_t before = out.size();
    judge_rows(facts, out);
    if (out.size() == before) judge_counters(facts, out);
    if (out.size() == before) judge_silence(facts, out);
    if (out.size() == before && most_fail()) tell_few(out);
  }

 private:
  void judge_rows(const DiagnosisFacts& facts, std::vector<Finding>& out) const {
    const double warning = limit_of(rule_limits_, kRule, "warning");
    const auto destinations = destinations_.largest();
    const auto many = [&](const RowGroups::Entry& one) { return static_cast<double>(one.group->rows) >= warning; };
    const auto few = std::find_if_not(destinations.begin(), destinations.end(), many);
    const auto large = static_cast<std::size_t>(few - destinations.begin());
    const double several = limit_of(rule_limits_, kRule, "destinations");
    const bool many_large = static_cast<double>(large) >= several;
    if (const auto ports = ports_of_one_address(destinations)) {
      out.push_back(scanned(*ports, destinations.size()));
      return;
    }
    if (const auto source = unheard_source(destinations, facts); source && large > 0) {
      out.push_back(from_source(*source, destinations));
      return;
    }
    if (many_large || (most_fail() && static_cast<double>(addresses(destinations)) >= several)) {
      const Severity severity = many_large && most_fail() ? Severity::critical : Severity::warning;
      out.push_back(together(destinations, severity));
      return;
    }
    std::vector<Finding> found;
    for (std::size_t i = 0; i < large; ++i) found.push_back(alone(destinations[i].key, *destinations[i].group));
    add_worst(std::move(found), out);
  }

  /// SYNs that were to be sent again between the samples, if nearly all of them failed here: a firewall or a route of this
  /// host refused them (net/ipv4/tcp_output.c, tcp_retransmit_skb()). Data may fail like that as well, at most what timed
  /// out beside them.
  [[nodiscard]] static std::uint64_t syns_that_fail_here(const DiagnosisFacts& facts) {
    const std::uint64_t failed = facts.grown(&KernelCounters::retrans_fail).value_or(0);
    const auto again = facts.grown(&KernelCounters::syn_retrans);
    const auto timeouts = facts.grown(&KernelCounters::tcp_timeouts);
    if (!again || *again == 0 || !timeouts) return 0;
    const std::uint64_t others = *timeouts - std::min(*timeouts, *again);
    const std::uint64_t syns = failed - std::min(failed, others);
    return are_nearly_all(syns, *again) ? syns : 0;
  }

  /// Where the destination never saw a SYN, it is not to blame.
  void tell_failed_here(Finding& one) const {
    if (failed_here_ == 0) return;
    one.evidence.push_back(measured("syns_failed_here", static_cast<double>(failed_here_), "SYNs",
                                    "/proc/net/netstat TCPRetransFail, TCPSynRetrans, TCPTimeouts"));
    one.why = "SYNs do not leave this host: its firewall drops them, or it has no route";
    one.advice = "look at the firewall of this host (output), then at its routes";
  }

  /// The address here that nearly all attempts come from, if no peer is heard there, and some are elsewhere. Of one
  /// destination this tells only if it is heard at another address: others are where they are down.
  [[nodiscard]] std::optional<Address> unheard_source(const std::vector<RowGroups::Entry>& destinations,
                                                      const DiagnosisFacts& facts) const {
    if (destinations.empty() || may_be_scan(destinations)) return std::nullopt;
    const HeardPeers& heard = facts.turnover->heard();
    const auto source = InCommon(stuck_, destinations_, heard).address;
    const bool several = addresses(destinations) > 1;
    if (!source || (!several && !heard.has_peer(destinations.front().key.endpoint.address, stuck_.silent_s()))) {
      return std::nullopt;
    }
    return source;
  }

  [[nodiscard]] Finding from_source(const Address& source, const std::vector<RowGroups::Entry>& destinations) const {
    const double warning = limit_of(rule_limits_, kRule, "warning");
    const std::string from = to_string(source);
    Finding one(std::string(kRule.id), most_fail() ? Severity::critical : Severity::warning, Subject::address(source),
                evidence(all_, warning));
    one.evidence.push_back(
        measured("destinations", static_cast<double>(destinations.size()), "destinations", kFromDump));
    one.evidence.push_back(measured("working_connections", static_cast<double>(working_), "sockets", kFromDump));
    add_well_meanwhile(meanwhile_, one.evidence);
    one.value = static_cast<double>(all_.rows);
    one.unit = "sockets";
    one.warning = warning;
    one.message = "Nothing answers " + counted(all_.rows, "connection attempt") + " from " + from + " to " +
                  destinations_.how_many("destination") + (all_.process.empty() ? "" : " (" + all_.process + ")") +
                  oldest_text(all_.oldest_ms) + ", while others are heard at other addresses of this host";
    one.brief = "nothing answers " + counted(all_.rows, "attempt") + " from " + from;
    one.why = "the link or the way back of " + from + " is cut, or a firewall drops what comes from it";
    one.advice = "look at the way back to " + from + ", or let programs use another address";
    tell_failed_here(one);
    one.next = list_command({State::syn_sent}, "-p --local " + from);
    return one;
  }

  /// Programs that give up within seconds leave no attempt that is old enough; the SYNs that they send again are
  /// counted. So are SYN+ACKs (net/ipv4/tcp_output.c, tcp_rtx_synack()), whose requests stay in the table as long as
  /// they live.
  void judge_counters(const DiagnosisFacts& facts, std::vector<Finding>& out) const {
    constexpr double kMostOfThem = 2.5;  // more are of older attempts, or of requests
    constexpr std::chrono::seconds kRequestLife{63};
    const auto opened = facts.grown(&KernelCounters::active_opens);
    auto again = facts.grown(&KernelCounters::syn_retrans);
    if (!opened || !again || requests_repeat_ || facts.facts.boot_time - facts.before->boot_time > kRequestLife) return;
    const auto attempts = static_cast<double>(*opened);
    if (attempts < limit_of(rule_limits_, kRule, "attempts")) return;
    // Those of attempts that the table shows were judged with their rows.
    *again -= std::min(*again, shown_again_);
    const double share = static_cast<double>(*again) / attempts;
    const double lost = limit_of(rule_limits_, kRule, "lost");
    if (share < lost || share > kMostOfThem) return;
    if (may_be_clients(*opened, facts)) return;
    // Attempts that wait for longer sent theirs again, too, and most of those beside them work.
    if (meanwhile_ > 0 && !most_fail()) return;
    const Suspect suspect = suspect_of(young_);
    Finding one(std::string(kRule.id), Severity::warning, suspect.about,
                {measured("syns_sent_again", static_cast<double>(*again), "SYNs", "/proc/net/netstat TCPSynRetrans"),
                 measured("attempts", attempts, "attempts", "/proc/net/snmp ActiveOpens"),
                 measured("syns_again_of_attempts", share, lost, "ratio", "/proc/net/netstat, /proc/net/snmp")});
    one.value = share;
    one.unit = "ratio";
    one.warning = lost;
    one.message = "This host opened " + counted(*opened, "connection") + " " + facts.lately() + ", and sent " +
                  counted(*again, "SYN") + " again because nobody answered within a second";
    one.brief = "outgoing connections get no answer (" + counted(*again, "SYN") + " sent again)";
    tell_suspect(suspect, counted(*again, "SYN") + " sent again", "drops the SYN", one);
    tell_failed_here(one);
    out.push_back(std::move(one));
  }

  /// Programs that give up within a second, or whose attempts ICMP ends (net/ipv4/tcp_ipv4.c, tcp_v4_err()), leave no
  /// SYN that was sent again. Whatever answers an attempt is a segment that comes in.
  void judge_silence(const DiagnosisFacts& facts, std::vector<Finding>& out) const {
    const auto opened = facts.grown(&KernelCounters::active_opens);
    const auto received = facts.grown(&KernelCounters::in_segs);
    if (!opened || !received) return;
    const auto attempts = static_cast<double>(*opened);
    if (attempts < limit_of(rule_limits_, kRule, "attempts")) return;
    // Those that wait at this moment may be answered yet. What ICMP ended is told as refused.
    const std::uint64_t refused = facts.grown(&KernelCounters::attempt_fails).value_or(0) +
                                  ended_inside_connect(facts.before->counters, facts.facts.counters);
    const std::uint64_t open = *received + waiting_ + refused;
    const double unanswered = attempts - static_cast<double>(std::min(*opened, open));
    const double silent = limit_of(rule_limits_, kRule, "silent");
    if (unanswered < silent * attempts) return;
    const auto count = static_cast<std::uint64_t>(unanswered);
    const Suspect suspect = suspect_of(first_);
    Finding one(std::string(kRule.id), Severity::warning, suspect.about,
                {measured("unanswered_attempts", unanswered, silent * attempts, "attempts", "/proc/net/snmp"),
                 measured("attempts", attempts, "attempts", "/proc/net/snmp ActiveOpens"),
                 measured("segments_received", static_cast<double>(*received), "segments", "/proc/net/snmp InSegs")});
    one.value = unanswered / attempts;
    one.unit = "ratio";
    one.warning = silent;
    one.message = "This host opened " + counted(*opened, "connection") + " " + facts.lately() + ", and at least " +
                  std::to_string(count) + " of them got no answer";
    one.brief = "outgoing connections get no answer (" + std::to_string(count) + " of " + std::to_string(*opened) + ")";
    tell_suspect(suspect, std::to_string(count) + " of " + counted(*opened, "attempt"), "drops or rejects the SYN",
                 one);
    out.push_back(std::move(one));
  }

  /// Too few attempts for a warning, but most of what this host opens, and nothing else to their destinations works:
  /// worth knowing.
  void tell_few(std::vector<Finding>& out) const {
    auto silent = destinations_.largest();
    std::erase_if(silent, [this](const RowGroups::Entry& one) {
      return answering_.has(one.key) || ended_well(one.key, *one.group) != Ended::none;
    });
    if (silent.empty()) return;
    Finding one = alone(silent.front().key, *silent.front().group);
    one.severity = Severity::info;
    one.critical.reset();
    if (const std::size_t others = silent.size() - 1; others > 0) {
      one.message += "; nor " + std::string(others == 1 ? "does " : "do ") + counted(others, "other destination");
    }
    out.push_back(std::move(one));
  }

  /// Attempts that wait at this moment tell where others went, if it is one place.
  struct Suspect {
    std::optional<GroupKey> key;
    Subject about = Subject::host();
    std::optional<std::uint16_t> scanned_port;  ///< of many addresses
  };
  [[nodiscard]] Suspect suspect_of(const RowGroups& attempts) const {
    const auto waiting = attempts.largest();
    if (waiting.empty()) return {};
    std::uint64_t all = 0;
    bool one_port = true;
    for (const RowGroups::Entry& one : waiting) {
      all += one.group->rows;
      one_port = one_port && one.key.endpoint.port == waiting.front().key.endpoint.port;
    }
    if (waiting.front().group->rows * 2 > all) {
      return {waiting.front().key, subject_of(waiting.front().key, *waiting.front().group), std::nullopt};
    }
    const bool scan = one_port && static_cast<double>(addresses(waiting)) >= limit_of(rule_limits_, kRule, "scan");
    return {std::nullopt, Subject::host(), scan ? std::optional(waiting.front().key.endpoint.port) : std::nullopt};
  }

  static void tell_suspect(const Suspect& suspect, const std::string& how_many, const std::string& firewall,
                           Finding& one) {
    const std::string give_up = "; programs give up before the table shows old attempts";
    if (!suspect.key) {
      one.why = suspect.scanned_port
                    ? "where they go is down, a firewall " + firewall + ", or a program here scans for port " +
                          std::to_string(*suspect.scanned_port) + give_up
                    : "where they go is down, or a firewall " + firewall + give_up;
      one.advice = "find out which program opens them, and where to";
      one.next = "tcpstat trace -p -s SYN_SENT --duration 10";
      return;
    }
    one.message += "; most that wait now are for " + suspect.about.text();
    one.brief = suspect.about.text() + " gives no answer (" + how_many + ")";
    one.why = "it is down, or a firewall " + firewall + give_up;
    one.advice = "see whether it is up, and what " + firewall + " on the way";
    one.next = list_command({State::syn_sent}, "-p " + filter_text(*suspect.key));
  }

  /// SYN+ACKs that clients of a lossy path did not get count as SYNs sent again, and their requests are gone at once. An
  /// attempt whose SYN was sent again can be seen for the second until its program gives up.
  [[nodiscard]] bool may_be_clients(std::uint64_t attempts, const DiagnosisFacts& facts) const {
    const auto accepted = facts.grown(&KernelCounters::passive_opens);
    if (!accepted || *accepted <= attempts) return false;
    const double seconds = facts.seconds();
    const double seen = static_cast<double>(young_rows_) * seconds;
    return young_rows_ < 2 || seen < limit_of(rule_limits_, kRule, "lost") * static_cast<double>(attempts);
  }

  /// What became lately of connections to one destination that do not stand open.
  enum class Ended : std::uint8_t { none, some, most };
  [[nodiscard]] Ended ended_well(const GroupKey& key, const RowGroup& attempts) const {
    const RowGroup* ended = ended_.find(key);
    // Since it last took no attempt.
    if (ended == nullptr || !attempts.youngest_ms || *ended->youngest_ms >= *attempts.youngest_ms) return Ended::none;
    // Both kinds by the time in which they came: what ended is there for a minute, attempts are for longer or shorter.
    const std::uint64_t longest = std::max(*ended->oldest_ms, *attempts.oldest_ms);
    const auto most = static_cast<std::uint64_t>(std::chrono::milliseconds(kTcpTimewaitLen).count());
    const double well = static_cast<double>(ended->rows) * static_cast<double>(*attempts.oldest_ms);
    const double lost = static_cast<double>(attempts.rows) * static_cast<double>(std::min(longest, most));
    return well > lost ? Ended::most : Ended::some;
  }

  [[nodiscard]] Finding alone(const GroupKey& key, const RowGroup& group) const {
    const double warning = limit_of(rule_limits_, kRule, "warning");
    const double critical = limit_of(rule_limits_, kRule, "critical");
    const Ended ended = ended_well(key, group);
    const bool nobody = !answering_.has(key) && ended == Ended::none;
    Severity severity = nobody ? Severity::critical : judged(static_cast<double>(group.rows), warning, critical);
    const RowGroup* open = nobody ? nullptr : open_to_.find(key);
    const bool most_work = ended == Ended::most || (open != nullptr && open->rows > group.rows);
    if (most_work) severity = std::min(severity, Severity::warning);
    const Subject about = subject_of(key, group);
    Finding one(std::string(kRule.id), severity, about, evidence(group, warning));
    if (nobody) one.evidence.push_back({"working_connections", 0, "<=", 0, "sockets", 0, std::string(kFromDump)});
    if (open != nullptr) {
      one.evidence.push_back(measured("working_connections", static_cast<double>(open->rows), "sockets", kFromDump));
    }
    const std::uint64_t waiting = nobody ? open_without_answer(key) : 0;
    if (waiting > 0) {
      one.evidence.push_back(measured("unanswered_connections", static_cast<double>(waiting), "sockets", kFromDump));
    }
    one.value = static_cast<double>(group.rows);
    one.unit = "sockets";
    one.warning = warning;
    one.critical = critical;
    one.message = about.text() + " does not answer " + counted(group.rows, "connection attempt") +
                  (group.process.empty() ? "" : " of " + group.process + "(" + std::to_string(group.pid) + ")") +
                  oldest_text(group.oldest_ms) + beside(nobody, waiting);
    one.brief = about.text() + " does not answer " + counted(group.rows, "attempt");
    one.why = nobody                 ? "it is down, or a firewall drops the SYN"
              : ended == Ended::most ? "one of several hosts behind it may be down, or segments get lost"
                                     : "its queue is full, or segments get lost";
    one.advice = nobody ? "see whether it is up, and what drops the SYN on the way"
                        : "look at the accept queue there (tcpstat -l), then at the path";
    if (rule_limits_.owns(key.endpoint.address).value_or(false)) {
      one.why = "its program does not accept, or this host's own firewall drops the SYN";
      one.advice = "look at its accept queue (tcpstat -l), then at the firewall of this host (input, device lo)";
    }
    tell_failed_here(one);
    one.next = list_command({State::syn_sent}, "-p " + filter_text(key));
    return one;
  }

  /// Open connections to it that send the same data again and again.
  [[nodiscard]] std::uint64_t open_without_answer(const GroupKey& key) const {
    const auto all = unanswered_.largest();
    const auto at = std::find_if(all.begin(), all.end(), [&](const RowGroups::Entry& one) { return one.key == key; });
    return at == all.end() ? 0 : at->group->rows;
  }

  [[nodiscard]] static std::string beside(bool nobody, std::uint64_t waiting) {
    if (!nobody) return ", though other connections to it work";
    if (waiting == 0) return ", and nothing else to it works";
    return ", nor what " + counted(waiting, "open connection") + " to it send" + (waiting == 1 ? "s" : "");
  }

  struct Scanned {
    Address address;
    std::size_t ports = 0;
  };
  /// The address that most destinations have in common.
  [[nodiscard]] std::optional<Scanned> ports_of_one_address(const std::vector<RowGroups::Entry>& destinations) const {
    std::map<Address, std::size_t> ports;
    for (const RowGroups::Entry& one : destinations) ++ports[one.key.endpoint.address];
    for (const auto& [address, count] : ports) {
      if (count * 2 > destinations.size() && static_cast<double>(count) >= limit_of(rule_limits_, kRule, "scan")) {
        return Scanned{address, count};
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::string program() const { return all_.process.empty() ? "a program" : all_.process; }

  [[nodiscard]] Finding scanned(const Scanned& of, std::size_t destinations) const {
    const double scan = limit_of(rule_limits_, kRule, "scan");
    Finding one(std::string(kRule.id), Severity::warning, Subject::address(of.address), evidence(all_, scan));
    one.evidence.push_back(
        measured("destinations", static_cast<double>(destinations), scan, "destinations", kFromDump));
    one.value = static_cast<double>(of.ports);
    one.unit = "ports";
    one.warning = scan;
    const std::string address = to_string(of.address);
    one.message = program() + (all_.pid == 0 ? "" : "(" + std::to_string(all_.pid) + ")") + " connects to " +
                  std::to_string(of.ports) + " ports of " + address + ", which do not answer" +
                  oldest_text(all_.oldest_ms);
    one.brief = program() + " connects to " + std::to_string(of.ports) + " ports of " + address + " in vain";
    one.why = "this is what a port scan by this host looks like";
    one.advice = "find out what " + program() + " is, and who started it";
    one.next = "tcpstat summary --by remote_port,process --state " + std::string(name(State::syn_sent));
    return one;
  }

  /// A scan for one service looks like a broken way out of a program that needs many peers.
  [[nodiscard]] bool may_be_scan(const std::vector<RowGroups::Entry>& destinations) const {
    const auto shared = all_.shared_service();
    return shared && shared->opened == Opened::here &&
           static_cast<double>(addresses(destinations)) >= limit_of(rule_limits_, kRule, "scan");
  }

  [[nodiscard]] bool most_fail() const {
    return static_cast<double>(all_.rows) > static_cast<double>(working_) + meanwhile_;
  }

  /// Ports of one host that do not answer are a scan of it, and no trouble of this one.
  [[nodiscard]] static std::size_t addresses(const std::vector<RowGroups::Entry>& destinations) {
    std::set<Address> all;
    for (const RowGroups::Entry& one : destinations) all.insert(one.key.endpoint.address);
    return all.size();
  }

  /// Many destinations that do not answer have one cause, more likely than one each. If most of what this host opens
  /// works, the cause is theirs.
  [[nodiscard]] Finding together(const std::vector<RowGroups::Entry>& destinations, Severity severity) const {
    const double several = limit_of(rule_limits_, kRule, "destinations");
    Finding one(std::string(kRule.id), severity, Subject::host(), evidence(all_, several));
    one.evidence.push_back(
        measured("destinations", static_cast<double>(destinations.size()), several, "destinations", kFromDump));
    one.evidence.push_back(measured("working_connections", static_cast<double>(working_), "sockets", kFromDump));
    add_well_meanwhile(meanwhile_, one.evidence);
    one.value = static_cast<double>(destinations.size());
    one.unit = "destinations";
    one.warning = several;
    std::string named;
    for (std::size_t i = 0; i < std::min(destinations.size(), kMostNamed); ++i) {
      named += (i == 0 ? "" : ", ") + subject_of(destinations[i].key, *destinations[i].group).text();
    }
    one.message = sentence_start(destinations_.how_many("destination")) + " do not answer (" +
                  counted(all_.rows, "attempt") + (all_.process.empty() ? "" : ", " + all_.process) +
                  oldest_text(all_.oldest_ms) + ")";
    one.brief = destinations_.how_many("destination") + " do not answer " + counted(all_.rows, "attempt");
    one.why = named + (destinations.size() > kMostNamed ? ", …" : "") +
              (most_fail() ? ": is it this host's way out?" : ": other connections work, so they are down or cut off");
    one.advice = most_fail() ? "check this host's link, routes and firewall" : "see whether they are up";
    if (may_be_scan(destinations)) {
      const std::string port = std::to_string(all_.shared_service()->port);
      one.why += most_fail() ? " Or does " + program() + " scan for port " + port + "?"
                             : ", or " + program() + " scans for port " + port;
      one.advice += ", and what " + program() + " is";
    }
    tell_failed_here(one);
    one.next = "tcpstat summary --by remote_address,process --state " + std::string(name(State::syn_sent));
    return one;
  }

  [[nodiscard]] std::vector<Evidence> evidence(const RowGroup& group, double least) const {
    std::vector<Evidence> because = {
        measured("unanswered_syns", static_cast<double>(group.rows), least, "sockets", kFromDump),
        measured("most_retransmits", group.worst, least_retransmits_, "times", kFromDump),
    };
    if (group.oldest_ms) {
      because.push_back(measured("oldest_s", static_cast<double>(*group.oldest_ms) / 1000, "s", kFromDump));
    }
    return because;
  }

  const RuleLimits& rule_limits_;
  double least_retransmits_;
  RowGroup all_;
  std::uint64_t shown_again_ = 0;  ///< SYNs that these have sent again
  RowGroups destinations_;
  std::uint64_t waiting_ = 0;  ///< attempts
  RowGroups first_;            ///< of those that have sent one SYN
  RowGroups young_;            ///< of those that sent it again, too few times to count
  std::uint64_t young_rows_ = 0;
  Answering answering_;
  RowGroups open_to_;  ///< opened here, of those that answer
  RowGroups unanswered_;
  RowGroups ended_;  ///< connections that this host opened and that ended well, by destination
  StuckRows stuck_;
  double meanwhile_ = 0;           ///< connections that came and went well beside these attempts
  std::uint64_t failed_here_ = 0;  ///< SYNs that did not leave this host, if those are nearly all
  std::uint64_t working_ = 0;      ///< connections that this host opened and that are answered
  bool requests_repeat_ = false;   ///< a half-open request has sent its SYN+ACK again
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<SynSent>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::syn_sent
