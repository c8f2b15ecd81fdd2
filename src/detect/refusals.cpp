// Segments that this host refuses with RST: a service that is down, a scan, or segments of no connection. Counters tell
// how many there are, and two samples tell which listener went away.

#include <algorithm>
#include <array>
#include <cmath>

#include "base/quantity_text.h"
#include "detect/assess.h"
#include "detect/finding_rules.h"
#include "model/broken_off.h"

namespace tcpstat::detect {
namespace {

constexpr std::size_t kMostNamed = 3;

/// A port that nobody listens on any more, on any device or on one.
struct Gone {
  std::uint16_t port = 0;
  Subject subject;
};

/// Whether a socket takes what came to `past`. A program that moved from any device to one, or to another address,
/// chose to, but nobody comes from elsewhere to a loopback address. A listener that was there already serves none of
/// the clients of `past`.
bool takes_over(const SynListener& one, const SynListener& past, const SynSample& before) {
  const bool same_device = past.interface == 0 || one.interface == 0 || one.interface == past.interface;
  if (one.local.port != past.local.port || one.sockets == 0 || !same_device) return false;
  if (one.local.address == past.local.address) return true;
  if (one.local.address.is_wildcard() && one.takes(past.local.address.family)) return true;
  if (one.local.address.is_loopback() && !past.local.address.is_loopback()) return false;
  return listening_on(before, one.end()) == nullptr;
}

/// Listeners on ports that connect(2) takes, which were not there in the earlier sample.
bool ephemeral_ones_came(const SynInput& input) {
  const auto& past = input.before->listeners;
  return std::any_of(input.now->listeners.begin(), input.now->listeners.end(), [&](const SynListener& one) {
    if (!listens(one) || !input.facts.settings.is_ephemeral(one.local.port)) return false;
    return std::none_of(past.begin(), past.end(),
                        [&](const SynListener& other) { return other.local.port == one.local.port; });
  });
}

/// Ports that were listened on in the earlier sample and are not in this one. A partial sample may miss listeners.
std::vector<Gone> gone_listeners(const SynInput& input) {
  std::vector<Gone> out;
  if (input.before == nullptr || input.completeness == Completeness::partial) return out;
  const bool others_came = ephemeral_ones_came(input);
  for (const SynListener& past : input.before->listeners) {
    if (!listens(past)) continue;
    // Sockets for data connections of FTP, of tests and the like listen for a moment, and others take their place.
    if (others_came && input.facts.settings.is_ephemeral(past.local.port)) continue;
    const auto takes = [&](const SynListener& one) { return takes_over(one, past, *input.before); };
    const auto& now = input.now->listeners;
    if (std::any_of(now.begin(), now.end(), takes)) continue;
    const auto same_port = [&](const SynListener& one) { return one.local.port == past.local.port && listens(one); };
    const bool alone = past.interface == 0 && std::none_of(now.begin(), now.end(), same_port);
    out.push_back(
        {past.local.port, alone ? Subject::port(past.local.port) : Subject::endpoint(past.local, past.device)});
  }
  std::stable_sort(out.begin(), out.end(), [](const Gone& a, const Gone& b) { return a.port < b.port; });
  const auto same = [](const Gone& a, const Gone& b) { return a.subject == b.subject; };
  out.erase(std::unique(out.begin(), out.end(), same), out.end());
  return out;
}

std::vector<Gone> left_behind_on(std::span<const std::uint16_t> ports) {
  std::vector<Gone> out;
  for (const std::uint16_t port : ports) out.push_back({port, Subject::port(port)});
  return out;
}

Subject subject_of(const std::vector<Gone>& ports) {
  return ports.size() == 1 ? ports.front().subject : Subject::host();
}

/// ":8080", ":80, :443 and 3 others"
std::string named(const std::vector<Gone>& ports) {
  std::string out;
  for (std::size_t i = 0; i < std::min(ports.size(), kMostNamed); ++i) {
    out += (i == 0 ? "" : ", ") + ports[i].subject.text();
  }
  if (ports.size() > kMostNamed)
    out +=
        " and " + std::to_string(ports.size() - kMostNamed) + (ports.size() == kMostNamed + 1 ? " other" : " others");
  return out;
}

/// "12 connections a second"
std::string connection_rate(double per_s) {
  return counted(static_cast<std::uint64_t>(std::llround(std::max(per_s, 1.0))), "connection") + " a second";
}

/// "12 connections a second are refused (RST)"
std::string refusals_text(double per_s, std::string_view one = " is", std::string_view many = " are") {
  return connection_rate(per_s).append(std::llround(per_s) <= 1 ? one : many) + " refused (RST)";
}

/// "The service on :443 was", "The services on :80, :443 were"
std::string services_text(const std::vector<Gone>& ports, std::string_view one, std::string_view many) {
  const bool single = ports.size() == 1;
  return ((single ? "The service on " : "The services on ") + named(ports)).append(single ? one : many);
}

/// Whether programs of this host opened most of the connections that were refused.
bool are_own(const ListenerView& host, double resets_per_s) {
  constexpr double kMost = 0.5;
  return host.per_s(&KernelCounters::attempt_fails).value_or(0) >= kMost * resets_per_s;
}

std::string left_command(const std::vector<Gone>& ports) {
  return "tcpstat summary --by state,remote_address --local-port " + std::to_string(ports.front().port);
}

/// Whether more RSTs are sent since a listener is gone than before. steady: not more than in the first second after the
/// earlier sample, when it may still have been there.
enum class Rise : std::uint8_t { unknown, steady, none, surely };

/// In standard deviations of the number of RSTs: chance hardly ever brings three.
constexpr double kDeviations = 3;

/// Within one run: the first second against the rest.
Rise rise_since_first_second(const SynInput& input, double count, double seconds, double least_per_s) {
  if (!input.after_first_second || seconds <= 1) return Rise::unknown;
  const auto early = growth(input.facts_before->counters.out_rsts, input.after_first_second->out_rsts);
  if (!early) return Rise::unknown;
  const double first = static_cast<double>(*early);
  const double times = seconds - 1;
  const double rest = count - first;
  const double chance = kDeviations * std::sqrt(rest + times * times * std::max(first, 1.0));
  if (rest - times * first >= std::max(least_per_s * times, chance)) return Rise::surely;
  return first > 0 ? Rise::steady : Rise::unknown;
}

/// `per_s`: of the RSTs that count, now.
Rise rise_of(const SynInput& input, double per_s, double least_per_s) {
  if (!input.apart || input.apart->count() <= 0) return Rise::unknown;
  const double seconds = static_cast<double>(input.apart->count()) / 1000;
  const double count = per_s * seconds;
  const auto before = resets_before_per_s(input);
  if (!before) return rise_since_first_second(input, count, seconds, least_per_s);
  const double expected = *before * seconds;
  const double chance = kDeviations * std::sqrt(expected);
  return count - expected >= std::max(least_per_s * seconds, chance) ? Rise::surely : Rise::none;
}

/// One sample does not tell whether anybody still comes.
Finding left_behind(const std::vector<Gone>& ports, const SynInput& input) {
  Finding out(std::string(kRefusedRule.id), Severity::info, subject_of(ports),
              {{"services_left", static_cast<double>(ports.size()), "", std::nullopt, "ports", 0, "sock_diag"}});
  out.message = "Nothing listens on " + named(ports) + " any more, where connections are left";
  out.why = std::string("is the service down?") + (input.saved ? "" : " (--interval tells whether any are refused)");
  out.next = left_command(ports);
  return out;
}

std::vector<Gone> ports_of(const std::vector<EndedListener>& services) {
  std::vector<Gone> out;
  for (const EndedListener& one : services) out.push_back({one.end.local.port, Subject::port(one.end.local.port)});
  return out;
}

/// Programs ended, and clients are refused.
Finding refused_meanwhile(const std::vector<Gone>& ports, Severity severity, double resets_per_s,
                          const LimitsOf<kRefusedRule>& limit) {
  Finding out(std::string(kRefusedRule.id), severity, subject_of(ports),
              {{"resets_sent", resets_per_s, ">=", limit("after_end"), "/s", 0, "/proc/net/snmp OutRsts"}});
  out.value = resets_per_s;
  out.unit = "/s";
  return out;
}

/// For services that ended once: an update, or a crash.
Finding tell_restarted(const std::vector<EndedListener>& services, double resets_per_s,
                       const LimitsOf<kRefusedRule>& limit) {
  const std::vector<Gone> ports = ports_of(services);
  Finding out = refused_meanwhile(ports, Severity::info, resets_per_s, limit);
  out.message = services_text(ports, " was", " were") + " restarted, and meanwhile " +
                refusals_text(resets_per_s, " was", " were");
  out.why = "once is an update; look again whether it crashes";
  out.next = "tcpstat check --interval 10";
  return out;
}

/// Ports whose programs start and end again and again, most often first.
std::vector<EndedListener> unsteady(const SynInput& input, double least_ends) {
  std::vector<EndedListener> out;
  for (const EndedListener& one : input.ended) {
    if (one.times >= least_ends && !input.facts.settings.is_ephemeral(one.end.local.port)) out.push_back(one);
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const EndedListener& a, const EndedListener& b) { return a.times > b.times; });
  return out;
}

/// Listeners that have ended, and are there again.
std::vector<EndedListener> restarted_ones(const SynInput& input) {
  std::vector<EndedListener> out;
  for (const EndedListener& one : input.ended) {
    const bool there = listening_on(*input.now, one.end) != nullptr;
    if (there && !input.facts.settings.is_ephemeral(one.end.local.port)) out.push_back(one);
  }
  return out;
}

Finding tell_unsteady(const std::vector<EndedListener>& services, double resets_per_s,
                      const LimitsOf<kRefusedRule>& limit) {
  const std::vector<Gone> ports = ports_of(services);
  Finding out = refused_meanwhile(ports, Severity::critical, resets_per_s, limit);
  out.evidence.insert(out.evidence.begin(),
                      {"listener_ended", services.front().times, ">=", limit("ends"), "times", 0, "sock_diag"});
  out.critical = limit("after_end");
  out.brief = services_text(ports, " starts and ends", " start and end") + " again and again";
  out.message = out.brief + ", and " + refusals_text(resets_per_s);
  out.why = "its program crashes, or somebody ends it";
  out.advice = "read why it ended (its log, journalctl)";
  out.next = "tcpstat trace -l -p --local-port " + std::to_string(ports.front().port) + " --duration 30";
  return out;
}

}  // namespace

