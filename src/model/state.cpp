#include "model/state.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/ascii.h"
#include "base/nearest_word.h"

namespace tcpstat::inline model {
namespace {

// Names: include/net/tcp_states.h without the prefix, as the kernel's tracepoints print them.
constexpr std::array<StateInfo, kStateCount> kStateTable = {{
    {State::established, "ESTABLISHED", "established", "ESTABLISHED", Phase::open,
     "open: data flows in both directions"},
    {State::syn_sent, "SYN_SENT", "syn_sent", "SYN-SENT", Phase::opening,
     "we asked for a connection (SYN) and wait for the answer"},
    {State::syn_recv, "SYN_RECV", "syn_recv", "SYN-RECEIVED", Phase::opening,
     "half-open: we answered a SYN and wait for the handshake's last ACK"},
    {State::fin_wait1, "FIN_WAIT1", "fin_wait1", "FIN-WAIT-1", Phase::closing,
     "we closed; our FIN is not acknowledged yet"},
    {State::fin_wait2, "FIN_WAIT2", "fin_wait2", "FIN-WAIT-2", Phase::half_closed,
     "we closed and that is acknowledged; the peer has not closed yet"},
    {State::time_wait, "TIME_WAIT", "time_wait", "TIME-WAIT", Phase::lingering,
     "closed on both sides; waits 60 s for stray segments"},
    {State::close, "CLOSE", "close", "CLOSED", Phase::closed,
     "no connection: a socket that is bound to a port and neither connected nor listening"},
    {State::close_wait, "CLOSE_WAIT", "close_wait", "CLOSE-WAIT", Phase::half_closed,
     "the peer closed; our program has not closed its socket yet"},
    {State::last_ack, "LAST_ACK", "last_ack", "LAST-ACK", Phase::closing,
     "the peer closed, then we did; our FIN is not acknowledged yet"},
    {State::listen, "LISTEN", "listen", "LISTEN", Phase::listening, "waits for connections from any peer"},
    {State::closing, "CLOSING", "closing", "CLOSING", Phase::closing,
     "both sides closed at the same time; our FIN is not acknowledged yet"},
}};

static_assert([] {
  for (std::size_t i = 0; i < kStateCount; ++i) {
    if (static_cast<std::size_t>(kStateTable[i].state) != i + 1) return false;
  }
  return true;
}());

struct Alias {
  std::string_view word;
  State state;
};

// Spellings that folding (case, '-', '_', "TCP_", "BPF_TCP_") does not already make one of the names above:
// ss (ESTAB, listening, UNCONN), RFC 9293 (CLOSED), BSD and AIX (SYN_RCVD), OpenTelemetry (syn_received).
constexpr std::array<Alias, 11> kAliases = {{
    {"ESTAB", State::established},
    {"SYN_RCVD", State::syn_recv},
    {"SYN_RECEIVED", State::syn_recv},
    {"NEW_SYN_RECV", State::syn_recv},
    {"LISTENING", State::listen},
    {"CLOSED", State::close},
    {"UNCONN", State::close},
    {"UNCONNECTED", State::close},
    {"BOUND_INACTIVE", State::close},
    {"TIMEWAIT", State::time_wait},
    {"CLOSEWAIT", State::close_wait},
}};

constexpr StateSet kAllStates = StateSet::all();

// `connected`, `synchronized`, `bucket` and `big` mean what they mean to ss(8). To RFC 9293 §3.5.2 SYN-RECEIVED is not
// synchronized. What is a full socket in spite of its group: SYN_RECV of fast open and of a simultaneous open, and
// FIN_WAIT2 while a program holds it.
constexpr std::array<StateGroup, 8> kGroups = {{
    {"all", kAllStates, "all eleven states"},
    {"connected", kAllStates - StateSet{State::listen, State::close}, "all but LISTEN and CLOSE"},
    {"synchronized", kAllStates - StateSet{State::listen, State::close, State::syn_sent},
     "connected without SYN_SENT, as in ss; RFC 9293 does not count SYN_RECV among the synchronized states (§3.5.2)"},
    {"bucket",
     {State::syn_recv, State::time_wait},
     "as in ss: SYN_RECV and TIME_WAIT, which are mostly minisockets; so is FIN_WAIT2 without an owner"},
    {"big", kAllStates - StateSet{State::syn_recv, State::time_wait}, "all but bucket"},
    {"half-open", {State::syn_sent, State::syn_recv}, "handshake not finished: SYN_SENT, SYN_RECV"},
    {"half-closed", {State::fin_wait2, State::close_wait}, "one side closed: FIN_WAIT2, CLOSE_WAIT"},
    {"closing-side",
     {State::fin_wait1, State::fin_wait2, State::closing, State::time_wait, State::close_wait, State::last_ack},
     "everything from the first FIN on"},
}};

constexpr std::array<std::string_view, 7> kPhaseNames = {"listening", "opening",   "open",  "half-closed",
                                                         "closing",   "lingering", "closed"};

/// Lower case without '-' and '_', and without a TCP_ or BPF_TCP_ in front.
std::string folded(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c == '-' || c == '_') continue;
    out += ascii_lower(c);
  }
  for (const std::string_view prefix : {"bpftcp", "tcp"}) {
    if (out.starts_with(prefix)) return out.substr(prefix.size());
  }
  return out;
}

