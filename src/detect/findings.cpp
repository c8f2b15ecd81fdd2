#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "detect/assess.h"
#include "model/state.h"

namespace tcpstat::detect {
namespace {

constexpr ThresholdInfo kFloodThresholds[] = {
    {"suspicious", 2, "points", "one strong signal, or several weak ones"},
    {"likely", 3.5, "points", "attacks reach it, look-alikes did not in any labelled run"},
    {"under_attack", 5, "points", "and the queue is under pressure: clients notice"},
};
constexpr ThresholdInfo kQueueThresholds[] = {
    {"warning", 0.75, "ratio", "a burst of a third of the queue more, and connections are lost"},
    {"critical", 0.9, "ratio", "the program does not keep up"},
    {"limit", 8, "connections", "a shorter queue counts only when it is full"},
};
constexpr ThresholdInfo kDeferThresholds[] = {
    {"warning", 0.5, "ratio", "of the SYN queue: from here on the kernel drops them earlier"},
    {"critical", 0.9, "ratio", "of the SYN queue: the next clients get cookies, or nothing"},
};
constexpr ThresholdInfo kScanThresholds[] = {
    {"resets", 50, "/s", "or twice the completions: programs do not reset so many of their own connections"},
};

}  // namespace

constinit const RuleInfo kSynFloodRule = {"syn-flood", "is a listener under a SYN flood?", "RFC 4987",
                                          kFloodThresholds};
constinit const RuleInfo kPortScanRule = {"port-scan", "are closed ports probed?", "RFC 9293 §3.10.7.1",
                                          kScanThresholds};

namespace {

constinit const RuleInfo kAcceptQueueRule = {"accept-queue", "does a program accept too slowly?",
                                             "listen(2); net/ipv4/tcp_ipv4.c, tcp_v4_syn_recv_sock()",
                                             kQueueThresholds};
constinit const RuleInfo kDeferredRule = {"deferred-accept", "do idle clients fill the SYN queue?",
                                          "tcp(7), TCP_DEFER_ACCEPT", kDeferThresholds};
constinit const RuleInfo kReturnPathRule = {
    "return-path", "do SYN+ACKs fail to reach their clients?", "RFC 6298 §5.5; RFC 3704", {}};
constinit const RuleInfo kLossyRule = {"lossy-clients", "do clients need several SYN+ACKs?", "RFC 6298 §5.5", {}};
constinit const RuleInfo kCrowdRule = {
    "flash-crowd", "does a crowd of real clients fill the SYN queue?", "RFC 4987 §3.6", {}};
constinit const RuleInfo kBlindRule = {"syn-blind",
                                       "what can this way of looking not see?",
                                       "RFC 4987 §3.6; net/ipv4/tcp_input.c, tcp_conn_request()",
                                       {}};

std::string number(double value) {
  std::array<char, 32> text{};
  const double shown = value < 10 ? std::round(value * 10) / 10 : std::round(value);
  const int digits = value < 10 && shown != std::round(shown) ? 1 : 0;
  std::snprintf(text.data(), text.size(), "%.*f", digits, shown);
  return text.data();
}

std::string port_of(const Assessment& judged) {
  return judged.of->now == nullptr ? "" : " --local-port " + std::to_string(judged.of->now->local.port);
}

std::string list_command(const Assessment& judged) {
  return "tcpstat -s " + std::string(name(State::syn_recv)) + port_of(judged);
}

std::string sources_command(const Assessment& judged) {
  return "tcpstat summary --by remote_prefix -s " + std::string(name(State::syn_recv)) + port_of(judged);
}

/// " from random sources", from what the class and the statistics say.
std::string sources_text(const Assessment& judged, const Measurements& host) {
  const SourceStatistics* sources = sources_of(judged, host);
  if (judged.attack_class == attack_class::kSingle) return " from " + sources->top_source.text;
  if (judged.attack_class == attack_class::kSubnet) {
    const bool narrow = sources->top_prefix.share >= 0.5;
    return " from " + (narrow ? sources->top_prefix : sources->top_wide_prefix).text;
  }
  if (judged.attack_class == attack_class::kRandom) return " from random sources";
  if (judged.attack_class == attack_class::kLiveSources) return " from sources that answer with RST";
  if (judged.of->now == nullptr && sources == nullptr) return " from sources that the table does not show";
  return " from mixed sources";
}

std::string queue_text(const Measurements& signals) {
  if (!signals.limit) return ", " + number(signals.half_open) + " half-open";
  return ", queue " + number(signals.half_open) + " of " + number(*signals.limit);
}

/// A queue that has just been flushed holds nothing old enough to tell a rate: none is said then.
std::string rate_text(const Assessment& judged) {
  constexpr double kShown = 0.05;
  return judged.rate_per_s.value_or(0) >= kShown ? ", about " + number(*judged.rate_per_s) + " SYN/s" : "";
}

std::string flood_message(const Assessment& judged, const Measurements& host) {
  std::string where = judged.of->now == nullptr ? "the host" : judged.subject().text();
  if (judged.of->now == nullptr && !host.tracked_listener.empty())
    where += ", most of it at " + host.tracked_listener + ",";
  if (judged.attack_class == attack_class::kUndecided) {
    return "SYN queue of " + where + " is full of fresh requests" + queue_text(judged.signals) +
           ": a flood or a flash crowd, which one snapshot cannot tell";
  }
  if (judged.attack_class == attack_class::kReturnPath) {
    return "SYNs to " + where + " are repeated and never complete" + queue_text(judged.signals) +
           ": SYN+ACKs do not reach the clients, or a flood is replayed";
  }
  const bool sure = judged.level >= AttackLevel::likely;
  std::string out = std::string(sure ? "SYN flood on " : "Possible SYN flood on ") + where +
                    sources_text(judged, host) + rate_text(judged);
  if (judged.of->now != nullptr) out += queue_text(judged.signals);
  if (judged.seconds_to_full && *judged.seconds_to_full > 0) {
    out += ", full in " + number(std::ceil(*judged.seconds_to_full)) + " s";
  }
  return out;
}

std::vector<Evidence> evidence_of(const Assessment& judged, const Measurements& host) {
  std::vector<Evidence> out = judged.signals.evidence;
  if (judged.of->now != nullptr && judged.takes_host_evidence) {
    out.insert(out.end(), host.evidence.begin(), host.evidence.end());
  }
  return out;
}

/// Those of one listener that a rule speaks of.
std::vector<Evidence> only(const Measurements& signals, std::initializer_list<std::string_view> quantities) {
  std::vector<Evidence> out;
  for (const Evidence& one : signals.evidence) {
    if (std::find(quantities.begin(), quantities.end(), one.quantity) != quantities.end()) out.push_back(one);
  }
  return out;
}

Finding finding(const RuleInfo& rule, Severity severity, const Assessment& judged, std::vector<Evidence> evidence) {
  return {std::string(rule.id), severity, judged.subject(), std::move(evidence)};
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
    add_scan();
    add_blind();
    std::stable_sort(out_.begin(), out_.end(),
                     [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
    return std::move(out_);
  }

 private:
  void add_flood(const Assessment& judged) {
    if (judged.level < AttackLevel::suspicious || judged.attack_class == attack_class::kAcceptQueue) return;
    const bool sure = judged.level >= AttackLevel::likely;
    const bool path = judged.attack_class == attack_class::kReturnPath;
    std::vector<Evidence> evidence = evidence_of(judged, all_.host.signals);
    if (evidence.empty()) return;
    Finding out = finding(path ? kReturnPathRule : kSynFloodRule, sure ? Severity::critical : Severity::warning, judged,
                          std::move(evidence));
    out.value = judged.score;
    out.unit = "points";
    out.warning = thresholds_.get(kSynFloodRule, "suspicious");
    out.critical = thresholds_.get(kSynFloodRule, "likely");
    out.message = flood_message(judged, all_.host.signals);
    if (path) {
      out.next = list_command(judged);
    } else if (!sure || judged.of->now == nullptr) {
      out.next = "tcpstat check --interval 5 -v";
    } else {
      out.next = sources_command(judged);
    }
    out_.push_back(std::move(out));
  }

  void add_accept_queue(const Assessment& judged) {
    const auto& waiting = judged.of->now->accept_queue;
    const auto& most = judged.of->now->accept_limit;
    if (!waiting || !most) return;
    const bool full = *waiting > *most;
    const double load = *most == 0 ? (full ? 1.0 : 0.0) : 1.0 * *waiting / *most;
    const double warning = thresholds_.get(kAcceptQueueRule, "warning");
    const double critical = thresholds_.get(kAcceptQueueRule, "critical");
    if (!full && (load < warning || *most < thresholds_.get(kAcceptQueueRule, "limit"))) return;
    std::vector<Evidence> evidence = only(judged.signals, {"accept_queue_load", "listener_drops"});
    Finding out = finding(kAcceptQueueRule, full || load >= critical ? Severity::critical : Severity::warning, judged,
                          std::move(evidence));
    out.value = load;
    out.unit = "ratio";
    out.warning = warning;
    out.critical = critical;
    out.message = judged.subject().text() + " accepts too slowly: " + std::to_string(*waiting) +
                  " connections wait, limit " + std::to_string(*most) + (full ? "; new ones are dropped" : "");
    out.next = "tcpstat -lp" + port_of(judged);
    out_.push_back(std::move(out));
  }

  void add_look_alike(const Assessment& judged) {
    if (judged.level >= AttackLevel::suspicious) return;
    if (judged.attack_class == attack_class::kDeferred) add_deferred(judged);
    if (judged.attack_class == attack_class::kLossy) add_lossy(judged);
    if (judged.attack_class == attack_class::kFlashCrowd) add_crowd(judged);
  }

  void add_deferred(const Assessment& judged) {
    const double fill = judged.signals.fill.value_or(0);
    const double warning = thresholds_.get(kDeferredRule, "warning");
    const double critical = thresholds_.get(kDeferredRule, "critical");
    const Severity severity =
        fill >= critical ? Severity::critical : (fill >= warning ? Severity::warning : Severity::info);
    Finding out = finding(kDeferredRule, severity, judged, only(judged.signals, {"deferred_half_opens", "queue_fill"}));
    out.value = judged.signals.fill;
    out.unit = "ratio";
    out.warning = warning;
    out.critical = critical;
    out.message = "Idle clients wait on " + judged.subject().text() + queue_text(judged.signals) +
                  ": TCP_DEFER_ACCEPT keeps them half-open until they send data, no flood";
    out.next = list_command(judged);
    out_.push_back(std::move(out));
  }

  void add_lossy(const Assessment& judged) {
    Finding out = finding(kLossyRule, Severity::info, judged,
                          only(judged.signals, {"client_retries", "survival", "first_timeout_survivors",
                                                "aged_completed", "stale_half_opens"}));
    out.message = "Clients of " + judged.subject().text() + " need several tries" + queue_text(judged.signals) +
                  ": segments get lost on the way, no flood";
    out.next = list_command(judged);
    out_.push_back(std::move(out));
  }

  void add_crowd(const Assessment& judged) {
    Finding out = finding(kCrowdRule, Severity::info, judged, evidence_of(judged, all_.host.signals));
    out.message = "Many clients connect to " + judged.subject().text() + queue_text(judged.signals) +
                  ": all half-opens are fresh, a flash crowd";
    const double completions = all_.host.signals.completions_per_s.value_or(0);
    const bool cookies = all_.host.signals.cookies_per_s.value_or(0) >= 1;
    if (cookies && completions > 0) {
      // Half as many again as are under way at a time, if a handshake takes what the queue tells or 0.1 s.
      const double handshake = std::max(judged.signals.handshake_s.value_or(0), 0.1);
      out.message += "; its backlog is too small, " + number(std::ceil(1.5 * completions * handshake)) + " would do";
    }
    out.next = "tcpstat -lp" + port_of(judged);
    out_.push_back(std::move(out));
  }

  void add_scan() {
    if (all_.host.attack_class != attack_class::kPortScan) return;
    const Measurements& signals = all_.host.signals;
    Finding out = finding(kPortScanRule, Severity::warning, all_.host,
                          only(signals, {"resets_sent", "completions", "embryonic_resets"}));
    out.value = signals.resets_per_s;
    out.unit = "/s";
    out.warning = thresholds_.get(kPortScanRule, "resets");
    out.message =
        "Closed ports are probed: the host answers " + number(*signals.resets_per_s) + " segments a second with RST";
    out.next = "tcpstat -l";
    out_.push_back(std::move(out));
  }

  void add_blind() {
    const std::vector<std::string> spots = blind_spots(input_);
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
                                                            &kPortScanRule,   &kBlindRule};
  return kRules;
}

std::vector<Finding> findings_of(const HostAssessment& judged, const SynInput& input, const Thresholds& thresholds) {
  return Findings(judged, input, thresholds).take();
}

}  // namespace tcpstat::detect