std::optional<double> resets_before_per_s(const SynInput& input) {
  if (input.resets_before_per_s || !input.facts_before) return input.resets_before_per_s;
  // If a namespace had hardly sent any RST until the earlier sample, the rate before it was about 0.
  constexpr double kHardlyAny = 0.1;
  const auto& until_then = input.facts_before->counters.out_rsts;
  const auto since = growth(until_then, input.facts.counters.out_rsts);
  if (!since || static_cast<double>(*until_then) > kHardlyAny * static_cast<double>(*since)) return std::nullopt;
  return 0;
}

double broken_off_per_s(const ListenerView& host) {
  const auto seconds = host.seconds();
  if (!seconds) return 0;
  return static_cast<double>(broken_off(host.input.facts_before->counters, host.input.facts.counters)) / *seconds;
}

double refused_per_s(const ListenerView& host) {
  return std::max(0.0, host.per_s(&KernelCounters::out_rsts).value_or(0) - broken_off_per_s(host));
}

namespace {

/// Refused connections, or connections that were broken off; with what the counters tell about them.
Finding told_by_counters(Severity severity, Subject about, double per_s, double least_per_s, const Assessment& host,
                         const LimitsOf<kRefusedRule>& limit) {
  Finding out(std::string(kRefusedRule.id), severity, std::move(about),
              {{"resets_sent", per_s, ">=", least_per_s, "/s", 0, "/proc/net/snmp OutRsts"}});
  const auto add = [&](const char* quantity, std::optional<double> value, const char* source) {
    if (value) out.evidence.push_back({quantity, value, "", std::nullopt, "/s", 0, source});
  };
  add("completions", host.signals.completions_per_s, "/proc/net/snmp PassiveOpens");
  add("attempts_failed", host.of->per_s(&KernelCounters::attempt_fails), "/proc/net/snmp AttemptFails");
  add("broken_off", broken_off_per_s(*host.of), "/proc/net/netstat TCPAbortOnClose, TCPAbortOnData");
  out.value = per_s;
  out.unit = "/s";
  out.warning = limit("resets");
  out.next = "tcpstat -lp";
  return out;
}

/// Listeners that went away, now or (`left`: only their connections are there) before the first sample.
struct Missed {
  std::vector<Gone> now;
  std::vector<Gone> left;
  Rise rise = Rise::unknown;
  double per_s = 0;  ///< segments that their clients may have sent