std::optional<StateSet> parse_number(std::string_view word) {
  int base = 10;
  if (word.starts_with("0x") || word.starts_with("0X")) {
    word.remove_prefix(2);
    base = 16;
  } else if (word.starts_with('0')) {
    base = 16;
  }
  unsigned number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, base);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  const auto state = state_from_kernel(number);
  if (!state) return std::nullopt;
  return StateSet{*state};
}

}  // namespace

std::span<const StateInfo, kStateCount> states() { return kStateTable; }

const StateInfo& info(State state) { return kStateTable[static_cast<std::size_t>(state) - 1]; }

std::string_view name(Phase phase) { return kPhaseNames[static_cast<std::size_t>(phase)]; }

std::span<const StateGroup> state_groups() { return kGroups; }

std::optional<StateSet> parse_state_word(std::string_view word) {
  if (word.empty()) return std::nullopt;
  if (word.front() >= '0' && word.front() <= '9') return parse_number(word);
  const std::string key = folded(word);
  if (key.empty()) return std::nullopt;
  for (const StateInfo& row : kStateTable) {
    if (key == folded(row.name) || key == folded(row.rfc_name)) return StateSet{row.state};
  }
  for (const Alias& alias : kAliases) {
    if (key == folded(alias.word)) return StateSet{alias.state};
  }
  for (const StateGroup& group : kGroups) {
    if (key == folded(group.name)) return group.states;
  }
  // Last, because a state wins where a phase is spelled alike ("closing").
  for (const Phase phase : kPhases) {
    if (key != folded(name(phase))) continue;
    StateSet set;
    for (const StateInfo& row : kStateTable) {
      if (row.phase == phase) set |= row.state;
    }
    return set;
  }
  return std::nullopt;
}

std::string_view nearest_state_word(std::string_view word) {
  std::vector<std::string_view> candidates;
  std::vector<std::string_view> meant;
  const auto add = [&](std::string_view candidate, std::string_view canonical) {
    candidates.push_back(candidate);
    meant.push_back(canonical);
  };
  for (const StateInfo& row : kStateTable) add(row.name, row.name);
  for (const StateInfo& row : kStateTable) add(row.rfc_name, row.name);
  for (const Alias& alias : kAliases) add(alias.word, name(alias.state));
  for (const StateGroup& group : kGroups) add(group.name, group.name);
  for (const Phase phase : kPhases) add(name(phase), name(phase));
  const std::string_view found = nearest_word(word, candidates);
  const auto at =
      std::find_if(candidates.begin(), candidates.end(), [&](std::string_view c) { return c.data() == found.data(); });
  return at == candidates.end() ? std::string_view{} : meant[static_cast<std::size_t>(at - candidates.begin())];
}

}  // namespace tcpstat::inline model
