// Explanations as prose.

#include <array>

#include "base/wrapped.h"
#include "explain/explanations.h"
#include "explain/state_advice.h"
#include "machine/dwell.h"
#include "machine/joint.h"
#include "machine/linux_differences.h"
#include "machine/linux_profile.h"
#include "machine/reachability.h"
#include "machine/rfc9293.h"

namespace tcpstat::explain {
namespace {

std::string labelled(std::string_view label, std::string_view text) {
  std::string first = "  " + std::string(label);
  first.resize(14, ' ');
  return wrapped(first, text);
}

std::string seconds_text(std::chrono::milliseconds time) {
  const auto count = time.count();
  std::string text = std::to_string(count / 1000);
  if (count % 1000 != 0) text += "." + std::to_string(count % 1000 / 100);
  return text + " s";
}

std::string limit_text(const machine::DwellLimit& limit) {
  switch (limit.kind) {
    case machine::DwellLimit::Kind::bounded:
      return seconds_text(limit.most);
    case machine::DwellLimit::Kind::no_bound:
      return "no bound";
    case machine::DwellLimit::Kind::unknown:
      return "unknown here";
  }
  return {};
}

std::string joint_text(machine::Joint joint) {
  switch (joint) {
    case machine::Joint::lasts:
      return "for as long as it takes";
    case machine::Joint::blocked:
      return "while a FIN waits behind a closed window";
    case machine::Joint::overflow:
      return "while an accept queue is full";
    case machine::Joint::passes:
      return "while segments are on their way";
    case machine::Joint::one_dump:
    case machine::Joint::never:
      break;
  }
  return {};
}

/// "FIN_WAIT1 > FIN_WAIT2 or CLOSING > TIME_WAIT"
std::string path_text(Seen from, const machine::Reach& cell, Seen to) {
  const std::string passed = text_of(cell.ways(), " > ", " or ");
  return std::string(name(from)) + (passed.empty() ? "" : " > ") + passed + " > " + std::string(name(to));
}

std::string peers_text(State state) {
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
    if (!names.empty()) out += (out.empty() ? "" : "\n") + names + ": " + joint_text(kind);
  }
  std::string stale;
  for (const StateInfo& peer : states()) {
    const bool connects = machine::incarnation(state, peer.state) == machine::Incarnation::may_be_new;
    if (connects && machine::joint(state, peer.state) == machine::Joint::one_dump) {
      stale += (stale.empty() ? "" : ", ") + std::string(peer.name);
    }
  }
  if (!stale.empty()) {
    out += "\n" + stale + ": " +
           (state == State::syn_sent ? "left behind on the same tuple by an older connection"
                                     : "of a new connection on the same tuple, which this one still holds");
  }
  // RFC 9293 §3.5.1; the reset that would tell this end was lost, or nobody is left to send it.
  constexpr StateSet kSynchronized{State::established, State::fin_wait1, State::fin_wait2,
                                   State::close_wait,  State::closing,   State::last_ack};
  if (kSynchronized.has(state)) {
    out += "\n" + std::string(name(kAbsent)) + ": also when its host went down or a RST was lost: half-open (§3.5.1)";
  }
  return out;
}

std::string rfc_steps(Seen from, Seen to) {
  std::string out;
  if (!from || !to || from == to) return out;
  const auto add = [&](const machine::Transition& row) {
    if (row.from != *from || row.to != *to ||
        (row.answer != machine::Answer::moves && row.answer != machine::Answer::should))
      return;
    out += (out.empty() ? "" : "\n") + std::string(machine::meaning(row.from, row.event));
    if (row.condition != machine::Condition::none) out += ", " + std::string(machine::text(row.condition));
    out += std::string(": ") + std::string(row.action) + " (" + std::string(row.section) + ")";
  };
  for (const machine::Transition& row : machine::kRfc9293) add(row);
  for (const machine::Transition& row : machine::kRfc9293Cases) add(row);
  return out;
}

std::string traced_text(Seen from, Seen to) {
  if (!from || !to) return "nothing: the tracepoint prints no state for what is not there";
  const machine::TracedPair* pair = machine::traced_pair(*from, *to);
  if (pair == nullptr) {
    if (*to == State::time_wait && (*from == State::fin_wait2 || *from == State::closing)) {
      return std::string(name(from)) + ">" + std::string(name(State::close)) +
             ": the socket ends there, and a time-wait socket takes over without a word";
    }
    if (*from != State::time_wait) return "never";
    std::string text = "never: a time-wait socket prints nothing";
    if (*to == State::syn_recv) text += ", and the new connection's socket LISTEN>SYN_RECV";
    if (*to == State::syn_sent) text += ", and the new connection's socket CLOSE>SYN_SENT";
    return text;
  }
  std::string text;
  if (pair->standing == machine::Standing::quirk) text = "as a quirk, which is no step: ";
  if (pair->standing == machine::Standing::race) text = "as a rare race: ";
  if (pair->standing == machine::Standing::unreached) text = "never, although the source has it: ";
  text += std::string(pair->causes) + " (" + std::string(pair->function) + ")";
  if (!pair->note.empty()) text += ". " + std::string(pair->note);
  return text;
}

std::string silent_text(Seen from, Seen to) {
  std::string text;
  for (const machine::SilentMove& move : machine::kMoves) {
    if (move.from == from && move.to == to) {
      text = std::string(move.cause) + " (" + std::string(move.function) + ")";
    }
  }
  return text;
}

std::string sampled_text(Seen from, Seen to) {
  if (from == State::listen && to == State::syn_recv) {
    return "legal: the SYN makes a request, which is a row of its own; the listener stays in " +
           std::string(name(from));
  }
  const machine::Reach& cell = machine::reach(from, to);
  const std::string path = path_text(from, cell, to);
  switch (cell.way()) {
    case machine::Way::unchanged:
      return "unchanged: nothing need have happened";
    case machine::Way::progress:
      if (cell.steps() == 1) return "legal in one step";
      return "reachable in " + std::to_string(cell.steps()) + " steps, the others unseen: " + path;
    case machine::Way::reuse:
      // Nobody holds a time-wait socket.
      return "only by reuse: another connection on the same tuple" +
             std::string(from == State::time_wait ? "" : ", or the same descriptor used again") + ": " + path;
  }
  return {};
}

/// What Linux does instead of the RFC's step, and why.
std::string differences_text(Seen from, Seen to) {
  std::string text;
  for (const machine::Difference& row : machine::differences()) {
    if (!machine::is_about(row, from, to)) continue;
    text += (text.empty() ? "" : "\n") + std::string(row.linux_does) + ": " + std::string(row.why);
  }
  return text;
}

}  // namespace