  [[nodiscard]] const std::vector<Gone>& ports() const { return now.empty() ? left : now; }
  /// A service of which only connections are left may have been ended on purpose, long ago.
  [[nodiscard]] Severity severity() const {
    if (now.empty()) return Severity::warning;
    if (rise == Rise::surely) return Severity::critical;
    return rise == Rise::steady ? Severity::info : Severity::warning;
  }
};

Finding tell_missed(const Missed& missed, const Assessment& host, const SynInput& input,
                    const LimitsOf<kRefusedRule>& limit) {
  const std::vector<Gone>& ports = missed.ports();
  Finding out = told_by_counters(missed.severity(), subject_of(ports), missed.per_s, limit("after_end"), host, limit);
  if (const auto before = resets_before_per_s(input)) {
    out.evidence.push_back({"resets_before", *before, "", std::nullopt, "/s", 0, "/proc/net/snmp OutRsts"});
  }
  out.evidence.push_back(
      {"listeners_gone", static_cast<double>(ports.size()), "", std::nullopt, "ports", 0, "sock_diag"});
  out.brief = "Nothing listens on " + named(ports) + " any more";
  out.message =
      out.brief + (missed.now.empty() ? ", where connections are left, and " : ", and ") + refusals_text(missed.per_s);
  const bool surely = missed.rise == Rise::surely;
  out.why = surely ? "is the service down?" : "they may be its clients, or have come before too: is the service down?";
  out.advice = surely ? "start it again, or find out why it ended" : "see whether it was meant to end";
  if (missed.now.empty()) out.next = left_command(missed.left);
  return out;
}

Finding tell_broken_off(double per_s, const Assessment& host, const LimitsOf<kRefusedRule>& limit) {
  Finding out = told_by_counters(Severity::info, Subject::host(), per_s, limit("resets"), host, limit);
  out.message = "Programs on this host end " + connection_rate(per_s) + " by RST";
  out.why = "they close them with data unread, or with SO_LINGER 0";
  return out;
}

/// What is under way when a program breaks a connection off gets a RST for each segment, and Linux sends the first ten
/// of an answer at once (RFC 6928).
constexpr double kSegmentsUnderWay = 10;

Finding tell_refused(double per_s, const Assessment& host, const LimitsOf<kRefusedRule>& limit) {
  const double broken_off = broken_off_per_s(*host.of);
  const bool under_way = broken_off > 0 && per_s <= kSegmentsUnderWay * broken_off;
  const bool many = host.attack_class == AttackClass::port_scan && !under_way;
  Finding out = told_by_counters(many ? Severity::warning : Severity::info, Subject::host(), per_s,
                                 many ? limit("resets") : limit("notice"), host, limit);
  out.message = refusals_text(per_s);
  out.why = std::string("nothing listens where they go") +
            (are_own(*host.of, per_s) ? ", and programs on this host open them" : "") +
            (under_way ? ", or they come for the " + connection_rate(broken_off) + " that programs break off" : "") +
            ". Is a service down? (a scan, or segments of no connection, look like this too)";
  out.advice = "see whether every service listens";
  return out;
}

}  // namespace

