#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "detect/assess.h"
#include "detect/finding_rules.h"
#include "model/state.h"

namespace tcpstat::detect {
namespace {

std::string number(double value) {
  std::array<char, 32> text{};
  const double shown = value < 10 ? std::round(value * 10) / 10 : std::round(value);
  const int digits = value < 10 && shown != std::round(shown) ? 1 : 0;
  std::snprintf(text.data(), text.size(), "%.*f", digits, shown);
  return text.data();
}

std::string port_of(const Assessment& one) {
  return one.of->now == nullptr ? "" : " --local-port " + std::to_string(one.of->now->local.port);
}

std::string list_command(const Assessment& one) {
  return "tcpstat -s " + std::string(name(State::syn_recv)) + port_of(one);
}

std::string sources_command(const Assessment& one) {
  return "tcpstat summary --by remote_prefix -s " + std::string(name(State::syn_recv)) + port_of(one);
}

/// " from random sources", " from 198.51.100.0/24".
std::string sources_text(const Assessment& one, const Measurements& host) {
  const Origin* origin = origin_of(one, host);
  if (one.attack_class == AttackClass::random_sources) return " from random sources";
  if (one.attack_class == AttackClass::live_sources) return " from sources that answer with RST";
  if (origin != nullptr && !origin->place.empty()) return " from " + origin->place;
  if (one.of->now == nullptr && origin == nullptr) return " from sources that the table does not show";
  return " from mixed sources";
}

std::string queue_text(const Measurements& signals) {
  if (!signals.limit) return ", " + number(signals.half_open) + " half-open";
  if (signals.half_open >= *signals.limit) {
    return ", queue full (" + number(signals.half_open) + ", room for " + number(*signals.limit) + ")";
  }
  return ", queue " + number(signals.half_open) + " of " + number(*signals.limit);
}

/// A queue that has just been emptied holds nothing old enough to tell a rate; then none is said.
std::string rate_text(const Assessment& one) {
  constexpr double kShown = 0.05;
  return one.rate_per_s.value_or(0) >= kShown ? ", about " + number(*one.rate_per_s) + " SYN/s" : "";
}

std::string flood_message(const Assessment& one, const Measurements& host) {
  std::string where = one.of->now == nullptr ? "the host" : one.subject().text();
  if (one.of->now == nullptr && !host.tracked_listener.empty())
    where += ", most of it at " + host.tracked_listener + ",";
  if (one.attack_class == AttackClass::undecided) {
    return "SYN queue of " + where + " is full of fresh requests" + queue_text(one.signals) +
           ": a flood or a flash crowd, which one snapshot cannot tell";
  }
  if (one.attack_class == AttackClass::return_path) {
    return "SYNs to " + where + " are repeated and never complete" + queue_text(one.signals) +
           ": SYN+ACKs do not reach the clients, or a flood is replayed";
  }
  const bool sure = one.level >= AttackLevel::likely;
  std::string out =
      std::string(sure ? "SYN flood on " : "Possible SYN flood on ") + where + sources_text(one, host) + rate_text(one);
  if (one.of->now != nullptr) out += queue_text(one.signals);
  if (one.seconds_to_full && *one.seconds_to_full > 0) {
    out += ", full in " + number(std::ceil(*one.seconds_to_full)) + " s";
  }
  return out;
}

std::vector<Evidence> evidence_of(const Assessment& one, const Measurements& host) {
  std::vector<Evidence> out = one.signals.evidence;
  if (one.of->now != nullptr && one.takes_host_evidence) {
    out.insert(out.end(), host.evidence.begin(), host.evidence.end());
  }
  return out;
}

/// The evidence that a rule is about.
std::vector<Evidence> only(const Measurements& signals, std::initializer_list<std::string_view> quantities) {
  std::vector<Evidence> out;
  for (const Evidence& piece : signals.evidence) {
    if (std::find(quantities.begin(), quantities.end(), piece.quantity) != quantities.end()) out.push_back(piece);
  }
  return out;
}

Finding finding(const RuleInfo& rule, Severity severity, const Assessment& one, std::vector<Evidence> evidence) {
  return {std::string(rule.id), severity, one.subject(), std::move(evidence)};
}

class Findings {
 public:
  Findings(const HostAssessment& all, const SynInput& input, const Thresholds& thresholds)
      : all_(all), input_(input), thresholds_(thresholds) {}

