#include <algorithm>
#include <array>
#include <cmath>

#include "base/quantity_text.h"
#include "detect/assess.h"
#include "detect/finding_rules.h"
#include "detect/flood_findings.h"
#include "detect/flood_words.h"

namespace tcpstat::detect {
namespace {

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
    out_ = flood_findings(all_, thresholds_);
    for (Finding& one : host_flood_findings(all_, thresholds_)) out_.push_back(std::move(one));
    for (const Assessment& listener : all_.listeners) {
      add_accept_queue(listener);
      if (!told_together(all_, listener)) add_look_alike(listener);
    }
    add_unrouted();
    add_filtered();
    if (auto refused = refusals(all_.host, input_, thresholds_)) out_.push_back(std::move(*refused));
    add_resets();
    add_blind_spots();
    std::stable_sort(out_.begin(), out_.end(),
                     [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
    return std::move(out_);
  }

 private:
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
    out.message = one.subject().text() + " accepts too slowly, " + counted(*waiting, "connection") +
                  (*waiting == 1 ? " waits" : " wait") + ", room for " + std::to_string(accept_room(*most));
    out.why = full ? "new clients are dropped" : "new clients are dropped once it is full";
    out.advice = "find out where its program hangs; raise its backlog (listen(2)) where bursts are ordinary";
    out.brief = one.subject().text() + " accept queue " + (full ? "full" : "nearly full") + " (" +
                std::to_string(*waiting) + ", room for " + std::to_string(accept_room(*most)) + ")";
    out.next = "tcpstat -lp" + port_words(one);
    out_.push_back(std::move(out));
  }

  void add_look_alike(const Assessment& one) {
    if (one.attack_class == AttackClass::small_queue) add_small_queue(one);
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
    out.message = "Idle clients wait on " + one.subject().text() + queue_text(one.signals);
    out.why = "TCP_DEFER_ACCEPT keeps them half-open until they send data, no flood";
    if (severity >= Severity::warning) out.advice = "raise its backlog, or turn TCP_DEFER_ACCEPT off";
    out.next = list_command(one);
    out_.push_back(std::move(out));
  }

  void add_lossy(const Assessment& one) {
    const bool emptied = one.signals.half_open < 1;  // since the earlier sample
    // A flood among these clients would be a small one.
    const bool doubtful = one.level >= AttackLevel::suspicious;
    Finding out = finding(kLossyRule, doubtful ? Severity::warning : Severity::info, one,
                          only(one.signals, {"client_retries", "survival", "first_timeout_survivors", "aged_completed",
                                             "stale_half_opens"}));
    out.message = "Clients of " + one.subject().text() + " need several tries" + queue_text(one.signals);
    out.why = std::string("segments get lost on the way") +
              (doubtful ? ", the way back to some of them is broken, or a small flood hides among them" : ", no flood");
    if (doubtful) out.advice = "check the path to these clients for loss";
    out.next = emptied ? "tcpstat check --interval 5 -v" : list_command(one);
    out_.push_back(std::move(out));
  }

  void add_crowd(const Assessment& one) {
    Finding out = finding(kCrowdRule, Severity::info, one, evidence_of(one, all_.host.signals));
    out.message = "Many clients connect to " + one.subject().text() + queue_text(one.signals);
    out.why = "all half-opens are fresh, a flash crowd";
    const double completions = all_.host.signals.completions_per_s.value_or(0);
    const bool cookies = all_.host.signals.cookies_flow == Answer::yes;
    if (cookies && completions > 0) {
      // One and a half times the handshakes under way at a time; one takes as long as the queue tells, or 0.1 s.
      const double handshake = std::max(one.signals.handshake_s.value_or(0), 0.1);
      out.because("its backlog is too small");
      out.advice = "raise it, " + number(std::ceil(1.5 * completions * handshake)) + " would do";
    }
    out.next = "tcpstat -lp" + port_words(one);
    out_.push_back(std::move(out));
  }

  void add_small_queue(const Assessment& one) {
    const Measurements& host = all_.host.signals;
    const double dropped = host.silent_drops_per_s.value_or(0);
    const double completed = host.completions_per_s.value_or(0);
    Finding out = finding(kSmallQueueRule, dropped >= completed ? Severity::critical : Severity::warning, one,
                          evidence_of(one, host));
    out.value = dropped;
    out.unit = "/s";
    const auto& most = input_.facts.settings.max_syn_backlog;
    const std::uint32_t backlog = one.of->now->backlogs.empty()
                                      ? 0
                                      : *std::max_element(one.of->now->backlogs.begin(), one.of->now->backlogs.end());
    const bool by_sysctl = input_.facts.settings.syncookies == 0 && most && *most - *most / 4 < backlog;
    out.message = "SYN queue too small on " + one.subject().text() +
                  (one.signals.limit ? " (room for " + number(*one.signals.limit) + ")" : "");
    out.why = counted_per_second(dropped, "SYN", " of its clients is dropped", " of its clients are dropped") + ", " +
              number(completed) + " connect";
    out.advice = std::string("raise ") +
                 (by_sysctl ? "net.ipv4.tcp_max_syn_backlog" : "its backlog and net.core.somaxconn") +
                 (input_.facts.settings.syncookies.value_or(0) == 0 ? " or turn SYN cookies on" : "");
    out.next =
        by_sysctl ? "sysctl net.ipv4.tcp_max_syn_backlog net.ipv4.tcp_syncookies" : "tcpstat -lp" + port_words(one);
    out_.push_back(std::move(out));
  }