std::optional<Finding> refusals(const Assessment& host, const SynInput& input, const Thresholds& thresholds) {
  const LimitsOf<kRefusedRule> limit(thresholds);
  Missed missed{.now = gone_listeners(input), .left = left_behind_on(input.left_ports)};
  if (!host.signals.resets_per_s && !missed.left.empty()) return left_behind(missed.left, input);

  const double refused = refused_per_s(*host.of);
  const bool some_refused = refused >= limit("after_end");
  const std::vector<EndedListener> services = unsteady(input, limit("ends"));
  if (!services.empty() && some_refused) return tell_unsteady(services, refused, limit);

  // A program that ends breaks its connections off. Where nobody saw that, RSTs of programs are no sign of clients that
  // still come.
  missed.per_s = missed.now.empty() ? refused : host.signals.resets_per_s.value_or(0);
  missed.rise = rise_of(input, missed.per_s, limit("after_end"));
  if (!missed.ports().empty() && missed.per_s >= limit("after_end") && missed.rise != Rise::none) {
    return tell_missed(missed, host, input, limit);
  }
  if (host.attack_class == AttackClass::port_scan) return tell_refused(refused, host, limit);

  const std::vector<EndedListener> restarted = restarted_ones(input);
  if (!restarted.empty() && some_refused) return tell_restarted(restarted, refused, limit);
  if (refused >= limit("notice")) return tell_refused(refused, host, limit);
  const double broken_off = broken_off_per_s(*host.of);
  if (broken_off >= limit("resets")) return tell_broken_off(broken_off, host, limit);
  return std::nullopt;
}

}  // namespace tcpstat::detect