std::string index_text(std::span<const IndexEntry> all) {
  std::string out;
  for (const IndexEntry& entry : all) out.append(entry.name).append("\t").append(entry.meaning).append("\n");
  return out;
}

std::string explain_state(State state, const KernelLimits& limits) {
  const StateInfo& row = info(state);
  const StateAdvice& words = advice(state);
  std::string out = wrapped(
      "", std::string(row.name) + " (RFC 9293: " + std::string(row.rfc_name) + "): " + std::string(row.meaning));
  out += "\n" + labelled("side", words.role) + labelled("seen", words.seen);
  out += labelled("moved on by", words.who);
  std::string bounds;
  for (const machine::DwellBound& bound : machine::dwell_bounds()) {
    if (bound.state != state) continue;
    bounds += (bounds.empty() ? "" : "\n") + limit_text(bound.limit(limits)) + ": " + std::string(bound.standing);
    if (!bound.sysctls.empty()) bounds += " (" + std::string(bound.sysctls) + ")";
  }
  out += labelled("at most", bounds);
  const std::string peers = peers_text(state);
  if (!peers.empty()) out += labelled("peer", peers);
  out += labelled("many", words.many);
  out += labelled("look at", words.look);
  out += labelled("sections", "RFC 9293 " + std::string(words.sections));
  out += "\nNext, by RFC 9293:\n";
  for (const machine::Transition& next : machine::kRfc9293) {
    if (next.from != state || next.answer != machine::Answer::moves) continue;
    out += labelled(name(next.to), std::string(machine::meaning(state, next.event)) + ": " + std::string(next.action) +
                                       " (" + std::string(next.section) + ")");
  }
  for (const Lifecycle& lifecycle : lifecycles()) {
    const auto same = parse_state_word(lifecycle.name);
    if (!same || *same != StateSet{state}) continue;
    out += "\nHow connections end: tcpstat explain " + std::string(lifecycle.name) + "\n";
  }
  return out;
}

std::string explain_pair(Seen from, Seen to) {
  std::string out = std::string(name(from)) + " > " + std::string(name(to)) + "\n\n";
  out += labelled("samples", sampled_text(from, to));
  const std::string rfc = rfc_steps(from, to);
  out += labelled("RFC 9293", rfc.empty() ? "no single step" : rfc);
  const std::string differences = differences_text(from, to);
  if (!differences.empty()) out += labelled("Linux", differences);
  out += labelled("tracepoint", traced_text(from, to));
  const std::string silent = silent_text(from, to);
  if (!silent.empty()) out += labelled("unannounced", silent);
  return out;
}

std::string explain_rule(const RuleInfo& rule) {
  std::string out = wrapped("", std::string(rule.id) + ": " + std::string(rule.question));
  out += "\n" + wrapped("  reference   ", rule.reference);
  if (rule.thresholds.empty()) return out;
  out += "\nLimits, by default:\n";
  for (const ThresholdInfo& threshold : rule.thresholds) {
    std::string first = "  " + std::string(threshold.name);
    first.resize(17, ' ');
    out += wrapped(
        first, number_text(threshold.value) + " " + std::string(threshold.unit) + ": " + std::string(threshold.reason));
  }
  return out;
}

}  // namespace tcpstat::explain
