// Explanations as prose.

#include <array>

#include "base/wrapped.h"
#include "explain/explanations.h"
#include "explain/lines.h"
#include "explain/state_advice.h"
#include "machine/dwell.h"
#include "machine/joint.h"
#include "machine/linux_differences.h"
#include "machine/linux_profile.h"
#include "machine/reachability.h"
#include "machine/rfc9293.h"

namespace tcpstat::explain {
namespace {

/// "60 s", "0.2 s".
std::string seconds_text(std::chrono::milliseconds time, const Words& words) {
  const auto count = time.count();
  std::string text = std::to_string(count / 1000);
  if (count % 1000 != 0) text += "." + std::to_string(count % 1000 / 100);
  return words.fill("{} s", {text});
}

std::string limit_text(const machine::DwellLimit& limit, const Words& words) {
  switch (limit.kind) {
    case machine::DwellLimit::Kind::bounded:
      return seconds_text(limit.most, words);
    case machine::DwellLimit::Kind::no_bound:
      return std::string(words("no bound"));
    case machine::DwellLimit::Kind::unknown:
      return std::string(words("unknown here"));
  }
  return {};
}

std::string_view joint_text(machine::Joint joint) {
  switch (joint) {
    case machine::Joint::lasts:
      return "for as long as it takes";
    case machine::Joint::blocked:
      return "while segments are on their way, and longer while a FIN waits behind a closed window";
    case machine::Joint::overflow:
      return "while segments are on their way, and longer while an accept queue is full";
    case machine::Joint::passes:
      return "while segments are on their way";
    case machine::Joint::one_dump:
    case machine::Joint::never:
      break;
  }
  return {};
}

/// "FIN_WAIT1 > FIN_WAIT2 or CLOSING > TIME_WAIT"
std::string path_text(Seen from, const machine::Reach& cell, Seen to, const Words& words) {
  const std::string passed = text_of(cell.ways(), " > ", words(" or "));
  return std::string(name(from)) + (passed.empty() ? "" : " > ") + passed + " > " + std::string(name(to));
}

std::string peers_text(State state, const Words& words) {
  std::string out;
  if (state == State::listen || state == State::close) return out;
  for (const machine::Joint kind :
       {machine::Joint::lasts, machine::Joint::overflow, machine::Joint::blocked, machine::Joint::passes}) {
    std::string names;
    for (std::size_t i = 0; i < kSeenCount; ++i) {
      const Seen peer = seen_at(i);
      if (peer == State::listen || peer == State::close || machine::joint(state, peer) != kind) continue;
      names += (names.empty() ? "" : ", ") + std::string(name(peer));
    }
    if (!names.empty())
      out += (out.empty() ? "" : "\n") + names + std::string(words(": ")) + std::string(words(joint_text(kind)));
  }
  std::string stale;
  for (const StateInfo& peer : states()) {
    const bool connects = machine::incarnation(state, peer.state) == machine::Incarnation::may_be_new;
    if (connects && machine::joint(state, peer.state) == machine::Joint::one_dump) {
      stale += (stale.empty() ? "" : ", ") + std::string(peer.name);
    }
  }
  if (!stale.empty()) {
    out += "\n" + stale + std::string(words(": ")) +
           std::string(words(state == State::syn_sent
                                 ? "left behind on the same tuple by an older connection"
                                 : "of a new connection on the same tuple, which this one still holds"));
  }
  if (state == State::syn_sent) {
    out += "\n" + std::string(name(kAbsent)) + std::string(words(": ")) +
           std::string(words("also when nobody is there, or the SYN or its answer is dropped: until the retries end"));
  }
  if (state == State::syn_recv) {
    out += "\n" + std::string(name(kAbsent)) + std::string(words(": ")) +
           std::string(words("also of a forged source: nobody there has opened it"));
  }
  // RFC 9293 §3.5.1; the reset that would tell this end was lost, or nobody is left to send it.
  constexpr StateSet kSynchronized{State::established, State::fin_wait1, State::fin_wait2,
                                   State::close_wait,  State::closing,   State::last_ack};
  if (kSynchronized.has(state)) {
    out += "\n" + std::string(name(kAbsent)) + std::string(words(": ")) +
           std::string(words("also when its host went down or a RST was lost: half-open (§3.5.1)"));
  }
  return out;
}

std::string rfc_steps(Seen from, Seen to, const Words& words) {
  std::string out;
  const auto add = [&](const machine::Transition& row) {
    if (row.from != machine::rfc_state(from) || row.to != machine::rfc_state(to) ||
        (row.answer != machine::Answer::moves && row.answer != machine::Answer::should))
      return;
    out += (out.empty() ? "" : "\n") + std::string(words(machine::meaning(row.from, row.event)));
    if (row.condition != machine::Condition::none)
      out += std::string(words(", ")) + std::string(words(machine::text(row.condition)));
    out += std::string(words(": ")) + std::string(words(row.action)) + " (" + std::string(row.section) + ")";
  };
  for (const machine::Transition& row : machine::kRfc9293) add(row);
  for (const machine::Transition& row : machine::kRfc9293Cases) add(row);
  return out;
}

std::string rfc_text(Seen from, Seen to, const Words& words) {
  std::string out;
  if (!from || !to) out = std::string(words("ABSENT is CLOSED there: no connection (§3.3.2)")) + "\n";
  const std::string steps = rfc_steps(from, to, words);
  return out + (steps.empty() ? std::string(words("no single step")) : steps);
}

std::string untraced_text(Seen from, Seen to, const Words& words) {
  if (*to == State::time_wait && (*from == State::fin_wait2 || *from == State::closing)) {
    return std::string(name(from)) + ">" + std::string(name(State::close)) + std::string(words(": ")) +
           std::string(words("the socket ends there, and a time-wait socket takes over without a word"));
  }
  if (*from != State::time_wait) return std::string(words("never"));
  if (*to == State::syn_recv) {
    return std::string(
        words("never: a time-wait socket prints nothing, and the new connection's socket LISTEN>SYN_RECV"));
  }
  if (*to == State::syn_sent) {
    return std::string(
        words("never: a time-wait socket prints nothing, and the new connection's socket CLOSE>SYN_SENT"));
  }
  return std::string(words("never: a time-wait socket prints nothing"));
}

/// Of a pair with absent: a full socket comes from CLOSE and goes there, and the smaller ones print nothing.
std::string absent_text(Seen from, Seen to, const Words& words) {
  if (from == to) return std::string(words("nothing: the tracepoint prints no state for what is not there"));
  const State before = machine::rfc_state(from);
  const State after = machine::rfc_state(to);
  const State there = from ? before : after;
  const machine::TracedPair* pair = before == after ? nullptr : machine::traced_pair(before, after);
  const bool printed = pair != nullptr && pair->standing == machine::Standing::legal;
  std::string out(words("never"));
  if (printed) {
    const std::string first(name(before));
    const std::string last(name(after));
    out = words.fill("{}: full sockets print CLOSE in place of ABSENT (tcpstat explain {})",
                     {first + ">" + last, first + ":" + last});
  }
  const std::string_view link = words(printed ? "; " : ": ");
  if (there == State::time_wait || there == State::fin_wait2) {
    out.append(link).append(words("a time-wait socket prints nothing"));
  }
  if (there == State::syn_recv) {
    out.append(link).append(
        words(from ? "a request prints nothing" : "a request prints nothing, and its child LISTEN>SYN_RECV"));
  }
  return out;
}

std::string_view standing_text(machine::Standing standing) {
  switch (standing) {
    case machine::Standing::quirk:
      return "as a quirk, which is no step: {}";
    case machine::Standing::race:
      return "as a rare race: {}";
    case machine::Standing::unreached:
      return "never, although the source has it: {}";
    default:
      return "{}";
  }
}

std::string traced_text(Seen from, Seen to, const Words& words) {
  if (!from || !to) return absent_text(from, to, words);
  const machine::TracedPair* pair = machine::traced_pair(*from, *to);
  if (pair == nullptr) return untraced_text(from, to, words);
  std::string text = words.fill(standing_text(pair->standing), {words(pair->causes)});
  text += " (" + std::string(pair->function) + ")";
  if (!pair->note.empty()) text += std::string(words(". ")) + std::string(words(pair->note));
  return text;
}

std::string silent_text(Seen from, Seen to, const Words& words) {
  std::string text;
  for (const machine::SilentMove& move : machine::kMoves) {
    if (move.from == from && move.to == to) {
      text = std::string(words(move.cause)) + " (" + std::string(move.function) + ")";
    }
  }
  return text;
}

std::string sampled_text(Seen from, Seen to, const Words& words) {
  if (from == State::listen && to == State::syn_recv) {
    return words.fill("legal: the SYN makes a request, which is a row of its own; the listener stays in {}",
                      {name(from)});
  }
  const machine::Reach& cell = machine::reach(from, to);
  const std::string path = path_text(from, cell, to, words);
  switch (cell.way()) {
    case machine::Way::unchanged:
      return std::string(words("unchanged: nothing need have happened"));
    case machine::Way::progress:
      if (from == kAbsent && to == State::established) {
        return words.fill(
            "legal in one step, of a SYN cookie; as a rule {} (of the client) or {} (of the server) is passed unseen",
            {name(State::syn_sent), name(State::syn_recv)});
      }
      if (cell.steps() == 1) return std::string(words("legal in one step"));
      return words.fill("reachable in {} steps; the states between were not seen: {}",
                        {std::to_string(cell.steps()), path});
    case machine::Way::reuse:
      // No program holds a time-wait socket, so that none can use its descriptor again.
      return words.fill(from == State::time_wait ? "only by reuse: another connection on the same tuple: {}"
                                                 : "only by reuse: another connection on the same tuple, or the same "
                                                   "descriptor used again: {}",
                        {path});
  }
  return {};
}

/// What Linux does, why, and what the RFC says.
std::string difference_text(const machine::Difference& row, const Words& words) {
  return std::string(words(row.linux_does)) + std::string(words(": ")) + std::string(words(row.why)) + "\n" +
         words.fill("RFC 9293 says: {}", {words(row.rfc9293)});
}

std::string differences_text(Seen from, Seen to, const Words& words) {
  std::string text;
  for (const machine::Difference& row : machine::differences()) {
    if (!machine::is_about(row, from, to)) continue;
    text += (text.empty() ? "" : "\n") + difference_text(row, words);
  }
  return text;
}

}  // namespace

std::string index_text(std::span<const IndexEntry> all) {
  std::string out;
  for (const IndexEntry& entry : all) out.append(entry.name).append("\t").append(entry.meaning).append("\n");
  return out;
}

std::string explain_state(State state, const KernelLimits& limits, const Words& words) {
  const StateInfo& row = info(state);
  const StateAdvice& told = advice(state);
  const auto line = [&](std::string_view label, std::string_view text) { return labelled(words, words(label), text); };
  std::string out = paragraph(words, std::string(row.name) + " (RFC 9293: " + std::string(row.rfc_name) +
                                         "): " + std::string(words(row.meaning)));
  out += "\n" + line("side", words(told.role)) + line("seen", words(told.seen));
  out += line("moved on by", words(told.who));
  std::string bounds;
  for (const machine::DwellBound& bound : machine::dwell_bounds()) {
    if (bound.state != state) continue;
    bounds += (bounds.empty() ? "" : "\n") + limit_text(bound.limit(limits), words) + std::string(words(": ")) +
              std::string(words(bound.standing));
    if (!bound.sysctls.empty()) bounds += " (" + std::string(bound.sysctls) + ")";
  }
  out += line("at most", bounds);
  const std::string peers = peers_text(state, words);
  if (!peers.empty()) out += line("peer", peers);
  out += line("many", words(told.many));
  out += commands(words, told.look);
  out += line("sections", "RFC 9293 " + std::string(told.sections));
  out += "\n" + std::string(words("Next, by RFC 9293:")) + "\n";
  for (const machine::Transition& next : machine::kRfc9293) {
    if (next.from != state || next.answer != machine::Answer::moves) continue;
    out += labelled(words, name(next.to),
                    std::string(words(machine::meaning(state, next.event))) + std::string(words(": ")) +
                        std::string(words(next.action)) + " (" + std::string(next.section) + ")");
  }
  std::string differences;
  for (const machine::Difference& difference : machine::differences()) {
    if (difference.from != state) continue;
    differences += labelled(words, name(difference.to), difference_text(difference, words));
  }
  if (!differences.empty()) out += "\n" + std::string(words("Where Linux differs:")) + "\n" + differences;
  for (const Lifecycle& lifecycle : lifecycles()) {
    const auto same = parse_state_word(lifecycle.name);
    if (!same || *same != StateSet{state}) continue;
    out += "\n" + words.fill("How connections end: tcpstat explain {}", {lifecycle.name}) + "\n";
  }
  return out;
}

std::string explain_pair(Seen from, Seen to, const Words& words) {
  const auto line = [&](std::string_view label, std::string_view text) { return labelled(words, words(label), text); };
  std::string out = std::string(name(from)) + " > " + std::string(name(to)) + "\n\n";
  out += line("samples", sampled_text(from, to, words));
  out += labelled(words, "RFC 9293", rfc_text(from, to, words));
  const std::string differences = differences_text(from, to, words);
  if (!differences.empty()) out += labelled(words, "Linux", differences);
  out += line("tracepoint", traced_text(from, to, words));
  const std::string silent = silent_text(from, to, words);
  if (!silent.empty()) out += line("unannounced", silent);
  return out;
}

std::string explain_rule(const RuleInfo& rule, const Words& words) {
  std::string out =
      paragraph(words, std::string(rule.id) + std::string(words(": ")) + std::string(words(rule.question)));
  out += "\n" + labelled(words, words("reference"), rule.reference);
  if (rule.thresholds.empty()) return out;
  out += "\n" + std::string(words("Limits, by default:")) + "\n";
  constexpr std::size_t kNameColumn = 17;
  for (const ThresholdInfo& threshold : rule.thresholds) {
    out += labelled(words, threshold.name,
                    number_text(threshold.value) + " " + std::string(words(threshold.unit)) + std::string(words(": ")) +
                        std::string(words(threshold.reason)),
                    kNameColumn);
  }
  return out;
}

}  // namespace tcpstat::explain