  /// SYNs that leave nothing in the table, because their answers could not be sent anywhere.
  void add_unrouted() {
    const Measurements& host = all_.host.signals;
    const double least = LimitsOf<kReturnPathRule>(thresholds_)("unrouted");
    if (host.unrouted_per_s < least) return;
    const bool nobody = host.completions_per_s.value_or(0) < least;
    Finding out = finding(kReturnPathRule, nobody ? Severity::critical : Severity::warning, all_.host,
                          {{"unrouted_syns", host.unrouted_per_s, ">=", least, "/s", 0,
                            "/proc/net/snmp OutNoRoutes; /proc/net/netstat ListenDrops"},
                           {"completions", host.completions_per_s, "", std::nullopt, "/s", 0, "/proc/net/snmp"}});
    out.value = host.unrouted_per_s;
    out.unit = "/s";
    out.warning = least;
    out.message =
        "This host has no route to its clients: about " + number(host.unrouted_per_s) + " SYN/s are dropped unanswered";
    out.why = nobody ? "nobody connects" : "others connect";
    out.advice = "check the routes of this host; SYNs with forged sources look the same where it has no default route";
    out.next = "ip route";
    out_.push_back(std::move(out));
  }

  /// Packets that are dropped before TCP sees them, because the route back to their sources leads elsewhere (rp_filter).
  void add_filtered() {
    const auto dropped = all_.host.of->per_s(&KernelCounters::reverse_path_filtered);
    const double least = LimitsOf<kReturnPathRule>(thresholds_)("filtered");
    if (!dropped || *dropped < least) return;
    const auto received = all_.host.of->per_s(&KernelCounters::in_segs);
    const bool nothing = received && *received <= 0;
    Finding out =
        finding(kReturnPathRule, nothing ? Severity::warning : Severity::info, all_.host,
                {{"reverse_path_filtered", dropped, ">=", least, "/s", 0, "/proc/net/netstat IPReversePathFilter"},
                 {"segments_received", received, "", std::nullopt, "/s", 0, "/proc/net/snmp InSegs"}});
    out.value = dropped;
    out.unit = "/s";
    out.warning = least;
    out.message = counted_per_second(*dropped, "packet", " is dropped by rp_filter", " are dropped by rp_filter");
    out.why = std::string("the route back to their sources leads to another device, or the sources are forged") +
              (nothing ? "; no TCP segment comes in" : "");
    out.advice = "check the routes of this host; net.ipv4.conf.DEVICE.rp_filter 2 allows other ways back";
    out.next = "ip route";
    out_.push_back(std::move(out));
  }

  /// Handshakes that end in RST, thinly spread: worth knowing, and no more.
  void add_resets() {
    const Measurements& host = all_.host.signals;
    if (all_.host.level >= AttackLevel::suspicious) return;
    if (host.sources_reset != Answer::yes || host.resets_are_spread != Answer::yes) return;
    Finding out = finding(kResetRule, Severity::info, all_.host, only(host, {"embryonic_resets", "completions"}));
    out.value = host.embryonic_per_s;
    out.unit = "/s";
    const std::size_t share = input_.now->drops_since(*input_.before).size();
    const std::string rate = number(*host.embryonic_per_s);
    out.message = rate + (rate == "1" ? " handshake/s ends in RST" : " handshakes/s end in RST") +
                  (share > 1 ? " (" + std::to_string(share) + " listeners share them)" : "");
    out.why = "health checks look like this; a flood if they are news";
    out.next = reset_packets_command(all_.host);
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
    out.message = std::string(unknown ? "It is not known whether there is an attack: " : "Not seen: ") + spots.front();
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
  static constexpr std::array<const RuleInfo*, 11> kRules = {
      &kSynFloodRule,   &kAcceptQueueRule, &kDeferredRule, &kReturnPathRule, &kLossyRule, &kCrowdRule,
      &kSmallQueueRule, &kStrayRule,       &kResetRule,    &kRefusedRule,    &kBlindRule};
  return kRules;
}

std::vector<Finding> findings_of(const HostAssessment& all, const SynInput& input, const Thresholds& thresholds) {
  return Findings(all, input, thresholds).take();
}

}  // namespace tcpstat::detect