  std::vector<Finding> take() {
    AttackLevel worst = AttackLevel::unknown;
    for (const Assessment& listener : all_.listeners) {
      worst = std::max(worst, listener.level);
      add_flood(listener);
      add_accept_queue(listener);
      add_look_alike(listener);
    }
    if (all_.host.level > worst) add_flood(all_.host);
    if (auto refused = refusals(all_.host, input_, thresholds_)) out_.push_back(std::move(*refused));
    add_blind_spots();
    std::stable_sort(out_.begin(), out_.end(),
                     [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
    return std::move(out_);
  }

 private:
  void add_flood(const Assessment& one) {
    if (one.level < AttackLevel::suspicious || one.attack_class == AttackClass::accept_queue) return;
    const bool sure = one.level >= AttackLevel::likely;
    const bool path = one.attack_class == AttackClass::return_path;
    std::vector<Evidence> evidence = evidence_of(one, all_.host.signals);
    if (evidence.empty()) return;
    Finding out = finding(path ? kReturnPathRule : kSynFloodRule, sure ? Severity::critical : Severity::warning, one,
                          std::move(evidence));
    out.value = one.score;
    out.unit = "points";
    const LimitsOf<kSynFloodRule> limit(thresholds_);
    out.warning = limit("suspicious");
    out.critical = limit("likely");
    out.message = flood_message(one, all_.host.signals);
    if (path) {
      out.next = list_command(one);
    } else if (!sure || one.of->now == nullptr) {
      out.next = "tcpstat check --interval 5 -v";
    } else {
      out.next = sources_command(one);
    }
    out_.push_back(std::move(out));
  }

  void add_accept_queue(const Assessment& one) {
    const auto& waiting = one.of->now->accept_queue;
    const auto& most = one.of->now->accept_limit;
    if (!waiting || !most) return;
    const bool full = *waiting > *most;
    const double load = one.signals.accept_load.value_or(0);
    const LimitsOf<kAcceptQueueRule> limit(thresholds_);
    const double warning = limit("warning");
    const double critical = limit("critical");
    if (!full && load < warning) return;
    std::vector<Evidence> evidence = only(one.signals, {"accept_queue_load", "listener_drops"});
    Finding out = finding(kAcceptQueueRule, full || load >= critical ? Severity::critical : Severity::warning, one,
                          std::move(evidence));
    out.value = load;
    out.unit = "ratio";
    out.warning = warning;
    out.critical = critical;
    out.message = one.subject().text() + " accepts too slowly: " + std::to_string(*waiting) +
                  " connections wait, limit " + std::to_string(*most) + (full ? "; new ones are dropped" : "");
    out.next = "tcpstat -lp" + port_of(one);
    out_.push_back(std::move(out));
  }

  void add_look_alike(const Assessment& one) {
    if (one.level >= AttackLevel::suspicious) return;
    if (one.attack_class == AttackClass::deferred_accept) add_deferred(one);
    if (one.attack_class == AttackClass::lossy_clients) add_lossy(one);
    if (one.attack_class == AttackClass::flash_crowd) add_crowd(one);
  }

  void add_deferred(const Assessment& one) {
    const double fill = one.signals.fill.value_or(0);
    const LimitsOf<kDeferredRule> limit(thresholds_);
    const double warning = limit("warning");
    const double critical = limit("critical");
    const Severity severity =
        fill >= critical ? Severity::critical : (fill >= warning ? Severity::warning : Severity::info);
    Finding out = finding(kDeferredRule, severity, one, only(one.signals, {"deferred_half_opens", "queue_fill"}));
    out.value = one.signals.fill;
    out.unit = "ratio";
    out.warning = warning;
    out.critical = critical;
    out.message = "Idle clients wait on " + one.subject().text() + queue_text(one.signals) +
                  ": TCP_DEFER_ACCEPT keeps them half-open until they send data, no flood";
    out.next = list_command(one);
    out_.push_back(std::move(out));
  }

  void add_lossy(const Assessment& one) {
    Finding out = finding(kLossyRule, Severity::info, one,
                          only(one.signals, {"client_retries", "survival", "first_timeout_survivors", "aged_completed",
                                             "stale_half_opens"}));
    out.message = "Clients of " + one.subject().text() + " need several tries" + queue_text(one.signals) +
                  ": segments get lost on the way, no flood";
    out.next = list_command(one);
    out_.push_back(std::move(out));
  }

  void add_crowd(const Assessment& one) {
    Finding out = finding(kCrowdRule, Severity::info, one, evidence_of(one, all_.host.signals));
    out.message = "Many clients connect to " + one.subject().text() + queue_text(one.signals) +
                  ": all half-opens are fresh, a flash crowd";
    const double completions = all_.host.signals.completions_per_s.value_or(0);
    const bool cookies = all_.host.signals.cookies_flow == Answer::yes;
    if (cookies && completions > 0) {
      // Half as many again as are under way at a time, if a handshake takes what the queue tells or 0.1 s.
      const double handshake = std::max(one.signals.handshake_s.value_or(0), 0.1);
      out.message += "; its backlog is too small, " + number(std::ceil(1.5 * completions * handshake)) + " would do";
    }
    out.next = "tcpstat -lp" + port_of(one);
    out_.push_back(std::move(out));
  }

  void add_blind_spots() {
    const std::vector<std::string> spots = blind_spots(input_, all_.host.signals, thresholds_);
    if (spots.empty()) return;
    const bool unknown = all_.host.level == AttackLevel::unknown;
    std::vector<Evidence> evidence;
    const auto& cookies = input_.facts.settings.syncookies;
    const auto& sent = input_.facts.counters.syncookies_sent;
    const auto known = [](const auto& value) {
      return value ? std::optional(static_cast<double>(*value)) : std::optional<double>{};
    };
    evidence.push_back({"tcp_syncookies", known(cookies), "", std::nullopt, "", 0, "net.ipv4.tcp_syncookies"});
    evidence.push_back({"cookies_since_boot", known(sent), "", std::nullopt, "cookies", 0, "/proc/net/netstat"});
    Finding out = finding(kBlindRule, unknown ? Severity::unknown : Severity::info, all_.host, std::move(evidence));
    out.message = std::string(unknown ? "No attack seen, and it could not have been: " : "Not seen: ") + spots.front();
    out.next = "tcpstat check --interval 5 -v";
    out_.push_back(std::move(out));
  }

  const HostAssessment& all_;
  const SynInput& input_;
  const Thresholds& thresholds_;
  std::vector<Finding> out_;
};

}  // namespace

std::span<const RuleInfo* const> finding_rules() {
  static constexpr std::array<const RuleInfo*, 8> kRules = {&kSynFloodRule,   &kAcceptQueueRule, &kDeferredRule,
                                                            &kReturnPathRule, &kLossyRule,       &kCrowdRule,
                                                            &kRefusedRule,    &kBlindRule};
  return kRules;
}

std::vector<Finding> findings_of(const HostAssessment& all, const SynInput& input, const Thresholds& thresholds) {
  return Findings(all, input, thresholds).take();
}

}  // namespace tcpstat::detect
