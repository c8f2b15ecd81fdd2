#include "detect/flood_findings.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "detect/causes.h"
#include "detect/finding_rules.h"
#include "detect/flood_words.h"

namespace tcpstat::detect {
namespace {

/// "0.0.0.0:443", "30 listeners (8000–8029)".
std::string where(const Cause& cause) {
  if (!cause.many()) return cause.worst().subject().text();
  std::vector<std::uint16_t> ports;
  for (const Assessment* one : cause.suffering) ports.push_back(one->of->now->local.port);
  return std::to_string(cause.suffering.size()) + " listeners (" + ports_text(std::move(ports)) + ")";
}

/// Others than those of the place that is named send a good part of it, too.
bool has_others(const Origin& origin) {
  constexpr double kNearlyAll = 0.9;
  return origin.share < kNearlyAll;
}

/// " from random sources", " from 198.51.100.0/24", ", 60 % of it from 198.51.100.0/24".
std::string sources_text(const Assessment& one, const Measurements& host) {
  const Origin* origin = origin_of(one, host);
  if (one.attack_class == AttackClass::random_sources) return " from random sources";
  if (one.attack_class == AttackClass::live_sources) {
    const bool named = host.reset_origin && !host.reset_origin->place.empty();
    return named ? " in the name of " + host.reset_origin->place + ", which answers with RST"
                 : " from sources that answer with RST";
  }
  if (origin != nullptr && !origin->place.empty()) {
    return (has_others(*origin) ? ", " + number(std::round(100 * origin->share)) + " % of it" : "") + " from " +
           origin->place;
  }
  if (origin == nullptr) return one.of->now == nullptr ? " from sources that no listener's table shows" : "";
  return " from mixed sources";
}

/// SYNs a second that only counters show; 0 if these do not count for this listener.
double uncounted_per_s(const Assessment& one, const Measurements& host) {
  if (!one.takes_host_evidence) return 0;
  return host.untabled_per_s();
}

/// Its queue admits no more, and nothing tells how many more come.
bool hides_the_rest(const Assessment& one, const Measurements& host) {
  const Measurements& signals = one.signals;
  const bool was_full = signals.saturated_lately == Answer::yes;
  if (was_full && !signals.arrivals_per_s) return true;
  // In one sample a nearly full queue counts as full, because the kernel may just have pruned it.
  const bool one_look = !one.of->input.facts_before;
  const bool full = one_look ? was_full : signals.limit && signals.half_open >= *signals.limit;
  return full && uncounted_per_s(one, host) <= 0;
}

/// Whether the rate is a lower or an upper bound. A full queue admits no more, so that the rate is too low unless
/// counters show the rest. It is too high where clients repeat their SYNs, or lose them to a full queue, because they
/// are counted with the flood.
std::string_view bound_of(const Assessment& one, const Measurements& host) {
  const Measurements& signals = one.signals;
  if (host.table == Completeness::partial) return ", at least ";
  if (signals.clients_retry == Answer::yes) return ", up to ";
  if (one.attack_class == AttackClass::live_sources) return ", about ";
  const double dropped = one.takes_host_evidence ? host.silent_drops_per_s.value_or(0) : 0;
  if (hides_the_rest(one, host)) return ", at least ";
  return dropped > 0 && host.completions_per_s.value_or(0) > 0 ? ", up to " : ", about ";
}

std::string_view bound_of(const Cause& cause, const Measurements& host) {
  const auto hides = [&](const Assessment* one) { return hides_the_rest(*one, host); };
  const bool some = std::any_of(cause.suffering.begin(), cause.suffering.end(), hides);
  const bool counted = host.untabled_per_s() > 0;
  if (cause.shares_counters && counted && host.table != Completeness::partial) return ", up to ";
  return cause.many() && some && !counted ? ", at least " : bound_of(cause.worst(), host);
}

/// For a flood that counters show and the table does not any more.
std::string emptied_text(double unanswered_per_s, const Measurements& host, const SynInput& input) {
  const double seconds = std::chrono::duration<double>(*input.apart).count();
  const bool repeated = host.clients_alive == Answer::yes;
  return " since the last run is over: " + number(unanswered_per_s * seconds) + " SYNs in " + number(seconds) +
         " s came to nothing, and none is left" +
         (repeated ? "; SYNs were repeated, as clients do that get no SYN+ACK" : "");
}

/// Of what only counters show, and nothing is left, a flood is not sure if SYNs were repeated: floods do not.
bool may_have_been_clients(const Assessment& one, const Measurements& host) {
  return one.outlook.emptied && host.clients_alive == Answer::yes;
}

/// What a flood leaves when it has ended.
std::string end_text(const Cause& cause, const Measurements& host) {
  const Assessment& worst = cause.worst();
  if (!worst.outlook.over_for_s) return emptied_text(uncounted_per_s(worst, host), host, worst.of->input);
  double left = 0;
  double over = *worst.outlook.over_for_s;
  double gone = 0;
  for (const Assessment* one : cause.suffering) {
    left += one->signals.half_open;
    if (!one->outlook.over_for_s) continue;
    over = std::min(over, *one->outlook.over_for_s);
    gone = std::max(gone, one->outlook.gone_within_s);
  }
  return " is over: no new ones for " + number(std::floor(over)) + " s, " + number(left) +
         " left, which expire within " + number(std::ceil(gone)) + " s";
}

/// No SYN waits in a queue (tcp_syncookies is 2), so that a flood takes nobody's room.
bool answers_with_cookies_alone(const Assessment& one) { return one.of->input.facts.settings.syncookies == 2; }

std::string taken_text(const Assessment& one) {
  if (one.attack_class == AttackClass::live_sources && one.impact == Impact::none)
    return "each RST ends a request at once, which takes nobody's room";
  return answers_with_cookies_alone(one)
             ? "a cookie answers each SYN (net.ipv4.tcp_syncookies is 2), which takes nobody's room"
             : "SYNs that never complete take the room of clients in the SYN queue";
}

/// No handshake completes, at any listener.
bool nobody_completes(const Measurements& host) { return host.completions_per_s && *host.completions_per_s <= 0; }
/// The same by one sample, which has no rates: there is no connection at all.
bool nobody_is_connected(const Assessment& one, const Measurements& host) {
  return !host.completions_per_s && one.of->input.now->other_rows == 0;
}
/// That nobody gets in, as far as that speaks against a flood: if clients were among the sources some would, unless
/// their last ACKs are dropped on the way or by a firewall here. Empty: somebody does.
std::string nobody_text(const Assessment& one, const Measurements& host) {
  if (one.attack_class == AttackClass::live_sources) return {};
  if (nobody_completes(host)) return "nobody completes";
  return nobody_is_connected(one, host) ? "nobody is connected" : "";
}

/// Packets from or to a loopback address come from no network (RFC 1122 §3.2.1.3).
bool is_of_this_host(const Assessment& one) {
  if (one.of->now != nullptr && one.of->now->local.address.is_loopback()) return true;
  const auto& aged = one.of->aged;
  return !aged.empty() &&
         std::all_of(aged.begin(), aged.end(), [](const HalfOpen* entry) { return entry->source.is_loopback(); });
}

/// What to do about a flood that goes on. Sources from everywhere are forged, so that blocking them is no use.
std::string flood_advice(const Assessment& one, const Measurements& host) {
  const bool off = one.of->input.facts.settings.syncookies == 0;
  const std::string cookies = std::string(off ? "turn" : "keep") + " SYN cookies on (net.ipv4.tcp_syncookies)";
  if (one.signals.sources_are_clients == Answer::yes)
    return cookies + "; block nobody: these sources have other connections here";
  if (is_of_this_host(one)) return "find the program on this host that sends them; no network can";
  const Origin* origin = origin_of(one, host);
  const bool one_place = one.attack_class == AttackClass::single_source || one.attack_class == AttackClass::subnet;
  if (one_place && origin != nullptr && !origin->place.empty()) {
    const bool connected = origin->network && one.of->input.now->knows_some_in(*origin->network);
    // Who blocks clients whose last ACKs are lost makes that permanent. Connections that are there may be older than
    // the loss, so that clients in the same place are rather a reason to look.
    const bool ask = connected || !nobody_text(one, host).empty();
    const std::string first = ask ? "see that last ACKs arrive (firewall, routing); if they do, " : "";
    const std::string others = has_others(*origin) ? " and others (see the command)" : "";
    return first + "drop SYNs from " + origin->place + others + " in the firewall, " +
           (connected ? "if you can do without the clients there that are connected; "
                      : "unless clients of yours are there; ") +
           cookies;
  }
  return cookies + "; let the provider filter: the sources may be forged";
}

/// Reason and advice of a flood.
void explain_flood(Finding& out, const Cause& cause, const Measurements& host, const Thresholds& thresholds) {
  const Assessment& worst = cause.worst();
  if (worst.attack_class == AttackClass::undecided) {
    out.why = "a flood or a flash crowd, which one snapshot cannot tell";
    out.advice = "take two samples, which tell";
    return;
  }
  if (is_over(cause)) return;
  const bool sure = worst.level >= AttackLevel::likely;
  if (!sure && worst.signals.sources_are_clients == Answer::yes) {
    out.why = "the sources have other connections here: it may be their last ACKs that do not arrive";
    out.advice = "check the way from these clients (routes, firewalls) before anything is blocked";
    return;
  }
  if (!sure && worst.signals.may_defer == Answer::yes) {
    out.why = "they may be idle clients that TCP_DEFER_ACCEPT keeps half-open: /proc does not tell";
    out.advice = (worst.of->input.saved ? "save rows over netlink" : "check with --source netlink") +
                 std::string(", which tells");
    return;
  }
  if (!cause.many() && leaves_room(cause, thresholds) && sure) {
    out.why = "harmless at this rate, " + number(std::ceil(*worst.outlook.most_half_open)) + " at most";
    return;
  }
  out.why = taken_text(worst);
  const std::string nobody = nobody_text(worst, host);
  if (!nobody.empty()) out.because(nobody + ", as if last ACKs were lost");
  out.advice = sure ? flood_advice(worst, host) : "look again for longer before anything is blocked";
}

std::string flood_message(const Cause& cause, const Measurements& host, const Thresholds& thresholds) {
  const Assessment& worst = cause.worst();
  if (worst.attack_class == AttackClass::undecided) {
    return "SYN queue of " + where(cause) + " is full of fresh requests" +
           (cause.many() ? "" : queue_text(worst.signals));
  }
  const bool sure = worst.level >= AttackLevel::likely && !may_have_been_clients(worst, host);
  std::string out = (sure ? "SYN flood " : "Possible SYN flood ") + std::string(cause.many() ? "over " : "on ") +
                    where(cause) + (worst.outlook.emptied ? "" : sources_text(worst, host));
  if (is_over(cause)) return out + end_text(cause, host);
  out += rate_text(rate_of(cause, host), bound_of(cause, host));
  if (cause.many()) return out + " together";
  if (!answers_with_cookies_alone(worst)) out += queue_text(worst.signals);
  const bool harmless = leaves_room(cause, thresholds) && sure;
  if (!harmless && worst.seconds_to_full && *worst.seconds_to_full > 0) {
    out += ", full in " + number(std::ceil(*worst.seconds_to_full)) + " s";
  }
  return out;
}

/// "SYN flood on 0.0.0.0:443, about 100 SYN/s": where, what and how much.
std::string flood_brief(const Cause& cause, const Measurements& host) {
  const Assessment& worst = cause.worst();
  const bool sure = worst.level >= AttackLevel::likely && !may_have_been_clients(worst, host);
  return (sure ? "SYN flood " : "Possible SYN flood ") + std::string(cause.many() ? "over " : "on ") + where(cause) +
         (worst.outlook.emptied ? " since the last run is over"
          : is_over(cause)      ? " is over"
                                : rate_text(rate_of(cause, host), bound_of(cause, host)));
}

std::string stray_message(const Cause& cause) {
  double rate = 0;
  double most = 0;
  double room = 0;
  double left = 0;
  std::optional<double> over;
  for (const Assessment* one : cause.suffering) {
    rate += *one->outlook.per_s;
    most += *one->outlook.most_half_open;
    room += *one->signals.limit;
    left += one->signals.aged;
    if (one->outlook.over_for_s) over = std::min(over.value_or(*one->outlook.over_for_s), *one->outlook.over_for_s);
  }
  if (is_over(cause) && over) {
    return number(left) + " SYNs at " + where(cause) + " came to nothing, none for " + number(std::floor(*over)) +
           " s, harmless at this room (" + number(room) + ")";
  }
  return number(rate) + " SYN/s at " + where(cause) + " never become connections, harmless at this room (" +
         number(std::ceil(most)) + " of " + number(room) + " at most)";
}

/// The one network that all who wait are of, and nobody who is connected; else nothing.
const Origin* cut_off_network(const Cause& cause) {
  const Measurements& signals = cause.worst().signals;
  return !cause.many() && signals.cut_off == Answer::yes && signals.origin ? &*signals.origin : nullptr;
}

/// Others may complete, and the sources that do not have no other connections here. A flood that repeats its SYNs as
/// clients do looks the same as a return path that is broken for some.
bool may_be_replayed(const Assessment& one, const Measurements& host) {
  return !nobody_completes(host) && one.signals.answers_unsent != Answer::yes &&
         one.signals.some_are_clients != Answer::yes;
}

/// How long somebody has waited in vain. A repeated SYN begins the timer anew, so that only a request whose timeouts
/// are known tells its age.
std::optional<double> waited_s(const Assessment& one) {
  std::optional<double> longest;
  for (const HalfOpen* entry : one.of->aged) {
    const auto age = entry->age_s();
    if (entry->timeouts && age) longest = std::max(longest.value_or(0), *age);
  }
  return longest;
}

void tell_unsent(Finding& out, const Cause& cause) {
  double per_s = 0;
  for (const Assessment* one : cause.suffering) per_s = std::max(per_s, one->signals.unsent_per_s.value_or(0));
  out.message = "SYN+ACKs of " + where(cause) + " do not leave this host";
  out.why = counted_per_second(per_s, "request", " ends at its first timeout", " end at their first timeout") +
            ", and nothing is sent again";
  out.advice = "check its firewall (output) and routing";
}

void tell_path(Finding& out, const Cause& cause, const Measurements& host) {
  const Assessment& worst = cause.worst();
  const Measurements& signals = worst.signals;
  if (signals.answers_unsent == Answer::yes) return tell_unsent(out, cause);
  const bool nobody = nobody_completes(host);
  const bool replayed = may_be_replayed(worst, host);
  const Origin* network = cut_off_network(cause);
  const std::string in_network = network != nullptr ? " in " + network->place : "";
  out.message = (nobody ? "No client of " : "Clients of ") + where(cause) + in_network +
                (nobody ? " gets our SYN+ACK" : " do not get our SYN+ACK");
  if (replayed) {
    out.message += ", or a possible SYN flood repeats its SYNs";
    out.brief = "Clients of " + where(cause) + in_network + " get no SYN+ACK, or possible SYN flood";
  }
  out.why = number(std::floor(100 * signals.retry_share.value_or(1))) +
            " % of those that wait repeat their SYN, none completed";
  if (const auto waited = waited_s(worst)) out.why += " for " + number(std::floor(*waited)) + " s";
  if (signals.saturated_lately == Answer::yes) out.why += ", queue full";
  if (host.completions_per_s && replayed) out.why += ", while other clients complete";
  if (network != nullptr) {
    out.why += ", and nobody from there is connected";
    out.advice = "check the way to " + network->place + " (routing, firewall) before anything is blocked";
    return;
  }
  out.advice =
      replayed ? "see who they are: one network is a broken way to it (routing, firewall), random sources are a flood"
               : "check the way out, firewall and routing";
}

/// However large the flood is, no client is dropped because of it.
bool clients_get_in(const Assessment& one, const Measurements& host) {
  if (one.attack_class == AttackClass::live_sources) return one.impact == Impact::none;
  return answers_with_cookies_alone(one) && host.syns_dropped != Answer::yes && host.overflows_per_s.value_or(0) <= 0;
}

Severity severity_of(const Cause& cause, const Measurements& host, const Thresholds& thresholds) {
  if (cause.rule == &kStrayRule) return Severity::info;
  if (cause.rule == &kReturnPathRule) {
    const bool many = cause.worst().signals.amount_aged == Amount::many;
    const bool unsent = cause.worst().signals.answers_unsent == Answer::yes;
    return unsent || (many && nobody_completes(host)) ? Severity::critical : Severity::warning;
  }
  const bool sure = cause.worst().level >= AttackLevel::likely;
  const bool hurts = !is_over(cause) && !leaves_room(cause, thresholds) && !clients_get_in(cause.worst(), host);
  return sure && hurts ? Severity::critical : Severity::warning;
}

std::string next_of(const Cause& cause, const Assessment& all_listeners) {
  const Measurements& host = all_listeners.signals;
  const Assessment& worst = cause.worst();
  if (cause.rule == &kReturnPathRule) {
    if (may_be_replayed(worst, host))
      return "tcpstat summary --by remote_prefix -s SYN_RECV" + (cause.many() ? "" : port_words(worst));
    const bool unsent = worst.signals.answers_unsent == Answer::yes;
    return "tcpstat -s SYN_RECV" + (cause.many() ? "" : port_words(worst)) +
           (unsent ? " -S age_ms:desc" : " -S retransmits:desc");
  }
  const Assessment& whose = cause.many() ? all_listeners : worst;
  if (worst.attack_class == AttackClass::live_sources) return reset_packets_command(whose);
  if (worst.signals.aged <= 0 && worst.attack_class != AttackClass::undecided) return syn_packets_command(whose);
  if (worst.level == AttackLevel::suspicious) return "tcpstat check --interval 5 -v";
  if (cause.many()) return "tcpstat summary --by local_port -s SYN_RECV";
  // This sorts deferred requests last, because their SYN+ACK was never sent again.
  if (worst.signals.deferring == Answer::yes) return list_command(worst) + " -S retransmits:desc";
  return "tcpstat summary --by remote_prefix -s SYN_RECV" + port_words(worst);
}

std::optional<Finding> finding_of(const Cause& cause, const HostAssessment& all, const Thresholds& thresholds) {
  const Measurements& host = all.host.signals;
  std::vector<Evidence> evidence = evidence_of(cause.worst(), host);
  if (evidence.empty()) return std::nullopt;
  if (cause.many()) {
    evidence.push_back(
        {"listeners", static_cast<double>(cause.suffering.size()), "", std::nullopt, "listeners", 0, "sock_diag"});
  }
  Finding out(std::string(cause.rule->id), severity_of(cause, host, thresholds),
              cause.many() ? Subject::host() : cause.worst().subject(), std::move(evidence));
  const LimitsOf<kSynFloodRule> limit(thresholds);
  out.value = cause.worst().score;
  out.unit = "points";
  out.warning = limit("suspicious");
  out.critical = limit("likely");
  if (cause.rule == &kStrayRule) {
    out.value = cause.worst().outlook.per_s;
    out.unit = "/s";
    out.warning.reset();
    out.critical.reset();
    out.message = stray_message(cause);
    out.brief = "stray SYNs at " + where(cause) + ", harmless at this room";
  } else if (cause.rule == &kReturnPathRule) {
    tell_path(out, cause, host);
  } else {
    out.message = flood_message(cause, host, thresholds);
    if (cause.worst().attack_class != AttackClass::undecided) out.brief = flood_brief(cause, host);
    explain_flood(out, cause, host, thresholds);
  }
  out.next = next_of(cause, all.host);
  return out;
}

/// A flood that a full accept queue may hide: it makes real clients wait like the requests of a flood, and drops the
/// SYNs of both.
std::optional<Finding> hidden_flood(const Assessment& one, const Measurements& host, const Thresholds& thresholds) {
  const bool full = one.signals.accept_queue == AcceptQueue::full && one.attack_class == AttackClass::accept_queue;
  const bool waits = one.signals.amount_aged != Amount::few && one.signals.staleness == Staleness::most;
  if (!full || !waits || one.signals.completion == Completion::clients) return std::nullopt;
  Finding out(std::string(kSynFloodRule.id), Severity::info, one.subject(), evidence_of(one, host));
  const LimitsOf<kSynFloodRule> limit(thresholds);
  out.value = one.score;
  out.unit = "points";
  out.warning = limit("suspicious");
  out.critical = limit("likely");
  out.message = "A SYN flood on " + one.subject().text() + " could hide behind its full accept queue";
  out.brief = "a SYN flood on " + one.subject().text() + " could hide";
  out.why = number(one.signals.aged) + " half-opens wait for more than a second, which clients do there too";
  out.next = list_command(one) + " -S retransmits:desc";
  return out;
}

/// Where the aged requests of all listeners come from.
std::optional<Origin> pooled_origin(const HostAssessment& all, const Thresholds& thresholds) {
  std::vector<const HalfOpen*> aged;
  for (const Assessment& one : all.listeners) aged.insert(aged.end(), one.of->aged.begin(), one.of->aged.end());
  if (static_cast<double>(aged.size()) < kEnough) return std::nullopt;
  return source_spread::origin_of(source_statistics(aged), thresholds);
}

}  // namespace

bool told_together(const HostAssessment& all, const Assessment& one) {
  if (std::count(all.unexplained.begin(), all.unexplained.end(), &one) == 0) return false;
  if (all.together) return true;
  const auto all_causes = causes(all);
  return std::any_of(all_causes.begin(), all_causes.end(), [&](const Cause& cause) {
    return is_widespread(cause) && std::count(cause.suffering.begin(), cause.suffering.end(), &one) > 0;
  });
}

std::vector<Evidence> evidence_of(const Assessment& one, const Measurements& host) {
  std::vector<Evidence> out = one.signals.evidence;
  if (one.of->now != nullptr && one.takes_host_evidence) {
    out.insert(out.end(), host.evidence.begin(), host.evidence.end());
  }
  return out;
}

std::vector<Finding> host_flood_findings(const HostAssessment& all, const Thresholds& thresholds) {
  AttackLevel worst = AttackLevel::unknown;
  for (const Assessment& one : all.listeners) worst = std::max(worst, one.level);
  if (all.together) worst = std::max(worst, all.together->level);
  const Assessment& host = all.host;
  if (host.level <= worst || host.level < AttackLevel::suspicious || host.signals.evidence.empty()) return {};
  Measurements signals = host.signals;
  if (!signals.origin) signals.origin = pooled_origin(all, thresholds);
  Assessment named = host;
  named.signals = signals;
  if (signals.origin && named.attack_class != AttackClass::live_sources)
    named.attack_class = signals.origin->attack_class;
  const bool sure = host.level >= AttackLevel::likely && !may_have_been_clients(host, signals);
  const bool over = host.outlook.emptied;
  const bool hurts = !over && !clients_get_in(host, signals);
  Finding out(std::string(kSynFloodRule.id), sure && hurts ? Severity::critical : Severity::warning, Subject::host(),
              evidence_of(host, signals));
  const LimitsOf<kSynFloodRule> limit(thresholds);
  out.value = host.score;
  out.unit = "points";
  out.warning = limit("suspicious");
  out.critical = limit("likely");
  const std::string most = signals.tracked_listener.empty() ? "" : ", most of it at " + signals.tracked_listener + ",";
  const std::string flood = sure ? "SYN flood on the host" : "Possible SYN flood on the host";
  const std::string rate = rate_text(host.rate_per_s, bound_of(host, signals));
  out.message = flood + most + sources_text(named, signals) + rate;
  out.brief = flood + rate;
  out.why = answers_with_cookies_alone(host) ? taken_text(host)
                                             : "SYNs that never complete take the room of clients in the SYN queues";
  out.advice = sure ? flood_advice(named, signals) : "look again for longer before anything is blocked";
  if (over) {
    out.message = flood + emptied_text(uncounted_per_s(host, signals), signals, host.of->input);
    out.brief = flood + " since the last run is over";
    out.why.clear();
    out.advice.clear();
  }
  const bool tabled = std::any_of(all.listeners.begin(), all.listeners.end(),
                                  [](const Assessment& one) { return one.signals.aged > 0; });
  if (host.attack_class == AttackClass::live_sources) {
    out.next = reset_packets_command(host);
  } else {
    out.next = tabled ? "tcpstat summary --by local_port,remote_prefix -s SYN_RECV" : syn_packets_command(host);
  }
  return {std::move(out)};
}

std::vector<Finding> flood_findings(const HostAssessment& all, const Thresholds& thresholds) {
  std::vector<Finding> out;
  const std::vector<Cause> all_causes = causes(all);
  const bool wide = std::any_of(all_causes.begin(), all_causes.end(), is_widespread);
  for (const Cause& cause : all_causes) {
    if (wide && cause.rule == &kStrayRule) continue;
    if (auto one = finding_of(cause, all, thresholds)) out.push_back(std::move(*one));
  }
  for (const Assessment& one : all.listeners) {
    if (auto hidden = hidden_flood(one, all.host.signals, thresholds)) out.push_back(std::move(*hidden));
  }
  return out;
}

}  // namespace tcpstat::detect
