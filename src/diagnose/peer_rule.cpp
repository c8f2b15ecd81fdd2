#include "diagnose/peer_rule.h"

#include <algorithm>
#include <cmath>

#include "diagnose/in_common.h"
#include "model/row_rules.h"

namespace tcpstat::diagnose {

namespace {

constexpr std::string_view kAnswersElsewhere =
    "it answers on other connections: a firewall or NAT on the way may have forgotten these, or one host behind it is "
    "gone";
constexpr std::string_view kSeeTheWay = "see what is on the way, and whether new connections there work";

/// How long nobody has answered at least. Keepalive probes begin long after the last segment, and are sent once a second
/// at most (include/net/tcp.h, TCP_KEEPINTVL).
std::optional<std::uint64_t> silent_ms(const Connection& row, std::optional<std::uint64_t> age_ms) {
  if (!is_keepalive_unanswered(row)) return age_ms;
  constexpr std::uint64_t kLeastInterval = 1000;
  const std::uint64_t least = (std::max<std::uint64_t>(row.retransmits.value_or(0), 1) - 1) * kLeastInterval;
  return std::min(least, age_ms.value_or(least));
}

}  // namespace

bool is_open_to_peer(const Connection& row) { return row.state != State::close_wait || has_unacknowledged(row); }

PeerRule::PeerRule(const RuleInfo& of, const RuleLimits& by, Trouble whose)
    : warning(limit_of(by, of, "warning")),
      critical(limit_of(by, of, "critical")),
      rule_(of),
      rule_limits_(by),
      whose_(whose) {}

double PeerRule::limit(std::string_view name) const { return limit_of(rule_limits_, rule_, name); }

Severity PeerRule::judged(double value) const { return diagnose::judged(value, warning, critical); }

void PeerRule::add(const Connection& row, std::optional<std::uint64_t> age_ms, Severity severity) {
  if (severity == Severity::ok) return;
  all_.add(row, age_ms, rule_limits_.ports);
  peers_.of(peer_of(row)).add(row, age_ms, rule_limits_.ports);
  stuck_.add(row, age_ms, silent_ms(row, age_ms), rule_limits_.ports);
  worst_ = worse(worst_, severity);
}

Severity PeerRule::at_most(double share) const {
  const bool own = whose_ == Trouble::of_host || stuck_.opened() == Opened::here;
  const bool many = own || all_.rows >= kManyRows || peers_.largest().size() >= kFewRows;
  if (share >= limit(kMostShare.name) && many) return Severity::critical;
  const bool some = share >= limit(kSomeShare.name) && (own || all_.rows >= kFewRows);
  return some || stuck_.opened_here() >= kFewRows ? Severity::warning : Severity::info;
}

void PeerRule::conclude(std::uint64_t open, const PeerWords& words, const DiagnosisFacts& facts,
                        std::vector<Finding>& out) const {
  const double least = std::max(1.0, std::ceil(limit(kLeastShare.name) * static_cast<double>(open)));
  const auto rows = static_cast<double>(all_.rows);
  if (worst_ == Severity::ok || rows < least) return;
  const double meanwhile = facts.turnover->beside(stuck_, facts);
  const double share = rows / (static_cast<double>(std::max<std::uint64_t>(open, 1)) + meanwhile);
  const Severity severity = std::min(worst_, at_most(share));
  const auto peers = peers_.largest();
  const auto& first = peers.front();
  const bool one_peer = first.group->rows * 2 > all_.rows;
  std::vector<Evidence> because = {
      measured(words.quantity, all_.worst, all_.worst >= critical ? critical : warning, words.unit, kFromDump),
      measured("sockets", rows, least, "sockets", kFromDump),
      measured("share_of_open", share, limit(severity >= Severity::critical ? kMostShare.name : kSomeShare.name),
               "ratio", kFromDump),
      measured("largest_of_one_peer", static_cast<double>(first.group->rows), "sockets", kFromDump),
      measured("peers", static_cast<double>(peers.size()), "peers", kFromDump),
  };
  if (all_.oldest_ms) {
    because.push_back(measured("oldest_s", static_cast<double>(*all_.oldest_ms) / 1000, "s", words.age_from));
  }
  add_well_meanwhile(meanwhile, because);
  const Subject about = one_peer ? subject_of(first.key, *first.group) : Subject::host();
  Finding one(std::string(rule_.id), severity, about, std::move(because));
  one.value = all_.worst;
  one.unit = words.unit;
  one.warning = warning;
  one.critical = critical;
  const std::string who = (all_.rows < open ? std::to_string(all_.rows) + " of " : "") +
                          counted(std::max(all_.rows, open), "connection") + std::string(words.verb) +
                          (all_.rows == 1 && !words.verb.empty() ? "s" : "");
  one.message = who + std::string(words.what) + oldest_text(all_.oldest_ms, words.oldest) + "; ";
  one.brief = who + std::string(words.brief.empty() ? words.what : words.brief);
  const HeardPeers& heard = facts.turnover->heard();
  // Words that name a cause whatever share it is know better.
  const bool knows_cause = !words.most.empty();
  const InCommon common(stuck_, peers_, heard);
  // A link on which others are heard is well.
  const bool most = !one_peer && share >= limit(kMostShare.name) && (knows_cause || !common.others_heard);
  if (peers.size() == 1) {
    one.message += about.text();
  } else if (one_peer) {
    one.message +=
        std::to_string(first.group->rows) + " of them with " + about.text() + ", of " + peers_.how_many("peer");
  } else {
    one.message += "spread over " + peers_.how_many("peer") + common.where();
  }
  const std::string well = well_meanwhile(meanwhile);
  if (!well.empty()) one.message += "; meanwhile " + well;
  one.why = one_peer ? words.one : (most ? words.most : words.few);
  one.advice = most ? words.advice_for_most : words.advice;
  if (!knows_cause && one_peer && heard.has_peer(first.key.endpoint.address, stuck_.silent_s())) {
    one.why = kAnswersElsewhere;
    one.advice = kSeeTheWay;
  } else if (!knows_cause && !one_peer && common.tells()) {
    one.why = common.why();
    one.advice = common.advice();
  }
  one.next = list_command(all_.states, std::string(words.columns) +
                                           (one_peer ? " " + filter_text(first.key) : common.filter()) +
                                           " --sort retransmits:desc --limit 20");
  out.push_back(std::move(one));
}

}  // namespace tcpstat::diagnose
